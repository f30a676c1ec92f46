//! Servers for tests of what calls an API, without that API: one made of typed handlers ([`Mock`]), an in-memory fake of
//! Livepeer Studio ([`studio`](fn@studio)), and one of an AI gateway ([`ai`](fn@ai)).
//!
//! ```
//! # use livepeer::{mock::Mock, stream, Studio};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), livepeer::Error> {
//! let mock = Mock::new().on(async |get: stream::Get| {
//!     let mut stream = stream::Stream::default();
//!     stream.id = get.id;
//!     Ok(stream)
//! });
//! let client = mock.client::<livepeer::Client>();
//! assert_eq!(client.call(stream::Get::new("abc")).await?.id, "abc");
//! # Ok(())
//! # }
//! ```

pub use ai::*;
pub use fault::{UploadFault, UploadStep};
#[cfg(feature = "network")]
pub use network::*;

mod access;
mod ai;
mod boxes;
mod core;
mod credentials;
mod events;
mod fault;
mod fields;
mod files;
mod film;
mod handler;
mod json_error;
mod kept;
mod lists;
mod live;
#[cfg(feature = "network")]
mod network;
mod png;
mod query;
mod routes;
mod schema;
mod snapshot;
mod state;
mod studio;
mod uploads;
mod views;
mod work;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;

use self::core::Core;
use routes::Routes;
use state::StudioState;
use views::View;

use typed_endpoint::mock::{Mock, MockServer, Reply};

use crate::Client;
use crate::webhook::Payload;
use crate::{AssetId, PlaybackId, StreamId, Studio, Timestamp};
use typed_endpoint::Transport;

/// An in-memory fake of Livepeer Studio: it keeps streams, assets, tasks and all the rest, and serves every operation of
/// Studio as the real one does, error responses and the AI operations that it hosts included. What can be played is a
/// made-up film.
///
/// It has a virtual clock, which begins at the present and moves on by a second with every request, so that an asset is
/// ready after a few polls, and by [`advance`](StudioFake::advance).
///
/// ```
/// # use livepeer::{asset, mock, stream};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), livepeer::Error> {
/// let studio = mock::studio();
/// let client = studio.client();
/// let stream = client.call(stream::Create::new("my stream").record(true)).await?;
/// assert_eq!(client.call(stream::Get::new(&stream.id)).await?.name, "my stream");
/// # Ok(())
/// # }
/// ```
pub fn studio() -> StudioFake {
    let core = Arc::new(Core::new(StudioState::new()));
    let ai = ai::ai().flavor(AiFlavor::Studio).media(MediaForm::Data);
    let mock = studio::routes(Routes::new(core.clone())).into_mock(ai.mock().clone());
    StudioFake { mock, core, ai }
}

/// The server that [`studio`] makes. Clones are the same server.
#[derive(Clone)]
pub struct StudioFake {
    mock: Mock,
    core: Arc<Core>,
    ai: GatewayFake,
}

