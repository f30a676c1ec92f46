//! Reading and writing of values as JSON, samples of them, and their JSON Schemas.
//!
//! ```
//! # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
//! use typed_endpoint::codec;
//!
//! let text = r#"{"id":"emma","title":"Emma","isNew":true}"#;
//! let book: Book = codec::from_json(text)?;
//! assert_eq!(codec::to_json(&book), text); // unknown members, too
//! # Ok::<(), typed_endpoint::DecodeError>(())
//! ```
//!
//! There are two traits. [`Encode`] writes a value as JSON. [`Field`] is what a type needs to be a field of a model: it reads a
//! value ([`decode`](Field::decode)), makes samples ([`sample`](Field::sample)) and describes itself as JSON Schema
//! ([`schema`](Field::schema)). [`model!`](crate::model), [`id!`](crate::id) and [`open_enum!`](crate::open_enum) implement both,
//! and so do the types of the standard library. Types of other crates become fields through their serde implementations
//! (`via serde`, [`ViaSerde`]).
//!
//! Models also implement serde's `Serialize` and `Deserialize`, which work by JSON text, so CBOR and MessagePack work, too.
//! [`from_json`] and [`to_json`] are two to three times faster, and keep all digits of a number in [`Extra`](crate::Extra), where
//! serde has only those of `u64`, `i64` and `f64`.
//!
//! [`Options`] reads strictly, lossily or within limits. Members that a model does not know are kept as JSON text
//! ([`Extra`](crate::Extra)) and parsed on demand. An error has the path of the value, with line and column.

// Reading is one pass over a `&str`. Paths are not recorded on the way down: whoever reads a child adds its name to an error
// that is returned, because errors are rare. Functions that the macros emit are `#[inline]`, so that only what a program uses
// is compiled.

mod alternatives;
mod constraint;
mod containers;
mod edge;
pub(crate) mod error;
pub(crate) mod extra;
mod field;
mod maps;
mod nested;
mod non_numbers;
pub(crate) mod nullable;
mod number;
mod object;
mod options;
mod reader;
mod sampler;
mod scalars;
mod schema;
mod shape;
mod skip;
mod slot;
mod strings;
mod text;
mod value;
mod via_serde;
mod writer;

#[cfg(test)]
mod tests;

pub use constraint::Constraint;
pub(crate) use error::DecodeError;
pub use error::DecodeErrorKind;
pub use field::{Field, Parameter};
pub(crate) use nullable::Nullable;
pub use object::{mark_missing, mark_null};
pub(crate) use options::Notes;
pub use options::{Decoded, Options, from_json};
pub(crate) use reader::Foreign;
pub use reader::{Kind, Mode, Reader};
pub use sampler::{Detail, Sampler};
pub use schema::{Schema, Schemas};
pub use skip::Skipped;
pub use via_serde::ViaSerde;
pub use writer::{Encode, Writer, to_json};

/// What the macros expand to.
#[doc(hidden)]
pub mod macros {
    pub use super::alternatives::{
        Alternative, Member as KnownBy, alternative, decode_known_by, encode_known_by, schema_known_by,
    };
    pub use super::edge::{deserialize, serialize, serialize_json};
    pub use super::object::{Member, Object, decode_object, encode_object};
    pub use super::schema::{ModelKind, Property};
    pub use super::shape::{Need, Shape, keys};
    pub use super::slot::Slot;
    pub use super::via_serde::{
        EncodeViaSerde, decode as decode_via_serde, from_json as json_via_serde, sample as sample_via_serde,
    };
}
