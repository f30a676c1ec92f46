//! What serde asks for.

use std::borrow::Cow;

use serde::de::value::{BorrowedStrDeserializer, CowStrDeserializer, MapDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::de::StrRead;

use super::Error;
use super::reader::{Number, Reader};
use crate::error::one_line;

impl<'de> Reader<'de> {
    fn list<T>(&mut self, visit: impl FnOnce(&mut Items<'_, 'de>) -> Result<T, Error>) -> Result<T, Error> {
        self.open()?;
        let mut items = Items { reader: self, count: 0, within: false };
        let mut list = visit(&mut items);
        if let Err(error) = &mut list {
            items.place(error);
        }
        self.end(&mut list, b']');
        list
    }

    fn object<T>(&mut self, visit: impl FnOnce(&mut Members<'_, 'de>) -> Result<T, Error>) -> Result<T, Error> {
        self.open()?;
        let mut members = Members { reader: self, is_first: true, at: "", is_field: false };
        let mut object = visit(&mut members);
        if let Err(error) = &mut object {
            members.place(error);
        }
        self.end(&mut object, b'}');
        object
    }

    /// Closes a list or an object. Values are large: what is given back is what was given, not a copy.
    #[inline]
    fn end<T>(&mut self, value: &mut Result<T, Error>, end: u8) {
        match value {
            Ok(_) => {
                if let Err(error) = self.close(end) {
                    *value = Err(error);
                }
            }
            Err(error) => self.leave(end, error),
        }
    }
}

/// What a [`serde_json::value::RawValue`] asks for.
const RAW: &str = "$serde_json::private::RawValue";

macro_rules! numbers {
    ($($method:ident)+) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.next() {
                Some(b'0'..=b'9' | b'-') => visit_number(self.number()?, visitor),
                _ => Err(self.mismatch(&visitor)),
            }
        }
    )+};
}

macro_rules! by_serde_json {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            by_serde_json(self.raw()?, |value| value.$method(visitor))
        }
    )+};
}

/// Has serde_json read a text that is the JSON of something.
fn by_serde_json<'de, T>(
    text: &'de str,
    read: impl FnOnce(&mut serde_json::Deserializer<StrRead<'de>>) -> serde_json::Result<T>,
) -> Result<T, Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = read(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| Error::of_part(&error, true))
}

fn visit_number<'de, V: Visitor<'de>>(number: Number, visitor: V) -> Result<V::Value, Error> {
    match number {
        Number::Natural(number) => visitor.visit_u64(number),
        Number::Negative(number) => visitor.visit_i64(number),
        Number::Float(number) => visitor.visit_f64(number),
    }
}

