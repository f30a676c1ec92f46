//! What clones of a client share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;
use typed_endpoint::{RequestError, Transport};

use super::offer::Offer;

/// How many runners, or lists, are remembered.
const MAX_KEPT: usize = 10_000;

/// What a list was asked for, when it came, and the list.
type Cached = (Option<String>, Instant, Vec<Offer>);

#[derive(Default)]
pub(super) struct Shared {
    /// Until when runners that failed are not used, by their URLs.
    resting: Mutex<HashMap<String, Instant>>,
    /// The address of who pays, which stays the same.
    pub(super) payer: OnceCell<String>,
    pub(super) transport: OnceLock<Result<Arc<dyn Transport>, RequestError>>,
    lists: Mutex<Option<Cached>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A year, for times that are too long for an `Instant`.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The instant after a time, however long that is.
pub(super) fn after(time: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(time).unwrap_or_else(|| now + FOREVER)
}

impl Shared {
    pub(super) fn rest(&self, url: &str, time: Duration) {
        let now = Instant::now();
        let mut resting = lock(&self.resting);
        resting.retain(|_, until| *until > now);
        if resting.len() < MAX_KEPT {
            resting.insert(url.to_owned(), after(time));
        }
    }

    pub(super) fn is_resting(&self, url: &str) -> bool {
        lock(&self.resting).get(url).is_some_and(|until| *until > Instant::now())
    }

    pub(super) fn cached(&self, app: Option<&str>, fresh: Duration) -> Option<Vec<Offer>> {
        match &*lock(&self.lists) {
            Some((own, at, offers)) if own.as_deref() == app && at.elapsed() < fresh => Some(offers.clone()),
            _ => None,
        }
    }

    pub(super) fn cache(&self, app: Option<&str>, offers: &[Offer]) {
        if offers.len() < MAX_KEPT {
            *lock(&self.lists) = Some((app.map(str::to_owned), Instant::now(), offers.to_vec()));
        }
    }

    /// A list that turned out to be wrong.
    pub(super) fn forget_lists(&self) {
        *lock(&self.lists) = None;
    }
}
