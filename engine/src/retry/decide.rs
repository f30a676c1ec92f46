//! Whether a failed attempt is repeated, and after which wait.
//!
//! A pure function of the policy and of what is known about the failure: no clock, no randomness
//! and no input or output of its own, so that its laws can be tested for every input. They are:
//!
//! 1. What may have reached the server is repeated only if the operation is retryable, or the
//!    caller allowed it by [`Retry::non_idempotent`]. What never reached it, or was refused before
//!    any work, may be repeated for every operation.
//! 2. A body that can be read only once is never sent twice.
//! 3. Attempts and time stay within their bounds; no wait ends after [`Retry::max_elapsed`] or the
//!    overall time-out of the call.
//! 4. A wait is never shorter than the server asked for, and longer than that by [`Retry::max_backoff`] at most.

use std::time::Duration;

use super::Retry;

impl Retry {
    /// The wait before the next attempt, or why there is none.
    ///
    /// `jitter` gives a number from 0 to 1 and is asked at most once. Who retries has yet to pay for it from the client's [`Budget`](crate::retry::Budget).
    pub(crate) fn decide(&self, failed: &FailedAttempt, jitter: impl FnOnce() -> f64) -> RetryDecision {
        self.next_wait(failed, jitter).map_or_else(RetryDecision::Stop, RetryDecision::After)
    }

    pub(super) fn next_wait(
        &self,
        failed: &FailedAttempt,
        jitter: impl FnOnce() -> f64,
    ) -> Result<Duration, StopReason> {
        self.permits(failed)?;
        if failed.attempts >= self.max_attempts {
            return Err(StopReason::Attempts);
        }
        let asked = failed.retry_after.unwrap_or_default();
        if asked > self.max_retry_after {
            return Err(StopReason::RetryAfter);
        }
        let own = self.wait(failed.attempts, jitter);
        let time_left = self.max_elapsed.saturating_sub(failed.elapsed).min(failed.time_left);
        // Above what the server asked for, lest all that it refused together come back together.
        let later = asked.saturating_add(own);
        let wait = if self.jitter && later < time_left { later } else { own.max(asked) };
        if wait >= time_left {
            return Err(StopReason::Elapsed);
        }
        Ok(wait)
    }

    /// Whether this kind of failure may be repeated at all.
    pub(crate) fn permits(&self, failed: &FailedAttempt) -> Result<(), StopReason> {
        let no_response = matches!(failed.kind, FailureKind::NotSent | FailureKind::MaybeSent);
        if !self.expects_better(failed.kind) || (no_response && !self.connection_errors) {
            Err(StopReason::NotTransient)
        } else if !failed.replayable {
            Err(StopReason::Body)
        } else if !self.is_harmless(failed) {
            Err(StopReason::Unsafe)
        } else {
            Ok(())
        }
    }

    /// Whether the same call, made again, may succeed later and does no harm then, even if this one
    /// has been carried out. Unlike the decision, this is not about what is left of attempts, time
    /// and body, nor about whether connection errors are to be repeated.
    pub(crate) fn is_transient(&self, failed: &FailedAttempt) -> bool {
        self.expects_better(failed.kind) && self.is_harmless(failed)
    }

    /// Whether responses with this status are retried.
    pub(crate) fn retries_status(&self, status: u16) -> bool {
        self.statuses.binary_search(&status).is_ok()
    }

    fn expects_better(&self, failure: FailureKind) -> bool {
        match failure {
            // What was refused is refused for now, whatever its status: the API says so.
            FailureKind::NotSent | FailureKind::MaybeSent | FailureKind::Refused => true,
            FailureKind::Status(status) => self.retries_status(status),
            FailureKind::Permanent => false,
        }
    }

    fn is_harmless(&self, failed: &FailedAttempt) -> bool {
        let not_done = matches!(failed.kind, FailureKind::NotSent | FailureKind::Refused);
        not_done || failed.retryable || self.non_idempotent
    }

    /// The policy's own wait after so many attempts.
    fn wait(&self, attempts: u32, jitter: impl FnOnce() -> f64) -> Duration {
        let factor = self.multiplier.powf(f64::from(attempts.saturating_sub(1)));
        let longest = scale(self.initial_backoff, factor).min(self.max_backoff);
        if self.jitter {
            // Bounded again, because floats may round a wait of centuries up.
            scale(longest, jitter()).min(longest)
        } else {
            longest
        }
    }
}

/// `wait × factor`: the longest time there is where that overflows, none where it makes no sense.
fn scale(wait: Duration, factor: f64) -> Duration {
    // By itself, because the way through a float would round long waits.
    if factor == 1.0 {
        return wait;
    }
    // `f64::max` also turns NaN into 0.
    let seconds = (wait.as_secs_f64() * factor).max(0.0);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// How an attempt failed, by what that means for a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// Nothing reached the server: no address, no connection, no TLS.
    NotSent,
    /// The request, or a part of it, may have reached the server, and no whole response came back:
    /// a time-out, a lost connection, a body that broke off.
    MaybeSent,
    /// A response by which the server refused before it did any work; which ones are so, the API
    /// tells.
    Refused,
    /// Any other response with a status that is not a success.
    Status(u16),
    /// It would fail again in the same way: a request that cannot be built, a response that cannot
    /// be understood or is too large.
    Permanent,
}

/// What the decision about a repetition is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailedAttempt {
    /// How the last attempt failed.
    pub(crate) kind: FailureKind,
    /// Whether the operation is declared as one that may be carried out twice.
    pub(crate) retryable: bool,
    /// Whether the body of the request can be read again.
    pub(crate) replayable: bool,
    /// The attempts made so far, the failed one included.
    pub(crate) attempts: u32,
    /// The time since the call began.
    pub(crate) elapsed: Duration,
    /// What is left until the overall time-out of the call; [`Duration::MAX`] without one.
    pub(crate) time_left: Duration,
    /// What the server asked for, see [`retry_after`](super::retry_after).
    pub(crate) retry_after: Option<Duration>,
}

/// What becomes of a call after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryDecision {
    After(Duration),
    Stop(StopReason),
}

/// Why a failed attempt is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// The policy does not retry this kind of failure.
    NotTransient,
    /// The server may have carried the operation out, and it may not be carried out twice.
    Unsafe,
    /// The body of the request could be read only once.
    Body,
    /// All attempts are used up.
    Attempts,
    /// The server asks for a longer wait than the policy allows.
    RetryAfter,
    /// The wait would end too late.
    Elapsed,
    /// The client's [`Budget`](crate::retry::Budget) is used up.
    Budget,
}

impl StopReason {
    /// What an error says about it; nothing where the failure itself says it all.
    pub(crate) fn text(self) -> Option<&'static str> {
        match self {
            Self::NotTransient | Self::Attempts => None,
            Self::Unsafe => Some("the server may have carried it out already"),
            Self::Body => Some("its body can be sent only once"),
            Self::RetryAfter => Some("the server asks for a longer wait than allowed"),
            Self::Elapsed => Some("no time left"),
            Self::Budget => Some("too many of this client's retries have failed lately"),
        }
    }
}
