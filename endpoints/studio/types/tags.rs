//! The user's own labels on a stream.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use typed_endpoint::{Lenient, lenient_via_serde};

/// Your own labels on a stream, by name.
///
/// ```
/// use livepeer::stream;
///
/// let request = stream::Create::new("the show").user_tags([("series", "news"), ("language", "en")]);
/// # let _ = request;
/// ```
pub type UserTags = BTreeMap<String, UserTag>;

/// The value of one of your own labels: a text, a number, or a list of those.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum UserTag {
    /// A text.
    Text(String),
    /// A number.
    // The server is JavaScript: it keeps no number more exactly than this.
    Number(f64),
    /// Several values.
    List(Vec<UserTag>),
    /// A form that this version does not know.
    Other(Value),
}

impl Default for UserTag {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl From<&str> for UserTag {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for UserTag {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for UserTag {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for UserTag {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl<T: Into<UserTag>> From<Vec<T>> for UserTag {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<UserTag>, const N: usize> From<[T; N]> for UserTag {
    fn from(values: [T; N]) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl From<Value> for UserTag {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            Value::Array(values) => values.into(),
            Value::Number(number) => match number.as_f64() {
                Some(number) => Self::Number(number),
                None => Self::Other(Value::Number(number)),
            },
            other => Self::Other(other),
        }
    }
}

impl Serialize for UserTag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => number.write(serializer),
            Self::List(values) => values.serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for UserTag {
    // Through a `Value`, which costs nothing here: its strings are moved out, not copied.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Into::into)
    }
}

lenient_via_serde!(UserTag);
