//! Subscribes: the segments of a channel in their order, and every gap between them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::channel::{Channel, Inner};
use super::error::{Error, Result};
use super::segment::Segment;
use super::step::{pause, within};
use super::subscription::{End, Gap, Item, Lag, Start, SubscriberBuilder};
use super::task::Task;
use super::wire::Connection;
use super::wire::head::Head;

/// How many segments the server keeps.
const WINDOW: u64 = 5;
/// How often a segment that others have overtaken is asked for again.
const LATE: u32 = 4;

impl Channel {
    /// Subscribes from the current segment on, with the defaults of [`subscriber`](Self::subscriber).
    pub fn subscribe(&self) -> Subscriber {
        self.subscriber().open()
    }
}

impl SubscriberBuilder {
    /// Makes the subscriber. Nothing is sent before [`Subscriber::next`].
    pub fn open(self) -> Subscriber {
        Subscriber {
            inner: self.channel.0.clone(),
            target: None,
            ahead: None,
            found: None,
            gap_from: None,
            failures: 0,
            early_since: None,
            late: 0,
            known: false,
            begun: false,
            end: None,
            failed: false,
            settings: self,
        }
    }
}

/// The segments of a channel in their order.
///
/// The next segment is requested as soon as one begins, so it cannot be lost. But the one after that is requested when the next
/// call of [`next`](Self::next) returns: a program that takes longer than five segments falls behind, and receives a [`Gap`].
///
/// ```no_run
/// # async fn example(channel: livepeer::network::trickle::Channel) -> livepeer::network::trickle::Result<()> {
/// use livepeer::network::trickle::{Item, Lag, Start};
///
/// let mut subscriber = channel.subscriber().start(Start::Next).on_lag(Lag::Oldest).open();
/// while let Some(item) = subscriber.next().await? {
///     if let Item::Segment(mut segment) = item {
///         while let Some(piece) = segment.chunk().await? {
///             println!("{} more bytes of segment {}", piece.len(), segment.seq());
///         }
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Subscriber {
    inner: Arc<Inner>,
    settings: SubscriberBuilder,
    /// The segment to be asked for.
    target: Option<u64>,
    /// Its request.
    ahead: Option<Task<Result<Connection>>>,
    /// A segment that comes after a gap.
    found: Option<Segment>,
    /// The first lost segment, until one is found that is there.
    gap_from: Option<u64>,
    failures: u32,
    early_since: Option<Instant>,
    /// How often a segment was missing that others have overtaken.
    late: u32,
    /// Whether the channel was there, and a segment of it.
    known: bool,
    begun: bool,
    end: Option<End>,
    failed: bool,
}

