//! The macros: [`endpoint!`](macro@crate::endpoint) and [`operations!`](crate::operations) declare operations,
//! [`fields!`](crate::fields) fields they have in common, [`errors!`](crate::errors) error maps, [`model!`](crate::model), [`open_enum!`](crate::open_enum),
//! [`union!`](crate::union) and [`id!`](crate::id) the types that go in and out.

mod client;
mod endpoint;
mod errors;
mod features;
mod fields;
mod model;
mod operations;
mod rules;
mod scalar;
mod setters;
mod union;
mod words;
