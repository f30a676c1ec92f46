//! Publishes segments.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::time::Instant;

use super::channel::Channel;
use super::confirm::{Outcome, Post, Resend};
use super::error::{Error, Result};
use super::step::write_whole;
use super::task::Task;
use super::unconfirmed::{Sent, Unconfirmed};
use super::wire::{Connection, WireError};
use super::writer::SegmentWriter;

impl Channel {
    /// Publishes: [`PublisherBuilder::open`] starts.
    pub fn publisher(&self) -> PublisherBuilder {
        PublisherBuilder::new(self.clone())
    }
}

/// How to publish: made by [`Channel::publisher`].
#[derive(Clone, Debug)]
#[must_use]
pub struct PublisherBuilder {
    channel: Channel,
    pub(super) media_type: Option<String>,
    pub(super) resend: Resend,
    attempts: u32,
    reset: bool,
    preconnect: bool,
    from: Option<u64>,
}

impl PublisherBuilder {
    pub(super) fn new(channel: Channel) -> Self {
        let resend = Resend::default();
        Self { channel, media_type: None, resend, attempts: 16, reset: true, preconnect: true, from: None }
    }

    /// Sets the media type that segments are sent with (default: none). Subscribers see the one that the channel was created with.
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// Sets what becomes of a segment whose connection was lost (default: [`Resend::Unsent`]).
    pub fn resend(mut self, resend: Resend) -> Self {
        self.resend = resend;
        self
    }

    /// Sets how often a segment is sent until it counts as lost (default: 16, about 3 seconds without a server; at least 1).
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Whether the first segment closes those before it, for which subscribers of an earlier publisher may be waiting (default:
    /// yes).
    pub fn reset(mut self, reset: bool) -> Self {
        self.reset = reset;
        self
    }

    /// Whether the request of a segment is sent before its content is there (default: yes). It saves time, and takes the place of
    /// one of the five segments that the server keeps.
    pub fn preconnect(mut self, preconnect: bool) -> Self {
        self.preconnect = preconnect;
        self
    }

    /// Starts with this segment (default: the one that the server names as the next).
    pub fn from(mut self, seq: u64) -> Self {
        self.from = Some(seq);
        self
    }

    /// Starts to publish.
    ///
    /// # Errors
    /// [`Error::NotFound`] without such a channel, and any failure to ask for the next segment.
    pub async fn open(self) -> Result<Publisher> {
        if self.media_type.as_ref().is_some_and(|text| text.bytes().any(|byte| !(b' '..0x7f).contains(&byte))) {
            return Err(Error::Malformed("the media type is not one"));
        }
        let next = match self.from {
            Some(seq) => seq,
            None => self.channel.next_seq().await?,
        };
        let post = Arc::new(Post {
            inner: self.channel.0.clone(),
            media_type: self.media_type,
            resend: self.resend,
            attempts: self.attempts,
            outcome: Outcome::default(),
            unconfirmed: Unconfirmed::default(),
        });
        let mut publisher = Publisher { post, next, reset: self.reset, preconnect: self.preconnect, ready: Ready::No };
        publisher.prepare();
        Ok(publisher)
    }
}

/// Publishes segments to a channel: whole ones by [`send`](Self::send), or while they are written by
/// [`segment`](Self::segment).
///
/// The sequence numbers are counted here, not by the server: two publishers of one channel would mix their segments. Nothing
/// slows a publisher down: the server keeps five segments, however far subscribers are.
///
/// ```no_run
/// # async fn example(channel: livepeer::network::trickle::Channel) -> livepeer::network::trickle::Result<()> {
/// let mut publisher = channel.publisher().content_type("application/json").open().await?;
/// for n in 0..10 {
///     publisher.send(format!("{{\"n\":{n}}}")).await?;
/// }
/// publisher.flush().await?;
/// # Ok(())
/// # }
/// ```
pub struct Publisher {
    post: Arc<Post>,
    next: u64,
    reset: bool,
    preconnect: bool,
    ready: Ready,
}

/// The request of the next segment.
enum Ready {
    No,
    Sent(Connection),
    /// Its connection is being made.
    Soon(Task<Result<Connection>>),
}

impl Publisher {
    /// The sequence number of the next segment.
    pub fn next_seq(&self) -> u64 {
        self.next
    }

