//! From a deserializer to JSON text.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::codec::text::push_quoted;
use crate::codec::{Encode, Writer};

/// Appends a value as JSON, whatever it is.
pub(super) fn record<'de, D: Deserializer<'de>>(deserializer: D, json: &mut String) -> Result<(), D::Error> {
    deserializer.deserialize_any(Record(json))
}

/// Appends what it visits.
struct Record<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Record<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Record<'_> {
    fn display(self, value: fmt::Arguments<'_>) {
        use fmt::Write as _;
        // Writing to a `String` does not fail.
        let _ = self.0.write_fmt(value);
    }
}

macro_rules! displayed {
    ($($visit:ident $ty:ty)+) => {$(
        fn $visit<E: Error>(self, value: $ty) -> Result<(), E> {
            self.display(format_args!("{value}"));
            Ok(())
        }
    )+};
}

impl<'de> Visitor<'de> for Record<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has")
    }

    displayed! { visit_bool bool visit_i64 i64 visit_u64 u64 visit_i128 i128 visit_u128 u128 }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        if !number.is_finite() {
            return Err(E::custom("JSON has no such number"));
        }
        // Keeps the point and sign of whole floats, because free-form JSON distinguishes 1.0 from 1.
        self.display(format_args!("{number:?}"));
        Ok(())
    }

    fn visit_f32<E: Error>(self, number: f32) -> Result<(), E> {
        self.visit_f64(number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        push_quoted(self.0, text);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push_str("null");
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.push('[');
        let mut comma = false;
        loop {
            let len = self.0.len();
            if comma {
                self.0.push(',');
            }
            if list.next_element_seed(Record(self.0))?.is_none() {
                self.0.truncate(len);
                self.0.push(']');
                return Ok(());
            }
            comma = true;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.push('{');
        let mut comma = false;
        while let Some(Name(name)) = map.next_key()? {
            // With its feature `arbitrary_precision` serde_json gives a number as an object with a private name.
            if !comma && name.starts_with('$') {
                self.0.pop();
                let whole = Whole { name: Some(name), rest: map };
                let value = Value::deserialize(MapAccessDeserializer::new(whole))?;
                let mut writer = Writer::new();
                value.encode(&mut writer);
                self.0.push_str(writer.as_json());
                return Ok(());
            }
            if comma {
                self.0.push(',');
            }
            comma = true;
            push_quoted(self.0, &name);
            self.0.push(':');
            map.next_value_seed(Record(self.0))?;
        }
        self.0.push('}');
        Ok(())
    }
}

/// A map, of which the first name was read already.
struct Whole<A> {
    name: Option<String>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Whole<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.name.take() {
            Some(name) => seed.deserialize(name.into_deserializer()).map(Some),
            None => self.rest.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.rest.next_value_seed(seed)
    }
}

/// A name in a map: a text, or a number that stands for its text.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        macro_rules! texts {
            ($($visit:ident $ty:ty)+) => {$(
                fn $visit<E: Error>(self, name: $ty) -> Result<Name, E> {
                    Ok(Name(name.to_string()))
                }
            )+};
        }

        impl<'de> Visitor<'de> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            texts! { visit_str &str visit_u64 u64 visit_i64 i64 visit_bool bool }

            fn visit_string<E: Error>(self, name: String) -> Result<Name, E> {
                Ok(Name(name))
            }
        }

        deserializer.deserialize_any(Text)
    }
}
