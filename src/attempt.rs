//! Sending: attempts, the waits between them, time-outs, redirects, reading the answer. The same for all operations.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, USER_AGENT};
use http::uri::InvalidUri;
use http::{Method, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};

use crate::body::{Body, BodyError, BoxError};
use crate::call::Options;
use crate::endpoint::Operation;
use crate::error::{ErrorKind, Inner, Mapped};
use crate::hidden::Hidden;
use crate::idle::{Idle, Observer, Progress, guard};
use crate::log;
use crate::response::{Answer, Asked, encoding, not_negotiated};
use crate::retry::{Failed, Failure, Retry, retry_after};
use crate::secret::{self, Secret};
use crate::server::{Server, origin_of};
use crate::settings::{Credential, IDLE, Key, Settings};
use crate::transport::{Transport, TransportError, TransportErrorKind};
use crate::wire::{Payload, Prepared, RequestError, push_query, set_query};

/// How much of an unsuccessful answer's body is kept.
pub(crate) const ERROR_BODY: usize = 64 * 1024;

/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// Whether an answer says that nothing was done.
pub(crate) type Refused = fn(StatusCode, &HeaderMap) -> bool;

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
    refused: Refused,
    observer: Option<Observer>,
    secrets: Arc<[Secret]>,
}

/// A successful answer, and what it took.
pub(crate) struct Done {
    pub(crate) answer: Answer,
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
            for (at, (name, value)) in options.query.iter().enumerate() {
                match options.query[..at].iter().any(|(before, _)| before == name) {
                    false => set_query(&mut prepared.target, name, value),
                    true => push_query(&mut prepared.target, name, value),
                }
            }
            for (name, value) in &settings.headers {
                if subject.own() || name == USER_AGENT {
                    prepared.headers.entry(name).or_insert_with(|| value.clone());
                }
            }
            let mut last = None;
            for (name, value) in options.headers {
                match (name, &last) {
                    (Some(name), _) => {
                        prepared.headers.insert(&name, value);
                        last = Some(name);
                    }
                    (None, Some(name)) => drop(prepared.headers.append(name, value)),
                    (None, None) => {}
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
        let refused = settings.api.refused;
        Ok(Self {
            retry: options.retry.or_else(|| settings.retry.clone()).unwrap_or_default(),
            idle: options.idle.or(settings.timeouts.idle).unwrap_or(declared),
            deadline: options.deadline.or(settings.timeouts.deadline),
            settings,
            prepared,
            server,
            subject,
            retryable,
            streamed: false,
            map: |_, _, _| None,
            refused,
            observer: None,
            secrets: Arc::default(),
        })
    }

    /// Says what becomes of the answer: whether it is handed on while it arrives, and how an error's body is read.
    pub(crate) fn answered(mut self, streamed: bool, map: MapError) -> Self {
        self.streamed = streamed;
        self.map = map;
        self
    }

    /// Says by which API's rules an answer counts as refused before any work.
    pub(crate) fn refused_as(mut self, refused: Refused) -> Self {
        self.refused = refused;
        self
    }

    /// Says which secrets the request holds, for the server may echo them.
    pub(crate) fn hiding(mut self, secrets: Vec<Secret>) -> Self {
        if !secrets.is_empty() {
            self.secrets = secrets.into();
        }
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

    /// Without secrets in what the transport says, for some tell the whole URL or the request, nor in headers.
    fn hiding(mut self, hidden: &Hidden) -> Self {
        self.inner.source = self.inner.source.take().map(|source| hidden.error(source));
        self.inner.headers = hidden.headers(self.inner.headers);
        self
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
        let body = open(job).await.map_err(|inner| Fault::new(Failure::Permanent, inner))?;
        self.send(job, body).await
    }

    async fn send(&mut self, job: &Job, body: Body) -> Result<Answer, Fault> {
        self.made += 1;
        let mut answered = None;
        let attempt = attempt(job, body, &mut answered);
        let outcome = match self.ends {
            None => attempt.await,
            Some(ends) => match timeout_at(ends, attempt).await {
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
    pub(crate) async fn again(&mut self, job: &Job, mut fault: Fault, replayable: bool) -> Result<(), Box<Inner>> {
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
                self.before = Some(fault.inner.what_happened());
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
            Ok(answer) => return Ok(Done { answer, elapsed: attempts.began.elapsed() }),
            Err(fault) => attempts.again(&job, fault, replayable).await?,
        }
    }
}

/// The deadline passed: in an attempt that may have had its answer's status already, and after others that failed.
fn out_of_time(answered: Option<StatusCode>, before: Option<String>) -> Fault {
    let mut inner = Inner::new(ErrorKind::Timeout, Some("the call's deadline passed".into()));
    inner.status = answered;
    inner.before = before;
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
    let mut target = Cow::Borrowed(redirected.unwrap_or(&job.prepared.target));
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
        (true, _) => target.parse().map_err(|error: InvalidUri| RequestError::Url { reason: error.to_string() })?,
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
async fn attempt(job: &Job, body: Body, answered: &mut Option<StatusCode>) -> Result<Answer, Fault> {
    let transport = job.settings.transport().map_err(Fault::request)?;
    let key = key(job).await.map_err(Fault::request)?;
    let hidden = Hidden::new(key.clone(), job.secrets.clone());
    exchange(job, body, answered, &*transport, key.as_deref(), &hidden).await.map_err(|fault| fault.hiding(&hidden))
}

async fn exchange(
    job: &Job,
    body: Body,
    answered: &mut Option<StatusCode>,
    transport: &dyn Transport,
    key: Option<&Credential>,
    hidden: &Hidden,
) -> Result<Answer, Fault> {
    let (progress, mut body) = Progress::watch(body, job.observer.clone());
    let mut redirected: Option<String> = None;
    for _ in 0..=REDIRECTS {
        let request = build(job, key, redirected.as_deref(), std::mem::take(&mut body));
        let request = match (request, *answered) {
            (Ok(request), _) => request,
            (Err(error), Some(status)) => return Err(astray(status, format!("it redirects to no URL: {error}"))),
            (Err(error), None) => return Err(Fault::request(error)),
        };
        log::sending(job.subject, &request);
        let response = match progress.wait(transport.send(request), job.idle).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(unanswered(error, progress.failure())),
            Err(idle) => return Err(Fault::new(Failure::MaybeSent, Inner::new(ErrorKind::Timeout, Some(idle.into())))),
        };
        let (parts, content) = response.into_parts();
        log::answered(job.subject, parts.status);
        *answered = Some(parts.status);
        let stays = match next_hop(job, parts.status, &parts.headers, redirected.as_deref()) {
            Hop::To(next) => {
                redirected = Some(next);
                continue;
            }
            Hop::Refused(reason) => Some(reason),
            Hop::None => None,
        };
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: Bytes::new(),
            body: Body::empty(),
            to: Asked {
                operation: job.subject.operation(),
                what: job.subject.name(),
                hidden: hidden.clone(),
                ..Asked::default()
            },
        };
        let content = guard(content, job.idle);
        return match parts.status.is_success() {
            true if job.streamed => Ok(Answer { body: content, ..answer }),
            true => read(job, answer, content).await,
            false => Err(refusal(job, answer, content, stays).await),
        };
    }
    Err(astray(answered.unwrap_or_default(), format!("it redirected more than {REDIRECTS} times")))
}

/// No answer came.
fn unanswered(error: TransportError, body: Option<BoxError>) -> Fault {
    if let Some(error) = body {
        return Fault::new(Failure::Permanent, Inner::new(ErrorKind::Body, Some(error)));
    }
    let (kind, failure) = match error.kind {
        TransportErrorKind::Connect => (ErrorKind::Connect, Failure::NotSent),
        TransportErrorKind::ConnectTimeout => (ErrorKind::Timeout, Failure::NotSent),
        TransportErrorKind::Request => (ErrorKind::Request, Failure::Permanent),
        TransportErrorKind::Body => (ErrorKind::Body, Failure::Permanent),
        TransportErrorKind::Sent => (ErrorKind::Transport, Failure::MaybeSent),
        TransportErrorKind::Timeout => (ErrorKind::Timeout, Failure::MaybeSent),
        TransportErrorKind::TooLarge => (ErrorKind::TooLarge, Failure::Permanent),
    };
    Fault::new(failure, Inner::new(kind, Some(error.source)))
}

/// A redirect that leads nowhere.
fn astray(status: StatusCode, reason: String) -> Fault {
    let mut inner = Inner::new(ErrorKind::Status, Some(reason.into()));
    inner.status = Some(status);
    Fault::new(Failure::Permanent, inner)
}

/// What becomes of an answer that may be a redirect.
enum Hop {
    None,
    To(String),
    Refused(String),
}

/// Where a redirect leads, if it is to be followed: reading operations stay on the server they were sent to; a plain
/// download may go anywhere (the key does not), but not from https to http.
fn next_hop(job: &Job, status: StatusCode, headers: &HeaderMap, from: Option<&str>) -> Hop {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Hop::None;
    }
    let Some(location) = headers.get(LOCATION).and_then(|location| location.to_str().ok()) else { return Hop::None };
    if !matches!(*job.subject.method(), Method::GET | Method::HEAD) {
        return Hop::Refused("only what reads is redirected".into());
    }
    let from = from.and_then(origin_of).or_else(|| origin_of(&job.prepared.target)).unwrap_or(job.server.origin());
    if location.starts_with('/') && !location.starts_with("//") {
        return Hop::To([from, location].concat());
    }
    let Some(to) = origin_of(location) else { return Hop::Refused("it redirects to no URL".into()) };
    let same = to.eq_ignore_ascii_case(from);
    let https = |origin: &str| origin.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
    match same || (job.subject.operation().is_none() && (https(to) || !https(from))) {
        true => Hop::To(location.to_owned()),
        // Without the rest of the URL, which may hold a token.
        false => Hop::Refused(format!("it redirects to {}, which is not followed", secret::shown_url(to))),
    }
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
async fn refusal(job: &Job, answer: Answer, content: Body, redirect: Option<String>) -> Fault {
    let hidden = &answer.to.hidden;
    let mut inner = Inner::new(ErrorKind::Status, redirect.map(BoxError::from));
    match encoding(&answer.headers) {
        Some(encoding) => inner.source = Some(not_negotiated(encoding).into()),
        None => {
            let mut text = hidden.bytes(content.prefix(ERROR_BODY + hidden.longest()).await);
            text.truncate(ERROR_BODY);
            inner.body = (job.map)(answer.status, &answer.headers, &text);
            inner.text = text;
        }
    }
    inner.status = Some(answer.status);
    let retry_after = retry_after(&answer.headers, SystemTime::now());
    let failure = match (job.refused)(answer.status, &answer.headers) {
        true => Failure::Refused(answer.status.as_u16()),
        false => Failure::Status(answer.status.as_u16()),
    };
    inner.headers = answer.headers;
    Fault { failure, inner, retry_after }
}
