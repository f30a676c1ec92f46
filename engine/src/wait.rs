//! Waiting for long-running operations, by polling.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;

use crate::api::Api;
use crate::call::{Call, CallFuture};
use crate::client::Client;
use crate::endpoint::{Endpoint, HostedBy, Operation};
use crate::error::{Error, RequestError, debug_as_text, write_causes};
use crate::log::Log;
use crate::retry::Retry;
use crate::runtime::{Instant, Sleep, sleep, sleep_until};

/// Identifies a long-running operation on the server, for [`Client::wait`].
pub trait Awaitable {
    /// The operation that is polled.
    type PollRequest: Endpoint<Response: Clone>;

    /// The request to poll with.
    ///
    /// # Errors
    /// When its id is missing.
    fn poll_request(&self) -> Result<Self::PollRequest, RequestError>;

    /// The stage that a response reports.
    fn stage(response: &<Self::PollRequest as Endpoint>::Response) -> Stage;
}

impl<T: Awaitable> Awaitable for &T {
    type PollRequest = T::PollRequest;

    fn poll_request(&self) -> Result<Self::PollRequest, RequestError> {
        T::poll_request(self)
    }

    fn stage(response: &<Self::PollRequest as Endpoint>::Response) -> Stage {
        T::stage(response)
    }
}

/// The stage that a task or asset has reached.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Stage {
    /// It is not done yet.
    InProgress {
        /// Its phase, as the server names it.
        phase: String,
        /// Its progress, 0 to 1, if the server reports it.
        progress: Option<f64>,
    },
    /// It is done.
    Done,
    /// It has failed, for this reason.
    Failed(String),
    /// It was cancelled, or deleted.
    Cancelled,
}

/// A change of phase or progress. The last one has the stage [`Done`](Stage::Done).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Update<T> {
    /// The stage it has reached.
    pub stage: Stage,
    /// The whole response.
    pub value: T,
}

impl Stage {
    /// A stage that is not the last: what the server calls it, and how much is done, from 0 to 1, if known.
    pub fn in_progress(phase: impl Into<String>, progress: impl Into<Option<f64>>) -> Self {
        Self::InProgress { phase: phase.into(), progress: progress.into() }
    }
}

impl<T> Update<T> {
    /// The phase, as the server names it; `None` when it is done.
    pub fn phase(&self) -> Option<&str> {
        match &self.stage {
            Stage::InProgress { phase, .. } => Some(phase),
            _ => None,
        }
    }

    /// The progress, 0 to 1, if the server reports it.
    pub fn progress(&self) -> Option<f64> {
        match &self.stage {
            Stage::InProgress { progress, .. } => *progress,
            _ => Some(1.0),
        }
    }
}

/// Why waiting ended without success. `{:#}` adds the causes.
#[non_exhaustive]
pub enum WaitError {
    /// It has failed.
    #[non_exhaustive]
    Failed {
        /// The operation that was polled.
        operation: &'static Operation,
        /// The server's words.
        reason: String,
    },
    /// It was cancelled, or deleted.
    #[non_exhaustive]
    Cancelled {
        /// The operation that was polled.
        operation: &'static Operation,
    },
    /// The deadline passed. It continues on the server.
    #[non_exhaustive]
    Deadline {
        /// The operation that was polled.
        operation: &'static Operation,
        /// How long it was waited for.
        after: Duration,
        /// The last phase seen.
        phase: Option<String>,
    },
    /// The server cannot be asked.
    Call(Error),
}

debug_as_text!(WaitError);

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { operation, reason } => write!(f, "{operation}: it has failed on the server: {reason}"),
            Self::Cancelled { operation } => write!(f, "{operation}: it was cancelled or deleted"),
            Self::Deadline { operation, after, phase } => {
                write!(f, "{operation}: it is not done after {after:.1?}")?;
                if let Some(phase) = phase {
                    write!(f, ", but {phase}")?;
                }
                f.write_str("; it continues on the server, and `.deadline(…)` allows more")
            }
            Self::Call(_) => f.write_str("a poll failed"),
        }?;
        write_causes(self, f)
    }
}

