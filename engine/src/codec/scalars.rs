//! Numbers, booleans and texts.

use super::error::DecodeError;
use super::number::Number;
use super::reader::{Mode, Reader};
use super::writer::Writer;
use super::{Encode, Field, Sampler, Schema, Schemas};

/// A sign and a magnitude, which hold any integer of up to 64 bits.
type Whole = (bool, u64);

impl Reader<'_> {
    /// The integer that comes next: also as a float without a fraction, as JavaScript servers write them, and, unless the
    /// mode is strict, as text.
    fn integer(&mut self, what: &str) -> Result<Whole, DecodeError> {
        match self.next() {
            b'0'..=b'9' | b'-' => {
                let start = self.at;
                let number = self.number()?;
                let text = self.text.get(start..self.at).unwrap_or_default();
                whole(number, text).ok_or_else(|| self.wrong_number(start, what))
            }
            b'"' if self.mode() != Mode::Strict => {
                let start = self.at;
                let text = self.quoted()?;
                in_text(&text).and_then(|number| whole(number, &text)).ok_or_else(|| self.wrong_text(start, what))
            }
            _ => Err(self.expected(what)),
        }
    }

    /// The float that comes next: unless the mode is strict, also as text.
    fn float(&mut self) -> Result<f64, DecodeError> {
        let number = match self.next() {
            b'0'..=b'9' | b'-' => self.number()?,
            b'"' if self.mode() != Mode::Strict => {
                let start = self.at;
                let text = self.quoted()?;
                in_text(&text).ok_or_else(|| self.wrong_text(start, "a number"))?
            }
            _ => return Err(self.expected("a number")),
        };
        Ok(match number {
            Number::Natural(number) => number as f64,
            Number::Negative(number) => number as f64,
            Number::Float(number) => number,
        })
    }

    #[cold]
    fn wrong_number(&mut self, start: usize, what: &str) -> DecodeError {
        self.at = start;
        self.invalid(format!("expected {what}, found another number"))
    }

    #[cold]
    fn wrong_text(&mut self, start: usize, what: &str) -> DecodeError {
        self.at = start;
        self.expected(what)
    }
}

/// The number that a text is.
fn in_text(text: &str) -> Option<Number> {
    let mut reader = Reader::new(text);
    // Nothing may stand around it, not even space.
    let is_number = matches!(reader.byte(0), b'0'..=b'9' | b'-');
    let number = is_number.then(|| reader.number().ok())??;
    (reader.at == text.len()).then_some(number)
}

/// The integer that a number is, which is spelled so.
fn whole(number: Number, text: &str) -> Option<Whole> {
    match number {
        Number::Natural(number) => Some((false, number)),
        Number::Negative(number) => Some((true, number.unsigned_abs())),
        // Between these each float is exactly one integer of 64 bits. The least one comes as an integer, or is another
        // number that was rounded.
        Number::Float(number)
            if number.fract() == 0.0
                && number > -9_223_372_036_854_775_808.0
                && number < 18_446_744_073_709_551_616.0
                && !has_fraction(text) =>
        {
            Some((number < 0.0, number.abs() as u64))
        }
        Number::Float(_) => None,
    }
}

/// Whether a number is spelled with a fraction, which is lost where a float has no room for it.
fn has_fraction(text: &str) -> bool {
    let places = text.split_once('.').map_or("", |(_, places)| places);
    !places.contains(['e', 'E']) && places.contains(|digit| digit != '0')
}

