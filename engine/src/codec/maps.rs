//! Maps, with any keys that have a text.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::hash::{BuildHasher, Hash};
use std::str::FromStr;

use super::error::DecodeError;
use super::reader::Reader;
use super::skip::Step;
use super::writer::Writer;
use super::{Encode, Field, Sampler, Schema, Schemas};

/// Replaces a key in a path, because keys are data and may be secrets.
const ANY_KEY: &str = "*";

/// Reads a map, and passes its entries to a function.
fn entries<K: FromStr, V: Field>(reader: &mut Reader<'_>, mut put: impl FnMut(K, V)) -> Result<(), DecodeError> {
    reader.open_object("an object")?;
    let (begin, depth) = (reader.at, reader.depth);
    let (mut first, mut is_empty, mut failed) = (true, true, None);
    while reader.at_name(first)? {
        first = false;
        reader.charge(size_of::<(K, V)>())?;
        let name = reader.name()?;
        let start = reader.at;
        let entry = match name.parse() {
            Ok(key) => V::decode(reader).map(|value| (key, value)),
            Err(_) => Err(reader.invalid("the key is not one of this map")),
        };
        match entry {
            Ok((key, value)) => {
                if !reader.skipped.is_empty() {
                    reader.skipped_in(start, Step::Name(ANY_KEY));
                }
                is_empty = false;
                put(key, value);
            }
            Err(error) => {
                let error = reader.pass_over(start, depth, error.in_field(ANY_KEY))?;
                failed.get_or_insert_with(|| error.clone());
                reader.report(start, error);
            }
        }
    }
    match failed {
        Some(error) if is_empty => {
            reader.forget_skipped_from(begin);
            Err(error)
        }
        _ => Ok(()),
    }
}

fn encode<'v, K: Display + 'v, V: Encode + 'v>(entries: impl Iterator<Item = (&'v K, &'v V)>, writer: &mut Writer) {
    writer.object(|writer| {
        for (key, value) in entries {
            writer.comma();
            writer.display(key);
            writer.raw(":");
            value.encode(writer);
        }
    });
}

/// An entry; none if the sample is minimal, or if the map cannot have the sampled key.
fn sample<K: FromStr, V: Field>(sampler: &mut Sampler) -> Option<(K, V)> {
    let texts = ["key", "1", "2024-05-01", "https://example.com/key"];
    let key = texts.iter().find_map(|text| text.parse().ok());
    match sampler.is_full() {
        true => Some((key?, sampler.within("key", V::sample)?)),
        false => None,
    }
}

macro_rules! maps {
    ($($map:ident<K, V $(, $S:ident)?> where { $($bounds:tt)* })+) => {$(
        impl<K: Display, V: Encode $(, $S)?> Encode for $map<K, V $(, $S)?> {
            fn encode(&self, writer: &mut Writer) {
                encode(self.iter(), writer);
            }
        }

        impl<K, V: Field $(, $S)?> Field for $map<K, V $(, $S)?>
        where
            $($bounds)*
        {
            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let mut map = Self::default();
                entries(reader, |key, value| drop(map.insert(key, value)))?;
                Ok(map)
            }

            fn sample(sampler: &mut Sampler) -> Self {
                sample(sampler).into_iter().collect()
            }

            fn schema(schemas: &mut Schemas) -> Schema {
                Schema::map(V::schema(schemas))
            }
        }
    )+};
}

maps! {
    BTreeMap<K, V> where { K: FromStr + Display + Ord }
    HashMap<K, V, S> where { K: FromStr + Display + Eq + Hash, S: BuildHasher + Default }
}
