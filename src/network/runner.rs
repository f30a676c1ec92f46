//! A runner of an app, for those who offer one.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use typed_endpoint::{Retry, Secret, Transport, Url};

use super::connect::Connector;
use super::error::{Error, Result};
use super::heartbeat::Beats;
use super::known::Known;
use super::runner_session::RunnerSession;
use crate::endpoints::network::orchestrator::{Gpu, Mode, Orchestrator};
use crate::endpoints::network::runner::{Heartbeat, RunnerPrice, Unregister};

/// How long unregistering may take.
const LIMIT: Duration = Duration::from_secs(5);

/// A runner that is registered at an orchestrator, by heartbeats in the background: the orchestrator passes calls of its app on to its URL.
///
/// Dropping it unregisters it in the background, if there is still a runtime to do so.
///
/// ```no_run
/// # async fn example() -> Result<(), livepeer::network::Error> {
/// use livepeer::network::{Runner, RunnerUpdate};
///
/// let mut runner = Runner::new("https://orchestrator.example:8935", "ORCHESTRATOR_SECRET", "me/upscale", "http://10.0.0.5:8080")
///     .capacity(2)
///     .price_per_hour(0.40)
///     .start()
///     .await?;
/// while let Some(update) = runner.next().await {
///     if let RunnerUpdate::Lost = update {
///         eprintln!("the orchestrator cannot be reached");
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Runner {
    client: crate::Client<Orchestrator>,
    connector: Connector,
    id: String,
    known: Arc<Known>,
    capacity: watch::Sender<u64>,
    secret: watch::Receiver<Option<Secret>>,
    beats: JoinHandle<()>,
    is_closed: bool,
}

/// Something that has happened to a [`Runner`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunnerUpdate {
    /// A session was reserved, or a call begun, with this id.
    Reserved(Secret),
    /// It is over.
    Released(Secret),
    /// So many updates before the next one were dropped, because more than 1024 waited to be read.
    /// [`in_use`](Runner::in_use) is right all the same.
    Lagged(u64),
    /// The orchestrator cannot be reached, or has forgotten the runner: it is registered again as soon as possible.
    Lost,
    /// The runner is registered again.
    Restored,
}

/// What a runner is. Made by [`Runner::new`].
#[derive(Clone)]
pub struct RunnerBuilder {
    client: crate::Client<Orchestrator>,
    connector: Connector,
    #[cfg(any(feature = "rustls", feature = "aws-lc"))]
    tls: Option<super::tls::Tls>,
    request: Heartbeat,
    bootstrap: Secret,
    capacity: u64,
}

impl RunnerBuilder {
    /// Is used by single calls (default: by sessions).
    #[must_use]
    pub fn single_shot(mut self) -> Self {
        self.request.mode = Some(Mode::SingleShot);
        self
    }

    /// Sets how many sessions or calls it takes at once (default: 1).
    #[must_use]
    pub fn capacity(mut self, capacity: u64) -> Self {
        self.capacity = capacity.max(1);
        self
    }

    /// Sets the price of a session's hour in US dollars (default: none, which paid orchestrators do not accept).
    #[must_use]
    pub fn price_per_hour(self, usd: f64) -> Self {
        self.price(RunnerPrice::new(usd, "hour"))
    }

    /// Sets the price of a whole session or call in US dollars.
    #[must_use]
    pub fn price_fixed(self, usd: f64) -> Self {
        self.price(RunnerPrice::new(usd, "fixed"))
    }

    /// Sets the price.
    #[must_use]
    pub fn price(mut self, price: RunnerPrice) -> Self {
        self.request.price_info = Some(price.currency("usd"));
        self
    }

    /// Sets the GPU.
    #[must_use]
    pub fn gpu(mut self, gpu: Gpu) -> Self {
        self.request.gpu = Some(gpu);
        self
    }

    /// Sets the version of the app.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.request.version = Some(version.into());
        self
    }

    /// Changes the heartbeats in any other way: its label, its text for lists, its id.
    #[must_use]
    pub fn heartbeat(mut self, change: impl FnOnce(&mut Heartbeat)) -> Self {
        change(&mut self.request);
        self
    }

    /// Sets which certificates of the orchestrator are trusted (default: those that the system trusts), in place of a transport and a
    /// connector. Orchestrators sign theirs themselves, so most need [`Tls::pinned`](super::Tls::pinned) or
    /// [`Tls::first_use`](super::Tls::first_use).
    #[cfg(any(feature = "rustls", feature = "aws-lc"))]
    #[must_use]
    pub fn tls(mut self, tls: super::tls::Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Sends its requests through a transport.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.client = self.client.transport(transport);
        self
    }

    /// Connects to channels in another way.
    #[must_use]
    pub fn connector(mut self, connector: Connector) -> Self {
        self.connector = connector;
        self
    }

    /// Registers it, and keeps it registered.
    ///
    /// # Errors
    /// When the first heartbeat fails: a wrong secret, an invalid price, no connection.
    pub async fn start(self) -> Result<Runner> {
        #[cfg(any(feature = "rustls", feature = "aws-lc"))]
        let this = self.trusting()?;
        #[cfg(not(any(feature = "rustls", feature = "aws-lc")))]
        let this = self;
        let Self { client, connector, request, bootstrap, capacity, .. } = this;
        let known = Arc::new(Known::default());
        let (capacity, of_capacity) = watch::channel(capacity);
        let (secret_in, secret) = watch::channel(None);
        let mut beats = Beats {
            client: client.clone(),
            connector: connector.clone(),
            request,
            bootstrap,
            known: known.clone(),
            capacity: of_capacity,
            secret: secret_in,
            events: None,
        };
        let first = beats.beat().await.map_err(|error| Error::Register(error.into()))?;
        let id = first.runner_id.clone();
        let beats = tokio::spawn(beats.keep(first));
        Ok(Runner { client, connector, id, known, capacity, secret, beats, is_closed: false })
    }
}

