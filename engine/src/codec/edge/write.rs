//! From JSON text to a serializer.

use std::cell::RefCell;

use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::codec::error::DecodeError;
use crate::codec::number::Number;
use crate::codec::reader::{Kind, Reader};

/// Passes the next value to a serializer.
pub(super) fn replay<S: Serializer>(reader: &mut Reader<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut lengths = Vec::new();
    let (at, depth) = (reader.at, reader.depth);
    measure(reader, &mut lengths).map_err(no_json)?;
    (reader.at, reader.depth) = (at, depth);
    Next(RefCell::new(&mut Replay { reader, lengths: lengths.into_iter() })).serialize(serializer)
}

/// JSON that is handed to a serializer.
struct Replay<'r, 'a> {
    reader: &'r mut Reader<'a>,
    /// How many items the lists and objects that are still to come have, in the order in which they begin. Counted for all
    /// formats: some need it, and none says so.
    lengths: std::vec::IntoIter<usize>,
}

/// A reader's next value, which is read when it is serialized.
struct Next<'n, 'r, 'a>(RefCell<&'n mut Replay<'r, 'a>>);

/// The error for a writer without valid JSON, which a hand-written `Encode` can produce.
fn no_json<E: Error>(error: DecodeError) -> E {
    E::custom(error)
}

impl Serialize for Next<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut replay = self.0.borrow_mut();
        let Replay { reader, lengths } = &mut **replay;
        match reader.kind() {
            Kind::Null => {
                reader.skip().map_err(no_json)?;
                serializer.serialize_unit()
            }
            Kind::Bool => {
                let is_true = reader.raw().map_err(no_json)? == "true";
                serializer.serialize_bool(is_true)
            }
            Kind::Number => match reader.number().map_err(no_json)? {
                Number::Natural(number) => serializer.serialize_u64(number),
                Number::Negative(number) => serializer.serialize_i64(number),
                Number::Float(number) => serializer.serialize_f64(number),
            },
            Kind::String => serializer.serialize_str(&reader.quoted().map_err(no_json)?),
            Kind::List => {
                let mut list = serializer.serialize_seq(lengths.next())?;
                reader.open_list().map_err(no_json)?;
                let mut first = true;
                while replay.reader.item(first).map_err(no_json)? {
                    first = false;
                    list.serialize_element(&Next(RefCell::new(&mut replay)))?;
                }
                list.end()
            }
            Kind::Object => {
                let mut map = serializer.serialize_map(lengths.next())?;
                reader.open_object("an object").map_err(no_json)?;
                let mut first = true;
                while replay.reader.at_name(first).map_err(no_json)? {
                    first = false;
                    let name = replay.reader.name().map_err(no_json)?;
                    map.serialize_entry(name.as_ref(), &Next(RefCell::new(&mut replay)))?;
                }
                map.end()
            }
            Kind::Invalid => Err(no_json(reader.no_value())),
        }
    }
}

/// Skips the value that comes next, and counts what its lists and objects hold.
fn measure(reader: &mut Reader<'_>, lengths: &mut Vec<usize>) -> Result<(), DecodeError> {
    let (this, mut count) = (lengths.len(), 0);
    match reader.kind() {
        Kind::List => {
            lengths.push(0);
            reader.list(|reader| {
                count += 1;
                measure(reader, lengths)
            })?;
        }
        Kind::Object => {
            lengths.push(0);
            reader.object(|_, reader| {
                count += 1;
                measure(reader, lengths)
            })?;
        }
        _ => return reader.skip(),
    }
    if let Some(length) = lengths.get_mut(this) {
        *length = count;
    }
    Ok(())
}
