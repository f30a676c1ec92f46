//! A bounded queue before a publisher.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Error, Publisher, Result};

/// By which control channels are kept from being deleted as idle.
const KEEP_ALIVE: Bytes = Bytes::from_static(br#"{"keep":"alive"}"#);

/// What a full [`Queue`] does with another segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// It waits until there is room.
    #[default]
    Wait,
    /// It drops the oldest segment.
    DropOldest,
    /// It drops the new one.
    DropNewest,
}

/// Publishes whole segments in the background, so that who makes them need not wait for the network. By [`Publisher::queue`].
///
/// Dropping it drops what is still in it; [`finish`](Self::finish) publishes that.
pub struct Queue {
    shared: Arc<Shared>,
    task: Option<JoinHandle<Publisher>>,
}

struct Shared {
    state: Mutex<State>,
    capacity: usize,
    when_full: WhenFull,
    /// A segment was added, or the queue is finished; one was taken.
    added: Notify,
    taken: Notify,
}

#[derive(Default)]
struct State {
    segments: VecDeque<Bytes>,
    dropped: u64,
    lost: VecDeque<Error>,
    finished: bool,
    ended: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Publisher {
    /// Publishes through a queue of at most so many segments (at least one).
    pub fn queue(self, capacity: usize, when_full: WhenFull) -> Queue {
        self.queue_with(capacity, when_full, None)
    }

    /// Publishes through a queue, and `{"keep":"alive"}` after each time without a segment: servers delete a channel in which none
    /// begins for five minutes. For channels of JSON whose readers expect that.
    pub fn queue_kept_alive(self, capacity: usize, when_full: WhenFull, every: Duration) -> Queue {
        self.queue_with(capacity, when_full, Some(every))
    }

    fn queue_with(self, capacity: usize, when_full: WhenFull, keep_alive: Option<Duration>) -> Queue {
        let (state, added, taken) = Default::default();
        let shared = Arc::new(Shared { state, capacity: capacity.max(1), when_full, added, taken });
        Queue { task: Some(tokio::spawn(run(self, shared.clone(), keep_alive))), shared }
    }
}

impl Queue {
    /// Adds a segment. Returns whether one was dropped for it, which [`WhenFull`] says.
    ///
    /// # Errors
    /// For an **earlier** segment that could not be published, once for each; this one is not added then. [`Error::Ended`] when
    /// the channel is gone.
    pub async fn push(&self, segment: impl Into<Bytes>) -> Result<bool> {
        let segment = segment.into();
        loop {
            let taken = self.shared.taken.notified();
            {
                let mut state = self.shared.state();
                match (state.lost.pop_front(), state.ended) {
                    (Some(error), _) => return Err(error),
                    (None, true) => return Err(Error::Ended),
                    (None, false) => {}
                }
                let is_full = state.segments.len() >= self.shared.capacity;
                if is_full && self.shared.when_full == WhenFull::DropOldest {
                    state.segments.pop_front();
                }
                if !is_full || self.shared.when_full != WhenFull::Wait {
                    state.dropped += u64::from(is_full);
                    if !is_full || self.shared.when_full == WhenFull::DropOldest {
                        state.segments.push_back(segment);
                        self.shared.added.notify_one();
                    }
                    return Ok(is_full);
                }
            }
            taken.await;
        }
    }

    /// How many segments were dropped.
    pub fn dropped(&self) -> u64 {
        self.shared.state().dropped
    }

    /// Publishes what is in it, waits for the server's confirmation and returns the publisher.
    ///
    /// # Errors
    /// As for [`push`](Self::push) and [`Publisher::flush`].
    pub async fn finish(mut self) -> Result<Publisher> {
        self.shared.state().finished = true;
        self.shared.added.notify_one();
        let Some(task) = self.task.take() else { return Err(Error::Ended) };
        let mut publisher = task.await.map_err(|_| Error::Ended)?;
        let lost = self.shared.state().lost.pop_front();
        if let Some(error) = lost {
            return Err(error);
        }
        publisher.flush().await?;
        Ok(publisher)
    }
}

async fn run(mut publisher: Publisher, shared: Arc<Shared>, keep_alive: Option<Duration>) -> Publisher {
    loop {
        let (segment, finished) = {
            let mut state = shared.state();
            (state.segments.pop_front(), state.finished)
        };
        let segment = match (segment, keep_alive) {
            (Some(segment), _) => {
                shared.taken.notify_one();
                segment
            }
            (None, _) if finished => return publisher,
            (None, None) => {
                shared.added.notified().await;
                continue;
            }
            (None, Some(every)) => match timeout(every, shared.added.notified()).await {
                Ok(()) => continue,
                Err(_) => KEEP_ALIVE,
            },
        };
        // An error may be of an earlier segment, with which this one was not sent.
        while let Err(error) = publisher.send(segment.clone()).await {
            let is_gone = error.is_gone();
            let was_sent = matches!(&error, Error::Lost { seq, .. } if seq + 1 == publisher.next_seq());
            let mut state = shared.state();
            state.lost.push_back(error);
            state.ended |= is_gone;
            shared.taken.notify_one();
            if is_gone {
                return publisher;
            }
            if was_sent {
                break;
            }
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.state();
        let mut f = f.debug_struct("Queue");
        f.field("segments", &state.segments.len()).field("dropped", &state.dropped).finish_non_exhaustive()
    }
}
