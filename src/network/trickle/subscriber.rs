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
use super::wire::head::{Head, Length};

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
            untold: None,
            latest: 0,
            failures: 0,
            early_since: None,
            late: 0,
            known: false,
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
    /// What comes next.
    found: Option<Found>,
    /// The first segment of which the caller knows nothing.
    untold: Option<u64>,
    /// The segment after the newest that is known to have been there.
    latest: u64,
    failures: u32,
    early_since: Option<Instant>,
    /// How often a segment was missing that others have overtaken.
    late: u32,
    /// Whether the channel was there.
    known: bool,
    end: Option<End>,
    failed: bool,
}

/// What requests come to. A gap comes before it when segments before it are lost.
enum Found {
    Segment(Segment),
    Restart { expected: u64, next: u64 },
    End(End),
    Failed(Error),
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
        while self.end.is_none() && !self.failed {
            let Some(found) = self.found.take() else {
                self.found = self.step().await.unwrap_or_else(|error| Some(Found::Failed(error)));
                continue;
            };
            if let Some(gap) = self.lost_before(&found) {
                self.found = Some(found);
                return Ok(Some(Item::Gap(gap)));
            }
            match found {
                Found::Segment(segment) => {
                    self.untold = Some(segment.seq().saturating_add(1));
                    return Ok(Some(Item::Segment(segment)));
                }
                Found::Restart { expected, next } => {
                    self.untold = Some(next);
                    return Ok(Some(Item::Restart { expected, next }));
                }
                Found::End(end) => self.end = Some(end),
                Found::Failed(error) => {
                    self.failed = true;
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    /// The segments that are lost, as far as is known when this comes. Whatever comes passes here.
    fn lost_before(&mut self, found: &Found) -> Option<Gap> {
        let asked = self.target.unwrap_or(0);
        let until = match found {
            Found::Segment(segment) => segment.seq(),
            Found::Restart { expected, .. } => *expected,
            Found::End(_) => asked.max(self.latest),
            Found::Failed(_) => asked,
        };
        let from = self.untold.filter(|from| *from < until)?;
        self.untold = Some(until);
        Some(Gap { from, to: until - 1 })
    }

    /// How the channel ended, once [`next`](Self::next) has returned `None`.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// The next segment, once that is known.
    pub fn next_seq(&self) -> Option<u64> {
        self.target
    }

    /// Makes one request, or waits for its response; `None` if another one is needed.
    async fn step(&mut self) -> Result<Option<Found>> {
        let response = self.response().await;
        self.ahead = None;
        let (head, mut connection) = match response {
            Ok(response) => response,
            Err(error) => return self.failed(error).await,
        };
        if self.target.is_none() {
            // The newest one was asked for: the response says which.
            self.target = head.seq.or(head.latest.map(|latest| latest.saturating_sub(1)));
            self.untold = self.target;
        }
        match head.status {
            200 if head.closed => return Ok(Some(Found::End(self.closed(&head)))),
            200 => self.saw(&head),
            470 => return self.missing(head, connection).await,
            _ => {
                let error = self.inner.refused(&head, &mut connection).await;
                return self.failed(error).await;
            }
        }
        let Some(seq) = head.seq.or(self.target) else {
            return Err(Error::Malformed("the response does not say which segment it is"));
        };
        self.failures = 0;
        (self.early_since, self.late) = (None, 0);
        self.known = true;
        self.target = Some(seq.saturating_add(1));
        let segment = Segment::new(self.inner.clone(), seq, head, connection);
        self.ask();
        Ok(Some(Found::Segment(segment)))
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
            let target = match self.settings.start {
                Start::Seq(seq) => seq,
                Start::Oldest => Channel(self.inner.clone()).next_seq().await?.saturating_sub(WINDOW),
                _ => Channel(self.inner.clone()).next_seq().await?,
            };
            self.target = Some(target);
            // What is older than the oldest was not promised.
            self.untold = self.target.filter(|_| self.settings.start != Start::Oldest);
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
    async fn missing(&mut self, head: Head, connection: Connection) -> Result<Option<Found>> {
        self.inner.keep(connection);
        self.saw(&head);
        (self.failures, self.known) = (0, true);
        let (Some(latest), Some(asked)) = (head.latest, self.target) else {
            return Err(Error::Malformed("the response does not say where the channel is"));
        };
        if asked >= latest {
            return Ok(self.early(asked, latest).await);
        }
        self.early_since = None;
        // Two segments that are sent at once may change places: the older one comes in a moment.
        let is_first = self.untold.is_none_or(|untold| untold == asked);
        if is_first && asked + WINDOW >= latest && self.late < LATE {
            self.late += 1;
            sleep(Duration::from_millis(2)).await;
            return Ok(None);
        }
        self.late = 0;
        self.target = Some(match self.settings.lag {
            Lag::Fail => return Err(Error::Behind { seq: asked, latest }),
            Lag::Live => (latest - 1).max(asked + 1),
            Lag::Oldest => (asked + 1).max(latest.saturating_sub(WINDOW)),
        });
        Ok(None)
    }

    /// The server is not that far: its publisher repeats a segment, or has begun again.
    async fn early(&mut self, asked: u64, latest: u64) -> Option<Found> {
        let since = *self.early_since.get_or_insert_with(Instant::now);
        if since.elapsed() < self.settings.restart_after {
            sleep(Duration::from_millis(1).max(since.elapsed() / 2).min(Duration::from_millis(250))).await;
            return None;
        }
        self.early_since = None;
        let expected = asked.max(self.latest);
        (self.target, self.latest) = (Some(latest), latest);
        Some(Found::Restart { expected, next: latest })
    }

    /// Notes how far the channel is.
    fn saw(&mut self, head: &Head) {
        self.latest = self.latest.max(head.latest.unwrap_or(0));
    }

    /// The channel was deleted while a segment was asked for. Nothing is lost if there was no content after the one before. (A
    /// publisher that has waited with a segment is ended by the deletion, too, and its empty segment is counted.)
    fn closed(&self, head: &Head) -> End {
        let was_waiting = head.length == Length::Bytes(0);
        match (self.target, head.latest) {
            (Some(asked), Some(latest)) if latest == asked || was_waiting && latest.checked_sub(1) == Some(asked) => {
                End::Closed
            }
            _ => End::Gone,
        }
    }

    /// There is no response, or an error: another attempt, or the end if the channel was there before.
    async fn failed(&mut self, error: Error) -> Result<Option<Found>> {
        if error.is_transient() && self.failures + 1 < self.settings.attempts {
            self.failures += 1;
            sleep(pause(self.failures)).await;
            return Ok(None);
        }
        match error {
            Error::NotFound if self.known => Ok(Some(Found::End(End::Gone))),
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
