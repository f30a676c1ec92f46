//! What an operation is: the [`Endpoint`] trait that every [`endpoint!`](macro@crate::endpoint) line implements, and the
//! facts about it ([`Operation`]) that the engine, the catalog and the docs are driven by.

mod check;
mod into_field;

use std::any::Any;
use std::fmt;
use std::time::Duration;

use http::Method;
use serde::Serialize;

use crate::api::Api;
use crate::error::ErrorBody;
use crate::response::Codec;
use crate::source::{ReadError, Source};

pub use into_field::IntoField;

/// An operation of an API. A value of the type is one request; [`Client::call`](crate::client::Client::call) sends it.
///
/// Implemented by [`endpoint!`](macro@crate::endpoint); there is no need to write it by hand.
pub trait Endpoint: Clone + fmt::Debug + Send + Sync + Sized + 'static {
    /// The API that the operation belongs to.
    type Api: Api;
    /// What a successful call gives.
    type Response: Send + 'static;
    /// How the answer's body becomes a [`Response`](Self::Response).
    type Codec: Codec<Self::Response>;
    /// What the body of an unsuccessful answer holds.
    type Error: ErrorBody;
    /// The facts of the operation.
    const OPERATION: &'static Operation;

    /// Shows the request's values, in the order of [`Operation::fields`]; `None` is a field left out.
    fn values(&self, visit: Visit<'_>);

    /// Reads the request back: the other direction of [`values`](Self::values), in the same order.
    ///
    /// # Errors
    /// [`ReadError`] names the field that is missing or has the wrong form.
    fn read(source: &mut Source<'_>) -> Result<Self, ReadError>;
}

/// Says that an API hosts an operation, and below which prefix of its base URL. [`endpoint!`](macro@crate::endpoint)
/// implements it for the line's own API, and for others by its `hosted` clause.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operation of `{A}`",
    note = "a client calls only the operations that its API hosts: use a client of the operation's own API"
)]
pub trait On<A: Api>: Endpoint {
    /// What stands between the base URL and the operation's path.
    const PREFIX: &'static str;
}

/// The facts of an operation, as its line declares them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The type's name, e.g. `Create`.
    pub name: &'static str,
    /// The path of the module that declares it, e.g. `library::book`.
    pub module: &'static str,
    /// The API's name.
    pub api: &'static str,
    /// The first line of its docs.
    pub summary: &'static str,
    /// HTTP method.
    pub method: &'static Method,
    /// Path template, e.g. `/stream/{id}`.
    pub path: &'static str,
    /// The request's fields, path parameters first.
    pub fields: &'static [Field],
    /// The response's type, as written in the line.
    pub response: &'static str,
    /// The error type, as written in the line; `None` is the API's default.
    pub error: Option<&'static str>,
    /// Whether it may be repeated after a request that may have reached the server.
    pub retryable: bool,
    /// What a request must look like for that, when it depends on it.
    pub retryable_if: Option<fn(&dyn Any) -> bool>,
    /// Whether the key is sent.
    pub auth: bool,
    /// How long nothing may arrive before an attempt is given up, when it is not the client's setting.
    pub timeout: Option<Duration>,
    /// How its pages follow each other; `None` when it gives everything at once.
    pub paged: Option<Paging>,
    /// Whether the API advises against its use.
    pub deprecated: bool,
    /// The operation's id in the API's public specification; `None` when it is not in there.
    pub id: Option<&'static str>,
    /// Other APIs that host it, with their prefix.
    pub hosted: &'static [(&'static str, &'static str)],
    /// Whether the line itself says if it may be repeated.
    says_retryable: bool,
}

/// How the pages of a list follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paging {
    /// The answer says where the next page begins ([`Api::next_cursor`]).
    Cursor,
    /// The answer says nothing: the next page begins after the items seen so far, while pages are full.
    Offset,
}

/// A field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name in Rust.
    pub rust: &'static str,
    /// The name on the wire.
    pub name: &'static str,
    /// Where it stands in the request.
    pub place: Place,
    /// Whether the request cannot be made without it.
    pub required: bool,
    /// Its type, as written in the line.
    pub ty: &'static str,
    /// Whether it repeats a path parameter in the body.
    pub copy: bool,
    /// What it is set to from the start, as written in the line; `None` when it is left out unless set.
    pub preset: Option<&'static str>,
}

/// Where a field stands in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the path.
    Path,
    /// In the query; a list is repeated.
    Query,
    /// A header.
    Header,
    /// A member of the JSON object that is the body.
    Json,
    /// The whole body, as JSON.
    JsonBody,
    /// A field of an URL-encoded form.
    Form,
    /// A part of a multipart form.
    Multipart,
    /// The whole body, as bytes.
    Body,
}

