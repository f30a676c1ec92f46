//! Sending: attempts, the waits between them, time-outs, redirects, reading the answer. The same for all operations.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, USER_AGENT};
use http::response::Parts as Head;
use http::uri::InvalidUri;
use http::{Method, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};

use crate::body::{Body, BodyError, BoxError};
use crate::call::Options;
use crate::endpoint::Operation;
use crate::error::{ErrorKind, Inner, Mapped};
use crate::hidden::Hidden;
use crate::idle::{Idle, Observer, Progress};
use crate::log;
use crate::response::{Answer, Asked, encoding, not_negotiated};
use crate::retry::{self, Failed, Failure, Retry, retry_after};
use crate::secret::{self, Secret};
use crate::server::{Server, origin_of};
use crate::settings::{Credential, IDLE, Key, Settings};
use crate::transport::{TransportError, TransportErrorKind};
use crate::wire::{Payload, Prepared, RequestError, push_query, set_query};

/// How much of an unsuccessful answer's body is kept.
pub(crate) const ERROR_BODY: usize = 64 * 1024;

/// How many redirects are followed.
const REDIRECTS: u8 = 5;

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
            Self::Plain(plain) => {
                inner.what = plain.what.into();
                inner.foreign = !plain.own;
            }
        }
        inner
    }
}

