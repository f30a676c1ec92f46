//! The facts of an operation.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use super::check;
use super::method::is_retryable;
use super::style::{Lists, Objects, Style};
use crate::api::Api;
use crate::case::Name;
use crate::codec::Constraint;

/// The facts of an operation, as it is declared.
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
    /// HTTP method, e.g. `GET`.
    pub method: &'static str,
    /// Path template, e.g. `/stream/{id}`.
    pub path: &'static str,
    /// The request's fields, path parameters first.
    pub fields: &'static [Field],
    /// The response's type, as declared.
    pub response: &'static str,
    /// The status of a success, as fakes respond and documents say (default: 204 without a body, else 200). Calls accept any 2xx.
    pub status: u16,
    /// The statuses that the declaration names by `-> match { … }`, each with a response of its own; empty without it.
    pub statuses: &'static [u16],
    /// The statuses after which the request is sent again, by `-> match { 202 => retry, … }`.
    pub retried: &'static [u16],
    /// The headers of the response that its value has.
    pub response_headers: &'static [Field],
    /// Another status of a success, as documents say.
    pub or_status: Option<u16>,
    /// The error type, as declared; `None` is the API's default.
    pub error: Option<&'static str>,
    /// Whether it may be repeated after a request that may have reached the server.
    pub retryable: bool,
    /// What a request must look like for that, when it depends on it.
    pub retryable_if: Option<fn(&dyn Any) -> bool>,
    /// Whether the key is sent.
    pub auth: bool,
    /// The idle time-out of an attempt; `None`: the client's setting.
    pub timeout: Option<Duration>,
    /// How its pages follow each other; `None` if one response holds everything.
    pub paged: Option<Paging>,
    /// The field that takes the cursor of a page, by its name in Rust, with the path to a member of it; `None`: the one with the wire
    /// name [`Api::CURSOR`](crate::Api::CURSOR).
    pub cursor: Option<&'static str>,
    /// Its own server, in place of the API's.
    pub server: Option<&'static str>,
    /// The version of the API that it came with.
    pub since: Option<&'static str>,
    /// The version of the API that no longer has it, and what to use in its place.
    pub removed: Option<(&'static str, &'static str)>,
    /// How objects are written where there is no JSON: [`Api::OBJECTS`](crate::Api::OBJECTS).
    pub objects: Objects,
    /// How lists are written there: [`Api::LISTS`](crate::Api::LISTS).
    pub lists: Lists,
    /// Whether the API has deprecated it.
    pub deprecated: bool,
    /// The operation's id in the API's public specification; `None` if the specification does not have it.
    pub id: Option<&'static str>,
    /// Other APIs that host it, with their prefix.
    pub hosted: &'static [Host],
    /// Whether the declaration itself says which status a success has.
    declares_status: bool,
    /// Whether the declaration itself says if it may be repeated.
    declares_retryable: bool,
    /// Whether the declaration itself says how long an attempt may be idle.
    declares_timeout: bool,
}

/// How the pages of a list follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paging {
    /// The response has the cursor of the next page ([`Page::next_cursor`](crate::Page::next_cursor),
    /// [`Api::next_cursor`](crate::Api::next_cursor)).
    Cursor,
    /// The client counts items: the next page begins after those received so far.
    ///
    /// Such a list ends with an empty page; earlier where [`Api::TOTAL`](crate::Api::TOTAL) says that it is complete, and
    /// with a page that is not full where that is known (the request's [`Api::LIMIT`](crate::Api::LIMIT), and
    /// [`Api::MAX_LIMIT`](crate::Api::MAX_LIMIT)).
    Offset,
    /// The client counts pages, from [`Api::FIRST_PAGE`](crate::Api::FIRST_PAGE) on. Such a list ends as one by offset does.
    Number,
    /// The response has the URL of the next page: in the `Link` header with `rel="next"`, or in the body
    /// ([`Page::next_cursor`](crate::Page::next_cursor)). It is followed as it is, on the client's own server only; a link to another
    /// one is an error.
    Link,
}

/// Another API that hosts an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Host {
    /// Its name.
    pub api: &'static str,
    /// The prefix of the operation's path there.
    pub prefix: &'static str,
    /// Its base URLs.
    pub servers: &'static [&'static str],
}

impl Host {
    #[doc(hidden)]
    pub const fn new<A: Api>(prefix: &'static str) -> Self {
        Self { api: A::NAME, prefix, servers: A::SERVERS }
    }
}

