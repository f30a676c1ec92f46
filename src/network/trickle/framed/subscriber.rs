//! Subscribes to messages.

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;

use super::codec::{Decoder, Frame, Kind};
use crate::network::trickle::{self as trickle, Gap, Segment, SubscriberBuilder};

/// The largest message unless told otherwise.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Its number, from 0 on.
    pub id: u64,
    /// Its content.
    pub content: Bytes,
}

/// What a subscriber receives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item {
    /// The next message.
    Message(Message),
    /// These messages, by their ids, are lost.
    Gap(Gap),
    /// Another publisher has begun, or the same one again, with message 0. Messages of the one before may be lost that were after
    /// the last one that was received.
    Restart,
}

/// How the messages ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The publisher has said that there are no more: nothing is lost but what gaps have reported.
    Complete,
    /// The channel has ended before that: messages after the last one may be lost.
    Unfinished,
}

/// Yields each message once and in order.
pub struct Subscriber {
    subscriber: trickle::Subscriber,
    segment: Option<Segment>,
    decoder: Decoder,
    found: VecDeque<Item>,
    /// The publisher's run, and the next message.
    expected: Option<(u32, u64)>,
    ending: Option<Ending>,
    duplicates: u64,
}

impl Subscriber {
    /// Subscribes, with the settings of the channel's [`subscriber`](trickle::Channel::subscriber). Nothing is sent before
    /// [`next`](Self::next).
    pub fn open(builder: SubscriberBuilder) -> Self {
        Self {
            subscriber: builder.open(),
            segment: None,
            decoder: Decoder::new(MAX_MESSAGE),
            found: VecDeque::new(),
            expected: None,
            ending: None,
            duplicates: 0,
        }
    }

    /// Sets how large a message may be (default: 16 MiB). A larger one is lost.
    #[must_use]
    pub fn max_message(self, bytes: usize) -> Self {
        Self { decoder: Decoder::new(bytes), ..self }
    }

    /// Waits for the next message, or a gap; `None` at the end ([`ending`](Self::ending) says which) or after an error.
    ///
    /// The returned future can be dropped and nothing is lost.
    ///
    /// # Errors
    /// As for [`trickle::Subscriber::next`].
    pub async fn next(&mut self) -> trickle::Result<Option<Item>> {
        loop {
            if let Some(item) = self.found.pop_front() {
                return Ok(Some(item));
            }
            if self.ending.is_some() {
                return Ok(None);
            }
            let Some(segment) = &mut self.segment else {
                match self.subscriber.next().await? {
                    Some(trickle::Item::Segment(segment)) => self.segment = Some(segment),
                    // Ids tell what is lost, and of which publisher.
                    Some(_) => {}
                    None => self.ending = Some(Ending::Unfinished),
                }
                continue;
            };
            match segment.chunk().await {
                Ok(Some(piece)) => {
                    self.decoder.push(&piece);
                    while let Some(frame) = self.decoder.next() {
                        self.take(frame);
                    }
                }
                // The ids of the following messages tell what is missing.
                Ok(None) | Err(_) => {
                    self.segment = None;
                    while let Some(frame) = self.decoder.next_at_end() {
                        self.take(frame);
                    }
                }
            }
        }
    }

    /// How the messages ended, once [`next`](Self::next) has returned `None`.
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// How many messages arrived again and were left out.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    fn take(&mut self, Frame { kind, run, id, content }: Frame) {
        if self.ending.is_some() {
            return;
        }
        let expected = match self.expected {
            Some((own, expected)) if own == run => expected,
            Some(_) => {
                self.found.push_back(Item::Restart);
                0
            }
            None => id,
        };
        if id > expected {
            self.found.push_back(Item::Gap(Gap { from: expected, to: id - 1 }));
        }
        match kind {
            Kind::Message if id < expected => {
                self.duplicates += 1;
            }
            Kind::Message => {
                self.expected = Some((run, id.saturating_add(1)));
                self.found.push_back(Item::Message(Message { id, content }));
            }
            Kind::End => self.ending = Some(Ending::Complete),
        }
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, ending, .. } = self;
        let mut f = f.debug_struct("Subscriber");
        f.field("next", &expected.map(|(_, id)| id)).field("ending", ending).finish_non_exhaustive()
    }
}
