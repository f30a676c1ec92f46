//! What orchestrators say before any work: only then may another runner be asked.

use std::fmt;

use http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, Response};
use typed_endpoint::{Body, ErrorBody as _, ErrorKind, TransportError, TransportErrorKind};

use super::closed::Closed;
use crate::endpoints::network::orchestrator::{Challenge, JsonError};

/// The longest body that may be one of an orchestrator's own.
const MAX_BODY: u64 = 16 * 1024;

/// Why a runner was not used: nothing was done, so another one can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejection {
    /// The kind of reason.
    pub kind: RejectionKind,
    /// The reason, as text.
    pub text: String,
    /// The host of the runner's orchestrator.
    pub host: String,
}

/// A kind of reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// No connection to the orchestrator.
    Unreachable,
    /// The runner has no free capacity, or its price is not known at the moment.
    Busy,
    /// There is no such runner any more.
    Gone,
    /// The payment was not accepted.
    Payment,
    /// It costs more than may be paid.
    Price,
    /// The runner is not used in this way, or its orchestrator responds with something else.
    Other,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.host, self.text)
    }
}

impl Rejection {
    pub(super) fn new(kind: RejectionKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), host: String::new() }
    }

    /// What an error response says, if it is the orchestrator's own and precedes any work. An app may send anything else.
    pub(super) fn of_response(status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        if let Some(text) = own_text(headers, body) {
            let kind = match (status, text) {
                (503, text) if text.starts_with("no capacity available") => RejectionKind::Busy,
                (503, text) if text.starts_with("live runner price unavailable") => RejectionKind::Busy,
                (404, "runner not found" | "live runner proxy not found") => RejectionKind::Gone,
                (404, "live runners are not supported") => RejectionKind::Gone,
                (400, "runner is not single-shot" | "only persistent runners have sessions") => RejectionKind::Other,
                (400, "payment price does not match live runner price") => RejectionKind::Payment,
                (402, text) if text.starts_with("base64 decode error") => RejectionKind::Payment,
                (403, "mismatched manifest and auth token" | "segment sig check failed") => RejectionKind::Payment,
                (409, "session already exists") => RejectionKind::Payment,
                _ => return None,
            };
            return Some(Self::new(kind, text));
        }
        if status != 402 {
            return None;
        }
        let status = http::StatusCode::PAYMENT_REQUIRED;
        if let Some(error) = <JsonError as typed_endpoint::ErrorBody>::decode(status, headers, body) {
            let text = typed_endpoint::ErrorBody::message(&error);
            return text.starts_with("invalid live runner payment").then(|| Self::new(RejectionKind::Payment, text));
        }
        <Challenge as typed_endpoint::ErrorBody>::decode(status, headers, body)
            .map(|challenge| Self::new(RejectionKind::Payment, challenge.message()))
    }

    /// What a failed call means, if nothing was done.
    pub(super) fn of_error<B>(error: &typed_endpoint::Error<B>) -> Option<Self> {
        match (error.kind(), error.status()) {
            (ErrorKind::Connect, _) => Some(Self::new(RejectionKind::Unreachable, format!("{error:#}"))),
            (ErrorKind::Status, Some(status)) => Self::of_response(status.as_u16(), error.headers(), error.raw_body()),
            _ => None,
        }
    }
}

/// A text of the orchestrator's own.
fn own_text<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<&'a str> {
    let is = |name, value: &str| headers.get(name).is_some_and(|own| own.as_bytes().starts_with(value.as_bytes()));
    let own = is(CONTENT_TYPE, "text/plain") && is(X_CONTENT_TYPE_OPTIONS, "nosniff");
    std::str::from_utf8(body).ok().filter(|_| own).map(str::trim_end)
}

/// Whether an orchestrator has taken a payment that is not enough: nothing was done, but another runner would be another payment.
pub(super) fn took_too_little(status: u16, headers: &HeaderMap, body: &[u8]) -> bool {
    status == 400 && own_text(headers, body).is_some_and(|text| text.starts_with("insufficient balance, mid="))
}

/// What an error response to an app's call says about its session.
pub(super) fn ended(status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Closed> {
    match (status, own_text(headers, body)?) {
        (404, "runner session not found" | "live runner proxy not found") => Some(Closed::Ended),
        (404, "runner not found") => Some(Closed::RunnerGone),
        _ => None,
    }
}

/// The content of a response that may be the orchestrator's own, and the same response.
///
/// # Errors
/// When the content cannot be read.
pub(super) async fn peek(response: Response<Body>) -> Result<(Option<bytes::Bytes>, Response<Body>), TransportError> {
    let short = response.body().len().is_some_and(|len| len <= MAX_BODY);
    if !response.status().is_client_error() && !response.status().is_server_error() || !short {
        return Ok((None, response));
    }
    let (parts, body) = response.into_parts();
    let content = body.bytes(MAX_BODY as usize).await;
    let content = content.map_err(|error| TransportError::new(TransportErrorKind::Sent, error))?;
    Ok((Some(content.clone()), Response::from_parts(parts, content.into())))
}
