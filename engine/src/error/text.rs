//! An error in words: one line, which servers and files have a say in, so it may hold anything.

use std::fmt::{self, Write};

use super::hint::hint;
use super::one_line::{cut, one_line};
use super::{Error, ErrorInner, ErrorKind};

impl ErrorInner {
    /// What the server said, in words.
    pub(super) fn message(&self) -> String {
        match &self.body {
            Some(body) => body.message(),
            None => one_line(&String::from_utf8_lossy(&self.text), 200),
        }
    }

    /// What went wrong and why, in one line: servers and files have a say in it, so it may hold anything.
    pub(crate) fn what_happened(&self) -> String {
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
        let mut source = self.source.as_deref().map(|source| source as &dyn std::error::Error);
        let mut shown = String::new();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            // Some causes tell their own causes too.
            if !shown.ends_with(&cause_text) {
                add(format_args!(": {cause_text}"));
                shown = cause_text;
            }
            source = cause.source();
        }
        if self.kind == ErrorKind::Decode && !self.text.is_empty() && !self.is_data() {
            add(format_args!("; it began with: {}", cut(&String::from_utf8_lossy(&self.text), 80)));
        }
        if let Some(previous) = &self.previous {
            add(format_args!("; the previous attempt: {previous}"));
        }
        one_line(&text, usize::MAX)
    }

    /// Whether the text is a good response that may well be JSON. Nothing of it is shown unasked: it is data, and may hold
    /// secrets that only its type could tell.
    pub(super) fn is_data(&self) -> bool {
        let first = self.text.iter().find(|byte| !byte.is_ascii_whitespace());
        self.kind == ErrorKind::Decode && first.is_some_and(|first| b"{[\"".contains(first))
    }
}

impl fmt::Display for ErrorInner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operation {
            Some(operation) => write!(f, "{operation}: ")?,
            None if self.what.is_empty() => {}
            None => write!(f, "{}: ", self.what)?,
        }
        f.write_str(&self.what_happened())?;
        if let Some(hint) = hint(self) {
            write!(f, "; {hint}")?;
        }
        match self.attempts {
            0 => {}
            1 => f.write_str(" (after 1 attempt)")?,
            attempts => write!(f, " (after {attempts} attempts in {:.1?})", self.elapsed)?,
        }
        match self.not_retried {
            None => Ok(()),
            Some(reason) => write!(f, " (not retried: {reason})"),
        }
    }
}

/// The words first: this is what a `main` that returns the error shows.
impl fmt::Debug for ErrorInner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("what", &self.to_string()).field("kind", &self.kind).field("elapsed", &self.elapsed);
        if self.status.is_some() {
            match &self.body {
                Some(body) => debug.field("body", body.debug()),
                None if self.is_data() => debug.field("text", &"(JSON)"),
                None => debug.field("text", &cut(&String::from_utf8_lossy(&self.text), 1000)),
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
