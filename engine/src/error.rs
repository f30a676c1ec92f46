//! What can go wrong with a call, and all that is known about it.

mod as_io;
mod body;
mod causes;
mod earlier;
mod error_body;
mod file;
mod hint;
mod inner;
mod one_line;
mod request;
#[cfg(test)]
mod tests;
mod text;
mod timeout;
mod transport;
pub(crate) mod words;

use std::marker::PhantomData;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::codec::DecodeError;
use crate::endpoint::Operation;

pub use body::{BodyError, BoxError};
pub(crate) use causes::debug_as_text;
pub use causes::write_causes;
pub use earlier::EarlierAttempt;
pub(crate) use earlier::note_attempt;
pub(crate) use error_body::Mapped;
pub use error_body::{ErrorBody, ErrorContent, Unmapped, first_status};
pub(crate) use file::named;
pub(crate) use inner::ErrorInner;
pub use inner::ErrorKind;
pub(crate) use one_line::one_line;
pub use request::RequestError;
#[cfg(feature = "dynamic")]
pub(crate) use request::suggestion;
pub(crate) use text::looks_like_json;
pub use timeout::IdleTimeout;
pub(crate) use timeout::{ConnectTimeout, DeadlinePassed};
pub use transport::{TransportError, TransportErrorKind};

/// Why a call failed. Pointer-sized.
///
/// It always names the operation and the number of attempts, and, if there was a response, its status and the server's message:
/// [`body`](Self::body) is typed, [`raw_body`](Self::raw_body) is the bytes. `B` is the operation's error type; `?` converts it to
/// the plain [`Error`] of any operation, without loss ([`body_as`](Self::body_as)).
///
/// `{}` shows on one line what happened and what to do about it; `{:#}` also shows the causes, which
/// [`source`](std::error::Error::source) returns as types: an [`io::Error`](std::io::Error), the transport's error, [`RequestError`],
/// [`DecodeError`]. `{:?}`, which a `main` that returns the error prints, begins with the same text.
///
/// ```no_run
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::{Client, Error, Unmapped};
///
/// async fn title(client: &Client<Library>, id: &str) -> Result<Option<String>, Error> {
///     match client.call(GetBook::new(id)).await {
///         Ok(book) => Ok(Some(book.title)),
///         Err(error) if error.is_not_found() => Ok(None),
///         Err(error) => Err(error.into()),
///     }
/// }
///
/// # async fn example(client: &Client<Library>) {
/// if let Err(error) = title(client, "moby-dick").await {
///     eprintln!("{error:#}");
///     if let Some(body) = error.body_as::<Unmapped>() {
///         eprintln!("the server sent {body:?}");
///     }
/// }
/// # }
/// ```
pub struct Error<B = AnyBody>(Box<ErrorInner>, PhantomData<fn() -> B>);

/// Stands for the error body of any operation, in [`Error`].
#[derive(Debug)]
pub enum AnyBody {}

impl<B> Error<B> {
    pub(crate) fn new(inner: Box<ErrorInner>) -> Self {
        Self(inner, PhantomData)
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation; `None` for a plain download.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// The number of attempts, including those that could not connect.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The duration of the call, with all attempts.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// The response's status.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The response's headers; empty if there was no response. The caller's key is redacted if the server echoes it.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The response's raw body, truncated after 64 KiB. The caller's key is redacted if the server echoes it.
    pub fn raw_body(&self) -> &[u8] {
        &self.0.raw_body
    }

    /// The response's body as a `T`, for an error whose type parameter was erased by `?`.
    pub fn body_as<T: 'static>(&self) -> Option<&T> {
        self.0.body.as_ref()?.as_any().downcast_ref()
    }

    /// The server's message, as text; `None` if there was no response, or if its body had no message (such as JSON of an unknown
    /// shape: see [`raw_body`](Self::raw_body)).
    pub fn message(&self) -> Option<String> {
        let has_words = self.0.body.is_some() || !self.0.is_data();
        self.0.status.filter(|_| has_words).map(|_| self.0.message())
    }

    /// How the attempts before the last failed: a deletion that failed with 500 and was retried may end in 404, for example.
    /// Equal failures in a row are one entry. At most 8 entries; of more, the first and the last 7.
    pub fn earlier_attempts(&self) -> &[EarlierAttempt] {
        &self.0.earlier
    }

    /// The error of decoding, if the response could not be decoded.
    pub fn decode_error(&self) -> Option<&DecodeError> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// What is invalid about the request, if it could not be sent.
    pub fn request_error(&self) -> Option<&RequestError> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// Whether it failed to connect: nothing was sent.
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Whether a time-out or the deadline ended it.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether the request was invalid and not sent.
    pub fn is_request(&self) -> bool {
        self.0.kind == ErrorKind::Request
    }

    /// Whether the response could not be decoded as the operation's type.
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// Whether the same request may succeed later, and does no harm if the first one was carried out.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// 401: the key is missing or wrong.
    pub fn is_unauthorized(&self) -> bool {
        self.is_status(401)
    }

    /// 403: the key does not permit this.
    pub fn is_forbidden(&self) -> bool {
        self.is_status(403)
    }

    /// 404: it does not exist.
    pub fn is_not_found(&self) -> bool {
        self.is_status(404)
    }

    /// 409: it conflicts with the current state.
    pub fn is_conflict(&self) -> bool {
        self.is_status(409)
    }

    /// 410: it no longer exists.
    pub fn is_gone(&self) -> bool {
        self.is_status(410)
    }

    /// 412: a condition does not hold.
    pub fn is_precondition_failed(&self) -> bool {
        self.is_status(412)
    }

    /// 413: the body is too large.
    pub fn is_payload_too_large(&self) -> bool {
        self.is_status(413)
    }

    /// 415: the server does not accept the body's media type.
    pub fn is_unsupported_media_type(&self) -> bool {
        self.is_status(415)
    }

    /// 422: a field's value is invalid.
    pub fn is_unprocessable(&self) -> bool {
        self.is_status(422)
    }

    /// 429: too many requests.
    pub fn is_rate_limited(&self) -> bool {
        self.is_status(429)
    }

    /// 500 to 599: the server failed.
    pub fn is_server_error(&self) -> bool {
        self.0.status.is_some_and(|status| status.is_server_error())
    }

    fn is_status(&self, status: u16) -> bool {
        self.0.kind == ErrorKind::Status && self.0.status.is_some_and(|own| own.as_u16() == status)
    }
}

impl<B: ErrorBody> Error<B> {
    /// The body of the error response, typed; `None` if there was no response, or one of another shape
    /// ([`raw_body`](Self::raw_body) has it).
    pub fn body(&self) -> Option<&B> {
        self.body_as()
    }
}

impl<B: ErrorBody> From<Error<B>> for Error {
    fn from(error: Error<B>) -> Self {
        Self(error.0, PhantomData)
    }
}

impl<B> From<RequestError> for Error<B> {
    fn from(error: RequestError) -> Self {
        Self::new(ErrorInner::request(error))
    }
}

impl<B> std::error::Error for Error<B> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
