//! An upload in progress: its state, and how it is aborted.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use super::{UploadState, Uploaded};
use crate::tus::{Aborted, UploadError};
use crate::{BoxFuture, Client, Studio};

/// Called with each state, to save it.
pub(super) type Save = Arc<dyn Fn(&UploadState) + Send + Sync>;

/// Sends an upload. Dropping it stops sending without a request to the server, so that it can be resumed;
/// [`abort`](Self::abort) deletes it from the server.
#[must_use = "futures do nothing until they are awaited"]
pub struct UploadFuture {
    client: Client<Studio>,
    latest: Latest,
    work: BoxFuture<'static, Result<Uploaded, UploadError>>,
}

/// The latest state of an upload, passed to the callback that saves it.
#[derive(Clone)]
pub(super) struct Latest {
    state: Arc<Mutex<Option<UploadState>>>,
    save: Option<Save>,
}

impl Latest {
    pub(super) fn new(state: Option<UploadState>, save: Option<Save>) -> Self {
        Self { state: Arc::new(Mutex::new(state)), save }
    }

    fn get(&self) -> Option<UploadState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, state: UploadState) {
        if let Some(save) = &self.save {
            save(&state);
        }
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }
}

impl UploadFuture {
    #[inline]
    pub(super) fn new(
        client: Client<Studio>,
        latest: Latest,
        work: impl Future<Output = Result<Uploaded, UploadError>> + Send + 'static,
    ) -> Self {
        Self { client, latest, work: Box::pin(work) }
    }

    /// The current state; `None` until something was sent.
    pub fn state(&self) -> Option<UploadState> {
        self.latest.get()
    }

    /// Stops, and deletes the upload from the server. An upload that the server does not know is no error.
    ///
    /// # Errors
    /// When the server cannot be reached or does not allow it.
    pub async fn abort(self) -> Result<Aborted, UploadError> {
        let Self { client, latest, work } = self;
        drop(work);
        match latest.get() {
            Some(state) => state.tus.abort(&client).await,
            None => Ok(Aborted::NothingToDelete),
        }
    }
}

impl Future for UploadFuture {
    type Output = Result<Uploaded, UploadError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.work.as_mut().poll(cx)
    }
}

impl fmt::Debug for UploadFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFuture").field("state", &self.state()).finish_non_exhaustive()
    }
}
