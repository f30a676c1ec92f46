//! HTTP/1.1 as trickle uses it: a connection for each open request, whose two directions are used at the same time by the
//! caller's own task. An HTTP library would move each body through a task of its own.

pub(crate) mod chunked;
pub(crate) mod head;

use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWrite};

use crate::network::connect::Io;
use chunked::{Chunked, Piece};
use head::{Head, Length};

/// How much is read at once: at first, and from what sends much.
const MIN_READ: usize = 16 * 1024;
const MAX_READ: usize = 256 * 1024;

/// Why an exchange did not end.
#[derive(Debug)]
pub(crate) enum WireError {
    Io(io::Error),
    Closed,
    Malformed(&'static str),
}

/// A connection.
pub(crate) struct Connection {
    io: Box<dyn Io>,
    /// What was received and not read.
    buffer: BytesMut,
    body: Body,
    read_size: usize,
    /// Whether a response has already begun on it.
    used: bool,
    /// Whether no other exchange can begin: the server closes it, or a write was given up in the middle.
    spent: bool,
}

enum Body {
    /// Its head is not there.
    Head,
    Bytes(u64),
    Chunked(Chunked),
    UntilClosed,
    End,
}

impl Connection {
    pub(crate) fn new(io: Box<dyn Io>) -> Self {
        let buffer = BytesMut::new();
        Self { io, buffer, body: Body::End, read_size: MIN_READ, used: false, spent: false }
    }

    /// Whether another exchange has ended on it: the server may have closed it meanwhile.
    pub(crate) fn was_used(&self) -> bool {
        self.used
    }

    /// Begins an exchange.
    pub(crate) fn begin(&mut self) {
        self.body = Body::Head;
    }

    /// Writes all of these. Returns early, with what the server has to say still to be read, if it no longer reads.
    pub(crate) async fn write(&mut self, mut parts: &mut [IoSlice<'_>]) -> Result<(), WireError> {
        if std::mem::replace(&mut self.spent, true) {
            return Err(WireError::Malformed("an earlier write was given up"));
        }
        poll_fn(|cx| {
            while !parts.is_empty() {
                match Pin::new(&mut self.io).poll_write_vectored(cx, parts) {
                    Poll::Ready(Ok(0)) => return Poll::Ready(Err(WireError::Closed)),
                    Poll::Ready(Ok(written)) => IoSlice::advance_slices(&mut parts, written),
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(WireError::Io(error))),
                    // A server that has responded may never read on.
                    Poll::Pending => match self.poll_fill(cx) {
                        Poll::Ready(Ok(0)) => return Poll::Ready(Err(WireError::Closed)),
                        Poll::Ready(Ok(_)) if self.buffer.len() > MAX_READ => {
                            return Poll::Ready(Err(WireError::Malformed("the server sends without end")));
                        }
                        Poll::Ready(Ok(_)) => {}
                        Poll::Ready(Err(error)) => return Poll::Ready(Err(WireError::Io(error))),
                        Poll::Pending => return Poll::Pending,
                    },
                }
            }
            Pin::new(&mut self.io).poll_flush(cx).map_err(WireError::Io)
        })
        .await?;
        self.spent = false;
        Ok(())
    }

    /// Waits for the head of the response.
    pub(crate) async fn head(&mut self) -> Result<Head, WireError> {
        loop {
            if let Some(head) = self.take_head()? {
                return Ok(head);
            }
            self.fill().await?;
        }
    }

    /// The head of the response if it is there: it is, when the server has refused what is still being sent.
    pub(crate) fn head_now(&mut self) -> Result<Option<Head>, WireError> {
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Some(head) = self.take_head()? {
                return Ok(Some(head));
            }
            match self.poll_fill(&mut context) {
                Poll::Ready(Ok(0)) => return Err(WireError::Closed),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Err(WireError::Io(error)),
                Poll::Pending => return Ok(None),
            }
        }
    }

    fn take_head(&mut self) -> Result<Option<Head>, WireError> {
        let Some(head) = head::take(&mut self.buffer).map_err(WireError::Malformed)? else { return Ok(None) };
        self.used = true;
        self.body = match head.length {
            Length::Bytes(0) => Body::End,
            Length::Bytes(length) => Body::Bytes(length),
            Length::Chunked => Body::Chunked(Chunked::default()),
            Length::UntilClosed => Body::UntilClosed,
        };
        self.spent |= head.last;
        Ok(Some(head))
    }

    /// Waits for more of the response's body; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, WireError> {
        loop {
            match &mut self.body {
                Body::End => return Ok(None),
                Body::Head => return Err(WireError::Malformed("there is no response")),
                Body::Chunked(chunked) => match chunked.decode(&mut self.buffer).map_err(WireError::Malformed)? {
                    Piece::Data(data) => return Ok(Some(data)),
                    Piece::Incomplete => {}
                    Piece::End => {
                        self.body = Body::End;
                        return Ok(None);
                    }
                },
                Body::Bytes(left) if !self.buffer.is_empty() => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(self.buffer.len());
                    *left -= here as u64;
                    if *left == 0 {
                        self.body = Body::End;
                    }
                    return Ok(Some(self.buffer.split_to(here).freeze()));
                }
                Body::UntilClosed if !self.buffer.is_empty() => return Ok(Some(self.buffer.split().freeze())),
                Body::Bytes(_) | Body::UntilClosed => {}
            }
            match (self.fill().await, &self.body) {
                (_, Body::End) => return Ok(None),
                (Err(WireError::Closed), Body::UntilClosed) => self.body = Body::End,
                (result, _) => result?,
            }
        }
    }

    /// Whether another exchange can begin on it.
    pub(crate) fn is_reusable(&mut self) -> bool {
        if self.spent || !self.buffer.is_empty() || !matches!(self.body, Body::End) {
            return false;
        }
        // What is readable now is the end, or something that nobody has asked for.
        self.poll_fill(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    async fn fill(&mut self) -> Result<(), WireError> {
        match poll_fn(|cx| self.poll_fill(cx)).await {
            Ok(0) => Err(WireError::Closed),
            Ok(_) => Ok(()),
            Err(error) => Err(WireError::Io(error)),
        }
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.buffer.capacity() - self.buffer.len() < self.read_size / 4 {
            self.buffer.reserve(self.read_size);
        }
        let read = pin!(self.io.read_buf(&mut self.buffer)).poll(cx);
        if self.buffer.capacity() == self.buffer.len() {
            self.read_size = (2 * self.read_size).min(MAX_READ);
        }
        read
    }
}
