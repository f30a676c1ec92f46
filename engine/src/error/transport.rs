//! Why a request got no response.

use super::BoxError;

/// A request got no response.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
#[non_exhaustive]
pub struct TransportError {
    /// How far it came.
    pub kind: TransportErrorKind,
    /// Why.
    pub source: BoxError,
}

/// How far a request came that got no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// There was no connection: nothing was sent, and it may be sent again whatever it is.
    Connect,
    /// Connecting took too long: nothing was sent.
    ConnectTimeout,
    /// It is no request that can be sent, now or later: nothing was.
    Request,
    /// The request's own body could not be read; what there was of it may have been sent.
    Body,
    /// The request was sent, at least in part.
    Sent,
    /// The request was sent, at least in part, and the transport's own time-out ended the waiting.
    Timeout,
    /// A response came, but its head is larger than the transport takes.
    TooLarge,
}

impl TransportError {
    /// A failure of the given kind.
    pub fn new(kind: TransportErrorKind, source: impl Into<BoxError>) -> Self {
        Self { kind, source: source.into() }
    }
}
