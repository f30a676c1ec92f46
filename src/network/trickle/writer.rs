//! Writes a segment piece by piece.

use std::fmt;
use std::io::IoSlice;
use std::sync::Arc;

use super::confirm::Post;
use super::error::{Error, Result};
use super::step::within;
use super::wire::{Connection, WireError};

/// A segment that is being written, by [`Publisher::segment`](super::Publisher::segment). Dropping it without
/// [`finish`](Self::finish) leaves the segment incomplete, as a lost connection does.
///
/// Its pieces are not kept, so it is never sent again.
pub struct SegmentWriter {
    post: Arc<Post>,
    connection: Connection,
    seq: u64,
    written: u64,
}

impl SegmentWriter {
    pub(super) fn new(post: Arc<Post>, connection: Connection, seq: u64) -> Self {
        Self { post, connection, seq, written: 0 }
    }

    /// Sequence number.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// How many bytes were written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes a piece; returns when it is sent. An empty piece is nothing.
    ///
    /// # Errors
    /// [`Error::Lost`] when the connection is lost, or the channel is gone.
    pub async fn write(&mut self, piece: impl AsRef<[u8]>) -> Result<()> {
        let piece = piece.as_ref();
        if piece.is_empty() {
            return Ok(());
        }
        let size = format!("{:x}\r\n", piece.len());
        let mut parts = [IoSlice::new(size.as_bytes()), IoSlice::new(piece), IoSlice::new(b"\r\n")];
        match within(self.post.inner.stall, self.connection.write(&mut parts)).await {
            Ok(()) => self.written += piece.len() as u64,
            Err(error) => return Err(self.lost(error).await),
        }
        Ok(())
    }

    /// Ends the segment and waits until the server has confirmed it.
    ///
    /// # Errors
    /// [`Error::Lost`] when it does not.
    pub async fn finish(mut self) -> Result<()> {
        let end = within(self.post.inner.stall, self.connection.write(&mut [IoSlice::new(b"0\r\n\r\n")])).await;
        if let Err(error) = end {
            return Err(self.lost(error).await);
        }
        match self.post.response(&mut self.connection).await {
            Ok(()) => {
                self.post.inner.keep(self.connection);
                Ok(())
            }
            Err(error) => Err(Error::Lost { seq: self.seq, source: Box::new(error) }),
        }
    }

    /// Why writing failed: what the server said, if it did.
    async fn lost(&mut self, error: Error) -> Error {
        let source = match self.connection.head_now() {
            Ok(Some(head)) if head.closed => Error::Ended,
            Ok(Some(head)) => self.post.inner.refused(&head, &mut self.connection).await,
            Ok(None) | Err(WireError::Io(_) | WireError::Closed | WireError::Malformed(_)) => error,
        };
        Error::Lost { seq: self.seq, source: Box::new(source) }
    }
}

impl fmt::Debug for SegmentWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, written, .. } = self;
        f.debug_struct("SegmentWriter").field("seq", seq).field("written", written).finish_non_exhaustive()
    }
}
