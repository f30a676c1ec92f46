//! Downloads that resume where they broke off (RFC 9110, section 14).

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{ACCEPT_RANGES, CONTENT_RANGE, DATE, ETAG, HeaderMap, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE};
use http_body::{Frame, SizeHint};

use super::Attempts;
use super::failure::AttemptError;
use super::request::Job;
use crate::body::Body;
use crate::error::{BoxError, ErrorInner, ErrorKind};
use crate::response::{RawResponse, encoding};
use crate::retry::FailureKind;
use crate::transport::BoxFuture;

/// How many bytes must have arrived since it last broke off for the attempts to be counted again from the start: otherwise a server that
/// sends a byte at a time would be asked forever.
const PROGRESS: u64 = 1024 * 1024;

/// A response's body that asks for its rest when the connection breaks.
struct Resumable {
    state: State,
    received: u64,
    total: Option<u64>,
    /// Where it last broke off.
    broke_at: Option<u64>,
}

/// The rest of a body: with where it comes from, and at which byte it begins.
type Rest = (Body, Box<Source>, u64);

enum State {
    Reading(Body, Box<Source>),
    Asking(BoxFuture<'static, Result<Rest, BoxError>>),
    Ended,
}

/// What the rest is asked for with.
struct Source {
    job: Job,
    attempts: Attempts,
    validator: HeaderValue,
    encoding: Option<HeaderValue>,
    total: Option<u64>,
}

/// The response with a body that resumes after it broke off, if the server offers that.
pub(super) fn resumable(job: Job, attempts: Attempts, mut response: RawResponse) -> RawResponse {
    let offers = response.headers.get(ACCEPT_RANGES).is_some_and(|unit| unit.as_bytes().eq_ignore_ascii_case(b"bytes"));
    let asks_for_all = job.subject.method() == "GET" && job.request.headers.iter().all(|(name, _)| *name != RANGE);
    if !offers || !asks_for_all || !job.response.file || response.status != StatusCode::OK {
        return response;
    }
    let Some(validator) = strong_validator(&response.headers) else { return response };
    let body = std::mem::take(&mut response.body);
    let total = body.len();
    let encoding = encoding(&response.headers).cloned();
    let source = Box::new(Source { job, attempts, validator, encoding, total });
    let state = State::Reading(body, source);
    response.body = Body::wrap(Resumable { state, received: 0, total, broke_at: None });
    response
}

/// What tells whether the rest is of the same content: a strong entity tag, or a date of change that lies far enough back.
fn strong_validator(headers: &HeaderMap) -> Option<HeaderValue> {
    if let Some(tag) = headers.get(ETAG) {
        return tag.as_bytes().starts_with(b"\"").then(|| tag.clone());
    }
    let date = |name| httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok();
    let far_enough = date(LAST_MODIFIED)?.checked_add(Duration::from_secs(1))? <= date(DATE)?;
    headers.get(LAST_MODIFIED).filter(|_| far_enough).cloned()
}

/// First byte, last byte and length of all of a `Content-Range`.
fn content_range(headers: &HeaderMap) -> Option<(u64, u64, u64)> {
    let (range, total) = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    Some((number(first)?, number(last)?, number(total)?))
}

impl Source {
    /// Asks for all from `offset` on, as the retry policy allows; otherwise gives the error that it broke off with.
    async fn rest(
        mut self: Box<Self>,
        offset: u64,
        restart: bool,
        broke: BoxError,
    ) -> Result<(Body, Box<Self>, u64), BoxError> {
        if restart {
            self.attempts = Attempts { made: 1, ..Attempts::new(None) };
        }
        let Ok(range) = HeaderValue::from_str(&format!("bytes={offset}-")) else { return Err(broke) };
        self.job.request.headers.retain(|(name, _)| *name != RANGE && *name != IF_RANGE);
        self.job.request.headers.extend([(RANGE, range), (IF_RANGE, self.validator.clone())]);
        // Without the transport's words, which may hold what must not be logged.
        let what = ErrorInner::new(ErrorKind::Transport, Some("the download broke off".into()));
        let mut failure = AttemptError::new(FailureKind::MaybeSent, what);
        loop {
            if self.attempts.wait_before_retry(&self.job, failure, true).await.is_err() {
                return Err(broke);
            }
            failure = match self.attempts.send_once(&mut self.job).await {
                Err(failure) => failure,
                Ok(response) => {
                    return match self.checked(offset, &response) {
                        Some(total) => Ok((response.body, self, total)),
                        None => Err(broke),
                    };
                }
            };
        }
    }

    /// How long all is, if the response is the rest of it and nothing else.
    fn checked(&self, offset: u64, response: &RawResponse) -> Option<u64> {
        let (first, last, total) = content_range(&response.headers)?;
        let same = response.headers.get(ETAG).is_none_or(|tag| *tag == self.validator || !self.is_tag());
        let whole = first == offset && last.checked_add(1) == Some(total) && first <= last;
        let fits = self.total.is_none_or(|known| known == total)
            && response.body.len().is_none_or(|len| len == total - offset.min(total))
            && encoding(&response.headers) == self.encoding.as_ref();
        (response.status == StatusCode::PARTIAL_CONTENT && same && whole && fits).then_some(total)
    }

    fn is_tag(&self) -> bool {
        self.validator.as_bytes().starts_with(b"\"")
    }
}

impl Resumable {
    /// Takes the next piece of what arrives, or what it broke off with.
    fn take(&mut self, piece: Option<Result<Bytes, BoxError>>) -> Option<Result<Frame<Bytes>, BoxError>> {
        let missing = self.total.is_some_and(|total| self.received < total);
        let broke = match piece {
            Some(Ok(bytes)) => {
                self.received += bytes.len() as u64;
                return Some(Ok(Frame::data(bytes)));
            }
            None if missing => "the body ended before the length it announced".into(),
            None => {
                self.state = State::Ended;
                return None;
            }
            Some(Err(error)) => error,
        };
        let State::Reading(_, source) = std::mem::replace(&mut self.state, State::Ended) else {
            return Some(Err(broke));
        };
        // Nothing is missing, or more came than was announced: asking again would not help.
        if self.total.is_some_and(|total| self.received >= total) {
            return Some(Err(broke));
        }
        let restart = self.broke_at.is_none_or(|before| self.received - before >= PROGRESS);
        self.broke_at = Some(self.received);
        self.state = State::Asking(Box::pin(source.rest(self.received, restart, broke)));
        Some(Ok(Frame::data(Bytes::new())))
    }
}

impl http_body::Body for Resumable {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            match &mut self.state {
                State::Ended => return Poll::Ready(None),
                State::Reading(body, _) => {
                    let piece = ready!(body.poll_chunk(cx));
                    match self.take(piece) {
                        // It broke off, and the rest is being asked for.
                        Some(Ok(frame)) if frame.data_ref().is_some_and(Bytes::is_empty) => {}
                        other => return Poll::Ready(other),
                    }
                }
                State::Asking(asking) => {
                    let rest = ready!(asking.as_mut().poll(cx));
                    match rest {
                        Ok((body, source, total)) => {
                            self.total = Some(total);
                            self.state = State::Reading(body, source);
                        }
                        Err(error) => {
                            self.state = State::Ended;
                            return Poll::Ready(Some(Err(error)));
                        }
                    }
                }
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.total.map(|total| total.saturating_sub(self.received));
        left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
