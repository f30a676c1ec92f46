//! Models in serde's formats.
//!
//! Both directions go through JSON text, so that they are compiled once a format and not once a model. Formats that do not
//! describe themselves (bincode, postcard) cannot hold models, whose unknown members are part of them.

mod read;
mod write;

use serde::{Deserializer, Serializer, de, ser};

use super::reader::Reader;
use super::{Encode, Field, Options, to_json};

/// `Serialize::serialize` of a model.
///
/// # Errors
/// The serializer's.
#[doc(hidden)]
pub fn serialize<T: Encode + ?Sized, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serialize_json(&to_json(value), serializer)
}

/// Passes JSON to a serializer.
///
/// # Errors
/// The serializer's.
#[doc(hidden)]
pub fn serialize_json<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut reader = Reader::new(json);
    let value = write::replay(&mut reader, serializer)?;
    match reader.next() {
        0 => Ok(value),
        _ => Err(ser::Error::custom("more than one value was written")),
    }
}

/// `Deserialize::deserialize` of a model.
///
/// # Errors
/// The deserializer's, and when the value is not one of this type.
#[doc(hidden)]
pub fn deserialize<'de, T: Field, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut json = String::new();
    read::record(deserializer, &mut json)?;
    // Line and column are those of an intermediate text, which the caller does not have.
    Options::new().decode(&json).map(|decoded| decoded.value).map_err(|error| {
        let (path, reason) = error.into_parts();
        match path.as_str() {
            "" => de::Error::custom(reason),
            path => de::Error::custom(format_args!("{path}: {reason}")),
        }
    })
}
