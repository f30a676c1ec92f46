//! Types of other crates, through their serde implementations.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::DecodeError;
use super::reader::Reader;
use super::writer::Writer;
use super::{Encode, Field, Sampler, Schema, Schemas};

/// A value of another crate's type as a field, through the type's serde implementations. A field of a
/// [`model!`](crate::model) needs no wrapper: `at via serde: DateTime<Utc>`.
///
/// Its schema is any value, and its sample the first of the usual texts and numbers that the type takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViaSerde<T>(
    /// The value.
    pub T,
);

impl<T> From<T> for ViaSerde<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

/// What serde writes, with its type forgotten.
#[doc(hidden)]
pub trait EncodeViaSerde {
    fn encode_via_serde(&self, writer: &mut Writer);
}

impl<T: Serialize> EncodeViaSerde for T {
    fn encode_via_serde(&self, writer: &mut Writer) {
        match serde_json::to_string(self) {
            Ok(json) => writer.raw(&json),
            // `null`, for what JSON cannot hold, such as a map whose keys are not text.
            Err(_) => writer.null(),
        }
    }
}

/// Reads a value through serde.
///
/// # Errors
/// Those of the type.
#[doc(hidden)]
pub fn decode<T: DeserializeOwned>(reader: &mut Reader<'_>) -> Result<T, DecodeError> {
    let start = reader.at;
    let raw = reader.raw()?;
    reader.charge(size_of::<T>() + raw.len())?;
    serde_json::from_str(raw).map_err(|error| {
        reader.at = start;
        reader.invalid(reason(&error))
    })
}

/// serde's message, without the position, which refers to a part of the text, and without quoted parts of the value.
#[cold]
fn reason(error: &serde_json::Error) -> String {
    let mut reason = error.to_string();
    if let Some(position) = reason.rfind(" at line ") {
        reason.truncate(position);
    }
    // Only the type can be the origin of a missing field's name and of what was expected. Anything else in quotes may be the
    // value, which may contain quotes.
    if reason.starts_with("missing field ") {
        return reason;
    }
    let expected = reason.rfind(", expected ").unwrap_or(reason.len());
    let (found, expected) = reason.split_at(expected);
    let quote = |character: char| matches!(character, '"' | '`');
    match (found.find(quote), found.rfind(quote)) {
        (Some(first), Some(last)) => {
            let (before, after) = (&found[..first], &found[last + 1..]);
            format!("{before}\"…\"{after}{expected}")
        }
        _ => reason,
    }
}

/// A sample: of the texts and numbers that types of other crates take, the first that this one does.
#[doc(hidden)]
pub fn sample<T: DeserializeOwned>(sampler: &mut Sampler) -> Option<T> {
    let own = serde_json::to_string(sampler.name()).unwrap_or_default();
    let usual = [
        r#""2024-05-01T12:30:00Z""#,
        r#""2024-05-01""#,
        r#""8e3ac3fb-6b5c-4bb5-8bd7-0ac0c4bf6ae1""#,
        r#""https://example.com/""#,
        r#""192.0.2.1""#,
        r#""1.5""#,
        "1",
        "1.5",
        "true",
        "[]",
        "{}",
    ];
    // A plain text takes anything, and gets the name of its field.
    let any = r#""any text at all""#;
    let candidates = serde_json::from_str::<T>(any).is_ok().then_some(own.as_str());
    candidates.into_iter().chain(usual).find_map(from_json)
}

/// A value that is given as JSON.
#[doc(hidden)]
pub fn from_json<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

impl<T: Serialize> Encode for ViaSerde<T> {
    fn encode(&self, writer: &mut Writer) {
        self.0.encode_via_serde(writer);
    }
}

impl<T: Serialize + DeserializeOwned + Default> Field for ViaSerde<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        decode(reader).map(Self)
    }

    fn sample(sampler: &mut Sampler) -> Self {
        Self(sample(sampler).unwrap_or_default())
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::any()
    }
}

/// Makes types that implement serde's traits and `Default` fields of models, responses and events, through serde.
///
/// ```
/// # use typed_endpoint::{codec, field_via_serde};
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct Word {
///     word: String,
/// }
///
/// field_via_serde!(Word);
///
/// assert_eq!(codec::from_json::<Word>(r#"{"word":"yes"}"#)?.word, "yes");
/// # Ok::<(), typed_endpoint::DecodeError>(())
/// ```
#[macro_export]
macro_rules! field_via_serde {
    ($($ty:ty),+ $(,)?) => {$(
        impl $crate::codec::Encode for $ty {
            #[inline]
            fn encode(&self, writer: &mut $crate::codec::Writer) {
                $crate::codec::macros::EncodeViaSerde::encode_via_serde(self, writer);
            }
        }

        impl $crate::codec::Field for $ty {
            #[inline]
            fn decode(reader: &mut $crate::codec::Reader<'_>) -> ::core::result::Result<Self, $crate::DecodeError> {
                $crate::codec::macros::decode_via_serde(reader)
            }

            #[inline]
            fn sample(sampler: &mut $crate::codec::Sampler) -> Self {
                $crate::codec::macros::sample_via_serde(sampler).unwrap_or_default()
            }

            #[inline]
            fn schema(_: &mut $crate::codec::Schemas) -> $crate::codec::Schema {
                $crate::codec::Schema::any()
            }
        }
    )+};
}
