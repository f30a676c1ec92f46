//! What was exchanged, for the page: the latest requests with their responses, without secrets.

use std::collections::VecDeque;

use http::{HeaderMap, Request};
use livepeer::Body;
use livepeer::mock::Reply;
use serde_json::{Map, Value, json};

/// How many exchanges are kept, and how much of a body.
const KEPT: usize = 100;
const MAX_BODY: usize = 16 * 1024;

/// Members and parameters whose values are secrets.
const SECRET: [&str; 17] = [
    "accessKey",
    "accessKeyId",
    "apiKey",
    "apiSecret",
    "encryptedKey",
    "joinUrl",
    "jwt",
    "key",
    "privateKey",
    "proof",
    "secretAccessKey",
    "sharedSecret",
    "signature",
    "streamKey",
    "token",
    "tusEndpoint",
    "uploadToken",
];

/// What stands for a secret.
const REDACTED: &str = "[redacted]";

#[derive(Default)]
pub struct Journal {
    count: u64,
    entries: VecDeque<Value>,
}

impl Journal {
    pub fn add(&mut self, mut entry: Value) {
        self.count += 1;
        entry["number"] = self.count.into();
        self.entries.push_front(entry);
        self.entries.truncate(KEPT);
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }

    pub fn entries(&self) -> impl Iterator<Item = &Value> {
        self.entries.iter()
    }
}

/// An exchange that is under way.
pub struct Entry {
    method: String,
    path: String,
    headers: Value,
    request: Value,
    response: Value,
}

impl Entry {
    pub fn new(request: &Request<Body>) -> Self {
        let query = request.uri().query().map(|query| format!("?{}", shown_query(query))).unwrap_or_default();
        Self {
            method: request.method().to_string(),
            path: format!("{}{query}", request.uri().path()),
            headers: shown_headers(request.headers()),
            request: Value::Null,
            response: Value::Null,
        }
    }

    /// Looks at the body of a request, unless it is a file.
    pub async fn read(&mut self, request: Request<Body>) -> Request<Body> {
        if !is_shown(request.headers()) {
            return request;
        }
        let (parts, body) = request.into_parts();
        let bytes = body.bytes(usize::MAX).await.unwrap_or_default();
        self.request = shown_body(&bytes);
        Request::from_parts(parts, bytes.into())
    }

    /// Looks at the body of a response, unless it is a file or has no end.
    pub async fn reply(&mut self, mut reply: Reply) -> Reply {
        if is_shown(&reply.headers) {
            let bytes = std::mem::take(&mut reply.body).bytes(usize::MAX).await.unwrap_or_default();
            self.response = shown_body(&bytes);
            reply.body = bytes.into();
        }
        reply
    }

    pub fn done(self, reply: &Reply, note: &str) -> Value {
        let status = if reply.is_cut() { "cut".into() } else { json!(reply.status.as_u16()) };
        let mut entry = self.to_json(note);
        entry["status"] = status;
        entry["responseHeaders"] = shown_headers(&reply.headers);
        entry
    }

    pub fn without_response(self, note: &str) -> Value {
        self.to_json(note)
    }

    fn to_json(&self, note: &str) -> Value {
        json!({
            "method": self.method, "path": self.path, "headers": self.headers, "request": self.request,
            "response": self.response, "note": note,
        })
    }
}

fn is_shown(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/json") || kind.starts_with("text/plain")
}

fn shown_headers(headers: &HeaderMap) -> Value {
    let shown = headers.iter().map(|(name, value)| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let text = match name.as_str() {
            "authorization" | "cookie" | "livepeer-jwt" | "livepeer-access-key" => REDACTED.into(),
            "location" | "link" => {
                text.split_once('?').map_or(text.clone(), |(url, query)| format!("{url}?{}", shown_query(query)))
            }
            _ => text,
        };
        (name.to_string(), Value::from(text))
    });
    Value::Object(shown.collect::<Map<_, _>>())
}

fn shown_query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if SECRET.contains(&name) => format!("{name}={REDACTED}"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn shown_body(bytes: &[u8]) -> Value {
    let cut = bytes.get(..MAX_BODY).unwrap_or(bytes);
    match serde_json::from_slice(bytes) {
        Ok(json) if bytes.len() <= MAX_BODY => redacted(json),
        Ok(_) => format!("{} bytes of JSON", bytes.len()).into(),
        Err(_) => String::from_utf8_lossy(cut).into(),
    }
}

/// JSON without its secrets.
pub fn redacted(json: Value) -> Value {
    match json {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| match SECRET.contains(&name.as_str()) && value.is_string() {
                    true => (name, REDACTED.into()),
                    false => (name, redacted(value)),
                })
                .collect(),
        ),
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        // The body of a delivery is JSON in a text.
        Value::String(text) if text.starts_with('{') => match serde_json::from_str::<Value>(&text) {
            Ok(json) => redacted(json).to_string().into(),
            Err(_) => text.into(),
        },
        // URLs with a token.
        Value::String(text) if text.starts_with("http") => match text.split_once('?') {
            Some((url, query)) => format!("{url}?{}", shown_query(query)).into(),
            None => text.into(),
        },
        other => other,
    }
}