impl Operation {
    /// `stream::Create`: the last part of the module and the name.
    pub fn qualified_name(&self) -> String {
        format!("{}::{}", self.resource(), self.name)
    }

    /// `stream`: the last part of the module.
    pub fn resource(&self) -> &'static str {
        self.module.rsplit("::").next().unwrap_or(self.module)
    }

    /// Whether this request of the operation may be repeated after it may have reached the server.
    pub fn is_retryable(&self, request: &dyn Any) -> bool {
        self.retryable && self.retryable_if.is_none_or(|check| check(request))
    }

    /// What a line without clauses declares.
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    pub const fn new(
        name: &'static str,
        module: &'static str,
        api: &'static str,
        summary: &'static str,
        method: &'static Method,
        path: &'static str,
        fields: &'static [Field],
        response: &'static str,
    ) -> Self {
        check::path(path, fields);
        check::names(fields);
        check::body(fields);
        let retryable = matches!(*method, Method::GET | Method::HEAD | Method::PUT | Method::DELETE | Method::OPTIONS);
        Self {
            name,
            module,
            api,
            summary,
            method,
            path,
            fields,
            response,
            error: None,
            retryable,
            retryable_if: None,
            auth: true,
            timeout: None,
            paged: None,
            deprecated: false,
            id: None,
            hosted: &[],
            says_retryable: false,
        }
    }
}

/// `stream::Create (POST /stream)`: the template of the path, never a filled-in one.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.qualified_name(), self.method, self.path)
    }
}

/// The clauses of a line, each of them said once at most.
#[doc(hidden)]
impl Operation {
    pub const fn id(self, id: &'static str) -> Self {
        assert!(self.id.is_none(), "a line says `id` once");
        Self { id: Some(id), ..self }
    }
    pub const fn error(self, error: &'static str) -> Self {
        Self { error: Some(error), ..self }
    }
    pub const fn retryable(self, retryable: bool) -> Self {
        assert!(!self.says_retryable, "a line says `retryable` once");
        Self { retryable, says_retryable: true, ..self }
    }
    pub const fn retryable_if(self, check: fn(&dyn Any) -> bool) -> Self {
        Self { retryable_if: Some(check), ..self.retryable(true) }
    }
    pub const fn no_auth(self) -> Self {
        assert!(self.auth, "a line says `auth` once");
        Self { auth: false, ..self }
    }
    pub const fn timeout(self, seconds: u64) -> Self {
        assert!(self.timeout.is_none(), "a line says `timeout` once");
        Self { timeout: Some(Duration::from_secs(seconds)), ..self }
    }
    pub const fn paged(self, paging: Paging) -> Self {
        assert!(self.paged.is_none(), "a line says `paged` once");
        Self { paged: Some(paging), ..self }
    }
    pub const fn deprecated(self, deprecated: bool) -> Self {
        Self { deprecated, ..self }
    }
    pub const fn hosted(self, hosted: &'static [(&'static str, &'static str)]) -> Self {
        assert!(self.hosted.is_empty(), "a line says `hosted` once");
        Self { hosted, ..self }
    }
}

impl Field {
    #[doc(hidden)]
    pub const fn new(rust: &'static str, name: &'static str, place: Place, required: bool, ty: &'static str) -> Self {
        Self { rust, name, place, required, ty, copy: false, preset: None }
    }

    #[doc(hidden)]
    pub const fn preset(mut self, preset: &'static str) -> Self {
        self.preset = Some(preset);
        self
    }

    #[doc(hidden)]
    pub const fn copy(rust: &'static str, name: &'static str, place: Place) -> Self {
        Self { rust, name, place, required: true, ty: "", copy: true, preset: None }
    }
}

/// What [`Endpoint::values`] shows a request's values to.
pub type Visit<'a> = &'a mut dyn FnMut(&[Option<&dyn Value>]);

/// A field's value, with its type forgotten: all the engine needs to put it into a request.
pub trait Value: Any + Send + Sync {
    /// Appends the value as JSON.
    ///
    /// # Errors
    /// The error of the value's own `Serialize`.
    fn json(&self, out: &mut Vec<u8>) -> serde_json::Result<()>;

    /// The value itself, for the few types that are no JSON (files, bodies).
    fn as_any(&self) -> &dyn Any;
}

impl<T: Serialize + Any + Send + Sync> Value for T {
    fn json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
