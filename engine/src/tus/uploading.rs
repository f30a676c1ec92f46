//! An upload under way: where it stands, and how it is cancelled.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use super::checkpoint::Checkpoint;
use super::error::UploadError;
use super::sending::Sending;
use crate::transport::BoxFuture;

/// Called with each checkpoint, to save it.
pub(super) type Save = Arc<dyn Fn(&Checkpoint) + Send + Sync>;

/// Sends an upload. Dropping it stops it, without telling the server, so that it can be resumed;
/// [`abort`](Self::abort) tells.
#[must_use = "futures do nothing until they are awaited"]
pub struct UploadFuture {
    sending: Sending,
    latest: Latest,
    work: BoxFuture<'static, Result<Checkpoint, UploadError>>,
}

/// What [`abort`](UploadFuture::abort) has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aborted {
    /// The server was told, and has forgotten the upload.
    Forgotten,
    /// The server was not told, for it holds no part: the upload was not created, or is a file that goes out at once, of
    /// which the server has all or nothing.
    Untold,
}

/// The latest state of an upload, for whoever asks and for whoever saves it.
#[derive(Clone)]
pub(super) struct Latest {
    state: Arc<Mutex<Option<Checkpoint>>>,
    save: Option<Save>,
}

impl Latest {
    pub(super) fn new(state: Option<Checkpoint>, save: Option<Save>) -> Self {
        Self { state: Arc::new(Mutex::new(state)), save }
    }

    fn get(&self) -> Option<Checkpoint> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, state: Checkpoint) {
        if let Some(save) = &self.save {
            save(&state);
        }
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }
}

impl UploadFuture {
    pub(super) fn new(
        sending: Sending,
        latest: Latest,
        work: impl Future<Output = Result<Checkpoint, UploadError>> + Send + 'static,
    ) -> Self {
        Self { sending, latest, work: Box::pin(work) }
    }

    /// Where it stands; `None` as long as nothing was sent.
    pub fn state(&self) -> Option<Checkpoint> {
        self.latest.get()
    }

    /// Stops, and tells the server to forget the upload. What the server does not know is no error.
    ///
    /// # Errors
    /// When the server cannot be told, or does not allow it.
    pub async fn abort(self) -> Result<Aborted, UploadError> {
        let Self { sending, latest, work } = self;
        drop(work);
        match latest.get() {
            Some(state) => sending.abort(&state).await,
            None => Ok(Aborted::Untold),
        }
    }
}

impl Future for UploadFuture {
    type Output = Result<Checkpoint, UploadError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.work.as_mut().poll(cx)
    }
}

impl fmt::Debug for UploadFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFuture").field("state", &self.state()).finish_non_exhaustive()
    }
}
