//! The operations of trickle servers, one request each. Streams are published and read by
//! [`Channel`](crate::network::trickle::Channel), which keeps the order, continues what was cut and reports what is lost.
//!
//! ```no_run
//! # async fn example() -> Result<(), livepeer::Error> {
//! use livepeer::Client;
//! use livepeer::network::operations::trickle::{Next, Trickle};
//!
//! let client = Client::<Trickle>::new().server("https://orchestrator.example:8935/ai/trickle");
//! let next: String = client.call(Next::new("9f3a-out")).await?;
//! # Ok(())
//! # }
//! ```

use http::{HeaderMap, StatusCode};
use typed_endpoint::{Api, Case, Unmapped};

use super::plain_text;
use crate::endpoints::prelude::*;

/// A trickle server, such as an orchestrator has at `/ai/trickle`. It has no keys: who knows a channel's name can use it.
///
/// Servers: one on this machine, with an orchestrator's default port. Others are named by
/// [`Client::server`](typed_endpoint::Client::server).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trickle {}

impl Api for Trickle {
    const NAME: &'static str = "Trickle";
    const SERVERS: &'static [&'static str] = &["http://127.0.0.1:8935/ai/trickle"];
    const CASE: Case = Case::Snake;
    const LOG_TARGET: &'static str = crate::LOG_TARGET;
    const USER_AGENT: &'static str = crate::USER_AGENT;
    type Error = Unmapped;

    /// Plain text.
    fn encode_error(_: StatusCode, message: &str) -> Vec<u8> {
        plain_text(message)
    }

    /// 503 comes before any content is read.
    fn refused(status: StatusCode, _: &HeaderMap) -> bool {
        status == StatusCode::SERVICE_UNAVAILABLE
    }
}

operations! {
    // Retryable, because a channel that is there stays as it is.
    endpoint! {
        /// Creates a channel, on servers that create channels by themselves; orchestrators respond with 404.
        pub Create: Trickle = POST "/{channel}" (
            /// Name of the channel: who knows it may use it.
            channel: Secret,
        ) headers {
            /// Media type of the channel's segments.
            media_type as "expect-content"?: String,
        } -> (), retryable, no_auth
    }
    // Not retryable: the server appends to a segment that is not complete.
    endpoint! {
        /// Publishes a whole segment. The response names it in the header `Lp-Trickle-Seq`.
        pub Publish: Trickle = POST "/{channel}/{seq}" (
            /// Name of the channel: who knows it may use it.
            channel: Secret,
            /// Number of the segment; -1 is the next one.
            seq: i64 [range = -1..],
        ) headers {
            /// Closes the segments before this one, if it is not empty: for the first one of a publisher.
            reset as "lp-trickle-reset"?: String,
        } body(content: File) -> (), no_auth
    }
    endpoint! {
        /// Reads a segment while it is written: -1 is the next one to be written, -2 the newest.
        ///
        /// The response has the headers `Lp-Trickle-Seq`, `Lp-Trickle-Latest` and, at the end of the channel, `Lp-Trickle-Closed`. Status
        /// 470 means that the segment is not there: too old, or not yet the next one.
        pub Subscribe: Trickle = GET "/{channel}/{seq}" (
            /// Name of the channel: who knows it may use it.
            channel: Secret,
            /// Number of the segment.
            seq: i64 [range = -2..],
        ) -> download, no_auth
    }
    endpoint! {
        /// Retrieves the number of the next segment to be written, as text.
        pub Next: Trickle = GET "/{channel}/next" (
            /// Name of the channel: who knows it may use it.
            channel: Secret,
        ) -> text, no_auth
    }
    endpoint! {
        /// Deletes a channel. Status 400 means that there is none.
        pub Delete: Trickle = DELETE "/{channel}" (
            /// Name of the channel: who knows it may use it.
            channel: Secret,
        ) -> (), no_auth
    }
    endpoint! {
        /// Closes a segment: its subscribers receive no more of it.
        pub DeleteSegment: Trickle = DELETE "/{channel}/{seq}" (
            /// Name of the channel: who knows it may use it.
            channel: Secret,
            /// Number of the segment.
            seq: u64,
        ) -> (), no_auth
    }
}
