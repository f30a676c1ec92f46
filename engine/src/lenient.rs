//! Reading what servers really send: nulls, numbers as text, whole numbers as floats. And writing it again the same.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, EnumAccess, SeqAccess, VariantAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::reading::{NOT_ALLOWED, is_strict};

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
pub(crate) struct As<T>(pub(crate) T);

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
    if is_strict() { None } else { text.parse().ok() }
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
            pub(crate) fn $ty<S: Serializer>(value: $ty, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.$write(value)
            }
        )+};
    }

    plainly!(u8 serialize_u8 u16 serialize_u16 u32 serialize_u32 u64 serialize_u64 i32 serialize_i32 i64 serialize_i64 bool serialize_bool);

    pub(crate) fn f64<S: Serializer>(value: f64, serializer: S) -> Result<S::Ok, S::Error> {
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
            if is_strict() && !self.0.contains(&text) {
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
                while let Some(item) = list.next_element::<As<T>>()? {
                    // Many lists within answers have one item; a list makes room for four by itself.
                    if items.is_empty() {
                        items.reserve_exact(1);
                    }
                    items.push(item.0);
                }
                Ok(items)
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
