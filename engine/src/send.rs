//! Sending: attempts, the waits between them, time-outs, redirects, reading the response. The same for all operations.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::body::Body;
use crate::error::{DeadlinePassed, EarlierAttempt, ErrorInner, ErrorKind, note_attempt};
use crate::log::{self, Span};
use crate::observe::Outcome;
use crate::resolve::{resolve, same_origin};
use crate::response::RawResponse;
use crate::retry::{FailedAttempt, FailureKind, Paid, RetryDecision, StopReason};
use crate::runtime::{self, Instant, sleep, timeout_at};
use crate::secret;
use crate::server::origin_of;
use crate::transport::BoxFuture;
use crate::watch::{WatchedCall, follow};
pub(crate) use background::in_background;
use exchange::{attempt, build_request, open_payload, resolve_key};
pub(crate) use failure::AttemptError;
pub(crate) use request::{Job, JobSpec, ResponseMode};
pub(crate) use subject::{PlainRequest, Subject};

mod background;
mod coding;
mod curl;
mod exchange;
mod failure;
mod redirect;
mod request;
mod resume;
mod subject;

/// A successful response, and who watches its call, unless the call lasts as long as its body.
pub(crate) struct Completed {
    pub(crate) response: RawResponse,
    pub(crate) watch: Option<Arc<WatchedCall>>,
}

/// The attempts made at one thing: counts them, and decides whether there is another.
pub(crate) struct Attempts {
    made: u32,
    began: Instant,
    ends: Option<Instant>,
    /// What those before failed with.
    earlier: Vec<EarlierAttempt>,
    /// Whether the retry under way was paid for from the client's budget.
    paid: bool,
}

impl Attempts {
    pub(crate) fn new(deadline: Option<Duration>) -> Self {
        let began = Instant::now();
        Self {
            made: 0,
            began,
            ends: deadline.and_then(|deadline| began.checked_add(deadline)),
            earlier: Vec::new(),
            paid: false,
        }
    }

    /// Makes one attempt.
    pub(crate) async fn send_once(&mut self, job: &mut Job) -> Result<RawResponse, AttemptError> {
        open_payload(job).await.map_err(|error| AttemptError::new(FailureKind::Permanent, error))?;
        self.send_opened(job).await
    }

    async fn send_opened(&mut self, job: &mut Job) -> Result<RawResponse, AttemptError> {
        runtime::check().map_err(AttemptError::request)?;
        self.made += 1;
        let outcome = match (self.ends, &job.watch) {
            (None, None) => attempt(job).await,
            // Boxed, so that calls with neither need not be as large as those with one.
            (ends, _) => Box::pin(watched_attempt(job, ends, self.made)).await,
        };
        let mut response = outcome?;
        job.settings.budget.refund(self.paid);
        response.context.earlier = std::mem::take(&mut self.earlier);
        response.context.attempts = self.made;
        response.context.began = Some(self.began);
        Ok(response)
    }

    /// Waits until it is time for another attempt. If there is to be none, gives the error to report.
    pub(crate) async fn wait_before_retry(
        &mut self,
        job: &Job,
        mut failure: AttemptError,
        replayable: bool,
    ) -> Result<(), Box<ErrorInner>> {
        let failed = FailedAttempt {
            kind: failure.kind,
            retryable: job.retryable,
            replayable,
            attempts: self.made,
            elapsed: self.began.elapsed(),
            time_left: self.ends.map_or(Duration::MAX, |ends| ends.saturating_duration_since(Instant::now())),
            retry_after: failure.retry_after,
        };
        let not_retried = match job.retry().decide(&failed, fastrand::f64) {
            RetryDecision::After(wait) => {
                // Who comes back when the server said adds no load that it did not ask for.
                let invited = failed.retry_after.is_some_and(|asked| !asked.is_zero());
                let paid = if invited { None } else { job.settings.budget.pay() };
                if invited || paid.is_some() {
                    if let Some(watch) = &job.watch {
                        watch.retrying(wait, failure.error.kind, failure.error.status);
                    }
                    note_attempt(&mut self.earlier, &failure.error);
                    sleep(wait).await;
                    self.paid = paid.map(Paid::made).is_some();
                    return Ok(());
                }
                StopReason::Budget
            }
            RetryDecision::Stop(reason) => reason,
        };
        if matches!(failure.kind, FailureKind::Status(status) if !job.retry().retries_status(status)) {
            job.settings.budget.refund(self.paid);
        }
        let unsent = failure.error.kind == ErrorKind::Request;
        failure.error.attempts = if unsent { self.made.saturating_sub(1) } else { self.made };
        failure.error.elapsed = self.began.elapsed();
        failure.error.not_retried = Some(not_retried);
        failure.error.earlier = std::mem::take(&mut self.earlier);
        failure.error.retryable = job.retry().is_transient(&failed);
        Err(job.subject.describe(failure.error))
    }
}

