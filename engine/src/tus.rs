//! Resumable uploads by the tus protocol, version 1.0.0, to whatever server speaks it.
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
//! The content goes out in parts, one request each. After whatever went wrong, the server is asked how much it has, and
//! the upload goes on from there: after a cut connection by itself, after a restart of the process by
//! [`Upload::resume`]. The client's key and headers are never sent; those of [`Upload::header`] and
//! [`Upload::header_provider`] are.
//!
//! Of the protocol's extensions, `creation`, `creation-defer-length` (for readers of unknown length) and `termination` (to
//! abort) are taken for granted. [`Upload::parallel`] uses `concatenation`, and `Upload::checksum` (feature `tus-checksum`)
//! `checksum`, where the server announces them. It is asked for what it has, by `OPTIONS`, only by an upload that wants one
//! of these two; then `creation-with-upload` is used, too, which makes up for that request. Else that one is used where
//! [`Upload::create_with_upload`] says so: to ask would take the round trip that it saves.

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

/// An upload that was not begun: `.await` sends it. From [`Client::tus`].
#[must_use = "an upload does nothing until it is awaited"]
pub struct Upload {
    sending: Sending,
    endpoint: Secret,
    content: Content,
    state: Option<Checkpoint>,
    given: Option<Secret>,
    report: Option<Report>,
    save: Option<Save>,
    /// Where a content of one part goes as a whole, and its media type.
    put: Option<(Secret, HeaderValue)>,
}

/// What is uploaded.
#[derive(Debug)]
enum Content {
    File(File),
    Opened(UploadSource),
}

impl<A: Api> Client<A> {
    /// Uploads a file to a tus endpoint, wherever it is. Of the client it uses the transport, the policy for retries, the
    /// time-outs (but for the deadline) and the user agent. `Ok` says that the server has all bytes; what it makes of them
    /// then is between it and whoever runs it.
    pub fn tus(&self, endpoint: impl Into<Secret>, file: impl Into<File>) -> Upload {
        Upload::of(self, endpoint.into(), Content::File(file.into()))
    }
}

impl Upload {
    /// Uploads a content that was opened before, for a caller that has to inspect it first. As [`Client::tus`] else.
    pub fn new<A: Api>(client: &Client<A>, endpoint: impl Into<Secret>, source: UploadSource) -> Self {
        Self::of(client, endpoint.into(), Content::Opened(source))
    }

    fn of<A: Api>(client: &Client<A>, endpoint: Secret, content: Content) -> Self {
        let sending = Sending::new(client);
        Self { sending, endpoint, content, state: None, given: None, report: None, save: None, put: None }
    }

    /// Sends a content that fits into one part by a single `PUT` to this URL instead, for services that offer both
    /// ways. Its media type is `application/octet-stream` unless the given one is a header value.
    ///
    /// An upload that was created by tus before is resumed by tus.
    pub fn or_put(mut self, url: impl Into<Secret>, media_type: &str) -> Self {
        let media_type = HeaderValue::from_str(media_type);
        let media_type = media_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
        self.put = Some((url.into(), media_type));
        self
    }

    /// Tells which error responses (to a method, with a status and a body) say that the server has the whole upload
    /// already (default: none).
    pub fn complete_if(mut self, complete: fn(&Method, u16, &[u8]) -> bool) -> Self {
        self.sending.finished = complete;
        self
    }

    /// Goes on with an upload, where the server says that it is. The content must be the one it began with.
    pub fn resume(mut self, state: Checkpoint) -> Self {
        self.state = Some(state);
        self
    }

    /// Sends the content to an upload that somebody else has created, by its URL, instead of creating one at the endpoint.
    /// What the server has of it already is not sent again. A state to [`resume`](Self::resume) from goes before it.
    ///
    /// Where the server does not know the upload, the error is [`UploadError::Unknown`].
    pub fn at(mut self, url: impl Into<Secret>) -> Self {
        self.given = Some(url.into());
        self
    }

