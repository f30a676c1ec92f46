//! What is to be sent, and how.

use std::sync::Arc;
use std::time::Duration;

use futures_channel::oneshot;
use http::StatusCode;
use http::header::{HeaderMap, RANGE};

use super::subject::Subject;
use crate::api::Rules;
use crate::body::Body;
use crate::encode::{Payload, Prepared, push_query, set_query};
use crate::error::{ErrorInner, Mapped, RequestError};
use crate::log::Log;
use crate::options::CallOptions;
use crate::redact::Redactor;
use crate::retry::{self, Retry};
use crate::secret::Secret;
use crate::server::{Server, origin_of};
use crate::settings::{Credential, IDLE, Settings};
use crate::timeout::OnSent;
use crate::watch::{Watch, Watched, WatchedCall};

pub(crate) type MapError = fn(StatusCode, &HeaderMap, &[u8]) -> Option<Box<dyn Mapped>>;

/// What becomes of the response.
#[derive(Clone, Copy)]
pub(crate) struct ResponseMode {
    /// Whether a body is streamed.
    pub(crate) streamed: bool,
    /// Whether it is a file's content: only then may it come from another host, and be asked for in pieces.
    pub(crate) file: bool,
    /// Whether a streamed body may be JSON.
    pub(crate) streams_json: bool,
    /// Reads the body of an error response.
    pub(crate) map_error: MapError,
    /// How its API reports failures.
    pub(crate) rules: &'static Rules,
}

/// All that a job is made of, each of it given: what a default would leave out (a secret to redact, say) nobody would
/// miss.
pub(crate) struct JobSpec {
    pub(crate) settings: Arc<Settings>,
    pub(crate) request: Result<Prepared, RequestError>,
    pub(crate) options: CallOptions,
    pub(crate) subject: Subject,
    /// Whether it may be sent again after it may have reached the server.
    pub(crate) retryable: bool,
    pub(crate) response: ResponseMode,
    /// The secrets that the request holds, for the server may echo them.
    pub(crate) secrets: Vec<Secret>,
    /// Called with the number of bytes whenever the transport takes some of the body.
    pub(crate) on_sent: Option<OnSent>,
}

/// A request that is ready to be sent.
pub(crate) struct Job {
    pub(super) settings: Arc<Settings>,
    pub(super) request: Prepared,
    pub(super) server: Arc<Server>,
    pub(super) subject: Subject,
    pub(super) retryable: bool,
    pub(super) response: ResponseMode,
    pub(super) secrets: Arc<[Secret]>,
    pub(super) on_sent: Option<OnSent>,
    /// `None`: nobody watches.
    pub(crate) watch: Option<Box<Watch>>,
    /// The key of the attempt under way, if it sends one.
    pub(super) key: Option<Arc<Credential>>,
    /// Whether another key has been fetched because the server refused one.
    pub(super) renewed: bool,
    /// The status that the attempt under way got in response.
    pub(super) status: Option<StatusCode>,
    /// Is sent the headers of a successful response as soon as they are there.
    pub(super) head: Option<oneshot::Sender<HeaderMap>>,
    /// What the caller set for this request alone.
    retry: Option<Arc<Retry>>,
    idle: Option<Duration>,
    deadline: Option<Duration>,
}

impl JobSpec {
    /// Checks the settings and the request, and applies the options to it.
    pub(crate) fn into_job(self) -> Result<Job, Box<ErrorInner>> {
        let subject = self.subject;
        self.checked().map_err(|error| subject.describe(ErrorInner::request(error)))
    }

    fn checked(self) -> Result<Job, RequestError> {
        let Self { settings, request, options, subject, retryable, response, secrets, on_sent } = self;
        settings.config_error.clone().or(options.config_error).map_or(Ok(()), Err)?;
        let mut request = request?;
        for (at, (name, value)) in options.query.iter().enumerate() {
            match options.query[..at].iter().any(|(before, _)| before == name) {
                false => set_query(&mut request.target, name, value),
                true => push_query(&mut request.target, name, value),
            }
        }
        // A header map gives a name only with the first of its values.
        let mut last = None;
        for (name, value) in options.headers {
            match (name, &last) {
                (Some(name), _) => {
                    request.set_header(name.clone(), value);
                    last = Some(name);
                }
                (None, Some(name)) => request.headers.push((name.clone(), value)),
                (None, None) => {}
            }
        }
        let server = match options.server {
            Some(server) => server,
            None => match subject.operation().and_then(|operation| operation.server) {
                Some(url) if !settings.server_given => Server::new(url)?,
                _ => settings.server.clone()?,
            },
        };
        let (retry, idle, deadline) = (options.retry, options.idle, options.deadline);
        // An empty list costs nothing.
        let secrets = if secrets.is_empty() { Arc::default() } else { secrets.into() };
        let (key, status, head) = (None, None, None);
        Ok(Job {
            settings,
            request,
            server,
            subject,
            retryable,
            response,
            secrets,
            on_sent,
            watch: None,
            key,
            renewed: false,
            status,
            head,
            retry,
            idle,
            deadline,
        })
    }
}

