//! The state of the fake gateway, and the calls that it refuses.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{header, request};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::schema;
use super::form::Form;
use super::words::Delivery;
use super::{AiFlavor, MediaForm};
use crate::media::MediaUrl;
use crate::{Api, Studio};
use typed_endpoint::mock::{EncodeResponse, Mock, Received, Reply};
use typed_endpoint::source::{ReadError, ReadErrorKind};
use typed_endpoint::{BoxFuture, Endpoint, Operation};

#[derive(Clone)]
pub(super) struct Gateway(Arc<Mutex<GatewayState>>);

pub(super) struct GatewayState {
    pub(super) flavor: AiFlavor,
    pub(super) form: MediaForm,
    pub(super) key: Option<String>,
    pub(super) latency: Duration,
    pub(super) max_request: Option<usize>,
    pub(super) retired: bool,
    pub(super) busy: bool,
    pub(super) failing: VecDeque<Failing>,
    pub(super) recent: VecDeque<Instant>,
    pub(super) llm_reply: Option<String>,
    pub(super) transcript: String,
    pub(super) delivery: Delivery,
    pub(super) files: VecDeque<(String, &'static str, Bytes)>,
    pub(super) count: u64,
}

/// What a call gets in place of its response.
pub(super) enum Failing {
    Status(u16),
    Reply(Reply),
}

/// How many calls a minute Studio takes.
const RATE: usize = 20;
const MINUTE: Duration = Duration::from_secs(60);

/// How many files are kept: like a gateway, only the latest.
const FILES: usize = 64;

impl Gateway {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(GatewayState::new())))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, GatewayState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is decided before a request is read.
    pub(super) fn admit(&self, parts: &request::Parts) -> BoxFuture<'static, Option<Reply>> {
        // Files and health need no key.
        if parts.method != http::Method::POST {
            return Box::pin(std::future::ready(None));
        }
        let mut state = self.state();
        let rejection = state.rejection(parts);
        let latency = state.latency;
        Box::pin(async move {
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            rejection
        })
    }

    /// A made file, as it stands in a response.
    pub(super) fn publish(&self, origin: &str, name: &str, media_type: &'static str, content: Vec<u8>) -> MediaUrl {
        use base64::Engine as _;

        let mut state = self.state();
        if state.form == MediaForm::Data {
            let base64 = base64::engine::general_purpose::STANDARD.encode(content);
            return format!("data:{media_type};base64,{base64}").into();
        }
        let path = format!("/stream/{}/{name}", state.next_id());
        let url = match state.form {
            MediaForm::Absolute => format!("{origin}{path}"),
            _ => path.clone(),
        };
        state.files.push_back((path, media_type, content.into()));
        if state.files.len() > FILES {
            state.files.pop_front();
        }
        url.into()
    }

    pub(super) fn file(&self, path: &str) -> Reply {
        match self.state().files.iter().find(|(own, ..)| own == path) {
            Some((_, media_type, content)) => {
                Reply::status(200).header("content-type", media_type).with_body(content.clone())
            }
            None => Reply::text(404, "404 page not found\n"),
        }
    }

    /// Checks a request as Studio does, which has a schema of its own for those that it hosts.
    pub(super) fn check(&self, operation: &Operation, parts: &request::Parts, body: &[u8]) -> Option<Reply> {
        let by_path = is_studio(parts.uri.path());
        let is_studio = by_path || self.state().flavor == AiFlavor::Studio || operation.api == Studio::NAME;
        let schema = schema::of_form(operation.path).filter(|_| is_studio);
        let schema = match schema {
            // Not all operations are hosted there.
            None if by_path => return Some(studio_error(404, "not found")),
            schema => schema?,
        };
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default();
        let mistakes = if operation.path == "/text-to-image" {
            let is_json = content_type.starts_with("application/json");
            let body = serde_json::from_slice(body).ok().filter(|_| is_json);
            schema::check(schema, &body.unwrap_or_else(|| json!({})))
        } else if content_type.starts_with("multipart/form-data") {
            let form = Form::read(content_type, body);
            schema::check_form(schema, &form.texts, &form.files)
        } else {
            vec!["Expected multipart/form-data content-type".into()]
        };
        if !mistakes.is_empty() {
            return Some(Reply::json(422, &json!({ "errors": mistakes })));
        }
        // Only calls that are passed on count.
        let wait = self.state().over_rate(Instant::now())?;
        Some(studio_error(429, "Too many AI requests").header("retry-after", &wait.to_string()))
    }

    /// Serves an operation, given what does the work.
    pub(super) fn on<E, F, Fut>(&self, mock: Mock, work: F) -> Mock
    where
        E: Endpoint,
        E::Format: EncodeResponse<E::Response>,
        F: Fn(Job, E) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<E::Response, Reply>> + Send + 'static,
    {
        let gateway = self.clone();
        let work = Arc::new(work);
        mock.on_received(move |received: Received<E>| {
            let work = work.clone();
            let job = Job { origin: origin(&received.parts), gateway: gateway.clone() };
            async move {
                job.gateway.state().check_size(received.body.len())?;
                let is_studio = job.gateway.state().flavor == AiFlavor::Studio;
                work(job, received.request).await.map_err(|reply| mask(is_studio, E::OPERATION.path, reply))
            }
        })
    }
}