/// A field of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name in Rust.
    pub rust: &'static str,
    /// The name on the wire.
    pub name: &'static str,
    /// Its place in the request.
    pub place: Place,
    /// Whether it is required.
    pub required: bool,
    /// Its type, as declared.
    pub ty: &'static str,
    /// Whether it is no field of the type: it repeats a path parameter in the body, or is always sent with the same value.
    pub copy: bool,
    /// Its preset, as declared, or the value that is always sent ([`copy`](Self::copy)); `None` when it is left out unless set.
    pub preset: Option<&'static str>,
    /// A value that the server accepts, as JSON, where the declaration gives one.
    pub sample: Option<&'static str>,
    /// What its values have to be.
    pub constraint: &'static Constraint,
    /// Whether it is a path parameter that keeps its slashes: `(path*: String)`.
    pub slashes: bool,
    /// The media type of its part of a multipart form, which then has its value as JSON.
    pub part: Option<&'static str>,
    /// Whether it is a query parameter without a value: `?uploads`.
    pub bare: bool,
    /// The media type of a body that a [`Codec`](crate::Codec) writes.
    pub codec: Option<&'static str>,
    /// How objects in it are written; `None`: as the API does.
    pub objects: Option<Objects>,
    /// How lists in it are written; `None`: as the API does.
    pub lists: Option<Lists>,
}

/// The place of a field in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
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

    /// Whether the request's URL is one that the caller gives, and not below the server's base URL: the path is `{url}`.
    pub const fn has_given_url(&self) -> bool {
        check::is_url(self.path)
    }

    /// Whether this is that operation.
    #[cfg(feature = "mock")]
    pub(crate) fn is(&self, other: &Self) -> bool {
        (self.module, self.name) == (other.module, other.name)
    }

    /// Whether this request of the operation may be repeated after it may have reached the server.
    pub fn is_retryable(&self, request: &dyn Any) -> bool {
        self.retryable && self.retryable_if.is_none_or(|check| check(request))
    }

    /// The wire name of the field that takes the cursor, where the API calls it so by default.
    pub(crate) fn cursor_name(&self, default: &'static str) -> &'static str {
        self.cursor_field(default).and_then(|at| self.fields.get(at)).map_or(default, |field| field.name)
    }

    /// The index of the field that takes the cursor, or that has a member which does.
    pub(crate) fn cursor_field(&self, default: &str) -> Option<usize> {
        match self.cursor {
            Some(cursor) => check::named_field(self.fields, cursor),
            None => check::cursor_field(self.fields, default),
        }
    }

    /// The path from that field to the member that takes the cursor; empty if it is the field itself.
    pub(crate) fn cursor_member(&self) -> &'static str {
        self.cursor.and_then(|cursor| cursor.split_once('.')).map_or("", |(_, member)| member)
    }

    /// How a field is written where there is no JSON.
    pub(crate) fn style_of(&self, field: &Field) -> Style {
        Style { objects: field.objects.unwrap_or(self.objects), lists: field.lists.unwrap_or(self.lists) }
    }

    /// The operation of a declaration without clauses, of the API `A`.
    #[doc(hidden)]
    pub const fn new<A: Api>(declared: Declaration) -> Self {
        let Declaration { name, module, summary, method, path, fields, response, responses, error, deprecated } =
            declared;
        let Responses { status, statuses, retried, headers: response_headers } = responses;
        check::path(path, fields);
        check::names(fields);
        check::names(response_headers);
        check::body(fields);
        check::statuses(statuses);
        let retryable = is_retryable(method);
        Self {
            name,
            module,
            api: A::NAME,
            summary,
            method,
            path,
            fields,
            response,
            status,
            statuses,
            retried,
            response_headers,
            or_status: None,
            error,
            retryable,
            retryable_if: None,
            auth: true,
            timeout: A::TIMEOUT,
            paged: None,
            cursor: None,
            server: None,
            since: None,
            removed: None,
            objects: A::OBJECTS,
            lists: A::LISTS,
            deprecated,
            id: None,
            hosted: &[],
            declares_status: false,
            declares_retryable: false,
            declares_timeout: false,
        }
    }
}

/// What a declaration says of its operation besides the clauses.
#[doc(hidden)]
#[derive(Debug)]
pub struct Declaration {
    pub name: &'static str,
    pub module: &'static str,
    pub summary: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub fields: &'static [Field],
    pub response: &'static str,
    pub responses: Responses,
    pub error: Option<&'static str>,
    pub deprecated: bool,
}

