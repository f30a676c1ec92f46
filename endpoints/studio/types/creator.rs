//! Who made an object.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Studio;
use typed_endpoint::{IntoField, lenient_via_serde, model, open_enum};

/// Who made an object, in the terms of *your* application: any text, which Studio stores, filters
/// by and reports on, but does not check.
///
/// Pass a string; the server gives it back as [`CreatorId::Typed`]. [`as_str`](Self::as_str) reads
/// both forms.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CreatorId {
    /// Only the text.
    Plain(String),
    /// The text and how far it can be trusted.
    Typed(TypedCreatorId),
    /// A form that this version does not know.
    Other(Value),
}

model! {
    /// A creator id with its type.
    pub struct TypedCreatorId: Studio, input {
        /// How far the id can be trusted.
        kind as "type": CreatorIdType,
        /// The id.
        value: String,
    }
}

open_enum! {
    /// How far a creator id can be trusted.
    pub enum CreatorIdType {
        /// Nobody has checked it: it is what the caller said.
        Unverified = "unverified",
    }
}

impl CreatorId {
    /// The id itself (empty for a form that this version does not know).
    pub fn as_str(&self) -> &str {
        match self {
            Self::Plain(value) => value,
            Self::Typed(typed) => &typed.value,
            Self::Other(_) => "",
        }
    }
}

impl Default for CreatorId {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

impl fmt::Display for CreatorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&str> for CreatorId {
    fn from(value: &str) -> Self {
        Self::Plain(value.to_owned())
    }
}

impl From<String> for CreatorId {
    fn from(value: String) -> Self {
        Self::Plain(value)
    }
}

impl IntoField<CreatorId> for &str {
    fn into_field(self) -> CreatorId {
        self.into()
    }
}

impl IntoField<CreatorId> for String {
    fn into_field(self) -> CreatorId {
        self.into()
    }
}

impl Serialize for CreatorId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(value) => serializer.serialize_str(value),
            Self::Typed(typed) => typed.serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for CreatorId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = CreatorId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a creator id: a string, or an object with type and value")
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<CreatorId, E> {
                Ok(value.into())
            }

            fn visit_string<E: de::Error>(self, value: String) -> Result<CreatorId, E> {
                Ok(value.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CreatorId, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(CreatorId::Typed)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<CreatorId, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(CreatorId::Other)
            }

            fn visit_unit<E: de::Error>(self) -> Result<CreatorId, E> {
                Ok(CreatorId::Other(Value::Null))
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<CreatorId, E> {
                Ok(CreatorId::Other(value.into()))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<CreatorId, E> {
                Ok(CreatorId::Other(value.into()))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<CreatorId, E> {
                Ok(CreatorId::Other(value.into()))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<CreatorId, E> {
                Ok(CreatorId::Other(value.into()))
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

lenient_via_serde!(CreatorId);
