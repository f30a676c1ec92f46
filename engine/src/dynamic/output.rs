//! What calls by name return.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use serde_json::Value;

use crate::codec::{Encode, Writer, from_json};
use crate::download::Download;
use crate::error::Error;
use crate::page::{Items, Paginated};
use crate::secret::Secret;
use crate::sse::{Sse, StreamItem};

/// What a call by name returned.
#[derive(Debug)]
#[non_exhaustive]
pub enum Output {
    /// Nothing.
    Empty,
    /// JSON.
    Json(Document),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Bytes),
    /// A body that still arrives.
    Download(Box<Download>),
    /// Events that still arrive.
    Events(Documents),
}

impl Output {
    pub(crate) fn json(value: &dyn Encode) -> Self {
        match Document::new(value) {
            // A body that may be empty, and was.
            document if document.json == "null" => Self::Empty,
            document => Self::Json(document),
        }
    }

    /// The JSON, or the text as a JSON string; null if there is nothing. Secrets are in it ([`Document::redacted`]).
    ///
    /// # Errors
    /// When it is a file or a stream of events; the error holds it.
    pub fn into_json(self) -> Result<Value, Self> {
        match self {
            Self::Empty => Ok(Value::Null),
            Self::Json(document) => Ok(document.to_value()),
            Self::Text(text) => Ok(Value::String(text)),
            other => Err(other),
        }
    }
}

/// A value as JSON, with what of it is secret. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Document {
    json: String,
    secrets: Vec<Secret>,
}

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";

impl Document {
    pub(super) fn new(value: &dyn Encode) -> Self {
        let mut writer = Writer::recording();
        value.encode(&mut writer);
        let json = writer.take_json();
        let secrets = writer.into_secrets().into_iter().filter(|secret| !secret.is_empty());
        Self { json, secrets: secrets.map(Secret::from).collect() }
    }

    /// Events have no declared secrets. One that has no JSON is `null`.
    fn of_event<T: StreamItem>(item: &T) -> Self {
        Self { json: item.to_json().unwrap_or_else(|| "null".to_owned()), secrets: Vec::new() }
    }

    /// The JSON, secrets included.
    pub fn as_json(&self) -> &str {
        &self.json
    }

    /// The value, secrets included.
    pub fn to_value(&self) -> Value {
        // What was written by the codec can be read by it.
        from_json(&self.json).unwrap_or_default()
    }

    /// The value with `[redacted]` in place of what its declaration says is secret: stream keys, signing keys, passwords.
    pub fn redacted(&self) -> Value {
        let mut value = self.to_value();
        redact(&mut value, &self.secrets);
        value
    }
}

fn redact(value: &mut Value, secrets: &[Secret]) {
    match value {
        Value::String(text) => {
            for secret in secrets {
                if text.contains(secret.expose()) {
                    *text = text.replace(secret.expose(), REDACTED);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, secrets)),
        Value::Object(members) => members.values_mut().for_each(|member| redact(member, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("len", &self.json.len()).finish_non_exhaustive()
    }
}

/// A page of a list as JSON.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NamedPage {
    /// The items.
    pub items: Vec<Document>,
    /// Where the next page begins; `None` after the last.
    pub next_cursor: Option<String>,
}

/// Values as JSON, one after another: the items of a list, page after page, or the events of a response. A [`Stream`], or
/// [`next`](Self::next) by hand.
pub struct Documents(Pin<Box<dyn Stream<Item = Result<Document, Error>> + Send>>);

impl Documents {
    pub(super) fn of_list<E: Paginated>(items: Items<E>) -> Self {
        Self(Box::pin(OfList(items)))
    }

    pub(super) fn of_events<T: StreamItem + Send + 'static>(events: Sse<T>) -> Self {
        Self(Box::pin(OfEvents(events)))
    }

    /// The next value; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Document, Error>> {
        std::future::poll_fn(|cx| self.0.as_mut().poll_next(cx)).await
    }
}

impl Stream for Documents {
    type Item = Result<Document, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documents").finish_non_exhaustive()
    }
}

struct OfList<E: Paginated>(Items<E>);

impl<E: Paginated> Stream for OfList<E> {
    type Item = Result<Document, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(Pin::new(&mut self.0).poll_next(cx));
        Poll::Ready(item.map(|item| item.map(|item| Document::new(&item)).map_err(Error::from)))
    }
}

struct OfEvents<T>(Sse<T>);

impl<T: StreamItem> Stream for OfEvents<T> {
    type Item = Result<Document, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(Pin::new(&mut self.0).poll_next(cx));
        Poll::Ready(item.map(|item| item.map(|item| Document::of_event(&item)).map_err(Error::from)))
    }
}
