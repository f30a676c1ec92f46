//! Who made an object.

use std::fmt;

use serde_json::Value;
use typed_endpoint::DecodeError;
use typed_endpoint::codec::{Encode, Field, Kind, Reader, Sampler, Schema, Schemas, Writer};

use super::Studio;
use typed_endpoint::{IntoField, model, open_enum, serde_via_codec};

/// Id of an object's creator in *your* application: any text, which Studio stores, filters
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
        /// How much the id can be trusted.
        kind as "type": CreatorIdType,
        /// The id.
        value: String,
    }
}

open_enum! {
    /// How much a creator id can be trusted.
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

impl Encode for CreatorId {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Plain(value) => writer.str(value),
            Self::Typed(typed) => typed.encode(writer),
            Self::Other(value) => value.encode(writer),
        }
    }
}

impl Field for CreatorId {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.kind() {
            Kind::String => Self::Plain(reader.read()?),
            Kind::Object => Self::Typed(reader.read()?),
            _ => Self::Other(reader.read()?),
        })
    }

    fn sample(sampler: &mut Sampler) -> Self {
        match sampler.variant(2) {
            0 => Self::Plain(sampler.sample()),
            _ => Self::Typed(sampler.sample()),
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        Schema::one_of([String::schema(schemas), TypedCreatorId::schema(schemas)])
    }
}

serde_via_codec!(CreatorId);
