//! Retry policies. Their public face is here; [`decide`] judges a failed attempt by one, and
//! [`after`] reads what the server has to say about it.

mod after;
mod budget;
mod decide;
#[cfg(test)]
mod tests;

pub(crate) use after::retry_after;
pub(crate) use budget::{Budget, Paid};
pub(crate) use decide::{FailedAttempt, FailureKind, RetryDecision, StopReason};

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// Statuses that promise that the same request may well succeed a little later.
const TRANSIENT: &[u16] = &[408, 425, 429, 500, 502, 503, 504];

/// A retry policy: when failed attempts are repeated, and after which back-off.
///
/// The default makes up to 3 attempts, with a random back-off of up to 200 ms before the second and
/// up to 400 ms before the third. Start from [`Retry::default`], [`Retry::attempts`],
/// [`Retry::backoff`] or [`Retry::never`] and change what should differ:
///
/// ```
/// use typed_endpoint::Retry;
/// use std::time::Duration;
///
/// let patient = Retry::attempts(6)
///     .initial_backoff(Duration::from_millis(500))
///     .max_backoff(Duration::from_secs(30))
///     .max_elapsed(Duration::from_secs(120));
/// # let _ = patient;
/// ```
///
/// # What is retried
///
/// | what happened | operations that are retryable | others |
/// |---|---|---|
/// | no connection was made (refused, DNS, TLS) | yes | yes |
/// | refused before any work, whatever its status: 429, or 503 with `Retry-After`, unless the [API](crate::Api::refused) says otherwise | yes | yes |
/// | time-out or connection lost after sending began | yes | with [`non_idempotent`](Retry::non_idempotent) |
/// | another of the [`statuses`](Retry::statuses) | yes | with [`non_idempotent`](Retry::non_idempotent) |
/// | anything else: other statuses, a response that cannot be decoded | no | no |
///
/// # Back-off
///
/// The back-off before retry *n* (counting from 0) is `min(max_backoff, initial_backoff × multiplierⁿ)`, of which
/// [jitter](Retry::jitter) takes a random part. A time that the server asks for by `Retry-After` or `retry-after-ms` is waited
/// for first (see [`max_retry_after`](Retry::max_retry_after)); with jitter, the back-off is added to it, if there is time.
///
/// # Other limits
///
/// All calls of a client share a retry budget, because the retries of many concurrent calls would multiply the load on a
/// server that is down: after about a hundred failed retries ([`Client::retry_budget`](crate::Client::retry_budget)), calls
/// return their first error until calls succeed again. Retries at a time that the server asked for are not counted. A
/// back-off that would outlast the deadline of a call is not started, and a body that can be read only once is not sent twice.
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Retry {
    max_attempts: u32,
    initial_backoff: Duration,
    max_backoff: Duration,
    multiplier: f64,
    max_elapsed: Duration,
    max_retry_after: Duration,
    jitter: bool,
    connection_errors: bool,
    non_idempotent: bool,
    /// Sorted and without repetitions, so that equal sets compare equal.
    statuses: Cow<'static, [u16]>,
}

/// What holds where nothing is set.
pub(crate) static DEFAULT: Retry = Retry {
    max_attempts: 3,
    initial_backoff: Duration::from_millis(200),
    max_backoff: Duration::from_secs(10),
    multiplier: 2.0,
    max_elapsed: Duration::MAX,
    max_retry_after: Duration::from_secs(60),
    jitter: true,
    connection_errors: true,
    non_idempotent: false,
    statuses: Cow::Borrowed(TRANSIENT),
};

/// By the names of the setters; a time without limit is `None`.
impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = |time: Duration| (time < Duration::MAX).then_some(time);
        f.debug_struct("Retry")
            .field("max_attempts", &self.max_attempts)
            .field("initial_backoff", &self.initial_backoff)
            .field("max_backoff", &limit(self.max_backoff))
            .field("multiplier", &self.multiplier)
            .field("max_elapsed", &limit(self.max_elapsed))
            .field("max_retry_after", &limit(self.max_retry_after))
            .field("jitter", &self.jitter)
            .field("connection_errors", &self.connection_errors)
            .field("non_idempotent", &self.non_idempotent)
            .field("statuses", &self.statuses)
            .finish()
    }
}