    /// One more header for each request of the protocol, such as `Authorization`; its value is redacted wherever it is
    /// shown. It stays on the endpoint's scheme, host and port, and is not sent with [`or_put`](Self::or_put). The headers
    /// of the protocol itself stay what they are.
    ///
    /// A name or value that cannot be sent fails the upload before anything is sent.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match encode::header(name, value) {
            Ok((name, mut value)) => {
                // So that no redirect takes it elsewhere, and nobody prints it.
                value.set_sensitive(true);
                self.sending.headers.push(CallerHeader::Fixed(name, value));
            }
            Err(error) => self.sending.config_error = Some(error),
        }
        self
    }

    /// A header whose value a function gives, anew for each request and each attempt at it: for tokens that expire while an
    /// upload lasts. The function gives the whole value, and is else as [`header`](Self::header) and
    /// [`Client::key_provider`].
    ///
    /// Where the function fails, or gives what no header can hold, the upload ends with that error, and can be resumed.
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
        match encode::header(name, "") {
            Ok((name, _)) => {
                let provider: KeyProvider = Arc::new(move || Box::pin(provider()));
                self.sending.headers.push(CallerHeader::Provided(name, provider));
            }
            Err(error) => self.sending.config_error = Some(error),
        }
        self
    }

    /// How large the parts are, in bytes (default: [`PART_SIZE`]). Of a reader, one part is held in memory.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.sending.part_size = bytes;
        self
    }

    /// Sends the first part along with the request that creates the upload, which saves a round trip (default: only where the
    /// server was asked for its extensions, and has `creation-with-upload`). For servers that are known to take it: asking them
    /// first would cost what is saved. One that does not take it gets the part afterwards.
    ///
    /// A connection that is cut during the creation loses that part, and may leave the server with an upload that nobody goes
    /// on with. With checksums, which do not cover it, no part goes along.
    pub fn create_with_upload(mut self, along: bool) -> Self {
        self.sending.wanted.creation_with_upload = along;
        self
    }

    /// Sends a checksum of each part, by which the server notices what was damaged on the way (default: no): SHA-256 where the
    /// server has it, else SHA-1. A part that does not arrive as it was sent is sent again. One part is held in memory then.
    ///
    /// The server is asked for its extensions first (`OPTIONS`). Where it does not announce `checksum`, or neither algorithm,
    /// parts go without.
    #[cfg(feature = "tus-checksum")]
    pub fn checksum(mut self, checksum: bool) -> Self {
        self.sending.wanted.checksum = checksum;
        self
    }

    /// Sends a content that is longer than a part as so many uploads side by side, at most 32, each at least as long as a part,
    /// which the server then puts together (default: 1): for connections of which one alone does not use what is there. Each is
    /// retried by itself. The callbacks tell of all together, the checkpoint holds all of them, and so it is
    /// [resumed](Self::resume) as any other.
    ///
    /// The server is asked for its extensions first (`OPTIONS`). Where it does not announce `concatenation`, and with readers,
    /// which are only ever in one place, it stays one upload.
    pub fn parallel(mut self, uploads: usize) -> Self {
        self.sending.wanted.parallel = uploads;
        self
    }

    /// When a request is sent again, in place of the client's setting. Where neither is set, waits of up to 30 seconds,
    /// five minutes of them in all, are made for a server that is away; one that has never responded is not waited for so
    /// long (as in [`Retry::default`]). Attempts and waits are counted anew whenever the upload has got further.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.sending.retry = Some(retry.into());
        self
    }

    /// How long nothing may be sent or received before a request is given up
    /// ([`Timeouts::idle`](crate::Timeouts::idle)).
    pub fn timeout(mut self, idle: Duration) -> Self {
        self.sending.idle = Some(idle);
        self
    }

    /// Something that the server shall know of the upload, such as its `filename`. A name that tus does not allow (with
    /// spaces, commas, or other than ASCII) is left out.
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

    /// Whether the server may have the content sent to another host than the endpoint's (default: no; the host is
    /// replaced, as it is mostly the wrong one behind a proxy; [`UploadError::Elsewhere`] if it was not).
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

    /// Tells the server to forget a [resumed](Self::resume) upload. What the server does not know is no error.
    ///
    /// # Errors
    /// When the server cannot be told, or does not allow it.
    pub async fn abort(self) -> Result<Aborted, UploadError> {
        self.into_future().abort().await
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("content", &self.content).field("state", &self.state).finish_non_exhaustive()
    }
}
