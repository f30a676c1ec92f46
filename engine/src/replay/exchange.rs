//! One exchange as it stands in the file, and how a request is found in there.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, header, request};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::json::{for_each_leaf, replace_strings};
use super::placeholders::matches;
use crate::api::Auth;
use crate::codec::from_json;
use crate::endpoint::{Operation, Place};
use crate::redact::Replacer;
use crate::response::media_type;
use crate::serve::{Part, multipart, pairs};

/// What the file holds.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recorded {
    /// The servers of the clients, by the names of their APIs.
    pub(super) servers: BTreeMap<String, Base>,
    /// In the order of their requests.
    pub(super) exchanges: Vec<Exchange>,
}

/// The server of a client.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Base {
    pub(super) url: String,
    /// Whether the caller gave it by its URL: then it is that of operations which declare another one, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) given: bool,
}

/// What a request is matched by besides its method and URL.
pub(super) type Fields = BTreeMap<String, String>;

/// A request, by what it is matched by, and its response.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    /// The operation, for the reader; nothing for a step of an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) operation: Option<String>,
    /// The method and the URL without its query.
    pub(super) request: String,
    /// The rest of the request, field by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) fields: Fields,
    pub(super) status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub(super) body: Content,
}

/// The body of a response.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Content {
    #[default]
    Empty,
    /// The raw text, so that no digit and no order is lost.
    Json(Box<RawValue>),
    Text(String),
    Base64(String),
}

