//! An error as text: one line, which servers and files have a say in, so it may hold anything.

use std::fmt::{self, Write};

use super::causes::each_cause;
use super::earlier::MOST_TEXT;
use super::hint::hint;
use super::one_line::{cut, one_line};
use super::{Error, ErrorBody, ErrorInner, ErrorKind, Unmapped, words};
use crate::retry::StopReason;

impl ErrorInner {
    /// What the server said, as text.
    pub(super) fn message(&self) -> String {
        match &self.body {
            Some(body) => body.message(),
            None => match words::message(&self.raw_body) {
                Some(words) => one_line(&words, 200),
                None => Unmapped { text: String::from_utf8_lossy(&self.raw_body).into_owned() }.message(),
            },
        }
    }

    /// What went wrong, in one line, and why if its causes are asked for: servers and files have a say in it, so it may
    /// hold anything.
    pub(crate) fn what_happened(&self, with_causes: bool) -> String {
        let mut text = String::from(match self.kind {
            ErrorKind::Status => "the server responded",
            ErrorKind::Request => "not sent",
            ErrorKind::Connect => "no connection to the server",
            ErrorKind::Timeout => "timed out",
            ErrorKind::Transport => "the connection failed",
            ErrorKind::Decode => "the response is not what was expected",
            ErrorKind::TooLarge => "the response is too large",
            ErrorKind::Body => "the request's body cannot be read",
            ErrorKind::File => "the response cannot be saved",
        });
        let mut add = |piece: fmt::Arguments<'_>| {
            // Writing to a `String` does not fail.
            let _ = text.write_fmt(piece);
        };
        match (self.kind, self.status) {
            (_, None) => {}
            (ErrorKind::Status, Some(status)) => {
                add(format_args!(" {status}"));
                let message = self.message();
                if !message.is_empty() {
                    add(format_args!(": {message}"));
                }
            }
            (_, Some(status)) => add(format_args!(" (status {status})")),
        }
        if with_causes {
            let _ = each_cause(self.source.as_deref().map(|source| source as _), |cause| {
                add(format_args!(": {cause}"));
                fmt::Result::Ok(())
            });
        }
        if self.kind == ErrorKind::Decode && !self.raw_body.is_empty() && !self.is_data() {
            add(format_args!("; it began with: {}", cut(&String::from_utf8_lossy(&self.raw_body), 80)));
        }
        one_line(&text, usize::MAX)
    }

    /// What the attempts before met, where that is not just what the last one met.
    fn earlier(&self) -> Option<String> {
        if self.earlier.is_empty() {
            return None;
        }
        let last = one_line(&self.what_happened(true), MOST_TEXT);
        if self.earlier.iter().all(|attempt| attempt.message == last) {
            return None;
        }
        let earlier: Vec<_> = self.earlier.iter().map(ToString::to_string).collect();
        Some(earlier.join("; then: "))
    }

    /// Whether the text is a good response that may well be JSON. Nothing of it is shown unasked: it is data, and may hold
    /// secrets that only its type could tell.
    pub(super) fn is_data(&self) -> bool {
        self.kind == ErrorKind::Decode && looks_like_json(&self.raw_body)
    }
}

/// Whether a text begins as JSON that may hold something to keep secret.
pub(crate) fn looks_like_json(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    text.first().is_some_and(|first| b"{[\"".contains(first))
}

/// `{:#}` with the causes.
impl fmt::Display for ErrorInner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operation {
            Some(operation) => write!(f, "{operation}: ")?,
            None if self.what.is_empty() => {}
            None => write!(f, "{}: ", self.what)?,
        }
        f.write_str(&self.what_happened(f.alternate()))?;
        if let Some(earlier) = self.earlier() {
            write!(f, "; before that: {earlier}")?;
        }
        if let Some(hint) = hint(self) {
            write!(f, "; {hint}")?;
        }
        match self.attempts {
            0 => {}
            1 => f.write_str(" (after 1 attempt)")?,
            attempts => write!(f, " (after {attempts} attempts in {:.1?})", self.elapsed)?,
        }
        match self.not_retried.and_then(StopReason::text) {
            None => Ok(()),
            Some(reason) => write!(f, " (not retried: {reason})"),
        }
    }
}

/// The words first: this is what a `main` that returns the error shows.
impl fmt::Debug for ErrorInner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("what", &format!("{self:#}")).field("kind", &self.kind).field("elapsed", &self.elapsed);
        if self.status.is_some() {
            match &self.body {
                Some(body) => debug.field("body", body.debug()),
                None if self.is_data() => debug.field("raw_body", &"(JSON)"),
                None => debug.field("raw_body", &cut(&String::from_utf8_lossy(&self.raw_body), 1000)),
            };
        }
        debug.finish_non_exhaustive()
    }
}

impl<B> fmt::Display for Error<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<B> fmt::Debug for Error<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
