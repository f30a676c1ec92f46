//! Bodies of requests and responses.
//!
//! One [`Body`] type serves both ways. What sets it apart from other `http_body` types: it knows whether it
//! can be sent again ([`Body::replay`]), which is what makes a retry safe, and it keeps its word about its length:
//! a source that turns out shorter or longer than announced is an error, never a body cut in silence.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
#[cfg(feature = "tokio")]
use tokio::io::AsyncRead;

#[cfg(all(feature = "fetch", target_family = "wasm"))]
pub(crate) use blob::Blob;
use file::Range;
use foreign::Foreign;
#[cfg(feature = "tokio")]
pub use reader::BoxReader;
use source::stat;

use crate::error::BoxError;
pub(crate) use drain::Drain;
pub(crate) use file::Parts;
pub(crate) use idle_guard::IdleGuard;
pub(crate) use source::{Opener, refuse_if_not_empty};

#[cfg(all(feature = "fetch", target_family = "wasm"))]
mod blob;
mod collect;
mod drain;
mod file;
mod foreign;
#[cfg(feature = "gzip")]
mod gzip;
mod idle_guard;
#[cfg(feature = "tokio")]
mod reader;
mod source;
#[cfg(test)]
pub(crate) mod tests;

/// The body of a request or a response: nothing, bytes, a file, a reader, another crate's body, or several in a row.
///
/// A body is read through [`http_body::Body`], by [`chunk`](Body::chunk) piece by piece, or by
/// [`bytes`](Body::bytes) as a whole. Files are read 512 KiB at a time, readers 256 KiB, and never held whole in
/// memory: of a file, about three such pieces. Files need a Tokio runtime, if the feature `tokio` is on.
///
/// ```
/// use typed_endpoint::Body;
///
/// let body = Body::from("hello");
/// assert_eq!(body.len(), Some(5));
/// assert!(body.is_replayable());
/// ```
pub struct Body {
    kind: Kind,
    /// Bytes left; `None` if unknown.
    left: Option<u64>,
    guard: Option<IdleGuard>,
}

enum Kind {
    /// Read to the end, or failed.
    Spent,
    Bytes(Bytes),
    Unopened(Opener),
    // Bodies must be `Sync`, readers need not be. The mutex is never locked to read: `&mut` gives access.
    Open(Box<Mutex<source::OpenSource>>),
    Foreign(Mutex<Pin<Box<dyn Foreign>>>),
    Chain(VecDeque<Body>),
    /// Encoded, and what decodes it.
    #[cfg(feature = "gzip")]
    Gzip(Box<(Body, gzip::Decoder)>),
}