/// What the format of an operation's response says of it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Responses {
    pub status: u16,
    pub statuses: &'static [u16],
    pub retried: &'static [u16],
    pub headers: &'static [Field],
}

/// `stream::Create (POST /stream)`: the template of the path, never a filled-in one.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.qualified_name(), self.method, self.path)
    }
}

/// The clauses of [`endpoint!`](macro@crate::endpoint): `id("getBook")` in a declaration calls [`id`](Self::id). Each may
/// be used once.
impl Operation {
    /// Declares the operation's id in the API's specification, which is also an alias in the search of rustdoc (default: none).
    #[must_use]
    pub const fn id(self, id: &'static str) -> Self {
        assert!(self.id.is_none(), "the clause `id` is declared twice");
        Self { id: Some(id), ..self }
    }

    /// Declares the status of a success (default: 204 without a body, else 200): fakes respond with it and documents say it, calls
    /// accept any 2xx.
    #[must_use]
    pub const fn status(self, status: u16) -> Self {
        assert!(!self.declares_status, "the clause `status` is declared twice");
        assert!(status >= 200 && status < 300, "the status of a success is 200 to 299");
        assert!(self.statuses.is_empty(), "`match` declares the statuses already");
        Self { status, declares_status: true, ..self }
    }

    /// Declares another status of a success, for documents (default: none): one of 204 or 205 has no body.
    #[must_use]
    pub const fn or_status(self, status: u16) -> Self {
        assert!(self.or_status.is_none(), "the clause `or_status` is declared twice");
        assert!(status >= 200 && status < 300, "the status of a success is 200 to 299");
        assert!(self.statuses.is_empty(), "`match` declares the statuses already");
        Self { or_status: Some(status), ..self }
    }

    /// Declares whether a request may be sent again after it may have arrived (default: GET, HEAD, PUT, DELETE and
    /// OPTIONS may). `retryable` is short for `retryable(true)`.
    #[must_use]
    pub const fn retryable(self, retryable: bool) -> Self {
        assert!(!self.declares_retryable, "the clause `retryable` is declared twice");
        Self { retryable, declares_retryable: true, ..self }
    }

    /// Declares a function that decides whether a request may be sent again: a `fn(&Request) -> bool`, where `Request` is the
    /// declared type, by its path or as a closure: `retryable_if(|request| request.idempotency_key.is_some())`.
    #[must_use]
    pub const fn retryable_if(self, check: fn(&dyn Any) -> bool) -> Self {
        Self { retryable_if: Some(check), ..self.retryable(true) }
    }

    /// Declares that no key is sent (default: it is).
    #[must_use]
    pub const fn no_auth(self) -> Self {
        assert!(self.auth, "the clause `no_auth` is declared twice");
        Self { auth: false, ..self }
    }

    /// Sets the idle time-out of an attempt in seconds: how long no data may arrive (default: [`Api::TIMEOUT`](crate::Api::TIMEOUT)).
    /// A client's own setting takes precedence.
    #[must_use]
    pub const fn timeout(self, seconds: u64) -> Self {
        assert!(!self.declares_timeout, "the clause `timeout` is declared twice");
        Self { timeout: Some(Duration::from_secs(seconds)), declares_timeout: true, ..self }
    }

    /// Declares a list that comes in pages, for [`Client::pages`](crate::Client::pages) (default: one response holds everything).
    /// `paged` is short for `paged(Cursor)`; the value is a variant of [`Paging`].
    #[must_use]
    pub const fn paged(self, paging: Paging) -> Self {
        assert!(self.paged.is_none(), "the clause `paged` is declared twice");
        Self { paged: Some(paging), ..self }
    }

    /// Declares the field that takes the cursor, or the number, of a page: `cursor(since)`, or a member of its JSON, `cursor(variables.after)`,
    /// by the member's name on the wire (default: the field with the wire name [`Api::CURSOR`](crate::Api::CURSOR)).
    #[must_use]
    pub const fn cursor(self, field: &'static str) -> Self {
        assert!(self.cursor.is_none(), "the clause `cursor` is declared twice");
        assert!(check::named_field(self.fields, field).is_some(), "the clause `cursor` names no field of the request");
        Self { cursor: Some(field), ..self }
    }

