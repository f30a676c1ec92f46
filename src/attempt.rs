//! Sending: attempts, the waits between them, time-outs, redirects, reading the answer. The same for all operations.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, USER_AGENT};
use http::uri::InvalidUri;
use http::{Method, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};

use crate::body::{Body, BodyError};
use crate::call::Options;
use crate::endpoint::Operation;
use crate::error::{ErrorKind, Inner, Mapped};
use crate::idle::{Idle, Observer, Progress, guard};
use crate::log;
use crate::response::Answer;
use crate::retry::{Failed, Failure, Retry, retry_after};
use crate::server::{Server, origin_of};
use crate::settings::{Credential, IDLE, Key, Settings};
use crate::transport::TransportErrorKind;
use crate::wire::{Payload, Prepared, RequestError, set_query};

/// How much of an unsuccessful answer's body is kept.
pub(crate) const ERROR_BODY: usize = 64 * 1024;

/// How many redirects are followed.
const REDIRECTS: usize = 5;

pub(crate) type MapError = fn(StatusCode, &HeaderMap, &[u8]) -> Option<Box<dyn Mapped>>;

/// What a request is for.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    Operation(&'static Operation),
    Plain(&'static Plain),
}

/// A request that is no operation of an API.
pub(crate) struct Plain {
    /// What it does, for errors and logs.
    pub(crate) what: &'static str,
    pub(crate) method: Method,
    /// Whether it belongs to the API's own server: then the key goes to that server's origin, and the client's headers
    /// go along. Otherwise neither does.
    pub(crate) own: bool,
}

impl Subject {
    pub(crate) fn operation(self) -> Option<&'static Operation> {
        match self {
            Self::Operation(operation) => Some(operation),
            Self::Plain(_) => None,
        }
    }

    /// The operation's bare name, or what a plain request does.
    fn name(self) -> &'static str {
        match self {
            Self::Operation(operation) => operation.name,
            Self::Plain(plain) => plain.what,
        }
    }

    fn method(self) -> &'static Method {
        match self {
            Self::Operation(operation) => operation.method,
            Self::Plain(plain) => &plain.method,
        }
    }

    fn keyed(self) -> bool {
        match self {
            Self::Operation(operation) => operation.auth,
            Self::Plain(plain) => plain.own,
        }
    }

    /// Whether the client's headers go along.
    fn own(self) -> bool {
        !matches!(self, Self::Plain(plain) if !plain.own)
    }

    fn describe(self, mut inner: Box<Inner>) -> Box<Inner> {
        match self {
            Self::Operation(operation) => inner.operation = Some(operation),
            Self::Plain(plain) => inner.what = plain.what.into(),
        }
        inner
    }
}

/// All that is needed to send a request.
pub(crate) struct Job {
    settings: Arc<Settings>,
    prepared: Prepared,
    retry: Retry,
    idle: Duration,
    deadline: Option<Duration>,
    server: Server,
    subject: Subject,
    retryable: bool,
    streamed: bool,
    map: MapError,
    observer: Option<Observer>,
}

/// A successful answer, and what it took.
pub(crate) struct Done {
    pub(crate) answer: Answer,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

impl Job {
    pub(crate) fn new(
        settings: Arc<Settings>,
        prepared: Result<Prepared, RequestError>,
        options: Options,
        subject: Subject,
        retryable: bool,
    ) -> Result<Self, Box<Inner>> {
        let checked = || {
            settings.wrong.clone().or(options.wrong).map_or(Ok(()), Err)?;
            let mut prepared = prepared?;
            for (name, value) in &options.query {
                set_query(&mut prepared.target, name, value);
            }
            for (name, value) in &settings.headers {
                if subject.own() || name == USER_AGENT {
                    prepared.headers.entry(name).or_insert_with(|| value.clone());
                }
            }
            let mut last = None;
            for (name, value) in options.headers {
                last = name.or(last);
                if let Some(name) = &last {
                    prepared.headers.insert(name, value);
                }
            }
            let server = match options.server {
                Some(server) => server,
                None => settings.server.clone()?,
            };
            Ok((prepared, server))
        };
        let (prepared, server) = checked().map_err(|error| subject.describe(Inner::request(error)))?;
        let declared = subject.operation().and_then(|operation| operation.timeout).unwrap_or(IDLE);
        Ok(Self {
            retry: options.retry.unwrap_or_else(|| settings.retry.clone()),
            idle: options.idle.or(settings.timeouts.idle).unwrap_or(declared),
            deadline: options.deadline.or(settings.timeouts.deadline),
            settings,
            prepared,
            server,
            subject,
            retryable,
            streamed: false,
            map: |_, _, _| None,
            observer: None,
        })
    }

