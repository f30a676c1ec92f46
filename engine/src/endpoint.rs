//! What an operation is: the [`Endpoint`] trait that every [`endpoint!`](macro@crate::endpoint) declaration implements, and the
//! facts about it ([`Operation`]) that the engine, the catalog and the docs are driven by.

mod check;
mod clauses;
mod field;
mod into_field;
mod method;
mod operation;
mod style;

use std::any::Any;
use std::fmt;

use crate::api::Api;
use crate::codec::Encode;
use crate::error::ErrorBody;
use crate::response::ResponseFormat;
use crate::source::{ReadError, Source};

pub use field::{Field, Place};
pub use into_field::IntoField;
pub(crate) use method::is_safe;
#[doc(hidden)]
pub use method::{Methods, method};
#[doc(hidden)]
pub use operation::Declaration;
pub(crate) use operation::Responses;
pub use operation::{Host, Operation, Paging};
pub(crate) use style::Style;
pub use style::{Lists, Objects};

/// An operation of an API. A value of the type is one request; [`Client::call`](crate::Client::call) sends it.
///
/// Implemented by [`endpoint!`](macro@crate::endpoint) alone: the hidden methods may change in any release.
pub trait Endpoint: Clone + fmt::Debug + Send + Sync + Sized + 'static {
    /// The API that the operation belongs to.
    type Api: Api;
    /// The type that a successful call returns.
    type Response: Send + 'static;
    /// How the response's body becomes a [`Response`](Self::Response).
    type Format: ResponseFormat<Self::Response>;
    /// The type of an error response's body.
    type Error: ErrorBody;
    /// The facts of the operation.
    const OPERATION: &'static Operation;

    /// Shows the request's values, in the order of [`Operation::fields`]; `None` is a field left out.
    #[doc(hidden)]
    fn values(&self, visit: Visit<'_>);

    /// Reads the request back: the other direction of [`values`](Self::values), in the same order.
    ///
    /// # Errors
    /// [`ReadError`] names the field that is missing or has the wrong form.
    #[doc(hidden)]
    fn read(source: &mut Source<'_>) -> Result<Self, ReadError>;
}

/// Declares that an API hosts an operation, and its prefix after the base URL. [`endpoint!`](macro@crate::endpoint)
/// implements it for the operation's own API, and for others by the clause `hosted`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operation of `{A}`",
    note = "a client calls only the operations that its API hosts: use a client of the operation's own API"
)]
pub trait HostedBy<A: Api>: Endpoint {
    /// The prefix between the base URL and the operation's path.
    const PREFIX: &'static str;
}

/// Refuses a list whose cursor could not be written into the request, while the compiler evaluates it.
#[doc(hidden)]
pub const fn check_cursor<E: Endpoint>() {
    check::cursor(E::OPERATION, <E::Api as Api>::CURSOR);
}

/// What [`Endpoint::values`] shows a request's values to.
#[doc(hidden)]
pub type Visit<'a> = &'a mut dyn FnMut(&[Option<&dyn Value>]);

/// A field's value, with its type forgotten: all the engine needs to put it into a request.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field, a body or a response",
    note = "objects are declared by `model!`, texts by `open_enum!` and `id!`; for other types implement `Encode` and `Field`",
    note = "a type that implements serde's traits can be a field by `name via serde: {Self}` in `model!`, or as `ViaSerde<{Self}>`"
)]
pub trait Value: Encode + Any + Send + Sync {
    /// The value itself, for the few types that are no JSON (files, bodies).
    fn as_any(&self) -> &dyn Any;
}

/// The value of a required field, for [`Endpoint::values`].
#[doc(hidden)]
#[inline]
pub fn required(value: &impl Value) -> Option<&dyn Value> {
    Some(value)
}

/// The value of an optional field.
// A function, because each closure of a declaration is a body of its own to the compiler.
#[doc(hidden)]
#[inline]
pub fn optional(value: &Option<impl Value>) -> Option<&dyn Value> {
    value.as_ref().map(|value| value as &dyn Value)
}

impl<T: Encode + Any + Send + Sync> Value for T {
    fn as_any(&self) -> &dyn Any {
        self
    }
}
