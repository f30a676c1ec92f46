//! Writing JSON.

use std::fmt::{self, Write as _};

use super::constraint::Constraint;
use super::error::{prefix, prefix_index};
use super::text::{push_escaped, push_quoted};

/// Writes a value as JSON. Object-safe.
///
/// ```
/// # use typed_endpoint::codec::{Encode, Writer, to_json};
/// /// Degrees Celsius, as the text `21.5 °C`.
/// struct Temperature(f64);
///
/// impl Encode for Temperature {
///     fn encode(&self, writer: &mut Writer) {
///         writer.display(&format_args!("{} °C", self.0));
///     }
/// }
///
/// assert_eq!(to_json(&Temperature(21.5)), r#""21.5 °C""#);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field, a body or a response",
    note = "objects are declared by `model!`, texts by `open_enum!` and `id!`; for other types implement `Encode` and `Field`",
    note = "a type that implements serde's traits can be a field by `name via serde: {Self}` in `model!`, or as `ViaSerde<{Self}>`"
)]
pub trait Encode {
    /// Writes exactly one value.
    fn encode(&self, writer: &mut Writer);
}

/// Writes JSON, and records, if it is asked to, which of the text is secret.
///
/// Each [`Encode`] writes exactly one value.
pub struct Writer {
    text: String,
    /// The secrets among what was written; `None` if they are not recorded.
    secrets: Option<Vec<String>>,
    /// Whether values are checked.
    checking: bool,
    /// The first value that is not what its declaration says it has to be.
    violation: Option<Box<Violation>>,
}

/// A value that is not what it has to be.
struct Violation {
    path: String,
    reason: String,
    /// Where in the text the value is, or begins.
    at: usize,
}

impl Writer {
    /// A writer that records no secrets.
    pub fn new() -> Self {
        Self { text: String::new(), secrets: None, checking: false, violation: None }
    }

    /// A writer that records secrets.
    pub fn recording() -> Self {
        Self { text: String::new(), secrets: Some(Vec::new()), checking: false, violation: None }
    }

    /// A writer that records secrets, and may check that values are what they have to be.
    pub(crate) fn for_requests(checking: bool) -> Self {
        Self { text: String::new(), secrets: Some(Vec::new()), checking, violation: None }
    }

    /// What was written.
    pub fn as_json(&self) -> &str {
        &self.text
    }

    /// What was written.
    pub fn into_json(self) -> String {
        self.text
    }