/// Sends a request until it succeeds or there is nothing more to try.
async fn send_counted(job: &mut Job, attempts: &mut Attempts) -> Result<RawResponse, Box<ErrorInner>> {
    open_payload(job).await.map_err(|error| job.subject.describe(error))?;
    let replayable = job.is_replayable();
    loop {
        let failure = match attempts.send_opened(job).await {
            Ok(response) => return Ok(response),
            Err(failure) => failure,
        };
        if replayable && exchange::forget_refused_token(job, &failure) {
            note_attempt(&mut attempts.earlier, &failure.error);
            continue;
        }
        attempts.wait_before_retry(job, failure, replayable).await?;
    }
}

/// [`send_counted`] as a future that is compiled here: an `async fn` is compiled where it is polled, so again in each crate that
/// makes calls.
pub(crate) fn send_boxed(mut job: Job) -> BoxFuture<'static, Result<Completed, Box<ErrorInner>>> {
    Box::pin(async move {
        job.begin_to_watch();
        let mut attempts = Attempts::new(job.deadline());
        let sent = send_counted(&mut job, &mut attempts).await;
        let watch = job.watch.as_ref().map(|watch| watch.call().clone());
        if let (Some(call), Err(error)) = (&watch, &sent) {
            call.finish(Outcome::Failure(error.kind), error.status);
        }
        let mut response = sent?;
        let streamed = job.response.streamed;
        if streamed && job.response.file {
            response = resume::resumable(job, attempts, response);
        }
        match watch {
            Some(call) if streamed && !response.body.is_empty() => {
                response.body = follow(response.body, call, response.status);
                Ok(Completed { response, watch: None })
            }
            watch => Ok(Completed { response, watch }),
        }
    })
}

/// An attempt that somebody watches, or that has to end at a certain time.
async fn watched_attempt(job: &mut Job, ends: Option<Instant>, number: u32) -> Result<RawResponse, AttemptError> {
    let span = match &mut job.watch {
        Some(watch) => watch.attempt_started(number),
        None => Span::none(),
    };
    let attempting = log::within(span, attempt(job));
    let outcome = match ends {
        None => attempting.await,
        Some(ends) => match timeout_at(ends, attempting).await {
            Ok(outcome) => outcome,
            Err(_) => Err(deadline_passed(job.status)),
        },
    };
    if let Some(watch) = &mut job.watch {
        match &outcome {
            Ok(response) => watch.attempt_ended(None, Some(response.status), response.raw_body.len()),
            Err(AttemptError { error, .. }) => {
                watch.attempt_ended(Some(error.kind), error.status, error.raw_body.len());
            }
        }
    }
    outcome
}

/// The deadline passed, in an attempt whose response may have begun already.
fn deadline_passed(status: Option<StatusCode>) -> AttemptError {
    let mut error = ErrorInner::new(ErrorKind::Timeout, Some(DeadlinePassed.into()));
    error.status = status;
    AttemptError::new(FailureKind::MaybeSent, error)
}

/// The request as a `curl` command, its secrets redacted.
pub(crate) fn curl(job: &mut Job) -> Result<String, Box<ErrorInner>> {
    exchange::stand_in_key(job);
    curl::command(job, true).map_err(|error| job.subject.describe(ErrorInner::request(error)))
}

/// The same with its secrets.
pub(crate) async fn curl_with_secrets(job: &mut Job) -> Result<String, Box<ErrorInner>> {
    let command = match resolve_key(job).await {
        Ok(()) => curl::command(job, false),
        Err(error) => Err(error),
    };
    command.map_err(|error| job.subject.describe(ErrorInner::request(error)))
}

/// The absolute URL of a link in a response to the request, or in one that came from elsewhere on its server; why it is not
/// followed otherwise.
pub(crate) fn linked(job: &Job, from: Option<&str>, link: &str) -> Result<String, String> {
    let own = exchange::url_of(job).map_err(|error| error.to_string())?;
    let from = from.and_then(|from| resolve(&own, from)).unwrap_or(own);
    let url = resolve(&from, link).ok_or("it links to a next page, but the link is no URL")?;
    match same_origin(&url, job.server.origin()) {
        true => Ok(url),
        false => {
            let origin = secret::redacted_url(origin_of(&url).unwrap_or_default()).into_owned();
            Err(format!("it links to a next page on another server, {origin}, which is not followed"))
        }
    }
}

/// The request as it would be sent first.
pub(crate) async fn first_request(job: &mut Job) -> Result<http::Request<Body>, Box<ErrorInner>> {
    open_payload(job).await.map_err(|error| job.subject.describe(error))?;
    let body = job.take_body();
    let built = match resolve_key(job).await {
        Ok(()) => build_request(job, None, body),
        Err(error) => Err(error),
    };
    built.map_err(|error| job.subject.describe(ErrorInner::request(error)))
}
