//! An upload under way: where it stands, and how it is called off.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use super::{Sending, State, UploadError};
use crate::transport::BoxFuture;

/// Is given each state, to save it.
pub(crate) type Save<S> = Arc<dyn Fn(&S) + Send + Sync>;

/// Sends an upload. Dropping it stops it, without telling the server, so that it can be resumed;
/// [`abort`](Self::abort) tells.
#[must_use = "futures do nothing until they are awaited"]
pub struct UploadFuture<S = State, T = S> {
    sending: Sending,
    latest: Latest<S>,
    /// What of a state is the protocol's.
    tus: fn(&S) -> &State,
    work: BoxFuture<'static, Result<T, UploadError>>,
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
pub(crate) struct Latest<S> {
    state: Arc<Mutex<Option<S>>>,
    save: Option<Save<S>>,
}

impl<S: Clone> Latest<S> {
    pub(crate) fn new(state: Option<S>, save: Option<Save<S>>) -> Self {
        Self { state: Arc::new(Mutex::new(state)), save }
    }

    pub(crate) fn get(&self) -> Option<S> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, state: S) {
        if let Some(save) = &self.save {
            save(&state);
        }
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }
}

impl<S> Clone for Latest<S> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), save: self.save.clone() }
    }
}

impl<S: Clone, T> UploadFuture<S, T> {
    pub(crate) fn new(
        sending: Sending,
        latest: Latest<S>,
        tus: fn(&S) -> &State,
        work: impl Future<Output = Result<T, UploadError>> + Send + 'static,
    ) -> Self {
        Self { sending, latest, tus, work: Box::pin(work) }
    }

    /// Where it stands; `None` as long as nothing was sent.
    pub fn state(&self) -> Option<S> {
        self.latest.get()
    }

    /// Stops, and tells the server to forget the upload. What the server does not know is no error.
    ///
    /// # Errors
    /// When the server cannot be told, or does not allow it.
    pub async fn abort(self) -> Result<Aborted, UploadError> {
        let Self { sending, latest, tus, work } = self;
        drop(work);
        match latest.get() {
            Some(state) => sending.abort(tus(&state)).await,
            None => Ok(Aborted::Untold),
        }
    }
}

impl<S, T> Future for UploadFuture<S, T> {
    type Output = Result<T, UploadError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.work.as_mut().poll(cx)
    }
}

impl<S: Clone + fmt::Debug, T> fmt::Debug for UploadFuture<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFuture").field("state", &self.state()).finish_non_exhaustive()
    }
}