fn visit_text<'de, V: Visitor<'de>>(text: Cow<'de, str>, visitor: V) -> Result<V::Value, Error> {
    match text {
        Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
        Cow::Owned(text) => visitor.visit_string(text),
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.next() {
            Some(b'"') => visit_text(self.string()?, visitor),
            Some(b'0'..=b'9' | b'-') => visit_number(self.number()?, visitor),
            Some(b'{') => self.object(|members| visitor.visit_map(members)),
            Some(b'[') => self.list(|items| visitor.visit_seq(items)),
            Some(b't') => self.word("true").and_then(|()| visitor.visit_bool(true)),
            Some(b'f') => self.word("false").and_then(|()| visitor.visit_bool(false)),
            Some(b'n') => self.word("null").and_then(|()| visitor.visit_unit()),
            _ => Err(self.no_value()),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.next() {
            Some(b't' | b'f') => self.deserialize_any(visitor),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_f64
    }

    by_serde_json! { deserialize_f32 deserialize_i128 deserialize_u128 deserialize_bytes deserialize_byte_buf }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.next() {
            Some(b'"') => visit_text(self.string()?, visitor),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.next() {
            Some(b'n') => self.word("null").and_then(|()| visitor.visit_none()),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.next() {
            Some(b'n') => self.word("null").and_then(|()| visitor.visit_unit()),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == RAW {
            let raw = BorrowedStrDeserializer::<Error>::new(self.raw()?);
            return visitor.visit_map(MapDeserializer::new(std::iter::once((RAW, raw))));
        }
        visitor.visit_newtype_struct(self)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.next() {
            Some(b'[') => self.list(|items| visitor.visit_seq(items)),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.next() {
            Some(b'{') => self.object(|members| visitor.visit_map(members)),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.next() {
            Some(b'[') => self.list(|items| visitor.visit_seq(items)),
            _ => self.deserialize_map(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.next() {
            Some(b'"') => visitor.visit_enum(CowStrDeserializer::new(self.string()?)),
            Some(b'{') => self.object(|members| visitor.visit_enum(members)),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.raw()?;
        visitor.visit_unit()
    }
}

struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    /// How many there were, with the one that is being read.
    count: usize,
    /// Whether one is being read, rather than looked for.
    within: bool,
}

impl Items<'_, '_> {
    /// Says in which item an error is.
    #[cold]
    fn place(&self, error: &mut Error) {
        if self.within {
            error.within(&format!("[{}]", self.count - 1));
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.within = false;
        if !self.reader.another(self.count == 0, b']')? {
            return Ok(None);
        }
        self.within = true;
        self.count += 1;
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

/// No type has a field with a longer name.
const LONGEST: usize = 100;

struct Members<'a, 'de> {
    reader: &'a mut Reader<'de>,
    is_first: bool,
    /// What begins with the name of the one that is being read.
    at: &'de str,
    /// Whether that is a name that the type knows or refuses, rather than a key of a map, which is data.
    is_field: bool,
}

impl<'de> Members<'_, 'de> {
    /// Says in which member an error is.
    #[cold]
    fn place(&self, error: &mut Error) {
        if let Ok(name) = Reader::new(self.at).string() {
            // Cut, a secret could not be found in it any more.
            let name = if self.is_field && name.len() <= LONGEST { one_line(&name, LONGEST) } else { "*".into() };
            error.within(&name);
        }
    }

    /// Goes on to the member's value.
    #[inline]
    fn value(&mut self) -> Result<&mut Reader<'de>, Error> {
        match self.reader.next() {
            Some(_) if self.reader.eat(":") => Ok(self.reader),
            Some(_) => Err(Error::syntax("expected `:`")),
            None => Err(Error::syntax("EOF while parsing an object")),
        }
    }
}

impl<'de> MapAccess<'de> for &mut Members<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.at = "";
        if !self.reader.another(self.is_first, b'}')? {
            return Ok(None);
        }
        self.is_first = false;
        if !self.reader.rest.starts_with('"') {
            return Err(Error::syntax("key must be a string"));
        }
        (self.at, self.is_field) = (self.reader.rest, false);
        seed.deserialize(Name { text: self.reader.string()?, is_field: &mut self.is_field }).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(self.value()?)
    }
}

/// An enum's variant, as the name of an object's only member.
impl<'de> EnumAccess<'de> for &mut Members<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(mut self, seed: V) -> Result<(V::Value, Self), Error> {
        match self.next_key_seed(seed)? {
            Some(variant) => Ok((variant, self)),
            None => Err(de::Error::custom("expected the name of a variant")),
        }
    }
}

impl<'de> VariantAccess<'de> for &mut Members<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Deserialize::deserialize(self.value()?)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.value()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.value()?.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.value()?.deserialize_struct("", fields, visitor)
    }
}

/// A member's name, which may stand for a number or a boolean.
struct Name<'a, 'de> {
    text: Cow<'de, str>,
    is_field: &'a mut bool,
}

/// The name if it stands in the text as it is.
fn borrowed(name: Cow<'_, str>) -> Option<&str> {
    match name {
        Cow::Borrowed(name) => Some(name),
        Cow::Owned(_) => None,
    }
}

macro_rules! scalar_names {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            // As in serde_json, neither escapes nor space may stand in it.
            let Some(text) = borrowed(self.text).filter(|text| text.trim_ascii().len() == text.len()) else {
                return Err(de::Error::custom("expected a number or a boolean as name"));
            };
            by_serde_json(text, |name| name.$method(visitor))
        }
    )+};
}

impl<'de> Deserializer<'de> for Name<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visit_text(self.text, visitor)
    }

    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.is_field = true;
        visit_text(self.text, visitor)
    }

    scalar_names! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.text {
            Cow::Borrowed(name) => visitor.visit_borrowed_bytes(name.as_bytes()),
            Cow::Owned(name) => visitor.visit_byte_buf(name.into_bytes()),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(CowStrDeserializer::new(self.text))
    }

    serde::forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct ignored_any
    }
}