    /// What was written so far, which is then gone: the writer can be used for another value. Secrets stay.
    pub fn take_json(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Makes room for a text of this length.
    pub fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes);
    }

    /// Forgets what was written, but no secrets.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// The secrets that were written, if they were recorded.
    pub fn into_secrets(self) -> Vec<String> {
        self.secrets.unwrap_or_default()
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.text.push_str("null");
    }

    /// Writes a boolean.
    pub fn bool(&mut self, value: bool) {
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// Writes a string.
    pub fn str(&mut self, text: &str) {
        push_quoted(&mut self.text, text);
    }

    /// Writes a string that must not be shown where requests and errors are: a key, a password.
    pub fn secret(&mut self, text: &str) {
        self.redact(text);
        self.str(text);
    }

    /// Records that a text, which is part of something that is written, must not be shown.
    pub fn redact(&mut self, text: &str) {
        if let Some(secrets) = &mut self.secrets {
            secrets.push(text.to_owned());
        }
    }

    /// How many secrets were written.
    pub(crate) fn count_secrets(&self) -> usize {
        self.secrets.as_ref().map_or(0, Vec::len)
    }

    /// Writes what a value displays as a string.
    pub fn display(&mut self, value: &dyn fmt::Display) {
        /// Escapes what is written to it.
        struct Escaped<'a>(&'a mut String);

        impl fmt::Write for Escaped<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                push_escaped(self.0, text);
                Ok(())
            }
        }

        self.text.push('"');
        // Writing to a `String` does not fail; a `Display` that does has written what it could.
        let _ = write!(Escaped(&mut self.text), "{value}");
        self.text.push('"');
    }

    /// Writes an integer.
    pub fn integer(&mut self, number: impl Into<i128>) {
        self.push_integer(number.into());
    }

    fn push_integer(&mut self, number: i128) {
        let Ok(mut rest) = u64::try_from(number.unsigned_abs()) else {
            let _ = write!(self.text, "{number}");
            return;
        };
        let mut digits = [0; 20];
        let mut from = digits.len();
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            from -= 1;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            self.text.push('-');
        }
        // Digits are text.
        self.text.push_str(digits.get(from..).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default());
    }

    /// Writes a float; one without a fraction as an integer, as JavaScript servers do, and one that JSON cannot hold as
    /// `null`.
    pub fn float(&mut self, number: f64) {
        // Beyond 2^53 not every integer is a float, so the digits of an integer would claim a precision that is not there.
        if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
            self.push_integer(number as i128);
        } else if number.is_finite() {
            let _ = write!(self.text, "{number:?}");
        } else {
            self.null();
        }
    }

    /// Writes a float of single precision, with no more digits than it has.
    pub fn float32(&mut self, number: f32) {
        if number.fract() == 0.0 && number.abs() < 16_777_216.0 {
            self.push_integer(number as i128);
        } else if number.is_finite() {
            let _ = write!(self.text, "{number:?}");
        } else {
            self.null();
        }
    }

    /// Writes a value that is JSON already. What is none makes the whole none.
    pub fn raw(&mut self, json: &str) {
        self.text.push_str(json);
    }

    /// Writes a list.
    pub fn list<'v, T: Encode + ?Sized + 'v>(&mut self, items: impl IntoIterator<Item = &'v T>) {
        self.text.push('[');
        for (index, item) in items.into_iter().enumerate() {
            self.comma();
            let from = self.text.len();
            item.encode(self);
            if self.violation.is_some() {
                self.in_item(index, from);
            }
        }
        self.text.push(']');
    }

    /// Writes an object, whose members the function writes ([`member`](Self::member)).
    pub fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.text.push('{');
        members(self);
        self.text.push('}');
    }

    /// Writes a member of the object that is being written.
    pub fn member(&mut self, name: &str, value: &dyn Encode) {
        self.name(name);
        value.encode(self);
    }

    /// Writes the name of a member; its value must follow.
    pub fn name(&mut self, name: &str) {
        self.comma();
        push_quoted(&mut self.text, name);
        self.text.push(':');
    }

    /// Adds a member to the object that was written last: at its end, so that places in the text stay what they are.
    pub(super) fn add_member(&mut self, name: &str, value: &dyn Encode) {
        if self.text.ends_with('}') {
            self.text.pop();
            self.member(name, value);
            self.text.push('}');
        }
    }

    /// Whether values are checked.
    #[inline]
    pub(crate) fn is_checking(&self) -> bool {
        self.checking
    }

    /// Whether a value was not what it has to be.
    #[inline]
    pub(crate) fn has_violation(&self) -> bool {
        self.violation.is_some()
    }

    /// Checks a member that was written from this position on.
    pub(super) fn check_member(&mut self, name: &str, from: usize, constraint: Option<&Constraint>) {
        match &mut self.violation {
            Some(violation) if violation.at >= from => prefix(&mut violation.path, name),
            Some(_) => {}
            None => {
                let written =
                    constraint.and_then(|constraint| Some((constraint, self.text.get(from..)?.split_once(':')?.1)));
                if let Some((constraint, written)) = written {
                    let reason = constraint.check(written).err();
                    self.violation = reason.map(|reason| Violation { path: name.to_owned(), reason, at: from }.into());
                }
            }
        }
    }

    #[cold]
    fn in_item(&mut self, index: usize, from: usize) {
        if let Some(violation) = self.violation.as_mut().filter(|violation| violation.at >= from) {
            prefix_index(&mut violation.path, index);
        }
    }

    /// Checks the value of a field that was written from this position on, with all that is in it: the path of the first value that
    /// is not what it has to be, and what it has to be.
    pub(crate) fn check_field(
        &mut self,
        name: &str,
        from: usize,
        constraint: &Constraint,
    ) -> Result<(), (String, String)> {
        if let Some(mut violation) = self.violation.take() {
            prefix(&mut violation.path, name);
            return Err((violation.path, violation.reason));
        }
        if constraint.is_none() {
            return Ok(());
        }
        let written = self.text.get(from..).unwrap_or_default();
        constraint.check(written).map_err(|reason| (name.to_owned(), reason))
    }

    /// Writes what separates an item from the one before, if there is one: no value ends by an opening bracket.
    pub(super) fn comma(&mut self) {
        if !matches!(self.text.as_bytes().last(), Some(b'[' | b'{')) {
            self.text.push(',');
        }
    }
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows nothing of what was written.
impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("len", &self.text.len()).finish_non_exhaustive()
    }
}

/// Writes a value as JSON.
pub fn to_json<T: Encode + ?Sized>(value: &T) -> String {
    let mut writer = Writer::new();
    value.encode(&mut writer);
    writer.into_json()
}
