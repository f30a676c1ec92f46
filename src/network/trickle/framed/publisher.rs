//! Publishes messages.

use std::collections::VecDeque;
use std::fmt;

use bytes::{Bytes, BytesMut};

use super::codec::{self, Frame, Kind};
use crate::network::trickle::{self as trickle, Error, PublisherBuilder, Resend, Result};

/// Publishes messages, each in a segment of its own unless told otherwise. Segments whose connection was lost are sent again as a
/// whole ([`Resend::Whole`]).
pub struct Publisher {
    publisher: trickle::Publisher,
    run: u32,
    next: u64,
    redundancy: usize,
    /// The last frames, oldest first.
    recent: VecDeque<Bytes>,
}

impl Publisher {
    /// Starts to publish, with the settings of the channel's [`publisher`](trickle::Channel::publisher).
    ///
    /// # Errors
    /// As for [`PublisherBuilder::open`].
    pub async fn open(builder: PublisherBuilder) -> Result<Self> {
        let publisher = builder.resend(Resend::Whole).open().await?;
        Ok(Self { publisher, run: fastrand::u32(..), next: 0, redundancy: 0, recent: VecDeque::new() })
    }

    /// Repeats so many earlier messages in each segment (default: none): subscribers that have lost as many segments in a row lose no
    /// message.
    #[must_use]
    pub fn redundancy(self, messages: usize) -> Self {
        Self { redundancy: messages, ..self }
    }

    /// The id of the next message.
    pub fn next_id(&self) -> u64 {
        self.next
    }

    /// Publishes a message, and returns its id. Returns when it is sent, not when the server has confirmed it.
    ///
    /// # Errors
    /// As for [`trickle::Publisher::send`]; [`Error::TooLarge`] above 1 GiB.
    pub async fn send(&mut self, message: impl Into<Bytes>) -> Result<u64> {
        self.send_all([message.into()]).await
    }

    /// Publishes messages in one segment, and returns the id of the first.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn send_all(&mut self, messages: impl IntoIterator<Item = Bytes, IntoIter: Send>) -> Result<u64> {
        let first = self.next;
        let mut frames = Vec::new();
        for (id, content) in (first..).zip(messages) {
            if content.len() > 1 << 30 {
                return Err(Error::TooLarge(1 << 30));
            }
            frames.push(self.frame(Kind::Message, id, content));
        }
        self.post(&frames).await?;
        self.next += frames.len() as u64;
        for frame in frames.into_iter().filter(|_| self.redundancy > 0) {
            self.recent.push_back(frame);
            while self.recent.len() > self.redundancy {
                self.recent.pop_front();
            }
        }
        Ok(first)
    }

    /// Waits until the server has confirmed all messages.
    ///
    /// # Errors
    /// As for [`trickle::Publisher::flush`].
    pub async fn flush(&mut self) -> Result<()> {
        self.publisher.flush().await
    }

    /// Tells subscribers that this was the last message, and waits until the server has confirmed it. The channel stays.
    ///
    /// # Errors
    /// As for [`flush`](Self::flush).
    pub async fn finish(mut self) -> Result<()> {
        let end = self.frame(Kind::End, self.next, Bytes::new());
        self.post(&[end]).await?;
        self.flush().await
    }

    fn frame(&self, kind: Kind, id: u64, content: Bytes) -> Bytes {
        let mut out = BytesMut::new();
        codec::encode(&Frame { kind, run: self.run, id, content }, &mut out);
        out.freeze()
    }

    async fn post(&mut self, frames: &[Bytes]) -> Result<()> {
        let content = match (frames, self.recent.is_empty()) {
            ([frame], true) => frame.clone(),
            _ => self.recent.iter().chain(frames).map(|frame| &frame[..]).collect::<Vec<_>>().concat().into(),
        };
        self.publisher.send(content).await.map(drop)
    }
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("next", &self.next).finish_non_exhaustive()
    }
}
