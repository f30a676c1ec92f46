//! What a model's fields do not hold.

use std::fmt;

use serde_json::{Map, Value};

use super::reader::Reader;
use super::shape::Shape;
use super::writer::Writer;
use super::{Encode, Field, to_json};

/// The content of an object that its model's fields do not hold: unknown members, known members whose value has an
/// unexpected type, and which fields were `null` or missing. It makes decoding and encoding again lossless.
///
/// Members are kept as JSON text, and parsed when they are asked for.
///
/// ```
/// # use typed_endpoint::Extra;
/// let mut extra = Extra::default();
/// assert!(extra.is_empty());
/// extra.insert("newField", 7);
/// assert_eq!(extra.get("newField"), Some(7.into()));
/// ```
#[derive(Clone, Default)]
pub struct Extra {
    /// The members, as in an object without its braces. Boxed because it is rare.
    #[expect(clippy::box_collection, reason = "two thirds of the size, in each model")]
    text: Option<Box<String>>,
    /// From the lowest bit: field i was `null`. From the highest bit: the i-th required field was missing.
    lacks: u64,
}

impl Extra {
    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.text.is_none()
    }

    /// A member, by the name the server gave it.
    pub fn get(&self, name: &str) -> Option<Value> {
        let mut found = None;
        self.for_each(|own, raw| {
            if own == name {
                found = Some(raw);
            }
        });
        Value::decode(&mut Reader::new(found?)).ok()
    }

    /// The members.
    pub fn iter(&self) -> impl Iterator<Item = (String, Value)> {
        self.members().into_iter()
    }

    /// Adds a member, to be written next to the fields. Returns what it replaces.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        let name = name.into();
        let before = self.get(&name);
        let mut kept = Self { text: None, lacks: self.lacks };
        self.for_each(|own, raw| {
            if own != name {
                kept.push(own, raw);
            }
        });
        kept.push(&name, &to_json(&value.into()));
        *self = kept;
        before
    }

    fn members(&self) -> Map<String, Value> {
        let object = format!("{{{}}}", self.text());
        Map::decode(&mut Reader::new(&object)).unwrap_or_default()
    }

    fn text(&self) -> &str {
        self.text.as_deref().map_or("", String::as_str)
    }

    /// Calls a function with the name and the JSON of each member.
    fn for_each<'a>(&'a self, mut member: impl FnMut(&str, &'a str)) {
        let mut reader = Reader::new(self.text());
        while reader.next() != 0 {
            // Only text that was read or written by the codec is kept.
            let (Ok(name), Ok(raw)) = (reader.name(), reader.raw()) else { return };
            member(&name, raw);
            if reader.next() == b',' {
                reader.at += 1;
            }
        }
    }

    /// Keeps a member, as its text stands in an object.
    pub(super) fn push_raw(&mut self, member: &str) {
        let text = self.text.get_or_insert_default();
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(member);
    }

    /// Keeps the JSON of a member.
    pub(super) fn push(&mut self, name: &str, json: &str) {
        let mut member = to_json(name);
        member.push(':');
        member.push_str(json);
        self.push_raw(&member);
    }

    /// Records that a field was `null`; as a member, if there is no bit for it.
    pub(super) fn note_null(&mut self, shape: &Shape, index: usize) {
        match has_null_bit(shape, index) {
            true => self.lacks |= 1 << index,
            false => self.push(shape.name(index), "null"),
        }
    }

    /// Forgets that a field was `null`.
    #[cold]
    pub(super) fn forget_null(&mut self, shape: &Shape, index: usize) {
        if has_null_bit(shape, index) {
            self.lacks &= !(1 << index);
        }
    }

    /// Records that the required fields with these bits were missing.
    pub(super) fn note_missing(&mut self, shape: &Shape, missing: u64) {
        for index in (0..64).filter(|index| missing >> index & 1 == 1) {
            self.lacks |= missing_bit(shape, index);
        }
    }

    pub(super) fn is_null(&self, shape: &Shape, index: usize) -> bool {
        match has_null_bit(shape, index) {
            true => self.lacks >> index & 1 == 1,
            false => self.get(shape.name(index)) == Some(Value::Null),
        }
    }

    /// Whether a required field was `null` or missing.
    pub(super) fn has_noted(&self, shape: &Shape, index: usize) -> bool {
        (self.lacks != 0 || self.text.is_some()) && (self.is_missing(shape, index) || self.is_null(shape, index))
    }

    pub(super) fn is_missing(&self, shape: &Shape, index: usize) -> bool {
        index < 64 && shape.is_required(index) && self.lacks & missing_bit(shape, index) != 0
    }

    /// Writes the members, except those that were written already.
    pub(super) fn write(&self, writer: &mut Writer, is_written: impl Fn(&str) -> bool) {
        self.for_each(|name, raw| {
            if !is_written(name) {
                writer.name(name);
                writer.raw(raw);
            }
        });
    }
}

/// Whether a field has a bit for `null`: those of the 64 that no required field uses.
fn has_null_bit(shape: &Shape, index: usize) -> bool {
    index < 64 - shape.required().count_ones() as usize
}

/// The bit of a required field that was missing: from the top, by its place among the required ones.
fn missing_bit(shape: &Shape, index: usize) -> u64 {
    let before = shape.required() & ((1_u64 << index) - 1);
    (1 << 63) >> before.count_ones()
}

/// Not by text: the members of an object have no order, and a number has several spellings.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.lacks == other.lacks
            && match (&self.text, &other.text) {
                (None, None) => true,
                (Some(own), Some(other)) if own == other => true,
                _ => same_members(&self.members(), &other.members()),
            }
    }
}

fn same_members(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
}

/// Whether two values are the same, however their numbers are spelled.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i128(), b.as_i128()) {
            (Some(a), Some(b)) => a == b,
            _ => a.as_f64() == b.as_f64(),
        },
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => same_members(a, b),
        _ => a == b,
    }
}

/// Shows the names only, because an unknown member may hold a secret.
impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = Vec::new();
        self.for_each(|name, _| names.push(name.to_owned()));
        f.debug_set().entries(names).finish()
    }
}

impl Encode for Extra {
    fn encode(&self, writer: &mut Writer) {
        writer.raw("{");
        self.write(writer, |_| false);
        writer.raw("}");
    }
}
