//! Events as a server sends them.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Frame;

use super::{Sse, StreamItem};
use crate::body::Body;
use crate::error::BoxError;

impl<T: StreamItem> Sse<T> {
    /// The response of a server that sends these items as they come ([`StreamItem::to_event`]), and
    /// [`StreamItem::end_event`] after the last one. After an error the response breaks off.
    ///
    /// ```
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// # struct Shelf(Vec<Book>);
    /// # impl futures_core::Stream for Shelf {
    /// #     type Item = Result<Book, std::io::Error>;
    /// #     fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
    /// #         std::task::Poll::Ready(self.0.pop().map(Ok))
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), typed_endpoint::Error> {
    /// # let returned = || Shelf(vec![Book::default()]);
    /// use typed_endpoint::{Client, mock::Mock, sse::Sse};
    ///
    /// let mock = Mock::new().on(move |_: WatchReturns| {
    ///     let returned = returned(); // A `Stream` of books.
    ///     async { Ok(Sse::from_stream(returned)) }
    /// });
    /// let mut books = mock.client::<Client<Library>>().call(WatchReturns::new()).await?;
    /// assert!(books.next().await.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_stream<S, E>(items: S) -> Sse<T>
    where
        S: Stream<Item = Result<T, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
        T: 'static,
    {
        Sse::new(Body::wrap(Sender { items: Some(Box::pin(items)) }))
    }
}

/// A body of events.
struct Sender<S> {
    /// `None` after the last one.
    items: Option<Pin<Box<S>>>,
}

impl<T: StreamItem, E: Into<BoxError>, S: Stream<Item = Result<T, E>>> http_body::Body for Sender<S> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(items) = &mut self.items else { return Poll::Ready(None) };
        let event = match ready!(items.as_mut().poll_next(cx)) {
            Some(Ok(item)) => item.to_event().ok_or_else(|| "the item has no form as an event".into()),
            Some(Err(error)) => Err(error.into()),
            None => {
                self.items = None;
                let Some(event) = T::end_event() else { return Poll::Ready(None) };
                Ok(event)
            }
        };
        Poll::Ready(Some(event.map(|event| Frame::data(event.to_string().into()))))
    }
}