/// How it behaves. All of these may also be called while it runs.
impl StudioFake {
    /// Accepts this API key, and from then on no other than those given here (default: any).
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        self.core.set(|state| state.settings.keys.push(key.into()));
        self
    }

    /// The base of the URLs in its responses (default: the host that the request was sent to).
    #[must_use]
    pub fn public_url(self, url: impl Into<String>) -> Self {
        self.core.set(|state| state.settings.public_url = Some(url.into()));
        self
    }

    /// How much each request advances the clock (default: a second).
    #[must_use]
    pub fn per_request(self, step: Duration) -> Self {
        self.core.set(|state| state.settings.per_request = step);
        self
    }

    /// What the time is now.
    #[must_use]
    pub fn starting_at(self, time: Timestamp) -> Self {
        self.core.set(|state| state.now = time.as_millis());
        self
    }

    /// How long tasks wait before they run, and how long they run (default: one second and four).
    #[must_use]
    pub fn task_durations(self, waiting: Duration, running: Duration) -> Self {
        self.core.set(|state| (state.settings.waiting, state.settings.running) = (waiting, running));
        self
    }

    /// Names this host in `Link` headers, as a server behind a proxy may: `https://10.0.0.7:3004`.
    #[must_use]
    pub fn link_host(self, url: impl Into<String>) -> Self {
        self.core.set(|state| state.settings.link_host = Some(url.into()));
        self
    }

    /// Behaves as the open-source server, where it differs from the hosted one: it lists multistream targets only of a
    /// user that is named, and has no metrics (default: no).
    #[must_use]
    pub fn open_source(self, open_source: bool) -> Self {
        self.core.set(|state| state.settings.open_source = open_source);
        self
    }

    /// Has no rooms, as most servers (default: it has).
    #[must_use]
    pub fn without_rooms(self) -> Self {
        self.core.set(|state| state.settings.rooms = false);
        self
    }

    /// Delivers webhooks through this transport, such as another [`Mock`] (default: over the network, if there is a
    /// default transport).
    #[must_use]
    pub fn deliver_through(self, transport: impl Transport) -> Self {
        self.core.set(|state| state.settings.transport = Some(Arc::new(transport)));
        self
    }

    /// The public RSA key with which keys of encrypted files are encrypted, as SPKI in DER (default: one of which
    /// nobody has the private half).
    #[must_use]
    pub fn encryption_key(self, spki: impl Into<Vec<u8>>) -> Self {
        self.core.set(|state| state.settings.encryption_key = spki.into());
        self
    }

    /// Draws ids and keys from this seed, so that several servers do not give the same ones (default: 1).
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.core.set(|state| {
            state.settings.seed = seed;
            state.random = fastrand::Rng::with_seed(seed);
        });
        self
    }

    /// Lets the next new task fail this many times, with this message. The server repeats a failed task twice, after 30
    /// and after 180 seconds: one that fails three times has failed.
    pub fn fail_task(&self, times: u32, message: impl Into<String>) {
        self.core.set(|state| state.failures.push_back((times, message.into())));
    }

    /// Gives the next request this reply, whatever it is; called several times, the requests after it too.
    pub fn reply_next(&self, reply: Reply) {
        self.core.set(|state| state.replies.push_back(reply));
    }
}

/// Uploads.
impl StudioFake {
    /// Injects a fault into the next request that is this step of an upload. Several calls queue several faults.
    pub fn inject_upload_fault(&self, step: UploadStep, fault: UploadFault) {
        self.core.set(|state| state.uploads.faults.add(step, fault));
    }

    /// The file of an asset, as it was uploaded.
    pub fn uploaded(&self, asset: &AssetId) -> Option<Bytes> {
        self.core.set(|state| state.uploads.files.get(asset))?.bytes()
    }

    /// Keeps uploads in this folder, each by the id of its asset, and serves them from there (default: in memory, up to 1 GiB each).
    /// The folder should be for this server alone: what has the id of an asset is removed with it.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn keep_files_in(&self, folder: impl Into<PathBuf>) -> io::Result<()> {
        self.core.set(|state| state.uploads.files.keep_in(folder.into()))
    }

    /// The uploads by tus that are under way: their assets, the bytes received and their lengths.
    pub fn uploading(&self) -> Vec<(AssetId, u64, Option<u64>)> {
        self.core.set(|state| {
            let uploads = state.uploads.tus.values();
            uploads.map(|upload| (upload.asset.clone(), upload.confirmed, upload.length)).collect()
        })
    }
}

/// What happens outside of the API.
impl StudioFake {
    /// The present time of this server.
    pub fn now(&self) -> Timestamp {
        self.core.set(|state| Timestamp::from_millis(state.now))
    }

    /// Lets time pass: tasks move on, recordings get ready, failed deliveries are repeated.
    pub fn advance(&self, time: Duration) {
        self.core.set(|state| state.pass(time));
        self.core.dispatch();
    }

    /// Video comes in for a stream: a session begins. Nothing happens if it is live. Returns whether there is such a stream.
    pub fn go_live(&self, stream: &StreamId) -> bool {
        let is_known = self.core.set(|state| state.go_live(stream));
        self.core.dispatch();
        is_known
    }

    /// No more video comes in for a stream: its session ends. Returns whether there is such a stream.
    pub fn go_idle(&self, stream: &StreamId) -> bool {
        let is_known = self.core.set(|state| state.go_idle(stream));
        self.core.dispatch();
        is_known
    }

