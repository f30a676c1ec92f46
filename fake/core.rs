//! The state, shared by all handlers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use tokio::sync::Notify;

use super::events;
use super::query::Query;
use super::state::{Asked, StudioState};

/// What all handlers share.
pub(super) struct Core {
    state: Mutex<StudioState>,
    pub(super) quiet: Notify,
}

impl Core {
    pub(super) fn new(state: StudioState) -> Self {
        Self { state: Mutex::new(state), quiet: Notify::new() }
    }

    pub(super) fn set<T>(&self, change: impl FnOnce(&mut StudioState) -> T) -> T {
        change(&mut self.lock())
    }

    pub(super) fn first_key(&self) -> String {
        self.set(|state| state.settings.keys.first().cloned().unwrap_or_else(|| "mock-key".into()))
    }

    /// Runs a handler for a request.
    pub(super) fn respond<T>(
        self: &Arc<Self>,
        parts: &Parts,
        body: Bytes,
        handle: impl FnOnce(&mut StudioState) -> T,
    ) -> T {
        let response = self.set(|state| {
            state.asked = Asked { body, ..asked(parts, state.settings.public_url.as_deref()) };
            handle(state)
        });
        self.dispatch();
        response
    }

    pub(super) fn dispatch(self: &Arc<Self>) {
        events::dispatch(self);
    }

    pub(super) async fn delivered(&self) {
        loop {
            let quiet = self.quiet.notified();
            if self.set(|state| state.in_flight == 0) {
                return;
            }
            quiet.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, StudioState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a request was sent to.
fn asked(parts: &Parts, public_url: Option<&str>) -> Asked {
    let host = || parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let origin = match (public_url, parts.uri.scheme(), parts.uri.authority()) {
        (Some(url), ..) => url.trim_end_matches('/').to_owned(),
        (None, Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
        _ => format!("http://{}", host()),
    };
    Asked {
        origin,
        path: parts.uri.path().into(),
        query: Query::new(parts.uri.query().unwrap_or_default()),
        raw_query: parts.uri.query().unwrap_or_default().into(),
        body: Bytes::new(),
        has_key: parts.headers.contains_key(AUTHORIZATION),
    }
}
