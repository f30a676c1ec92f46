//! The requests of an upload.

use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use http::{Method, StatusCode};

use super::checkpoint::Checkpoint;
use super::error::UploadError;
use super::extensions::{Extensions, Wanted};
use super::headers::{self, CallerHeader};
use super::location::secrets_of;
use super::protocol::{ABORT, CREATE, DISCOVER, LOCKED, RESUMABLE, VERSION};
use super::uploading::Aborted;
use crate::api::Api;
use crate::client::Client;
use crate::encode::{Payload, Prepared};
use crate::error::{AnyBody, Error, ErrorInner, ErrorKind, RequestError};
use crate::observe::Outcome;
use crate::options::CallOptions;
use crate::response::RawResponse;
use crate::retry::Retry;
use crate::secret::Secret;
use crate::send::{Attempts, Job, JobSpec, PlainRequest, ResponseMode, Subject};
use crate::server::origin_of;
use crate::settings::Settings;
use crate::timeout::OnSent;
use crate::watch::{Watch, Watched, WatchedCall};

/// The default size of a part in bytes: 8 MiB.
pub const PART_SIZE: u64 = 8 * 1024 * 1024;

/// The settings of an upload's requests.
#[derive(Clone)]
pub(crate) struct Sending {
    pub(crate) settings: Arc<Settings>,
    pub(crate) retry: Option<Arc<Retry>>,
    pub(crate) idle: Option<Duration>,
    pub(super) part_size: u64,
    pub(crate) metadata: Option<HeaderValue>,
    /// The caller's own.
    pub(super) headers: Vec<CallerHeader>,
    pub(crate) config_error: Option<RequestError>,
    /// The upload as a call, if somebody watches it.
    pub(super) watch: Option<Arc<WatchedCall>>,
    pub(super) wanted: Wanted,
    pub(super) extensions: Extensions,
    /// Whether it is one of several that are concatenated at the end.
    pub(super) is_partial: bool,
    pub(crate) elsewhere: bool,
    /// Whether an error response (by method, status and text) means that the server already has the whole upload.
    pub(crate) finished: fn(&Method, u16, &[u8]) -> bool,
}

/// The default retry policy of an upload, counted from its last progress: it has more to lose than a call. Only the back-off
/// is bounded, to five minutes, because a part may take longer to send than that. The back-off begins at random, so that
/// the uploads that a server lost together do not return together.
fn default_retry() -> Retry {
    let (initial, max) = (Duration::from_millis(fastrand::u64(500..1000)), Duration::from_secs(30));
    Retry::backoff(initial, max, 2.0, Duration::MAX).max_attempts(16).max_retry_after(Duration::from_secs(300))
}

impl Sending {
    pub(crate) fn new<A: Api>(client: &Client<A>) -> Self {
        let mut settings = Settings::clone(client.settings());
        // Few requests, far apart: they neither use up what other calls may need, nor end with it.
        settings.budget = Arc::default();
        // An attempt may take as long as it makes progress.
        settings.timeouts.deadline = None;
        Self {
            retry: settings.retry.clone(),
            settings: Arc::new(settings),
            idle: None,
            part_size: PART_SIZE,
            metadata: None,
            headers: Vec::new(),
            config_error: None,
            watch: None,
            wanted: Wanted::default(),
            extensions: Extensions::default(),
            is_partial: false,
            elsewhere: false,
            finished: |_, _, _| false,
        }
    }

    /// The same, observed as one call, if anybody observes; its requests are attempts of it.
    pub(super) fn watched(&self, name: &'static str, url: &Secret) -> Self {
        let what = Watched { operation: None, name, method: None };
        Self { watch: WatchedCall::begin(&self.settings, what, url.expose()), ..self.clone() }
    }

    /// Reports how the upload ended.
    pub(super) fn ended<T>(&self, result: &Result<T, UploadError>) {
        let Some(call) = &self.watch else { return };
        match result {
            Ok(_) => call.finish(Outcome::Success, None),
            Err(UploadError::Call(error)) => call.finish(Outcome::Failure(error.kind()), error.status()),
            Err(UploadError::Read(_)) => call.finish(Outcome::Failure(ErrorKind::Body), None),
            // The server breaks the protocol.
            Err(_) => call.finish(Outcome::Failure(ErrorKind::Decode), None),
        }
    }

    /// The size of a part in bytes.
    pub(super) fn part_size(&self) -> u64 {
        self.part_size.max(1)
    }

    /// Decides which extensions are used. The server is asked only if an extension is wanted that has to be negotiated: for
    /// any other, asking costs the round trip that it may save. `divided` is whether there is something to be sent in
    /// parallel, `begun` and the result are whether the server has responded before.
    pub(super) async fn discover(
        &mut self,
        state: &Checkpoint,
        divided: bool,
        begun: bool,
    ) -> Result<bool, UploadError> {
        self.extensions = Extensions::default().wanted(self.wanted);
        if !divided && !self.wanted.checksum {
            return Ok(begun);
        }
        let mut asking = self.clone();
        if !begun {
            asking.retry.get_or_insert_default();
        }
        let endpoint = Checkpoint { url: None, ..state.clone() };
        match asking.send(&DISCOVER, &endpoint, &[]).await {
            Ok(response) => self.extensions = Extensions::announced(&response.headers).wanted(self.wanted),
            // A server that does not know the method announces nothing.
            Err(inner) if inner.status.is_some() && !inner.retryable => {}
            // To a page that looks like a server out of reach, if it does not allow pages this method.
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Err(inner) if inner.kind == ErrorKind::Transport => return Ok(begun),
            Err(inner) => return Err(call_error(inner)),
        }
        Ok(true)
    }

