//! Bodies handed on while they arrive.

use std::path::Path;
use std::{fmt, io};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use tokio::io::AsyncWriteExt;

use crate::body::{Body, named};
use crate::context::CallContext;
use crate::error::{BoxError, Error, ErrorInner, ErrorKind, IdleTimeout};
use crate::response::RawResponse;

/// The body of a response, handed on while it arrives. Dropping it closes the connection.
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

    /// How many bytes are still to come; `None` when the server does not say.
    pub fn len(&self) -> Option<u64> {
        self.body.len()
    }

    /// Whether nothing is to come.
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

    /// All bytes that are still to come.
    ///
    /// # Errors
    /// As for [`chunk`](Self::chunk).
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if all.is_empty() && self.is_empty() {
                return Ok(chunk);
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// What is still to come, as a body: to be sent on.
    pub fn into_body(self) -> Body {
        self.body
    }

    /// Writes all that is still to come to a file and gives its length. The file appears under its name only when it is
    /// whole; until then it has `.part` after it.
    ///
    /// # Errors
    /// As for [`chunk`](Self::chunk), and when the file cannot be written.
    pub async fn save(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.save_with(path, |_| {}).await
    }

    /// Like [`save`](Self::save), telling the bytes written so far after each piece.
    ///
    /// # Errors
    /// As for [`save`](Self::save).
    pub async fn save_with(mut self, path: impl AsRef<Path>, mut progress: impl FnMut(u64)) -> Result<u64, Error> {
        let path = path.as_ref();
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let outcome = self.write(Path::new(&part), &mut progress).await;
        let outcome = match outcome {
            Ok(written) => {
                tokio::fs::rename(&part, path).await.map(|()| written).map_err(|error| self.unsaved(path, error))
            }
            Err(error) => Err(error),
        };
        if outcome.is_err() {
            // The failure to report is the first one.
            let _ = tokio::fs::remove_file(&part).await;
        }
        outcome
    }

    async fn write(&mut self, path: &Path, progress: &mut impl FnMut(u64)) -> Result<u64, Error> {
        let mut file = tokio::fs::File::create(path).await.map_err(|error| self.unsaved(path, error))?;
        let mut written = 0;
        while let Some(chunk) = self.chunk().await? {
            file.write_all(&chunk).await.map_err(|error| self.unsaved(path, error))?;
            written += chunk.len() as u64;
            progress(written);
        }
        file.flush().await.map_err(|error| self.unsaved(path, error))?;
        Ok(written)
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
