//! The HTTP clients behind the transport: one for each runtime and kind of target, made when it is first needed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::header::HeaderName;
use http::{HeaderMap, request};
use reqwest::{Client, ClientBuilder};
use tokio::runtime::{Handle, Id};
use tokio::sync::oneshot;

use super::failure::not_set_up;
use super::proxies::Proxies;
use super::route::Route;
use super::tls;
use crate::error::TransportError;
use crate::transport::marks::PlainKey;

/// How long a connection may be idle and be used again: below the 60 s and 75 s after which common load balancers close it,
/// for a request sent just then is lost. The shorter ones are for servers that say in `Keep-Alive` that they close earlier.
const IDLE: [Duration; 8] = [
    Duration::from_secs(50),
    Duration::from_secs(25),
    Duration::from_secs(12),
    Duration::from_secs(6),
    Duration::from_secs(4),
    Duration::from_secs(2),
    Duration::from_secs(1),
    Duration::from_millis(500),
];

/// Parsed once: it is looked for in each response.
static KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// What must be left between the end of the idle time and the server's closing the connection.
const MARGIN: Duration = Duration::from_millis(500);

/// Changes the HTTP clients beyond what the engine sets.
pub(crate) type Configure = Arc<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;

/// What the HTTP clients are made by.
#[derive(Default)]
pub(crate) struct Setup {
    /// How long connecting may take.
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) configure: Option<Configure>,
    /// Whether short calls may use HTTP/2.
    #[cfg(feature = "http2")]
    pub(crate) http2: bool,
}

pub(super) struct Clients {
    setup: Setup,
    /// Which of [`IDLE`] counts.
    idle: AtomicUsize,
    runtimes: Mutex<Vec<Runtime>>,
}

/// A connection is driven by the runtime that it was made in, and of no use in another.
struct Runtime {
    id: Id,
    pools: Vec<(Route, Arc<Pool>)>,
    /// Ends the task that waits for the runtime's end.
    _alive: oneshot::Sender<()>,
}

/// Connections, and how they are made.
pub(super) struct Pool {
    client: Client,
    idle: usize,
    /// Those that its requests go through, as far as that is known.
    proxies: Option<Proxies>,
}

impl Clients {
    pub(super) fn new(setup: Setup) -> Self {
        Self { setup, idle: AtomicUsize::new(0), runtimes: Mutex::default() }
    }

    pub(super) fn are_configured(&self) -> bool {
        self.setup.configure.is_some()
    }

    /// The client of a runtime.
    pub(super) fn pool(self: &Arc<Self>, runtime: &Handle, route: Route) -> Result<Arc<Pool>, TransportError> {
        let (id, idle) = (runtime.id(), self.idle.load(Ordering::Relaxed));
        let mut runtimes = self.lock();
        let at = match runtimes.iter().position(|known| known.id == id) {
            Some(at) => at,
            None => {
                let (alive, ended) = oneshot::channel();
                let forget = Forget { clients: Arc::downgrade(self), id };
                runtimes.push(Runtime { id, pools: Vec::new(), _alive: alive });
                // Not under the lock: a runtime that is ending drops the task at once, which takes it.
                drop(runtimes);
                runtime.spawn(async move {
                    let _forget = forget;
                    let _ = ended.await;
                });
                runtimes = self.lock();
                match runtimes.iter().position(|known| known.id == id) {
                    Some(at) => at,
                    None => return self.build(route, idle).map(Arc::new),
                }
            }
        };
        let pools = &mut runtimes[at].pools;
        let known = pools.iter().position(|(known, _)| *known == route);
        match known {
            Some(at) if pools[at].1.idle >= idle => Ok(pools[at].1.clone()),
            _ => {
                // A failure is not kept: a lack of file descriptors passes.
                let pool = Arc::new(self.build(route, idle)?);
                pools.retain(|(known, _)| *known != route);
                pools.push((route, pool.clone()));
                Ok(pool)
            }
        }
    }

    /// Honours what a response says about the time after which the server closes the connection: the clients that are used
    /// from now on keep connections for less. It is the shortest of all servers', and is not forgotten.
    pub(super) fn observe(&self, headers: &HeaderMap) {
        let Some(hint) = headers.get(&KEEP_ALIVE) else { return };
        let Some(seconds) = hint.to_str().ok().and_then(keep_alive_timeout) else { return };
        let safe = |idle: &Duration| *idle + MARGIN <= Duration::from_secs(seconds);
        let shortest = IDLE.len() - 1;
        self.idle.fetch_max(IDLE.iter().position(safe).unwrap_or(shortest), Ordering::Relaxed);
    }

