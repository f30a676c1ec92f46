//! The table of an API's operations.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::call::{AnyCall, OneCall, PagedCall};
use super::docs::plain_text;
use super::format::{Content, FormatOutput};
use super::similar::similar;
use crate::api::Api;
use crate::call::Call;
use crate::codec::{self, Detail, Mode, Sampler, Schema, Schemas, from_json};
use crate::endpoint::{Endpoint, Field, Operation};
use crate::error::{ErrorBody, ErrorContent, RequestError};
use crate::page::Paginated;
use crate::sample;
use crate::settings::Settings;
use crate::source::{ReadError, Source, serialize_request};

/// An API that lists its operations.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::dynamic::{self, Catalog, Entry};
///
/// impl Catalog for Library {
///     // One list for each `operations!`.
///     const ENTRIES: &'static [&'static [Entry]] = &[library::ENTRIES];
/// }
///
/// assert_eq!(dynamic::entries::<Library>().next().unwrap().name(), "library.get_book");
/// ```
pub trait Catalog: Api {
    /// The operations, as [`operations!`](crate::operations) lists them in `ENTRIES`. Operations of other APIs that this one does not
    /// host are ignored.
    const ENTRIES: &'static [&'static [Entry]];
}

/// The operations that an API hosts, in the order of their declarations.
pub fn entries<A: Catalog>() -> impl Iterator<Item = &'static Entry> {
    A::ENTRIES.iter().flat_map(|entries| entries.iter()).filter(|entry| entry.prefix(A::NAME).is_some())
}

/// Finds an operation by its name (`book.create`), or by its id in the API's specification (`createBook`).
///
/// # Errors
/// [`RequestError::UnknownOperation`], with the names that are most similar.
pub fn entry<A: Catalog>(name: &str) -> Result<&'static Entry, RequestError> {
    entries::<A>().find(|entry| entry.operation.id == Some(name) || entry.name() == name).ok_or_else(|| {
        let names: Vec<_> = entries::<A>().map(Entry::name).collect();
        RequestError::UnknownOperation {
            name: name.to_owned(),
            similar: similar(name, names.iter().map(String::as_str)),
        }
    })
}

/// An operation in a table: its facts, its docs, its schemas, and how it is called by name.
#[derive(Clone, Copy)]
pub struct Entry {
    operation: &'static Operation,
    docs: &'static str,
    fields: &'static [FieldEntry],
    content: fn(&mut Schemas) -> Content,
    errors: fn(&mut Schemas) -> Vec<ErrorContent>,
    example: fn() -> Option<String>,
    start: Start,
    #[cfg(feature = "replay")]
    secrets: Secrets,
}

/// What of an operation's requests and responses its declaration says is secret.
#[cfg(feature = "replay")]
#[derive(Clone, Copy)]
pub(crate) struct Secrets {
    request: OfRequest,
    response: fn(&http::HeaderMap, &str) -> Vec<String>,
}

#[cfg(feature = "replay")]
type OfRequest = fn(http::Request<bytes::Bytes>, Vec<(String, String)>) -> crate::BoxFuture<'static, Vec<String>>;

#[cfg(feature = "replay")]
impl Secrets {
    const fn of<E: Endpoint>() -> Self
    where
        E::Format: FormatOutput<E::Response>,
    {
        Self {
            request: |request, parameters| Box::pin(crate::serve::secrets_of::<E>(request, parameters)),
            response: E::Format::secrets,
        }
    }

    /// Of a request, with the parameters of its path.
    pub(crate) async fn of_request(
        &self,
        request: http::Request<bytes::Bytes>,
        parameters: Vec<(String, String)>,
    ) -> Vec<String> {
        (self.request)(request, parameters).await
    }

    /// Of a successful response.
    pub(crate) fn of_response(&self, headers: &http::HeaderMap, body: &str) -> Vec<String> {
        (self.response)(headers, body)
    }
}

type Start = fn(Arc<Settings>, &'static str, Source<'_>) -> Result<Box<dyn AnyCall>, ReadError>;

/// A field of a request: its docs and its schema.
#[derive(Clone, Copy)]
pub struct FieldEntry {
    rust: &'static str,
    docs: &'static str,
    schema: fn(&mut Schemas) -> Schema,
    preset: Option<fn() -> String>,
}

/// An operation that can be called by name. Implemented by [`endpoint!`](macro@crate::endpoint) alone.
pub trait Named: Endpoint {
    /// Its entry in a table.
    const ENTRY: Entry;
}

impl Entry {
    #[doc(hidden)]
    pub const fn new<E: Endpoint>(docs: &'static str, fields: &'static [FieldEntry]) -> Self
    where
        E::Format: FormatOutput<E::Response>,
    {
        Self {
            operation: E::OPERATION,
            docs,
            fields,
            content: E::Format::content,
            errors: E::Error::by_status,
            example: example::<E>,
            start: |settings, prefix, mut source| {
                Ok(Box::new(OneCall(Call::new(settings, E::read(&mut source)?, prefix))))
            },
            #[cfg(feature = "replay")]
            secrets: Secrets::of::<E>(),
        }
    }

