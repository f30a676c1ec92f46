//! Values made up by their types: what a request looks like at its smallest and its fullest.

use std::fmt;

use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::endpoint::{Endpoint, Field, Place};
use crate::file::File;
use crate::source::{Found, ReadError, Source, Values};

/// How much of what may be left out a sample has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fullness {
    /// Only what is required, and what is set from the start.
    Smallest,
    /// All of it.
    Fullest,
}

/// Beyond this depth nothing optional is made up, for models that hold themselves.
const DEEPEST: usize = 12;

/// Makes up a request. The values are the same each time: text is the name of its field, a number is 1 or 1.5.
///
/// # Errors
/// When a field's type refuses the made-up value.
pub fn request<E: Endpoint>(fullness: Fullness) -> Result<E, ReadError> {
    E::read(&mut Source::new(E::OPERATION.fields, &mut MadeUp(fullness)))
}

/// Makes up a value of any type that can be deserialized, for tests that need one: a whole model with every field filled.
///
/// # Errors
/// When the type, or one in it, refuses the made-up value.
pub(crate) fn value<T: DeserializeOwned>(fullness: Fullness, name: &str) -> Result<T, SampleError> {
    T::deserialize(Sample { fullness, name, ty: None, depth: 0 })
}

struct MadeUp(Fullness);

impl Values for MadeUp {
    fn take(&mut self, field: &'static Field) -> Result<Option<Found>, ReadError> {
        if self.0 == Fullness::Smallest && !field.required {
            // A literal of Rust, of the kinds that a line takes, is JSON, too.
            return Ok(field.preset.and_then(|preset| serde_json::from_str(preset).ok()).map(Found::Json));
        }
        let content = || format!("<{}>", field.name);
        Ok(match field.place {
            Place::Body => Some(Found::body(&content().into(), None)),
            Place::Multipart if field.ty.contains("File") => {
                Found::files(vec![File::bytes(content()).name(format!("{}.bin", field.name))])
            }
            _ => Some(Found::Sample(self.0)),
        })
    }
}

/// A value could not be made up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SampleError(String);

impl de::Error for SampleError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

#[derive(Clone, Copy)]
struct Sample<'a> {
    fullness: Fullness,
    name: &'a str,
    ty: Option<&'static str>,
    depth: usize,
}

impl Sample<'_> {
    fn full(&self) -> bool {
        self.fullness == Fullness::Fullest && self.depth < DEEPEST
    }

    fn text(&self) -> String {
        let name = self.name.trim_end_matches("[]");
        match self.ty {
            Some("Url") => format!("https://example.com/{name}"),
            Some("Secret") => format!("secret-{name}"),
            Some(ty) if ty.ends_with("Id") => {
                let mut id = String::new();
                for letter in ty.chars() {
                    if letter.is_ascii_uppercase() && !id.is_empty() {
                        id.push('-');
                    }
                    id.push(letter.to_ascii_lowercase());
                }
                id
            }
            _ => name.to_owned(),
        }
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $value:expr;)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
            visitor.$visit($value)
        })+
    };
}

impl<'de> Deserializer<'de> for Sample<'_> {
    type Error = SampleError;

    /// So that types say what they want instead of asking what there is.
    fn is_human_readable(&self) -> bool {
        false
    }

    numbers! {
        deserialize_bool visit_bool true;
        deserialize_u8 visit_u8 1;
        deserialize_u16 visit_u16 1;
        deserialize_u32 visit_u32 1;
        deserialize_u64 visit_u64 1;
        deserialize_i8 visit_i8 1;
        deserialize_i16 visit_i16 1;
        deserialize_i32 visit_i32 1;
        deserialize_i64 visit_i64 1;
        deserialize_f32 visit_f32 1.5;
        deserialize_f64 visit_f64 1.5;
        deserialize_char visit_char 'x';
        deserialize_bytes visit_bytes b"bytes";
        deserialize_byte_buf visit_bytes b"bytes";
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        visitor.visit_string(self.text())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        if self.full() { visitor.visit_some(self) } else { visitor.visit_none() }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, SampleError> {
        visitor.visit_newtype_struct(Sample { ty: Some(name), ..self })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        visitor.visit_seq(List { sample: self, left: usize::from(self.full()) })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, SampleError> {
        visitor.visit_seq(List { sample: self, left: len })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, SampleError> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SampleError> {
        let keys: &[&str] = if self.full() { &["key"] } else { &[] };
        self.entries(keys, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SampleError> {
        self.entries(fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SampleError> {
        let first = variants.first().copied().unwrap_or(name);
        let choice: StrDeserializer<'_, SampleError> = first.into_deserializer();
        choice.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! { i128 u128 str string unit_struct identifier ignored_any }
}

impl<'a> Sample<'a> {
    fn entries<'de, V: Visitor<'de>>(self, keys: &[&'a str], visitor: V) -> Result<V::Value, SampleError> {
        let inner = |name| (name, Sample { name, ty: None, depth: self.depth + 1, ..self });
        visitor.visit_map(MapDeserializer::new(keys.iter().copied().map(inner)))
    }
}

impl<'de> IntoDeserializer<'de, SampleError> for Sample<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct List<'a> {
    sample: Sample<'a>,
    left: usize,
}

impl<'de> SeqAccess<'de> for List<'_> {
    type Error = SampleError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, SampleError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(Sample { ty: None, depth: self.sample.depth + 1, ..self.sample }).map(Some)
    }
}
