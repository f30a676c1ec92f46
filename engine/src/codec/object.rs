//! Objects: the loops that read and write all models.

use super::Encode;
use super::error::{DecodeError, DecodeErrorKind};
use super::extra::Extra;
use super::reader::{Foreign, Mode, Reader};
use super::shape::Shape;
use super::skip::Step;
use super::via_serde::EncodeViaSerde;
use super::writer::Writer;

/// A model, with its type forgotten: what `model!` expands to.
#[doc(hidden)]
pub trait Object {
    fn shape(&self) -> &'static Shape;
    fn extra(&self) -> &Extra;
    fn extra_mut(&mut self) -> &mut Extra;
    /// Reads the value of a field.
    fn decode_member(&mut self, index: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError>;
    /// The value of a field.
    fn member(&self, index: usize) -> Member<'_>;
    /// Makes an optional field none.
    fn clear_member(&mut self, index: usize);
    /// Whether a required field has its default.
    fn is_default(&self, index: usize) -> bool;
}

/// The value of a field.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "only what `model!` expands to makes one")]
pub enum Member<'a> {
    /// The field is left out.
    Absent,
    Value(&'a dyn Encode),
    ViaSerde(&'a dyn EncodeViaSerde),
}

impl<'a> Member<'a> {
    #[inline]
    pub fn optional(value: &'a Option<impl Encode>) -> Self {
        value.as_ref().map_or(Self::Absent, |value| Self::Value(value))
    }

    #[inline]
    pub fn optional_via_serde(value: &'a Option<impl EncodeViaSerde>) -> Self {
        value.as_ref().map_or(Self::Absent, |value| Self::ViaSerde(value))
    }
}

/// Reads an object into a model that has its defaults.
#[doc(hidden)]
pub fn decode_object(model: &mut dyn Object, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    let shape = model.shape();
    reader.open_object(shape.what)?;
    let depth = reader.depth;
    let (mut seen, mut nulls, mut next, mut first) = (0_u64, 0_u64, 0, true);
    while reader.at_name(first)? {
        first = false;
        let quote = reader.at;
        // Most servers write members in the same order each time, mostly that of the declaration.
        let index = if shape.predicted(next, reader) {
            next
        } else if let Some(index) = shape.find_here(reader) {
            index
        } else if let Some(index) = known(shape, reader)? {
            index
        } else {
            unknown(model, quote, reader)?;
            continue;
        };
        next = index + 1;
        let bit = 1_u64.checked_shl(index as u32).unwrap_or(0);
        if seen & bit != 0 {
            // As in serde_json and JavaScript, the last of two members of one name wins.
            model.extra_mut().forget_null(shape, index);
            model.clear_member(index);
        }
        seen |= bit;
        let start = reader.at;
        if reader.next() == b'n' {
            nulls |= bit;
            null(model, index, reader)?;
        } else if let Err(error) = model.decode_member(index, reader) {
            invalid(model, index, start, depth, reader, error)?;
        } else if !reader.skipped.is_empty() {
            reader.skipped_in(start, Step::Name(shape.name(index)));
        }
    }
    let missing = shape.required() & !seen;
    // `next` moves with the first member that the model knows.
    if depth == 1 && (next == 0 || (nulls != 0 && nulls == seen)) {
        let is_other = next == 0 && missing != 0;
        reader.foreign = Some(if is_other { Foreign::NothingRequired(shape.what) } else { Foreign::Unknown });
    }
    if missing != 0 {
        model.extra_mut().note_missing(shape, missing);
    }
    Ok(())
}

/// Reads a name in any spelling, and returns its index if it is that of a field.
#[inline(never)]
fn known(shape: &Shape, reader: &mut Reader<'_>) -> Result<Option<usize>, DecodeError> {
    let name = reader.name()?;
    Ok(shape.find(&name))
}

/// Keeps a member that the model does not know, whose name has been read.
#[cold]
fn unknown(model: &mut dyn Object, quote: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    let text = reader.text;
    if reader.mode() != Mode::Strict {
        reader.skip().map_err(|error| error.in_field(&name_at(text, quote)))?;
        model.extra_mut().push_raw(text.get(quote..reader.at).unwrap_or_default());
        return Ok(());
    }
    Err(DecodeError::new(DecodeErrorKind::UnknownField, quote, "is not known").in_field(&name_at(text, quote)))
}

/// The name whose quote stands at a position.
#[cold]
fn name_at(text: &str, quote: usize) -> String {
    let mut reader = Reader::new(text);
    reader.at = quote;
    reader.quoted().unwrap_or_default().into_owned()
}

/// Reads a `null` in the place of a field's value.
#[cold]
fn null(model: &mut dyn Object, index: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    let shape = model.shape();
    let in_field = |error: DecodeError| error.in_field(shape.name(index));
    if shape.is_nullable(index) {
        return model.decode_member(index, reader).map_err(in_field);
    }
    let start = reader.at;
    if reader.mode() == Mode::Strict {
        // The type may give `null` a meaning.
        return model
            .decode_member(index, reader)
            .map_err(|_| in_field(DecodeError::new(DecodeErrorKind::Value, start, "is null")));
    }
    reader.word("null").map_err(in_field)?;
    model.extra_mut().note_null(shape, index);
    Ok(())
}

/// Keeps the value of an optional field that could not be read, if the mode allows. Required fields
/// have no such place: a model without one would be invalid.
#[cold]
fn invalid(
    model: &mut dyn Object,
    index: usize,
    start: usize,
    depth: u8,
    reader: &mut Reader<'_>,
    error: DecodeError,
) -> Result<(), DecodeError> {
    let shape = model.shape();
    let error = error.in_field(shape.name(index));
    if shape.is_required(index) {
        return Err(error);
    }
    let error = reader.pass_over(start, depth, error)?;
    model.clear_member(index);
    let raw = reader.text.get(start..reader.at).unwrap_or_default();
    model.extra_mut().push(shape.name(index), raw.trim_ascii_start());
    reader.report(start, error);
    Ok(())
}

/// Has a field of a model that is not set, or has its default, written as `null`: as if it had been read so. `name` is the
/// one on the wire; a name that the model does not have changes nothing.
pub fn mark_null(model: &mut impl Object, name: &str) {
    let shape = model.shape();
    if let Some(index) = shape.find(name) {
        model.extra_mut().note_null(shape, index);
    }
}

/// Has a required field of a model that has its default left out: as if it had been missing. `name` is the one on the
/// wire; a name that the model does not have changes nothing.
pub fn mark_missing(model: &mut impl Object, name: &str) {
    let shape = model.shape();
    if let Some(index) = shape.find(name).filter(|index| *index < 64 && shape.is_required(*index)) {
        model.extra_mut().note_missing(shape, 1 << index);
    }
}

/// Writes a model.
#[doc(hidden)]
pub fn encode_object(model: &dyn Object, writer: &mut Writer) {
    let (shape, extra) = (model.shape(), model.extra());
    writer.raw("{");
    let mut written = 0_u128;
    for (index, key) in shape.keys.iter().enumerate() {
        let member = match model.member(index) {
            // For a lossless round trip; a value that was set since then takes precedence.
            Member::Value(_) | Member::ViaSerde(_)
                if shape.is_required(index) && extra.has_noted(shape, index) && model.is_default(index) =>
            {
                match extra.is_missing(shape, index) {
                    true => continue,
                    false => Member::Value(&()),
                }
            }
            Member::Absent if extra.is_null(shape, index) => Member::Value(&()),
            member => member,
        };
        let from = writer.as_json().len();
        match member {
            Member::Value(value) => writer.member(key.name, value),
            Member::ViaSerde(value) => {
                writer.name(key.name);
                value.encode_via_serde(writer);
            }
            Member::Absent => continue,
        }
        if writer.is_checking() {
            writer.check_member(key.name, from, shape.constraint(index));
        }
        written |= 1 << index;
    }
    extra.write(writer, |name| shape.find(name).is_some_and(|index| written >> index & 1 == 1));
    writer.raw("}");
}
