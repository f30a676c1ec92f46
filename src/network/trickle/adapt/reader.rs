//! A reader of all bytes.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};
use typed_endpoint::BoxFuture;

use super::items::Items;
use crate::network::trickle::{Error, Gap, Item, Result, Segment, Subscriber};

impl Subscriber {
    /// Turns it into a reader of all segments' bytes, one after the other.
    pub fn into_reader(self) -> Reader {
        Reader { items: self.into_stream(), segment: None, rest: Bytes::new() }
    }
}

type Piece = (Segment, Result<Option<Bytes>>);

/// The bytes of all segments, by [`Subscriber::into_reader`].
///
/// A loss is an [`io::Error`] whose inner error is the [`Lost`] or the [`Error`]; reading can continue after the former.
pub struct Reader {
    items: Items,
    segment: Option<BoxFuture<'static, Piece>>,
    rest: Bytes,
}

/// Segments are missing between what was read and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Lost {
    /// These segments are lost.
    #[error("segments {} to {} are lost", .0.from, .0.to)]
    Gap(Gap),
    /// The publisher has begun again.
    #[error("the publisher has begun again")]
    Restart,
    /// The rest of this segment is lost.
    #[error("the rest of segment {0} is lost")]
    Rest(u64),
}

fn piece(mut segment: Segment) -> BoxFuture<'static, Piece> {
    Box::pin(async move {
        let piece = segment.chunk().await;
        (segment, piece)
    })
}

impl AsyncRead for Reader {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            if !self.rest.is_empty() {
                let count = self.rest.len().min(buffer.remaining());
                buffer.put_slice(&self.rest.split_to(count));
                return Poll::Ready(Ok(()));
            }
            if let Some(reading) = &mut self.segment {
                let (segment, result) = ready!(reading.as_mut().poll(cx));
                self.segment = None;
                match result {
                    Ok(Some(bytes)) => {
                        self.rest = bytes;
                        self.segment = Some(piece(segment));
                    }
                    Ok(None) => {}
                    Err(Error::Incomplete { seq, .. }) => return Poll::Ready(Err(io::Error::other(Lost::Rest(seq)))),
                    Err(error) => return Poll::Ready(Err(io::Error::other(error))),
                }
                continue;
            }
            match ready!(Pin::new(&mut self.items).poll_next(cx)) {
                None => return Poll::Ready(Ok(())),
                Some(Ok(Item::Segment(segment))) => self.segment = Some(piece(segment)),
                Some(Ok(Item::Gap(gap))) => return Poll::Ready(Err(io::Error::other(Lost::Gap(gap)))),
                Some(Ok(Item::Restart { .. })) => return Poll::Ready(Err(io::Error::other(Lost::Restart))),
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
            }
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("items", &self.items).finish_non_exhaustive()
    }
}
