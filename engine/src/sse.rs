//! Server-sent events: a response that arrives in pieces, as typed items.
//!
//! An operation that is declared `-> sse Type` responds with an [`Sse`], the stream of its items. A type that implements
//! [`StreamItem`] defines what an event means to it; for events that hold JSON, [`sse_json!`](crate::sse_json) does that.
//! [`Decoder`] turns bytes into [`Event`]s, for other uses.
//!
//! ```no_run
//! # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
//! # async fn example(client: typed_endpoint::Client<Library>) -> Result<(), typed_endpoint::Error> {
//! let mut returns = client.call(WatchReturns::new()).await?;
//! while let Some(book) = returns.next().await {
//!     println!("{} was brought back", book?.title);
//! }
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use serde_json::{Map, Value};

pub(crate) use decoder::Framing;
pub use decoder::{Decoder, Event, EventTooLarge};
pub use error::{CollectError, SseError, SseErrorKind};
use error::{EXCERPT, excerpt};

use crate::body::{Body, Drain, IdleGuard};
use crate::codec::{Field, Sampler, Schema, Schemas};
use crate::context::CallContext;
use crate::error::{BoxError, IdleTimeout, words};

mod decoder;
mod error;
mod list;
mod sender;
#[cfg(test)]
mod tests;

/// What the items of a stream are made of.
///
/// ```
/// use typed_endpoint::BoxError;
/// use typed_endpoint::sse::{Event, Step, StreamItem};
///
/// struct Word(String);
///
/// impl StreamItem for Word {
///     const MUST_END: bool = true;
///
///     fn parse(event: &Event) -> Result<Step<Word>, BoxError> {
///         Ok(match event.data.as_str() {
///             "bye" => Step::End,
///             word => Step::Item(Word(word.to_owned())),
///         })
///     }
/// }
/// ```
///
/// For items that are plain JSON, see [`sse_json!`](crate::sse_json).
#[diagnostic::on_unimplemented(
    message = "nothing says how an event becomes a `{Self}`",
    note = "`typed_endpoint::sse_json!({Self})` reads each event's data as JSON; otherwise implement `StreamItem`"
)]
pub trait StreamItem: Sized {
    /// Whether every whole response has an end that [`parse`](StreamItem::parse) sees ([`Step::End`] or
    /// [`Step::Last`]) or that may come after an item ([`Step::Closing`]). The stream then fails if the response ends
    /// before; otherwise that is its end.
    const MUST_END: bool;

    /// Reads one event.
    ///
    /// # Errors
    ///
    /// When the event cannot be understood; the stream then fails, showing the event and the error. What the server
    /// itself reports as an error is [`Step::Error`].
    fn parse(event: &Event) -> Result<Step<Self>, BoxError>;

    /// Describes the items, for programs that call operations by name (default: any value).
    #[inline]
    fn schema(schemas: &mut Schemas) -> Schema {
        let _ = schemas;
        Schema::any()
    }

    /// The item as JSON, for the same programs; `None` (the default) if it has no such form.
    #[inline]
    fn to_json(&self) -> Option<String> {
        None
    }

    /// The event that a server sends for the item: the other direction of [`parse`](Self::parse). The default has the item as JSON;
    /// `None` if it has no such form.
    #[inline]
    fn to_event(&self) -> Option<Event> {
        self.to_json().map(Event::new)
    }

    /// The event that a server sends after the last item (default: none).
    #[inline]
    fn end_event() -> Option<Event> {
        None
    }

    /// Makes a sample, for fake servers; `None` (the default) if there is none.
    #[inline]
    fn sample(sampler: &mut Sampler) -> Option<Self> {
        let _ = sampler;
        None
    }
}

/// How servers name events that only keep the connection open.
const KEEP_ALIVE: [&str; 4] = ["ping", "heartbeat", "keepalive", "keep-alive"];

/// What an event means to a stream.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Step<T> {
    /// One more item.
    Item(T),
    /// One more item, after which the stream is complete: it continues with what follows, but the response may end now, or
    /// fall silent.
    Closing(T),
    /// The last item: the stream ends after it.
    Last(T),
    /// The end of the stream.
    End,
    /// Nothing of interest.
    Skip,
    /// An error with the server's message; the stream fails with it.
    Error(String),
}

