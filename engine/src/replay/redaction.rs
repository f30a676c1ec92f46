//! Secrets of exchanges that are shown, not recorded: by servers that show what they received.

use std::collections::BTreeSet;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, request};
use serde_json::Value;

use crate::dynamic::{Catalog, Entry, entries};
use crate::redact::{Replacer, is_secret_name, secrets_of_credentials};
use crate::secret::{of_url, redacted_url};
use crate::serve::{match_path, pairs};

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";

/// Redacts what a server shows of its exchanges.
///
/// Secret is what the declarations say, what has the name of a secret (`streamKey`, `client_secret`, and
/// [`Api::SECRET_NAMES`](crate::Api::SECRET_NAMES)), and of URLs all but the address. The first two are redacted wherever they occur in the
/// exchange. `Debug` shows nothing of it.
#[derive(Clone, Default)]
pub struct Redaction {
    /// Each with what stands in its place, and once.
    secrets: Vec<(String, String)>,
    known: BTreeSet<String>,
    /// Of the APIs whose exchanges were seen.
    names: Vec<&'static str>,
}

impl Redaction {
    /// Knows no secrets yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret.
    pub fn add(&mut self, secret: &str) {
        if !secret.is_empty() && secret != REDACTED && self.known.insert(secret.to_owned()) {
            self.secrets.push((secret.to_owned(), REDACTED.to_owned()));
        }
    }

