//! What a type needs to be a field of a model.

use super::error::DecodeError;
use super::reader::Reader;
use super::sampler::Sampler;
use super::schema::{Schema, Schemas};
use super::slot;
use super::writer::Encode;

/// The type of a model's field.
///
/// ```
/// # use typed_endpoint::codec::{Encode, Field, Kind, Reader, Sampler, Schema, Schemas, Writer, from_json};
/// # use typed_endpoint::DecodeError;
/// /// A length: centimetres, or a text such as `3 ft`.
/// #[derive(Debug, PartialEq)]
/// enum Length {
///     Centimetres(f64),
///     Text(String),
/// }
///
/// impl Encode for Length {
///     fn encode(&self, writer: &mut Writer) {
///         match self {
///             Self::Centimetres(number) => number.encode(writer),
///             Self::Text(text) => text.encode(writer),
///         }
///     }
/// }
///
/// impl Field for Length {
///     fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
///         Ok(match reader.kind() {
///             Kind::String => Self::Text(Field::decode(reader)?),
///             _ => Self::Centimetres(Field::decode(reader)?),
///         })
///     }
///
///     fn sample(sampler: &mut Sampler) -> Self {
///         match sampler.variant(2) {
///             0 => Self::Centimetres(Field::sample(sampler)),
///             _ => Self::Text("3 ft".into()),
///         }
///     }
///
///     fn schema(schemas: &mut Schemas) -> Schema {
///         Schema::one_of([f64::schema(schemas), String::schema(schemas)])
///     }
/// }
///
/// assert_eq!(from_json::<Vec<Length>>(r#"[180, "6 ft"]"#)?, [Length::Centimetres(180.0), Length::Text("6 ft".into())]);
/// # Ok::<(), DecodeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field, a body or a response",
    note = "objects are declared by `model!`, texts by `open_enum!` and `id!`; for other types implement `Encode` and `Field`",
    note = "a type that implements serde's traits can be a field by `name via serde: {Self}` in `model!`, or as `ViaSerde<{Self}>`"
)]
pub trait Field: Encode + Sized {
    /// Reads exactly one value.
    ///
    /// # Errors
    /// When the value does not stand for one of this type, or the text is not JSON.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Makes a sample: a value that a server would accept.
    fn sample(sampler: &mut Sampler) -> Self;

    /// Describes the values of this type.
    fn schema(schemas: &mut Schemas) -> Schema;

    /// Reads a value to where it belongs. Models are large: they are read in place rather than returned.
    ///
    /// # Errors
    /// As [`decode`](Self::decode). What is then in the place has no meaning.
    #[doc(hidden)]
    #[inline]
    fn decode_to<'s>(slot: impl slot::Slot<'s, Self>, reader: &mut Reader<'_>) -> Result<(), DecodeError>
    where
        Self: 's,
    {
        slot.put(Self::decode(reader)?);
        Ok(())
    }
}

/// What the type parameters of a [`model!`](crate::model) can be. Implemented by all types that fit.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type parameter of a model",
    note = "it must be a `Field`, and implement `Default` and `PartialEq`"
)]
pub trait Parameter: Field + Default + PartialEq {}

impl<T: Field + Default + PartialEq> Parameter for T {}

impl Reader<'_> {
    /// Reads a value of another type.
    ///
    /// # Errors
    /// Those of [`Field::decode`].
    #[inline]
    pub fn read<T: Field>(&mut self) -> Result<T, DecodeError> {
        T::decode(self)
    }
}

impl Sampler {
    /// A value of a type.
    pub fn sample<T: Field>(&mut self) -> T {
        T::sample(self)
    }
}
