//! What a trickle server keeps: five segments of each channel.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::Instant;

use super::super::lock::lock;

/// How many segments of a channel are kept.
const WINDOW: usize = 5;

/// A segment.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) seq: u64,
    chunks: Mutex<Vec<Bytes>>,
    progress: watch::Sender<Progress>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    pub(super) chunks: usize,
    pub(super) closed: bool,
}

impl Slot {
    fn new(seq: u64) -> Self {
        Self { seq, chunks: Mutex::default(), progress: watch::Sender::default() }
    }

    /// Appends: also to what another publisher has begun.
    pub(super) fn write(&self, data: Bytes) {
        self.chunks().push(data);
        self.progress.send_modify(|progress| progress.chunks += 1);
    }

    pub(super) fn close(&self) {
        self.progress.send_modify(|progress| progress.closed = true);
    }

    pub(super) fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    pub(super) fn chunk(&self, at: usize) -> Option<Bytes> {
        self.chunks().get(at).cloned()
    }

    pub(super) fn content(&self) -> Vec<u8> {
        self.chunks().concat()
    }

    fn chunks(&self) -> MutexGuard<'_, Vec<Bytes>> {
        lock(&self.chunks)
    }
}

/// A channel.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) media_type: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    slots: [Option<Arc<Slot>>; WINDOW],
    next: u64,
    closed: bool,
    started: Instant,
}

/// A segment that is read, or that it is not there.
pub(super) struct Found {
    pub(super) slot: Option<Arc<Slot>>,
    pub(super) asked: i64,
    pub(super) next: u64,
    pub(super) closed: bool,
}

impl Channel {
    fn new(media_type: String, now: Instant) -> Self {
        let state = State { slots: Default::default(), next: 0, closed: false, started: now };
        Self { media_type, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The segment that a publisher writes; -1 is the next one, by what is written when it is asked for.
    pub(super) fn for_write(&self, seq: i64) -> Option<Arc<Slot>> {
        let mut state = self.state();
        let seq = if seq == -1 { state.next } else { u64::try_from(seq).ok()? };
        Some(state.slot(seq))
    }

    /// The segment that a subscriber reads: -1 is the next one, -2 the newest.
    pub(super) fn for_read(&self, seq: i64) -> Option<Found> {
        let mut state = self.state();
        let seq = match seq {
            -1 => state.next,
            -2 => state.next.saturating_sub(1),
            _ => u64::try_from(seq).ok()?,
        };
        let mut slot = state.at(seq).filter(|slot| slot.seq == seq).cloned();
        let is_next = seq == state.next || (state.next, seq) == (0, 1);
        if slot.is_none() && is_next && !state.closed {
            // Unlike a publisher, a subscriber leaves open what it takes the place of.
            let new = Arc::new(Slot::new(seq));
            if let Some(place) = state.place(seq) {
                *place = Some(new.clone());
            }
            slot = Some(new);
        }
        Some(Found { slot, asked: seq as i64, next: state.next, closed: state.closed })
    }

    /// The segment, if it is still there.
    pub(super) fn get(&self, seq: u64) -> Option<Arc<Slot>> {
        self.state().at(seq).filter(|slot| slot.seq == seq).cloned()
    }

    /// The first byte of a segment has come: the next one is set, even if that is a step back.
    pub(super) fn begun(&self, seq: u64, now: Instant) {
        let mut state = self.state();
        (state.next, state.started) = (seq + 1, now);
    }

    /// Closes what is older than a segment.
    pub(super) fn reset(&self, seq: u64) {
        for slot in self.state().slots.iter().flatten().filter(|slot| slot.seq < seq) {
            slot.close();
        }
    }

    pub(super) fn next(&self) -> (u64, bool) {
        let state = self.state();
        (state.next, state.closed)
    }

    fn close(&self) {
        let slots = {
            let mut state = self.state();
            state.closed = true;
            std::mem::take(&mut state.slots)
        };
        slots.iter().flatten().for_each(|slot| slot.close());
    }
}

impl State {
    fn place(&mut self, seq: u64) -> Option<&mut Option<Arc<Slot>>> {
        self.slots.get_mut((seq % WINDOW as u64) as usize)
    }

    fn at(&self, seq: u64) -> Option<&Arc<Slot>> {
        self.slots.get((seq % WINDOW as u64) as usize)?.as_ref()
    }

    fn slot(&mut self, seq: u64) -> Arc<Slot> {
        match self.at(seq) {
            Some(slot) if slot.seq == seq => return slot.clone(),
            Some(evicted) => evicted.close(),
            None => {}
        }
        let slot = Arc::new(Slot::new(seq));
        if let Some(place) = self.place(seq) {
            *place = Some(slot.clone());
        }
        slot
    }
}

/// All channels.
#[derive(Debug, Default)]
pub(super) struct Channels {
    channels: Mutex<HashMap<String, Arc<Channel>>>,
    passed: Mutex<Duration>,
}

impl Channels {
    pub(super) fn now(&self) -> Instant {
        Instant::now() + *lock(&self.passed)
    }

    pub(super) fn get(&self, name: &str) -> Option<Arc<Channel>> {
        lock(&self.channels).get(name).cloned()
    }

    /// The channel of this name; the media type is that of its creation.
    pub(super) fn create(&self, name: &str, media_type: &str) -> Arc<Channel> {
        let now = self.now();
        let new = || Arc::new(Channel::new(media_type.to_owned(), now));
        lock(&self.channels).entry(name.to_owned()).or_insert_with(new).clone()
    }

    pub(super) fn delete(&self, name: &str) -> bool {
        let Some(channel) = self.get(name) else { return false };
        // In this order, as the real one: a subscriber that sees the end may still find the channel for a moment.
        channel.close();
        lock(&self.channels).remove(name);
        true
    }

    /// Lets time pass, and deletes the channels in which no segment has begun for so long.
    pub(super) fn advance(&self, time: Duration, idle: Duration) {
        *lock(&self.passed) += time;
        self.sweep(idle);
    }

    fn sweep(&self, idle: Duration) {
        let now = self.now();
        let is_idle = |channel: &Channel| now.duration_since(channel.state().started) > idle;
        let channels = lock(&self.channels);
        let names: Vec<_> =
            channels.iter().filter(|(_, channel)| is_idle(channel)).map(|(name, _)| name.clone()).collect();
        drop(channels);
        for name in names {
            self.delete(&name);
        }
    }
}
