//! A gateway to Livepeer AI, without the network behind it.

mod answers;
mod mp4;
mod png;
mod wav;
mod words;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use http::{header, request};
use serde_json::{Value, json};
use tokio::time::Instant;

use words::Delivery;
pub use words::LlmEnding;

use crate::client::Client;
use crate::media::MediaUrl;
use crate::mocks::{Encode, Mock, Received, Reply, Running};
use crate::source::{ReadError, ReadErrorKind};
use crate::{Ai, Api, BoxFuture, Endpoint, Studio};

/// A whole little AI gateway: real pictures, sounds and videos, made on the spot; fields checked as the real one does;
/// slow or failing where a test wants it to be.
///
/// ```
/// use livepeer::{generate::TextToImage, mock};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let gateway = mock::ai();
/// let client = gateway.client();
/// let answer = client.call(TextToImage::new("a lighthouse").width(64).height(32)).await?;
/// let picture = answer.images[0].bytes(&client).await?;
/// assert!(picture.starts_with(b"\x89PNG"));
/// # Ok(())
/// # }
/// ```
pub fn ai() -> LittleGateway {
    let gateway = Gateway(Arc::new(Mutex::new(State::new())));
    LittleGateway { mock: answers::mock(&gateway), gateway }
}

/// The server that [`ai`](fn@ai) makes. Clones are the same server.
#[derive(Clone)]
pub struct LittleGateway {
    mock: Mock,
    gateway: Gateway,
}

/// Which of the servers a mock behaves like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AiFlavor {
    /// A gateway: videos are MP4 files, streamed answers end without `[DONE]`, `/llm` wants `max_tokens` and `stream`.
    #[default]
    Gateway,
    /// A runner: videos are lists of pictures, streamed answers end with `[DONE]`, `/health` is there.
    Runner,
    /// Studio: like a gateway, but for its own error texts, 20 calls a minute, and 10 MiB a call.
    Studio,
}

/// The form of the URLs that a mock gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaForm {
    /// A path: `/stream/{id}/{name}`.
    #[default]
    Relative,
    /// With the server's address before it.
    Absolute,
    /// A `data:` URL that holds the file.
    Data,
}

#[derive(Clone)]
struct Gateway(Arc<Mutex<State>>);

struct State {
    flavor: AiFlavor,
    form: MediaForm,
    key: Option<String>,
    latency: Duration,
    max_request: Option<usize>,
    retired: bool,
    busy: bool,
    failing: VecDeque<Failing>,
    recent: VecDeque<Instant>,
    says: Option<String>,
    hears: String,
    delivery: Delivery,
    files: VecDeque<(String, &'static str, Bytes)>,
    count: u64,
}

/// What a call gets in place of its answer.
enum Failing {
    Status(u16),
    Reply(Reply),
}

/// How many calls a minute Studio takes.
const RATE: usize = 20;
const MINUTE: Duration = Duration::from_secs(60);

/// How many files are kept: like a gateway, only the latest.
const FILES: usize = 64;

/// How it behaves. All of these may also be called while it runs.
impl LittleGateway {
    fn set(self, change: impl FnOnce(&mut State)) -> Self {
        change(&mut self.gateway.state());
        self
    }

    /// Which of the servers it behaves like (default: a gateway).
    #[must_use]
    pub fn flavor(self, flavor: AiFlavor) -> Self {
        self.set(|state| {
            state.flavor = flavor;
            state.delivery.done = flavor == AiFlavor::Runner;
        })
    }

    /// The form of the URLs it gives (default: relative).
    #[must_use]
    pub fn media(self, form: MediaForm) -> Self {
        self.set(|state| state.form = form)
    }

    /// Answers 401 to who does not send this key (default: needs none).
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        self.set(|state| state.key = Some(key.into()))
    }

    /// How long it thinks before each answer.
    #[must_use]
    pub fn latency(self, latency: Duration) -> Self {
        self.set(|state| state.latency = latency)
    }

