//! The boundary to HTTP: one method, so that anything can stand behind it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};

use crate::body::{Body, BoxError};
use crate::wire::RequestError;

/// A boxed future, as object-safe traits give it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends a request and gives the answer as soon as its headers are there.
///
/// The engine does all the rest: keys, retries, time-outs while nothing arrives, reading the body. A transport makes
/// one attempt: it neither repeats a request nor follows redirects.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use http::{Request, Response};
/// use typed_endpoint::{Body, BoxFuture, Client, Transport, TransportError};
///
/// /// Counts what goes through it.
/// struct Counted<T>(T, std::sync::atomic::AtomicU64);
///
/// impl<T: Transport> Transport for Counted<T> {
///     fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.send(request)
///     }
/// }
///
/// let client = Client::<Library>::new().key("12345").transport(Counted(reqwest::Client::new(), Default::default()));
/// # let _ = client;
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request.
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>>;
}

/// A request got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct TransportError {
    /// How far it came.
    pub kind: TransportErrorKind,
    /// Why.
    pub source: BoxError,
}

/// How far a request came that got no answer.
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
    /// An answer came, but its head is larger than the transport takes.
    TooLarge,
}

impl TransportError {
    /// A failure of the given kind.
    pub fn new(kind: TransportErrorKind, source: impl Into<BoxError>) -> Self {
        Self { kind, source: source.into() }
    }
}

/// Makes the transport that a client has unless one is given: HTTP by reqwest, without redirects and retries of its own.
/// For a transport of one's own that goes around it.
///
/// # Errors
/// Without the feature `reqwest`, as there is none then.
#[cfg(feature = "reqwest")]
pub fn default_transport(connect_timeout: Option<Duration>) -> Result<Arc<dyn Transport>, RequestError> {
    Ok(Arc::new(reqwest::Default::new(connect_timeout)))
}

/// Makes the transport that a client has unless one is given: without the feature `reqwest` there is none.
///
/// # Errors
/// Always.
#[cfg(not(feature = "reqwest"))]
pub fn default_transport(_: Option<Duration>) -> Result<Arc<dyn Transport>, RequestError> {
    Err(RequestError::Settings(
        "there is no transport: turn on a feature (`rustls`, `native-tls`, `reqwest`) or give one by `.transport(…)`"
            .into(),
    ))
}

#[cfg(feature = "reqwest")]
pub(crate) mod reqwest;
#[cfg(feature = "tower")]
pub(crate) mod tower;
