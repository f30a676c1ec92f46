//! How a whole text is read.

use super::error::{DecodeError, DecodeErrorKind};
use super::field::Field;
use super::non_numbers;
use super::reader::{Foreign, Mode, Reader};
use super::sampler::Sampler;
use super::skip::{self, Skipped};

/// How JSON is read.
///
/// ```
/// # use typed_endpoint::codec::{Mode, Options};
/// let numbers = Options::new().decode::<Vec<u8>>(r#"[1, "2", "three"]"#)?;
/// assert_eq!(numbers.value, [1, 2]);
/// assert_eq!(numbers.skipped[0].path, "[2]");
/// assert!(Options::new().mode(Mode::Strict).decode::<Vec<u8>>(r#"["2"]"#).is_err());
/// # Ok::<(), typed_endpoint::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Options {
    mode: Mode,
    /// `None`: by the length of the text.
    max_memory: Option<usize>,
    untrusted: bool,
}

/// However short a text is, its value may take this many bytes of memory.
const LEAST_MEMORY: usize = 64 * 1024 * 1024;

/// How many bytes of memory a value may take for each byte of a text that is not short: lists of small objects take more
/// than their text, and one that takes hundreds of times as much is an attack.
const MEMORY_PER_BYTE: usize = 16;

/// A value, and what of its text could not be read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decoded<T> {
    /// The value.
    pub value: T,
    /// What was skipped because it could not be read ([`Mode::SkipInvalid`]): the first 100 places.
    pub skipped: Vec<Skipped>,
    /// The number of all places that were skipped.
    pub skipped_count: usize,
}

/// What was noticed while a value was read.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) skipped_count: usize,
    /// Set when the whole looks like something else.
    pub(crate) foreign: Option<Foreign>,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// The defaults: [`Mode::SkipInvalid`], and a limit of memory by the length of the text.
    pub const fn new() -> Self {
        Self { mode: Mode::SkipInvalid, max_memory: None, untrusted: false }
    }

    /// Sets how values are read (default: [`Mode::SkipInvalid`]).
    pub const fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Limits the memory of the value, in bytes (default: 16 times the text's length, at least 64 MiB). What counts are the
    /// items of lists and maps and what is boxed, which can take hundreds of times as many bytes as their text.
    pub const fn max_memory(mut self, bytes: usize) -> Self {
        self.max_memory = Some(bytes);
        self
    }

    /// Whether the text comes from whoever can reach a server, and must not name this machine's files (default: no).
    pub(crate) const fn untrusted(mut self, untrusted: bool) -> Self {
        self.untrusted = untrusted;
        self
    }

    /// Reads a value. A byte order mark before it is skipped; `NaN`, `Infinity` and `-Infinity` in it are `null`, except
    /// in [`Mode::Strict`].
    ///
    /// # Errors
    /// When the text is not JSON, or not that of a `T`.
    #[inline]
    pub fn decode<T: Field>(self, text: &str) -> Result<Decoded<T>, DecodeError> {
        let mut notes = Notes::default();
        let value = self.read(text, &mut notes)?;
        Ok(Decoded { value, skipped: notes.skipped, skipped_count: notes.skipped_count })
    }

    /// The same, with what was noticed apart from the value: values are large, and each step that they are moved costs.
    #[inline]
    pub(crate) fn read<T: Field>(self, text: &str, notes: &mut Notes) -> Result<T, DecodeError> {
        let value = self.read_json(text, notes);
        match value {
            Err(error) => self.read_non_numbers(text, notes, error).map_err(|error| error.located(text)),
            value => value,
        }
    }

    /// Reads a text that is not JSON again with `null` in place of `NaN` and the like, which must not cost the rest of a response.
    #[cold]
    #[inline(never)]
    fn read_non_numbers<T: Field>(self, text: &str, notes: &mut Notes, error: DecodeError) -> Result<T, DecodeError> {
        if error.kind() != DecodeErrorKind::Syntax || self.mode == Mode::Strict {
            return Err(error);
        }
        let Some(replaced) = non_numbers::as_null(text) else { return Err(error) };
        self.read_json(&replaced.json, notes).map_err(|error| error.moved(|at| replaced.position(at)))
    }

    fn read_json<T: Field>(self, text: &str, notes: &mut Notes) -> Result<T, DecodeError> {
        let mut reader = self.reader(text);
        let value = T::decode(&mut reader);
        if value.is_ok() {
            reader.finish()?;
            notes.foreign = reader.foreign;
            (notes.skipped, notes.skipped_count) = skip::reports(reader);
        }
        value
    }

    /// Reads a value from bytes.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and when the bytes are not UTF-8.
    #[inline]
    pub fn decode_bytes<T: Field>(self, bytes: &[u8]) -> Result<Decoded<T>, DecodeError> {
        // One check of the whole is much cheaper than one for each string.
        match std::str::from_utf8(bytes) {
            Ok(text) => self.decode(text),
            Err(error) => Err(DecodeError::new(DecodeErrorKind::Syntax, error.valid_up_to(), "the text is not UTF-8")),
        }
    }

    fn reader(self, text: &str) -> Reader<'_> {
        let by_length = || text.len().saturating_mul(MEMORY_PER_BYTE).max(LEAST_MEMORY);
        let max_memory = self.max_memory.unwrap_or_else(by_length);
        let mut reader = Reader::new(text).with_mode(self.mode).with_max_memory(max_memory);
        reader.untrusted = self.untrusted;
        if text.starts_with('\u{feff}') {
            reader.at = '\u{feff}'.len_utf8();
        }
        reader
    }
}

/// Reads a value from JSON, as responses are read by default ([`Options`] has the details).
///
/// # Errors
/// When the text is not JSON, or not that of a `T`. The error has path, line and column.
#[inline]
pub fn from_json<T: Field>(text: &str) -> Result<T, DecodeError> {
    Options::new().decode(text).map(|decoded| decoded.value)
}

impl Reader<'_> {
    /// Refuses anything but space behind the value.
    fn finish(&mut self) -> Result<(), DecodeError> {
        match self.next() {
            0 if self.at >= self.text.len() => Ok(()),
            _ => Err(self.syntax("trailing characters")),
        }
    }

    /// Reads a value from a text that has been read: with the memory that is left, and with reports of what is skipped.
    pub(crate) fn read_text<T: Field>(&mut self, text: &str) -> Result<T, DecodeError> {
        let mut inner = Options::new().mode(self.mode()).max_memory(self.memory).untrusted(self.untrusted).reader(text);
        let value = T::decode(&mut inner).and_then(|value| inner.finish().map(|()| value));
        self.memory = inner.memory;
        self.report_within(inner);
        // The error's position is one in the inner text. A limit is one of the whole: such an error is never skipped.
        value.map_err(|error| {
            let kind = if error.kind() == DecodeErrorKind::TooLarge { error.kind() } else { DecodeErrorKind::Value };
            let (path, reason) = error.into_parts();
            DecodeError::new(kind, self.at, format!("in the text: {reason}")).in_path(&path)
        })
    }
}

impl Sampler {
    /// The value that the JSON stands for, or the type's own sample if it cannot be read as that type.
    pub fn json<T: Field>(&mut self, json: &str) -> T {
        match Options::new().decode(json) {
            Ok(decoded) => decoded.value,
            Err(_) => T::sample(self),
        }
    }
}
