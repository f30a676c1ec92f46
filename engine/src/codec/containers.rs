//! Options, boxes, lists, arrays and tuples.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use super::error::DecodeError;
use super::reader::{Foreign, Reader};
use super::skip::Step;
use super::writer::Writer;
use super::{Encode, Field, Sampler, Schema, Schemas};

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self, writer: &mut Writer) {
        T::encode(self, writer);
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Some(value) => value.encode(writer),
            None => writer.null(),
        }
    }
}

impl<T: Field> Field for Option<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.take_null()? {
            true => Ok(None),
            false => {
                let value = T::decode(reader)?;
                // With optional fields only, an object that has none of them is valid.
                if let Some(Foreign::NothingRequired(_)) = reader.foreign {
                    reader.foreign = Some(Foreign::Unknown);
                }
                Ok(Some(value))
            }
        }
    }

    fn sample(sampler: &mut Sampler) -> Self {
        sampler.is_full().then(|| T::sample(sampler))
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        T::schema(schemas).nullable()
    }
}

macro_rules! pointers {
    ($($pointer:ident)+) => {$(
        impl<T: Encode + ?Sized> Encode for $pointer<T> {
            fn encode(&self, writer: &mut Writer) {
                T::encode(self, writer);
            }
        }

        impl<T: Field> Field for $pointer<T> {
            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                reader.charge(size_of::<T>())?;
                T::decode(reader).map($pointer::new)
            }

            fn sample(sampler: &mut Sampler) -> Self {
                $pointer::new(T::sample(sampler))
            }

            fn schema(schemas: &mut Schemas) -> Schema {
                T::schema(schemas)
            }
        }
    )+};
}

pointers!(Box Arc);

/// The items of a list that are read so far.
pub(super) struct Progress {
    depth: u8,
    index: usize,
    /// The error of the first item that could not be read.
    failed: Option<DecodeError>,
    start: usize,
}

impl Progress {
    pub(super) fn new(reader: &Reader<'_>) -> Self {
        Self { depth: reader.depth, index: 0, failed: None, start: reader.at }
    }

    /// Skips an item that could not be read.
    #[cold]
    fn invalid(&mut self, reader: &mut Reader<'_>, start: usize, error: DecodeError) -> Result<(), DecodeError> {
        let error = reader.pass_over(start, self.depth, error.in_item(self.index))?;
        self.failed.get_or_insert_with(|| error.clone());
        reader.report(start, error);
        Ok(())
    }

    /// If no item can be read, the list is one of another type.
    pub(super) fn end(self, reader: &mut Reader<'_>, is_empty: bool) -> Result<(), DecodeError> {
        match self.failed {
            Some(error) if is_empty => {
                reader.forget_skipped_from(self.start);
                Err(error)
            }
            _ => Ok(()),
        }
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, writer: &mut Writer) {
        self.as_slice().encode(writer);
    }
}

impl<T: Encode> Encode for [T] {
    fn encode(&self, writer: &mut Writer) {
        writer.list(self);
    }
}

impl<T: Field> Field for Vec<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut items = Vec::new();
        reader.open_list()?;
        let mut progress = Progress::new(reader);
        while reader.item(progress.index == 0)? {
            reader.charge(size_of::<T>())?;
            // Many lists within responses have one item; a list makes room for four by itself.
            if items.capacity() == 0 {
                items.reserve_exact(1);
            }
            let (start, len) = (reader.at, items.len());
            if let Err(error) = T::decode_to(&mut items, reader) {
                items.truncate(len);
                progress.invalid(reader, start, error)?;
            } else if !reader.skipped.is_empty() {
                reader.skipped_in(start, Step::Index(progress.index));
            }
            progress.index += 1;
        }
        progress.end(reader, items.is_empty())?;
        Ok(items)
    }

    fn sample(sampler: &mut Sampler) -> Self {
        match sampler.is_full() {
            true => sampler.item(T::sample).into_iter().collect(),
            false => Vec::new(),
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        Schema::list(T::schema(schemas))
    }
}

macro_rules! sets {
    ($($set:ident<$T:ident $(, $S:ident)?> where { $($bounds:tt)+ })+) => {$(
        impl<$T: Encode $(, $S)?> Encode for $set<$T $(, $S)?> {
            fn encode(&self, writer: &mut Writer) {
                writer.list(self);
            }
        }

        impl<$T $(, $S)?> Field for $set<$T $(, $S)?> where $($bounds)+ {
            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Ok(Vec::decode(reader)?.into_iter().collect())
            }

            fn sample(sampler: &mut Sampler) -> Self {
                Vec::sample(sampler).into_iter().collect()
            }

            fn schema(schemas: &mut Schemas) -> Schema {
                Vec::<$T>::schema(schemas)
            }
        }
    )+};
}

sets! {
    BTreeSet<T> where { T: Field + Ord }
    HashSet<T, S> where { T: Field + Eq + Hash, S: BuildHasher + Default }
}

impl<T: Encode, const N: usize> Encode for [T; N] {
    fn encode(&self, writer: &mut Writer) {
        self.as_slice().encode(writer);
    }
}

impl<T: Field, const N: usize> Field for [T; N] {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut items = Vec::with_capacity(N);
        reader.list(|reader| {
            if items.len() == N {
                return Err(reader.invalid(format!("expected a list of {N}, found more")));
            }
            T::decode_to(&mut items, reader)
        })?;
        items.try_into().map_err(|_| reader.invalid(format!("expected a list of {N}, found fewer")))
    }

    fn sample(sampler: &mut Sampler) -> Self {
        std::array::from_fn(|_| T::sample(sampler))
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        Schema::tuple((0..N).map(|_| T::schema(schemas)))
    }
}

macro_rules! tuples {
    ($($len:literal ($($T:ident $at:tt),+))+) => {$(
        impl<$($T: Encode),+> Encode for ($($T,)+) {
            fn encode(&self, writer: &mut Writer) {
                let items: [&dyn Encode; $len] = [$(&self.$at),+];
                writer.list(items.iter());
            }
        }

        impl<$($T: Field),+> Field for ($($T,)+) {
            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                reader.open_list()?;
                let value = ($({
                    if !reader.item($at == 0)? {
                        return Err(reader.invalid(concat!("expected a list of ", $len, ", found fewer")));
                    }
                    let start = reader.at;
                    let item = $T::decode(reader).map_err(|error| error.in_item($at))?;
                    reader.skipped_in(start, Step::Index($at));
                    item
                },)+);
                match reader.item(false)? {
                    false => Ok(value),
                    true => Err(reader.invalid(concat!("expected a list of ", $len, ", found more"))),
                }
            }

            fn sample(sampler: &mut Sampler) -> Self {
                ($($T::sample(sampler),)+)
            }

            fn schema(schemas: &mut Schemas) -> Schema {
                Schema::tuple([$($T::schema(schemas)),+])
            }
        }
    )+};
}

tuples! {
    1 (A 0)
    2 (A 0, B 1)
    3 (A 0, B 1, C 2)
    4 (A 0, B 1, C 2, D 3)
    5 (A 0, B 1, C 2, D 3, E 4)
    6 (A 0, B 1, C 2, D 3, E 4, F 5)
}