impl<T: Field> Step<T> {
    /// The usual reading of an event: its data is an item in JSON, `[DONE]` is the end, an
    /// [error](Event::error) is one, and so is an object that has nothing of an item but a message. What only keeps the
    /// connection open is skipped: events without data, or named `ping` or the like.
    ///
    /// # Errors
    ///
    /// When the data is not the JSON of an item.
    pub fn json(event: &Event) -> Result<Step<T>, BoxError> {
        let data = event.data.trim_ascii();
        if data == "[DONE]" {
            return Ok(Step::End);
        }
        if let Some(error) = event.error() {
            return Ok(Step::Error(error));
        }
        if data.is_empty() || KEEP_ALIVE.contains(&event.name.as_str()) {
            return Ok(Step::Skip);
        }
        let (item, is_foreign) = event.decode_item()?;
        // It has nothing of an item.
        Ok(match words::message(data.as_bytes()).filter(|_| is_foreign && !event.is_listed) {
            Some(error) => Step::Error(error),
            None => Step::Item(item),
        })
    }
}

/// Implements [`StreamItem`](crate::sse::StreamItem) for a type whose events are plain JSON, by
/// [`Step::json`](crate::sse::Step::json).
///
/// The stream may end by `[DONE]` or with the connection; `sse_json!(T, must_end)` accepts only `[DONE]`.
#[macro_export]
macro_rules! sse_json {
    ($item:ty) => {
        $crate::sse_json!(@ $item, false);
    };
    ($item:ty, must_end) => {
        $crate::sse_json!(@ $item, true);
    };
    (@ $item:ty, $must_end:literal) => {
        impl $crate::sse::StreamItem for $item {
            const MUST_END: bool = $must_end;

            fn parse(
                event: &$crate::sse::Event,
            ) -> ::core::result::Result<$crate::sse::Step<Self>, $crate::BoxError> {
                $crate::sse::Step::json(event)
            }

            #[inline]
            fn schema(schemas: &mut $crate::codec::Schemas) -> $crate::codec::Schema {
                <Self as $crate::codec::Field>::schema(schemas)
            }

            #[inline]
            fn to_json(&self) -> ::core::option::Option<::std::string::String> {
                ::core::option::Option::Some($crate::codec::to_json(self))
            }

            #[inline]
            fn end_event() -> ::core::option::Option<$crate::sse::Event> {
                $must_end.then(|| $crate::sse::Event::new("[DONE]"))
            }

            #[inline]
            fn sample(sampler: &mut $crate::codec::Sampler) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(<Self as $crate::codec::Field>::sample(sampler))
            }
        }
    };
}

impl Event {
    /// What the server says went wrong, if that is what the event is about: the data of an event named `error`, or
    /// the `error` of a JSON object that has one, a text or an object with a `message`.
    pub fn error(&self) -> Option<String> {
        // Spares the events that are items, nearly all of them, a second parsing.
        if self.is_listed || (self.name != "error" && !self.data.contains("\"error\"")) {
            return None;
        }
        match self.decode::<Map<String, Value>>().ok().and_then(|object| words::error_in(&object)) {
            Some(error) => Some(error),
            None if self.name == "error" => {
                Some(words::message(self.data.as_bytes()).unwrap_or_else(|| self.data.clone()))
            }
            None => None,
        }
    }
}

/// A stream of items, read from the body of a response as they arrive.
///
/// It is a [`Stream`], and [`next`](Sse::next) works without further crates. It yields nothing after its end or an error.
/// Dropping it before its end closes the connection, by which the server stops; a stream that was read to its end leaves the
/// connection for further calls.
///
/// ```no_run
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// # async fn example(client: typed_endpoint::Client<Library>) -> Result<(), Box<dyn std::error::Error>> {
/// let mut books = client.call(WatchReturns::new()).await?;
/// while let Some(book) = books.next().await {
///     println!("{} is back", book?.title);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing unless it is read"]
pub struct Sse<T> {
    body: Body,
    chunk: Bytes,
    decoder: Decoder,
    items: u64,
    /// How long there may be no item.
    idle: Option<IdleGuard>,
    /// An item has come after which the response may end.
    closing: bool,
    state: State,
    context: CallContext,
    item: PhantomData<fn() -> T>,
}

#[derive(Debug)]
enum State {
    Reading,
    /// The stream has ended; the end of the response is read.
    Draining(Drain),
    Ended,
}

