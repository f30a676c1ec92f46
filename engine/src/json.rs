//! Reading JSON, as every answer is read.
//!
//! [`from_str`] takes and refuses the same texts as serde_json's, and gives the same values. Most of the time of a call
//! that is not spent in the network goes into it, so that what answers mostly consist of (short names, plain strings,
//! numbers) is read here; what is rare (escapes, 128 bits, numbers in names) is cut out and handed to serde_json.
//! And an error says where in the value it is, whatever the types are.

use std::fmt;

use serde::de::{self, Deserialize, Expected, Unexpected};

use reader::Reader;

mod access;
mod reader;
#[cfg(test)]
mod tests;

/// Reads a value.
///
/// # Errors
/// When the text is no JSON, or not that of a `T`.
pub(crate) fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader).and_then(|value| match reader.next() {
        None => Ok(value),
        Some(_) => Err(Error::syntax("trailing characters")),
    });
    value.map_err(|error| error.located(text, reader.rest.len()))
}

/// Why a text could not be read. In a box, so that what success hands on stays small.
pub(crate) struct Error(Box<Failure>);

struct Failure {
    reason: String,
    is_data: bool,
    /// Where in the value, such as `status.phase` or `chunks[3].text`; empty for the whole.
    path: String,
    /// How many bytes had not been read yet, once that is known.
    left: Option<usize>,
    line: usize,
    column: usize,
}

impl Error {
    #[cold]
    fn new(reason: String, is_data: bool) -> Self {
        Self(Box::new(Failure { reason, is_data, path: String::new(), left: None, line: 0, column: 0 }))
    }

    #[cold]
    fn syntax(reason: &str) -> Self {
        Self::new(reason.to_owned(), false)
    }

    /// What serde_json says of a part of the text, without where: it knows the part only.
    #[cold]
    fn of_part(error: &serde_json::Error, is_data: bool) -> Self {
        let mut reason = error.to_string();
        if let Some(position) = reason.rfind(" at line ") {
            reason.truncate(position);
        }
        Self::new(reason, is_data)
    }

    /// Whether the text is JSON, but of something else.
    pub(crate) fn is_data(&self) -> bool {
        self.0.is_data
    }

    /// What is wrong there.
    pub(crate) fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Where in the value, such as `status.phase` or `chunks[3].text`; empty for the whole. For a key of a map, which is
    /// data and may be a secret, there is a `*`.
    pub(crate) fn path(&self) -> &str {
        &self.0.path
    }

    /// Says in what the value is that it is an error of.
    #[cold]
    pub(crate) fn within(&mut self, step: &str) {
        let path = &mut self.0.path;
        if !path.is_empty() && !path.starts_with('[') {
            path.insert(0, '.');
        }
        path.insert_str(0, step);
    }

    /// Notes how much had not been read yet, the first time only: what passes it on may read on.
    #[cold]
    fn met(&mut self, left: usize) {
        self.0.left.get_or_insert(left);
    }

    #[cold]
    fn located(mut self, text: &str, left: usize) -> Self {
        self.met(left);
        let at = text.len() - self.0.left.unwrap_or(left);
        let before = text.get(..at).unwrap_or(text);
        self.0.line = before.matches('\n').count() + 1;
        // A value of the wrong kind has been read by then, what is no JSON has not.
        self.0.column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + usize::from(!self.0.is_data);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { reason, line, column, .. } = &*self.0;
        write!(f, "{reason} at line {line} column {column}")
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}, {:?})", self.0.path, self.to_string())
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    #[cold]
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::new(reason.to_string(), true)
    }

    #[cold]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match found {
            Unexpected::Unit => Self::custom(format_args!("invalid type: null, expected {expected}")),
            found => Self::custom(format_args!("invalid type: {found}, expected {expected}")),
        }
    }

    /// In the quotes that tell what is data.
    #[cold]
    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown variant {variant:?}, expected one of {}", expected.join(", ")))
    }
}
