//! Reading JSON, one token after the other.

use super::error::{DecodeError, DecodeErrorKind};
use super::skip::Skipped;

/// How values are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Accepts close matches: `"12"` and `12.0` are integers, `"true"` is a boolean, unknown members are kept in
    /// [`Extra`](crate::Extra), `null` is a missing field.
    Lenient,
    /// As strict servers read requests: unknown members, unknown values of enums, nulls and numbers as text are errors.
    Strict,
    /// Lenient, and skips what cannot be read in an optional place. An optional field is left out and its value kept in
    /// [`Extra`](crate::Extra); an item of a list or map is skipped. What was skipped is reported
    /// ([`Decoded::skipped`](super::Decoded::skipped)). A list or map of which no item can be read is an error.
    #[default]
    SkipInvalid,
}

/// The kind of the value that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// A list.
    List,
    /// An object.
    Object,
    /// Not the beginning of a value: reading it is an error, whatever the type.
    Invalid,
}

/// Reads JSON: a text and a position in it.
///
/// For implementations of [`Field`](super::Field): most check [`kind`](Self::kind) and call the `decode` of another type.
#[derive(Debug)]
pub struct Reader<'a> {
    pub(super) text: &'a str,
    /// How far the text has been read, in bytes.
    pub(super) at: usize,
    /// How many lists and objects are open.
    pub(super) depth: u8,
    mode: Mode,
    /// Whether the text may not name this machine's files.
    pub(crate) untrusted: bool,
    /// How many bytes the value may still take.
    pub(super) memory: usize,
    /// What was skipped. The paths of the last ones are still being collected.
    pub(super) skipped: Vec<Skipped>,
    /// Where each skipped place begins, in their order.
    pub(super) skipped_at: Vec<usize>,
    /// Set if the whole is an object that looks like one of another type.
    pub(super) foreign: Option<Foreign>,
}

/// How an object looks like one of another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// It has no field that its model has, though some are required. Holds what was expected.
    NothingRequired(&'static str),
    /// It has no field that its model has, or only nulls; but none is required.
    Unknown,
}

impl<'a> Reader<'a> {
    /// A reader at the start of a text, in [`Mode::Lenient`].
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            mode: Mode::Lenient,
            untrusted: false,
            memory: usize::MAX,
            skipped: Vec::new(),
            skipped_at: Vec::new(),
            foreign: None,
        }
    }

    pub(super) fn with_mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    pub(super) fn with_max_memory(self, memory: usize) -> Self {
        Self { memory, ..self }
    }

    /// How values are read.
    #[inline]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The kind of the value that comes next. Nothing is read yet.
    #[inline]
    pub fn kind(&mut self) -> Kind {
        match self.next() {
            b'"' => Kind::String,
            b'0'..=b'9' | b'-' => Kind::Number,
            b'{' => Kind::Object,
            b'[' => Kind::List,
            b'n' => Kind::Null,
            b't' | b'f' => Kind::Bool,
            _ => Kind::Invalid,
        }
    }

    /// Reads a `null` if one comes next.
    ///
    /// # Errors
    /// When what comes next begins like a `null` and is none.
    #[inline]
    pub fn take_null(&mut self) -> Result<bool, DecodeError> {
        match self.next() {
            b'n' => self.word("null").map(|()| true),
            _ => Ok(false),
        }
    }

    /// The text of the next value as it stands, which is checked to be JSON.
    ///
    /// # Errors
    /// When it is not JSON.
    pub fn raw(&mut self) -> Result<&'a str, DecodeError> {
        self.next();
        let start = self.at;
        self.skip()?;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// An error that says what was expected in the place of the next value, such as `a string`.
    #[cold]
    pub fn expected(&mut self, what: &str) -> DecodeError {
        let found = match self.kind() {
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::List => "a list",
            Kind::Object => "an object",
            Kind::Invalid => return self.no_value(),
        };
        let offset = self.at;
        // Invalid JSON is reported as such, whatever type was expected.
        if let Err(error) = self.skip_scalar() {
            return error;
        }
        self.at = offset;
        DecodeError::new(DecodeErrorKind::Value, offset, format!("expected {what}, found {found}"))
    }

    /// An error of the value that was read last.
    #[cold]
    pub fn invalid(&self, reason: impl Into<std::borrow::Cow<'static, str>>) -> DecodeError {
        DecodeError::new(DecodeErrorKind::Value, self.at, reason)
    }

    /// An error of the value that was read last, which is none of those that its type allows.
    #[cold]
    pub fn not_allowed(&self) -> DecodeError {
        DecodeError::new(DecodeErrorKind::NotAllowed, self.at, "is none of the allowed values")
    }

    #[cold]
    pub(super) fn syntax(&self, reason: &'static str) -> DecodeError {
        // A truncated text gets an error of its own, because a retry may help.
        let reason = match self.at >= self.text.len() {
            true => format!("unexpected end, {reason}").into(),
            false => std::borrow::Cow::Borrowed(reason),
        };
        DecodeError::new(DecodeErrorKind::Syntax, self.at, reason)
    }

    #[cold]
    pub(super) fn no_value(&self) -> DecodeError {
        self.syntax("expected a value")
    }

    /// Accounts for memory that the value takes.
    ///
    /// # Errors
    /// When that is more than allowed.
    #[inline]
    pub fn charge(&mut self, bytes: usize) -> Result<(), DecodeError> {
        match self.memory.checked_sub(bytes) {
            Some(left) => {
                self.memory = left;
                Ok(())
            }
            None => Err(self.too_large()),
        }
    }

    #[cold]
    fn too_large(&self) -> DecodeError {
        let reason = "the value takes more memory than the limit (`max_memory`)";
        DecodeError::new(DecodeErrorKind::TooLarge, self.at, reason)
    }

    /// The byte at a position; 0 at the end, which no valid JSON contains.
    #[inline]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The first byte of the next token, which is not read yet.
    #[inline]
    pub(super) fn next(&mut self) -> u8 {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if *byte > b' ' => *byte,
            _ => self.next_after_space(),
        }
    }

    #[inline(never)]
    fn next_after_space(&mut self) -> u8 {
        loop {
            match self.byte(self.at) {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return byte,
            }
        }
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), DecodeError> {
        match self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            true => {
                self.at += word.len();
                Ok(())
            }
            false => Err(self.no_value()),
        }
    }
}
