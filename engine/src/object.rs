//! Reading and writing objects: what [`model!`](crate::model) expands to.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::extra::{Extra, Lack};
use crate::json;
use crate::lenient::{As, Lenient};
use crate::reading::{Mode, UNKNOWN, is_strict, mode};

/// What stood in the place of a field's value.
enum Found {
    Value,
    Null,
    /// Only where values are made up: the field is to be left out.
    Absent,
}

/// Reads a value that may be null and puts it where it belongs at once: models are large, and each hand a value passes
/// through on its way there is a copy.
struct Nullable<T, P> {
    required: bool,
    put: P,
    ty: PhantomData<T>,
}

impl<'de, T: Lenient, P: FnOnce(T)> DeserializeSeed<'de> for Nullable<T, P> {
    type Value = Found;

    #[inline(always)]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_option(self);
        }
        let value = match self.required {
            true => Some(T::read(deserializer)?),
            false => Option::<As<T>>::deserialize(deserializer)?.map(|value| value.0),
        };
        Ok(value.map(self.put).map_or(Found::Absent, |()| Found::Value))
    }
}

impl<'de, T: Lenient, P: FnOnce(T)> Visitor<'de> for Nullable<T, P> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E>(self) -> Result<Found, E> {
        Ok(Found::Null)
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::Null)
    }

    #[inline(always)]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        (self.put)(T::read(deserializer)?);
        Ok(Found::Value)
    }
}

fn field<'de, T: Lenient, A: MapAccess<'de>>(
    map: &mut A,
    name: &'static str,
    extra: &mut Extra,
    required: bool,
    put: impl FnOnce(T),
) -> Result<(), A::Error> {
    if mode() == Mode::Salvaging {
        return salvage(map, name, extra, required, put);
    }
    match map.next_value_seed(Nullable { required, put, ty: PhantomData })? {
        Found::Value | Found::Absent => Ok(()),
        Found::Null if is_strict() => Err(de::Error::custom("null")),
        Found::Null => {
            extra.note(name, Lack::Null);
            Ok(())
        }
    }
}

fn salvage<'de, T: Lenient, A: MapAccess<'de>>(
    map: &mut A,
    name: &'static str,
    extra: &mut Extra,
    required: bool,
    put: impl FnOnce(T),
) -> Result<(), A::Error> {
    // As text, which is read by the same code as the whole: that of another form of JSON would be compiled beside it.
    let json: Box<RawValue> = map.next_value()?;
    let read = json::from_str::<Option<As<T>>>(json.get()).map(|value| value.map(|value| put(value.0)));
    salvaged(read, json.get(), name, extra, required).map_err(de::Error::custom)
}

/// What is done with a field for which there was a value, a null, or neither.
fn salvaged(
    read: Result<Option<()>, json::Error>,
    json: &str,
    name: &'static str,
    extra: &mut Extra,
    required: bool,
) -> Result<(), json::Error> {
    match read {
        Ok(Some(())) => {}
        Ok(None) => extra.note(name, Lack::Null),
        // Without what a model cannot be without, it would be a lie.
        Err(error) if required => return Err(error),
        Err(_) => drop(extra.insert(name, json::from_str::<serde_json::Value>(json)?)),
    }
    Ok(())
}

/// Reads a field that has a default.
#[doc(hidden)]
pub fn required<'de, T: Lenient, A: MapAccess<'de>>(
    map: &mut A,
    name: &'static str,
    slot: &mut T,
    extra: &mut Extra,
) -> Result<(), A::Error> {
    field(map, name, extra, true, |value| *slot = value)
}

/// Reads a field that may be missing.
#[doc(hidden)]
pub fn optional<'de, T: Lenient, A: MapAccess<'de>>(
    map: &mut A,
    name: &'static str,
    slot: &mut Option<T>,
    extra: &mut Extra,
) -> Result<(), A::Error> {
    field(map, name, extra, false, |value| *slot = Some(value))
}

/// Notes that a field that has a default was not there, unless it was.
#[doc(hidden)]
pub fn absent(seen: bool, name: &'static str, extra: &mut Extra) {
    if !seen {
        extra.note(name, Lack::Absent);
    }
}

/// Keeps a field that the model does not know.
#[doc(hidden)]
pub fn unknown<'de, A: MapAccess<'de>>(map: &mut A, name: Cow<'de, str>, extra: &mut Extra) -> Result<(), A::Error> {
    if is_strict() {
        return Err(de::Error::custom(UNKNOWN));
    }
    let value: serde_json::Value = map.next_value()?;
    extra.insert(name, value);
    Ok(())
}

/// The next key of an object, borrowed where it can be.
#[doc(hidden)]
pub fn next_key<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
    struct Key;

    impl<'de> DeserializeSeed<'de> for Key {
        type Value = Cow<'de, str>;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
            deserializer.deserialize_identifier(self)
        }
    }

    impl<'de> Visitor<'de> for Key {
        type Value = Cow<'de, str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a name")
        }

        fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
            Ok(Cow::Borrowed(name))
        }

        fn visit_str<E>(self, name: &str) -> Result<Cow<'de, str>, E> {
            Ok(Cow::Owned(name.to_owned()))
        }

        fn visit_string<E>(self, name: String) -> Result<Cow<'de, str>, E> {
            Ok(Cow::Owned(name))
        }
    }

    map.next_key_seed(Key)
}

/// Writes a model.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "only what `model!` expands to holds one, for as long as it writes")]
pub struct Object<'a, S: Serializer> {
    map: S::SerializeMap,
    extra: &'a Extra,
    /// What was written, as far as `extra` may have it too.
    written: Vec<&'static str>,
}

impl<'a, S: Serializer> Object<'a, S> {
    pub fn new(serializer: S, extra: &'a Extra) -> Result<Self, S::Error> {
        Ok(Self { map: serializer.serialize_map(None)?, extra, written: Vec::new() })
    }

    pub fn required<T: Lenient + Default + PartialEq>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        match self.extra.lack(name) {
            Some(Lack::Null) if *value == T::default() => self.map.serialize_entry(name, &()),
            Some(Lack::Absent) if *value == T::default() => Ok(()),
            _ => self.write(name, value),
        }
    }

    pub fn optional<T: Lenient>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), S::Error> {
        match value {
            Some(value) => self.write(name, value),
            None if self.extra.lack(name).is_some() => self.map.serialize_entry(name, &()),
            None => Ok(()),
        }
    }

    pub fn end(mut self) -> Result<S::Ok, S::Error> {
        for (name, value) in self.extra.iter().filter(|(name, _)| !self.written.contains(name)) {
            self.map.serialize_entry(name, value)?;
        }
        self.map.end()
    }

    fn write<T: Lenient>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        if self.extra.get(name).is_some() {
            self.written.push(name);
        }
        self.map.serialize_entry(name, &As(value))
    }
}