    fn declare(&mut self, names: &[&'static str]) {
        for name in names {
            if !self.names.contains(name) {
                self.names.push(name);
            }
        }
    }

    fn names(&self, name: &str) -> bool {
        is_secret_name(name, &self.names)
    }

    /// Adds the secrets of a request.
    pub async fn add_request<A: Catalog>(&mut self, parts: &request::Parts, body: &Bytes) {
        self.declare(A::SECRET_NAMES);
        for (entry, parameters) in declared::<A>(parts) {
            let request = Request::from_parts(parts.clone(), body.clone());
            for secret in entry.secrets().of_request(request, parameters).await {
                self.add(&secret);
            }
        }
        for (name, value) in pairs(parts.uri.query().unwrap_or_default()) {
            self.add_named(self.names(&name), &value);
        }
        self.add_headers(&parts.headers);
        self.add_body(body);
    }

    /// Adds the secrets of the response to a request.
    pub fn add_response<A: Catalog>(&mut self, asked: &request::Parts, headers: &HeaderMap, body: &[u8]) {
        self.declare(A::SECRET_NAMES);
        if let Ok(text) = std::str::from_utf8(body) {
            let declared = declared::<A>(asked);
            declared
                .flat_map(|(entry, _)| entry.secrets().of_response(headers, text))
                .for_each(|secret| self.add(&secret));
        }
        self.add_headers(headers);
        self.add_body(body);
    }

    fn add_headers(&mut self, headers: &HeaderMap) {
        for (name, value) in headers {
            if self.names(name.as_str())
                && let Ok(value) = value.to_str()
            {
                secrets_of_credentials(value).for_each(|secret| self.add(secret.expose()));
            }
        }
    }

    fn add_body(&mut self, body: &[u8]) {
        if let Ok(json) = serde_json::from_slice(body) {
            self.add_json(false, &json);
        }
    }

    fn add_json(&mut self, is_named: bool, value: &Value) {
        match value {
            Value::String(text) => self.add_named(is_named, text),
            Value::Array(items) => items.iter().for_each(|item| self.add_json(is_named, item)),
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| self.add_json(self.names(name), value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn add_named(&mut self, is_named: bool, text: &str) {
        if is_named {
            self.add(text);
        } else if text.contains("://") {
            of_url(text).iter().for_each(|secret| self.add(secret.expose()));
        }
    }

    /// What shows texts without the secrets that are known now.
    pub fn shown(&self) -> Shown<'_> {
        Shown { replacer: Replacer::new(&self.secrets), redaction: self }
    }
}

/// Shows the parts of an exchange without secrets, by [`Redaction::shown`].
pub struct Shown<'r> {
    replacer: Replacer<'r>,
    redaction: &'r Redaction,
}

impl Shown<'_> {
    /// The value without secrets.
    pub fn json(&self, mut value: Value) -> Value {
        self.redact(false, &mut value);
        value
    }

    /// A body without secrets: JSON, text, or its length only where it would be JSON and is not.
    pub fn body(&self, body: &[u8]) -> Value {
        match (serde_json::from_slice(body), std::str::from_utf8(body)) {
            (Ok(json), _) => self.json(json),
            (Err(_), Ok(text)) if !text.trim_start().starts_with(['{', '[', '"']) => self.text(text).into(),
            _ => format!("{} bytes that are no JSON", body.len()).into(),
        }
    }

    /// The text without secrets.
    pub fn text(&self, text: &str) -> String {
        // Webhooks are logged with their bodies as text.
        if text.starts_with(['{', '['])
            && let Ok(json) = serde_json::from_str(text)
        {
            return self.json(json).to_string();
        }
        let text = self.replacer.replace(text);
        let is_url = text.contains("://") || (text.starts_with('/') && text.contains('?'));
        if is_url { redacted_url(&text).into_owned() } else { text.into_owned() }
    }

    /// The path of a request's URL with its query, without secrets.
    pub fn target(&self, uri: &Uri) -> String {
        let path = self.replacer.replace(uri.path());
        let Some(query) = uri.query() else { return path.into_owned() };
        let query = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if self.redaction.names(name) => format!("{name}={REDACTED}"),
            _ => self.replacer.replace(pair).into_owned(),
        });
        format!("{path}?{}", query.collect::<Vec<_>>().join("&"))
    }

    /// The value of a header, without secrets.
    pub fn header(&self, name: &HeaderName, value: &HeaderValue) -> String {
        match self.redaction.names(name.as_str()) {
            true => REDACTED.to_owned(),
            false => self.text(&String::from_utf8_lossy(value.as_bytes())),
        }
    }

    fn redact(&self, is_named: bool, value: &mut Value) {
        match value {
            Value::String(text) if is_named => *text = REDACTED.to_owned(),
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact(is_named, item)),
            Value::Object(members) => {
                members.iter_mut().for_each(|(name, value)| self.redact(self.redaction.names(name), value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// The operations that a request may be of, with the parameters of their paths.
fn declared<A: Catalog>(parts: &request::Parts) -> impl Iterator<Item = (&'static Entry, Vec<(String, String)>)> {
    let path = parts.uri.path();
    let of_method = entries::<A>().filter(|entry| entry.operation().method == parts.method);
    of_method.filter(|entry| !entry.operation().has_given_url()).filter_map(move |entry| {
        // Where the base URL ends is not known here.
        let mut starts = path.match_indices('/');
        starts.find_map(|(at, _)| Some((entry, match_path(entry.operation(), path.get(at..)?)?)))
    })
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redaction").field("secrets", &self.secrets.len()).finish()
    }
}

/// Shows nothing of it.
impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_shown_has_no_secrets() {
        let mut redaction = Redaction::new();
        redaction.add("known-secret");
        redaction.add("s");
        redaction.add_body(br#"{"streamKey":"key-in-body","hook":"http://user:password@a.example/x"}"#);
        redaction.declare(&["session_id"]);
        let shown = redaction.shown();
        let json = shown.json(json!({
            "name": "is key-in-body",
            "token": ["short"],
            "short": "s",
            "text": "{\"a\":\"known-secret\",\"key\":\"abc\"}",
            "urls": ["rtmp://a.example/live/key", "https://u:pw@a.example/f?sig=1", "https://a.example/f", "/x?sig=1"],
            "sessionId": "abc",
            "count": 1,
        }));
        assert_eq!(
            json,
            json!({
                "name": "is [redacted]",
                "token": ["[redacted]"],
                "short": "[redacted]",
                "text": "{\"a\":\"[redacted]\",\"key\":\"[redacted]\"}",
                "urls": ["rtmp://a.example/…", "https://…@a.example/f?…", "https://a.example/f", "/x?…"],
                "sessionId": "[redacted]",
                "count": 1,
            })
        );
        assert_eq!(shown.text("not user:password"), "not [redacted]");
        assert_eq!(shown.body(b"not known-secret"), "not [redacted]");
        assert_eq!(shown.body(b"{\"name\":\"abc"), "12 bytes that are no JSON");
        assert_eq!(shown.body(b"\xff\xfe"), "2 bytes that are no JSON");
        let uri = "/stream/key/known-secret?limit=1&jwt=abc&name=known%2Dsecret".parse().unwrap();
        assert_eq!(shown.target(&uri), "/stream/key/[redacted]?limit=1&jwt=[redacted]&name=[redacted]");
        assert_eq!(format!("{redaction:?}"), "Redaction { secrets: 5 }");
    }
}
