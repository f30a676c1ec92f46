//! A call that somebody watches: what is counted for it, and how its steps reach the observer and the log.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::runtime::Instant;
use bytes::Bytes;
use http::{StatusCode, Uri};
use http_body::{Frame, SizeHint};

use crate::body::Body;
use crate::endpoint::Operation;
use crate::error::{BoxError, ErrorKind};
use crate::log::{Log, Span};
use crate::observe::{Ending, Observation, Observer, Outcome, Step};
use crate::send::Subject;
use crate::settings::Settings;
use crate::timeout::{OnSent, taken_at_once};

/// What is watched.
#[derive(Clone, Copy)]
pub(crate) struct Watched {
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) name: &'static str,
    /// `None` for what consists of several requests.
    pub(crate) method: Option<&'static str>,
}

impl From<Subject> for Watched {
    fn from(subject: Subject) -> Self {
        Self { operation: subject.operation(), name: subject.name(), method: Some(subject.method()) }
    }
}

/// A call that is watched: by the client's observer, by the log, or both. The last that holds it tells its end.
pub(crate) struct WatchedCall {
    number: u64,
    what: Watched,
    server: String,
    port: Option<u16>,
    observer: Option<Observer>,
    log: Log,
    span: Span,
    began: Instant,
    attempts: AtomicU32,
    sent: AtomicU64,
    received: AtomicU64,
    /// What it has come to so far.
    result: Mutex<(Outcome, Option<StatusCode>)>,
}

/// One request of a watched call, with all its attempts.
pub(crate) struct Watch {
    call: Arc<WatchedCall>,
    what: Watched,
    attempt: u32,
    began: Instant,
    /// Bytes that the transport has taken in the attempt under way.
    sent: Arc<AtomicU64>,
    span: Span,
}

impl WatchedCall {
    /// Begins to watch a call to this URL; `None` if nobody wants to know, which costs next to nothing.
    pub(crate) fn begin(settings: &Settings, what: Watched, url: &str) -> Option<Arc<Self>> {
        let log = Log::of(settings.api.log_target);
        if settings.observer.is_none() && !log.is_on() {
            return None;
        }
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let url: Option<Uri> = url.parse().ok();
        let url = url.as_ref();
        let port = url.and_then(|url| url.port_u16().or_else(|| default_port(url.scheme_str()?)));
        let mut call = Self {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            what,
            server: url.and_then(Uri::host).unwrap_or_default().into(),
            port,
            observer: settings.observer.clone(),
            log,
            span: Span::none(),
            began: Instant::now(),
            attempts: AtomicU32::new(0),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            result: Mutex::new((Outcome::Cancelled, None)),
        };
        let started = call.observation(what, 0, Step::Started);
        let span = log.call_span(&started);
        call.tell(&span, started);
        call.span = span;
        Some(Arc::new(call))
    }

    /// Says what it has come to. The last word counts.
    pub(crate) fn finish(&self, outcome: Outcome, status: Option<StatusCode>) {
        *self.result.lock().unwrap_or_else(PoisonError::into_inner) = (outcome, status);
    }

    fn observation(&self, what: Watched, attempt: u32, step: Step) -> Observation<'_> {
        Observation {
            call: self.number,
            operation: what.operation,
            name: what.name,
            method: what.method,
            server: &self.server,
            port: self.port,
            attempt,
            step,
        }
    }

    fn tell(&self, span: &Span, observation: Observation<'_>) {
        if let Some(observer) = &self.observer {
            observer(&observation);
        }
        self.log.step(span, &observation);
    }
}

impl Drop for WatchedCall {
    fn drop(&mut self) {
        let (outcome, status) = *self.result.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (sent, received) = (*self.sent.get_mut(), *self.received.get_mut());
        let ending = Ending { outcome, status, duration: self.began.elapsed(), sent, received };
        let attempts = *self.attempts.get_mut();
        self.tell(&self.span, self.observation(self.what, attempts, Step::Ended(ending)));
    }
}

impl Watch {
    pub(crate) fn new(call: Arc<WatchedCall>, what: Watched) -> Box<Self> {
        let began = Instant::now();
        Box::new(Self { call, what, attempt: 0, began, sent: Arc::default(), span: Span::none() })
    }