    #[doc(hidden)]
    pub const fn paged<E: Paginated>(mut self) -> Self
    where
        E::Format: FormatOutput<E::Response>,
    {
        self.start =
            |settings, prefix, mut source| Ok(Box::new(PagedCall(Call::new(settings, E::read(&mut source)?, prefix))));
        self
    }

    /// The name: the module and the type of the declaration, `book.create`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.operation.resource(), self.verb())
    }

    /// The part of the name behind the dot: the type's name in snake case.
    pub fn verb(&self) -> String {
        let mut verb = String::new();
        for (index, letter) in self.operation.name.char_indices() {
            if letter.is_uppercase() && index > 0 {
                verb.push('_');
            }
            verb.extend(letter.to_lowercase());
        }
        verb
    }

    /// The facts.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The docs, as they are declared: Markdown, with links of rustdoc, which [`plain_text`](super::plain_text) removes.
    pub fn docs(&self) -> &'static str {
        self.docs
    }

    /// The fields with what they are described by, in the order of [`Operation::fields`]; those that repeat a path parameter have
    /// its description.
    pub fn fields(&self) -> impl Iterator<Item = (&'static Field, &'static FieldEntry)> {
        let described = self.fields;
        self.operation
            .fields
            .iter()
            .filter_map(move |field| Some((field, described.iter().find(|described| described.rust == field.rust)?)))
    }

    /// The body of a successful response.
    pub fn content(&self, schemas: &mut Schemas) -> Content {
        (self.content)(schemas)
    }

    /// The bodies of error responses.
    pub fn errors(&self, schemas: &mut Schemas) -> Vec<ErrorContent> {
        (self.errors)(schemas)
    }

    /// The smallest request that a server would accept, as JSON by the fields' names in Rust; `None` if none can be made.
    pub fn example(&self) -> Option<String> {
        (self.example)()
    }

    /// What stands before the operation's path at an API; `None` if that does not host it.
    pub(crate) fn prefix(&self, api: &str) -> Option<&'static str> {
        if self.operation.api == api {
            return Some("");
        }
        self.operation.hosted.iter().find(|host| host.api == api).map(|host| host.prefix)
    }

    #[cfg(feature = "replay")]
    pub(crate) fn secrets(&self) -> Secrets {
        self.secrets
    }

    /// Makes a call of JSON, by the fields' names in Rust.
    pub(super) fn start(
        &self,
        settings: Arc<Settings>,
        prefix: &'static str,
        mut arguments: Map<String, Value>,
    ) -> Result<Box<dyn AnyCall>, ReadError> {
        (self.start)(settings, prefix, Source::new(self.operation.fields, &mut arguments, Mode::Strict))
    }
}

fn example<E: Endpoint>() -> Option<String> {
    let request = sample::one::<E>(&mut Sampler::new(Detail::Minimal, "request"), Detail::Minimal).ok()?;
    let value = serialize_request(&request, serde_json::value::Serializer).ok()?;
    Some(value.to_string())
}

/// By the name.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(&self.name()).finish()
    }
}

impl FieldEntry {
    #[doc(hidden)]
    pub const fn new<T: codec::Field>(rust: &'static str, docs: &'static str) -> Self {
        Self { rust, docs, schema: T::schema, preset: None }
    }

    #[doc(hidden)]
    pub const fn preset(self, preset: fn() -> String) -> Self {
        Self { preset: Some(preset), ..self }
    }

    /// What is sent unless the field is set; `None`: nothing.
    pub fn default_value(&self) -> Option<Value> {
        from_json(&(self.preset?)()).ok()
    }

    /// The docs, as they are declared.
    pub fn docs(&self) -> &'static str {
        self.docs
    }

    /// The docs as [`plain_text`]; those of the type where the field has none, as the parameters of paths mostly have none.
    pub fn description(&self) -> String {
        let docs = plain_text(self.docs);
        if !docs.is_empty() {
            return docs;
        }
        let mut schemas = Schemas::new("");
        let schema = self.schema(&mut schemas).into_value();
        let named = schemas.into_named();
        let schema = schema["$ref"].as_str().and_then(|name| named.get(name)).unwrap_or(&schema);
        schema["description"].as_str().map(plain_text).unwrap_or_default()
    }

    /// The schema of the type, without the docs.
    pub fn schema(&self, schemas: &mut Schemas) -> Schema {
        (self.schema)(schemas)
    }

    /// The schema with what the declaration of this field adds to that of its type: what values have to be, the default, an example,
    /// that it is deprecated.
    pub fn schema_of(&self, field: &Field, schemas: &mut Schemas) -> Schema {
        let mut schema = field.constraint.describe(self.schema(schemas));
        if let Some(preset) = self.default_value() {
            schema = schema.with("default", preset);
        }
        if let Some(sample) = field.sample.and_then(|sample| from_json::<Value>(sample).ok()) {
            schema = schema.with("examples", vec![sample]);
        }
        if field.removed.is_some() {
            schema = schema.with("deprecated", true);
        }
        schema
    }
}

/// By the name.
impl fmt::Debug for FieldEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FieldEntry").field(&self.rust).finish()
    }
}
