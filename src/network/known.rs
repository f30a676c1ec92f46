//! Which sessions a runner has: by events, which may be lost, and by heartbeats, which are late.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use typed_endpoint::Secret;

use super::runner::RunnerUpdate;

/// How many updates wait to be read. What does not fit is reported again by the next heartbeat.
pub(super) const MAX_UPDATES: usize = 1024;
/// How long it is remembered that a session was released.
const MEMORY: Duration = Duration::from_secs(60);

pub(super) struct Known {
    sessions: Mutex<HashMap<Secret, State>>,
    updates: mpsc::Sender<RunnerUpdate>,
}

#[derive(Clone, Copy)]
struct State {
    since: Instant,
    is_there: bool,
}

impl Known {
    pub(super) fn new(updates: mpsc::Sender<RunnerUpdate>) -> Self {
        Self { sessions: Mutex::default(), updates }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Secret, State>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self) -> usize {
        self.lock().values().filter(|state| state.is_there).count()
    }

    pub(super) fn ids(&self) -> Vec<Secret> {
        self.lock().iter().filter(|(_, state)| state.is_there).map(|(id, _)| id.clone()).collect()
    }

    /// An event, or a heartbeat that was sent at that time, says so.
    pub(super) fn set(&self, id: Secret, is_there: bool, at: Instant) {
        let mut sessions = self.lock();
        match sessions.get(&id) {
            // What happened since then counts.
            Some(state) if state.since > at || state.is_there == is_there => return,
            None if !is_there => return,
            _ => {}
        }
        let update = match is_there {
            true => RunnerUpdate::Reserved(id.clone()),
            false => RunnerUpdate::Released(id.clone()),
        };
        if self.updates.try_send(update).is_ok() || self.updates.is_closed() {
            sessions.insert(id, State { since: Instant::now(), is_there });
        }
    }

    /// The sessions that there were when a heartbeat was sent.
    pub(super) fn reconcile(&self, ids: Vec<Secret>, at: Instant) {
        for gone in self.ids().into_iter().filter(|id| !ids.contains(id)) {
            self.set(gone, false, at);
        }
        for id in ids {
            self.set(id, true, at);
        }
        self.lock().retain(|_, state| state.is_there || state.since.elapsed() < MEMORY);
    }

    pub(super) fn tell(&self, update: RunnerUpdate) {
        let _ = self.updates.try_send(update);
    }
}