    /// A request to one of an upload's URLs. Its response may echo the endpoint's secrets, too.
    pub(crate) fn job(
        &self,
        subject: &'static PlainRequest,
        endpoint: &Secret,
        url: &Secret,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
        payload: Payload,
        on_sent: Option<OnSent>,
    ) -> Result<Job, Box<ErrorInner>> {
        let headers: Vec<_> = headers.into_iter().collect();
        let mut secrets = secrets_of(endpoint.expose(), &CREATE.method);
        secrets.extend(secrets_of(url.expose(), &subject.method));
        secrets.extend(headers::secrets_in(&headers));
        let prepared = Prepared { target: url.expose().into(), is_url: true, headers, payload, secrets: Vec::new() };
        let retry = self.retry.as_deref().cloned().unwrap_or_else(default_retry).and_status(LOCKED);
        let spec = JobSpec {
            settings: self.settings.clone(),
            request: Ok(prepared),
            options: CallOptions { retry: Some(retry.into()), idle: self.idle, ..CallOptions::default() },
            subject: Subject::Plain(subject),
            // Each request is safe to repeat: asking for the offset shows what has arrived.
            retryable: true,
            response: ResponseMode {
                streamed: false,
                file: false,
                streams_json: false,
                map_error: self.settings.api.decode_error,
                rules: self.settings.api.rules,
            },
            secrets,
            on_sent,
        };
        let mut job = spec.into_job()?;
        job.watch = self.watch.clone().map(|call| Watch::new(call, Subject::Plain(subject).into()));
        Ok(job)
    }

    /// A request to the upload, or to its endpoint until there is one. Made for each attempt, because the caller's headers may
    /// change from one to the next.
    pub(super) async fn tus(
        &self,
        subject: &'static PlainRequest,
        state: &Checkpoint,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
        payload: Payload,
        on_sent: Option<OnSent>,
    ) -> Result<Job, Box<ErrorInner>> {
        // Of all methods, only this one is without it.
        let version = Some((RESUMABLE, VERSION)).filter(|_| subject.method != Method::OPTIONS);
        let url = state.url.as_ref().unwrap_or(&state.endpoint);
        if let Some(error) = &self.config_error {
            return Err(ErrorInner::request(error.clone()));
        }
        let mut all = Prepared::default();
        if origin_of(url.expose()) == origin_of(state.endpoint.expose()) {
            all.headers = headers::resolve(&self.headers).await.map_err(ErrorInner::request)?;
        }
        for (name, value) in headers.into_iter().chain(version) {
            all.set_header(name, value);
        }
        self.job(subject, &state.endpoint, url, all.headers, payload, on_sent)
    }

    /// Sends a request without a body until it succeeds or there is nothing more to try.
    pub(super) async fn send(
        &self,
        subject: &'static PlainRequest,
        state: &Checkpoint,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<RawResponse, Box<ErrorInner>> {
        let mut attempts = Attempts::new(None);
        loop {
            let mut job = self.tus(subject, state, headers.iter().cloned(), Payload::default(), None).await?;
            match attempts.send_once(&mut job).await {
                Ok(response) => return Ok(response),
                Err(failure) => attempts.wait_before_retry(&job, failure, true).await?,
            }
        }
    }

    /// Whether the error means that the server already has the whole upload.
    pub(crate) fn is_finished(&self, asked: &PlainRequest, error: &ErrorInner) -> bool {
        error.status.is_some_and(|status| (self.finished)(&asked.method, status.as_u16(), &error.raw_body))
    }

    /// Deletes the upload from the server, if it has a URL at all.
    pub(crate) async fn abort(&self, state: &Checkpoint) -> Result<Aborted, UploadError> {
        let sending = self.watched("abort", &state.endpoint);
        let aborted = sending.abort_all(state).await;
        sending.ended(&aborted);
        aborted
    }

    async fn abort_all(&self, state: &Checkpoint) -> Result<Aborted, UploadError> {
        let mut aborted = Aborted::NothingToDelete;
        for url in state.urls() {
            let state = Checkpoint { url: Some(url.clone()), ..state.clone() };
            match self.send(&ABORT, &state, &[]).await {
                Ok(_) => {}
                // There is nothing to delete.
                Err(inner) if matches!(inner.status, Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => {}
                Err(inner) => return Err(call_error(inner)),
            }
            aborted = Aborted::Deleted;
        }
        Ok(aborted)
    }
}

impl Checkpoint {
    /// Deletes the upload from the server. An upload that the server does not know is no error.
    ///
    /// # Errors
    /// When the server cannot be reached or does not allow it.
    pub async fn abort<A: Api>(&self, client: &Client<A>) -> Result<Aborted, UploadError> {
        Sending::new(client).abort(self).await
    }
}

pub(crate) fn call_error(inner: Box<ErrorInner>) -> UploadError {
    UploadError::Call(Error::<AnyBody>::new(inner))
}
