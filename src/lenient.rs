//! Reading what servers really send: nulls, numbers as text, whole numbers as floats. And writing it again the same.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::extra::{Extra, Lack};

/// The type of a model's field.
///
/// Like serde's own traits, but kinder: `"12"` and `12.0` are integers, `"true"` is a boolean, and a float without a
/// fraction is written as an integer, as JavaScript servers do. For a type with serde implementations,
/// [`lenient_via_serde!`](crate::lenient_via_serde) implements it.
pub trait Lenient: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// The deserializer's, when the value does not stand for one of this type.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Writes the value.
    ///
    /// # Errors
    /// The serializer's.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

/// Implements [`Lenient`](crate::Lenient) for types that implement serde's traits, through these.
#[macro_export]
macro_rules! lenient_via_serde {
    ($($ty:ty),+ $(,)? $(;)?) => {$(
        impl $crate::Lenient for $ty {
            fn read<'de, D: $crate::__private::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::Deserialize::deserialize(deserializer)
            }

            fn write<S: $crate::__private::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::__private::Serialize::serialize(self, serializer)
            }
        }
    )+};
}

lenient_via_serde!(serde_json::Value, serde_json::Map<String, serde_json::Value>);

/// Lets serde's own types hold and be held by lenient ones.
struct As<T>(T);

impl<'de, T: Lenient> Deserialize<'de> for As<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(As)
    }
}

impl<T: Lenient> Serialize for As<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// Takes a scalar in any of its usual forms.
struct Scalar<T>(PhantomData<T>);

/// Formats that do not describe themselves cannot be asked what comes next, only told.
macro_rules! scalar {
    ($($ty:ident $told:ident { $($visit:ident($from:ty) => $value:expr;)+ })+) => {$(
        impl<'de> Visitor<'de> for Scalar<$ty> {
            type Value = $ty;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($ty))
            }

            $(fn $visit<E: de::Error>(self, from: $from) -> Result<$ty, E> {
                let value: fn($from) -> Option<$ty> = $value;
                value(from).ok_or_else(|| E::custom(format_args!("{from:?} is no {}", stringify!($ty))))
            })+
        }

        impl Lenient for $ty {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    deserializer.deserialize_any(Scalar::<$ty>(PhantomData))
                } else {
                    deserializer.$told(Scalar::<$ty>(PhantomData))
                }
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                write_scalar::$ty(*self, serializer)
            }
        }
    )+};
}

/// A number or boolean that came as text.
fn unquoted<T: std::str::FromStr>(text: &str) -> Option<T> {
    if STRICT.get() { None } else { text.parse().ok() }
}

/// A float that is a whole number which the integer type holds.
fn whole(number: f64) -> Option<i128> {
    (number.fract() == 0.0 && number.abs() < 2e19).then_some(number as i128)
}

macro_rules! integers {
    ($($ty:ident $told:ident)+) => {scalar! {$(
        $ty $told {
            visit_u64(u64) => |number| number.try_into().ok();
            visit_i64(i64) => |number| number.try_into().ok();
            visit_f64(f64) => |number| whole(number)?.try_into().ok();
            visit_str(&str) => unquoted;
        }
    )+}};
}

integers!(u8 deserialize_u8 u16 deserialize_u16 u32 deserialize_u32 u64 deserialize_u64 i32 deserialize_i32 i64 deserialize_i64);

scalar! {
    f64 deserialize_f64 {
        visit_u64(u64) => |number| Some(number as f64);
        visit_i64(i64) => |number| Some(number as f64);
        visit_f64(f64) => Some;
        visit_str(&str) => unquoted;
    }
    bool deserialize_bool {
        visit_bool(bool) => Some;
        visit_u64(u64) => |number| match number { 0 => Some(false), 1 => Some(true), _ => None };
        visit_str(&str) => unquoted;
    }
}

mod write_scalar {
    use serde::Serializer;

    macro_rules! plainly {
        ($($ty:ident $write:ident)+) => {$(
            pub fn $ty<S: Serializer>(value: $ty, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.$write(value)
            }
        )+};
    }

    plainly!(u8 serialize_u8 u16 serialize_u16 u32 serialize_u32 u64 serialize_u64 i32 serialize_i32 i64 serialize_i64 bool serialize_bool);

    pub fn f64<S: Serializer>(value: f64, serializer: S) -> Result<S::Ok, S::Error> {
        // Beyond 2^53 a float skips integers, so there the digits of the float itself are the honest ones.
        if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
            serializer.serialize_i64(value as i64)
        } else {
            serializer.serialize_f64(value)
        }
    }
}

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_string(self)
    }
}

impl Lenient for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_string(Text)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

/// Reads the text of a string type; the type's name is a hint for formats that make values up.
#[doc(hidden)]
pub fn deserialize_text<'de, D: Deserializer<'de>>(deserializer: D, name: &'static str) -> Result<String, D::Error> {
    deserializer.deserialize_newtype_struct(name, Text)
}

