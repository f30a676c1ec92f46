//! A fake network: an orchestrator with its runners, its trickle server, and a signer.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use std::{fmt, io};

use http::{Request, Response, request};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use typed_endpoint::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};

use super::fault::{NetworkPart, NetworkStep, decided};
use super::lock::lock;
use super::money::Ledger;
use super::reply::Cut;
use super::runners::{FakeRunner, price_info};
use super::serve::{Link, Service, Side, listen};
use super::state::{Runner, State};
use super::trickle::{Fault, TrickleFake, trickle};
use crate::endpoints::network::orchestrator::Orchestrator;
use crate::endpoints::network::signer::Signer;
use crate::network::{self, Price, Wei};

/// A fake of the living network: an orchestrator with a registry of runners, sessions, payments and a trickle server, and a signer. It is as strict as
/// the real ones, its money is not real.
///
/// Its time is Tokio's, so that tests with a paused clock (`tokio::time::pause`) run in virtual time, and can be moved on by
/// [`advance`](NetworkFake::advance).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use livepeer::mock::{self, FakeRunner};
/// use livepeer::network::Price;
///
/// let fake = mock::network();
/// fake.runner(FakeRunner::new("example/echo").price(Price::per_second(400_000_000_000)));
/// let session = fake.client().app("example/echo").reserve().await?;
/// assert_eq!(session.paid().unwrap().payments, 1);
/// session.close().await?;
/// assert_eq!(fake.sessions(), 0);
/// # Ok(())
/// # }
/// ```
pub fn network() -> NetworkFake {
    NetworkFake(Arc::new(Network {
        state: Mutex::new(State::new()),
        trickle: trickle(),
        cuts: broadcast::channel(16).0,
    }))
}

/// The network that [`network()`] makes. Clones are the same network. As a transport, it is the orchestrator.
#[derive(Clone)]
pub struct NetworkFake(Arc<Network>);

pub(super) struct Network {
    state: Mutex<State>,
    pub(super) trickle: TrickleFake,
    cuts: broadcast::Sender<Side>,
}

impl Network {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// How it behaves. All of these may also be called while it runs.
impl NetworkFake {
    /// Adds a runner, or replaces the one of the same id, and gives its id.
    pub fn runner(&self, runner: FakeRunner) -> String {
        let mut state = self.0.lock();
        let id = runner.id.clone().unwrap_or_else(|| format!("runner_{}", state.text(8)));
        state.runners.insert(id.clone(), Runner { facts: runner, label: None, is_ready: true, registered: None });
        drop(state);
        self.0.watch_health(&id);
        id
    }

    /// Removes a runner, with its sessions.
    pub fn remove_runner(&self, id: &str) {
        let mut state = self.0.lock();
        self.0.release_all(&mut state, id);
        state.runners.remove(id);
    }

    /// Changes the price of a runner; `None` makes it free. Sessions keep the price of their first payment.
    pub fn set_price(&self, id: &str, price: impl Into<Option<Price>>) {
        if let Some(runner) = self.0.lock().runners.get_mut(id) {
            runner.facts.price = price.into().map(|price| price_info(price.amount, price.unit));
        }
    }

    /// Sets whether payments are taken and have no value (default: no): a fixed price is then never paid.
    pub fn devalue_payments(&self, is_so: bool) {
        self.0.lock().settings.is_devalued = is_so;
    }

    /// The URL that its own URLs begin with (default: the origin that the request was sent to).
    #[must_use]
    pub fn url(self, url: impl Into<String>) -> Self {
        self.0.lock().settings.url = Some(url.into());
        self
    }

    /// The secret by which runners register (default: `orch-secret`).
    #[must_use]
    pub fn secret(self, secret: impl Into<String>) -> Self {
        self.0.lock().settings.secret = secret.into();
        self
    }

    /// Decides by each request whether it fails, before anything else is done with it (default: none does). [`Fault::NoResponse`], which would be
    /// after that, does nothing here: [`inject`](Self::inject) has all faults, by the step that they are for.
    #[must_use]
    pub fn faults_by(
        self,
        decide: impl Fn(NetworkPart, &Request<Body>) -> BoxFuture<'static, Option<Fault>> + Send + Sync + 'static,
    ) -> Self {
        self.0.lock().decide = Some(Arc::new(decide));
        self
    }

