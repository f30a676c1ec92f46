//! The protocol: create, ask, send, until the server has it all.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use http::{Method, StatusCode};

use super::checkpoint::Checkpoint;
use super::error::UploadError;
use super::location::{resolve, secrets_of};
use super::meter::Meter;
use super::source::{Part, UploadSource};
use super::uploading::Aborted;
use crate::api::Api;
use crate::call;
use crate::client::Client;
use crate::encode::{Payload, Prepared};
use crate::error::{AnyBody, Error, ErrorInner, Unmapped};
use crate::options::CallOptions;
use crate::retry::Retry;
use crate::secret::Secret;
use crate::send::{self, Attempts, Job, JobSpec, PlainRequest, ResponseMode, Subject};
use crate::server::origin_of;
use crate::settings::Settings;
use crate::timeout::Observer;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const DEFER: HeaderName = HeaderName::from_static("upload-defer-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");

/// How large a part is unless said otherwise: 8 MiB.
pub const PART_SIZE: u64 = 8 * 1024 * 1024;

/// How often the server may contradict itself (take back what it had confirmed, confirm what was never sent) without
/// getting any further before it is not believed any more.
const CONTRADICTIONS: u32 = 3;

/// The server still deals with a request that was given up.
const LOCKED: u16 = 423;

static CREATE: PlainRequest = PlainRequest { what: "upload (creating it)", method: Method::POST, own: false };
static ASK: PlainRequest = PlainRequest { what: "upload (asking how far it is)", method: Method::HEAD, own: false };
static SEND: PlainRequest = PlainRequest { what: "upload (sending a part)", method: Method::PATCH, own: false };
static ABORT: PlainRequest = PlainRequest { what: "upload (aborting it)", method: Method::DELETE, own: false };

/// How an upload is sent.
#[derive(Clone)]
pub(crate) struct Sending {
    pub(crate) settings: Arc<Settings>,
    pub(crate) retry: Option<Arc<Retry>>,
    pub(crate) idle: Option<Duration>,
    pub(crate) part_size: u64,
    pub(crate) metadata: Option<HeaderValue>,
    pub(crate) elsewhere: bool,
    /// Whether an error response (of a method, with a status and a text) says that the server has the whole upload already.
    pub(crate) finished: fn(&Method, u16, &[u8]) -> bool,
}

pub(crate) struct Transfer<'a> {
    pub(crate) sending: &'a Sending,
    pub(crate) source: UploadSource,
    pub(crate) state: Checkpoint,
    /// Whether the server is known to be there: only then is there an outage to be waited for.
    pub(crate) begun: bool,
    /// Where the server said that it is, if that is another host and not allowed.
    pub(crate) theirs: Option<String>,
    pub(crate) meter: Option<Arc<Meter>>,
    /// Is told the state after each change.
    pub(crate) save: &'a (dyn Fn(&Checkpoint) + Send + Sync),
}

/// What the server says of an upload.
enum ServerOffset {
    At(u64),
    Finished,
    Unknown,
}

/// What an upload puts up with unless told otherwise, from its last progress on: it has more to lose than a call. The
/// waits alone bound it, to five minutes, because a part may well take longer to send than one would wait for the server.
/// Their beginning is random, so that the uploads that a server lost together do not come back together.
fn patient() -> Retry {
    let (initial, max) = (Duration::from_millis(fastrand::u64(500..1000)), Duration::from_secs(30));
    Retry::backoff(initial, max, 2.0, Duration::MAX).max_attempts(16).max_retry_after(Duration::from_secs(300))
}

impl Sending {
    pub(crate) fn new<A: Api>(client: &Client<A>) -> Self {
        let mut settings = Settings::clone(client.settings());
        // Few requests, far apart: they neither use up what other calls may need, nor end with it.
        settings.budget = Arc::default();
        // Each takes as long as it needs, while it makes progress.
        settings.timeouts.deadline = None;
        Self {
            retry: settings.retry.clone(),
            settings: Arc::new(settings),
            idle: None,
            part_size: PART_SIZE,
            metadata: None,
            elsewhere: false,
            finished: |_, _, _| false,
        }
    }

    /// A request to one of an upload's URLs. Its response may tell of the endpoint, too.
    pub(crate) fn job(
        &self,
        subject: &'static PlainRequest,
        endpoint: &Secret,
        url: &Secret,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
        payload: Payload,
        observer: Option<Observer>,
    ) -> Result<Job, UploadError> {
        let mut secrets = secrets_of(endpoint.expose(), &CREATE.method);
        secrets.extend(secrets_of(url.expose(), &subject.method));
        let prepared = Prepared { target: url.expose().into(), headers: headers.into_iter().collect(), payload };
        let retry = self.retry.as_deref().cloned().unwrap_or_else(patient).and_status(LOCKED);
        JobSpec {
            settings: self.settings.clone(),
            request: Ok(prepared),
            options: CallOptions { retry: Some(retry.into()), idle: self.idle, ..CallOptions::default() },
            subject: Subject::Plain(subject),
            // Each request is safe to repeat: what was sent in vain is found out by asking.
            retryable: true,
            response: ResponseMode {
                streamed: false,
                map_error: call::decode_error_body::<Unmapped>,
                refused: self.settings.api.refused,
            },
            secrets,
            observer,
        }
        .into_job()
        .map_err(call_error)
    }

