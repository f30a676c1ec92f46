//! The health of runners that did not register themselves, which their orchestrator asks for.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, StatusCode};
use tokio::time::{sleep, timeout};
use typed_endpoint::Body;

use super::net::Network;

/// How often it is asked for, and how long the response may take.
const INTERVAL: Duration = Duration::from_secs(5);
const LIMIT: Duration = Duration::from_secs(3);

impl Network {
    /// Asks for the health of a runner for as long as it is there. One response that is late or no success ends all of its sessions.
    pub(super) fn watch_health(self: &Arc<Self>, id: &str) {
        let Some((serves, path)) = self.lock().health(id) else { return };
        if tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let (network, id) = (Arc::downgrade(self), id.to_owned());
        tokio::spawn(async move {
            loop {
                sleep(INTERVAL).await;
                let Ok(request) = Request::get(format!("http://127.0.0.1:18950{path}")).body(Body::empty()) else {
                    return;
                };
                let response = timeout(LIMIT, serves.send(request)).await;
                let is_healthy = matches!(response, Ok(Ok(response)) if response.status() == StatusCode::OK);
                let Some(network) = network.upgrade() else { return };
                let mut state = network.lock();
                let own = |(current, _): &(Arc<_>, String)| Arc::ptr_eq(current, &serves);
                // Removed or replaced.
                if !state.health(&id).as_ref().is_some_and(own) {
                    return;
                }
                if !is_healthy {
                    network.release_all(&mut state, &id);
                }
                if let Some(runner) = state.runners.get_mut(&id) {
                    runner.is_ready = is_healthy;
                }
            }
        });
    }
}
