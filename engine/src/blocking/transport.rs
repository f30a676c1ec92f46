//! Transports without async.

use std::fmt;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::{Method, Request, Response, StatusCode};
use http_body::{Frame, SizeHint};

use super::park::block_on;
use super::read_chunks;
use crate::body::Body;
use crate::error::TransportError;
use crate::runtime::unconstrained;
use crate::transport::BoxFuture;

/// Sends a request and returns the response as soon as its headers are there, blocking its thread.
///
/// The engine does all the rest: keys, retries, redirects, reading the body. A transport makes one attempt: it neither repeats a
/// request nor follows redirects, and gives error responses as responses. Its time-outs are its own, as nothing can interrupt a
/// thread that blocks; a deadline ends a call between two attempts.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use std::io::Read;
/// use http::{Request, Response};
/// use typed_endpoint::blocking::{Client, RequestBody, Transport};
/// use typed_endpoint::TransportError;
///
/// /// Always the same book.
/// struct Shelf;
///
/// impl Transport for Shelf {
///     fn send(&self, _: Request<RequestBody>) -> Result<Response<Box<dyn Read + Send>>, TransportError> {
///         Ok(Response::new(Box::new(&br#"{"id": "emma", "title": "Emma"}"#[..])))
///     }
/// }
///
/// let client = Client::with_transport(typed_endpoint::Client::<Library>::new(), Shelf);
/// assert_eq!(client.call(GetBook::new("emma")).run()?.title, "Emma");
/// # Ok::<(), typed_endpoint::Error>(())
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request.
    ///
    /// # Errors
    /// When there is no response. [`TransportErrorKind`](crate::TransportErrorKind) says how far the request came.
    fn send(&self, request: Request<RequestBody>) -> Result<Response<Box<dyn Read + Send>>, TransportError>;
}

/// The body of a request, as a [`Read`].
pub struct RequestBody {
    body: Body,
    chunk: Bytes,
}

impl RequestBody {
    /// Its length in bytes, if it is known; without one it is sent chunked.
    #[must_use]
    pub fn len(&self) -> Option<u64> {
        Some(self.body.len()? + self.chunk.len() as u64)
    }

    /// Whether nothing is to be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }
}

impl Read for RequestBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Self { body, chunk } = self;
        read_chunks(chunk, buffer, || block_on(unconstrained(body.chunk())).map_err(io::Error::other))
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// A blocking transport as one for the engine.
pub(super) struct Adapter<T>(T);

impl<T> Adapter<T> {
    pub(super) fn new(transport: T) -> Self {
        Self(transport)
    }
}

impl<T: Transport> crate::transport::Transport for Adapter<T> {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let is_head = request.method() == Method::HEAD;
            let response = self.0.send(request.map(|body| RequestBody { body, chunk: Bytes::new() }))?;
            let (parts, reader) = response.into_parts();
            // Whatever length its headers tell.
            if is_head || matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
                return Ok(Response::from_parts(parts, Body::empty()));
            }
            let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
            Ok(Response::from_parts(parts, Body::wrap(ResponseBody { reader, left: length })))
        })
    }
}

/// How much of a response is read at a time.
const CHUNK: usize = 64 * 1024;

/// A response's body, read where it is polled.
struct ResponseBody {
    reader: Box<dyn Read + Send>,
    left: Option<u64>,
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == Some(0) {
            return Poll::Ready(None);
        }
        let wanted = self.left.map_or(CHUNK, |left| usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK)));
        let mut chunk = BytesMut::zeroed(wanted);
        let count = loop {
            match self.reader.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Some(Err(error))),
                Ok(count) => break count,
            }
        };
        if count == 0 {
            let whole = self.left.is_none();
            return Poll::Ready((!whole).then(|| Err(io::ErrorKind::UnexpectedEof.into())));
        }
        chunk.truncate(count);
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(count as u64);
        }
        Poll::Ready(Some(Ok(Frame::data(chunk.freeze()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