    fn build(&self, route: Route, idle: usize) -> Result<Pool, TransportError> {
        // By itself every coding and protocol is on that some crate of the program has turned on.
        let mut builder = Client::builder().no_gzip().no_brotli().no_deflate().no_zstd();
        builder = builder.tcp_nodelay(true).pool_idle_timeout(IDLE[idle]);
        #[cfg(feature = "http2")]
        {
            builder = super::http2::choose(builder, route);
        }
        #[cfg(not(feature = "http2"))]
        {
            builder = builder.http1_only();
        }
        if let Some(timeout) = self.setup.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        // By itself it cuts off a server that has not taken data for half a minute, however long the call may wait.
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        {
            builder = builder.tcp_user_timeout(None);
        }
        builder = tls::set_up(builder, route, self.are_configured())?;
        if route.is_direct() {
            builder = builder.no_proxy();
        }
        if let Some(configure) = &self.setup.configure {
            builder = configure(builder);
        }
        // Last: the engine counts attempts, and keeps keys, headers and bodies from other hosts.
        builder = builder.redirect(reqwest::redirect::Policy::none()).retry(reqwest::retry::never());
        let client = builder.build().map_err(not_set_up)?;
        let known = !route.is_direct() && !self.are_configured();
        Ok(Pool { client, idle, proxies: known.then(Proxies::from_environment) })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Runtime>> {
        self.runtimes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Refuses a request that must not go this way.
    pub(super) fn check(&self, request: &request::Parts) -> Result<(), TransportError> {
        let Some(proxies) = &self.proxies else { return Ok(()) };
        proxies.check_scheme(&request.uri)?;
        match request.extensions.get::<PlainKey>() {
            Some(PlainKey) => proxies.check_plain_key(&request.uri),
            None => Ok(()),
        }
    }

    /// Adds what is known of the way to a failure.
    pub(super) fn explain(&self, uri: &http::Uri, error: TransportError) -> TransportError {
        match &self.proxies {
            Some(proxies) => proxies.explain(uri, error),
            None => error,
        }
    }
}

/// Forgets the clients of a runtime when that ends: it drops all its tasks, and so this.
struct Forget {
    clients: Weak<Clients>,
    id: Id,
}

impl Drop for Forget {
    fn drop(&mut self) {
        let Some(clients) = self.clients.upgrade() else { return };
        let mut runtimes = clients.lock();
        let ended = runtimes.iter().position(|known| known.id == self.id).map(|at| runtimes.swap_remove(at));
        // In this order: what a client drops is none of the lock's business.
        drop(runtimes);
        drop(ended);
    }
}

/// The `timeout` of a `Keep-Alive` header, in seconds.
fn keep_alive_timeout(header: &str) -> Option<u64> {
    header.split(',').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("timeout").then(|| value.trim().trim_matches('"').parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn connections_are_kept_for_less_than_the_server_keeps_them() {
        for (header, idle) in [
            ("timeout=120", 50_000),
            ("timeout=60, max=1000", 50_000),
            ("max=5, Timeout=30", 25_000),
            ("timeout=\"5\"", 4_000),
            ("timeout=2", 1_000),
            ("timeout=1", 500),
            ("timeout=0", 500),
            ("timeout=18446744073709551615", 50_000),
            ("timeout=99999999999999999999", 50_000),
            ("timeout=-1", 50_000),
            ("timeout", 50_000),
            ("", 50_000),
        ] {
            let clients = Clients::new(Setup::default());
            clients.observe(&HeaderMap::from_iter([("keep-alive".parse().unwrap(), HeaderValue::from_static(header))]));
            assert_eq!(IDLE[clients.idle.load(Ordering::Relaxed)], Duration::from_millis(idle), "{header}");
        }
    }

    #[test]
    fn a_client_is_forgotten_with_its_runtime() {
        let clients = Arc::new(Clients::new(Setup::default()));
        let route = Route::default();
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (first, second) = (runtime(), runtime());
        let one = clients.pool(first.handle(), route).unwrap();
        let other = clients.pool(second.handle(), route).unwrap();
        assert!(!Arc::ptr_eq(&one, &other));
        assert!(Arc::ptr_eq(&one, &clients.pool(first.handle(), route).unwrap()));
        assert_eq!(clients.lock().len(), 2);
        let handle = first.handle().clone();
        drop(first);
        assert_eq!(clients.lock().len(), 1);
        // A runtime that has ended: nothing is kept, nothing waits.
        clients.pool(&handle, route).unwrap();
        assert_eq!(clients.lock().len(), 1);
        drop(second);
        assert_eq!(clients.lock().len(), 0);
    }

    #[test]
    fn the_task_of_a_runtime_ends_with_the_clients() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let clients = Arc::new(Clients::new(Setup::default()));
        clients.pool(runtime.handle(), Route::default()).unwrap();
        assert_eq!(runtime.metrics().num_alive_tasks(), 1);
        drop(clients);
        runtime.block_on(tokio::task::yield_now());
        runtime.block_on(tokio::task::yield_now());
        assert_eq!(runtime.metrics().num_alive_tasks(), 0);
    }
}