/// A part of a body that JavaScript can send.
#[cfg(all(feature = "fetch", target_family = "wasm"))]
pub(crate) enum WebPart<'b> {
    Bytes(&'b Bytes),
    Blob(&'b Blob),
}

impl Body {
    /// A body without content; also the [`Default`].
    pub const fn empty() -> Body {
        Body::new(Kind::Bytes(Bytes::new()), Some(0))
    }

    /// The whole file at `path`. It is opened when the body is first read, and once more for every replay.
    ///
    /// # Errors
    ///
    /// When there is no such file or it is something else, a directory for instance. Reading the body fails if the
    /// file's size has changed by then.
    pub async fn file(path: impl Into<PathBuf>) -> io::Result<Body> {
        let path = path.into();
        let len = stat(&path).await?;
        Ok(Body::unopened(Opener::File(Range::whole(&path)), Some(len)))
    }

    /// `len` bytes of the file at `path`, from byte `offset` on: one part of a large upload.
    ///
    /// The file is opened when the body is first read. A file that ends within the range is an error.
    pub fn file_range(path: impl Into<PathBuf>, offset: u64, len: u64) -> Body {
        Body::unopened(Opener::File(Range::from(&path.into(), offset)), Some(len))
    }

    /// Like [`file_range`](Body::file_range), as one of the parts that a file is sent in.
    pub(crate) fn file_part(parts: &Arc<Parts>, offset: u64, len: u64) -> Body {
        Body::unopened(Opener::File(Range::part(parts, offset)), Some(len))
    }

    /// Whatever `reader` gives, sent once (feature `tokio`); without a known length.
    #[cfg(feature = "tokio")]
    pub fn reader(reader: impl AsyncRead + Send + 'static) -> Body {
        Body::unopened(Opener::once(reader), None)
    }

    /// Whatever `reader` gives, sent once; it must end after exactly `len` bytes
    /// (see [`take`](tokio::io::AsyncReadExt::take) for a reader that continues).
    #[cfg(feature = "tokio")]
    pub fn reader_with_len(reader: impl AsyncRead + Send + 'static, len: u64) -> Body {
        Body::unopened(Opener::once(reader), Some(len))
    }

    /// Readers made by `factory`, a fresh one for every time the body is sent. Each must end after
    /// exactly `len` bytes, where that is given.
    #[cfg(feature = "tokio")]
    pub fn replayable<R: AsyncRead + Send + 'static>(
        factory: impl Fn() -> io::Result<R> + Send + Sync + 'static,
        len: Option<u64>,
    ) -> Body {
        Body::unopened(Opener::factory(factory), len)
    }

    /// A body of another crate: of a response, or made by hand. It can be sent once.
    pub fn wrap<B>(body: B) -> Body
    where
        B: http_body::Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        if body.is_end_stream() {
            return Body::empty();
        }
        let left = body.size_hint().exact();
        Body::new(Kind::Foreign(Mutex::new(Box::pin(body))), left)
    }

    /// Several bodies, one after the other.
    pub fn chain(parts: impl IntoIterator<Item = Body>) -> Body {
        let mut parts: VecDeque<Body> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if parts.len() < 2 {
            return parts.pop_front().unwrap_or_default();
        }
        let left = parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(part.left?));
        Body::new(Kind::Chain(parts), left)
    }

    const fn new(kind: Kind, left: Option<u64>) -> Body {
        Body { kind, left, guard: None }
    }

    /// The same body, which now fails when nothing arrives for so long.
    pub(crate) fn guarded(self, idle: Duration) -> Body {
        Body { guard: Some(IdleGuard::new(idle)), ..self }
    }

    /// The content of this body, which is gzip data.
    #[cfg(feature = "gzip")]
    pub(crate) fn gunzipped(self) -> Body {
        if self.is_empty() {
            return self;
        }
        Body::new(Kind::Gzip(Box::new((self, gzip::Decoder::default()))), None)
    }

    /// For how long nothing may arrive.
    pub(crate) fn idle(&self) -> Option<Duration> {
        match &self.kind {
            #[cfg(feature = "gzip")]
            Kind::Gzip(encoded) => encoded.0.idle(),
            _ => Some(self.guard.as_ref()?.idle()),
        }
    }

    /// Reads to its end what is left of it, if that is near, so that its connection can be used again.
    pub(crate) async fn drain(mut self) {
        let mut drain = Drain::new();
        poll_fn(|cx| drain.poll(&mut self, cx)).await;
    }

    pub(crate) fn unopened(opener: Opener, len: Option<u64>) -> Body {
        Body::new(Kind::Unopened(opener), len)
    }

    /// How many bytes are still to come, where that is known.
    pub fn len(&self) -> Option<u64> {
        self.left
    }

    /// Whether it is known that no bytes are to come. A body of unknown length is not empty.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The content, where it is all in memory already and reading has not begun.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.kind {
            Kind::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The parts of the content, where none of it has to be read to be sent by JavaScript.
    #[cfg(all(feature = "fetch", target_family = "wasm"))]
    pub(crate) fn web_parts(&self) -> Option<Vec<WebPart<'_>>> {
        match &self.kind {
            Kind::Bytes(bytes) => Some(vec![WebPart::Bytes(bytes)]),
            Kind::Unopened(Opener::Blob(blob)) => Some(vec![WebPart::Blob(blob)]),
            Kind::Chain(parts) => {
                let parts: Option<Vec<_>> = parts.iter().map(Body::web_parts).collect();
                Some(parts?.into_iter().flatten().collect())
            }
            _ => None,
        }
    }

    /// Whether [`replay`](Body::replay) gives a body.
    pub fn is_replayable(&self) -> bool {
        match &self.kind {
            Kind::Bytes(_) => true,
            Kind::Unopened(opener) => opener.is_replayable(),
            Kind::Chain(parts) => parts.iter().all(Body::is_replayable),
            _ => false,
        }
    }

    /// The same body once more, from its start; `None` if its source can be read only once.
    ///
    /// Ask before reading: a body of which some has been read has no start to go back to.
    pub fn replay(&self) -> Option<Body> {
        let kind = match &self.kind {
            Kind::Bytes(bytes) => Kind::Bytes(bytes.clone()),
            Kind::Unopened(opener) if opener.is_replayable() => Kind::Unopened(opener.clone()),
            Kind::Chain(parts) => Kind::Chain(parts.iter().map(Body::replay).collect::<Option<_>>()?),
            _ => return None,
        };
        Some(Body::new(kind, self.left))
    }

    /// The next piece, at the pace it arrives; `None` at the end. Trailers are skipped.
    ///
    /// # Errors
    ///
    /// When the source fails, a lost connection for instance. Nothing comes after an error.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, BoxError> {
        poll_fn(|cx| self.poll_chunk(cx)).await.transpose()
    }

    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            match ready!(self.poll(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = match (self.poll_kind(cx), &mut self.guard) {
            (Poll::Pending, Some(guard)) => Some(Err(ready!(guard.poll_idle(cx)).into())),
            (Poll::Pending, None) => return Poll::Pending,
            (Poll::Ready(polled), Some(guard)) => {
                guard.record();
                polled
            }
            (Poll::Ready(polled), None) => polled,
        };
        let invalid = match (&polled, &mut self.left) {
            (Some(Ok(frame)), Some(left)) => {
                let sent = frame.data_ref().map_or(0, Bytes::len) as u64;
                let over = sent > *left;
                *left = left.saturating_sub(sent);
                over.then_some("the body continues after the length it announced")
            }
            (None, Some(left)) if *left > 0 => Some("the body ended before the length it announced"),
            _ => None,
        };
        let polled = match invalid {
            Some(text) => Some(Err(io::Error::new(io::ErrorKind::InvalidData, text).into())),
            None => polled,
        };
        if !matches!(polled, Some(Ok(_))) {
            // Releases the file or connection at once, and keeps what is polled again from starting over.
            *self = Body::new(Kind::Spent, Some(0));
        }
        Poll::Ready(polled)
    }

    fn poll_kind(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            match &mut self.kind {
                Kind::Spent => return Poll::Ready(None),
                Kind::Bytes(bytes) => {
                    let bytes = std::mem::take(bytes);
                    self.kind = Kind::Spent;
                    return Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))));
                }
                Kind::Unopened(opener) => {
                    let reading = opener.open(self.left);
                    self.kind = Kind::Open(Box::new(Mutex::new(reading)));
                }
                Kind::Open(reading) => {
                    return unlocked(reading).poll_chunk(cx).map_ok(Frame::data).map_err(BoxError::from);
                }
                Kind::Foreign(body) => return unlocked(body).as_mut().poll_foreign(cx),
                Kind::Chain(parts) => {
                    let Some(part) = parts.front_mut() else { return Poll::Ready(None) };
                    match ready!(part.poll_chunk(cx)) {
                        Some(chunk) => return Poll::Ready(Some(chunk.map(Frame::data))),
                        None => drop(parts.pop_front()),
                    }
                }
                #[cfg(feature = "gzip")]
                Kind::Gzip(encoded) => {
                    let (encoded, decoder) = &mut **encoded;
                    if let Some(piece) = decoder.next() {
                        return Poll::Ready(Some(piece.map(Frame::data).map_err(BoxError::from)));
                    }
                    match ready!(encoded.poll_chunk(cx)) {
                        Some(Ok(input)) => decoder.feed(input),
                        Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                        None => return Poll::Ready(decoder.finish().err().map(|error| Err(error.into()))),
                    }
                }
            }
        }
    }
}

