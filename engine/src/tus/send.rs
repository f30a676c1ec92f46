//! The protocol: create, ask, send, until the server has it all.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use http::{Method, StatusCode};

use super::location::{resolve, secrets_of};
use super::meter::Meter;
use super::source::{Part, Source};
use super::{Aborted, State, UploadError};
use crate::call::{self, Options};
use crate::encode::{Payload, Prepared};
use crate::error::{Any, Error, ErrorInner, Unmapped};
use crate::retry::Retry;
use crate::secret::Secret;
use crate::send::{self, Attempts, Job, Plain, Subject};
use crate::server::origin_of;
use crate::settings::Settings;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const DEFER: HeaderName = HeaderName::from_static("upload-defer-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");

/// How often the server may contradict itself (take back what it had confirmed, confirm what was never sent) without
/// getting any further before it is not believed any more.
const CONTRADICTIONS: u32 = 3;

/// The server still deals with a request that was given up.
const LOCKED: u16 = 423;

static CREATE: Plain = Plain { what: "upload (creating it)", method: Method::POST, own: false };
static ASK: Plain = Plain { what: "upload (asking how far it is)", method: Method::HEAD, own: false };
static SEND: Plain = Plain { what: "upload (sending a part)", method: Method::PATCH, own: false };
static ABORT: Plain = Plain { what: "upload (aborting it)", method: Method::DELETE, own: false };

/// How an upload is sent.
#[derive(Clone)]
pub(crate) struct Sending {
    pub(crate) settings: Arc<Settings>,
    pub(crate) retry: Option<Arc<Retry>>,
    pub(crate) idle: Option<Duration>,
    pub(crate) part_size: u64,
    pub(crate) metadata: Option<HeaderValue>,
    pub(crate) elsewhere: bool,
    /// Whether a refusal (of a method, with a status and a text) says that the server has the whole upload already.
    pub(crate) finished: fn(&Method, u16, &[u8]) -> bool,
}

pub(crate) struct Upload<'a> {
    pub(crate) sending: &'a Sending,
    pub(crate) source: Source,
    pub(crate) state: State,
    /// Whether the server is known to be there: only then is there an outage to be waited for.
    pub(crate) begun: bool,
    /// Where the server said that it is, if that is another host and not allowed.
    pub(crate) theirs: Option<String>,
    pub(crate) meter: Option<Arc<Meter>>,
    /// Is told the state after each change.
    pub(crate) save: &'a (dyn Fn(&State) + Send + Sync),
}

/// What the server says of an upload.
enum Asked {
    At(u64),
    Finished,
    Unknown,
}

impl Sending {
    /// A request to one of an upload's URLs. What it is answered may tell of the endpoint, too.
    pub(crate) fn job(
        &self,
        subject: &'static Plain,
        endpoint: &Secret,
        url: &Secret,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
        payload: Payload,
    ) -> Result<Job, UploadError> {
        let mut secrets = secrets_of(endpoint.expose(), &CREATE.method);
        secrets.extend(secrets_of(url.expose(), &subject.method));
        let prepared = Prepared { target: url.expose().into(), headers: headers.into_iter().collect(), payload };
        let retry = self.retry.as_deref().cloned().unwrap_or_else(super::patient).and_status(LOCKED);
        let options = Options { retry: Some(retry.into()), idle: self.idle, ..Options::default() };
        // Each request is safe to repeat: what was sent in vain is found out by asking.
        let job =
            Job::new(self.settings.clone(), Ok(prepared), options, Subject::Plain(subject), true).map_err(call)?;
        Ok(job.answered(false, call::map::<Unmapped>).hiding(secrets).without_deadline())
    }

    /// A request to the upload, or, as long as there is none, to its endpoint.
    fn tus(
        &self,
        subject: &'static Plain,
        state: &State,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
        payload: Payload,
    ) -> Result<Job, UploadError> {
        let version = (RESUMABLE, HeaderValue::from_static("1.0.0"));
        let url = state.url.as_ref().unwrap_or(&state.endpoint);
        self.job(subject, &state.endpoint, url, headers.into_iter().chain([version]), payload)
    }

    /// Whether the error says that the server has the whole upload already.
    pub(crate) fn is_finished(&self, asked: &Plain, error: &ErrorInner) -> bool {
        error.status.is_some_and(|status| (self.finished)(&asked.method, status.as_u16(), &error.text))
    }

    /// Tells the server to forget the upload, if it has a URL at all.
    pub(crate) async fn abort(&self, state: &State) -> Result<Aborted, UploadError> {
        if state.url.is_none() {
            return Ok(Aborted::Untold);
        }
        match send::run(&mut self.tus(&ABORT, state, [], Payload::default())?).await {
            Ok(_) => Ok(Aborted::Forgotten),
            // There is nothing to forget.
            Err(inner) if matches!(inner.status, Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => {
                Ok(Aborted::Forgotten)
            }
            Err(inner) => Err(call(inner)),
        }
    }
}

pub(crate) fn call(inner: Box<ErrorInner>) -> UploadError {
    UploadError::Call(Error::<Any>::new(inner))
}

impl Upload<'_> {
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
                    Asked::Finished => break,
                    Asked::Unknown if began_anew => {
                        let theirs = self.theirs.take();
                        return Err(theirs.map_or(UploadError::Unknown, |theirs| UploadError::Elsewhere { theirs }));
                    }
                    Asked::Unknown => {
                        began_anew = true;
                        self.state.url = None;
                        self.state.offset = 0;
                        continue;
                    }
                    Asked::At(offset) => {
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
            match attempts.once(&mut job).await {
                Ok(answer) => {
                    attempts = Attempts::new(None);
                    match number(&answer.headers, &OFFSET) {
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
                Err(fault) if self.sending.is_finished(&SEND, fault.inner()) => break,
                Err(fault) => {
                    // If that is why it failed, it says more.
                    self.source.check().await?;
                    certain = false;
                    match fault.status() {
                        // Asking shows whether it is really gone.
                        Some(404 | 410) if contradictions < CONTRADICTIONS => contradictions += 1,
                        // Another offset than the server has.
                        Some(409) => attempts.again(&job, fault.passing(), true).await.map_err(call)?,
                        _ => attempts.again(&job, fault, true).await.map_err(call)?,
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
        let mut job = sending.tus(&CREATE, &self.state, headers, Payload::default())?;
        let answer = match send::run(&mut job).await {
            Ok(done) => done.answer,
            Err(inner) if self.sending.is_finished(&CREATE, &inner) => return Ok(false),
            Err(inner) => return Err(call(inner)),
        };
        let location = answer.headers.get(LOCATION).and_then(|location| location.to_str().ok());
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
    async fn ask(&mut self) -> Result<Asked, UploadError> {
        let answer = match send::run(&mut self.sending.tus(&ASK, &self.state, [], Payload::default())?).await {
            Ok(done) => done.answer,
            Err(inner) if matches!(inner.status, Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => {
                return Ok(Asked::Unknown);
            }
            Err(inner) if self.sending.is_finished(&ASK, &inner) => return Ok(Asked::Finished),
            Err(inner) => return Err(call(inner)),
        };
        if let Some(length) = number(&answer.headers, &LENGTH) {
            self.state.deferred = false;
            self.source.expect(length)?;
        }
        match number(&answer.headers, &OFFSET) {
            Some(offset) if self.source.len().is_none_or(|len| offset <= len) => Ok(Asked::At(offset)),
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
        let job = self.sending.tus(&SEND, &self.state, headers, payload)?;
        Ok(job.observed(self.meter.as_ref().map(Meter::observer)))
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}
