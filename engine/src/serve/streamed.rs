//! A request's body as a file that is read as it arrives.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, ReadBuf};

use crate::body::Body;
use crate::endpoint::{Operation, Place};
use crate::file::File;

/// Whether an operation's body is a file, which need not be in memory.
pub(crate) fn is_streamed(operation: &Operation) -> bool {
    operation
        .fields
        .iter()
        .any(|field| field.place == Place::Body && field.codec.is_none() && field.ty.ends_with("File"))
}

/// A file of which the content is still to arrive.
pub(super) fn file_of(body: Body, content_type: Option<&str>) -> File {
    let len = body.len();
    let reader = BodyReader { body, chunk: Bytes::new() };
    let file = match len {
        Some(len) => File::reader_with_len(reader, len),
        None => File::reader(reader),
    };
    content_type.into_iter().fold(file, File::content_type)
}

struct BodyReader {
    body: Body,
    chunk: Bytes,
}

impl AsyncRead for BodyReader {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.chunk.is_empty() {
            match ready!(self.body.poll_chunk(cx)) {
                Some(Ok(chunk)) => self.chunk = chunk,
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
                None => return Poll::Ready(Ok(())),
            }
        }
        let len = self.chunk.len().min(buf.remaining());
        buf.put_slice(self.chunk.get(..len).unwrap_or_default());
        self.chunk.advance(len);
        Poll::Ready(Ok(()))
    }
}
