//! Three states: left out, `null`, a value.

use super::error::DecodeError;
use super::reader::Reader;
use super::writer::Writer;
use super::{Encode, Field, Sampler, Schema, Schemas};

/// An optional field for which `null` means something else than leaving it out, as in requests that change an object:
/// left out it stays, `null` removes it. Declared as `name?: Nullable<T>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Nullable<T> {
    /// The field is left out.
    #[default]
    Unset,
    /// `null`.
    Null,
    /// A value.
    Set(T),
}

impl<T> Nullable<T> {
    /// The value, if there is one.
    pub fn as_set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unset | Self::Null => None,
        }
    }

    /// The value, if there is one.
    pub fn into_set(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unset | Self::Null => None,
        }
    }

    /// A reference to the value, in the same state.
    pub fn as_ref(&self) -> Nullable<&T> {
        match self {
            Self::Unset => Nullable::Unset,
            Self::Null => Nullable::Null,
            Self::Set(value) => Nullable::Set(value),
        }
    }

    /// Whether the field is left out.
    pub fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

/// `None` is `null`.
impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        match value {
            Some(value) => Self::Set(value),
            None => Self::Null,
        }
    }
}

/// Outside of an object, where nothing can be left out, [`Unset`](Nullable::Unset) is `null`.
impl<T: Encode> Encode for Nullable<T> {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Set(value) => value.encode(writer),
            Self::Unset | Self::Null => writer.null(),
        }
    }
}

impl<T: Field> Field for Nullable<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.take_null()? {
            true => Ok(Self::Null),
            false => T::decode(reader).map(Self::Set),
        }
    }

    fn sample(sampler: &mut Sampler) -> Self {
        match sampler.is_full() {
            true => match sampler.variant(2) {
                0 => Self::Set(T::sample(sampler)),
                _ => Self::Null,
            },
            false => Self::Unset,
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        T::schema(schemas).nullable()
    }
}
