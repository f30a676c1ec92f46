//! A segment, as it is read.

use std::fmt;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use tokio::time::sleep;

use super::channel::Inner;
use super::error::{Error, Result};
use super::step::{pause, within};
use super::wire::Connection;
use super::wire::head::Head;

/// How often the rest of a segment is requested.
const ATTEMPTS: u32 = 8;
/// The most that [`Segment::bytes`] collects unless told otherwise.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// A segment of a channel: its content is read piece by piece while it is written, or at once.
///
/// When the connection is lost, the segment is requested again and continued after what was received, as long as the server has it.
///
/// Its end is **no proof** that it is complete: it looks the same when its publisher was lost and the server has dropped it, or the
/// channel was deleted. Content that has to be complete says so itself, as that of [`framed`](super::framed) does.
pub struct Segment {
    inner: Arc<Inner>,
    seq: u64,
    latest: Option<u64>,
    content_type: Option<String>,
    connection: Option<Connection>,
    received: u64,
    /// How many of its bytes are still to be left out: they were received over an earlier connection.
    again: u64,
    failures: u32,
    ended: bool,
    /// The server has newer segments than the next one.
    left_behind: bool,
}

impl Segment {
    pub(super) fn new(inner: Arc<Inner>, seq: u64, head: Head, connection: Connection) -> Self {
        Self {
            inner,
            seq,
            latest: head.latest,
            content_type: head.content_type,
            connection: Some(connection),
            received: 0,
            again: 0,
            failures: 0,
            ended: false,
            left_behind: false,
        }
    }

    /// Sequence number.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The media type that the channel was created with.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The segment after the newest when this one was requested, if the server said so: it does when this one was not the next.
    pub fn latest(&self) -> Option<u64> {
        self.latest
    }

    /// How many of its bytes were received.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Waits for the next piece; `None` at the end.
    ///
    /// The returned future can be dropped and nothing is lost.
    ///
    /// # Errors
    /// [`Error::Incomplete`] when the connection was lost and the server no longer has the segment; why it could not be
    /// reached again.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        while !self.ended {
            let Some(connection) = &mut self.connection else {
                self.resume().await?;
                continue;
            };
            match within(self.inner.stall, connection.chunk()).await {
                Ok(Some(mut piece)) => {
                    let known = usize::try_from(self.again).unwrap_or(usize::MAX).min(piece.len());
                    piece.advance(known);
                    self.again -= known as u64;
                    if !piece.is_empty() {
                        self.received += piece.len() as u64;
                        (self.failures, self.left_behind) = (0, false);
                        return Ok(Some(piece));
                    }
                }
                Ok(None) => {
                    self.ended = true;
                    if let Some(connection) = self.connection.take() {
                        self.inner.keep(connection);
                    }
                    if self.again > 0 {
                        return Err(self.incomplete());
                    }
                }
                // Its publisher may be lost, or just slow: only the former if there are newer ones.
                Err(Error::Stalled(_)) if self.left_behind => {
                    self.ended = true;
                    return Err(self.incomplete());
                }
                Err(error @ (Error::Cut(_) | Error::Stalled(_))) => self.retry(error)?,
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    /// Waits for the whole content.
    ///
    /// # Errors
    /// [`Error::TooLarge`] above 256 MiB, and as for [`chunk`](Self::chunk).
    pub async fn bytes(&mut self) -> Result<Bytes> {
        self.bytes_up_to(MAX_BYTES).await
    }

    /// Waits for the whole content, of at most so many bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] above that, and as for [`chunk`](Self::chunk).
    pub async fn bytes_up_to(&mut self, limit: u64) -> Result<Bytes> {
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        let mut all = Collected::First(first);
        loop {
            if all.len() as u64 > limit {
                return Err(Error::TooLarge(limit));
            }
            match self.chunk().await? {
                None => return Ok(all.into_bytes()),
                Some(piece) => all.push(&piece),
            }
        }
    }

    /// Waits for the whole content, and reads it as JSON.
    ///
    /// # Errors
    /// [`Error::Json`] when it is not, and as for [`bytes`](Self::bytes).
    pub async fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        serde_json::from_slice(&self.bytes().await?).map_err(Error::Json)
    }

    fn incomplete(&self) -> Error {
        Error::Incomplete { seq: self.seq, received: self.received }
    }

    fn retry(&mut self, error: Error) -> Result<()> {
        self.connection = None;
        self.failures += 1;
        match self.failures < ATTEMPTS {
            true => Ok(()),
            false => {
                self.ended = true;
                Err(error)
            }
        }
    }

    /// Requests it again.
    async fn resume(&mut self) -> Result<()> {
        sleep(pause(self.failures)).await;
        let request = self.inner.head("GET", format_args!("/{}", self.seq), "");
        let response = async {
            let mut connection = self.inner.begin_fresh(&request).await?;
            let head = within(self.inner.stall, connection.head()).await?;
            Ok::<_, Error>((head, connection))
        };
        match response.await {
            Ok((head, connection)) if head.status == 200 && !head.closed => {
                self.left_behind = head.latest.is_some_and(|latest| latest > self.seq.saturating_add(1));
                self.again = self.received;
                self.connection = Some(connection);
                Ok(())
            }
            Ok((head, mut connection)) => match (head.status, self.inner.refused(&head, &mut connection).await) {
                (200 | 404 | 470, _) => {
                    self.ended = true;
                    Err(self.incomplete())
                }
                (_, error) if error.is_transient() => self.retry(error),
                (_, error) => {
                    self.ended = true;
                    Err(error)
                }
            },
            Err(error) if error.is_transient() => self.retry(error),
            Err(error) => {
                self.ended = true;
                Err(error)
            }
        }
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, received, content_type, .. } = self;
        let mut f = f.debug_struct("Segment");
        f.field("seq", seq).field("received", received).field("content_type", content_type).finish_non_exhaustive()
    }
}

/// Pieces that are joined only if there is more than one.
enum Collected {
    First(Bytes),
    All(BytesMut),
}

impl Collected {
    fn len(&self) -> usize {
        match self {
            Self::First(bytes) => bytes.len(),
            Self::All(bytes) => bytes.len(),
        }
    }

    fn push(&mut self, piece: &[u8]) {
        match self {
            Self::First(first) => {
                let mut all = BytesMut::with_capacity(2 * (first.len() + piece.len()));
                all.extend_from_slice(first);
                all.extend_from_slice(piece);
                *self = Self::All(all);
            }
            Self::All(all) => all.extend_from_slice(piece),
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::First(bytes) => bytes,
            Self::All(bytes) => bytes.freeze(),
        }
    }
}
