//! Why a request got no response.

use std::error::Error;
use std::fmt;

use super::BoxError;
use super::causes::{debug_as_text, write_causes};

/// A request got no response. `{:#}` adds the causes.
#[non_exhaustive]
pub struct TransportError {
    /// How much of it was sent.
    pub kind: TransportErrorKind,
    /// Why.
    pub source: BoxError,
}

/// How much of a request was sent before it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// There was no connection: nothing was sent, so any request may be retried.
    Connect,
    /// Connecting took too long: nothing was sent.
    ConnectTimeout,
    /// The request is invalid and can never be sent: nothing was.
    Request,
    /// The request's body could not be read; a part of it may have been sent.
    Body,
    /// The request was sent, at least in part.
    Sent,
    /// The request was sent, at least in part, and the transport's own time-out ended the waiting.
    Timeout,
    /// There was a response, but its headers exceed the transport's limit.
    TooLarge,
}

impl TransportError {
    /// A failure of the given kind.
    pub fn new(kind: TransportErrorKind, source: impl Into<BoxError>) -> Self {
        Self { kind, source: source.into() }
    }
}

debug_as_text!(TransportError);

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Connect => "no connection to the server",
            TransportErrorKind::ConnectTimeout => "connecting took too long",
            TransportErrorKind::Request => "the request cannot be sent",
            TransportErrorKind::Body => "the request's body cannot be read",
            TransportErrorKind::Sent => "the connection failed",
            TransportErrorKind::Timeout => "the transport's own time-out passed",
            TransportErrorKind::TooLarge => "the response's headers are too large",
        })?;
        write_causes(self, f)
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