    /// Whether runners that register have to have a price (default: no).
    #[must_use]
    pub fn paid(self, paid: bool) -> Self {
        self.0.lock().settings.is_paid = paid;
        self
    }

    /// The signer accepts this key alone (default: anybody).
    #[must_use]
    pub fn signer_key(self, key: impl Into<String>) -> Self {
        self.0.lock().settings.signer_key = Some(key.into());
        self
    }

    /// The lowest value of a payment, as a time of what is paid for (default: as little as is due). Until that is used up the signer
    /// says that nothing is needed (482).
    #[must_use]
    pub fn ticket(self, time: Duration) -> Self {
        self.0.lock().settings.ticket = time;
        self
    }

    /// The highest price that the signer pays (default: any).
    #[must_use]
    pub fn signer_limit(self, price: impl Into<Wei>) -> Self {
        self.0.lock().settings.max_price = Some(price.into().0);
        self
    }

    /// What the signer can still pay (default: without limit).
    #[must_use]
    pub fn funds(self, wei: impl Into<Wei>) -> Self {
        self.0.lock().settings.funds = Some(wei.into().0);
        self
    }

    /// Sets how many requests the orchestrator remembers (default: 10,000).
    #[must_use]
    pub fn keep_seen(self, limit: usize) -> Self {
        self.0.lock().settings.keep_seen = limit;
        self
    }

    /// Injects a fault into the next request of this kind. Several calls queue several faults.
    pub fn inject(&self, step: NetworkStep, fault: Fault) {
        self.0.lock().faults.add(step, fault);
    }

    /// Stops the signer, or starts it again. What it knows of sessions is in their states.
    pub fn signer_is_down(&self, down: bool) {
        self.0.lock().signer_is_down = down;
    }

    /// Whether the signer has seen no orchestrator yet (default: no): it lists none then, with status 503.
    pub fn signer_knows_none(&self, none: bool) {
        self.0.lock().signer_knows_none = none;
    }

    /// Whether the orchestrator cannot tell its prices in wei (default: no): runners that have one then take no sessions and no calls (503).
    pub fn price_feed_is_down(&self, down: bool) {
        self.0.lock().price_feed_is_down = down;
    }

    /// Whether the orchestrator is one without live runners (default: no): it has no list of them (404).
    pub fn supports_no_runners(&self, none: bool) {
        self.0.lock().has_no_runners = none;
    }

    /// Whether runners cannot register themselves (default: no): their heartbeats are responded to with status 404.
    pub fn registers_none(&self, none: bool) {
        self.0.lock().registers_none = none;
    }

    /// Whether the events for runners that registered themselves are lost (default: no), as they are when too many happen at once.
    pub fn lose_events(&self, lose: bool) {
        self.0.lock().loses_events = lose;
    }

    /// Lets time pass for sessions, runners and challenges.
    pub fn advance(&self, time: Duration) {
        let mut state = self.0.lock();
        state.advance(time);
        self.0.settle(&mut state);
    }
}

/// What has happened.
impl NetworkFake {
    /// What became of money.
    pub fn ledger(&self) -> Ledger {
        self.0.lock().ledger.clone()
    }

    /// How many sessions there are, calls of single-shot runners included.
    pub fn sessions(&self) -> usize {
        let mut state = self.0.lock();
        self.0.settle(&mut state);
        state.sessions.len()
    }

    /// Ends all sessions.
    pub fn end_sessions(&self) {
        let mut state = self.0.lock();
        let sessions: Vec<_> = state.sessions.keys().cloned().collect();
        sessions.iter().for_each(|session| self.0.release(&mut state, session));
    }

    /// The requests that the orchestrator received, oldest first, without their bodies.
    pub fn seen(&self) -> Vec<request::Parts> {
        self.0.lock().seen.iter().cloned().collect()
    }

    /// Its trickle server.
    pub fn trickle(&self) -> &TrickleFake {
        &self.0.trickle
    }
}

/// Ways to call it.
impl NetworkFake {
    /// A client of the network that calls all of it in memory.
    pub fn client(&self) -> network::Client {
        network::Client::new()
            .orchestrator("http://localhost")
            .transport(self.clone())
            .connector(self.0.trickle.connector())
            .signer_client(self.signer_client())
    }

