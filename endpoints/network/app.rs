//! The API of apps, and operations for those that nobody has declared: by path, with JSON, files and bytes.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use typed_endpoint::{Api, Case, Unmapped};

use crate::endpoints::prelude::*;

/// An app on the network, for declarations of its operations: names are written as in Rust, errors are as they come.
///
/// ```
/// livepeer::model! {
///     /// A greeting.
///     pub struct Greeting: livepeer::network::AppApi {
///         /// The text.
///         text: String,
///     }
/// }
///
/// livepeer::endpoint! {
///     /// Greets somebody.
///     pub Greet: livepeer::network::AppApi = POST "/greet" json {
///         /// Whom to greet.
///         name: String,
///     } -> Greeting
/// }
///
/// # async fn example(network: livepeer::network::Client) -> Result<(), livepeer::network::Error> {
/// let greeting: Greeting = network.run("example/hello", Greet::new("Ann")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppApi {}

impl Api for AppApi {
    const NAME: &'static str = "App";
    const SERVERS: &'static [&'static str] = &["http://127.0.0.1:8080"];
    const CASE: Case = Case::Snake;
    const LOG_TARGET: &'static str = crate::LOG_TARGET;
    const SECRET_NAMES: &'static [&'static str] = super::SECRET_NAMES;
    const USER_AGENT: &'static str = crate::USER_AGENT;
    // A model that is not loaded yet responds after minutes.
    const TIMEOUT: Option<Duration> = Some(Duration::from_secs(300));
    type Error = Unmapped;

    /// 503 of an orchestrator comes before any work; an app that uses it means the same.
    fn refused(status: StatusCode, _: &HeaderMap) -> bool {
        status == StatusCode::SERVICE_UNAVAILABLE
    }
}

operations! {
    endpoint! {
        /// Fetches JSON.
        pub Get: AppApi = GET "/{path}" (path*: String) -> Value, no_auth
    }
    endpoint! {
        /// Sends JSON, and reads JSON.
        pub Post: AppApi = POST "/{path}" (path*: String) json(body: Value) -> Value, no_auth
    }
    endpoint! {
        /// Sends JSON, and reads JSON.
        pub Put: AppApi = PUT "/{path}" (path*: String) json(body: Value) -> Value, no_auth
    }
    endpoint! {
        /// Deletes something; the response may be empty.
        pub Delete: AppApi = DELETE "/{path}" (path*: String) -> Option<Value>, no_auth
    }
    endpoint! {
        /// Sends a file, and reads bytes.
        pub Send: AppApi = POST "/{path}" (path*: String) body(content: File) -> bytes, no_auth
    }
    endpoint! {
        /// Fetches a file, as a stream.
        pub Fetch: AppApi = GET "/{path}" (path*: String) -> download, no_auth
    }
}
