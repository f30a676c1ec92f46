//! What the operations of one API have in common.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

use crate::case::Case;
use crate::codec::DecodeError;
use crate::endpoint::{Lists, Objects};
use crate::error::{ErrorBody, Mapped, Unmapped};
use crate::link;
use crate::retry;
use crate::runtime;

/// An API: where it is served, how a key is sent, how names are spelled, what its errors look like. Implemented by a
/// type without values, which the declarations of [`endpoint!`](macro@crate::endpoint) and the client's type name.
///
/// ```
/// use typed_endpoint::{Api, Auth, Case, Client, Unmapped};
///
/// /// A public library.
/// pub struct Library;
///
/// impl Api for Library {
///     const NAME: &'static str = "Library";
///     const SERVERS: &'static [&'static str] = &["https://library.example/v1"];
///     const CASE: Case = Case::Snake;
///     const AUTH: Auth = Auth::Header("x-card-number");
///     type Error = Unmapped;
/// }
///
/// let client = Client::<Library>::new().key("12345");
/// ```
pub trait Api: Send + Sync + 'static {
    /// The name, for errors, logs and the catalog.
    const NAME: &'static str;
    /// The version of the API itself, for documents made of its declarations (default: `1`).
    const VERSION: &'static str = "1";
    /// Base URLs; the first is the default. The path of an operation is appended.
    const SERVERS: &'static [&'static str];
    /// The target of its logs (feature `tracing`), by which filters choose them (default: `typed_endpoint`): the name of the
    /// crate that people use, so that `RUST_LOG=that_crate=debug` shows them.
    const LOG_TARGET: &'static str = "typed_endpoint";
    /// How field names are spelled on the wire.
    const CASE: Case;
    /// How the key is sent (default: as bearer token).
    const AUTH: Auth = Auth::Bearer;
    /// Names of secrets that do not sound like secrets (default: none): `session_id`, the id that lets anybody in. Where no type is known,
    /// in logs at `TRACE`, `curl` commands and recordings, secrets are redacted by names: of JSON members, form fields, query
    /// parameters and headers. Those with words such as `key`, `token` and `password` need not be named. Upper case and
    /// separators do not count: `session_id` is also `sessionId` and `Session-Id`.
    const SECRET_NAMES: &'static [&'static str] = &[];
    /// The parameter with the cursor, or the number, of a page (default: `cursor`). It is written where the
    /// operation declares a field of this wire name: in the query, the JSON body, a form or a header; where a `GET`
    /// declares none, into the query.
    const CURSOR: &'static str = "cursor";
    /// The parameter that says how many items a page holds (default: `limit`).
    const LIMIT: &'static str = "limit";
    /// The most items that a page holds, whatever is asked for; `None` (the default) when that is not known.
    const MAX_LIMIT: Option<usize> = None;
    /// The number of the first page, for lists that are paged by number (default: 1).
    const FIRST_PAGE: u64 = 1;
    /// The default `User-Agent` header.
    const USER_AGENT: &'static str = concat!("typed-endpoint/", env!("CARGO_PKG_VERSION"));
    /// The response header with the number of items that a whole list holds; `None` (the default) when there is none. A
    /// list that the client counts ends without one more request once it has that many.
    const TOTAL: Option<&'static str> = None;
    /// Whether an empty page ends a list even if it has a next cursor (default: no; an API that filters may well give
    /// an empty page in the middle of a list).
    const EMPTY_PAGE_ENDS: bool = false;
    /// Whether the cursor of a list stands for an offset, by [`offset_cursor`](Self::offset_cursor) (default: no). Then the
    /// pages of a list can be asked for side by side ([`Pages::concurrent`](crate::Pages::concurrent)).
    const OFFSET_CURSORS: bool = false;
    /// How an object is written where there is no JSON: in queries and forms (default: not at all, a request with one is refused). A
    /// field may say otherwise: `filter?: Filter [objects = Json]`.
    const OBJECTS: Objects = Objects::Refuse;
    /// How a list is written there (default: the parameter is repeated). A field may say otherwise: `ids: Vec<u32> [lists = Comma]`.
    const LISTS: Lists = Lists::Repeat;
    /// The idle time-out of the API's operations, unless an operation declares its own (default: the client's setting).
    const TIMEOUT: Option<Duration> = None;
    /// The body of an error response, unless an operation declares its own.
    type Error: ErrorBody;

    /// Where the next page begins, by the headers of this one; `None` on the last. By default the
    /// [`CURSOR`](Self::CURSOR) parameter of the `Link` header with `rel="next"`. For an API that has it in the body,
    /// see [`Page::next_cursor`](crate::Page::next_cursor).
    ///
    /// # Errors
    /// When there is a next page without a cursor: the list must not appear complete then.
    fn next_cursor(headers: &HeaderMap) -> Result<Option<String>, DecodeError> {
        let Some(url) = link::next_link(headers) else { return Ok(None) };
        link::query_param(&url, Self::CURSOR).map(Some).ok_or_else(|| {
            DecodeError::custom(format!("it links to a next page, but the link has no parameter `{}`", Self::CURSOR))
        })
    }

    /// Whether an error response means that the server refused the request before doing any work: any operation is then
    /// retried, whether or not [`Retry::statuses`](crate::Retry::statuses) has its status (default: 429, and 503 with
    /// `Retry-After`).
    fn refused(status: StatusCode, headers: &HeaderMap) -> bool {
        status == StatusCode::TOO_MANY_REQUESTS
            || (status == StatusCode::SERVICE_UNAVAILABLE && headers.contains_key(RETRY_AFTER))
    }

    /// The status that a response should have had, for an API that reports errors with a status of success: `{"ok": false}` in a 200.
    /// Such a response is then an error response of that status, with everything that follows from it: the error type of the
    /// operation, retries, [`refused`](Self::refused) (default: `None`, the response is what its status says). It is called with the
    /// whole body of each successful response that is not streamed.
    ///
    /// ```
    /// # use typed_endpoint::{Api, Case, Unmapped};
    /// # use http::{HeaderMap, StatusCode};
    /// # struct Chat;
    /// impl Api for Chat {
    /// #   const NAME: &'static str = "Chat";
    /// #   const SERVERS: &'static [&'static str] = &["https://chat.example"];
    /// #   const CASE: Case = Case::Snake;
    /// #   type Error = Unmapped;
    ///     // …
    ///     fn error_status(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<StatusCode> {
    ///         let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    ///         match (body["ok"].as_bool(), body["error"].as_str()) {
    ///             (Some(false), Some("ratelimited")) => Some(StatusCode::TOO_MANY_REQUESTS),
    ///             (Some(false), _) => Some(StatusCode::BAD_REQUEST),
    ///             _ => None,
    ///         }
    ///     }
    /// }
    /// ```
    fn error_status(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<StatusCode> {
        let _ = (status, headers, body);
        None
    }

    /// How long an error response asks to wait before the request is sent again (default: the header `retry-after-ms`, else
    /// `Retry-After`, as a number of seconds or as a date). `None`: the back-off of [`Retry`](crate::Retry) decides.
    fn retry_after(headers: &HeaderMap) -> Option<Duration> {
        retry::retry_after(headers, runtime::now())
    }

    /// Writes the body of an error response with this message, as a fake server of the API sends it (default:
    /// `{"error": "…"}`).
    fn encode_error(status: StatusCode, message: &str) -> Vec<u8> {
        plain_error(status, message)
    }

    /// The text that stands for the given offset, for lists that are paged by it (default: the number itself).
    fn offset_cursor(offset: u64) -> String {
        offset.to_string()
    }

    /// The offset that such a text stands for; `None` when it is no such text.
    fn cursor_offset(cursor: &str) -> Option<u64> {
        cursor.parse().ok()
    }
}

