//! Streamed bodies.

mod target;

use std::path::Path;
use std::{fmt, io};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use crate::body::Body;
use crate::context::CallContext;
use crate::error::{BodyError, BoxError, Error, ErrorInner, ErrorKind, IdleTimeout, named};
use crate::response::RawResponse;
use crate::runtime::{Writer, blocking};
use target::Target;

/// The streamed body of a response. Dropping it closes the connection.
///
/// If the connection breaks or nothing arrives for too long, the download is resumed where it broke off, if the server supports
/// that (`Accept-Ranges: bytes`, with a strong `ETag` or a `Last-Modified` before the response's `Date`), by the retry policy;
/// attempts are counted again after each MiB. If the content has changed or the rest does not arrive, the first error is returned.
///
/// ```no_run
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// # async fn example(client: typed_endpoint::Client<Library>) -> Result<(), typed_endpoint::Error> {
/// let mut download = client.download("https://example.com/film.mp4").await?;
/// let mut received = 0;
/// while let Some(bytes) = download.chunk().await? {
///     received += bytes.len();
///     println!("{received} of {:?}", download.headers().get("content-length"));
/// }
/// # Ok(())
/// # }
/// ```
pub struct Download {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    context: CallContext,
}

impl Download {
    pub(crate) fn new(response: RawResponse) -> Self {
        Self { status: response.status, headers: response.headers, body: response.body, context: response.context }
    }

    /// A download made of its parts, for a body that came another way.
    pub fn from_parts(status: StatusCode, headers: HeaderMap, body: impl Into<Body>) -> Self {
        Self { status, headers, body: body.into(), context: CallContext::default() }
    }

    /// The number of bytes left; `None` if the server does not declare the length.
    pub fn len(&self) -> Option<u64> {
        self.body.len()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The response's status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The response's headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// When the connection breaks, or nothing arrives for too long.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let chunk = self.body.chunk().await;
        chunk.map_err(|error| self.failure(error))
    }

    /// Reads all bytes that are left into memory: no more than the client's
    /// [`max_response`](crate::Client::max_response) (default: 64 MiB). [`save`](Self::save) and [`chunk`](Self::chunk) have
    /// no limit.
    ///
    /// # Errors
    /// As for [`chunk`](Self::chunk), and [`ErrorKind::TooLarge`] when there is more.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.bytes_with(|_| {}).await
    }

    /// Like [`bytes`](Self::bytes), with a callback that gets the number of bytes received so far after each piece.
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes).
    pub async fn bytes_with(mut self, mut progress: impl FnMut(u64)) -> Result<Bytes, Error> {
        let limit = self.context.max_response;
        let too_large = |download: &Self| download.error(ErrorKind::TooLarge, BodyError::TooLarge { limit }.into());
        if self.len().is_some_and(|len| len > limit as u64) {
            return Err(too_large(&self));
        }
        let mut all = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if chunk.len() > limit - all.len() {
                return Err(too_large(&self));
            }
            progress((all.len() + chunk.len()) as u64);
            if all.is_empty() && self.is_empty() {
                return Ok(chunk);
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// The rest as a body, to be sent on.
    pub fn into_body(self) -> Body {
        self.body
    }

    /// Writes everything that is left to a file and returns its length in bytes.
    ///
    /// An existing file is replaced atomically and keeps its permissions: the new one is written next to it as
    /// `.download-….part`, which is removed if the download fails or the future is dropped. Concurrent saves to one name each end
    /// with a complete file. Nothing is synced to disk (`fsync`).
    ///
    /// A symbolic link is kept, and its target is replaced. A device or a FIFO is written to while the bytes arrive; opening a
    /// FIFO waits for its reader, on a thread that dropping the future does not stop.
    ///
    /// # Errors
    /// As for [`chunk`](Self::chunk), and when the file cannot be written ([`ErrorKind::File`]): before any of the body is
    /// received if the path is a directory, a dangling symbolic link, or in a directory that does not exist.
    pub async fn save(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.save_with(path, |_| {}).await
    }

    /// Like [`save`](Self::save), with a callback that gets the number of bytes written so far after each piece.
    ///
    /// # Errors
    /// As for [`save`](Self::save).
    pub async fn save_with(mut self, path: impl AsRef<Path>, mut progress: impl FnMut(u64)) -> Result<u64, Error> {
        let path = path.as_ref();
        let opened = {
            let path = path.to_owned();
            // What it opens is removed even if nobody waits for it any more.
            blocking(move || Target::inspect(&path)?.open()).await
        };
        let (file, temporary) = opened.map_err(|error| self.unsaved(path, error))?;
        let mut file = Writer::new(file);
        let mut written = 0;
        while let Some(chunk) = self.chunk().await? {
            file.write(&chunk).await.map_err(|error| self.unsaved(path, error))?;
            written += chunk.len() as u64;
            progress(written);
        }
        file.finish().await.map_err(|error| self.unsaved(path, error))?;
        if let Some(temporary) = temporary {
            blocking(move || temporary.persist()).await.map_err(|error| self.unsaved(path, error))?;
        }
        Ok(written)
    }

    /// Checks that [`save`](Self::save) could write to this path, before anything is fetched: that it is not a directory or a
    /// dangling symbolic link, and is in a directory that exists. Free space and permissions are not checked.
    ///
    /// # Errors
    /// As [`save`](Self::save) would.
    pub async fn check_target(path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let looked = {
            let path = path.to_owned();
            blocking(move || Target::inspect(&path).map(drop)).await
        };
        looked.map_err(|error| {
            let mut inner = ErrorInner::new(ErrorKind::File, Some(named(path, error).into()));
            inner.what = "download".into();
            Error::new(inner)
        })
    }

    fn failure(&self, error: BoxError) -> Error {
        let kind = if error.is::<IdleTimeout>() { ErrorKind::Timeout } else { ErrorKind::Transport };
        self.error(kind, self.context.redactor.redact_error(error))
    }

    /// The server did its part: what is wrong is on this machine.
    fn unsaved(&self, path: &Path, error: io::Error) -> Error {
        self.error(ErrorKind::File, named(path, error).into())
    }

    fn error(&self, kind: ErrorKind, error: BoxError) -> Error {
        let mut inner = ErrorInner::new(kind, Some(error));
        inner.what = if self.context.what.is_empty() { "download" } else { self.context.what }.into();
        inner.operation = self.context.operation;
        inner.status = Some(self.status);
        inner.attempts = self.context.attempts;
        inner.elapsed = self.context.began.map(|began| began.elapsed()).unwrap_or_default();
        Error::new(inner)
    }
}

/// What a server gives in response, for [`mock`](crate::mock)s: status 200, no headers.
impl From<Body> for Download {
    fn from(body: Body) -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body, context: CallContext::default() }
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("status", &self.status).field("len", &self.len()).finish_non_exhaustive()
    }
}