    /// Publishes a whole segment and returns its sequence number. Returns when it is sent, not when the server has
    /// confirmed it: [`flush`](Self::flush) waits for that.
    ///
    /// # Errors
    /// [`Error::Ended`] or [`Error::NotFound`] when the channel is gone. [`Error::Lost`] for an **earlier** segment that could
    /// not be confirmed, once for each: this one is not sent then, and can be sent again.
    pub async fn send(&mut self, content: impl Into<Bytes>) -> Result<u64> {
        let content = content.into();
        Unconfirmed::ready(&self.post).await;
        self.post.outcome.check()?;
        let (seq, reset) = (self.next, self.reset);
        let taken = self.take().await;
        // From here on the number is used, even if this future is dropped.
        self.next += 1;
        self.reset = false;
        let touched = taken.is_ok() && !content.is_empty();
        let sent = match taken {
            Ok(mut connection) => {
                let sent = write_whole(self.post.inner.stall, &mut connection, &content).await;
                sent.map(|()| connection)
            }
            Err(error) => Err(error),
        };
        match sent {
            Ok(connection) => {
                Unconfirmed::add(&self.post, Sent { connection, seq, reset, content, at: Instant::now() });
            }
            Err(error) => {
                if let Err(error) = self.post.repair(seq, reset, &content, touched, error).await {
                    self.prepare();
                    return Err(error);
                }
            }
        }
        self.prepare();
        Ok(seq)
    }

    /// Publishes a value as a segment of JSON.
    ///
    /// # Errors
    /// [`Error::Json`] when the value cannot be written, and as for [`send`](Self::send).
    pub async fn send_json(&mut self, value: &(impl serde::Serialize + Sync + ?Sized)) -> Result<u64> {
        self.send(serde_json::to_vec(value).map_err(Error::Json)?).await
    }

    /// Begins a segment whose content is written piece by piece; subscribers receive each piece at once.
    ///
    /// # Errors
    /// As for [`send`](Self::send), and any failure to reach the server.
    pub async fn segment(&mut self) -> Result<SegmentWriter> {
        Unconfirmed::ready(&self.post).await;
        self.post.outcome.check()?;
        let connection = self.take().await?;
        let seq = self.next;
        self.next += 1;
        self.reset = false;
        self.prepare();
        Ok(SegmentWriter::new(self.post.clone(), connection, seq))
    }

    /// Waits until the server has confirmed all whole segments.
    ///
    /// # Errors
    /// [`Error::Lost`] for a segment that could not be confirmed, and why the channel is gone.
    pub async fn flush(&mut self) -> Result<()> {
        Unconfirmed::fewer(&self.post, 1).await;
        self.post.outcome.check()
    }

    /// Flushes, and deletes the channel: its subscribers see its end once they have what they wait for.
    ///
    /// # Errors
    /// As for [`flush`](Self::flush) and [`Channel::delete`].
    pub async fn end(mut self) -> Result<()> {
        let flushed = self.flush().await;
        Channel(self.post.inner.clone()).delete().await?;
        flushed
    }

    /// The connection for the next segment, whose request is sent.
    async fn take(&mut self) -> Result<Connection> {
        let ready = match std::mem::replace(&mut self.ready, Ready::No) {
            Ready::No => None,
            Ready::Sent(connection) => Some(connection),
            Ready::Soon(task) => Some(task.join().await.unwrap_or(Err(Error::Ended))?),
        };
        if let Some(mut connection) = ready {
            // It may have been waiting for hours.
            match connection.head_now() {
                Ok(None) => return Ok(connection),
                Ok(Some(head)) if head.status == 200 && head.closed => return Err(Error::Ended),
                // The segment was closed by someone else, such as another publisher.
                Ok(Some(head)) if head.status == 200 => {}
                Ok(Some(head)) => return Err(self.post.inner.refused(&head, &mut connection).await),
                Err(WireError::Malformed(reason)) => return Err(Error::Malformed(reason)),
                // Lost before any content: as if it had not been there.
                Err(WireError::Io(_) | WireError::Closed) => {}
            }
        }
        let head = self.post.head(self.next, self.reset);
        self.post.inner.begin(&head).await
    }

    /// Sends the request of the next segment ahead: here if a connection waits, or else in the background.
    fn prepare(&mut self) {
        if !self.preconnect {
            return;
        }
        let head = self.post.head(self.next, self.reset);
        let inner = self.post.inner.clone();
        self.ready = Ready::Soon(Task::start(async move { inner.begin(&head).await }));
        if let Ready::Soon(task) = &mut self.ready
            && let Some(Ok(connection)) = task.done()
        {
            self.ready = Ready::Sent(connection);
        }
    }
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("next", &self.next).finish_non_exhaustive()
    }
}
