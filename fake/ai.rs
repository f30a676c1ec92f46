//! A gateway to Livepeer AI, without the network behind it.

mod form;
mod gateway;
mod mp4;
mod responses;
mod wav;
mod words;

use std::net::SocketAddr;
use std::time::Duration;
use std::{fmt, io};

use gateway::{Failing, Gateway, GatewayState};
pub use words::LlmEnding;

use crate::Client;
use crate::{Ai, Api, Studio};
use typed_endpoint::mock::{Mock, MockServer, Reply};

/// A fake AI gateway. It generates real pictures, sounds and videos, checks fields as the real one does, and can be made slow
/// or failing.
///
/// ```
/// use livepeer::{generate::TextToImage, mock};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let gateway = mock::ai();
/// let client = gateway.client();
/// let response = client.call(TextToImage::new("a lighthouse").width(64).height(32)).await?;
/// let picture = response.images[0].bytes(&client).await?;
/// assert!(picture.starts_with(b"\x89PNG"));
/// # Ok(())
/// # }
/// ```
pub fn ai() -> GatewayFake {
    let gateway = Gateway::new();
    GatewayFake { mock: responses::mock(&gateway), gateway }
}

/// The server that [`ai`](fn@ai) makes. Clones are the same server.
#[derive(Clone)]
pub struct GatewayFake {
    mock: Mock,
    gateway: Gateway,
}

/// Which of the servers a mock behaves like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AiFlavor {
    /// A gateway: videos are MP4 files, streamed responses end without `[DONE]`, `/llm` wants `max_tokens` and `stream`.
    #[default]
    Gateway,
    /// A runner: videos are lists of pictures, streamed responses end with `[DONE]`, `/health` and `/live-video-to-video` are
    /// there.
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

/// How it behaves. All of these may also be called while it runs.
impl GatewayFake {
    fn set(self, change: impl FnOnce(&mut GatewayState)) -> Self {
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

    /// Responds with 401 to requests without this key (default: needs none).
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        self.set(|state| state.key = Some(key.into()))
    }

    /// The time before each response.
    #[must_use]
    pub fn latency(self, latency: Duration) -> Self {
        self.set(|state| state.latency = latency)
    }

    /// How large a request may be, in bytes (default: 50 MB, as Studio 10 MiB).
    #[must_use]
    pub fn max_request(self, bytes: usize) -> Self {
        self.set(|state| state.max_request = Some(bytes))
    }

    /// Responds with 410 to everything but live video, as gateways do that have retired these pipelines.
    #[must_use]
    pub fn retired(self, retired: bool) -> Self {
        self.set(|state| state.retired = retired)
    }

    /// Responds with 503, as when no worker is free.
    #[must_use]
    pub fn busy(self, busy: bool) -> Self {
        self.set(|state| state.busy = busy)
    }

    /// What the language model replies (default: it repeats the question).
    #[must_use]
    pub fn llm_reply(self, text: impl Into<String>) -> Self {
        self.set(|state| state.llm_reply = Some(text.into()))
    }

    /// The transcript of every recording.
    #[must_use]
    pub fn transcript(self, text: impl Into<String>) -> Self {
        self.set(|state| state.transcript = text.into())
    }

    /// How streamed responses end (default: completely).
    #[must_use]
    pub fn llm_ending(self, ending: LlmEnding) -> Self {
        self.set(|state| state.delivery.ending = ending)
    }

    /// The time before each piece of a streamed response (default: none).
    #[must_use]
    pub fn llm_pace(self, pace: Duration) -> Self {
        self.set(|state| state.delivery.pace = pace)
    }

    /// Sends streamed responses in pieces of so many bytes, wherever events and characters begin (default: by event).
    #[must_use]
    pub fn llm_split(self, bytes: usize) -> Self {
        self.set(|state| state.delivery.split = Some(bytes))
    }

    /// Gives the next calls these statuses, before it continues as usual; a status below 400 lets a call pass.
    pub fn fail_next(&self, statuses: impl IntoIterator<Item = u16>) {
        self.gateway.state().failing.extend(statuses.into_iter().map(Failing::Status));
    }

    /// Gives the next call this reply, whatever it is; called several times, the calls after it too.
    pub fn reply_next(&self, reply: Reply) {
        self.gateway.state().failing.push_back(Failing::Reply(reply));
    }
}

/// Ways to call it.
impl GatewayFake {
    /// A client that calls it in memory.
    pub fn client(&self) -> Client<Ai> {
        self.with_key(Client::ai().server("http://localhost").transport(self.mock.clone()))
    }

    /// A client of Studio that calls it in memory, and is served as Studio serves: 20 calls a minute, and no texts in forms
    /// that begin with a number.
    pub fn studio_client(&self) -> Client<Studio> {
        self.with_key(self.mock.client())
    }

    /// How many requests its mock remembers ([`Mock::keep_seen`]).
    #[must_use]
    pub fn keep_seen(self, limit: usize) -> Self {
        Self { mock: self.mock.keep_seen(limit), ..self }
    }

    /// The server below, for all that it can: requests seen, transport.
    pub fn mock(&self) -> &Mock {
        &self.mock
    }

    /// Listens on a loopback port that the system chooses.
    ///
    /// # Errors
    /// When no port is available.
    pub async fn listen(&self) -> io::Result<RunningGateway> {
        Ok(RunningGateway { running: self.mock.listen().await?, gateway: self.clone() })
    }

    /// Listens at an address. Whoever can reach it can use the fake.
    ///
    /// # Errors
    /// When the address is not available.
    pub async fn listen_at(&self, address: SocketAddr) -> io::Result<RunningGateway> {
        Ok(RunningGateway { running: self.mock.listen_at(address).await?, gateway: self.clone() })
    }

    fn with_key<A: Api>(&self, client: Client<A>) -> Client<A> {
        match &self.gateway.state().key {
            Some(key) => client.key(key),
            None => client,
        }
    }
}

impl fmt::Debug for GatewayFake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayFake").field("flavor", &self.gateway.state().flavor).finish_non_exhaustive()
    }
}

/// A [`GatewayFake`] that listens. Dropping it closes the port and all connections.
#[derive(Debug)]
pub struct RunningGateway {
    running: MockServer,
    gateway: GatewayFake,
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
    pub fn gateway(&self) -> &GatewayFake {
        &self.gateway
    }
}