impl Default for Retry {
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl Retry {
    /// One attempt, whatever happens.
    pub fn never() -> Self {
        Self::attempts(1)
    }

    /// The default with up to `n` attempts in all, the first one included; 0 counts as 1.
    pub fn attempts(n: u32) -> Self {
        Self::default().max_attempts(n)
    }

    /// As many attempts as fit into `max_elapsed`, with a back-off of exactly
    /// `min(max_backoff, initial_backoff × multiplierⁿ)`.
    ///
    /// There is no jitter, which makes the schedule predictable; a program that runs in many instances
    /// should add [`.jitter(true)`](Retry::jitter). The client's retry budget applies, too.
    ///
    /// ```
    /// # use typed_endpoint::Retry;
    /// # use std::time::Duration;
    /// let ms = Duration::from_millis;
    /// let quick = Retry::backoff(ms(1), ms(50), 1.1, ms(100)).connection_errors(false);
    /// # let _ = quick;
    /// ```
    pub fn backoff(initial: Duration, max: Duration, multiplier: f64, max_elapsed: Duration) -> Self {
        Self::attempts(u32::MAX)
            .initial_backoff(initial)
            .max_backoff(max)
            .multiplier(multiplier)
            .max_elapsed(max_elapsed)
            .jitter(false)
    }

    /// Sets the maximum number of attempts, including the first (default: 3; 0 counts as 1).
    pub fn max_attempts(mut self, n: u32) -> Self {
        self.max_attempts = n.max(1);
        self
    }

    /// Sets the back-off before the first retry, before jitter (default: 200 ms).
    pub fn initial_backoff(mut self, wait: Duration) -> Self {
        self.initial_backoff = wait;
        self
    }

    /// Sets the longest back-off (default: 10 s). A time that the server asks for is waited for in addition.
    pub fn max_backoff(mut self, wait: Duration) -> Self {
        self.max_backoff = wait;
        self
    }

    /// Sets the factor from one back-off to the next (default: 2). Values below 1 and NaN count as 1.
    pub fn multiplier(mut self, factor: f64) -> Self {
        // `f64::max` also turns NaN into 1.
        self.multiplier = factor.max(1.0);
        self
    }

    /// Sets the time since the start of the call after which no retry begins (default: no limit).
    ///
    /// A call whose next back-off would end later returns its error at once. An attempt that has begun is not aborted; the
    /// call's deadline does that.
    pub fn max_elapsed(mut self, time: Duration) -> Self {
        self.max_elapsed = time;
        self
    }

    /// Sets the longest `Retry-After` that is waited for (default: 60 s). If the server asks for more, the call returns its
    /// error at once, because an earlier retry would be refused again.
    pub fn max_retry_after(mut self, time: Duration) -> Self {
        self.max_retry_after = time;
        self
    }

    /// Sets whether the back-off is a random part of the computed one, from 0 to 100 % (default: true; for
    /// [`Retry::backoff`]: false). Jitter keeps clients that failed together from retrying together.
    pub fn jitter(mut self, on: bool) -> Self {
        self.jitter = on;
        self
    }

    /// Sets whether to retry failures without a response: no connection, a lost one, a time-out of an attempt (default:
    /// true). If false, only [`statuses`](Retry::statuses) are retried.
    pub fn connection_errors(mut self, on: bool) -> Self {
        self.connection_errors = on;
        self
    }

    /// Sets whether to retry also operations that are not declared retryable, after a failure that leaves open whether the
    /// server has carried them out (default: false).
    ///
    /// If true, an object may be created, or paid for, twice.
    pub fn non_idempotent(mut self, on: bool) -> Self {
        self.non_idempotent = on;
        self
    }

    /// Sets which statuses are retried (default: 408, 425, 429, 500, 502, 503 and 504). A request that was refused before
    /// any work ([`Api::refused`](crate::Api::refused)) is retried in any case; [`Retry::never`] retries nothing.
    ///
    /// Takes any iterator of numbers: `[429, 503]`, `500..=599`, or `(400..600).filter(|status| …)`. Numbers that are not
    /// between 300 and 999 are ignored: a success is never retried.
    pub fn statuses(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        let mut statuses: Vec<_> = statuses.into_iter().filter(|status| (300..=999).contains(status)).collect();
        statuses.sort_unstable();
        statuses.dedup();
        self.statuses = Cow::Owned(statuses);
        self
    }

    /// Has this status retried, too: for a protocol in which it passes.
    pub(crate) fn and_status(mut self, status: u16) -> Self {
        if let Err(at) = self.statuses.binary_search(&status) {
            self.statuses.to_mut().insert(at, status);
        }
        self
    }
}