    /// Says what becomes of the answer: whether it is handed on while it arrives, and how an error's body is read.
    pub(crate) fn answered(mut self, streamed: bool, map: MapError) -> Self {
        self.streamed = streamed;
        self.map = map;
        self
    }

    /// Has somebody told of the bytes that the transport takes.
    pub(crate) fn observed(mut self, observer: Option<Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Lets it take as long as it needs, while it makes headway.
    pub(crate) fn without_deadline(mut self) -> Self {
        self.deadline = None;
        self
    }
}

/// A failed attempt.
pub(crate) struct Fault {
    failure: Failure,
    inner: Box<Inner>,
    retry_after: Option<Duration>,
}

impl Fault {
    fn new(failure: Failure, inner: Box<Inner>) -> Self {
        Self { failure, inner, retry_after: None }
    }

    fn request(error: RequestError) -> Self {
        Self::new(Failure::Permanent, Inner::request(error))
    }

    /// The status, when the server answered that it will not or cannot.
    pub(crate) fn status(&self) -> Option<u16> {
        self.inner.status.filter(|_| self.inner.kind == ErrorKind::Status).map(|status| status.as_u16())
    }

    /// What the server said.
    pub(crate) fn text(&self) -> &[u8] {
        &self.inner.text
    }

    /// Makes it one that passes, whatever the policy says of its status: for what knows the protocol better.
    pub(crate) fn passing(mut self) -> Self {
        self.failure = Failure::MaybeSent;
        self
    }
}

/// The attempts made at one thing: counts them, and decides whether there is another.
pub(crate) struct Attempts {
    made: u32,
    began: Instant,
    ends: Option<Instant>,
}

impl Attempts {
    pub(crate) fn new(deadline: Option<Duration>) -> Self {
        let began = Instant::now();
        Self { made: 0, began, ends: deadline.and_then(|deadline| began.checked_add(deadline)) }
    }

    /// Sends a request once.
    pub(crate) async fn once(&mut self, job: &mut Job) -> Result<Answer, Fault> {
        let body = open(job).await.map_err(|inner| Fault::new(Failure::Permanent, inner))?;
        self.send(job, body).await
    }

    async fn send(&mut self, job: &Job, body: Body) -> Result<Answer, Fault> {
        self.made += 1;
        let attempt = attempt(job, body);
        let outcome = match self.ends {
            None => attempt.await,
            Some(ends) => timeout_at(ends, attempt).await.unwrap_or_else(|_| Err(out_of_time())),
        };
        if outcome.is_ok() {
            job.settings.budget.refund(self.made > 1);
        }
        outcome
    }

