//! Futures that do not panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

/// Awaits a future; `None` if it panics. The panic's own message is for the process's panic hook alone.
pub(super) async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| {
        // A future that has panicked is not polled again, and nothing else sees its state.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(polled) => polled.map(Some),
            Err(_) => std::task::Poll::Ready(None),
        }
    })
    .await
}