    /// A request to the upload, or, as long as there is none, to its endpoint.
    fn tus(
        &self,
        subject: &'static PlainRequest,
        state: &Checkpoint,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
        payload: Payload,
        observer: Option<Observer>,
    ) -> Result<Job, UploadError> {
        let version = (RESUMABLE, HeaderValue::from_static("1.0.0"));
        let url = state.url.as_ref().unwrap_or(&state.endpoint);
        self.job(subject, &state.endpoint, url, headers.into_iter().chain([version]), payload, observer)
    }

    /// Whether the error says that the server has the whole upload already.
    pub(crate) fn is_finished(&self, asked: &PlainRequest, error: &ErrorInner) -> bool {
        error.status.is_some_and(|status| (self.finished)(&asked.method, status.as_u16(), &error.text))
    }

    /// Tells the server to forget the upload, if it has a URL at all.
    pub(crate) async fn abort(&self, state: &Checkpoint) -> Result<Aborted, UploadError> {
        if state.url.is_none() {
            return Ok(Aborted::Untold);
        }
        match send::send(&mut self.tus(&ABORT, state, [], Payload::default(), None)?).await {
            Ok(_) => Ok(Aborted::Forgotten),
            // There is nothing to forget.
            Err(inner) if matches!(inner.status, Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => {
                Ok(Aborted::Forgotten)
            }
            Err(inner) => Err(call_error(inner)),
        }
    }
}

impl Checkpoint {
    /// Tells the server to forget the upload. An upload that the server does not know is no error.
    ///
    /// # Errors
    /// When the server cannot be reached, or does not allow it.
    pub async fn abort<A: Api>(&self, client: &Client<A>) -> Result<Aborted, UploadError> {
        Sending::new(client).abort(self).await
    }
}

pub(crate) fn call_error(inner: Box<ErrorInner>) -> UploadError {
    UploadError::Call(Error::<AnyBody>::new(inner))
}

impl Transfer<'_> {
    /// Sends what the server does not have yet.
    pub(crate) async fn run(&mut self) -> Result<(), UploadError> {
        let size = self.sending.part_size.max(1);
        let mut attempts = Attempts::new(None);
        // How often the server has contradicted itself since it was last further than ever.
        let mut contradictions = 0;
        let mut furthest = self.state.offset;
        let mut began_anew = false;
        // Whether the offset is the server's own last word.
        let mut certain = false;
        loop {
            if self.state.url.is_none() {
                // A reader that ends within the first part turns out to have a length.
                self.source.part(0, size).await?;
                if !self.create().await? {
                    break;
                }
                certain = true;
            }
            if !certain {
                match self.ask().await? {
                    ServerOffset::Finished => break,
                    ServerOffset::Unknown if began_anew => {
                        let theirs = self.theirs.take();
                        return Err(theirs.map_or(UploadError::Unknown, |theirs| UploadError::Elsewhere { theirs }));
                    }
                    ServerOffset::Unknown => {
                        began_anew = true;
                        self.state.url = None;
                        self.state.offset = 0;
                        continue;
                    }
                    ServerOffset::At(offset) => {
                        if offset < self.state.offset {
                            contradictions += 1;
                            if contradictions > CONTRADICTIONS {
                                return Err(UploadError::Offset { confirmed: self.state.offset, now: offset });
                            }
                        } else if offset > self.state.offset {
                            attempts = Attempts::new(None);
                        }
                        self.reached(offset);
                        certain = true;
                    }
                }
            }
            let offset = self.state.offset;
            if offset > furthest {
                (furthest, contradictions) = (offset, 0);
            }
            if self.source.len() == Some(offset) && !self.state.deferred {
                // Where only the server has told the length, the content must end there.
                self.source.part(offset, 0).await?;
                return Ok(());
            }
            let part = self.source.part(offset, size).await?;
            let expected = offset + part.len;
            let last = part.last;
            let mut job = self.patch(part)?;
            match attempts.send_once(&mut job).await {
                Ok(response) => {
                    attempts = Attempts::new(None);
                    match number(&response.headers, &OFFSET) {
                        Some(now) if now > offset && now <= expected => {
                            self.state.deferred &= !(last && now == expected);
                            self.reached(now);
                        }
                        Some(now) if now == offset && now == expected => {
                            self.state.deferred = false;
                        }
                        other => {
                            contradictions += 1;
                            if contradictions > CONTRADICTIONS {
                                return Err(UploadError::Offset { confirmed: expected, now: other.unwrap_or(offset) });
                            }
                            certain = false;
                        }
                    }
                }
                Err(fault) if self.sending.is_finished(&SEND, fault.error()) => break,
                Err(fault) => {
                    // If that is why it failed, it says more.
                    self.source.check().await?;
                    certain = false;
                    match fault.status() {
                        // Asking shows whether it is really gone.
                        Some(404 | 410) if contradictions < CONTRADICTIONS => contradictions += 1,
                        // Another offset than the server has.
                        Some(409) => {
                            attempts.wait_before_retry(&job, fault.into_transient(), true).await.map_err(call_error)?
                        }
                        _ => attempts.wait_before_retry(&job, fault, true).await.map_err(call_error)?,
                    }
                }
            }
        }
        // The server says that it has it all.
        if let Some(len) = self.source.len() {
            self.reached(len);
        }
        Ok(())
    }

