//! The API of Livepeer AI gateways.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::json;

use typed_endpoint::operation::Objects;
use typed_endpoint::{Api, Case};

use generate::GenerateError;

pub mod generate;
pub(crate) mod media;

/// Livepeer AI: pictures, video, speech and text, by a gateway to the network.
///
/// Servers: the community gateway (index 0, no key needed) and Livepeer Studio's (index 1, with a key of Studio's).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ai {}

impl Api for Ai {
    const NAME: &'static str = "Livepeer AI";
    const SERVERS: &'static [&'static str] =
        &["https://dream-gateway.livepeer.cloud", "https://livepeer.studio/api/beta/generate"];
    const CASE: Case = Case::Snake;
    const OBJECTS: Objects = Objects::Json;
    const LOG_TARGET: &'static str = crate::LOG_TARGET;
    const USER_AGENT: &'static str = crate::USER_AGENT;
    // A model that is not loaded yet responds after minutes.
    const TIMEOUT: Option<Duration> = Some(Duration::from_secs(300));
    type Error = GenerateError;

    /// In the gateway's format.
    fn encode_error(_: StatusCode, message: &str) -> Vec<u8> {
        json!({ "error": { "message": message } }).to_string().into_bytes()
    }

    /// A gateway without a free worker responds with 503 before anything is done or billed.
    fn refused(status: StatusCode, _: &HeaderMap) -> bool {
        matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
    }
}