    pub(crate) fn call(&self) -> &Arc<WatchedCall> {
        &self.call
    }

    pub(crate) fn log(&self) -> Log {
        self.call.log
    }

    /// An attempt begins, the `number`th at this request; gives its span.
    pub(crate) fn attempt_started(&mut self, number: u32) -> Span {
        self.attempt = number;
        // Who drops it meanwhile has cancelled it.
        self.call.finish(Outcome::Cancelled, None);
        self.began = Instant::now();
        self.sent = Arc::default();
        self.call.attempts.fetch_add(1, Ordering::Relaxed);
        let observation = self.call.observation(self.what, number, Step::AttemptStarted);
        self.span = self.call.log.attempt_span(&self.call.span, &observation);
        self.call.tell(&self.span, observation);
        self.span.clone()
    }

    /// The attempt has ended: in what, with which status, and how much of the response was read.
    pub(crate) fn attempt_ended(&mut self, error: Option<ErrorKind>, status: Option<StatusCode>, received: usize) {
        let received = received as u64;
        let outcome = error.map_or(Outcome::Success, Outcome::Failure);
        let sent = self.sent.load(Ordering::Relaxed);
        self.call.sent.fetch_add(sent, Ordering::Relaxed);
        self.call.received.fetch_add(received, Ordering::Relaxed);
        self.call.finish(outcome, status);
        self.tell(Step::AttemptEnded(Ending { outcome, status, duration: self.began.elapsed(), sent, received }));
        self.span = Span::none();
    }

    pub(crate) fn redirected(&self, status: StatusCode) {
        self.tell(Step::Redirected { status });
    }

    pub(crate) fn retrying(&self, wait: Duration, kind: ErrorKind, status: Option<StatusCode>) {
        let observation = self.call.observation(self.what, self.attempt, Step::Retrying { wait, kind, status });
        self.call.tell(&self.call.span, observation);
        self.call.finish(Outcome::Cancelled, None);
    }

    /// Counts a body that is handed over: now, where it is taken at once, or by what is called with each piece that is taken.
    pub(crate) fn count_sent(&self, body: &Body, on_sent: Option<OnSent>) -> OnSent {
        if let Some(len) = taken_at_once(body) {
            self.sent.fetch_add(len as u64, Ordering::Relaxed);
        }
        let sent = self.sent.clone();
        Arc::new(move |bytes| {
            sent.fetch_add(bytes, Ordering::Relaxed);
            if let Some(on_sent) = &on_sent {
                on_sent(bytes);
            }
        })
    }

    fn tell(&self, step: Step) {
        self.call.tell(&self.span, self.call.observation(self.what, self.attempt, step));
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// The body of a response that is streamed: its call ends with it.
pub(crate) fn follow(body: Body, call: Arc<WatchedCall>, status: StatusCode) -> Body {
    let idle = body.idle();
    let followed = Body::wrap(FollowedBody { body, call: Some(call), status });
    // Whoever reads events asks the body for it.
    match idle {
        Some(idle) => followed.guarded(idle),
        None => followed,
    }
}

struct FollowedBody {
    body: Body,
    /// `None` once it has ended.
    call: Option<Arc<WatchedCall>>,
    status: StatusCode,
}

impl FollowedBody {
    fn end(&mut self, outcome: Outcome) {
        if let Some(call) = self.call.take() {
            call.finish(outcome, Some(self.status));
        }
    }
}

impl Drop for FollowedBody {
    fn drop(&mut self) {
        self.end(Outcome::Cancelled);
    }
}

impl http_body::Body for FollowedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &polled {
            Some(Ok(frame)) => {
                if let (Some(call), Some(data)) = (&self.call, frame.data_ref()) {
                    call.received.fetch_add(data.len() as u64, Ordering::Relaxed);
                }
                if self.body.is_empty() {
                    self.end(Outcome::Success);
                }
            }
            Some(Err(error)) if error.is::<crate::error::IdleTimeout>() => {
                self.end(Outcome::Failure(ErrorKind::Timeout));
            }
            Some(Err(_)) => self.end(Outcome::Failure(ErrorKind::Transport)),
            None => self.end(Outcome::Success),
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        http_body::Body::is_end_stream(&self.body)
    }

    fn size_hint(&self) -> SizeHint {
        http_body::Body::size_hint(&self.body)
    }
}
