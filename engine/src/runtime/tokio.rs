//! By Tokio.

use std::future::Future;
use std::io::{self, Error};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
#[cfg(feature = "blocking")]
pub(crate) use tokio::task::unconstrained;
pub(crate) use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout, timeout_at};

use crate::error::{BoxError, RequestError};

/// Whether there is what every wait needs, as an error: Tokio's timers panic where there are none.
pub(crate) fn check() -> Result<(), RequestError> {
    if Handle::try_current().is_err() {
        return Err(RequestError::NO_RUNTIME);
    }
    // There is no other way to ask for it. The panic's own words are printed, and with `panic = "abort"` they are the last.
    std::panic::catch_unwind(|| drop(sleep(Duration::ZERO))).map_err(|_| RequestError::Runtime {
        reason: "the Tokio runtime has no timers: build it with `enable_all()`, or `enable_time()`",
    })
}

/// Runs what would block elsewhere, from now on, in one trip for several system calls; an error, not a panic, without a
/// runtime.
pub(crate) fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> impl Future<Output = io::Result<T>> + Send {
    let spawned = Handle::try_current().map(|runtime| runtime.spawn_blocking(work));
    async move {
        let spawned = spawned.map_err(|_| Error::other(RequestError::NO_RUNTIME))?;
        spawned.await.map_err(Error::other)?
    }
}

/// A file that is written to.
pub(crate) struct Writer(tokio::fs::File);

impl Writer {
    pub(crate) fn new(file: std::fs::File) -> Self {
        Self(tokio::fs::File::from_std(file))
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).await
    }

    /// Waits until everything is written, and closes the file.
    pub(crate) async fn finish(mut self) -> io::Result<()> {
        self.0.flush().await
    }
}

/// What goes on whether it is polled or not. Dropping it stops everything.
pub(crate) struct Task<T>(JoinHandle<T>);

/// Begins a task, or gives back the future where there is no runtime: polled, it says so itself.
pub(crate) fn spawn<F>(future: F) -> Result<Task<F::Output>, F>
where
    F: Future<Output: Send> + Send + 'static,
{
    match Handle::try_current() {
        Ok(runtime) => Ok(Task(runtime.spawn(future))),
        Err(_) => Err(future),
    }
}

impl<T> Future for Task<T> {
    /// An error if the runtime has ended.
    type Output = Result<T, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(ready!(Pin::new(&mut self.0).poll(cx)).map_err(|error| match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(ended) => ended.into(),
        }))
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
