//! Time-outs that count from the last byte sent or received, so that what makes headway is left alone.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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

/// Counts the bytes of a request's body as the transport takes them.
#[derive(Clone, Default)]
pub(crate) struct Progress {
    taken: Arc<AtomicU64>,
    observer: Option<Observer>,
}

/// A body in memory up to this size is handed over whole.
const AT_ONCE: usize = 64 * 1024;

impl Progress {
    /// Progress that somebody else looks at, too.
    pub(crate) fn observed(observer: Option<Observer>) -> Self {
        Self { taken: Arc::default(), observer }
    }

    /// A body whose bytes are counted.
    pub(crate) fn watch(&self, body: Body) -> Body {
        let small = body.len().is_some_and(|len| len <= AT_ONCE as u64);
        if small { body } else { Body::wrap(Watched { body, rest: Bytes::new(), progress: self.clone() }) }
    }

    /// Waits for a future as long as it, or the request's body, makes headway.
    pub(crate) async fn wait<F: Future>(&self, future: F, idle: Duration) -> Result<F::Output, Idle> {
        let mut future = pin!(future);
        let mut sleep = pin!(sleep(idle));
        let mut seen = self.taken.load(Ordering::Relaxed);
        std::future::poll_fn(|cx| {
            loop {
                if let Poll::Ready(output) = future.as_mut().poll(cx) {
                    return Poll::Ready(Ok(output));
                }
                ready!(sleep.as_mut().poll(cx));
                let now = self.taken.load(Ordering::Relaxed);
                if now == seen {
                    return Poll::Ready(Err(Idle(idle)));
                }
                seen = now;
                sleep.as_mut().reset(deadline(idle));
            }
        })
        .await
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
                other => return Poll::Ready(other),
            }
        }
        // In slices, so that a large body in memory shows its headway too.
        let most = self.rest.len().min(AT_ONCE);
        let slice = self.rest.split_to(most);
        self.progress.taken.fetch_add(slice.len() as u64, Ordering::Relaxed);
        if let Some(observer) = &self.progress.observer {
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