    /// Somebody begins to watch something now, for so long; metrics count it. The viewers are made up: they come in turn from several
    /// countries, with several devices and browsers. Returns whether a stream or an asset has this playback id; else nothing happens.
    pub fn watch(&self, playback_id: &PlaybackId, time: Duration) -> bool {
        self.core.set(|state| {
            let mut known = state.streams.iter().map(|stream| &stream.playback_id);
            let is_known = known.any(|own| own.as_ref() == Some(playback_id))
                || state.assets.iter().any(|asset| asset.playback_id.as_ref() == Some(playback_id));
            if !is_known {
                return false;
            }
            let (at, viewer) = (state.now, state.views.len());
            let minutes = time.as_secs_f64() / 60.0;
            state.views.push(View { playback_id: playback_id.clone(), at, minutes, viewer });
            true
        })
    }

    /// The file of an asset has arrived, so many bytes of it: the asset is processed from now on. The asset is given by
    /// its id, its playback id or the token of its upload URL.
    ///
    /// # Errors
    /// The response for the uploader: 404 if there is no such asset, 422 if it has its file already.
    pub fn receive_upload(&self, asset: &str, size: u64) -> Result<(), Reply> {
        let received = self.core.set(|state| state.receive_upload(asset, size));
        self.core.dispatch();
        received
    }

    /// A player asks to play something, with a token or an access key: whether its playback policy allows that. Tokens
    /// are verified if the feature `jwt` is on; webhooks of the event `playback.accessControl` are called.
    pub async fn may_play(&self, playback_id: &PlaybackId, credential: &str) -> bool {
        access::may_play(&self.core, playback_id, credential).await
    }

    /// Emits an event that this server does not cause by itself, such as `stream.detection`: webhooks get it, and
    /// of the stream if there is one.
    pub fn emit(&self, payload: Payload, stream: Option<&StreamId>) {
        self.core.set(|state| {
            let stream = stream.and_then(|id| state.stream(id.as_str()).ok()).map(|stream| stream.clone());
            state.stream_event(
                payload.name().into(),
                stream.as_ref(),
                payload.write().and_then(|json| json.into_value()),
            );
        });
        self.core.dispatch();
    }

    /// Waits until no delivery of a webhook is under way; those that are to be repeated later do not count.
    pub async fn delivered(&self) {
        self.core.delivered().await;
    }
}

/// Ways to call it.
impl StudioFake {
    /// A client that calls it in memory. It leaves it to the fake to refuse values
    /// ([`check_values`](crate::Client::check_values)), which says what the real server would say.
    pub fn client(&self) -> Client<Studio> {
        self.mock.client::<Client>().key(self.core.first_key()).check_values(false)
    }

    /// The gateway behind the AI operations that Studio hosts, to be made slow or failing. It takes 20 calls a minute.
    pub fn ai(&self) -> &GatewayFake {
        &self.ai
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
    pub async fn listen(&self) -> io::Result<RunningStudio> {
        Ok(RunningStudio { running: self.mock.listen().await?, studio: self.clone() })
    }

    /// Listens at an address. Whoever can reach it can use the fake.
    ///
    /// # Errors
    /// When the address is not available.
    pub async fn listen_at(&self, address: SocketAddr) -> io::Result<RunningStudio> {
        Ok(RunningStudio { running: self.mock.listen_at(address).await?, studio: self.clone() })
    }
}

impl fmt::Debug for StudioFake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StudioFake").finish_non_exhaustive()
    }
}

/// A [`StudioFake`] that listens. Dropping it closes the port and all connections.
#[derive(Debug)]
pub struct RunningStudio {
    running: MockServer,
    studio: StudioFake,
}

impl RunningStudio {
    /// The base URL, `http://127.0.0.1:PORT`. As with the real one, operations may also stand below `/api`.
    pub fn url(&self) -> String {
        self.running.url()
    }

    /// A client that calls it over the network, and leaves it to the fake to refuse values.
    pub fn client(&self) -> Client<Studio> {
        Client::studio(self.studio.core.first_key()).server(self.url()).check_values(false)
    }

    /// The server itself.
    pub fn studio(&self) -> &StudioFake {
        &self.studio
    }
}