macro_rules! integers {
    ($($ty:ident $what:literal)+) => {$(
        impl Encode for $ty {
            fn encode(&self, writer: &mut Writer) {
                writer.integer(*self as i128);
            }
        }

        impl Field for $ty {
            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                // The common case, in a third of the instructions.
                if let Some((number, end)) = reader.natural()
                    && let Ok(number) = Self::try_from(number)
                {
                    reader.at = end;
                    return Ok(number);
                }
                let start = reader.at;
                let (negative, magnitude) = reader.integer($what)?;
                let number = match negative {
                    false => Self::try_from(magnitude).ok(),
                    true => 0_i64.checked_sub_unsigned(magnitude).and_then(|number| Self::try_from(number).ok()),
                };
                number.ok_or_else(|| reader.wrong_number(start, $what))
            }

            fn sample(sampler: &mut Sampler) -> Self {
                sampler.number() as Self
            }

            fn schema(_: &mut Schemas) -> Schema {
                Schema::integer(Self::MIN as i128, Self::MAX as i128)
            }
        }
    )+};
}

integers! {
    u8 "an integer from 0 to 255"
    u16 "an integer from 0 to 65535"
    u32 "an integer from 0 to 4294967295"
    u64 "an integer from 0 to 18446744073709551615"
    usize "an integer from 0"
    i8 "an integer from -128 to 127"
    i16 "an integer from -32768 to 32767"
    i32 "an integer from -2147483648 to 2147483647"
    i64 "an integer of 64 bits"
    isize "an integer"
}

impl Encode for f64 {
    fn encode(&self, writer: &mut Writer) {
        writer.float(*self);
    }
}

impl Field for f64 {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.float()
    }

    fn sample(sampler: &mut Sampler) -> Self {
        sampler.number() as Self + 0.5
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("number")
    }
}

impl Encode for f32 {
    fn encode(&self, writer: &mut Writer) {
        writer.float32(*self);
    }
}

impl Field for f32 {
    // Not from the rounded `f64`: rounding twice can give the wrong neighbour.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.next();
        let start = reader.at;
        let number = reader.float()?;
        let digits = reader.text.get(start..reader.at).unwrap_or_default().trim_matches('"');
        let exact = digits.parse().unwrap_or(number as Self);
        if exact.is_finite() { Ok(exact) } else { Err(reader.wrong_number(start, "a number of single precision")) }
    }

    fn sample(sampler: &mut Sampler) -> Self {
        sampler.number() as Self + 0.5
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("number")
    }
}

impl Encode for bool {
    fn encode(&self, writer: &mut Writer) {
        writer.bool(*self);
    }
}

impl Field for bool {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = reader.at;
        match reader.next() {
            b't' => reader.word("true").map(|()| true),
            b'f' => reader.word("false").map(|()| false),
            b'0' | b'1' if reader.mode() != Mode::Strict => match reader.integer("a boolean")? {
                (_, 0) => Ok(false),
                (false, 1) => Ok(true),
                _ => Err(reader.wrong_number(start, "a boolean")),
            },
            b'"' if reader.mode() != Mode::Strict => {
                let start = reader.at;
                let text = reader.quoted()?;
                text.parse().map_err(|_| reader.wrong_text(start, "a boolean"))
            }
            _ => Err(reader.expected("a boolean")),
        }
    }

    fn sample(_: &mut Sampler) -> Self {
        true
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("boolean")
    }
}

impl Encode for char {
    fn encode(&self, writer: &mut Writer) {
        writer.str(self.encode_utf8(&mut [0; 4]));
    }
}

impl Field for char {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.text()?;
        text.parse().map_err(|_| reader.invalid("expected a string of one character"))
    }

    fn sample(_: &mut Sampler) -> Self {
        'x'
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("string")
    }
}

impl Encode for str {
    fn encode(&self, writer: &mut Writer) {
        writer.str(self);
    }
}

impl Encode for String {
    fn encode(&self, writer: &mut Writer) {
        writer.str(self);
    }
}

impl Field for String {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.string()
    }

    fn sample(sampler: &mut Sampler) -> Self {
        sampler.name().to_owned()
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("string")
    }
}

/// `null`.
impl Encode for () {
    fn encode(&self, writer: &mut Writer) {
        writer.null();
    }
}

impl Field for () {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.take_null()? {
            true => Ok(()),
            false => Err(reader.expected("null")),
        }
    }

    fn sample(_: &mut Sampler) -> Self {}

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("null")
    }
}
