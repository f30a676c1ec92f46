//! From a response to the value that a call gives.

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::body::Body;
use crate::codec::{DecodeError, Field, Foreign, Notes, Options, Skipped};
use crate::context::CallContext;
use crate::download::Download;
use crate::endpoint::{Field as RequestField, Responses};
use crate::sse::{Sse, StreamItem};

pub(crate) mod headers;
pub(crate) mod own;

/// How a successful response becomes a `T`. Implemented by the types below, one for each form of response that a declaration of
/// [`endpoint!`](macro@crate::endpoint) can name.
pub trait ResponseFormat<T>: Send + Sync + 'static {
    /// The request's `Accept` header.
    const ACCEPT: &'static str;
    /// The status of a success, unless the declaration says another.
    #[doc(hidden)]
    const STATUS: u16 = 200;
    /// The statuses that have a response of their own, which are then no errors; empty (the default) for any success.
    #[doc(hidden)]
    const STATUSES: &'static [u16] = &[];
    /// The statuses that ask for another attempt.
    #[doc(hidden)]
    const RETRIED: &'static [u16] = &[];
    /// Whether a streamed body is JSON as a whole or in pieces, rather than an error where it is JSON.
    #[doc(hidden)]
    const STREAMS_JSON: bool = false;
    /// The headers that the value has.
    #[doc(hidden)]
    const HEADERS: &'static [RequestField] = &[];
    /// Whether the body is streamed, rather than read to its end first.
    const STREAMED: bool = false;
    /// Whether the body is the content of a file. A redirect to another host is followed for such only (without the key and
    /// the client's headers), and a download that breaks off is resumed.
    const FILE: bool = false;

    /// Makes the value. What it leaves of the response goes to who asks for that ([`Response`]).
    ///
    /// # Errors
    /// [`DecodeError`] says where the body is of another form, and how.
    fn decode(response: &mut RawResponse) -> Result<T, DecodeError>;
}

/// What a format says of an operation's responses.
#[doc(hidden)]
pub const fn responses<F: ResponseFormat<T>, T>() -> Responses {
    Responses { status: F::STATUS, statuses: F::STATUSES, retried: F::RETRIED, headers: F::HEADERS }
}

/// A successful response.
#[non_exhaustive]
pub struct RawResponse {
    /// Its status.
    pub status: StatusCode,
    /// Its headers; of a compressed response without `Content-Encoding` and `Content-Length`, which are not those of the body.
    pub headers: HeaderMap,
    /// Its raw body, decompressed, if it was read to its end.
    pub raw_body: Bytes,
    /// Its body, when it is streamed.
    pub body: Body,
    pub(crate) context: CallContext,
    /// Whether the value has been read from an object that has none of the value's fields: it may be one of an error.
    pub(crate) is_foreign: bool,
    /// What decoding skipped, and how often in all.
    pub(crate) skipped: Option<Box<(Vec<Skipped>, usize)>>,
}

impl RawResponse {
    /// Refuses a body that is compressed or otherwise encoded: none was asked for, and none can be read.
    fn plain(&mut self) -> Result<&mut Self, DecodeError> {
        match encoding(&self.headers) {
            None => Ok(self),
            Some(encoding) => Err(DecodeError::custom(not_negotiated(encoding))),
        }
    }

    /// The body as text. Checked for UTF-8 as a whole, which is much cheaper than string by string.
    fn text(&mut self) -> Result<&str, DecodeError> {
        std::str::from_utf8(&self.plain()?.raw_body).map_err(|error| DecodeError::custom(error.to_string()))
    }
}

/// Without the body, which may hold anything.
impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("status", &self.status)
            .field("len", &self.raw_body.len())
            .finish_non_exhaustive()
    }
}

/// The `Content-Type` header; empty if there is none.
fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}

/// The media type of the body, without its parameters; empty if the headers have none.
pub(crate) fn media_type(headers: &HeaderMap) -> &str {
    content_type(headers).split(';').next().unwrap_or_default().trim()
}

/// Whether the body is of a media type, whatever its parameters.
pub(crate) fn is_media_type(headers: &HeaderMap, media_type: &str) -> bool {
    self::media_type(headers).eq_ignore_ascii_case(media_type)
}

/// Whether the body is JSON, of whatever kind.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let media_type = media_type(headers).to_ascii_lowercase();
    matches!(&*media_type, "application/json" | "text/json") || media_type.ends_with("+json")
}