impl std::error::Error for WaitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Error> for WaitError {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl From<RequestError> for WaitError {
    fn from(error: RequestError) -> Self {
        Self::Call(error.into())
    }
}

/// How many consecutive polls may fail unless said otherwise.
const MAX_CONSECUTIVE_FAILURES: u32 = 10;

impl<A: Api> Client<A> {
    /// Polls a long-running operation: `.await` returns its final state. It is also a [`Stream`] of [`Update`]s.
    ///
    /// It polls after a second and then at growing intervals of up to ten seconds ([`Wait::every`]). Each poll is retried by the
    /// client's policy; if it still fails for a transient reason (no connection, a server that is down), up to ten consecutive
    /// polls may fail ([`Wait::max_consecutive_failures`]).
    ///
    /// # Errors
    /// [`WaitError`], from awaiting it: the operation failed or was cancelled, the deadline passed, or a poll failed.
    pub fn wait<T: Awaitable<PollRequest: HostedBy<A>>>(&self, what: T) -> Wait<T::PollRequest> {
        Wait {
            state: match what.poll_request() {
                Ok(poll) => WaitState::Ready(Box::new(self.call(poll))),
                Err(error) => WaitState::Invalid(error),
            },
            call: None,
            stage: T::stage,
            interval: PollInterval { initial: Duration::from_secs(1), max: Duration::from_secs(10) },
            polls: 0,
            deadline: None,
            began: None,
            ends: None,
            max_consecutive_failures: MAX_CONSECUTIVE_FAILURES,
            failures: 0,
            last: None,
        }
    }
}

/// Polls a long-running operation: a future of its final state, or a stream of updates. Made by [`Client::wait`].
///
/// ```no_run
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// # use typed_endpoint::{Awaitable, Client, HostedBy, WaitError};
/// # async fn example<T: Awaitable<PollRequest: HostedBy<Library>>>(client: Client<Library>, task: T) -> Result<(), WaitError> {
/// let mut wait = client.wait(task);
/// while let Some(update) = wait.next().await {
///     let update = update?;
///     println!("{} {:?}", update.phase().unwrap_or("done"), update.progress());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is asked before it is awaited"]
pub struct Wait<E: Endpoint> {
    state: WaitState<E>,
    /// What is sent for each poll; there from the first on.
    call: Option<Box<Call<E>>>,
    stage: fn(&E::Response) -> Stage,
    interval: PollInterval,
    polls: u32,
    deadline: Option<Duration>,
    began: Option<Instant>,
    ends: Option<Pin<Box<Sleep>>>,
    max_consecutive_failures: u32,
    failures: u32,
    last: Option<Stage>,
}

#[derive(Clone, Copy)]
struct PollInterval {
    initial: Duration,
    max: Duration,
}

enum WaitState<E: Endpoint> {
    Invalid(RequestError),
    Ready(Box<Call<E>>),
    Polling(CallFuture<E>),
    Sleeping(Pin<Box<Sleep>>),
    Done,
}

impl<E: Endpoint<Response: Clone>> Wait<E> {
    /// Sets the interval between polls: the first and the longest (default: one second, ten seconds). It grows by half with
    /// each poll, and is shortened by a random part of up to a quarter.
    pub fn every(mut self, initial: Duration, max: Duration) -> Self {
        self.interval = PollInterval { initial, max };
        self
    }

    /// Sets how long to wait in total, from the first poll (default: no limit).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets how many consecutive polls may fail for transient reasons (default: 10).
    pub fn max_consecutive_failures(mut self, most: u32) -> Self {
        self.max_consecutive_failures = most;
        self
    }

    /// Sets options of each poll: any of [`Call`].
    pub fn with(mut self, settings: impl FnOnce(Call<E>) -> Call<E>) -> Self {
        self.state = match self.state {
            WaitState::Ready(call) => WaitState::Ready(Box::new(settings(*call))),
            other => other,
        };
        self
    }

    /// Sets the retry policy of each poll, in place of the client's.
    pub fn retry(self, retry: Retry) -> Self {
        self.with(|call| call.retry(retry))
    }

    /// The next update; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Update<E::Response>, WaitError>> {
        std::future::poll_fn(|cx| self.poll_update(cx)).await
    }

