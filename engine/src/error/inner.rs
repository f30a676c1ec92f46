//! What is known about a failed call, with the type of its error body forgotten.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{BoxError, EarlierAttempt, Mapped, RequestError};
use crate::endpoint::Operation;
use crate::retry::StopReason;

/// What kind of failure an [`Error`](crate::Error) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request cannot be sent as it is; nothing was.
    Request,
    /// No connection: refused, no such host, no TLS. Nothing was sent.
    Connect,
    /// Nothing arrived for too long, or the deadline passed.
    Timeout,
    /// The connection broke, or the other side does not speak HTTP.
    Transport,
    /// The server responded that it will not or cannot.
    Status,
    /// The server responded, but not with what the operation gives.
    Decode,
    /// The response is larger than the client's limit, or its headers are larger than any sensible ones.
    TooLarge,
    /// The request's own body could not be read: a file that changed, a reader that failed. A part of it may have been
    /// sent.
    Body,
    /// What was fetched cannot be written to its file: no such folder, no right, no room.
    File,
}

pub(crate) struct ErrorInner {
    pub(crate) kind: ErrorKind,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) what: String,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) retryable: bool,
    /// Whether it went to a URL that is not the API's, and so without a key.
    pub(crate) foreign: bool,
    pub(crate) not_retried: Option<StopReason>,
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    /// The response's body, cut and redacted.
    pub(crate) raw_body: Bytes,
    pub(crate) body: Option<Box<dyn Mapped>>,
    pub(crate) source: Option<BoxError>,
    /// What the attempts before this one met.
    pub(crate) earlier: Vec<EarlierAttempt>,
}

impl ErrorInner {
    pub(crate) fn new(kind: ErrorKind, source: Option<BoxError>) -> Box<Self> {
        Box::new(Self {
            kind,
            operation: None,
            what: String::new(),
            attempts: 0,
            elapsed: Duration::ZERO,
            retryable: false,
            foreign: false,
            not_retried: None,
            status: None,
            headers: HeaderMap::new(),
            raw_body: Bytes::new(),
            body: None,
            source,
            earlier: Vec::new(),
        })
    }

    pub(crate) fn request(error: RequestError) -> Box<Self> {
        Self::new(ErrorKind::Request, Some(error.into()))
    }
}