/// How a body is encoded, if it is.
pub(crate) fn encoding(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers
        .get(CONTENT_ENCODING)
        .filter(|encoding| !encoding.is_empty() && !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

pub(crate) fn not_negotiated(encoding: &HeaderValue) -> String {
    format!("the body is encoded by {encoding:?}, which was not asked for")
}

/// JSON. An empty body is read as `null`, so that an `Option<T>` may be there or not.
#[derive(Debug)]
pub struct Json;

/// No body; one that is sent nevertheless is ignored.
#[derive(Debug)]
pub struct Empty;

/// The bytes as they are.
#[derive(Debug)]
pub struct Raw;

/// Text.
#[derive(Debug)]
pub struct Text;

/// A streamed body.
#[derive(Debug)]
pub struct Streamed;

/// Server-sent events.
#[derive(Debug)]
pub struct Events;

/// JSON lines: one value a line, streamed.
#[derive(Debug)]
pub struct JsonLines;

/// A JSON array, streamed: one item after the other.
#[derive(Debug)]
pub struct JsonItems;

impl<T: Field> ResponseFormat<T> for Json {
    const ACCEPT: &'static str = "application/json";

    fn decode(response: &mut RawResponse) -> Result<T, DecodeError> {
        let options = Options::new().max_memory(response.context.max_memory);
        let mut notes = Notes::default();
        let text = response.text()?;
        let value = match text.trim_ascii() {
            "" => options.read("null", &mut notes).map_err(|_| DecodeError::custom("the body is empty")),
            _ => options.read(text, &mut notes),
        };
        if notes.skipped_count > 0 {
            response.skipped = Some(Box::new((notes.skipped, notes.skipped_count)));
        }
        response.is_foreign = notes.foreign.is_some();
        // Some servers respond so that they failed. Nothing that was asked for would be in the value.
        if let Some(Foreign::NothingRequired(what)) = notes.foreign {
            return Err(DecodeError::custom(format!("expected {what}, found an object without any of its fields")));
        }
        value
    }
}

impl ResponseFormat<()> for Empty {
    const ACCEPT: &'static str = "application/json";
    const STATUS: u16 = 204;

    fn decode(_: &mut RawResponse) -> Result<(), DecodeError> {
        Ok(())
    }
}

impl ResponseFormat<Bytes> for Raw {
    const ACCEPT: &'static str = "*/*";
    const FILE: bool = true;

    fn decode(response: &mut RawResponse) -> Result<Bytes, DecodeError> {
        Ok(response.plain()?.raw_body.clone())
    }
}

impl ResponseFormat<String> for Text {
    const ACCEPT: &'static str = "*/*";

    fn decode(response: &mut RawResponse) -> Result<String, DecodeError> {
        response.text().map(str::to_owned)
    }
}

impl ResponseFormat<Download> for Streamed {
    const ACCEPT: &'static str = "*/*";
    const FILE: bool = true;
    const STREAMED: bool = true;

    fn decode(response: &mut RawResponse) -> Result<Download, DecodeError> {
        let (status, headers, context) = (response.status, response.headers.clone(), response.context.clone());
        Ok(Download::new(RawResponse {
            status,
            headers,
            raw_body: Bytes::new(),
            body: std::mem::take(&mut response.body),
            context,
            is_foreign: false,
            skipped: None,
        }))
    }
}

impl<T: StreamItem> ResponseFormat<Sse<T>> for Events {
    const ACCEPT: &'static str = "text/event-stream";
    const STREAMED: bool = true;

    fn decode(response: &mut RawResponse) -> Result<Sse<T>, DecodeError> {
        let response = response.plain()?;
        // It would be read as a stream without events. What else servers call their events is no matter.
        let headers = &response.headers;
        if is_media_type(headers, "text/html") || is_json(headers) {
            let other = content_type(headers);
            return Err(DecodeError::custom(format!("expected events, found {other}")));
        }
        Ok(Sse::new(std::mem::take(&mut response.body)).in_context(response.context.clone()))
    }
}

impl<T: StreamItem> ResponseFormat<Sse<T>> for JsonLines {
    const ACCEPT: &'static str = "application/x-ndjson, application/json;q=0.9";
    const STREAMED: bool = true;
    const STREAMS_JSON: bool = true;

    fn decode(response: &mut RawResponse) -> Result<Sse<T>, DecodeError> {
        let response = response.plain()?;
        if is_media_type(&response.headers, "text/html") {
            return Err(DecodeError::custom("expected lines of JSON, found text/html"));
        }
        Ok(Sse::of_lines(std::mem::take(&mut response.body)).in_context(response.context.clone()))
    }
}

impl<T: StreamItem> ResponseFormat<Sse<T>> for JsonItems {
    const ACCEPT: &'static str = "application/json";
    const STREAMED: bool = true;
    const STREAMS_JSON: bool = true;

    fn decode(response: &mut RawResponse) -> Result<Sse<T>, DecodeError> {
        let response = response.plain()?;
        if is_media_type(&response.headers, "text/html") {
            return Err(DecodeError::custom("expected a JSON array, found text/html"));
        }
        Ok(Sse::of_items(std::mem::take(&mut response.body)).in_context(response.context.clone()))
    }
}

/// One of several responses, by the status: `-> match { 200 => Ready(Stats), 202 => Pending }`.
#[derive(Debug)]
pub struct ByStatus;

/// What is asked for where a response may have one of several forms.
#[doc(hidden)]
pub const fn first_accept(accepts: &[&'static str]) -> &'static str {
    match accepts.first() {
        Some(first) => first,
        None => "application/json",
    }
}

/// A response of a status that the declaration does not have.
#[doc(hidden)]
#[cold]
pub fn undeclared(status: u16) -> DecodeError {
    DecodeError::custom(format!("the declaration has no response of status {status}"))
}

/// The value of a call with the response's metadata: from [`Call::with_response`](crate::call::Call::with_response).
///
/// ```no_run
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// # async fn example(client: typed_endpoint::Client<Library>) -> Result<(), typed_endpoint::Error> {
/// let response = client.call(GetBook::new("moby-dick")).with_response().await?;
/// println!("{} after {} attempts: {}", response.status, response.attempts, response.value.title);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The value.
    pub value: T,
    /// The response's status.
    pub status: StatusCode,
    /// The response's headers; of a compressed one without `Content-Encoding` and `Content-Length`, which are not those of the
    /// body.
    pub headers: HeaderMap,
    /// The response's raw body, decompressed; empty if it is streamed.
    pub raw_body: Bytes,
    /// The number of attempts.
    pub attempts: u32,
    /// The places of the body that could not be decoded and were skipped, with the reason: the first 100. An object keeps such
    /// a member in its `extra`.
    pub skipped: Vec<Skipped>,
    /// The number of all skipped places.
    pub skipped_count: usize,
}

/// With the value, which redacts its secrets itself, but neither the body nor the values of headers, which cannot.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_len", &self.raw_body.len())
            .field("attempts", &self.attempts)
            .field("skipped", &self.skipped)
            .field("skipped_count", &self.skipped_count)
            .finish()
    }
}