/// All that is needed to send a request.
pub(crate) struct Job {
    settings: Arc<Settings>,
    prepared: Prepared,
    /// `None`: the default.
    retry: Option<Arc<Retry>>,
    idle: Duration,
    deadline: Option<Duration>,
    server: Arc<Server>,
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
            let mut last = None;
            for (name, value) in options.headers {
                match (name, &last) {
                    (Some(name), _) => {
                        prepared.set_header(name.clone(), value);
                        last = Some(name);
                    }
                    (None, Some(name)) => prepared.headers.push((name.clone(), value)),
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
            retry: options.retry.or_else(|| settings.retry.clone()),
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

    fn retry(&self) -> &Retry {
        self.retry.as_deref().unwrap_or(&retry::DEFAULT)
    }

    /// The body to send, which stays here if it can be sent again. Its files have been opened.
    fn take_body(&mut self) -> Body {
        match &mut self.prepared.payload {
            Payload::Body(body) => body.replay().unwrap_or_else(|| std::mem::take(body)),
            Payload::File(_) | Payload::Multipart(_) => Body::empty(),
        }
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
pub(crate) async fn run(job: &mut Job) -> Result<Done, Box<Inner>> {
    let mut attempts = Attempts::new(job.deadline);
    open(job).await.map_err(|inner| job.subject.describe(inner))?;
    let replayable = matches!(&job.prepared.payload, Payload::Body(body) if body.is_replayable());
    loop {
        let fault = match attempts.send(job).await {
            Ok(answer) => return Ok(Done { answer, elapsed: attempts.began.elapsed() }),
            Err(fault) => fault,
        };
        attempts.again(job, fault, replayable).await?;
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
pub(crate) async fn request(job: &mut Job) -> Result<http::Request<Body>, Box<Inner>> {
    open(job).await.map_err(|inner| job.subject.describe(inner))?;
    let body = job.take_body();
    let built = match key(job).await {
        Ok(key) => build(job, key.as_deref(), None, body),
        Err(error) => Err(error),
    };
    built.map_err(|error| job.subject.describe(Inner::request(error)))
}

/// Opens the files of a body, so that their lengths are known.
async fn open(job: &mut Job) -> Result<(), Box<Inner>> {
    if let Payload::Body(_) = job.prepared.payload {
        return Ok(());
    }
    // Boxed, so that calls without files need not be as large as those with some.
    Box::pin(open_files(job)).await
}

async fn open_files(job: &mut Job) -> Result<(), Box<Inner>> {
    let wrong = |error: std::io::Error| Inner::request(RequestError::Settings(error.to_string()));
    let content_type = |text: &str| {
        HeaderValue::from_str(text).map_err(|_| Inner::request(RequestError::Header { name: "content-type".into() }))
    };
    let body = match std::mem::take(&mut job.prepared.payload) {
        Payload::Body(body) => body,
        Payload::File(file) => {
            if job.prepared.headers.iter().all(|(name, _)| *name != CONTENT_TYPE) {
                job.prepared.headers.push((CONTENT_TYPE, content_type(file.media_type())?));
            }
            file.into_body().await.map_err(wrong)?
        }
        Payload::Multipart(form) => {
            let (text, body) = form.into_body().await.map_err(wrong)?;
            job.prepared.set_header(CONTENT_TYPE, content_type(&text)?);
            body
        }
    };
    job.prepared.payload = Payload::Body(body);
    Ok(())
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
    let absolute = origin_of(&target).is_some();
    let at_home = !absolute || job.server.has_origin_of(&target);
    // With room for the key, and for what the transport adds.
    let mut headers = HeaderMap::with_capacity(job.prepared.headers.len() + job.settings.headers.len() + 4);
    for (name, value) in &job.prepared.headers {
        headers.append(name, value.clone());
    }
    for (name, value) in &job.settings.headers {
        // The client's headers are for its server: any of them may be a credential.
        if name == USER_AGENT || (at_home && job.subject.own()) {
            headers.entry(name).or_insert_with(|| value.clone());
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
async fn attempt(job: &mut Job, answered: &mut Option<StatusCode>) -> Result<Answer, Fault> {
    let hidden = Hidden::new(key(job).await.map_err(Fault::request)?, job.secrets.clone());
    let outcome = async {
        let (head, mut body, stays) = exchange(job, hidden.key(), answered).await?;
        if !head.status.is_success() {
            // Boxed, for it is rare.
            return Err(Box::pin(refusal(job, head, body, &hidden, stays)).await);
        }
        let bytes = match job.streamed {
            true => Bytes::new(),
            false => match body.collect(job.settings.max_response).await {
                Ok(bytes) => bytes,
                Err(error) => return Err(unread(head, error)),
            },
        };
        let (operation, what) = (job.subject.operation(), job.subject.name());
        let to = Asked { operation, what, hidden: hidden.clone(), ..Asked::default() };
        Ok(Answer { status: head.status, headers: head.headers, bytes, body, to })
    };
    outcome.await.map_err(|fault: Fault| fault.hiding(&hidden))
}

/// Sends the request until it is redirected no more. Gives the answer's head and body, and why a redirect was not
/// followed. (Large values are kept out of what lives while it waits: they would make every call as much larger.)
async fn exchange(
    job: &mut Job,
    key: Option<&Credential>,
    answered: &mut Option<StatusCode>,
) -> Result<(Head, Body, Option<String>), Fault> {
    let transport = job.settings.transport().map_err(Fault::request)?;
    let send = |job: &Job, redirected: Option<&str>, body| {
        let request = build(job, key, redirected, body)?;
        log::sending(job.subject, &request);
        Ok::<_, RequestError>(transport.send(request))
    };
    let (progress, mut sending) = {
        let (progress, body) = Progress::watch(job.take_body(), job.observer.clone());
        (progress, send(job, None, body).map_err(Fault::request)?)
    };
    let mut redirected: Option<String> = None;
    let mut left = REDIRECTS;
    loop {
        let (head, body) = match progress.wait(sending, job.idle).await {
            Ok(Ok(response)) => response.into_parts(),
            Ok(Err(error)) => return Err(unanswered(error, progress.failure())),
            Err(idle) => return Err(Fault::new(Failure::MaybeSent, Inner::new(ErrorKind::Timeout, Some(idle.into())))),
        };
        log::answered(job.subject, head.status);
        *answered = Some(head.status);
        let next = match next_hop(job, head.status, &head.headers, redirected.as_deref()) {
            Hop::None => return Ok((head, body.guarded(job.idle), None)),
            Hop::Refused(reason) => return Ok((head, body.guarded(job.idle), Some(reason))),
            Hop::To(next) => next,
        };
        left = left
            .checked_sub(1)
            .ok_or_else(|| astray(head.status, format!("it redirected more than {REDIRECTS} times")))?;
        sending = send(job, Some(&next), Body::empty())
            .map_err(|error| astray(head.status, format!("it redirects to no URL: {error}")))?;
        redirected = Some(next);
    }
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

/// A successful answer that could not be read to its end.
fn unread(head: Head, error: BodyError) -> Fault {
    let (kind, failure) = match &error {
        BodyError::TooLarge { .. } => (ErrorKind::TooLarge, Failure::Permanent),
        BodyError::Read(source) if source.is::<Idle>() => (ErrorKind::Timeout, Failure::MaybeSent),
        _ => (ErrorKind::Transport, Failure::MaybeSent),
    };
    let mut inner = Inner::new(kind, Some(error.into()));
    inner.status = Some(head.status);
    inner.headers = head.headers;
    Fault::new(failure, inner)
}

/// Makes an unsuccessful answer an error that says all it says, but for the key, should the server echo it.
async fn refusal(job: &Job, head: Head, body: Body, hidden: &Hidden, redirect: Option<String>) -> Fault {
    let mut inner = Inner::new(ErrorKind::Status, redirect.map(BoxError::from));
    match encoding(&head.headers) {
        Some(encoding) => inner.source = Some(not_negotiated(encoding).into()),
        None => {
            let mut text = hidden.bytes(body.prefix(ERROR_BODY + hidden.longest()).await);
            text.truncate(ERROR_BODY);
            inner.body = (job.map)(head.status, &head.headers, &text);
            inner.text = text;
        }
    }
    inner.status = Some(head.status);
    let retry_after = retry_after(&head.headers, SystemTime::now());
    let failure = match (job.refused)(head.status, &head.headers) {
        true => Failure::Refused(head.status.as_u16()),
        false => Failure::Status(head.status.as_u16()),
    };
    inner.headers = head.headers;
    Fault { failure, inner, retry_after }
}