    fn poll_update(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Update<E::Response>, WaitError>>> {
        let began = *self.began.get_or_insert_with(Instant::now);
        if let (None, Some(end)) = (&self.ends, self.deadline.and_then(|deadline| began.checked_add(deadline))) {
            self.ends = Some(Box::pin(sleep_until(end)));
        }
        loop {
            match std::mem::replace(&mut self.state, WaitState::Done) {
                WaitState::Done => return Poll::Ready(None),
                WaitState::Invalid(error) => return Poll::Ready(Some(Err(error.into()))),
                WaitState::Ready(call) => {
                    self.state = WaitState::Polling((*call).clone().into_future());
                    self.call = Some(call);
                }
                WaitState::Polling(mut poll) => match Pin::new(&mut poll).poll(cx) {
                    Poll::Pending => {
                        self.state = WaitState::Polling(poll);
                        ready!(self.poll_deadline(cx));
                        return Poll::Ready(Some(Err(self.out_of_time(began))));
                    }
                    Poll::Ready(response) => {
                        if let Some(update) = self.handle_response(response) {
                            return Poll::Ready(Some(update));
                        }
                    }
                },
                WaitState::Sleeping(mut rest) => {
                    if rest.as_mut().poll(cx).is_pending() {
                        self.state = WaitState::Sleeping(rest);
                        ready!(self.poll_deadline(cx));
                        return Poll::Ready(Some(Err(self.out_of_time(began))));
                    }
                    if let Some(call) = self.call.take() {
                        self.state = WaitState::Ready(call);
                    }
                }
            }
        }
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.ends.as_mut().map_or(Poll::Pending, |ends| ends.as_mut().poll(cx))
    }

    fn out_of_time(&mut self, began: Instant) -> WaitError {
        self.state = WaitState::Done;
        let phase = match self.last.take() {
            Some(Stage::InProgress { phase, .. }) => Some(phase),
            _ => None,
        };
        WaitError::Deadline { operation: E::OPERATION, after: began.elapsed(), phase }
    }

    /// What a response means: something to tell, or nothing new.
    fn handle_response(
        &mut self,
        response: Result<E::Response, Error<E::Error>>,
    ) -> Option<Result<Update<E::Response>, WaitError>> {
        let value = match response {
            Ok(value) => value,
            Err(error) => {
                self.failures += 1;
                if !error.is_retryable() || self.failures > self.max_consecutive_failures {
                    return Some(Err(WaitError::Call(error.into())));
                }
                self.schedule_poll(None);
                return None;
            }
        };
        self.failures = 0;
        let stage = (self.stage)(&value);
        match &stage {
            Stage::Failed(reason) => {
                return Some(Err(WaitError::Failed { operation: E::OPERATION, reason: reason.clone() }));
            }
            Stage::Cancelled => return Some(Err(WaitError::Cancelled { operation: E::OPERATION })),
            Stage::Done => {}
            Stage::InProgress { phase, .. } => self.schedule_poll(Some(phase)),
        }
        if self.last.as_ref() == Some(&stage) {
            return None;
        }
        self.last = Some(stage.clone());
        Some(Ok(Update { stage, value }))
    }

    fn schedule_poll(&mut self, phase: Option<&str>) {
        let wait = self.interval.after(self.polls, fastrand::f64());
        Log::of(<E::Api as Api>::LOG_TARGET).polling(E::OPERATION, wait, phase);
        self.state = WaitState::Sleeping(Box::pin(sleep(wait)));
        self.polls = self.polls.saturating_add(1);
    }
}

impl PollInterval {
    fn after(self, polls: u32, random: f64) -> Duration {
        let factor = 1.5_f64.powi(i32::try_from(polls.min(100)).unwrap_or(100));
        let longest =
            Duration::try_from_secs_f64(self.initial.as_secs_f64() * factor).unwrap_or(self.max).min(self.max);
        longest.mul_f64(1.0 - random / 4.0)
    }
}

impl<E: Endpoint<Response: Clone>> Stream for Wait<E> {
    type Item = Result<Update<E::Response>, WaitError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_update(cx)
    }
}

impl<E: Endpoint> Unpin for Wait<E> {}

/// The future of a [`Wait`].
#[must_use = "futures do nothing until they are awaited"]
#[derive(Debug)]
pub struct WaitFuture<E: Endpoint>(Wait<E>);

impl<E: Endpoint<Response: Clone>> IntoFuture for Wait<E> {
    type Output = Result<E::Response, WaitError>;
    type IntoFuture = WaitFuture<E>;

    fn into_future(self) -> WaitFuture<E> {
        WaitFuture(self)
    }
}

impl<E: Endpoint<Response: Clone>> Future for WaitFuture<E> {
    type Output = Result<E::Response, WaitError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match ready!(self.0.poll_update(cx)) {
                Some(Ok(Update { stage: Stage::Done, value })) => return Poll::Ready(Ok(value)),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Err(error)),
                // Polled again after its end: there is no value to give a second time.
                None => return Poll::Pending,
            }
        }
    }
}

impl<E: Endpoint> fmt::Debug for Wait<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("last", &self.last).field("polls", &self.polls).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polling_intervals_grow_up_to_the_maximum() {
        let interval = PollInterval { initial: Duration::from_secs(1), max: Duration::from_secs(10) };
        let waits: Vec<_> = (0..8).map(|polls| interval.after(polls, 0.0).as_secs_f64()).collect();
        assert_eq!(waits, [1.0, 1.5, 2.25, 3.375, 5.0625, 7.59375, 10.0, 10.0]);
        assert_eq!(interval.after(u32::MAX, 1.0), Duration::from_millis(7500));
        let none = PollInterval { initial: Duration::ZERO, max: Duration::MAX };
        assert_eq!(none.after(u32::MAX, 0.5), Duration::ZERO);
    }
}