    /// Declares a server of the operation's own, by its base URL, in place of the API's (default: the client's). A client whose server
    /// was set by its URL ([`Client::server`](crate::Client::server)), for a fake server say, sends the operation there.
    #[must_use]
    pub const fn server(self, url: &'static str) -> Self {
        assert!(self.server.is_none(), "the clause `server` is declared twice");
        assert!(!self.has_given_url(), "an operation whose path is `{{url}}` has no server of its own");
        Self { server: Some(url), ..self }
    }

    /// Declares the version of the API that the operation came with, for documents (default: none).
    #[must_use]
    pub const fn since(self, version: &'static str) -> Self {
        assert!(self.since.is_none(), "the clause `since` is declared twice");
        Self { since: Some(version), ..self }
    }

    /// Declares the version of the API that no longer has the operation, and what to use in its place, for documents:
    /// `removed("0.10", "use Find")`. It is then deprecated, too (default: none).
    #[must_use]
    pub const fn removed(self, version: &'static str, instead: &'static str) -> Self {
        assert!(self.removed.is_none(), "the clause `removed` is declared twice");
        Self { removed: Some((version, instead)), deprecated: true, ..self }
    }

    /// Declares that another API has the operation, too, below a prefix: `hosted(Archive, "/library")` (default: none).
    #[must_use]
    pub const fn hosted(self, hosted: &'static [Host]) -> Self {
        assert!(self.hosted.is_empty(), "the clause `hosted` is declared twice");
        Self { hosted, ..self }
    }
}

impl Field {
    #[doc(hidden)]
    pub const fn new(rust: &'static str, place: Place, required: bool, ty: &'static str) -> Self {
        Self {
            rust,
            name: rust,
            place,
            required,
            ty,
            copy: false,
            preset: None,
            sample: None,
            constraint: &Constraint::NONE,
            slashes: false,
            part: None,
            bare: false,
            codec: None,
            objects: None,
            lists: None,
        }
    }

    #[doc(hidden)]
    pub const fn with_part(self, media_type: &'static str) -> Self {
        assert!(matches!(self.place, Place::Multipart), "`part` is for fields of a multipart form");
        Self { part: Some(media_type), ..self }
    }

    #[doc(hidden)]
    pub const fn with_codec(self, media_type: &'static str) -> Self {
        Self { codec: Some(media_type), ..self }
    }

    #[doc(hidden)]
    pub const fn bare(self) -> Self {
        assert!(
            matches!(self.place, Place::Query),
            "only a query parameter may have no value: `const name: Type = value`"
        );
        Self { bare: true, ..self }
    }

    #[doc(hidden)]
    pub const fn with_objects(self, objects: Objects) -> Self {
        assert!(self.is_parameter(), "`objects` is for fields of a query, a form or a multipart form");
        Self { objects: Some(objects), ..self }
    }

    #[doc(hidden)]
    pub const fn with_lists(self, lists: Lists) -> Self {
        assert!(self.is_parameter(), "`lists` is for fields of a query, a form or a multipart form");
        Self { lists: Some(lists), ..self }
    }

    const fn is_parameter(&self) -> bool {
        matches!(self.place, Place::Query | Place::Form | Place::Multipart)
    }

    #[doc(hidden)]
    pub const fn with_slashes(self) -> Self {
        Self { slashes: true, ..self }
    }

    #[doc(hidden)]
    pub const fn preset(mut self, preset: &'static str) -> Self {
        self.preset = Some(preset);
        self
    }

    #[doc(hidden)]
    pub const fn with_sample(mut self, sample: &'static str) -> Self {
        if !sample.is_empty() {
            self.sample = Some(sample);
        }
        self
    }

    #[doc(hidden)]
    pub const fn constraint(self, constraint: &'static Constraint) -> Self {
        Self { constraint, ..self }
    }

    #[doc(hidden)]
    pub const fn copy(rust: &'static str, place: Place) -> Self {
        Self { copy: true, ..Self::new(rust, place, true, "") }
    }

    /// The fields with their names on the wire.
    // For all of them at once: the compiler evaluates one constant, not one for each.
    #[doc(hidden)]
    pub const fn named<const N: usize>(mut fields: [Self; N], names: &'static [Name; N]) -> [Self; N] {
        let mut index = 0;
        while index < N {
            fields[index].name = names[index].as_str();
            index += 1;
        }
        fields
    }
}
