//! Resumable uploads by the tus protocol, version 1.0.0, to any server that implements it.
//!
//! ```no_run
//! # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
//! # async fn example(client: typed_endpoint::Client<Library>) -> Result<(), typed_endpoint::tus::UploadError> {
//! use typed_endpoint::File;
//!
//! let endpoint = "https://tus.example/files";
//! client.tus(endpoint, File::path("holiday.mp4")).on_progress(|progress| println!("{progress}")).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The content is sent in parts, one request each. After any failure the upload asks the server for its offset and
//! continues from there: after a cut connection automatically, after a restart of the process by [`Upload::resume`].
//! The client's key and headers are never sent; those of [`Upload::header`] and [`Upload::header_provider`] are.
//!
//! Of the protocol's extensions, `creation`, `creation-defer-length` (for readers of unknown length) and `termination` (to
//! abort) are assumed. [`Upload::parallel`] uses `concatenation`, and `Upload::checksum` (feature `tus-checksum`) uses
//! `checksum`, if the server announces them. Only an upload that wants one of these two asks for the server's extensions,
//! by `OPTIONS`; it then also uses `creation-with-upload`, which saves the round trip that the question took. Any other
//! upload uses `creation-with-upload` only if [`Upload::create_with_upload`] is set.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderValue, Method};

use crate::api::Api;
use crate::client::Client;
use crate::encode;
use crate::error::BoxError;
use crate::file::File;
use crate::retry::Retry;
use crate::secret::Secret;
use crate::settings::KeyProvider;
pub use checkpoint::Checkpoint;
pub use error::UploadError;
use headers::CallerHeader;
use meter::Report;
pub use progress::UploadProgress;
pub use sending::PART_SIZE;
use sending::Sending;
pub use source::UploadSource;
pub use stamp::fingerprint;
use uploading::Save;
pub use uploading::{Aborted, UploadFuture};

mod checkpoint;
mod checksum;
mod create;
mod error;
mod extensions;
mod headers;
mod location;
mod meter;
mod parallel;
mod progress;
mod protocol;
mod put;
mod reader;
mod run;
mod send;
mod sending;
mod source;
mod stamp;
mod trust;
mod uploading;

/// An upload that has not started: `.await` sends it. Made by [`Client::tus`].
#[must_use = "an upload does nothing until it is awaited"]
pub struct Upload {
    sending: Sending,
    endpoint: Secret,
    content: Content,
    state: Option<Checkpoint>,
    given: Option<Secret>,
    report: Option<Report>,
    save: Option<Save>,
    /// The URL for a content that fits into one part, and its media type.
    put: Option<(Secret, HeaderValue)>,
}

/// What is uploaded.
#[derive(Debug)]
enum Content {
    File(File),
    Opened(UploadSource),
}

impl<A: Api> Client<A> {
    /// Uploads a file to a tus endpoint on any host. It uses the client's transport, retry policy, time-outs (except the
    /// deadline) and user agent. `Ok` means that the server has all bytes, not that it has processed them.
    ///
    /// # Errors
    /// [`UploadError`], from awaiting it: the content cannot be read, or a request failed for good.
    pub fn tus(&self, endpoint: impl Into<Secret>, file: impl Into<File>) -> Upload {
        Upload::of(self, endpoint.into(), Content::File(file.into()))
    }
}

impl Upload {
    /// Uploads a content that is already open, for a caller that has to inspect it first. Otherwise like [`Client::tus`].
    pub fn new<A: Api>(client: &Client<A>, endpoint: impl Into<Secret>, source: UploadSource) -> Self {
        Self::of(client, endpoint.into(), Content::Opened(source))
    }

    fn of<A: Api>(client: &Client<A>, endpoint: Secret, content: Content) -> Self {
        let sending = Sending::new(client);
        Self { sending, endpoint, content, state: None, given: None, report: None, save: None, put: None }
    }

    /// Sends a content that fits into one part by a single `PUT` to this URL instead, for services that offer both.
    /// A media type that is not a valid header value is replaced by `application/octet-stream`.
    ///
    /// An upload that was already created by tus is resumed by tus.
    pub fn or_put(mut self, url: impl Into<Secret>, media_type: &str) -> Self {
        let media_type = HeaderValue::from_str(media_type);
        let media_type = media_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
        self.put = Some((url.into(), media_type));
        self
    }

    /// Sets which error responses (by method, status and body) mean that the server already has the whole upload
    /// (default: none).
    pub fn complete_if(mut self, complete: fn(&Method, u16, &[u8]) -> bool) -> Self {
        self.sending.finished = complete;
        self
    }

    /// Resumes an upload at the offset that the server reports. The content must be the one it began with.
    pub fn resume(mut self, state: Checkpoint) -> Self {
        self.state = Some(state);
        self
    }

    /// Sends the content to an upload that already exists at this URL, instead of creating one at the endpoint. What the
    /// server already has is not sent again. A checkpoint given to [`resume`](Self::resume) takes precedence.
    ///
    /// If the server does not know the upload, the error is [`UploadError::Unknown`].
    pub fn at(mut self, url: impl Into<Secret>) -> Self {
        self.given = Some(url.into());
        self
    }