impl Job {
    pub(super) fn retry(&self) -> &Retry {
        self.retry.as_deref().or(self.settings.retry.as_deref()).unwrap_or(&retry::DEFAULT)
    }

    /// Begins to watch it as a call of its own, if anybody wants to know.
    pub(super) fn begin_to_watch(&mut self) {
        let own = origin_of(&self.request.target).filter(|_| self.request.is_url);
        let url = own.unwrap_or(self.server.origin());
        let call = WatchedCall::begin(&self.settings, Watched::from(self.subject), url);
        self.watch = call.map(|call| Watch::new(call, self.subject.into()));
    }

    /// Redacts the key, what is secret in the request, and what has the name of a secret. Made each time it is needed: a redirect may bring further secrets.
    pub(super) fn redactor(&self) -> Redactor {
        let key = self.key.as_ref().map(|credential| credential.key.clone());
        Redactor::new(key, self.secrets.clone(), self.response.rules.secret_names)
    }

    /// The log, if it shows headers and bodies, with what it has to redact and how much it shows.
    pub(super) fn content_log(&self) -> Option<(Log, Redactor, usize)> {
        let log = self.watch.as_ref()?.log();
        log.shows_content().then(|| (log, self.redactor(), self.settings.max_logged))
    }

    /// Returns the headers of a successful response before its body has arrived.
    pub(crate) fn tell_head(&mut self) -> oneshot::Receiver<HeaderMap> {
        let (sender, receiver) = oneshot::channel();
        self.head = Some(sender);
        receiver
    }

    /// Adds to the secrets that are kept out of errors.
    pub(super) fn redact_too(&mut self, more: Vec<Secret>) {
        let more: Vec<_> = more.into_iter().filter(|one| !self.secrets.contains(one)).collect();
        if !more.is_empty() {
            self.secrets = self.secrets.iter().cloned().chain(more).collect();
        }
    }

    /// Whether it asks for a part of a file.
    pub(super) fn asks_for_part(&self) -> bool {
        self.request.headers.iter().any(|(name, _)| *name == RANGE) || self.settings.headers.contains_key(RANGE)
    }

    /// How long nothing may arrive.
    pub(super) fn idle(&self) -> Duration {
        let declared = self.subject.operation().and_then(|operation| operation.timeout);
        self.idle.or(self.settings.timeouts.idle).or(declared).unwrap_or(IDLE)
    }

    /// Whether it may share a connection with other calls: both bodies are small and taken to their ends at once.
    #[cfg(feature = "http2")]
    pub(super) fn is_short(&self) -> bool {
        !self.response.streamed && self.subject.operation().is_some() && self.idle() <= IDLE
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.deadline.or(self.settings.timeouts.deadline)
    }

    /// Whether the declaration says that a response of this status asks for another attempt.
    pub(super) fn retries(&self, status: StatusCode) -> bool {
        self.subject.operation().is_some_and(|operation| operation.retried.contains(&status.as_u16()))
    }

    /// Whether the declaration has a response of this status.
    pub(super) fn declares(&self, status: StatusCode) -> bool {
        self.subject.operation().is_some_and(|operation| operation.statuses.contains(&status.as_u16()))
    }

    /// The body to send, which stays here if it can be sent again. Its files have been opened.
    pub(super) fn take_body(&mut self) -> Body {
        match &mut self.request.payload {
            Payload::Body(body) => body.replay().unwrap_or_else(|| std::mem::take(body)),
            Payload::File(_) | Payload::Multipart(_) => Body::empty(),
        }
    }

    pub(super) fn is_replayable(&self) -> bool {
        matches!(&self.request.payload, Payload::Body(body) if body.is_replayable())
    }
}
