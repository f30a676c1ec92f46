//! Values of several kinds: which of the alternatives of a [`union!`](crate::union) one is.

use serde_json::json;

use super::error::DecodeError;
use super::field::Field;
use super::reader::{Kind, Mode, Reader};
use super::schema::Schema;
use super::writer::{Encode, Writer};

/// What the values of an alternative look like.
#[derive(Debug)]
pub struct Alternative {
    /// Its kind.
    pub kind: Kind,
    /// The member that it is known by.
    pub member: Option<Member>,
}

/// A member that an object has, and its value, if that matters.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub value: Option<&'static str>,
}

/// Finds the first alternative that the next value looks like; `None` if there is none. Nothing is read.
///
/// # Errors
/// When what comes next is not JSON.
pub fn alternative(reader: &mut Reader<'_>, alternatives: &[Alternative]) -> Result<Option<usize>, DecodeError> {
    let kind = reader.kind();
    if kind == Kind::Invalid {
        return Err(reader.expected("a value"));
    }
    let of_kind = |alternative: &Alternative| alternative.kind == kind;
    if !alternatives.iter().any(|alternative| of_kind(alternative) && alternative.member.is_some()) {
        return Ok(alternatives.iter().position(of_kind));
    }
    let start = reader.at;
    let raw = reader.raw()?;
    reader.at = start;
    let mut fits: Vec<_> = alternatives.iter().map(|it| of_kind(it) && it.member.is_none()).collect();
    // The text was checked to be JSON, and is no deeper than the reader allows.
    Reader::new(raw).object(|name, reader| {
        let value = reader.raw()?;
        for (fits, alternative) in fits.iter_mut().zip(alternatives) {
            let Some(member) = alternative.member.as_ref().filter(|member| member.name == name) else { continue };
            *fits = of_kind(alternative)
                && member.value.is_none_or(|wanted| Reader::new(value).text().is_ok_and(|text| text == wanted));
        }
        Ok(())
    })?;
    Ok(fits.iter().position(|fits| *fits))
}

/// Reads a value that is known by the text of a member, which need not be a field of its type: strict servers refuse what is none.
///
/// # Errors
/// Those of the type.
pub fn decode_known_by<T: Field>(reader: &mut Reader<'_>, name: &str) -> Result<T, DecodeError> {
    if reader.mode() != Mode::Strict {
        return reader.read();
    }
    let raw = reader.raw()?;
    let mut rest = Writer::new();
    Reader::new(raw).object(|member, reader| {
        let value = reader.raw()?;
        if member != name {
            rest.name(member);
            rest.raw(value);
        }
        Ok(())
    })?;
    let rest = format!("{{{}}}", rest.as_json().trim_start_matches(','));
    reader.read_text(raw).or_else(|_| reader.read_text(&rest))
}

/// Writes a value that is known by the text of a member, which is added unless the value has the member itself.
pub fn encode_known_by(writer: &mut Writer, value: &dyn Encode, name: &str, text: &str) {
    let start = writer.as_json().len();
    value.encode(writer);
    let mut has_member = false;
    let written = writer.as_json().get(start..).unwrap_or_default();
    let object = Reader::new(written).object(|member, reader| {
        has_member |= member == name;
        reader.raw().map(drop)
    });
    if object.is_ok() && !has_member {
        writer.add_member(name, &text);
    }
}

/// The schema of values that are known by a member.
pub fn schema_known_by(schema: Schema, name: &str, text: Option<&str>) -> Schema {
    let property = text.map_or_else(|| json!({}), |text| json!({ "type": "string", "const": text }));
    let known = json!({ "type": "object", "properties": { name: property }, "required": [name] });
    Schema::any().with("allOf", vec![schema.into_value(), known])
}