    fn reached(&mut self, offset: u64) {
        self.state.offset = offset;
        self.state.stamp = self.source.stamp().clone();
        if let Some(meter) = &self.meter {
            meter.confirmed(offset, self.source.len());
        }
        (self.save)(&self.state);
    }

    /// Creates the upload; `false` if it turns out to be there, whole.
    async fn create(&mut self) -> Result<bool, UploadError> {
        let length = match self.source.len() {
            Some(len) => (LENGTH, HeaderValue::from(len)),
            None => (DEFER, HeaderValue::from_static("1")),
        };
        let metadata = self.sending.metadata.clone().map(|metadata| (METADATA, metadata));
        let headers = [length].into_iter().chain(metadata);
        let mut sending = self.sending.clone();
        if !self.begun {
            sending.retry.get_or_insert_default();
        }
        let mut job = sending.tus(&CREATE, &self.state, headers, Payload::default(), None)?;
        let response = match send::send(&mut job).await {
            Ok(completed) => completed.response,
            Err(inner) if self.sending.is_finished(&CREATE, &inner) => return Ok(false),
            Err(inner) => return Err(call_error(inner)),
        };
        let location = response.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let at = |elsewhere| resolve(self.state.endpoint.expose(), location?, elsewhere);
        let url = at(self.sending.elsewhere);
        let url = url.ok_or_else(|| UploadError::Protocol("the server created it but did not say where".into()))?;
        let theirs = at(true).filter(|theirs| *theirs != url);
        self.theirs = theirs.and_then(|theirs| Some(origin_of(&theirs)?.rsplit(['/', '@']).next()?.to_owned()));
        self.begun = true;
        self.state.url = Some(url.into());
        self.state.deferred = self.source.len().is_none();
        self.reached(0);
        Ok(true)
    }

    /// Asks how much the server has.
    async fn ask(&mut self) -> Result<ServerOffset, UploadError> {
        let response = match send::send(&mut self.sending.tus(&ASK, &self.state, [], Payload::default(), None)?).await {
            Ok(completed) => completed.response,
            Err(inner) if matches!(inner.status, Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => {
                return Ok(ServerOffset::Unknown);
            }
            Err(inner) if self.sending.is_finished(&ASK, &inner) => return Ok(ServerOffset::Finished),
            Err(inner) => return Err(call_error(inner)),
        };
        if let Some(length) = number(&response.headers, &LENGTH) {
            self.state.deferred = false;
            self.source.expect(length)?;
        }
        match number(&response.headers, &OFFSET) {
            Some(offset) if self.source.len().is_none_or(|len| offset <= len) => Ok(ServerOffset::At(offset)),
            Some(offset) => {
                Err(UploadError::Protocol(format!("the server says that it has {offset} bytes, more than there are")))
            }
            None => Err(UploadError::Protocol("the server does not say how much it has".into())),
        }
    }

    fn patch(&self, part: Part) -> Result<Job, UploadError> {
        let total = self.source.len().filter(|_| self.state.deferred && part.last);
        let headers = [
            (OFFSET, HeaderValue::from(self.state.offset)),
            (CONTENT_TYPE, HeaderValue::from_static("application/offset+octet-stream")),
        ];
        let headers = headers.into_iter().chain(total.map(|total| (LENGTH, HeaderValue::from(total))));
        let payload = match part.len {
            0 => Payload::default(),
            _ => Payload::Body(part.body),
        };
        self.sending.tus(&SEND, &self.state, headers, payload, self.meter.as_ref().map(Meter::observer))
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}
