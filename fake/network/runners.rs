//! Runners, as they are given to a fake network.

use std::sync::Arc;
use std::time::Duration;

use typed_endpoint::Transport;

use super::apps::FakeApp;
use crate::endpoints::network::Wei;
use crate::endpoints::network::orchestrator::{Gpu, Mode, PriceInfo, PriceUnit};
use crate::network::Price;

/// A runner of a fake network, which is ready unless its health is asked for: [`NetworkFake::runner`](super::NetworkFake::runner).
#[derive(Clone)]
pub struct FakeRunner {
    pub(super) app: String,
    pub(super) id: Option<String>,
    pub(super) mode: Mode,
    pub(super) proxy: bool,
    pub(super) capacity: u64,
    pub(super) price: Option<PriceInfo>,
    pub(super) gpu: Option<Gpu>,
    pub(super) version: Option<String>,
    pub(super) metadata: Option<String>,
    pub(super) health: Option<String>,
    pub(super) serves: Arc<dyn Transport>,
}

impl FakeRunner {
    /// A runner of this app that takes one session at a time, costs nothing, and echoes requests ([`FakeApp::echo`]).
    pub fn new(app: impl Into<String>) -> Self {
        Self {
            app: app.into(),
            id: None,
            mode: Mode::Persistent,
            proxy: false,
            capacity: 1,
            price: None,
            gpu: None,
            version: None,
            metadata: None,
            health: None,
            serves: Arc::new(FakeApp::echo()),
        }
    }

    /// Sets its id (default: a random one).
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Is used by single calls in place of sessions.
    #[must_use]
    pub fn single_shot(mut self) -> Self {
        self.mode = Mode::SingleShot;
        self
    }

    /// Gives its sessions, or itself, a URL below `/run/` (default: no).
    #[must_use]
    pub fn proxy(mut self, proxy: bool) -> Self {
        self.proxy = proxy;
        self
    }

    /// Sets how many sessions or calls it takes at once (default: 1).
    #[must_use]
    pub fn capacity(mut self, capacity: u64) -> Self {
        self.capacity = capacity;
        self
    }

    /// Sets what it costs (default: nothing).
    #[must_use]
    pub fn price(mut self, price: Price) -> Self {
        self.price = Some(price_info(price.amount, price.unit));
        self
    }

    /// Sets its GPU (default: unknown).
    #[must_use]
    pub fn gpu(mut self, name: impl Into<String>) -> Self {
        self.gpu = Some(Gpu::new().id("0").name(name.into()));
        self
    }

    /// Sets the version of the app (default: unknown).
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Has its app asked for its health by this path every 5 seconds, on Tokio's runtime (default: never). A response that takes more than
    /// 3 seconds, or has another status than 200, ends all of its sessions at once; until the next one it is not ready.
    #[must_use]
    pub fn health(mut self, path: impl Into<String>) -> Self {
        self.health = Some(path.into());
        self
    }

    /// Sets what serves the app, such as a [`Mock`](crate::mock::Mock).
    #[must_use]
    pub fn serves(mut self, app: impl Transport) -> Self {
        self.serves = Arc::new(app);
        self
    }
}

pub(super) fn price_info(price: Wei, unit: PriceUnit) -> PriceInfo {
    let mut info = PriceInfo::default();
    (info.price, info.currency, info.unit) = (price, Some("wei".into()), unit);
    info
}

impl std::fmt::Debug for FakeRunner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeRunner").field("app", &self.app).field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// When a runner without heartbeats is forgotten.
pub(super) const TTL: Duration = Duration::from_secs(20);
/// How often the registry looks for those.
pub(super) const TICK: Duration = Duration::from_secs(5);
/// How often a runner's channel of events has a message that only keeps it open.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(10);
