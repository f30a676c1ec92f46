//! Time-outs that count from the last byte sent or received, so that what makes headway is left alone.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::body::{Body, BoxError};

/// Nothing arrived for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no byte was sent or received for {0:?}")]
pub struct Idle(pub Duration);

/// Is told how many more bytes of a request's body the transport has taken.
pub(crate) type Observer = Arc<dyn Fn(u64) + Send + Sync>;

/// Watches a request's body while the transport takes it: when it last gave bytes, and why it failed if it did.
#[derive(Clone)]
pub(crate) struct Progress(Arc<State>);

struct State {
    began: Instant,
    /// Nanoseconds from the beginning to the last byte.
    last: AtomicU64,
    failure: Mutex<Option<BoxError>>,
    observer: Option<Observer>,
}

/// A body in memory up to this size is handed over whole.
const AT_ONCE: usize = 64 * 1024;

/// What the transport is told when the request's body fails; the failure itself is kept for the caller.
#[derive(Debug, thiserror::Error)]
#[error("the request's body could not be read")]
struct Unreadable;

impl Progress {
    /// Progress that somebody else looks at, too.
    pub(crate) fn observed(observer: Option<Observer>) -> Self {
        let (last, failure) = (AtomicU64::new(0), Mutex::default());
        Self(Arc::new(State { began: Instant::now(), last, failure, observer }))
    }

    /// A body that is watched.
    pub(crate) fn watch(&self, body: Body) -> Body {
        let small = body.as_bytes().is_some_and(|bytes| bytes.len() <= AT_ONCE);
        if small { body } else { Body::wrap(Watched { body, rest: Bytes::new(), progress: self.clone() }) }
    }

    /// Why the body could not be read, if that is so.
    pub(crate) fn failure(&self) -> Option<BoxError> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Waits for a future as long as it, or the request's body, makes headway.
    pub(crate) async fn wait<F: Future>(&self, future: F, idle: Duration) -> Result<F::Output, Idle> {
        self.moved();
        let mut future = pin!(future);
        let mut sleep = pin!(sleep(idle));
        std::future::poll_fn(|cx| {
            loop {
                if let Poll::Ready(output) = future.as_mut().poll(cx) {
                    return Poll::Ready(Ok(output));
                }
                ready!(sleep.as_mut().poll(cx));
                let left = idle.saturating_sub(self.quiet());
                if left.is_zero() {
                    return Poll::Ready(Err(Idle(idle)));
                }
                sleep.as_mut().reset(deadline(left));
            }
        })
        .await
    }

    fn moved(&self) {
        let now = u64::try_from(self.0.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.0.last.store(now, Ordering::Relaxed);
    }

    /// How long nothing has moved.
    fn quiet(&self) -> Duration {
        self.0.began.elapsed().saturating_sub(Duration::from_nanos(self.0.last.load(Ordering::Relaxed)))
    }
}

fn deadline(idle: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(idle).unwrap_or_else(|| now + Duration::from_secs(86_400 * 365))
}

struct Watched {
    body: Body,
    rest: Bytes,
    progress: Progress,
}

impl http_body::Body for Watched {
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
                    *self.progress.0.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return Poll::Ready(Some(Err(Unreadable.into())));
                }
                None => return Poll::Ready(None),
            }
        }
        // In slices, so that a large body in memory shows its headway too.
        let most = self.rest.len().min(AT_ONCE);
        let slice = self.rest.split_to(most);
        self.progress.moved();
        if let Some(observer) = &self.progress.0.observer {
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

struct Guarded {
    body: Body,
    idle: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

/// A body that fails when nothing arrives for so long.
pub(crate) fn guard(body: Body, idle: Duration) -> Body {
    Body::wrap(Guarded { body, idle, sleep: None })
}

impl http_body::Body for Guarded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.sleep = None;
            return Poll::Ready(frame);
        }
        // Only a body that keeps us waiting pays for a timer.
        let idle = self.idle;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep(idle)));
        ready!(sleep.as_mut().poll(cx));
        Poll::Ready(Some(Err(Idle(idle).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
