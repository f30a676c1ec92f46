//! How streams fail.

use std::fmt;
use std::time::Duration;

use super::EventTooLarge;
use crate::codec::{DecodeError, DecodeErrorKind};
use crate::endpoint::Operation;
use crate::error::{
    BoxError, Error, ErrorInner, ErrorKind, IdleTimeout, debug_as_text, looks_like_json, one_line, write_causes,
};

/// Longest excerpt of what the server sent that an error shows, in bytes.
pub(super) const EXCERPT: usize = 1024;

/// Why a stream failed, and how far it had come.
pub struct SseError {
    pub(super) operation: Option<&'static Operation>,
    pub(super) items: u64,
    pub(super) kind: Box<SseErrorKind>,
}

/// The ways a stream fails.
#[non_exhaustive]
pub enum SseErrorKind {
    /// The response ended before its end marker.
    Cut {
        /// What had arrived of an unfinished line, 1 KiB at most.
        rest: String,
    },
    /// The connection failed.
    Body(BoxError),
    /// There was no item for so long, though the connection may have been kept open
    /// ([`Sse::timeout`](crate::sse::Sse::timeout)).
    Idle(Duration),
    /// The server reported an error.
    Server(String),
    /// An event is not what it should be.
    Unreadable {
        /// Data of the event, 1 KiB at most.
        data: String,
        /// What is wrong with it.
        error: BoxError,
    },
    /// An event is larger than allowed.
    TooLarge(EventTooLarge),
}

/// The data of an event as it is shown. JSON is not: it may hold secrets that only its type could tell. Text that is not JSON
/// after all is, with the key redacted.
fn shown(data: &str, error: &BoxError) -> String {
    let is_syntax = error.downcast_ref::<DecodeError>().is_some_and(|error| error.kind() == DecodeErrorKind::Syntax);
    match looks_like_json(data.as_bytes()) && !is_syntax {
        true => hidden(data),
        false => format!("{data:?}"),
    }
}

fn hidden(json: &str) -> String {
    format!("{} bytes of JSON", json.len())
}

/// An unfinished line as it is shown. One without a field name is of a response of another kind, such as an error in JSON.
fn shown_line(line: &str) -> String {
    match line.strip_prefix("data:") {
        Some(data) if looks_like_json(data.as_bytes()) => hidden(data),
        _ => format!("{line:?}"),
    }
}

impl fmt::Debug for SseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut { rest } => f.debug_struct("Cut").field("rest", &format_args!("{}", shown_line(rest))).finish(),
            Self::Body(error) => f.debug_tuple("Body").field(error).finish(),
            Self::Idle(time) => f.debug_tuple("Idle").field(time).finish(),
            Self::Server(text) => f.debug_tuple("Server").field(text).finish(),
            Self::Unreadable { data, error } => f
                .debug_struct("Unreadable")
                .field("data", &format_args!("{}", shown(data, error)))
                .field("error", error)
                .finish(),
            Self::TooLarge(error) => f.debug_tuple("TooLarge").field(error).finish(),
        }
    }
}

impl SseError {
    #[cfg(test)]
    pub(crate) fn for_tests(kind: SseErrorKind) -> Self {
        Self { operation: None, items: 1, kind: Box::new(kind) }
    }

    /// The operation; `None` for a stream that was made by hand.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.operation
    }

    /// How many items had been read.
    pub fn items(&self) -> u64 {
        self.items
    }

    /// What happened.
    pub fn kind(&self) -> &SseErrorKind {
        &self.kind
    }

    /// What happened, to keep.
    pub fn into_kind(self) -> SseErrorKind {
        *self.kind
    }
}

/// The stream was not read at all.
impl From<crate::error::RequestError> for SseError {
    fn from(error: crate::error::RequestError) -> Self {
        Self { operation: None, items: 0, kind: Box::new(SseErrorKind::Body(error.into())) }
    }
}

/// So that `?` takes both a call's failure and a stream's.
impl From<SseError> for Error {
    fn from(mut error: SseError) -> Self {
        let kind = match &*error.kind {
            SseErrorKind::Idle(_) => ErrorKind::Timeout,
            SseErrorKind::Body(cause) if cause.is::<IdleTimeout>() => ErrorKind::Timeout,
            SseErrorKind::Cut { .. } | SseErrorKind::Body(_) | SseErrorKind::Server(_) => ErrorKind::Transport,
            SseErrorKind::Unreadable { .. } => ErrorKind::Decode,
            SseErrorKind::TooLarge(_) => ErrorKind::TooLarge,
        };
        // Shown by the error around it.
        let operation = error.operation.take();
        let mut inner = ErrorInner::new(kind, Some(error.into()));
        inner.operation = operation;
        inner.attempts = 1;
        Error::new(inner)
    }
}

debug_as_text!(SseError);

impl fmt::Display for SseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(f, "{operation}: ")?;
        }
        match &*self.kind {
            SseErrorKind::Cut { rest } if rest.is_empty() => f.write_str("the response was cut off before its end"),
            SseErrorKind::Cut { rest } => {
                write!(f, "the response was cut off before its end, in {}", shown_line(rest))
            }
            SseErrorKind::Body(_) => f.write_str("the response broke off"),
            SseErrorKind::Idle(time) => write!(f, "no event came for {time:?}"),
            SseErrorKind::Server(text) => write!(f, "the server reported: {}", one_line(text, 1000)),
            SseErrorKind::Unreadable { data, error } => write!(f, "an event cannot be read: {}", shown(data, error)),
            SseErrorKind::TooLarge(_) => f.write_str("an event is too large"),
        }?;
        write!(f, " (after {} {})", self.items, if self.items == 1 { "item" } else { "items" })?;
        write_causes(self, f)
    }
}

impl std::error::Error for SseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.kind {
            SseErrorKind::Body(error) | SseErrorKind::Unreadable { error, .. } => Some(&**error),
            SseErrorKind::TooLarge(error) => Some(error),
            SseErrorKind::Cut { .. } | SseErrorKind::Idle(_) | SseErrorKind::Server(_) => None,
        }
    }
}

/// A stream that failed while all of it was awaited, with what had arrived.
#[non_exhaustive]
pub struct CollectError<T> {
    /// The items before the failure.
    pub items: Vec<T>,
    /// The failure.
    pub error: SseError,
}

impl<T> From<CollectError<T>> for SseError {
    fn from(collect: CollectError<T>) -> SseError {
        collect.error
    }
}

/// As text, which a `main` that returns the error prints.
impl<T> fmt::Debug for CollectError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl<T> fmt::Display for CollectError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stream could not be read to its end")?;
        write_causes(self, f)
    }
}

impl<T> std::error::Error for CollectError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// The beginning of a text from which secrets have been taken already: cut before, a part of one would be left.
pub(super) fn excerpt(mut text: String) -> String {
    let end = (0..=text.len().min(EXCERPT)).rev().find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or(0));
    text
}
