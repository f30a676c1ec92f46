//! How to subscribe, and what a subscriber receives.

use std::time::Duration;

use super::channel::Channel;
use super::segment::Segment;

impl Channel {
    /// Subscribes: [`SubscriberBuilder::open`] starts.
    pub fn subscriber(&self) -> SubscriberBuilder {
        SubscriberBuilder::new(self.clone())
    }
}

/// Where a subscriber starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Start {
    /// With the newest segment, from its beginning; in an empty channel with the first.
    #[default]
    Current,
    /// With the first segment that is not written yet.
    Next,
    /// With the oldest segment that the server still has.
    Oldest,
    /// With this segment.
    Seq(u64),
}

/// Where a subscriber continues that fell behind the five segments that the server keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lag {
    /// With the newest segment.
    Live,
    /// With the oldest segment that the server still has.
    #[default]
    Oldest,
    /// Nowhere: `Error::Behind`.
    Fail,
}

/// Segments that are lost, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Gap {
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
}

impl Gap {
    /// How many segments it is.
    pub fn count(&self) -> u64 {
        (self.to - self.from).saturating_add(1)
    }
}

/// What a subscriber receives.
#[derive(Debug)]
#[non_exhaustive]
pub enum Item {
    /// A segment, which may still be written: its content is read from it.
    Segment(Segment),
    /// These segments are lost: the server no longer had them, or never.
    Gap(Gap),
    /// The publisher has begun again with lower numbers: the segment before was `expected - 1`, the next is `next`. What the new run
    /// has sent before that is lost.
    Restart {
        /// The number that the next segment would have had.
        expected: u64,
        /// The number that it has.
        next: u64,
    },
}

/// How a channel ended for a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// It was deleted while the subscriber was asking for the next segment: nothing is lost but what gaps have told.
    Closed,
    /// It is no longer there: it was deleted, or nothing was written for five minutes. Segments that are known to be lost are in a
    /// gap before; others may be lost that were written between the last response and that.
    Gone,
}

/// How to subscribe: made by [`Channel::subscriber`].
#[derive(Clone, Debug)]
#[must_use]
pub struct SubscriberBuilder {
    pub(super) channel: Channel,
    pub(super) start: Start,
    pub(super) lag: Lag,
    pub(super) attempts: u32,
    pub(super) restart_after: Duration,
}

impl SubscriberBuilder {
    fn new(channel: Channel) -> Self {
        let (start, lag) = Default::default();
        Self { channel, start, lag, attempts: 32, restart_after: Duration::from_secs(2) }
    }

    /// Sets where it starts (default: [`Start::Current`]).
    pub fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Sets where it continues when it has fallen behind (default: [`Lag::Oldest`]).
    pub fn on_lag(mut self, lag: Lag) -> Self {
        self.lag = lag;
        self
    }

    /// Sets how many requests in a row may fail (default: 32, about 7 seconds without a server; at least 1).
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets how long the server has to be behind the next segment until the publisher counts as restarted (default: 2 seconds).
    pub fn restart_after(mut self, time: Duration) -> Self {
        self.restart_after = time;
        self
    }
}