    /// How large a request may be, in bytes (default: 50 MB, as Studio 10 MiB).
    #[must_use]
    pub fn max_request(self, bytes: usize) -> Self {
        self.set(|state| state.max_request = Some(bytes))
    }

    /// Answers 410 to everything but live video, as gateways do that have retired these pipelines.
    #[must_use]
    pub fn retired(self, retired: bool) -> Self {
        self.set(|state| state.retired = retired)
    }

    /// Answers 503, as when no worker is free.
    #[must_use]
    pub fn busy(self, busy: bool) -> Self {
        self.set(|state| state.busy = busy)
    }

    /// What the language model answers (default: it repeats the question).
    #[must_use]
    pub fn says(self, text: impl Into<String>) -> Self {
        self.set(|state| state.says = Some(text.into()))
    }

    /// What it hears in every recording.
    #[must_use]
    pub fn hears(self, text: impl Into<String>) -> Self {
        self.set(|state| state.hears = text.into())
    }

    /// How streamed answers end (default: as they should).
    #[must_use]
    pub fn llm_ending(self, ending: LlmEnding) -> Self {
        self.set(|state| state.delivery.ending = ending)
    }

    /// The time before each piece of a streamed answer (default: none).
    #[must_use]
    pub fn llm_pace(self, pace: Duration) -> Self {
        self.set(|state| state.delivery.pace = pace)
    }

    /// Sends streamed answers in pieces of so many bytes, wherever events and characters begin (default: by event).
    #[must_use]
    pub fn llm_split(self, bytes: usize) -> Self {
        self.set(|state| state.delivery.split = Some(bytes))
    }

    /// Answers the next calls with these statuses, before it goes on as usual; a status below 400 lets a call pass.
    pub fn fail_next(&self, statuses: impl IntoIterator<Item = u16>) {
        self.gateway.state().failing.extend(statuses.into_iter().map(Failing::Status));
    }

    /// Answers the next call with this, whatever it is; called several times, the calls after it too.
    pub fn answer_next(&self, reply: Reply) {
        self.gateway.state().failing.push_back(Failing::Reply(reply));
    }
}

/// Ways to call it.
impl LittleGateway {
    /// A client that calls it in memory.
    pub fn client(&self) -> Client<Ai> {
        self.with_key(Client::ai().server("http://localhost").transport(self.mock.clone()))
    }

    /// A client of Studio that calls it in memory.
    pub fn studio_client(&self) -> Client<Studio> {
        self.with_key(self.mock.client())
    }

    /// The server below, for all that it can: requests seen, transport.
    pub fn mock(&self) -> &Mock {
        &self.mock
    }

    /// Listens on a loopback port that the system chooses.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn listen(&self) -> io::Result<RunningGateway> {
        Ok(RunningGateway { running: self.mock.listen().await?, gateway: self.clone() })
    }

    fn with_key<A: Api>(&self, client: Client<A>) -> Client<A> {
        match &self.gateway.state().key {
            Some(key) => client.key(key),
            None => client,
        }
    }
}

impl fmt::Debug for LittleGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LittleGateway").field("flavor", &self.gateway.state().flavor).finish_non_exhaustive()
    }
}

/// A [`LittleGateway`] that listens. Dropping it closes the port and all connections.
#[derive(Debug)]
pub struct RunningGateway {
    running: Running,
    gateway: LittleGateway,
}

impl RunningGateway {
    /// The base URL, `http://127.0.0.1:PORT`. As with Studio, operations also stand below `/generate`.
    pub fn url(&self) -> String {
        self.running.url()
    }

    /// A client that calls it over the network.
    pub fn client(&self) -> Client<Ai> {
        self.gateway.with_key(Client::ai().server(self.url()))
    }

    /// A client of Studio that calls it over the network.
    pub fn studio_client(&self) -> Client<Studio> {
        self.gateway.with_key(self.running.client())
    }

