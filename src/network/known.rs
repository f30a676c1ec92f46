//! Which sessions a runner has: by events, which may be lost, and by heartbeats, which are late.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use typed_endpoint::Secret;

use super::runner::RunnerUpdate;

/// How many updates wait to be read. One more, and the oldest is dropped.
const MAX_UPDATES: usize = 1024;
/// How long it is remembered that a session was released.
const MEMORY: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Known {
    inner: Mutex<Inner>,
    /// There is an update, or there will be no more.
    news: Notify,
}

#[derive(Default)]
struct Inner {
    sessions: HashMap<Secret, State>,
    updates: VecDeque<RunnerUpdate>,
    /// How many updates were dropped since the last one that was read.
    dropped: u64,
    is_over: bool,
}

#[derive(Clone, Copy)]
struct State {
    since: Instant,
    is_there: bool,
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self) -> usize {
        self.lock().sessions.values().filter(|state| state.is_there).count()
    }

    pub(super) fn ids(&self) -> Vec<Secret> {
        self.lock().sessions.iter().filter(|(_, state)| state.is_there).map(|(id, _)| id.clone()).collect()
    }

    /// An event, or a heartbeat that was sent at that time, says so.
    pub(super) fn set(&self, id: Secret, is_there: bool, at: Instant) {
        let mut inner = self.lock();
        match inner.sessions.get(&id) {
            // What happened since then counts.
            Some(state) if state.since > at || state.is_there == is_there => return,
            None if !is_there => return,
            _ => {}
        }
        inner.sessions.insert(id.clone(), State { since: Instant::now(), is_there });
        inner.push(match is_there {
            true => RunnerUpdate::Reserved(id),
            false => RunnerUpdate::Released(id),
        });
        self.news.notify_one();
    }

    /// The sessions that there were when a heartbeat was sent.
    pub(super) fn reconcile(&self, ids: Vec<Secret>, at: Instant) {
        for gone in self.ids().into_iter().filter(|id| !ids.contains(id)) {
            self.set(gone, false, at);
        }
        for id in ids {
            self.set(id, true, at);
        }
        self.lock().sessions.retain(|_, state| state.is_there || state.since.elapsed() < MEMORY);
    }

    pub(super) fn tell(&self, update: RunnerUpdate) {
        self.lock().push(update);
        self.news.notify_one();
    }

    /// There will be no more updates.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.news.notify_one();
    }

    /// The next update; `None` when there will be no more. For one reader at a time.
    pub(super) async fn next(&self) -> Option<RunnerUpdate> {
        loop {
            {
                let mut inner = self.lock();
                match std::mem::take(&mut inner.dropped) {
                    0 => {}
                    dropped => return Some(RunnerUpdate::Lagged(dropped)),
                }
                match inner.updates.pop_front() {
                    Some(update) => return Some(update),
                    None if inner.is_over => return None,
                    None => {}
                }
            }
            self.news.notified().await;
        }
    }
}

impl Inner {
    fn push(&mut self, update: RunnerUpdate) {
        if self.updates.len() >= MAX_UPDATES {
            self.updates.pop_front();
            self.dropped += 1;
        }
        self.updates.push_back(update);
    }
}
