//! Sending what nobody waits for yet.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};

use super::Completed;
use crate::error::{ErrorInner, ErrorKind};
use crate::transport::BoxFuture;

type Sent = Result<Completed, Box<ErrorInner>>;

/// A task that ends with who waits for it.
struct Task(JoinHandle<Sent>);

/// Goes on whether it is polled or not. Dropping it still stops everything.
pub(crate) fn in_background(sending: BoxFuture<'static, Sent>) -> BoxFuture<'static, Sent> {
    // Where there is no runtime, it says so itself.
    let Ok(runtime) = Handle::try_current() else { return sending };
    #[cfg(feature = "tracing")]
    let sending = tracing::Instrument::in_current_span(sending);
    Box::pin(Task(runtime.spawn(sending)))
}

impl Future for Task {
    type Output = Sent;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Sent> {
        Poll::Ready(ready!(Pin::new(&mut self.0).poll(cx)).unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(ended) => Err(ended_with_runtime(ended)),
        }))
    }
}

fn ended_with_runtime(error: JoinError) -> Box<ErrorInner> {
    ErrorInner::new(ErrorKind::Transport, Some(error.into()))
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
