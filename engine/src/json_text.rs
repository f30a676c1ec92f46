//! JSON inside a text, as some APIs want it in a form's field.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Deserializer};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_with::json::JsonString;
use serde_with::{DeserializeAs, SerializeAs};

use crate::IntoField;

/// A value that is sent as a text holding its JSON.
///
/// Setters take the value itself: `.loras([("nerijs/pixel-art-xl", 1.2)])`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JsonText<T>(
    /// The value.
    pub T,
);

// Formats that are no text have no use for JSON either: they get the value itself.
impl<T: Serialize> Serialize for JsonText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            JsonString::<serde_with::Same>::serialize_as(&self.0, serializer)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for JsonText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            JsonString::<serde_with::Same>::deserialize_as(deserializer).map(Self)
        } else {
            T::deserialize(deserializer).map(Self)
        }
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
