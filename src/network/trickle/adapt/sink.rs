//! A `Sink` of whole segments.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_sink::Sink;
use typed_endpoint::BoxFuture;

use crate::network::trickle::{Error, Publisher, Result};

impl Publisher {
    /// Turns it into a `Sink` of whole segments.
    pub fn into_sink(self) -> SegmentSink {
        SegmentSink { publisher: Some(self), work: None, is_flushed: true }
    }
}

/// What is left of a step: the publisher, the segment if it was not sent, and the result.
type Step = (Publisher, Option<Bytes>, Result<()>);

/// A `Sink` of whole segments, by [`Publisher::into_sink`].
///
/// As with [`Publisher::send`], an error may be of an **earlier** segment, and is reported once for each. The segment that was not sent
/// because of it is kept and sent next, so the sink can be used on unless the channel is gone. Closing the sink flushes it and leaves the channel as
/// it is: [`into_publisher`](Self::into_publisher) returns the publisher, whose [`end`](Publisher::end) ends the channel.
pub struct SegmentSink {
    /// The publisher, unless it is at work.
    publisher: Option<Publisher>,
    work: Option<BoxFuture<'static, Step>>,
    is_flushed: bool,
}

fn send(mut publisher: Publisher, segment: Bytes) -> BoxFuture<'static, Step> {
    Box::pin(async move {
        let seq = publisher.next_seq();
        let result = publisher.send(segment.clone()).await.map(drop);
        let is_unsent = matches!(&result, Err(error) if !error.is_gone() && publisher.next_seq() == seq);
        (publisher, is_unsent.then_some(segment), result)
    })
}

fn flush(mut publisher: Publisher) -> BoxFuture<'static, Step> {
    Box::pin(async move {
        let result = publisher.flush().await;
        (publisher, None, result)
    })
}

impl SegmentSink {
    /// Waits until everything is confirmed, and returns the publisher.
    ///
    /// # Errors
    /// As for [`Publisher::flush`].
    pub async fn into_publisher(mut self) -> Result<Publisher> {
        std::future::poll_fn(|cx| self.poll_flushed(cx)).await?;
        // After a flush it is at work no more.
        self.publisher.take().ok_or(Error::Ended)
    }

    fn poll_work(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Some(work) = &mut self.work else { return Poll::Ready(Ok(())) };
        let (publisher, unsent, result) = ready!(work.as_mut().poll(cx));
        self.work = None;
        match unsent {
            Some(segment) => self.work = Some(send(publisher, segment)),
            None => self.publisher = Some(publisher),
        }
        self.is_flushed &= result.is_ok();
        Poll::Ready(result)
    }

    fn poll_flushed(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        loop {
            ready!(self.poll_work(cx))?;
            match self.publisher.take_if(|_| !self.is_flushed) {
                Some(publisher) => self.work = Some(flush(publisher)),
                None => return Poll::Ready(Ok(())),
            }
            self.is_flushed = true;
        }
    }
}

impl Sink<Bytes> for SegmentSink {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_work(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, segment: Bytes) -> Result<()> {
        let publisher = self.publisher.take().ok_or(Error::Malformed("the segment before is still being sent"))?;
        self.work = Some(send(publisher, segment));
        self.is_flushed = false;
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_flushed(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_flushed(cx)
    }
}

impl fmt::Debug for SegmentSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { publisher, is_flushed, .. } = self;
        f.debug_struct("SegmentSink").field("publisher", publisher).field("flushed", is_flushed).finish_non_exhaustive()
    }
}