/// Reads an open enum.
#[doc(hidden)]
pub fn deserialize_choice<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    name: &'static str,
    known: &'static [&'static str],
    make: fn(&str) -> T,
) -> Result<T, D::Error> {
    struct Choice<T>(&'static [&'static str], fn(&str) -> T);

    impl<'de, T> Visitor<'de> for Choice<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            if STRICT.get() && !self.0.contains(&text) {
                return Err(E::custom(NOT_ALLOWED));
            }
            Ok((self.1)(text))
        }

        fn visit_enum<A: EnumAccess<'de>>(self, choice: A) -> Result<T, A::Error> {
            let (text, rest) = choice.variant::<String>()?;
            rest.unit_variant()?;
            Ok((self.1)(&text))
        }
    }

    if deserializer.is_human_readable() {
        deserializer.deserialize_str(Choice(known, make))
    } else {
        deserializer.deserialize_enum(name, known, Choice(known, make))
    }
}

impl<T: Lenient> Lenient for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<As<T>>::deserialize(deserializer)?.map(|value| value.0))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().map(As).serialize(serializer)
    }
}

impl<T: Lenient> Lenient for Box<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Box::new)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::write(self, serializer)
    }
}

impl<T: Lenient> Lenient for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);

        impl<'de, T: Lenient> Visitor<'de> for Items<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                let mut items = Vec::new();
                loop {
                    match list.next_element::<As<T>>() {
                        Ok(Some(item)) => {
                            // Many lists within answers have one item; a list makes room for four by itself.
                            if items.is_empty() {
                                items.reserve_exact(1);
                            }
                            items.push(item.0);
                        }
                        Ok(None) => return Ok(items),
                        Err(error) => {
                            note(Step::Item(items.len()));
                            return Err(error);
                        }
                    }
                }
            }
        }

        deserializer.deserialize_seq(Items(PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(As))
    }
}

impl<T: Lenient> Lenient for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<String, As<T>>::deserialize(deserializer)?;
        Ok(map.into_iter().map(|(key, value)| (key, value.0)).collect())
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, As(value))))
    }
}

// ---- what `model!` expands to ----

enum Step {
    Field(&'static str),
    Unknown(String),
    Item(usize),
}

thread_local! {
    /// Where reading failed, innermost first. Filled on the way out of a failure only, so that success pays nothing.
    static FAILED_AT: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
}

thread_local! {
    static STRICT: Cell<bool> = const { Cell::new(false) };
}

/// Reads without kindness: unknown fields, nulls and numbers as text are errors, as servers treat them in requests.
#[cfg(feature = "mock")]
pub(crate) fn strictly<T>(read: impl FnOnce() -> T) -> T {
    struct Reset;

    impl Drop for Reset {
        fn drop(&mut self) {
            STRICT.set(false);
        }
    }

    let _reset = Reset;
    STRICT.set(true);
    read()
}

/// What is said of a field that the model does not know, where that is an error.
pub(crate) const UNKNOWN: &str = "is not known";
/// What is said of a value that the enum does not have, where that is an error.
pub(crate) const NOT_ALLOWED: &str = "is none of the allowed values";

fn note(step: Step) {
    FAILED_AT.with_borrow_mut(|steps| {
        // A value that is tried and given up again leaves its steps behind; no real answer is this deep.
        if steps.len() < 128 {
            steps.push(step);
        }
    });
}

/// Forgets earlier failures; to be called before reading.
pub(crate) fn forget_failure() {
    FAILED_AT.with_borrow_mut(Vec::clear);
}

/// The JSON path at which the last reading on this thread failed, such as `status.phase` or `chunks[3].text`.
pub(crate) fn failed_at() -> String {
    let mut path = String::new();
    for step in FAILED_AT.take().into_iter().rev() {
        let name = match &step {
            Step::Field(name) => name,
            Step::Unknown(name) => name.as_str(),
            Step::Item(index) => {
                path.push_str(&format!("[{index}]"));
                continue;
            }
        };
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    }
    path
}

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
    if SALVAGING.get() {
        return salvage(map, name, extra, required, put);
    }
    match map.next_value_seed(Nullable { required, put, ty: PhantomData }) {
        Ok(Found::Value | Found::Absent) => Ok(()),
        Ok(Found::Null) if STRICT.get() => {
            note(Step::Field(name));
            Err(de::Error::custom("null"))
        }
        Ok(Found::Null) => {
            extra.note(name, Lack::Null);
            Ok(())
        }
        Err(error) => {
            note(Step::Field(name));
            Err(error)
        }
    }
}

thread_local! {
    static SALVAGING: Cell<bool> = const { Cell::new(false) };
}

/// Reads an answer again that could not be read because of one of its optional fields. These are now left out, and what
/// they hold is kept in [`Extra`]: an answer that was given only once (a new private key) is not lost over a detail.
pub(crate) fn salvaging<T>(read: impl FnOnce() -> T) -> T {
    /// Ends it even if the reading panics.
    struct End;

    impl Drop for End {
        fn drop(&mut self) {
            SALVAGING.set(false);
        }
    }

    SALVAGING.set(true);
    let _end = End;
    read()
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
    match serde_json::from_str::<Option<As<T>>>(json.get()) {
        Ok(Some(value)) => put(value.0),
        Ok(None) => extra.note(name, Lack::Null),
        // Without what a model cannot be without, it would be a lie.
        Err(error) if required => return Err(de::Error::custom(error)),
        Err(_) => {
            extra.insert(name, serde_json::from_str::<serde_json::Value>(json.get()).map_err(de::Error::custom)?);
        }
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
    if STRICT.get() {
        note(Step::Unknown(name.into_owned()));
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
