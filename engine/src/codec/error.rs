//! Why JSON could not be read.

use std::borrow::Cow;
use std::fmt;

/// JSON could not be read as a value of a type.
///
/// Holds no text of the value itself, which may be a secret. Pointer-sized.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: DecodeErrorKind,
    path: String,
    reason: Cow<'static, str>,
    offset: usize,
    /// Line and column, once known.
    position: Option<(usize, usize)>,
}

/// What kind of mistake a [`DecodeError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The text is not JSON, or nested too deeply.
    Syntax,
    /// A value is of another type or out of range.
    Value,
    /// An object has a member that its model does not know ([`Mode::Strict`](super::Mode::Strict) only).
    UnknownField,
    /// A value is none of those that its type allows ([`Mode::Strict`](super::Mode::Strict) only).
    NotAllowed,
    /// The value would need more memory than allowed.
    TooLarge,
}

/// Anything longer as the name of a field is data, not a name.
const LONGEST_NAME: usize = 100;

impl DecodeError {
    #[cold]
    pub(crate) fn new(kind: DecodeErrorKind, offset: usize, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { kind, path: String::new(), reason: reason.into(), offset, position: None }))
    }

    /// An error of a value as a whole. It should quote nothing of the value, which may be a secret.
    #[cold]
    pub fn custom(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(DecodeErrorKind::Value, 0, reason)
    }

    /// What kind of mistake it is.
    pub fn kind(&self) -> DecodeErrorKind {
        self.0.kind
    }

    /// The path of the value, such as `status.phase` or `chunks[3].text`; empty for the whole. A key of a map is data
    /// and may be a secret, so it is shown as `*`.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What is wrong there, without position.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Line and column (both from 1) where reading failed; `None` when the value was not read from a text of its own.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.0.position
    }

    /// Whether the text is JSON as far as it was read, but of something else.
    pub(crate) fn is_data(&self) -> bool {
        !matches!(self.0.kind, DecodeErrorKind::Syntax | DecodeErrorKind::TooLarge)
    }

    /// Adds the name of the field whose value it is an error of.
    #[cold]
    pub fn in_field(mut self, name: &str) -> Self {
        prefix(&mut self.0.path, name);
        self
    }

    /// Adds the index of the list item that it is an error of.
    #[cold]
    pub fn in_item(mut self, index: usize) -> Self {
        prefix_index(&mut self.0.path, index);
        self
    }

    /// Adds a path within the value whose error it is.
    pub(crate) fn in_path(mut self, path: &str) -> Self {
        self.0.path.push_str(path);
        self
    }

    /// Sets its position to that in another text.
    #[cold]
    pub(super) fn moved(mut self, position: impl Fn(usize) -> usize) -> Self {
        self.0.offset = position(self.0.offset);
        self
    }

    /// Computes line and column.
    #[cold]
    pub(crate) fn located(mut self, text: &str) -> Self {
        let before = text.as_bytes().get(..self.0.offset).unwrap_or(text.as_bytes());
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        self.0.position = Some((line, before.len() - start + 1));
        self
    }

    /// Rewrites what is shown, to redact it.
    pub(crate) fn map_text(mut self, redact: impl Fn(String) -> String) -> Self {
        self.0.path = redact(std::mem::take(&mut self.0.path));
        self.0.reason = redact(self.0.reason.into_owned()).into();
        self
    }

    pub(crate) fn into_parts(self) -> (String, Cow<'static, str>) {
        (self.0.path, self.0.reason)
    }
}

/// Puts a name before a path. It may come from a server, so it can hold anything.
pub(crate) fn prefix(path: &mut String, name: &str) {
    if !path.is_empty() && !path.starts_with('[') {
        path.insert(0, '.');
    }
    if name.len() > LONGEST_NAME {
        path.insert(0, '*');
    } else if name.chars().any(char::is_control) {
        path.insert_str(0, &name.replace(char::is_control, " "));
    } else {
        path.insert_str(0, name);
    }
}

pub(crate) fn prefix_index(path: &mut String, index: usize) {
    if !path.is_empty() && !path.starts_with('[') {
        path.insert(0, '.');
    }
    path.insert_str(0, &format!("[{index}]"));
}

/// `videoSpec.tracks[1].codec: expected a string, found a number at line 1 column 60`.
impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { path, reason, position, .. } = &*self.0;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(reason)?;
        match position {
            Some((line, column)) => write!(f, " at line {line} column {column}"),
            None => Ok(()),
        }
    }
}

/// As text, which a `main` that returns the error prints.
impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for DecodeError {}