impl fmt::Debug for RunnerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunnerBuilder").field("app", &self.request.app).finish_non_exhaustive()
    }
}

#[cfg(any(feature = "rustls", feature = "aws-lc"))]
impl RunnerBuilder {
    /// With the transport and the connector of its TLS policy.
    fn trusting(mut self) -> Result<Self> {
        if let Some(tls) = self.tls.take() {
            self.client = self.client.transport(tls.transport().map_err(Error::Transport)?);
            self.connector = tls.connector();
        }
        Ok(self)
    }
}

impl Runner {
    /// Describes a runner of an app: the orchestrator's URL and secret, the app's name, and the URL where the orchestrator reaches the runner.
    #[allow(clippy::new_ret_no_self, reason = "a runner is one once it is registered")]
    pub fn new(
        orchestrator: impl AsRef<str>,
        secret: impl Into<Secret>,
        app: impl Into<String>,
        url: impl Into<Url>,
    ) -> RunnerBuilder {
        RunnerBuilder {
            client: crate::Client::new().server(orchestrator),
            connector: Connector::default(),
            #[cfg(any(feature = "rustls", feature = "aws-lc"))]
            tls: None,
            request: Heartbeat::new(Secret::default(), url.into(), app.into()),
            bootstrap: secret.into(),
            capacity: 1,
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Waits for what happens next. Sessions are found by events, and, where those are lost, by heartbeats within seconds. Updates
    /// that nobody reads are dropped, the oldest first.
    pub async fn next(&mut self) -> Option<RunnerUpdate> {
        self.known.next().await
    }

    /// How many sessions and calls there are, as far as is known.
    pub fn in_use(&self) -> usize {
        self.known.count()
    }

    /// Sets how many sessions or calls it takes at once, from now on. Those that there are stay.
    pub fn set_capacity(&self, capacity: u64) {
        self.capacity.send_replace(capacity.max(1));
    }

    /// The session that a call belongs to, by the headers of the call's request; `None` if these are not those of an orchestrator.
    pub fn session(&self, headers: &HeaderMap) -> Option<RunnerSession> {
        RunnerSession::new(self.client.clone(), self.connector.clone(), headers)
    }

    /// Lowers the capacity to the sessions and calls that there are, and further with each that ends, waits until none is left, and
    /// unregisters. The orchestrator's own status for this would end them.
    ///
    /// The capacity that a session leaves may be taken again before the orchestrator knows the lower one, and a capacity of 0 cannot
    /// be said: a session that begins just before the unregistration is ended by it. There is no limit of time, as a
    /// session may last forever: where that is too long, put it into `tokio::time::timeout`, after which the runner is unregistered.
    ///
    /// # Errors
    /// As for [`close`](Self::close).
    pub async fn drain(mut self) -> Result<()> {
        loop {
            let used = self.in_use() as u64;
            if used == 0 {
                return self.close().await;
            }
            self.capacity.send_if_modified(|capacity| {
                let is_less = used < *capacity;
                *capacity = used.min(*capacity);
                is_less
            });
            if self.next().await.is_none() {
                return self.close().await;
            }
        }
    }

    /// Unregisters it: its sessions are over.
    ///
    /// # Errors
    /// When the orchestrator cannot be reached; then it forgets the runner after 20 seconds.
    pub async fn close(mut self) -> Result<()> {
        self.is_closed = true;
        self.beats.abort();
        match self.unregister() {
            Some(call) => match call.await {
                Ok(()) => Ok(()),
                Err(error) if error.is_not_found() => Ok(()),
                Err(error) => Err(Error::Register(error.into())),
            },
            None => Ok(()),
        }
    }

    fn unregister(&self) -> Option<typed_endpoint::Call<Unregister>> {
        let secret = self.secret.borrow().clone()?;
        let call = self.client.call(Unregister::new(&self.id, secret));
        Some(call.retry(Retry::attempts(2)).deadline(LIMIT))
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if self.is_closed {
            return;
        }
        self.beats.abort();
        if let (Ok(runtime), Some(call)) = (tokio::runtime::Handle::try_current(), self.unregister()) {
            runtime.spawn(async move { drop(call.await) });
        }
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("id", &self.id).field("in_use", &self.in_use()).finish_non_exhaustive()
    }
}
