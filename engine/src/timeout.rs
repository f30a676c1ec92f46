//! Time-outs that count from the last byte sent or received, so that what makes progress is left alone.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, sleep};

use crate::body::Body;
use crate::error::{BoxError, IdleTimeout};

/// Called with the number of bytes whenever the transport takes some of a request's body.
pub(crate) type Observer = Arc<dyn Fn(u64) + Send + Sync>;

/// Watches a request's body while the transport takes it: when it last gave bytes, and why it failed if it did. A small
/// one in memory is taken at once and cannot fail, so there is nothing to watch.
pub(crate) struct ActivityMonitor(Option<Arc<Activity>>);

struct Activity {
    began: Instant,
    /// Nanoseconds from the beginning to the last byte.
    last: AtomicU64,
    failure: Mutex<Option<BoxError>>,
    observer: Option<Observer>,
}

/// A body in memory up to this size is handed over whole.
const AT_ONCE: usize = 64 * 1024;

/// What the transport gets when the request's body fails; the failure itself is kept for the caller.
#[derive(Debug, thiserror::Error)]
#[error("the request's body could not be read")]
struct Unreadable;

impl ActivityMonitor {
    /// A body that is watched, and what tells of it.
    pub(crate) fn new(body: Body, observer: Option<Observer>) -> (Self, Body) {
        if body.as_bytes().is_some_and(|bytes| bytes.len() <= AT_ONCE) {
            return (Self(None), body);
        }
        let (last, failure) = (AtomicU64::new(0), Mutex::default());
        let state = Arc::new(Activity { began: Instant::now(), last, failure, observer });
        (Self(Some(state.clone())), Body::wrap(WatchedBody { body, rest: Bytes::new(), state }))
    }

    /// Why the body could not be read, if that is so.
    pub(crate) fn failure(&self) -> Option<BoxError> {
        self.0.as_ref()?.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Waits for a future as long as it, or the request's body, makes progress.
    pub(crate) async fn wait<F: Future + Unpin>(
        &self,
        mut future: F,
        idle: Duration,
    ) -> Result<F::Output, IdleTimeout> {
        if let Some(state) = &self.0 {
            state.record();
        }
        let mut sleep = pin!(sleep(idle));
        std::future::poll_fn(|cx| {
            loop {
                if let Poll::Ready(output) = Pin::new(&mut future).poll(cx) {
                    return Poll::Ready(Ok(output));
                }
                ready!(sleep.as_mut().poll(cx));
                let left = self.0.as_ref().map_or(Duration::ZERO, |state| idle.saturating_sub(state.idle_for()));
                if left.is_zero() {
                    return Poll::Ready(Err(IdleTimeout(idle)));
                }
                sleep.as_mut().reset(deadline(left));
            }
        })
        .await
    }
}

impl Activity {
    fn record(&self) {
        let now = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
    }

    /// How long nothing has moved.
    fn idle_for(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_nanos(self.last.load(Ordering::Relaxed)))
    }
}

fn deadline(idle: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(idle).unwrap_or_else(|| now + Duration::from_secs(86_400 * 365))
}

struct WatchedBody {
    body: Body,
    rest: Bytes,
    state: Arc<Activity>,
}

impl http_body::Body for WatchedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if !self.rest.has_remaining() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                Some(Err(error)) => {
                    *self.state.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return Poll::Ready(Some(Err(Unreadable.into())));
                }
                None => return Poll::Ready(None),
            }
        }
        // In slices, so that a large body in memory shows its progress too.
        let most = self.rest.len().min(AT_ONCE);
        let slice = self.rest.split_to(most);
        self.state.record();
        if let Some(observer) = &self.state.observer {
            observer(slice.len() as u64);
        }
        Poll::Ready(Some(Ok(Frame::data(slice))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.body.size_hint().exact() {
            Some(rest) => SizeHint::with_exact(rest + self.rest.len() as u64),
            None => SizeHint::default(),
        }
    }
}
