//! The API, and its error responses.

use http::{HeaderMap, StatusCode};
use serde_json::json;

use typed_endpoint::codec::from_json;
use typed_endpoint::{Api, Case, ErrorBody};

use crate::endpoints::prelude::*;

/// Daydream: live video that is changed by AI while it runs, on the Livepeer network.
///
/// The base URL is `https://api.daydream.live`; the key is sent as bearer token. It refuses unknown fields.
///
/// ```no_run
/// use livepeer::daydream::{Create, Daydream, Model, Params, Pipeline};
/// use livepeer::Client;
///
/// # async fn example() -> Result<(), livepeer::Error> {
/// let client = Client::<Daydream>::new().key("the key");
/// let params = Params::new(Model::SdTurbo).prompt("a sea of paper");
/// let stream = client.call(Create::new(Pipeline::StreamDiffusion, params)).await?;
/// println!("send by WHIP to {}", stream.whip_url.expose());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Daydream {}

impl Api for Daydream {
    const NAME: &'static str = "Daydream";
    const SERVERS: &'static [&'static str] = &["https://api.daydream.live"];
    const CASE: Case = Case::Snake;
    const LOG_TARGET: &'static str = crate::LOG_TARGET;
    const USER_AGENT: &'static str = crate::USER_AGENT;
    type Error = DaydreamError;

    /// In its own format.
    fn encode_error(status: StatusCode, message: &str) -> Vec<u8> {
        let code = status.canonical_reason().unwrap_or("Error").to_uppercase().replace(' ', "_");
        json!({ "success": false, "error": message, "code": code, "status": status.as_u16() }).to_string().into_bytes()
    }
}

model! {
    /// Why Daydream did not do what it was asked to.
    pub struct DaydreamError: Daydream {
        /// Whether the request succeeded: no.
        success?: bool,
        /// The reason, as text.
        error: String,
        /// The reason, for programs: `STREAMS/NOT_FOUND`.
        code: String,
        /// The status.
        status?: u16,
        /// More about it.
        details?: Value,
        /// Names the request.
        request_id as "requestId"?: String,
        /// Names the trace.
        trace_id as "traceId"?: String,
    }
}

impl ErrorBody for DaydreamError {
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        let error: Self = from_json(std::str::from_utf8(body).ok()?).ok()?;
        (!error.error.is_empty()).then_some(error)
    }

    fn message(&self) -> String {
        match self.code.as_str() {
            "" => self.error.clone(),
            code => format!("{} ({code})", self.error),
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        <Self as Field>::schema(schemas)
    }
}