impl Content {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

impl Recorded {
    /// Finds the response to a request: the first that was not used, or the last used one if the request only reads.
    ///
    /// # Errors
    /// What to tell the caller.
    pub(super) fn find(
        &self,
        operation: Option<&str>,
        request: &str,
        fields: &Fields,
        ignored: &[String],
        used: &mut [u32],
    ) -> Result<&Exchange, String> {
        let mut equal = Vec::new();
        let mut closest: Option<Vec<String>> = None;
        for (index, exchange) in self.exchanges.iter().enumerate() {
            if exchange.operation.as_deref() != operation || !matches(&exchange.request, request) {
                continue;
            }
            let differences = differences(&exchange.fields, fields, ignored);
            if differences.is_empty() {
                equal.push(index);
            } else if closest.as_ref().is_none_or(|closest| closest.len() > differences.len()) {
                closest = Some(differences);
            }
        }
        let reads = ["GET ", "HEAD ", "OPTIONS "].iter().any(|method| request.starts_with(method));
        let times = |index: &usize| used.get(*index).copied().unwrap_or_default();
        let unused = equal.iter().find(|index| times(index) == 0).copied();
        let chosen = unused.or_else(|| equal.last().copied().filter(|_| reads));
        if let Some((exchange, used)) =
            chosen.and_then(|index| Some((self.exchanges.get(index)?, used.get_mut(index)?)))
        {
            *used += 1;
            return Ok(exchange);
        }
        Err(match (equal.len(), closest) {
            (0, None) => format!("no exchange is recorded for {request}"),
            (0, Some(differences)) => {
                format!(
                    "no exchange is recorded for this {request}; the most similar one differs: {}",
                    differences.join("; ")
                )
            }
            (times, _) => format!("{request} is recorded {times} times, and was sent once more"),
        } + ": record the test again with RECORD=1 in the environment")
    }
}

/// What of a request is not as it was recorded. Values are not shown: they may be secrets.
fn differences(recorded: &Fields, sent: &Fields, ignored: &[String]) -> Vec<String> {
    let counts = |name: &&String| !ignored.iter().any(|ignored| name.rsplit(['/', ' ']).next() == Some(ignored));
    let changed = recorded.iter().filter(|(name, _)| counts(name)).filter_map(|(name, value)| match sent.get(name) {
        None => Some(format!("`{name}` is missing")),
        Some(own) if !matches(value, own) => Some(format!("`{name}` was {value}")),
        Some(_) => None,
    });
    let added = sent.keys().filter(counts).filter(|name| !recorded.contains_key(*name));
    changed.chain(added.map(|name| format!("`{name}` is new"))).collect()
}

/// Adds a field, or another value of one.
fn add(fields: &mut Fields, name: String, value: &str) {
    let own = fields.entry(name).or_default();
    if !own.is_empty() {
        own.push_str(", ");
    }
    own.push_str(value);
}

/// Takes the query off a request's URL, and puts it among the fields, keys excepted.
pub(super) fn split_query(request: &str, auths: &[Auth], fields: &mut Fields) -> String {
    let (request, query) = request.split_once('?').unwrap_or((request, ""));
    for (name, value) in pairs(query) {
        if !auths.iter().any(|auth| matches!(auth, Auth::Query(own) if *own == name)) {
            add(fields, format!("query {name}"), &value);
        }
    }
    request.to_owned()
}

/// Headers of an upload's steps that say which part is sent.
const UPLOAD_HEADERS: [&str; 6] =
    ["upload-concat", "upload-defer-length", "upload-length", "upload-metadata", "upload-offset", "content-range"];

/// What identifies a request besides its method and URL.
pub(super) async fn fields(parts: &request::Parts, body: &Bytes, operation: Option<&Operation>) -> Fields {
    let mut found = Fields::new();
    let mut add = |name: String, value: &str| add(&mut found, name, value);
    let declared = operation.iter().flat_map(|operation| operation.fields);
    let declared = declared.filter(|field| field.place == Place::Header).map(|field| field.name);
    for name in declared.chain(UPLOAD_HEADERS).chain([header::RANGE.as_str()]) {
        for value in parts.headers.get_all(name) {
            let value = String::from_utf8_lossy(value.as_bytes());
            // A boundary is another one each time.
            let is_multipart = name.eq_ignore_ascii_case("content-type") && value.starts_with("multipart/");
            let value = value.split(';').next().filter(|_| is_multipart).unwrap_or(&value);
            add(format!("header {name}"), value);
        }
    }
    let kind = media_type(&parts.headers).to_ascii_lowercase();
    let json = (kind == "application/json" || kind.ends_with("+json"))
        .then(|| std::str::from_utf8(body).ok().and_then(|text| from_json(text).ok()))
        .flatten();
    match (&*kind, json) {
        _ if body.is_empty() => {}
        (_, Some(value)) => for_each_leaf(&value, "body", &mut |path, value| add(path.to_owned(), value)),
        ("application/x-www-form-urlencoded", _) => {
            for (name, value) in pairs(&String::from_utf8_lossy(body)) {
                add(format!("form {name}"), &value);
            }
        }
        (kind, _) if kind.starts_with("multipart/") => match multipart(&parts.headers, body).await {
            Ok(form) => form.into_iter().for_each(|(name, part)| add(format!("form {name}"), &described(&part))),
            Err(_) => add("body".to_owned(), &measured(body)),
        },
        _ => add("body".to_owned(), &measured(body)),
    }
    found
}

/// A text, or what a file is known by.
fn described(part: &Part) -> String {
    let media_type = part.media_type.as_deref().unwrap_or_default();
    match &part.file_name {
        Some(name) => format!("{name}, {media_type}, {}", measured(&part.content)),
        None => part.text(),
    }
}

/// The length and a hash (FNV-1a) of bytes. It tells apart what tests send; nobody has a reason to forge it.
fn measured(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    format!("{} bytes, {hash:016x}", bytes.len())
}

/// Headers that say something about one connection or one moment, or are secrets.
const LEFT_OUT: [&str; 10] = [
    "alt-svc",
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "keep-alive",
    "set-cookie",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
];

/// The headers of a response as they are recorded.
pub(super) fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut found = BTreeMap::<String, String>::new();
    for (name, value) in headers.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
        let own = found.entry(name.as_str().to_owned()).or_default();
        if !own.is_empty() {
            own.push_str(", ");
        }
        own.push_str(&String::from_utf8_lossy(value.as_bytes()));
    }
    found
}

impl Exchange {
    /// Without secrets.
    pub(super) fn redacted(mut self, replacer: &Replacer<'_>, auths: &[Auth]) -> Self {
        let replaced = |text: &str| replacer.replace(text).into_owned();
        // A URL that a response gave may be a secret as a whole, with its query.
        self.request = split_query(&replaced(&self.request), auths, &mut self.fields);
        for value in self.fields.values_mut() {
            // A string of JSON is a leaf.
            *value = if value.starts_with('"') { replace_strings(value, replaced) } else { replaced(value) };
        }
        self.headers.values_mut().for_each(|value| *value = replaced(value));
        self.body = match self.body {
            Content::Text(text) => Content::Text(replaced(&text)),
            Content::Json(json) => match RawValue::from_string(replace_strings(json.get(), replaced)) {
                Ok(json) => Content::Json(json),
                // Strings have been replaced by strings.
                Err(_) => Content::Empty,
            },
            other => other,
        };
        self
    }
}
