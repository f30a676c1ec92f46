//! What was exchanged, for the page: the latest requests with their responses, without secrets.

use std::collections::VecDeque;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Request};
use livepeer::mock::Reply;
use livepeer::replay::{Redaction, Shown};
use livepeer::{Body, Studio};
use serde_json::{Map, Value, json};

use super::body::{self, TooLong};

/// How many exchanges are kept, and how large a body may be that is shown, in bytes.
const KEPT: usize = 100;
const MAX_SHOWN: usize = 16 * 1024;

/// How many bytes of JSON or text a request may have, and of a form with files. Studio refuses more than 100 KiB of JSON by itself.
const MAX_TEXT: usize = 1024 * 1024;
const MAX_FORM: usize = 64 * 1024 * 1024;

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
    asked: Parts,
    /// None: it is a file, or was not read.
    request: Option<Bytes>,
    response: Option<Bytes>,
    redaction: Redaction,
}

impl Entry {
    /// Looks at a request, and at its body unless that is a file.
    pub async fn read(request: Request<Body>) -> (Self, Result<Request<Body>, TooLong>) {
        let (parts, body) = request.into_parts();
        let mut entry = Self::new(&parts);
        if is_file(&parts) {
            entry.redaction.add_request::<Studio>(&entry.asked, &Bytes::new()).await;
            return (entry, Ok(Request::from_parts(parts, body)));
        }
        let is_shown = is_shown(&parts.headers);
        let read = body::read(body, if is_shown { MAX_TEXT } else { MAX_FORM }).await;
        let body = read.as_ref().ok().filter(|_| is_shown).cloned();
        entry.redaction.add_request::<Studio>(&entry.asked, body.as_ref().unwrap_or(&Bytes::new())).await;
        entry.request = body;
        (entry, read.map(|body| Request::from_parts(parts, body.into())))
    }

    fn new(parts: &Parts) -> Self {
        let mut asked = Request::new(()).into_parts().0;
        (asked.method, asked.uri, asked.headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
        Self { asked, request: None, response: None, redaction: Redaction::new() }
    }

    /// Looks at the body of a response, unless it is a file or has no end.
    pub async fn reply(&mut self, mut reply: Reply) -> Reply {
        let mut body = Bytes::new();
        if is_shown(&reply.headers) {
            // What the fake makes itself is in memory.
            body = std::mem::take(&mut reply.body).bytes(usize::MAX).await.unwrap_or_default();
            self.response = Some(body.clone());
            reply.body = body.clone().into();
        }
        self.redaction.add_response::<Studio>(&self.asked, &reply.headers, &body);
        reply
    }

    pub fn done(self, reply: &Reply, note: &str) -> Value {
        let status = if reply.is_cut() { "cut".into() } else { json!(reply.status.as_u16()) };
        let shown = self.redaction.shown();
        let mut entry = self.to_json(&shown, note);
        entry["status"] = status;
        entry["responseHeaders"] = headers(&shown, &reply.headers);
        entry
    }

    pub fn without_response(self, note: &str) -> Value {
        self.to_json(&self.redaction.shown(), note)
    }

    fn to_json(&self, shown: &Shown<'_>, note: &str) -> Value {
        json!({
            "method": self.asked.method.as_str(),
            "path": shown.target(&self.asked.uri),
            "headers": headers(shown, &self.asked.headers),
            "request": self.request.as_ref().map(|bytes| body(shown, bytes)),
            "response": self.response.as_ref().map(|bytes| body(shown, bytes)),
            "note": note,
        })
    }
}

fn headers(shown: &Shown<'_>, headers: &HeaderMap) -> Value {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), shown.header(name, value).into()));
    Value::Object(headers.collect::<Map<_, _>>())
}

fn body(shown: &Shown<'_>, body: &Bytes) -> Value {
    match body.len() {
        0 => Value::Null,
        len if len > MAX_SHOWN => format!("{len} bytes").into(),
        _ => shown.body(body),
    }
}

/// Whether the body of a request is the file of an asset.
fn is_file(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let path = path.strip_prefix("/api").unwrap_or(path);
    path.starts_with("/asset/upload/tus") || path.starts_with("/asset/upload/direct")
}

fn is_shown(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/json") || kind.starts_with("text/plain")
}
