//! Reading what is left of a response that nobody needs any more, so that its connection can be used again.

use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::{Body, IdleGuard};

/// How much is read before the connection is given up, in bytes. Beyond this a new one is cheaper.
const MAX_BYTES: usize = 16 * 1024;

/// How long it is waited for in all.
const MAX_TIME: Duration = Duration::from_millis(100);

/// Reads a body to its end, if that is near.
pub(crate) struct Drain {
    left: usize,
    time: IdleGuard,
}

impl Drain {
    pub(crate) fn new() -> Self {
        Self { left: MAX_BYTES, time: IdleGuard::new(MAX_TIME) }
    }

    /// Ready when there is no more to be read, or no more is worth it.
    pub(crate) fn poll(&mut self, body: &mut Body, cx: &mut Context<'_>) -> Poll<()> {
        // A body without a time-out of its own may be read where there are no timers.
        let timed = body.idle().is_some();
        loop {
            match body.poll_chunk(cx) {
                Poll::Ready(Some(Ok(chunk))) => match self.left.checked_sub(chunk.len()) {
                    Some(left) => self.left = left,
                    None => return Poll::Ready(()),
                },
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(()),
                Poll::Pending if timed => {
                    ready!(self.time.poll_idle(cx));
                    return Poll::Ready(());
                }
                Poll::Pending => return Poll::Ready(()),
            }
        }
    }
}

impl std::fmt::Debug for Drain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drain").field("left", &self.left).finish_non_exhaustive()
    }
}