/// The body of an error response where no API says how it is written.
pub(crate) fn plain_error(_: StatusCode, message: &str) -> Vec<u8> {
    serde_json::json!({ "error": message }).to_string().into_bytes()
}

/// How a key is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// `Authorization: Basic …`, where the key is `user:password`.
    Basic,
    /// A header of this name, with the key as value.
    Header(&'static str),
    /// A query parameter of this name, with the key as value.
    Query(&'static str),
}

/// Reads the body of an error response.
pub(crate) type DecodeErrorBody = fn(StatusCode, &HeaderMap, &[u8]) -> Option<Box<dyn Mapped>>;

/// What the requests of an API are sent by: how responses are read that report a failure, and what is not shown.
pub(crate) struct Rules {
    pub(crate) refused: fn(StatusCode, &HeaderMap) -> bool,
    pub(crate) retry_after: fn(&HeaderMap) -> Option<Duration>,
    pub(crate) error_status: fn(StatusCode, &HeaderMap, &[u8]) -> Option<StatusCode>,
    pub(crate) secret_names: &'static [&'static str],
}

impl Rules {
    pub(crate) const fn of<A: Api>() -> &'static Self {
        const {
            &Self {
                refused: A::refused,
                retry_after: A::retry_after,
                error_status: A::error_status,
                secret_names: A::SECRET_NAMES,
            }
        }
    }
}

/// An [`Api`], with its type forgotten.
#[derive(Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) name: &'static str,
    pub(crate) servers: &'static [&'static str],
    pub(crate) auth: Auth,
    pub(crate) user_agent: &'static str,
    pub(crate) log_target: &'static str,
    pub(crate) rules: &'static Rules,
    pub(crate) decode_error: DecodeErrorBody,
}

/// Reads the body of an error response; as text, where it has none of the API's shapes.
pub(crate) fn decode_error_body<B: ErrorBody>(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<Box<dyn Mapped>> {
    Some(match B::decode(status, headers, body) {
        Some(error) => Box::new(error),
        None => Box::new(Unmapped::decode(status, headers, body)?),
    })
}

impl Facts {
    pub(crate) const fn of<A: Api>() -> Self {
        Self {
            name: A::NAME,
            servers: A::SERVERS,
            auth: A::AUTH,
            user_agent: A::USER_AGENT,
            log_target: A::LOG_TARGET,
            rules: Rules::of::<A>(),
            decode_error: decode_error_body::<A::Error>,
        }
    }
}
