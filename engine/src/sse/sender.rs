//! Events as a server sends them.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Frame;

#[cfg(feature = "serve")]
use super::{Decoder, Event, Framing};
use super::{Sse, StreamItem};
use crate::body::Body;
use crate::error::BoxError;

impl<T: StreamItem> Sse<T> {
    /// The response of a server that sends these items as they come ([`StreamItem::to_event`]), and
    /// [`StreamItem::end_event`] after the last one: as events, or, for an operation that is declared `-> lines Type` or `-> items Type`, the
    /// data of each as a line or as an item of an array. After an error the response breaks off.
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
        // How large the items are is the server's own affair.
        Sse::new(Body::wrap(Sender { items: Some(Box::pin(items)) })).max_event(usize::MAX)
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

/// The items of a body in another form.
#[cfg(feature = "serve")]
pub(super) fn rewritten(body: Body, decoder: Decoder, framing: Framing) -> Body {
    Body::wrap(Rewriter { body, chunk: Bytes::new(), decoder, framing, is_first: true, ended: false })
}

#[cfg(feature = "serve")]
struct Rewriter {
    body: Body,
    chunk: Bytes,
    decoder: Decoder,
    framing: Framing,
    /// Whether no item has been written yet.
    is_first: bool,
    ended: bool,
}

#[cfg(feature = "serve")]
impl http_body::Body for Rewriter {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        while !this.ended {
            let event = match this.decoder.decode(&mut this.chunk) {
                Ok(Some(event)) => event,
                Ok(None) => match ready!(this.body.poll_chunk(cx)) {
                    Some(Ok(chunk)) => {
                        this.chunk = chunk;
                        continue;
                    }
                    Some(Err(error)) => return this.fail(error),
                    None => {
                        this.ended = true;
                        // Only the last line may lack its end.
                        let last = this.decoder.finish().filter(|_| this.decoder.framing() == Framing::Lines);
                        let last = last.map(|event| this.written(&event));
                        let text = last.unwrap_or_default() + this.end();
                        if text.is_empty() {
                            break;
                        }
                        return Poll::Ready(Some(Ok(Frame::data(text.into()))));
                    }
                },
                Err(error) => return this.fail(error.into()),
            };
            let text = this.written(&event);
            return Poll::Ready(Some(Ok(Frame::data(text.into()))));
        }
        Poll::Ready(None)
    }
}

#[cfg(feature = "serve")]
impl Rewriter {
    fn written(&mut self, event: &Event) -> String {
        let is_first = std::mem::replace(&mut self.is_first, false);
        match self.framing {
            Framing::Events => event.to_string(),
            // Between the parts of JSON a space is as good as a line end, and inside of them there is none.
            Framing::Lines => format!("{}\n", event.data.replace(['\r', '\n'], " ")),
            Framing::Items => format!("{}{}", if is_first { '[' } else { ',' }, event.data),
        }
    }

    /// What stands behind the last item.
    fn end(&self) -> &'static str {
        match (self.framing, self.is_first) {
            (Framing::Items, true) => "[]",
            (Framing::Items, false) => "]",
            (Framing::Events | Framing::Lines, _) => "",
        }
    }

    fn fail(&mut self, error: BoxError) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.ended = true;
        Poll::Ready(Some(Err(error)))
    }
}
