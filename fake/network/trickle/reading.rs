//! The content of a segment, as it is written.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Frame;
use typed_endpoint::{BoxError, BoxFuture};

use super::channels::Slot;

/// A segment's content, as it is written.
pub(super) struct Reading {
    slot: Arc<Slot>,
    at: usize,
    /// How many bytes are sent until the connection is cut.
    left: Option<u64>,
    flushed: bool,
    waiting: Option<BoxFuture<'static, ()>>,
}

impl Reading {
    pub(super) fn new(slot: Arc<Slot>, left: Option<u64>) -> Self {
        Self { slot, at: 0, left, flushed: false, waiting: None }
    }
}

impl http_body::Body for Reading {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            if self.left == Some(0) {
                // What was sent before is to arrive.
                if !std::mem::replace(&mut self.flushed, true) {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                return Poll::Ready(Some(Err("the fake has cut the connection".into())));
            }
            if let Some(mut chunk) = self.slot.chunk(self.at) {
                self.at += 1;
                if let Some(left) = &mut self.left {
                    chunk.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= chunk.len() as u64;
                }
                return Poll::Ready(Some(Ok(Frame::data(chunk))));
            }
            if self.slot.watch().borrow().closed && self.slot.chunk(self.at).is_none() {
                return Poll::Ready(None);
            }
            let (at, slot) = (self.at, self.slot.clone());
            let waiting = self.waiting.get_or_insert_with(|| {
                let mut progress = slot.watch();
                Box::pin(async move {
                    let _ = progress.wait_for(|progress| progress.chunks > at || progress.closed).await;
                })
            });
            ready!(waiting.as_mut().poll(cx));
            self.waiting = None;
        }
    }
}