    /// Waits until it is time for another attempt. If there is to be none, gives the error to report.
    pub(crate) async fn again(&self, job: &Job, mut fault: Fault, replayable: bool) -> Result<(), Box<Inner>> {
        let failed = Failed {
            failure: fault.failure,
            retryable: job.retryable,
            replayable,
            attempts: self.made,
            elapsed: self.began.elapsed(),
            time_left: self.ends.map_or(Duration::MAX, |ends| ends.saturating_duration_since(Instant::now())),
            retry_after: fault.retry_after,
        };
        let stop = match job.retry.decide(&failed, fastrand::f64) {
            Ok(wait) if job.settings.budget.try_spend() => {
                log::again(job.subject, self.made, wait, &fault.inner);
                sleep(wait).await;
                return Ok(());
            }
            Ok(_) => Some("too many of this client's retries have failed lately"),
            Err(stop) => stop.reason(),
        };
        if matches!(fault.failure, Failure::Status(status) if !job.retry.retries_status(status)) {
            job.settings.budget.refund(self.made > 1);
        }
        let unsent = fault.inner.kind == ErrorKind::Request;
        fault.inner.attempts = if unsent { self.made.saturating_sub(1) } else { self.made };
        fault.inner.elapsed = self.began.elapsed();
        fault.inner.gave_up = stop;
        fault.inner.retryable = job.retry.is_transient(&failed);
        let inner = job.subject.describe(fault.inner);
        log::failed(job.subject, &inner);
        Err(inner)
    }
}

/// Sends a request until it succeeds or there is no more to be done.
pub(crate) async fn run(mut job: Job) -> Result<Done, Box<Inner>> {
    let mut attempts = Attempts::new(job.deadline);
    let mut body = open(&mut job).await.map_err(|inner| job.subject.describe(inner))?;
    loop {
        let replay = body.replay();
        let replayable = replay.is_some();
        let sent = replay.unwrap_or_else(|| std::mem::take(&mut body));
        match attempts.send(&job, sent).await {
            Ok(answer) => return Ok(Done { answer, attempts: attempts.made, elapsed: attempts.began.elapsed() }),
            Err(fault) => attempts.again(&job, fault, replayable).await?,
        }
    }
}

fn out_of_time() -> Fault {
    let inner = Inner::new(ErrorKind::Timeout, Some("the call's deadline passed".into()));
    Fault::new(Failure::MaybeSent, inner)
}

/// The request as it would be sent first.
pub(crate) async fn request(mut job: Job) -> Result<http::Request<Body>, Box<Inner>> {
    let body = open(&mut job).await.map_err(|inner| job.subject.describe(inner))?;
    let built = match key(&job).await {
        Ok(key) => build(&job, key.as_deref(), None, body),
        Err(error) => Err(error),
    };
    built.map_err(|error| job.subject.describe(Inner::request(error)))
}

/// Opens the files of a body, so that their lengths are known.
async fn open(job: &mut Job) -> Result<Body, Box<Inner>> {
    let wrong = |error: std::io::Error| Inner::request(RequestError::Settings(error.to_string()));
    let content_type = |text: &str| {
        HeaderValue::from_str(text).map_err(|_| Inner::request(RequestError::Header { name: "content-type".into() }))
    };
    match std::mem::take(&mut job.prepared.payload) {
        Payload::Empty => Ok(Body::empty()),
        Payload::Bytes(bytes) => Ok(bytes.into()),
        Payload::Body(body) => Ok(body),
        Payload::File(file) => {
            if !job.prepared.headers.contains_key(CONTENT_TYPE) {
                job.prepared.headers.insert(CONTENT_TYPE, content_type(file.media_type())?);
            }
            file.into_body().await.map_err(wrong)
        }
        Payload::Multipart(form) => {
            let (text, body) = form.into_body().await.map_err(wrong)?;
            job.prepared.headers.insert(CONTENT_TYPE, content_type(&text)?);
            Ok(body)
        }
    }
}

async fn key(job: &Job) -> Result<Option<Arc<Credential>>, RequestError> {
    if !job.subject.keyed() {
        return Ok(None);
    }
    match &job.settings.key {
        Key::None => Ok(None),
        Key::Fixed(key) => Ok(Some(key.clone())),
        Key::Provider(provider) => match provider().await {
            Ok(key) => Ok(Some(Credential::new(job.settings.api.auth, key.expose()))),
            Err(error) => Err(RequestError::Settings(format!("the function that gives the key failed: {error}"))),
        },
    }
}

fn build(
    job: &Job,
    key: Option<&Credential>,
    redirected: Option<&str>,
    body: Body,
) -> Result<http::Request<Body>, RequestError> {
    let mut target = redirected.unwrap_or(&job.prepared.target).to_owned();
    let mut headers = job.prepared.headers.clone();
    let absolute = origin_of(&target).is_some();
    let at_home = !absolute || job.server.has_origin_of(&target);
    if !at_home && job.subject.own() {
        // The client's headers are for its server: any of them may be a credential.
        for name in job.settings.headers.keys().filter(|name| *name != USER_AGENT) {
            headers.remove(name);
        }
    }
    if at_home && let Some(key) = key {
        job.settings.authorize(key, &job.server, &mut target, &mut headers)?;
    }
    let url = match (absolute, job.subject) {
        (true, _) => target.try_into().map_err(|error: InvalidUri| RequestError::Url { reason: error.to_string() })?,
        (false, Subject::Operation(_)) => job.server.url(&target)?,
        (false, Subject::Plain(_)) if target.starts_with('/') => job.server.url_from_root(&target)?,
        (false, Subject::Plain(_)) => {
            return Err(RequestError::Url {
                reason: "expected `http://…`, `https://…` or a path that starts with `/`".into(),
            });
        }
    };
    // HTTP libraries leave it out when there is no body, and some servers refuse that (411).
    if body.is_empty() && matches!(*job.subject.method(), Method::POST | Method::PUT | Method::PATCH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut request = http::Request::new(body);
    *request.method_mut() = job.subject.method().clone();
    *request.uri_mut() = url;
    *request.headers_mut() = headers;
    Ok(request)
}

/// One attempt, redirects and all.
async fn attempt(job: &Job, body: Body) -> Result<Answer, Fault> {
    let transport = job.settings.transport().map_err(Fault::request)?;
    let key = key(job).await.map_err(Fault::request)?;
    let progress = Progress::observed(job.observer.clone());
    let mut body = progress.watch(body);
    let mut redirected: Option<String> = None;
    for _ in 0..=REDIRECTS {
        let request =
            build(job, key.as_deref(), redirected.as_deref(), std::mem::take(&mut body)).map_err(Fault::request)?;
        log::sending(job.subject, &request);
        let response = match progress.wait(transport.send(request), job.idle).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let (kind, failure) = match error.kind {
                    TransportErrorKind::Connect => (ErrorKind::Connect, Failure::NotSent),
                    TransportErrorKind::ConnectTimeout => (ErrorKind::Timeout, Failure::NotSent),
                    TransportErrorKind::Body => (ErrorKind::Transport, Failure::Permanent),
                    TransportErrorKind::Sent => (ErrorKind::Transport, Failure::MaybeSent),
                };
                return Err(Fault::new(failure, Inner::new(kind, Some(error.source))));
            }
            Err(idle) => return Err(Fault::new(Failure::MaybeSent, Inner::new(ErrorKind::Timeout, Some(idle.into())))),
        };
        let (parts, content) = response.into_parts();
        log::answered(job.subject, parts.status);
        if let Some(next) = next_hop(job, parts.status, &parts.headers, redirected.as_deref()) {
            redirected = Some(next);
            continue;
        }
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: Bytes::new(),
            body: Body::empty(),
            operation: job.subject.name(),
        };
        let content = guard(content, job.idle);
        return match parts.status.is_success() {
            true if job.streamed => Ok(Answer { body: content, ..answer }),
            true => read(job, answer, content).await,
            false => Err(refusal(job, answer, content, key.as_deref()).await),
        };
    }
    Err(Fault::new(
        Failure::Permanent,
        Inner::new(ErrorKind::Transport, Some(format!("redirected more than {REDIRECTS} times").into())),
    ))
}

