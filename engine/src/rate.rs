//! A limit of how many requests a client sends: before the server's own, so that nothing fails.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::runtime::{Instant, Turns, sleep_until};

/// The least of the limit that a server's complaints leave.
const LEAST: f64 = 1.0 / 64.0;

/// How much of the limit each response gives back that is no complaint.
const RECOVERY: f64 = 0.02;

/// How long a server's complaint may stop all requests.
const LONGEST: Duration = Duration::from_secs(60);

/// How many requests a client may send in a time: [`Client::rate_limit`](crate::Client::rate_limit).
///
/// Requests beyond it wait for their turn, in their order; retries, pages and parts of uploads are requests, too. The limit holds
/// for all calls of a client and its clones. How long a request waits counts for a call's deadline, and not as a time without
/// progress.
///
/// A server may allow less: when it refuses a request for now (429, or an error response with `Retry-After`), all requests wait as
/// long as it asks for, up to 60 s, and are then sent half as fast. Each successful response gives back a fiftieth of
/// the limit.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::{Client, RateLimit};
///
/// let client = Client::<Library>::new().key("12345").rate_limit(RateLimit::per_minute(300).burst(20));
/// # let _ = client;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct RateLimit {
    requests: u32,
    per: Duration,
    burst: u32,
}

impl RateLimit {
    /// So many requests a second, evenly spaced. At least one.
    pub fn per_second(requests: u32) -> Self {
        Self::new(requests, Duration::from_secs(1))
    }

    /// So many requests a minute, evenly spaced. At least one.
    pub fn per_minute(requests: u32) -> Self {
        Self::new(requests, Duration::from_secs(60))
    }

    fn new(requests: u32, per: Duration) -> Self {
        Self { requests: requests.max(1), per, burst: 1 }
    }

    /// Sets how many requests may go out at once after a time without any (default: 1). So many come on top of the limit in the
    /// first second or minute.
    pub fn burst(self, requests: u32) -> Self {
        Self { burst: requests.max(1), ..self }
    }
}

/// What holds a client to its limit.
pub(crate) struct Limiter {
    /// From one request to the next.
    interval: Duration,
    burst: u32,
    /// Taken by the request that is next; none takes a time that it may then not need.
    turns: Turns,
    pace: Mutex<Pace>,
}

struct Pace {
    /// When the next request is due if all before it were evenly spaced.
    due: Option<Instant>,
    /// Before this, nothing is sent.
    paused: Option<Instant>,
    /// How much of the limit is used: 1 is all of it.
    share: f64,
    /// When it was last halved.
    halved: Option<Instant>,
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        let pace = Pace { due: None, paused: None, share: 1.0, halved: None };
        Self {
            interval: limit.per / limit.requests,
            burst: limit.burst,
            turns: Turns::default(),
            pace: Mutex::new(pace),
        }
    }

    /// Waits until a request may be sent.
    pub(crate) async fn wait(&self) {
        let _turn = self.turns.wait().await;
        while let Some(at) = self.take(Instant::now()) {
            sleep_until(at).await;
        }
    }

    /// Takes a request's place, or gives the time to try again.
    fn take(&self, now: Instant) -> Option<Instant> {
        let mut pace = self.lock();
        let interval = self.interval.div_f64(pace.share);
        // A server that complains has had enough at once.
        let burst = if pace.share < 1.0 { 1 } else { self.burst };
        let due = pace.due.unwrap_or(now).max(now);
        let free = due.checked_sub(interval * (burst - 1)).unwrap_or(now);
        let at = pace.paused.map_or(free, |paused| paused.max(free));
        if at > now {
            return Some(at);
        }
        pace.due = Some(due + interval);
        None
    }

    /// A response came that is no complaint.
    pub(crate) fn speed_up(&self) {
        let mut pace = self.lock();
        if pace.share < 1.0 {
            pace.share = (pace.share + RECOVERY).min(1.0);
        }
    }

    /// The server has had enough, and may have said until when.
    pub(crate) fn slow_down(&self, retry_after: Option<Duration>) {
        let now = Instant::now();
        let mut pace = self.lock();
        let until = now + retry_after.unwrap_or_default().min(LONGEST);
        pace.paused = pace.paused.max(Some(until));
        // What was under way when it began to complain is complained of, too: once is enough.
        let interval = self.interval.div_f64(pace.share);
        if pace.halved.is_none_or(|before| now.duration_since(before) > interval.max(Duration::from_secs(1))) {
            pace.share = (pace.share / 2.0).max(LEAST);
            pace.halved = Some(now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// When so many requests at once may be sent, in milliseconds from now.
    async fn times(limiter: &Arc<Limiter>, requests: usize) -> Vec<u128> {
        let began = Instant::now();
        let tasks: Vec<_> = (0..requests)
            .map(|_| {
                let limiter = limiter.clone();
                tokio::spawn(async move {
                    limiter.wait().await;
                    began.elapsed().as_millis()
                })
            })
            .collect();
        let mut times = Vec::new();
        for task in tasks {
            times.push(task.await.unwrap());
        }
        times
    }

    fn limiter(limit: RateLimit) -> Arc<Limiter> {
        Arc::new(Limiter::new(limit))
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_evenly_spaced_after_a_burst() {
        let even = limiter(RateLimit::per_second(10));
        assert_eq!(times(&even, 4).await, [0, 100, 200, 300]);
        let burst = limiter(RateLimit::per_minute(60).burst(3));
        assert_eq!(times(&burst, 5).await, [0, 0, 0, 1000, 2000]);
        // What was not used for a time does not add up to more than that.
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(times(&burst, 5).await, [0, 0, 0, 1000, 2000]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_given_up_takes_no_place() {
        let limiter = limiter(RateLimit::per_second(1));
        limiter.wait().await;
        let waiting = tokio::time::timeout(Duration::from_millis(500), limiter.wait()).await;
        assert!(waiting.is_err());
        assert_eq!(times(&limiter, 2).await, [500, 1500]);
    }

    #[tokio::test(start_paused = true)]
    async fn complaints_slow_all_down_and_are_forgiven() {
        let limiter = limiter(RateLimit::per_second(10).burst(5));
        assert_eq!(times(&limiter, 5).await, [0; 5]);
        for _ in 0..5 {
            limiter.slow_down(Some(Duration::from_secs(2)));
        }
        // Once for all five: half as fast, after what was asked for.
        assert_eq!(times(&limiter, 3).await, [2000, 2200, 2400]);
        for _ in 0..25 {
            limiter.speed_up();
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(times(&limiter, 6).await, [0, 0, 0, 0, 0, 100]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_complaint_stops_a_client_for_good() {
        let limiter = limiter(RateLimit::per_second(64));
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_secs(120)).await;
            limiter.slow_down(Some(Duration::MAX));
        }
        assert_eq!(times(&limiter, 3).await, [60_000, 61_000, 62_000]);
    }
}
