//! Without Tokio.

use std::future::Future;
use std::io::{self, Write as _};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_timer::Delay;

#[cfg(not(target_family = "wasm"))]
pub(crate) use std::time::Instant;
#[cfg(target_family = "wasm")]
pub(crate) use web_time::Instant;

use crate::error::{BoxError, RequestError};

/// A future that is polled to its end in one go.
#[cfg(feature = "blocking")]
pub(crate) fn unconstrained<F: Future>(future: F) -> F {
    future
}

/// Nothing is missing.
pub(crate) fn check() -> Result<(), RequestError> {
    Ok(())
}

/// Runs what blocks, here: whoever has no threads for that is expected to block.
pub(crate) async fn blocking<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    work()
}

/// A file that is written to.
pub(crate) struct Writer(std::fs::File);

impl Writer {
    pub(crate) fn new(file: std::fs::File) -> Self {
        Self(file)
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    pub(crate) async fn finish(self) -> io::Result<()> {
        Ok(())
    }
}

/// There are no tasks.
pub(crate) struct Task<T>(std::marker::PhantomData<fn() -> T>);

/// Gives the future back: it goes on while it is polled.
pub(crate) fn spawn<F: Future>(future: F) -> Result<Task<F::Output>, F> {
    Err(future)
}

impl<T> Future for Task<T> {
    type Output = Result<T, BoxError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Pending
    }
}

/// Is ready when a time has passed.
pub(crate) struct Sleep(Delay);

impl Sleep {
    pub(crate) fn reset(mut self: Pin<&mut Self>, at: Instant) {
        self.0.reset(at.saturating_duration_since(Instant::now()));
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx)
    }
}

pub(crate) fn sleep(time: Duration) -> Sleep {
    Sleep(Delay::new(time))
}

pub(crate) fn sleep_until(at: Instant) -> Sleep {
    sleep(at.saturating_duration_since(Instant::now()))
}

/// The time has passed.
#[derive(Debug)]
pub(crate) struct Elapsed;

pub(crate) async fn timeout<F: Future>(time: Duration, future: F) -> Result<F::Output, Elapsed> {
    let (mut future, mut sleep) = (pin!(future), sleep(time));
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => Pin::new(&mut sleep).poll(cx).map(|()| Err(Elapsed)),
    })
    .await
}

pub(crate) async fn timeout_at<F: Future>(at: Instant, future: F) -> Result<F::Output, Elapsed> {
    timeout(at.saturating_duration_since(Instant::now()), future).await
}