/// Where a redirect leads, if it is to be followed: reading operations stay on the server they were sent to; a plain
/// download may go anywhere (the key does not), but not from https to http.
fn next_hop(job: &Job, status: StatusCode, headers: &HeaderMap, from: Option<&str>) -> Option<String> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
        || !matches!(*job.subject.method(), Method::GET | Method::HEAD)
    {
        return None;
    }
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let from = from.and_then(origin_of).or_else(|| origin_of(&job.prepared.target)).unwrap_or(job.server.origin());
    if location.starts_with('/') && !location.starts_with("//") {
        return Some([from, location].concat());
    }
    let to = origin_of(location)?;
    let same = to.eq_ignore_ascii_case(from);
    let downgrade = from.starts_with("https:") && to.to_ascii_lowercase().starts_with("http:");
    (same || (job.subject.operation().is_none() && !downgrade)).then(|| location.to_owned())
}

/// Reads a successful answer to its end.
async fn read(job: &Job, answer: Answer, content: Body) -> Result<Answer, Fault> {
    match content.bytes(job.settings.max_response).await {
        Ok(bytes) => Ok(Answer { bytes, ..answer }),
        Err(error) => {
            let (kind, failure) = match &error {
                BodyError::TooLarge { .. } => (ErrorKind::TooLarge, Failure::Permanent),
                BodyError::Read(source) if source.is::<Idle>() => (ErrorKind::Timeout, Failure::MaybeSent),
                _ => (ErrorKind::Transport, Failure::MaybeSent),
            };
            let mut inner = Inner::new(kind, Some(error.into()));
            inner.status = Some(answer.status);
            inner.headers = answer.headers;
            Err(Fault::new(failure, inner))
        }
    }
}

/// Makes an unsuccessful answer an error that says all it says, but for the key, should the server echo it.
async fn refusal(job: &Job, answer: Answer, content: Body, key: Option<&Credential>) -> Fault {
    let mut text = content.prefix(ERROR_BODY).await;
    if let Some(key) = key {
        text = blot_out(text, key.key.expose());
    }
    let mut inner = Inner::new(ErrorKind::Status, None);
    inner.body = (job.map)(answer.status, &answer.headers, &text);
    inner.status = Some(answer.status);
    inner.text = text;
    let retry_after = retry_after(&answer.headers, SystemTime::now());
    let failure = match (job.settings.api.refused)(answer.status, &answer.headers) {
        true => Failure::Refused(answer.status.as_u16()),
        false => Failure::Status(answer.status.as_u16()),
    };
    inner.headers = answer.headers;
    Fault { failure, inner, retry_after }
}

/// Replaces each occurrence of the key.
fn blot_out(text: Bytes, key: &str) -> Bytes {
    let shown = String::from_utf8_lossy(&text);
    if key.is_empty() || !shown.contains(key) {
        return text;
    }
    shown.replace(key, "[key]").into_bytes().into()
}
