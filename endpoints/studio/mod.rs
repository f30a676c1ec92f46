//! The API of Livepeer Studio.

use std::fmt;

use http::StatusCode;
use http::header::HeaderMap;
use serde_json::{Value, json};

use typed_endpoint::codec::{Field, Options, Schema, Schemas};
use typed_endpoint::link::{next_link, query_param};
use typed_endpoint::operation::Objects;
use typed_endpoint::{Api, Case, DecodeError, ErrorBody};

pub mod access_control;
pub(crate) mod asset;
pub mod clip;
pub mod ingest;
pub(crate) mod list;
pub mod metrics;
pub mod multistream;
pub mod object_store;
pub mod playback;
pub mod project;
#[allow(deprecated)]
pub mod room;
pub mod session;
pub mod stream;
pub mod task;
pub mod transcode;
pub(crate) mod types;
pub mod user;
pub(crate) mod webhook;

/// Livepeer Studio: live streams, video on demand, webhooks, metrics, access control.
///
/// The base URL is `https://livepeer.studio/api` (index 0; index 1 is the staging server); the key is sent as bearer token.
///
/// What holds for all operations:
///
/// - A body has at most 100 kB (413), and its fields are checked by a schema (422); unknown fields and most nulls are refused.
/// - Some invalid requests get 500: a NUL in a text, a filter with a text for a number, a clip of a stream
///   that is not recorded.
/// - 100 tasks may wait or run at a time (429). Only the AI operations send `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Studio {}

impl Api for Studio {
    const NAME: &'static str = "Livepeer Studio";
    const SERVERS: &'static [&'static str] = &["https://livepeer.studio/api", "https://livepeer.monster/api"];
    const CASE: Case = Case::Camel;
    const OBJECTS: Objects = Objects::Json;
    const MAX_LIMIT: Option<usize> = Some(1000);
    const LOG_TARGET: &'static str = crate::LOG_TARGET;
    const USER_AGENT: &'static str = crate::USER_AGENT;
    const TOTAL: Option<&'static str> = Some("x-total-count");
    // Some lists send the cursor of a page that does not exist.
    const EMPTY_PAGE_ENDS: bool = true;
    const OFFSET_CURSORS: bool = true;
    type Error = ApiError;

    fn next_cursor(headers: &HeaderMap) -> Result<Option<String>, DecodeError> {
        let Some(url) = next_link(headers) else { return Ok(None) };
        let next = query_param(&url, Self::CURSOR);
        let next = next.ok_or_else(|| DecodeError::custom("it links to a next page, but the link has no cursor"))?;
        // After the last page, some lists send a missing cursor as JavaScript prints it.
        Ok((next != "undefined" && !next.is_empty()).then_some(next))
    }

    fn encode_error(_: StatusCode, message: &str) -> Vec<u8> {
        json!({ "errors": [message] }).to_string().into_bytes()
    }

    fn offset_cursor(offset: u64) -> String {
        format!("skip{offset}")
    }

    fn cursor_offset(cursor: &str) -> Option<u64> {
        cursor.strip_prefix("skip")?.parse().ok()
    }
}

/// The body of Studio's error responses: `{"errors": ["…"]}`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// The texts, unchanged.
    pub errors: Vec<String>,
}

impl ApiError {
    /// The fields that violate the server's schema (422).
    pub fn fields(&self) -> Vec<FieldError> {
        self.errors.iter().filter_map(|text| FieldError::parse(text)).collect()
    }
}

/// A field that violates the server's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// Its path in the body, such as `profiles[0].width`; empty for the body as a whole.
    pub field: String,
    /// Human-readable description of what is wrong.
    pub reason: String,
    /// The rule of the schema that it breaks, e.g. `additionalProperties` or `type`.
    pub keyword: String,
    /// The values that the server takes there, where it lists them (`enum`, `const`), as JSON.
    pub allowed: Vec<Value>,
}

/// How many allowed values a message lists, and how much of each it shows, in characters.
const MOST_VALUES: usize = 20;
const MOST_TEXT: usize = 40;

impl FieldError {
    /// Reads one of the texts, which holds an error of the server's schema checker as JSON.
    fn parse(text: &str) -> Option<Self> {
        let error: Value = serde_json::from_str(text).ok()?;
        let part = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut field = String::new();
        for step in part("instancePath")?.split('/').skip(1) {
            match step.parse::<usize>() {
                Ok(index) => field.push_str(&format!("[{index}]")),
                Err(_) => {
                    if !field.is_empty() {
                        field.push('.');
                    }
                    field.push_str(&step.replace("~1", "/").replace("~0", "~"));
                }
            }
        }
        let params = error.get("params");
        let named = |name: &str| params.and_then(|params| params.get(name)).and_then(Value::as_str);
        if let Some(property) = named("additionalProperty").or_else(|| named("missingProperty")) {
            if !field.is_empty() {
                field.push('.');
            }
            field.push_str(property);
        }
        let allowed = match params.map(|params| (params.get("allowedValues"), params.get("allowedValue"))) {
            Some((Some(Value::Array(values)), _)) => values.clone(),
            Some((_, Some(value))) => vec![value.clone()],
            _ => Vec::new(),
        };
        let (reason, keyword) = (part("message").unwrap_or_default(), part("keyword").unwrap_or_default());
        Some(Self { field, reason, keyword, allowed })
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.reason)?;
        let shown: Vec<String> = self.allowed.iter().take(MOST_VALUES).map(shown).collect();
        match (shown.is_empty(), self.allowed.len() > MOST_VALUES) {
            (true, _) => Ok(()),
            (false, false) => write!(f, " ({})", shown.join(", ")),
            (false, true) => write!(f, " ({}, …)", shown.join(", ")),
        }
    }
}

/// The beginning of a value, texts without quotes.
fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(MOST_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What a text is refused for that was sent as a text: nothing else is ever sent in its place.
const NO_STRING: &str = "Studio reads a text of a form that begins with a number as a number: begin it with a word";

impl ErrorBody for ApiError {
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        let body: Value = Options::new().decode_bytes(body).ok()?.value;
        let errors = body.get("errors")?.as_array()?;
        let text = |error: &Value| error.as_str().map_or_else(|| error.to_string(), str::to_owned);
        Some(Self { errors: errors.iter().map(text).collect() })
    }

    fn message(&self) -> String {
        let words = |text: &String| match FieldError::parse(text) {
            Some(error) if error.keyword == "type" && error.reason == "must be string" => {
                format!("{error} ({NO_STRING})")
            }
            Some(error) => error.to_string(),
            None => text.clone(),
        };
        self.errors.iter().map(words).collect::<Vec<_>>().join("; ")
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        schemas.named("ApiError", std::any::type_name::<Self>(), |schemas| {
            let errors = Schema::list(String::schema(schemas)).describe("Texts; a 422 has a JSON object in each.");
            let properties = json!({ "errors": errors.into_value() });
            Schema::of_type("object").with("properties", properties).with("required", vec!["errors"])
        })
    }
}
