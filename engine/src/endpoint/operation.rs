//! The facts of an operation.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use super::check;
use super::field::Field;
use super::method::is_retryable;
use super::style::{Lists, Objects, Style};
use crate::api::Api;

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
    pub(super) declares_status: bool,
    /// Whether the declaration itself says if it may be repeated.
    pub(super) declares_retryable: bool,
    /// Whether the declaration itself says how long an attempt may be idle.
    pub(super) declares_timeout: bool,
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