    /// Adds a header to each request of the protocol, such as `Authorization`. Its value is redacted in `Debug`, errors and
    /// logs. It is sent only to the endpoint's scheme, host and port, and not with [`or_put`](Self::or_put). It cannot
    /// replace the protocol's own headers.
    ///
    /// An invalid name or value fails the upload before anything is sent.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match encode::header(name, value, &[]) {
            Ok((name, mut value)) => {
                // So that no redirect takes it elsewhere, and nobody prints it.
                value.set_sensitive(true);
                self.sending.headers.push(CallerHeader::Fixed(name, value));
            }
            Err(error) => self.sending.config_error = Some(error),
        }
        self
    }

    /// Adds a header whose value a function returns, called for each attempt of each request: for tokens that expire during
    /// an upload. The function returns the whole value. The rules of [`header`](Self::header) apply; see also
    /// [`Client::key_provider`].
    ///
    /// If the function fails or returns an invalid value, the upload ends with that error and can be resumed.
    ///
    /// ```
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// # use typed_endpoint::{BoxError, Client, File, Secret};
    /// # async fn token() -> Result<String, BoxError> { Ok(String::new()) }
    /// # let client = Client::<Library>::new();
    /// let upload = client
    ///     .tus("https://tus.example/files", File::path("holiday.mp4"))
    ///     .header_provider("authorization", || async { Ok(format!("Bearer {}", token().await?).into()) });
    /// # let _ = upload;
    /// ```
    pub fn header_provider<F, Fut>(mut self, name: &str, provider: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Secret, BoxError>> + Send + 'static,
    {
        match encode::header(name, "", &[]) {
            Ok((name, _)) => {
                let provider: KeyProvider = Arc::new(move || Box::pin(provider()));
                self.sending.headers.push(CallerHeader::Provided(name, provider));
            }
            Err(error) => self.sending.config_error = Some(error),
        }
        self
    }

    /// Sets the size of the parts in bytes (default: [`PART_SIZE`]). Of a reader, one part is held in memory.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.sending.part_size = bytes;
        self
    }

    /// Sends the first part with the request that creates the upload, which saves a round trip (default: only if
    /// [`parallel`](Self::parallel) or `checksum` has asked for the server's extensions and they include
    /// `creation-with-upload`). The server is not asked whether it supports this, because asking costs what is saved. A server
    /// that does not gets the part afterwards.
    ///
    /// A connection that is cut during the creation loses that part, and may leave an abandoned upload on the server. With
    /// checksums, which do not cover this part, the upload is created without one.
    pub fn create_with_upload(mut self, along: bool) -> Self {
        self.sending.wanted.creation_with_upload = along;
        self
    }

    /// Sends a checksum of each part, by which the server detects corruption in transit (default: no): SHA-256 if the server
    /// supports it, otherwise SHA-1. A corrupted part is sent again. One part is held in memory at a time.
    ///
    /// The server is asked for its extensions first (`OPTIONS`). If it does not announce `checksum` with one of these
    /// algorithms, parts are sent without.
    #[cfg(feature = "tus-checksum")]
    pub fn checksum(mut self, checksum: bool) -> Self {
        self.sending.wanted.checksum = checksum;
        self
    }

    /// Sends a content that is longer than a part as several parallel uploads, which the server then concatenates (default:
    /// 1, at most 32, each at least as long as a part): for networks where one connection does not use the whole bandwidth.
    /// Each is retried independently. The callbacks report the sum, and the checkpoint covers all of them, so
    /// [`resume`](Self::resume) works as usual.
    ///
    /// The server is asked for its extensions first (`OPTIONS`). If it does not announce `concatenation`, or if the content is
    /// a reader, which has only one position, a single upload is made.
    pub fn parallel(mut self, uploads: usize) -> Self {
        self.sending.wanted.parallel = uploads;
        self
    }

    /// Sets the retry policy, in place of the client's. If neither is set, the upload backs off by up to 30 seconds per
    /// retry and five minutes in total while the server is unavailable; until the server has responded once,
    /// [`Retry::default`] applies. Progress of the upload resets the count of attempts and the time.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.sending.retry = Some(retry.into());
        self
    }

    /// Sets how long a request may make no progress before it is given up
    /// ([`Timeouts::idle`](crate::Timeouts::idle); default: the client's).
    pub fn timeout(mut self, idle: Duration) -> Self {
        self.sending.idle = Some(idle);
        self
    }

    /// Adds metadata for the server, such as a `filename`. A name that tus does not allow (with spaces, commas, or non-ASCII
    /// characters) is ignored.
    pub fn metadata(mut self, name: &str, value: &str) -> Self {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',') {
            return self;
        }
        let before = self.sending.metadata.as_ref().and_then(|before| before.to_str().ok());
        let before = before.map(|before| format!("{before},")).unwrap_or_default();
        // Base64 and what was checked above fit into any header.
        self.sending.metadata = HeaderValue::try_from(format!("{before}{name} {}", BASE64.encode(value))).ok();
        self
    }

    /// Sets whether the server may direct the upload to a host other than the endpoint's (default: no). If not, the host of
    /// the upload's URL is replaced by the endpoint's, because servers behind a proxy often report the wrong one; if the
    /// upload is not found there, the error is [`UploadError::Elsewhere`].
    pub fn allow_other_hosts(mut self, allow: bool) -> Self {
        self.sending.elsewhere = allow;
        self
    }

    /// Sets the progress callback, called about ten times a second. It is called while sending and must not block.
    pub fn on_progress(mut self, report: impl Fn(UploadProgress) + Send + Sync + 'static) -> Self {
        self.report = Some(Arc::new(report));
        self
    }

    /// Sets the callback that saves the checkpoint, called after each part. The next part is not sent before this returns.
    pub fn on_state(mut self, save: impl Fn(&Checkpoint) + Send + Sync + 'static) -> Self {
        self.save = Some(Arc::new(save));
        self
    }

    /// Deletes a [resumed](Self::resume) upload from the server. An upload that the server does not know is no error.
    ///
    /// # Errors
    /// When the server cannot be reached or does not allow it.
    pub async fn abort(self) -> Result<Aborted, UploadError> {
        self.into_future().abort().await
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("content", &self.content).field("state", &self.state).finish_non_exhaustive()
    }
}
