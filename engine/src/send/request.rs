//! What is to be sent, and all that was said about how.

use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderMap;
use http::{Method, StatusCode};

use crate::body::Body;
use crate::call::Options;
use crate::encode::{Payload, Prepared, push_query, set_query};
use crate::endpoint::Operation;
use crate::error::{ErrorInner, Mapped, RequestError};
use crate::retry::{self, Retry};
use crate::secret::Secret;
use crate::server::Server;
use crate::settings::{IDLE, Settings};
use crate::timeout::Observer;

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
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Operation(operation) => operation.name,
            Self::Plain(plain) => plain.what,
        }
    }

    pub(super) fn method(self) -> &'static Method {
        match self {
            Self::Operation(operation) => operation.method,
            Self::Plain(plain) => &plain.method,
        }
    }

    pub(super) fn keyed(self) -> bool {
        match self {
            Self::Operation(operation) => operation.auth,
            Self::Plain(plain) => plain.own,
        }
    }

    /// Whether the client's headers go along.
    pub(super) fn own(self) -> bool {
        !matches!(self, Self::Plain(plain) if !plain.own)
    }

    pub(super) fn describe(self, mut inner: Box<ErrorInner>) -> Box<ErrorInner> {
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
    pub(super) settings: Arc<Settings>,
    pub(super) prepared: Prepared,
    /// `None`: the default.
    pub(super) retry: Option<Arc<Retry>>,
    pub(super) idle: Duration,
    pub(super) deadline: Option<Duration>,
    pub(super) server: Arc<Server>,
    pub(super) subject: Subject,
    pub(super) retryable: bool,
    pub(super) streamed: bool,
    pub(super) map: MapError,
    pub(super) refused: Refused,
    pub(super) observer: Option<Observer>,
    pub(super) secrets: Arc<[Secret]>,
}

impl Job {
    pub(crate) fn new(
        settings: Arc<Settings>,
        prepared: Result<Prepared, RequestError>,
        options: Options,
        subject: Subject,
        retryable: bool,
    ) -> Result<Self, Box<ErrorInner>> {
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
        let (prepared, server) = checked().map_err(|error| subject.describe(ErrorInner::request(error)))?;
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

    pub(super) fn retry(&self) -> &Retry {
        self.retry.as_deref().unwrap_or(&retry::DEFAULT)
    }

    /// The body to send, which stays here if it can be sent again. Its files have been opened.
    pub(super) fn take_body(&mut self) -> Body {
        match &mut self.prepared.payload {
            Payload::Body(body) => body.replay().unwrap_or_else(|| std::mem::take(body)),
            Payload::File(_) | Payload::Multipart(_) => Body::empty(),
        }
    }

    pub(super) fn is_replayable(&self) -> bool {
        matches!(&self.prepared.payload, Payload::Body(body) if body.is_replayable())
    }

    /// Lets it take as long as it needs, while it makes headway.
    pub(crate) fn without_deadline(mut self) -> Self {
        self.deadline = None;
        self
    }
}
