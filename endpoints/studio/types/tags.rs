//! The user's own labels on a stream.

use std::collections::BTreeMap;

use serde_json::Value;
use typed_endpoint::DecodeError;
use typed_endpoint::codec::{Encode, Field, Kind, Reader, Sampler, Schema, Schemas, Writer};

use typed_endpoint::serde_via_codec;

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
    // The server is written in JavaScript, whose numbers are no more precise than this.
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

impl Encode for UserTag {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Text(text) => writer.str(text),
            Self::Number(number) => writer.float(*number),
            Self::List(values) => values.encode(writer),
            Self::Other(value) => value.encode(writer),
        }
    }
}

impl Field for UserTag {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.kind() {
            Kind::String => Self::Text(reader.read()?),
            Kind::Number => Self::Number(reader.read()?),
            Kind::List => Self::List(reader.read()?),
            _ => Self::Other(reader.read()?),
        })
    }

    fn sample(sampler: &mut Sampler) -> Self {
        match sampler.variant(3) {
            0 => Self::Text(sampler.sample()),
            1 => Self::Number(sampler.sample()),
            _ => Self::List(vec![Self::Text(sampler.sample()), Self::Number(sampler.sample())]),
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        let one = [String::schema(schemas), f64::schema(schemas)];
        let [text, number] = one.clone();
        Schema::one_of([text, number, Schema::list(Schema::one_of(one))])
    }
}

serde_via_codec!(UserTag);