/// Studio does not say how a gateway has failed.
fn mask(is_studio: bool, path: &str, reply: Reply) -> Reply {
    let name = path.rsplit('/').next().unwrap_or_default();
    match is_studio && reply.status.is_server_error() {
        true => studio_error(500, &format!("Failed to generate {name}")),
        false => reply,
    }
}

/// Whether a request came by a path of Studio's.
fn is_studio(path: &str) -> bool {
    path.contains("/generate/")
}

/// One request.
pub(super) struct Job {
    pub(super) gateway: Gateway,
    /// The server, as the client addresses it.
    pub(super) origin: String,
}

fn origin(parts: &request::Parts) -> String {
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
    format!("http://{}", host.unwrap_or("localhost"))
}

impl GatewayState {
    fn new() -> Self {
        Self {
            flavor: AiFlavor::default(),
            form: MediaForm::default(),
            key: None,
            latency: Duration::ZERO,
            max_request: None,
            retired: false,
            busy: false,
            failing: VecDeque::new(),
            recent: VecDeque::new(),
            llm_reply: None,
            transcript: "This is a mock. It hears the same in every recording.".into(),
            delivery: Delivery::default(),
            files: VecDeque::new(),
            count: 0,
        }
    }

    pub(super) fn next_id(&mut self) -> String {
        self.count += 1;
        format!("{:08x}", self.count)
    }

    fn rejection(&mut self, parts: &request::Parts) -> Option<Reply> {
        let path = parts.uri.path();
        let refuse = |state: &Self, status, message: &str| {
            mask(state.flavor == AiFlavor::Studio, path, state.refuse(status, message))
        };
        match self.failing.pop_front() {
            Some(Failing::Reply(reply)) => return Some(reply),
            Some(Failing::Status(status @ 400..)) => return Some(refuse(self, status, "the mock was set to fail")),
            _ => {}
        }
        let bearer =
            parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if self.key.is_some() && bearer != self.key.as_deref() {
            return Some(self.refuse(401, "the bearer token is missing or wrong"));
        }
        if self.retired && !path.ends_with("/live-video-to-video") {
            return Some(self.refuse(410, "this pipeline is retired"));
        }
        self.busy.then(|| refuse(self, 503, "no worker is free"))
    }

    /// For how many seconds there have been too many calls.
    fn over_rate(&mut self, now: Instant) -> Option<u64> {
        self.recent.retain(|call| now.duration_since(*call) < MINUTE);
        if self.recent.len() < RATE {
            self.recent.push_back(now);
            return None;
        }
        let oldest = self.recent.front()?;
        Some((MINUTE - now.duration_since(*oldest)).as_secs_f64().ceil() as u64)
    }

    fn check_size(&self, size: usize) -> Result<(), Reply> {
        let most = self.max_request.unwrap_or(match self.flavor {
            AiFlavor::Studio => 10 << 20,
            _ => 50_000_000,
        });
        match (size > most, self.flavor) {
            (false, _) => Ok(()),
            (true, AiFlavor::Studio) => Err(self.refuse(422, "File too large")),
            (true, _) => Err(self.refuse(413, &format!("the file is larger than {most} bytes"))),
        }
    }

    /// An error response in the shape that this kind of server gives with this status.
    pub(super) fn refuse(&self, status: u16, message: &str) -> Reply {
        let from_runner = matches!(status, 400 | 401 | 413 | 415 | 500);
        match self.flavor {
            AiFlavor::Studio if status >= 500 => studio_error(500, "Internal server error"),
            AiFlavor::Studio if !from_runner || status == 401 => studio_error(status, message),
            _ if status == 422 => invalid(json!(["body"]), message, "value_error"),
            AiFlavor::Gateway if !from_runner => Reply::json(status, &json!({ "error": { "message": message } })),
            _ => Reply::json(status, &json!({ "detail": { "msg": message } })),
        }
    }

    /// What a runner says about a request that cannot be read.
    pub(super) fn unreadable(&self, error: &ReadError) -> Reply {
        // Runners read these as text, and fail later.
        if error.ty.starts_with("JsonText") || error.ty == "Loras" {
            return self.refuse(400, &error.to_string());
        }
        let loc: Vec<_> = ["body"].into_iter().chain(error.path.split('.')).collect();
        match error.kind {
            ReadErrorKind::Missing => invalid(json!(loc), "Field required", "missing"),
            _ => invalid(json!(loc), &error.reason, "value_error"),
        }
    }
}

fn invalid(loc: Value, msg: &str, kind: &str) -> Reply {
    Reply::json(422, &json!({ "detail": [{ "loc": loc, "msg": msg, "type": kind }] }))
}

/// An error response in the shape of Studio, whose gateway serves operations of the AI API.
fn studio_error(status: u16, message: &str) -> Reply {
    Reply::json(status, &serde_json::json!({ "errors": [message] }))
}
