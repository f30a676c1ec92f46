//! From JSON text to a serializer.

use std::cell::RefCell;

use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::codec::error::DecodeError;
use crate::codec::number::Number;
use crate::codec::reader::{Kind, Reader};

/// Passes the next value to a serializer.
pub(super) fn replay<S: Serializer>(reader: &mut Reader<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    Next(RefCell::new(reader)).serialize(serializer)
}

/// A reader's next value, which is read when it is serialized.
struct Next<'r, 'a>(RefCell<&'r mut Reader<'a>>);

/// The error for a writer without valid JSON, which a hand-written `Encode` can produce.
fn no_json<E: Error>(error: DecodeError) -> E {
    E::custom(error)
}

impl Serialize for Next<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reader = self.0.borrow_mut();
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
                let len = length(&mut reader, &serializer).map_err(no_json)?;
                let mut list = serializer.serialize_seq(len)?;
                reader.open_list().map_err(no_json)?;
                let mut first = true;
                while reader.item(first).map_err(no_json)? {
                    first = false;
                    list.serialize_element(&Next(RefCell::new(&mut reader)))?;
                }
                list.end()
            }
            Kind::Object => {
                let len = length(&mut reader, &serializer).map_err(no_json)?;
                let mut map = serializer.serialize_map(len)?;
                reader.open_object("an object").map_err(no_json)?;
                let mut first = true;
                while reader.at_name(first).map_err(no_json)? {
                    first = false;
                    let name = reader.name().map_err(no_json)?;
                    map.serialize_entry(name.as_ref(), &Next(RefCell::new(&mut reader)))?;
                }
                map.end()
            }
            Kind::Invalid => Err(no_json(reader.no_value())),
        }
    }
}

/// How many items the list or object that comes next has, for formats that want to know in advance; text formats do not.
fn length<S: Serializer>(reader: &mut Reader<'_>, serializer: &S) -> Result<Option<usize>, DecodeError> {
    if serializer.is_human_readable() {
        return Ok(None);
    }
    let start = (reader.at, reader.depth);
    let mut count = 0;
    match reader.kind() {
        Kind::List => reader.list(|reader| {
            count += 1;
            reader.skip()
        })?,
        _ => reader.object(|_, reader| {
            count += 1;
            reader.skip()
        })?,
    }
    (reader.at, reader.depth) = start;
    Ok(Some(count))
}
