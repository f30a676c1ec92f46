//! Items as a `Stream`.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use typed_endpoint::BoxFuture;

use crate::network::trickle::{Item, Result, Subscriber};

type Next = (Subscriber, Result<Option<Item>>);

/// The items of a subscriber as a `Stream`, by [`Subscriber::into_stream`].
pub struct Items(BoxFuture<'static, Next>, bool);

impl Subscriber {
    /// Turns it into a `Stream` of items. It ends with the channel or after an error.
    pub fn into_stream(self) -> Items {
        Items(next(self), false)
    }
}

fn next(mut subscriber: Subscriber) -> BoxFuture<'static, Next> {
    Box::pin(async move {
        let item = subscriber.next().await;
        (subscriber, item)
    })
}

impl Stream for Items {
    type Item = Result<Item>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Item>>> {
        if self.1 {
            return Poll::Ready(None);
        }
        let (subscriber, item) = ready!(self.0.as_mut().poll(cx));
        self.1 = !matches!(item, Ok(Some(_)));
        if !self.1 {
            self.0 = next(subscriber);
        }
        Poll::Ready(item.transpose())
    }
}

impl fmt::Debug for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("ended", &self.1).finish_non_exhaustive()
    }
}
