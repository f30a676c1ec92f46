//! Sending: attempts, the waits between them, time-outs, redirects, reading the answer. The same for all operations.

use std::time::Duration;

use http::StatusCode;
use tokio::time::{Instant, sleep, timeout_at};

use crate::body::Body;
use crate::error::{ErrorInner, ErrorKind};
use crate::log;
use crate::response::Answer;
use crate::retry::{Failed, Failure};
use crate::transport::BoxFuture;
use exchange::{attempt, build, key, open};
pub(crate) use failure::{ERROR_BODY, Fault};
pub(crate) use request::{Job, Plain, Subject};

mod exchange;
mod failure;
mod redirect;
mod request;

/// A successful answer, and what it took.
pub(crate) struct Done {
    pub(crate) answer: Answer,
    pub(crate) elapsed: Duration,
}

/// The attempts made at one thing: counts them, and decides whether there is another.
pub(crate) struct Attempts {
    made: u32,
    began: Instant,
    ends: Option<Instant>,
    /// What the last one met.
    before: Option<String>,
}

impl Attempts {
    pub(crate) fn new(deadline: Option<Duration>) -> Self {
        let began = Instant::now();
        Self { made: 0, began, ends: deadline.and_then(|deadline| began.checked_add(deadline)), before: None }
    }

    /// Sends a request once.
    pub(crate) async fn once(&mut self, job: &mut Job) -> Result<Answer, Fault> {
        open(job).await.map_err(|inner| Fault::new(Failure::Permanent, inner))?;
        self.send(job).await
    }

    async fn send(&mut self, job: &mut Job) -> Result<Answer, Fault> {
        self.made += 1;
        let mut answered = None;
        let outcome = match self.ends {
            None => attempt(job, &mut answered).await,
            // Boxed, so that calls without a deadline need not be as large as those with one.
            Some(ends) => match Box::pin(timeout_at(ends, attempt(job, &mut answered))).await {
                Ok(outcome) => outcome,
                Err(_) => Err(out_of_time(answered, self.before.take())),
            },
        };
        let mut answer = outcome?;
        job.settings.budget.refund(self.made > 1);
        answer.to.attempts = self.made;
        answer.to.began = Some(self.began);
        Ok(answer)
    }

    /// Waits until it is time for another attempt. If there is to be none, gives the error to report.
    pub(crate) async fn again(&mut self, job: &Job, mut fault: Fault, replayable: bool) -> Result<(), Box<ErrorInner>> {
        let failed = Failed {
            failure: fault.failure,
            retryable: job.retryable,
            replayable,
            attempts: self.made,
            elapsed: self.began.elapsed(),
            time_left: self.ends.map_or(Duration::MAX, |ends| ends.saturating_duration_since(Instant::now())),
            retry_after: fault.retry_after,
        };
        let stop = match job.retry().decide(&failed, fastrand::f64) {
            Ok(wait) => match job.settings.budget.pay() {
                Some(retry) => {
                    log::again(job.subject, self.made, wait, &fault.inner);
                    self.before = Some(fault.inner.what_happened());
                    sleep(wait).await;
                    retry.made();
                    return Ok(());
                }
                None => Some("too many of this client's retries have failed lately"),
            },
            Err(stop) => stop.reason(),
        };
        if matches!(fault.failure, Failure::Status(status) if !job.retry().retries_status(status)) {
            job.settings.budget.refund(self.made > 1);
        }
        let unsent = fault.inner.kind == ErrorKind::Request;
        fault.inner.attempts = if unsent { self.made.saturating_sub(1) } else { self.made };
        fault.inner.elapsed = self.began.elapsed();
        fault.inner.gave_up = stop;
        fault.inner.retryable = job.retry().is_transient(&failed);
        let inner = job.subject.describe(fault.inner);
        log::failed(job.subject, &inner);
        Err(inner)
    }
}

/// Sends a request until it succeeds or there is no more to be done.
pub(crate) async fn run(job: &mut Job) -> Result<Done, Box<ErrorInner>> {
    let mut attempts = Attempts::new(job.deadline);
    open(job).await.map_err(|inner| job.subject.describe(inner))?;
    let replayable = job.is_replayable();
    loop {
        let fault = match attempts.send(job).await {
            Ok(answer) => return Ok(Done { answer, elapsed: attempts.began.elapsed() }),
            Err(fault) => fault,
        };
        attempts.again(job, fault, replayable).await?;
    }
}

/// [`run`] as a future that is compiled here: an `async fn` is compiled by whoever polls it, and so anew in each crate that
/// makes calls.
pub(crate) fn running(mut job: Job) -> BoxFuture<'static, Result<Done, Box<ErrorInner>>> {
    Box::pin(async move { run(&mut job).await })
}

/// The deadline passed: in an attempt that may have had its answer's status already, and after others that failed.
fn out_of_time(answered: Option<StatusCode>, before: Option<String>) -> Fault {
    let mut inner = ErrorInner::new(ErrorKind::Timeout, Some("the call's deadline passed".into()));
    inner.status = answered;
    inner.before = before;
    Fault::new(Failure::MaybeSent, inner)
}

/// The request as it would be sent first.
pub(crate) async fn build_request(job: &mut Job) -> Result<http::Request<Body>, Box<ErrorInner>> {
    open(job).await.map_err(|inner| job.subject.describe(inner))?;
    let body = job.take_body();
    let built = match key(job).await {
        Ok(key) => build(job, key.as_deref(), None, body),
        Err(error) => Err(error),
    };
    built.map_err(|error| job.subject.describe(ErrorInner::request(error)))
}