    /// A client of the orchestrator, in memory.
    pub fn orchestrator_client(&self) -> crate::Client<Orchestrator> {
        crate::Client::new().server("http://localhost").transport(self.clone())
    }

    /// A client of the signer, in memory.
    pub fn signer_client(&self) -> crate::Client<Signer> {
        let client = crate::Client::new().server("http://localhost").transport(SignerFake(self.0.clone()));
        match &self.0.lock().settings.signer_key {
            Some(key) => client.key(key),
            None => client,
        }
    }

    /// Listens on two loopback ports that the system chooses, one of the orchestrator and one of the signer.
    ///
    /// # Errors
    /// When no port is available.
    pub async fn listen(&self) -> io::Result<RunningNetwork> {
        self.listen_at((Ipv4Addr::LOCALHOST, 0).into(), (Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Listens at an address for the orchestrator, and at one for the signer. Whoever can reach them can use the fake.
    ///
    /// # Errors
    /// When an address is not available.
    pub async fn listen_at(&self, orchestrator: SocketAddr, signer: SocketAddr) -> io::Result<RunningNetwork> {
        let (orchestrator, signer) = (TcpListener::bind(orchestrator).await?, TcpListener::bind(signer).await?);
        let addresses = (orchestrator.local_addr()?, signer.local_addr()?);
        let tasks = [
            listen(orchestrator, Arc::new(OrchestratorService(self.0.clone()))),
            listen(signer, Arc::new(SignerFake(self.0.clone()))),
        ];
        Ok(RunningNetwork { network: self.clone(), addresses, tasks })
    }
}

impl fmt::Debug for NetworkFake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkFake").finish_non_exhaustive()
    }
}

struct OrchestratorService(Arc<Network>);

impl Service for OrchestratorService {
    async fn respond(&self, request: Request<Body>, link: Option<&Link>) -> Response<Body> {
        let decide = self.0.lock().decide.clone();
        if let Some(response) = decided(decide, NetworkPart::Orchestrator, &request).await {
            return response;
        }
        match request.uri().path().starts_with("/ai/trickle/") {
            true => self.0.trickle.respond_on(request, link).await,
            false => self.0.orchestrator(request).await,
        }
    }

    fn cuts(&self) -> broadcast::Receiver<Side> {
        self.0.cuts.subscribe()
    }
}

struct SignerFake(Arc<Network>);

impl Service for SignerFake {
    async fn respond(&self, request: Request<Body>, _: Option<&Link>) -> Response<Body> {
        let decide = self.0.lock().decide.clone();
        match decided(decide, NetworkPart::Signer, &request).await {
            Some(response) => response,
            None => self.0.signer(request).await,
        }
    }

    fn cuts(&self) -> broadcast::Receiver<Side> {
        self.0.cuts.subscribe()
    }
}

/// The orchestrator, in memory.
impl Transport for NetworkFake {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let service = OrchestratorService(self.0.clone());
        Box::pin(async move { whole(service.respond(request, None).await) })
    }
}

impl Transport for SignerFake {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move { whole(self.respond(request, None).await) })
    }
}

fn whole(response: Response<Body>) -> Result<Response<Body>, TransportError> {
    match response.extensions().get::<Cut>() {
        Some(Cut) => Err(TransportError::new(TransportErrorKind::Sent, "the fake has cut the connection")),
        None => Ok(response),
    }
}

/// A [`NetworkFake`] that listens. Dropping it closes the ports and all connections.
#[derive(Debug)]
pub struct RunningNetwork {
    network: NetworkFake,
    addresses: (SocketAddr, SocketAddr),
    tasks: [JoinHandle<()>; 2],
}

impl RunningNetwork {
    /// The orchestrator's URL, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addresses.0)
    }

    /// The signer's URL, `http://127.0.0.1:PORT`.
    pub fn signer_url(&self) -> String {
        format!("http://{}", self.addresses.1)
    }

    /// A client that calls both over the network.
    pub fn client(&self) -> network::Client {
        let client = network::Client::new().orchestrator(self.url()).signer(self.signer_url());
        match &self.network.0.lock().settings.signer_key {
            Some(key) => client.signer_key(key),
            None => client,
        }
    }

    /// The network itself.
    pub fn network(&self) -> &NetworkFake {
        &self.network
    }
}

impl Drop for RunningNetwork {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