impl<T: StreamItem> Sse<T> {
    /// The items in `body`.
    pub fn new(body: Body) -> Sse<T> {
        Sse {
            idle: body.idle().map(IdleGuard::new),
            body,
            chunk: Bytes::new(),
            decoder: Decoder::new(),
            items: 0,
            closing: false,
            state: State::Reading,
            context: CallContext::default(),
            item: PhantomData,
        }
    }

    /// The items in `body`, each a line of JSON: what an operation that is declared `-> lines Type` responds with. To
    /// [`StreamItem::parse`] a line is an event with the line as its data.
    pub fn of_lines(body: Body) -> Sse<T> {
        Sse::framed(body, Framing::Lines)
    }

    /// The items in `body`, which is a JSON array: what an operation that is declared `-> items Type` responds with. To
    /// [`StreamItem::parse`] an item is an event with the item as its data.
    pub fn of_items(body: Body) -> Sse<T> {
        Sse::framed(body, Framing::Items)
    }

    fn framed(body: Body, framing: Framing) -> Sse<T> {
        let sse = Sse::new(body);
        Sse { decoder: sse.decoder.framed(framing), ..sse }
    }

    /// Sets the call that it is the response of, for its errors and its limit of memory.
    pub(crate) fn in_context(self, context: CallContext) -> Sse<T> {
        Sse { decoder: self.decoder.max_memory(context.max_memory), context, ..self }
    }

    /// Sets how large one event may be, in bytes. Default: 1 MiB. A larger one is an error.
    pub fn max_event(mut self, bytes: usize) -> Sse<T> {
        self.decoder = self.decoder.max_event(bytes);
        self
    }

    /// Sets how long there may be no item while one is waited for; `None` for no bound. What servers send to keep a
    /// connection open does not count as one. Default: the time that the call may go without a byte
    /// ([`Timeouts::idle`](crate::Timeouts::idle)), which bounds the silence between two bytes in any case; for a stream that
    /// was made by hand, no bound. Needs a Tokio runtime.
    pub fn timeout(mut self, idle: impl Into<Option<Duration>>) -> Sse<T> {
        self.idle = idle.into().map(IdleGuard::new);
        self
    }