fn unlocked<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.get_mut().poll(cx)
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Spent => true,
            Kind::Bytes(bytes) => bytes.is_empty(),
            _ => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.len().map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::Spent => "empty",
            Kind::Bytes(bytes) if bytes.is_empty() => "empty",
            Kind::Bytes(_) => "bytes",
            Kind::Unopened(Opener::File(_)) => "file",
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Kind::Unopened(Opener::Blob(_)) => "blob",
            #[cfg(feature = "tokio")]
            Kind::Unopened(Opener::Once(_) | Opener::Factory(_)) => "reader",
            Kind::Open(_) => "open",
            Kind::Foreign(_) => "stream",
            Kind::Chain(_) => "chain",
            #[cfg(feature = "gzip")]
            Kind::Gzip(_) => "gzip",
        };
        f.debug_struct("Body").field("kind", &kind).field("len", &self.len()).finish()
    }
}

impl Default for Body {
    fn default() -> Body {
        Body::empty()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Body {
        let left = Some(bytes.len() as u64);
        Body::new(Kind::Bytes(bytes), left)
    }
}

/// A blob of JavaScript's, such as a file that was chosen in a page (feature `fetch`, on WebAssembly). The default transport has
/// the browser read it while it is sent; nothing of it enters the program's memory.
#[cfg(all(feature = "fetch", target_family = "wasm"))]
impl From<web_sys::Blob> for Body {
    fn from(blob: web_sys::Blob) -> Body {
        Body::blob(Blob::new(blob))
    }
}

#[cfg(all(feature = "fetch", target_family = "wasm"))]
impl Body {
    pub(crate) fn blob(blob: Blob) -> Body {
        let len = blob.len();
        Body::unopened(Opener::Blob(blob), Some(len))
    }
}

macro_rules! from_bytes {
    ($($from:ty),*) => {$(
        impl From<$from> for Body {
            fn from(content: $from) -> Body {
                Bytes::from(content).into()
            }
        }
    )*};
}

from_bytes!(Vec<u8>, String, &'static str, &'static [u8]);
