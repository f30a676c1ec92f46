//! JSON inside a text, as some APIs want it in a form's field.

use std::collections::BTreeMap;

use crate::IntoField;
use crate::codec::{DecodeError, Encode, Field, Mode, Reader, Sampler, Schema, Schemas, Writer, to_json};

/// A value that is sent as a text holding its JSON.
///
/// Setters take the value itself: `.loras([("nerijs/pixel-art-xl", 1.2)])`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JsonText<T>(
    /// The value.
    pub T,
);

impl<T: Encode> Encode for JsonText<T> {
    fn encode(&self, writer: &mut Writer) {
        writer.str(&to_json(&self.0));
    }
}

impl<T: Field> Field for JsonText<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.text()?;
        // Some send an empty text for nothing.
        let is_empty = text.trim_ascii().is_empty() && reader.mode() != Mode::Strict;
        if is_empty && let Ok(value) = reader.read_text("{}").or_else(|_| reader.read_text("[]")) {
            return Ok(Self(value));
        }
        reader.read_text(&text).map(Self)
    }

    fn sample(sampler: &mut Sampler) -> Self {
        Self(T::sample(sampler))
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("string").with("contentMediaType", "application/json")
    }
}

impl<T: Encode> crate::__private::Serialize for JsonText<T> {
    fn serialize<S: crate::__private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::codec::macros::serialize(self, serializer)
    }
}

impl<'de, T: Field> crate::__private::Deserialize<'de> for JsonText<T> {
    fn deserialize<D: crate::__private::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::codec::macros::deserialize(deserializer)
    }
}

impl<T> IntoField<JsonText<T>> for T {
    fn into_field(self) -> JsonText<T> {
        JsonText(self)
    }
}

impl<K: Into<String>, V, W: Into<V>, const N: usize> IntoField<JsonText<BTreeMap<String, V>>> for [(K, W); N] {
    fn into_field(self) -> JsonText<BTreeMap<String, V>> {
        JsonText(self.into_field())
    }
}

impl<T, const N: usize> IntoField<JsonText<Vec<T>>> for [T; N] {
    fn into_field(self) -> JsonText<Vec<T>> {
        JsonText(self.into())
    }
}