impl Subscriber {
    /// Waits for the next segment, or a gap; `None` when the channel has ended ([`end`](Self::end) says how) or after an error.
    ///
    /// The returned future can be dropped and nothing is lost.
    ///
    /// # Errors
    /// [`Error::NotFound`] without such a channel, [`Error::Behind`] with [`Lag::Fail`], and the failure of the last of several
    /// attempts. After an error there are no more segments.
    pub async fn next(&mut self) -> Result<Option<Item>> {
        if let Some(segment) = self.found.take() {
            return Ok(Some(Item::Segment(segment)));
        }
        while self.end.is_none() && !self.failed {
            match self.step().await {
                Ok(Some(item)) => return Ok(Some(item)),
                Ok(None) => {}
                Err(error) => {
                    self.failed = true;
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    /// How the channel ended, once [`next`](Self::next) has returned `None`.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// The next segment, once that is known.
    pub fn next_seq(&self) -> Option<u64> {
        self.target
    }

    /// Makes one request, or waits for its response.
    async fn step(&mut self) -> Result<Option<Item>> {
        let response = self.response().await;
        self.ahead = None;
        let (head, mut connection) = match response {
            Ok(response) => response,
            Err(error) if error.is_transient() && self.failures + 1 < self.settings.attempts => {
                self.failures += 1;
                sleep(pause(self.failures)).await;
                return Ok(None);
            }
            Err(error) => return self.gone(error),
        };
        match head.status {
            200 if head.closed => {
                self.end = Some(End::Closed);
                return Ok(None);
            }
            200 => {}
            470 => return self.missing(head, connection).await,
            _ => {
                let error = self.inner.refused(&head, &mut connection).await;
                if error.is_transient() && self.failures + 1 < self.settings.attempts {
                    self.failures += 1;
                    sleep(pause(self.failures)).await;
                    return Ok(None);
                }
                return self.gone(error);
            }
        }
        let Some(seq) = head.seq.or(self.target) else {
            return Err(Error::Malformed("the response does not say which segment it is"));
        };
        self.failures = 0;
        (self.early_since, self.late) = (None, 0);
        (self.known, self.begun) = (true, true);
        self.target = Some(seq.saturating_add(1));
        let segment = Segment::new(self.inner.clone(), seq, head, connection);
        self.ask();
        match self.gap_from.take().filter(|from| *from < seq) {
            Some(from) => {
                self.found = Some(segment);
                Ok(Some(Item::Gap(Gap { from, to: seq - 1 })))
            }
            None => Ok(Some(Item::Segment(segment))),
        }
    }

    /// Sends the request for the next segment, unless it is sent.
    fn ask(&mut self) {
        if self.ahead.is_none() {
            let seq: &dyn fmt::Display = match &self.target {
                Some(seq) => seq,
                None => &-2,
            };
            let head = self.inner.head("GET", format_args!("/{seq}"), "");
            let inner = self.inner.clone();
            self.ahead = Some(Task::start(async move { inner.begin(&head).await }));
        }
    }

    /// Waits for the head of the next segment, which comes with its first byte.
    async fn response(&mut self) -> Result<(Head, Connection)> {
        if self.target.is_none() && self.settings.start != Start::Current {
            self.target = Some(match self.settings.start {
                Start::Seq(seq) => seq,
                Start::Oldest => Channel(self.inner.clone()).next_seq().await?.saturating_sub(WINDOW),
                _ => Channel(self.inner.clone()).next_seq().await?,
            });
            self.known |= !matches!(self.settings.start, Start::Seq(_));
        }
        loop {
            self.ask();
            let Some(task) = &mut self.ahead else { continue };
            if let Task::Running(_) = task {
                let connection = task.wait().await.unwrap_or(Err(Error::Ended))?;
                *task = Task::Done(Some(Ok(connection)));
            }
            let Task::Done(Some(waiting)) = task else {
                return Err(Error::Ended);
            };
            let connection = match waiting {
                Ok(connection) => connection,
                Err(_) => match task.done() {
                    Some(Err(error)) => return Err(error),
                    _ => return Err(Error::Ended),
                },
            };
            match within(self.inner.stall, connection.head()).await {
                Ok(head) => match task.done() {
                    Some(Ok(connection)) => return Ok((head, connection)),
                    _ => return Err(Error::Ended),
                },
                // Nothing is written: a proxy may have forgotten the request.
                Err(Error::Stalled(_)) => self.ahead = None,
                // It had waited to be used again, and was closed.
                Err(Error::Cut(_)) if connection.was_used() => self.ahead = None,
                Err(error) => return Err(error),
            }
        }
    }

    /// The server does not have the segment.
    async fn missing(&mut self, head: Head, connection: Connection) -> Result<Option<Item>> {
        self.inner.keep(connection);
        (self.failures, self.known) = (0, true);
        let (Some(latest), Some(asked)) = (head.latest, self.target) else {
            return Err(Error::Malformed("the response does not say where the channel is"));
        };
        if asked >= latest {
            return Ok(self.early(asked, latest).await);
        }
        self.early_since = None;
        // Two segments that are sent at once may change places: the older one comes in a moment.
        if self.gap_from.is_none() && asked + WINDOW >= latest && self.late < LATE {
            self.late += 1;
            sleep(Duration::from_millis(2)).await;
            return Ok(None);
        }
        self.late = 0;
        let next = match self.settings.lag {
            Lag::Fail => return Err(Error::Behind { seq: asked, latest }),
            Lag::Live => (latest - 1).max(asked + 1),
            Lag::Oldest => (asked + 1).max(latest.saturating_sub(WINDOW)),
        };
        // What is older than the oldest was not promised.
        if self.begun || self.settings.start != Start::Oldest {
            self.gap_from.get_or_insert(asked);
        }
        self.target = Some(next);
        Ok(None)
    }

    /// The server is not that far: its publisher repeats a segment, or has begun again.
    async fn early(&mut self, asked: u64, latest: u64) -> Option<Item> {
        let since = *self.early_since.get_or_insert_with(Instant::now);
        if since.elapsed() < self.settings.restart_after {
            sleep(Duration::from_millis(1).max(since.elapsed() / 2).min(Duration::from_millis(250))).await;
            return None;
        }
        self.early_since = None;
        self.gap_from = None;
        self.target = Some(latest);
        Some(Item::Restart { expected: asked, next: latest })
    }

    /// The end, if the channel was there before.
    fn gone(&mut self, error: Error) -> Result<Option<Item>> {
        match error {
            Error::NotFound if self.known => {
                self.end = Some(End::Gone);
                Ok(None)
            }
            error => Err(error),
        }
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, end, .. } = self;
        f.debug_struct("Subscriber").field("next", target).field("end", end).finish_non_exhaustive()
    }
}