    /// The server itself.
    pub fn gateway(&self) -> &LittleGateway {
        &self.gateway
    }
}

impl Gateway {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is decided before a request is read.
    fn admit(&self, parts: &request::Parts) -> BoxFuture<'static, Option<Reply>> {
        // Files and health are there for everybody.
        if parts.method != http::Method::POST {
            return Box::pin(std::future::ready(None));
        }
        let mut state = self.state();
        let refusal = state.refusal(parts);
        let latency = state.latency;
        Box::pin(async move {
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            refusal
        })
    }

    /// A made file, as it is told in an answer.
    fn publish(&self, origin: &str, name: &str, media_type: &'static str, content: Vec<u8>) -> MediaUrl {
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

    fn file(&self, path: &str) -> Reply {
        match self.state().files.iter().find(|(own, ..)| own == path) {
            Some((_, media_type, content)) => {
                Reply::status(200).header("content-type", media_type).with_body(content.clone())
            }
            None => Reply::text(404, "404 page not found\n"),
        }
    }

    /// Answers an operation, given what does the work.
    fn on<E, F, Fut>(&self, mock: Mock, work: F) -> Mock
    where
        E: Endpoint,
        E::Codec: Encode<E::Response>,
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
                work(job, received.request).await
            }
        })
    }
}

/// One request.
struct Job {
    gateway: Gateway,
    /// The server, as the client addresses it.
    origin: String,
}

fn origin(parts: &request::Parts) -> String {
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
    format!("http://{}", host.unwrap_or("localhost"))
}

impl State {
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
            says: None,
            hears: "This is a mock. It hears the same in every recording.".into(),
            delivery: Delivery::default(),
            files: VecDeque::new(),
            count: 0,
        }
    }

    fn next_id(&mut self) -> String {
        self.count += 1;
        format!("{:08x}", self.count)
    }

    fn refusal(&mut self, parts: &request::Parts) -> Option<Reply> {
        match self.failing.pop_front() {
            Some(Failing::Reply(reply)) => return Some(reply),
            Some(Failing::Status(status @ 400..)) => return Some(self.refuse(status, "the mock was told to fail")),
            _ => {}
        }
        let bearer =
            parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if self.key.is_some() && bearer != self.key.as_deref() {
            return Some(self.refuse(401, "the bearer token is missing or wrong"));
        }
        if self.retired && !parts.uri.path().ends_with("/live-video-to-video") {
            return Some(self.refuse(410, "this pipeline is retired"));
        }
        if self.flavor == AiFlavor::Studio
            && let Some(wait) = self.over_rate(Instant::now())
        {
            let reply = self.refuse(429, "too many AI calls within a minute");
            return Some(reply.header("retry-after", &wait.to_string()));
        }
        self.busy.then(|| self.refuse(503, "no worker is free"))
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
            (true, AiFlavor::Studio) => Err(self.refuse(422, &format!("the files are larger than {most} bytes"))),
            (true, _) => Err(self.refuse(413, &format!("the file is larger than {most} bytes"))),
        }
    }

    /// A refusal in the shape that this kind of server gives with this status.
    fn refuse(&self, status: u16, message: &str) -> Reply {
        let from_runner = matches!(status, 400 | 401 | 413 | 415 | 500);
        match self.flavor {
            AiFlavor::Studio if status >= 500 => Reply::error(500, "Internal server error"),
            AiFlavor::Studio if !from_runner || status == 401 => Reply::error(status, message),
            _ if status == 422 => invalid(json!(["body"]), message, "value_error"),
            AiFlavor::Gateway if !from_runner => Reply::json(status, &json!({ "error": { "message": message } })),
            _ => Reply::json(status, &json!({ "detail": { "msg": message } })),
        }
    }

    /// What a runner says about a request that cannot be read.
    fn unreadable(&self, error: &ReadError) -> Reply {
        // Runners take these for text, and fail when they read it.
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
