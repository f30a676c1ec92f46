//! Segments that were sent and have no response yet.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::confirm::Post;
use super::wire::Connection;

/// How many there may be. With more, a repeated one could take the place of a newer one in the five that the server keeps.
const MAX: usize = 3;
/// How long a segment waits for the response to the one before. The server takes whichever it reads first for the older one, so that
/// two that are sent at once could change places.
const ORDER: Duration = Duration::from_millis(5);
/// When responses are waited for in the background. The next segment that is sent is usually earlier, from ten a second on; then no other task
/// has to wake up for a segment.
const BACKGROUND: Duration = Duration::from_millis(100);

/// A segment that was sent.
pub(super) struct Sent {
    pub(super) connection: Connection,
    pub(super) seq: u64,
    pub(super) reset: bool,
    pub(super) content: Bytes,
    pub(super) at: Instant,
}

#[derive(Default)]
pub(super) struct Unconfirmed {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    sent: VecDeque<Sent>,
    /// How many are being waited for.
    taken: usize,
    /// How many are being sent again.
    repairing: usize,
    last: Option<Instant>,
    /// A task waits for responses.
    background: bool,
}

/// One of them, which goes back if nobody waits for its response any longer.
struct Taken<'a> {
    unconfirmed: &'a Unconfirmed,
    sent: Option<Sent>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut state = self.unconfirmed.state();
        state.taken -= 1;
        if let Some(sent) = self.sent.take() {
            state.sent.push_front(sent);
        }
        drop(state);
        self.unconfirmed.changed.notify_waiters();
    }
}

impl Unconfirmed {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, before: Instant) -> Option<Taken<'_>> {
        let mut state = self.state();
        state.sent.front().filter(|sent| sent.at <= before)?;
        let sent = state.sent.pop_front()?;
        state.taken += 1;
        Some(Taken { unconfirmed: self, sent: Some(sent) })
    }

    /// Adds one, and makes sure that its response is waited for.
    pub(super) fn add(post: &Arc<Post>, sent: Sent) {
        let mut state = post.unconfirmed.state();
        state.last = Some(sent.at);
        state.sent.push_back(sent);
        if !std::mem::replace(&mut state.background, true) {
            tokio::spawn(background(post.clone()));
        }
    }

    /// Waits until the next segment may be sent.
    pub(super) async fn ready(post: &Arc<Post>) {
        let last = post.unconfirmed.state().last;
        if let Some(last) = last {
            // Beyond that, only if there are too many, or one of them is sent again.
            let _ = timeout_at(last + ORDER, Self::fewer(post, 1)).await;
            Self::fewer(post, MAX).await;
            Self::repaired(post).await;
        }
    }

    async fn repaired(post: &Post) {
        loop {
            let changed = post.unconfirmed.changed.notified();
            if post.unconfirmed.state().repairing == 0 {
                return;
            }
            changed.await;
        }
    }

    /// Waits until there are fewer than this.
    pub(super) async fn fewer(post: &Arc<Post>, than: usize) {
        let own = &post.unconfirmed;
        loop {
            let changed = own.changed.notified();
            {
                let state = own.state();
                if state.sent.len() + state.taken + state.repairing < than {
                    return;
                }
            }
            match own.take(Instant::now()) {
                Some(taken) => confirm(post, taken).await,
                None => changed.await,
            }
        }
    }
}

/// Waits for a response. The segment is given back if this is dropped before.
async fn confirm(post: &Arc<Post>, mut taken: Taken<'_>) {
    let Some(sent) = &mut taken.sent else { return };
    let response = post.response(&mut sent.connection).await;
    let Some(Sent { connection, seq, reset, content, .. }) = taken.sent.take() else { return };
    match response {
        Ok(()) => post.inner.keep(connection),
        Err(error) => {
            drop(connection);
            post.unconfirmed.state().repairing += 1;
            let repairing = Repairing(post.clone());
            // A task, because whoever waits here may give up.
            tokio::spawn(async move {
                repairing.0.repair_or_report(seq, reset, &content, error).await;
            });
        }
    }
}

/// Counts a repair until it ends, in whatever way.
struct Repairing(Arc<Post>);

impl Drop for Repairing {
    fn drop(&mut self) {
        self.0.unconfirmed.state().repairing -= 1;
        self.0.unconfirmed.changed.notify_waiters();
    }
}

/// Waits for the responses that nobody else waits for.
async fn background(post: Arc<Post>) {
    loop {
        let oldest = {
            let mut state = post.unconfirmed.state();
            state.background = !state.sent.is_empty();
            match state.sent.front() {
                Some(sent) => sent.at,
                None => return,
            }
        };
        sleep_until(oldest + BACKGROUND).await;
        if let Some(taken) = post.unconfirmed.take(oldest) {
            confirm(&post, taken).await;
        }
    }
}
