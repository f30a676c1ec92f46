//! Time-outs that count from the last byte sent or received, so that what makes progress is left alone.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};

use crate::body::Body;
use crate::error::{BoxError, IdleTimeout};
use crate::runtime::{Instant, sleep};

/// Called with the number of bytes whenever the transport takes some of a request's body.
pub(crate) type OnSent = Arc<dyn Fn(u64) + Send + Sync>;

/// Watches a request's body while the transport takes it: when it last gave bytes, and why it failed if it did. A small
/// one in memory is taken at once and cannot fail, so there is nothing to watch.
pub(crate) struct ActivityMonitor(Option<Arc<Activity>>);

struct Activity {
    began: Instant,
    /// Nanoseconds from the beginning to the last byte.
    last: AtomicU64,
    /// Bytes that the transport has taken.
    taken: AtomicU64,
    failure: Mutex<Option<BoxError>>,
    on_sent: Option<OnSent>,
}

/// A body in memory up to this size is handed over whole.
const AT_ONCE: usize = 64 * 1024;

/// How many bytes a body has, if it is handed over whole.
pub(crate) fn taken_at_once(body: &Body) -> Option<usize> {
    body.as_bytes().map(Bytes::len).filter(|len| *len <= AT_ONCE)
}

/// What may lie in the transport's buffers and in those of both kernels, in bytes: 0.4 MB and 4 MB by default.
const MAX_BUFFERED: u64 = 4_500_000;

/// The slowest peer that is waited for, in bytes a second, unless more has been seen to arrive.
const SLOWEST: u64 = 4_000;

/// How many times as long as otherwise what is buffered may take.
const PATIENCE: u32 = 4;

/// What the transport gets when the request's body fails; the failure itself is kept for the caller.
#[derive(Debug, thiserror::Error)]
#[error("the request's body could not be read")]
struct Unreadable;

impl ActivityMonitor {
    /// A body that is watched, and what tells of it.
    pub(crate) fn new(body: Body, on_sent: Option<OnSent>) -> (Self, Body) {
        if taken_at_once(&body).is_some() {
            return (Self(None), body);
        }
        let (last, taken, failure) = (AtomicU64::new(0), AtomicU64::new(0), Mutex::default());
        let state = Arc::new(Activity { began: Instant::now(), last, taken, failure, on_sent });
        (Self(Some(state.clone())), Body::wrap(WatchedBody { body, rest: Bytes::new(), state }))
    }

    /// Why the body could not be read, if that is so.
    pub(crate) fn failure(&self) -> Option<BoxError> {
        self.0.as_ref()?.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Waits for a future as long as it, or the request's body, makes progress. What the transport has taken of the body
    /// may still be on its way, unseen: it is given the time that it takes.
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
                let (patience, waited) = match &self.0 {
                    Some(state) => {
                        (idle.saturating_add(state.drains_in().min(idle.saturating_mul(PATIENCE))), state.idle_for())
                    }
                    None => (idle, idle),
                };
                let left = patience.saturating_sub(waited);
                if left.is_zero() {
                    return Poll::Ready(Err(IdleTimeout(patience)));
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

    fn taken(&self, bytes: u64) {
        self.record();
        self.taken.fetch_add(bytes, Ordering::Relaxed);
        if let Some(on_sent) = &self.on_sent {
            on_sent(bytes);
        }
    }

    /// How long the peer may take for what was taken from the body and may still be buffered. What was taken beyond the
    /// size of all buffers has arrived, which shows how fast the peer is at least.
    fn drains_in(&self) -> Duration {
        let taken = self.taken.load(Ordering::Relaxed);
        let arrived = u128::from(taken.saturating_sub(MAX_BUFFERED)) * 1_000_000_000;
        let rate = match arrived.checked_div(self.last.load(Ordering::Relaxed).into()) {
            Some(rate) => u64::try_from(rate).unwrap_or(u64::MAX).max(SLOWEST),
            None if arrived > 0 => u64::MAX,
            None => SLOWEST,
        };
        Duration::from_millis(taken.min(MAX_BUFFERED).saturating_mul(1_000) / rate)
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

/// What a transport needs that takes a body unread: the body, and whom to tell of its progress.
#[cfg(all(feature = "fetch", target_family = "wasm"))]
#[derive(Clone)]
pub(crate) struct Upload {
    body: Arc<Body>,
    state: Arc<Activity>,
    streamed: bool,
}

#[cfg(all(feature = "fetch", target_family = "wasm"))]
impl Upload {
    /// Of a body that is watched and can be sent again; `streamed` is whether the response is.
    pub(crate) fn new(monitor: &ActivityMonitor, body: Option<Body>, streamed: bool) -> Option<Self> {
        Some(Self { body: Arc::new(body?), state: monitor.0.clone()?, streamed })
    }

    pub(crate) fn body(&self) -> Option<Body> {
        self.body.replay()
    }

    pub(crate) fn is_streamed(&self) -> bool {
        self.streamed
    }

    /// So many further bytes were sent.
    pub(crate) fn taken(&self, bytes: u64) {
        self.state.taken(bytes);
    }
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
        self.state.taken(slice.len() as u64);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits with an idle time of 20 s for a peer that takes the body into its buffers at once, or at a pace, and has
    /// responded so many seconds after that.
    async fn upload(len: usize, bytes_per_second: Option<usize>, responds_after: u64) -> Result<(), IdleTimeout> {
        let (monitor, mut body) = ActivityMonitor::new(Body::from(vec![0; len]), None);
        let peer = Box::pin(async move {
            while let Ok(Some(chunk)) = body.chunk().await {
                if let Some(pace) = bytes_per_second {
                    sleep(Duration::from_secs_f64(chunk.len() as f64 / pace as f64)).await;
                }
            }
            sleep(Duration::from_secs(responds_after)).await;
        });
        monitor.wait(peer, Duration::from_secs(20)).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_steady_upload_is_not_cut_off() {
        // All of it is buffered, and leaves at 5 kB/s or 128 kbit/s.
        assert_eq!(upload(400_000, None, 400_000 / 5_000).await, Ok(()));
        assert_eq!(upload(1_500_000, None, 1_500_000 / 16_000).await, Ok(()));
        // The buffers fill, and then it continues piece by piece.
        assert_eq!(upload(3_000_000, Some(16_000), 64).await, Ok(()));
        assert_eq!(upload(20_000_000, Some(64_000), 85).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_stands_still_ends() {
        let ended = |seconds| Err(IdleTimeout(Duration::from_secs(seconds)));
        // Small enough to be sent at once.
        assert_eq!(upload(1_000, None, 1_000_000).await, ended(20));
        // Five times the idle time at most.
        assert_eq!(upload(1_500_000, None, 1_000_000).await, ended(100));
        // A fast peer has soon got what is buffered.
        assert_eq!(upload(400_000_000, None, 1_000_000).await, ended(20));
        let Err(IdleTimeout(patience)) = upload(45_000_000, Some(4_500_000), 1_000_000).await else { panic!() };
        assert!(patience < Duration::from_secs(22), "{patience:?}");
    }
}