    /// The next item; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T, SseError>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Waits for all items.
    ///
    /// # Errors
    ///
    /// When the stream fails; the error holds the items that came before.
    pub async fn collect(mut self) -> Result<Vec<T>, CollectError<T>> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            match item {
                Ok(item) => items.push(item),
                Err(error) => return Err(CollectError { items, error }),
            }
        }
        Ok(items)
    }

    /// The bytes behind it, from which nothing has been read yet: as events, lines or an array, whatever they were made as.
    #[cfg(feature = "serve")]
    pub(crate) fn into_body(self, framing: Framing) -> Body {
        match self.decoder.framing() == framing {
            true => self.body,
            false => sender::rewritten(self.body, self.decoder, framing),
        }
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, SseError>>> {
        loop {
            match &mut self.state {
                State::Reading => {}
                State::Draining(drain) => {
                    ready!(drain.poll(&mut self.body, cx));
                    self.end();
                    continue;
                }
                State::Ended => return Poll::Ready(None),
            }
            let event = match self.decoder.decode(&mut self.chunk) {
                Ok(Some(event)) => event,
                Ok(None) if self.decoder.is_complete() => {
                    self.drain();
                    continue;
                }
                Ok(None) if self.decoder.is_no_list() && self.decoder.rest().len() >= EXCERPT => {
                    return self.no_list();
                }
                Ok(None) => match self.body.poll_chunk(cx) {
                    Poll::Ready(Some(Ok(chunk))) => {
                        self.chunk = chunk;
                        continue;
                    }
                    Poll::Ready(Some(Err(error))) if self.closing && error.is::<IdleTimeout>() => {
                        self.end();
                        continue;
                    }
                    Poll::Ready(Some(Err(error))) => return self.fail(SseErrorKind::Body(error)),
                    Poll::Ready(None) => return self.body_ended(),
                    Poll::Pending => {
                        let Some(idle) = &mut self.idle else { return Poll::Pending };
                        let passed = ready!(idle.poll_idle(cx));
                        if !self.closing {
                            return self.fail(SseErrorKind::Idle(passed.duration()));
                        }
                        self.end();
                        continue;
                    }
                },
                Err(error) => return self.fail(SseErrorKind::TooLarge(error)),
            };
            match T::parse(&event) {
                Ok(Step::Item(item)) => return self.give(item),
                Ok(Step::Closing(item)) => {
                    self.closing = true;
                    return self.give(item);
                }
                Ok(Step::Last(item)) => {
                    self.drain();
                    // Mostly the end is there already, and the connection free before the item is.
                    if let State::Draining(drain) = &mut self.state
                        && drain.poll(&mut self.body, cx).is_ready()
                    {
                        self.end();
                    }
                    return self.give(item);
                }
                Ok(Step::End) => self.drain(),
                Ok(Step::Skip) => {}
                Ok(Step::Error(text)) => return self.fail(SseErrorKind::Server(text)),
                Err(error) => return self.fail(SseErrorKind::Unreadable { data: event.data, error }),
            }
        }
    }

    /// An event that only lacks its last line end counts where it is an end or an error, as some servers are hasty
    /// there; the standard throws every unfinished event away, since nobody knows whether it is whole.
    fn body_ended(&mut self) -> Poll<Option<Result<T, SseError>>> {
        let (rest, is_other) = (self.decoder.rest(), self.decoder.is_other());
        match self.decoder.framing() {
            Framing::Items if self.decoder.is_no_list() => return self.no_list(),
            Framing::Items => return self.fail(SseErrorKind::Cut { rest }),
            Framing::Events | Framing::Lines => {}
        }
        match self.decoder.finish().map(|event| T::parse(&event)) {
            Some(Ok(Step::Error(text))) => return self.fail(SseErrorKind::Server(text)),
            Some(Ok(Step::Last(item) | Step::Closing(item))) => {
                self.end();
                return self.give(item);
            }
            Some(Ok(Step::End)) => {}
            // The last line may lack its end.
            Some(Ok(Step::Item(item))) if self.decoder.framing() == Framing::Lines => {
                self.end();
                return self.give(item);
            }
            Some(Err(_)) if self.decoder.framing() == Framing::Lines => return self.fail(SseErrorKind::Cut { rest }),
            _ if (T::MUST_END && !self.closing) || is_other => return self.fail(SseErrorKind::Cut { rest }),
            _ => {}
        }
        self.end();
        Poll::Ready(None)
    }

    /// What stands in the place of an array is mostly an error.
    fn no_list(&mut self) -> Poll<Option<Result<T, SseError>>> {
        let rest = self.decoder.rest();
        match words::message(rest.as_bytes()) {
            Some(error) => self.fail(SseErrorKind::Server(error)),
            None => self.fail(SseErrorKind::Unreadable { data: rest, error: "it is no JSON array".into() }),
        }
    }

    fn give(&mut self, item: T) -> Poll<Option<Result<T, SseError>>> {
        self.items += 1;
        if let Some(idle) = &mut self.idle {
            idle.record();
        }
        Poll::Ready(Some(Ok(item)))
    }

    fn fail(&mut self, kind: SseErrorKind) -> Poll<Option<Result<T, SseError>>> {
        self.end();
        let redactor = &self.context.redactor;
        let kind = match kind {
            SseErrorKind::Server(text) => SseErrorKind::Server(redactor.redact_text(text)),
            SseErrorKind::Body(error) => SseErrorKind::Body(redactor.redact_error(error)),
            SseErrorKind::Unreadable { data, error } => SseErrorKind::Unreadable {
                data: excerpt(redactor.redact_text(data)),
                error: redactor.redact_error(error),
            },
            SseErrorKind::Cut { rest } => SseErrorKind::Cut { rest: excerpt(redactor.redact_excerpt(rest)) },
            other => other,
        };
        let error = SseError { operation: self.context.operation, items: self.items, kind: Box::new(kind) };
        Poll::Ready(Some(Err(error)))
    }

    /// Has the end of the response read, so that the connection can be used again.
    fn drain(&mut self) {
        self.state = State::Draining(Drain::new());
        self.chunk = Bytes::new();
    }

    /// Releases the connection at once: an ended stream must not keep it.
    fn end(&mut self) {
        self.state = State::Ended;
        self.body = Body::empty();
        self.chunk = Bytes::new();
    }
}

impl<T: StreamItem> Stream for Sse<T> {
    type Item = Result<T, SseError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl<T> fmt::Debug for Sse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sse")
            .field("items", &self.items)
            .field("ended", &!matches!(self.state, State::Reading))
            .finish_non_exhaustive()
    }
}
