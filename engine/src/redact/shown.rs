//! Headers and bodies as they may be shown: in the log, in a `curl` command.
//!
//! The secrets of the request are known, and redacted wherever they stand. What else may be one, such as a stream's key in
//! a response, is recognized by its name ([`Api::SECRET_NAMES`](crate::Api::SECRET_NAMES)), and of a URL in a response only the
//! host is shown: nothing is decoded here, and the text may be cut anywhere.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_LOCATION, HeaderName, HeaderValue, LOCATION};

use super::scan::MARK;
use super::{MAX_TEXT, Redactor};
use crate::error::one_line;
use crate::response::media_type;
use crate::secret::redacted_url;

/// Headers as `name: value, …`, in one line of at most so many bytes.
pub(crate) fn shown_headers(headers: &HeaderMap, redactor: &Redactor, most: usize) -> String {
    let mut text = String::new();
    for (name, value) in headers {
        let separator = if text.is_empty() { "" } else { ", " };
        let value = shown_value(name, value, redactor);
        text.extend([separator, name.as_str(), ": ", &*value]);
        if text.len() > MAX_TEXT {
            break;
        }
    }
    one_line(&redactor.redact_text(text), most)
}

/// The value of a header, unless it is a secret by its name or by what was said of it.
pub(crate) fn shown_value<'v>(name: &HeaderName, value: &'v HeaderValue, redactor: &Redactor) -> Cow<'v, str> {
    // Whoever has the URL of an upload can write to it.
    let is_place = [LOCATION, CONTENT_LOCATION].contains(name) || name == "upload-concat";
    match value.is_sensitive() || is_place || redactor.names(name.as_str()) {
        true => match value.to_str() {
            Ok(text) if text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer ")) => {
                format!("Bearer {MARK}").into()
            }
            _ => MARK.into(),
        },
        false => String::from_utf8_lossy(value.as_bytes()),
    }
}

/// Whose body it is. Of a request, it is known which URLs are secrets; of a response it is not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Request,
    Response,
}

/// A body, as far as it is known without reading it.
pub(crate) enum Content<'b> {
    Json(&'b Bytes),
    Form(&'b Bytes),
    Text(&'b Bytes),
    /// Not text, or not in memory; with its length, if that is known.
    Opaque(Option<u64>),
}

impl<'b> Content<'b> {
    /// The body of a request or a response with these headers: its bytes, if they are in memory, and its length.
    pub(crate) fn of(headers: &HeaderMap, bytes: Option<&'b Bytes>, len: Option<u64>) -> Self {
        let Some(bytes) = bytes else { return Self::Opaque(len) };
        match &*media_type(headers).to_ascii_lowercase() {
            // Servers that say nothing mean JSON, if it is text.
            "" if std::str::from_utf8(bytes).is_ok_and(|text| text.trim_start().starts_with(['{', '[', '"'])) => {
                Self::Json(bytes)
            }
            "application/json" => Self::Json(bytes),
            kind if kind.ends_with("+json") => Self::Json(bytes),
            "application/x-www-form-urlencoded" => Self::Form(bytes),
            // A server may well send JSON as text.
            kind if kind.starts_with("text/") => match bytes.first() {
                Some(b'{' | b'[' | b'"') => Self::Json(bytes),
                _ => Self::Text(bytes),
            },
            _ => Self::Opaque(len),
        }
    }

    /// The first 64 KiB of the body's text, without secrets.
    pub(crate) fn redacted(&self, text: &str, side: Side, redactor: &Redactor) -> String {
        // Before anything of a secret is cut out of it.
        let text = redactor.redact_excerpt(text.to_owned());
        match self {
            Self::Json(_) => redact_json(&text, side, redactor),
            Self::Form(_) => redact_form(&text, redactor),
            Self::Text(_) | Self::Opaque(_) => text,
        }
    }

    /// The body in one line of at most so many bytes, or what is known of it.
    pub(crate) fn shown(&self, side: Side, redactor: &Redactor, most: usize) -> String {
        let bytes = match self {
            Self::Opaque(Some(0)) => return String::new(),
            Self::Opaque(Some(len)) => return format!("[{len} bytes]"),
            Self::Opaque(None) => return "[a stream]".into(),
            Self::Json(bytes) | Self::Form(bytes) | Self::Text(bytes) => bytes,
        };
        let text = self.redacted(&beginning(bytes), side, redactor);
        let shown = one_line(&text, most);
        let cut = bytes.len() > MAX_TEXT || text.len() > most;
        if cut { format!("{shown} [{} bytes]", bytes.len()) } else { shown }
    }
}

fn beginning(bytes: &Bytes) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes.get(..MAX_TEXT).unwrap_or(bytes))
}

/// JSON, or its beginning, without the members that are secrets by their names, and without what URLs may hide.
fn redact_json(text: &str, side: Side, redactor: &Redactor) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut depth = 0_usize;
    // Whether the value to come has the name of a secret, and since which depth all has.
    let (mut named, mut within, mut names_url) = (false, None, false);
    while let Some(at) = rest.find(['"', '{', '[', '}', ']', ',']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let (sign, after) = from.split_at(1);
        rest = after;
        match sign {
            "{" | "[" => {
                depth += 1;
                if named && within.is_none() {
                    within = Some(depth);
                }
                named = false;
                out.push_str(sign);
            }
            "}" | "]" => {
                if within == Some(depth) {
                    within = None;
                }
                depth = depth.saturating_sub(1);
                named = false;
                out.push_str(sign);
            }
            "," => {
                named = false;
                out.push_str(sign);
            }
            _ => {
                let (string, after) = split_string(after);
                rest = after.unwrap_or_default();
                let end = if after.is_some() { "\"" } else { "" };
                if rest.trim_start().starts_with(':') {
                    // An escape may spell anything.
                    named = string.contains('\\') || redactor.names(string);
                    let name = string.to_ascii_lowercase();
                    names_url = name.ends_with("url") || name.ends_with("endpoint");
                    out.extend(["\"", string, end]);
                } else {
                    let no_url = side == Side::Response && names_url && !string.contains(':');
                    let shown = match named || within.is_some() || no_url {
                        true => MARK.into(),
                        false => shown_string(string, side, after.is_some(), redactor),
                    };
                    named = false;
                    out.extend(["\"", &*shown, end]);
                }
            }
        }
    }
    out.push_str(rest);
    out
}

/// What stands before the end of a string, and what comes after it; `None` if it was cut off.
fn split_string(text: &str) -> (&str, Option<&str>) {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
            _ => {}
        }
    }
    (text, None)
}

/// A string of JSON, as it is spelled there.
fn shown_string<'t>(text: &'t str, side: Side, whole: bool, redactor: &Redactor) -> Cow<'t, str> {
    // JSON inside JSON.
    let mut names = text.split(|letter: char| !letter.is_alphanumeric() && !"_-".contains(letter));
    if text.contains("\\\"") && names.any(|name| redactor.names(name)) {
        return MARK.into();
    }
    let plain = if text.contains("\\/") { Cow::Owned(text.replace("\\/", "/")) } else { Cow::Borrowed(text) };
    let is_path = plain.starts_with('/') && plain.contains('?');
    match (plain.find("://"), side) {
        // What was cut off may be a password.
        (Some(at), _) if !whole => format!("{}…", plain.split_at(at + 3).0).into(),
        // Whoever has the URL of an upload, or of a stream, needs no more.
        (Some(at), Side::Response) => {
            let (scheme, rest) = plain.split_at(at + 3);
            let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
            let host = host.rsplit('@').next().unwrap_or_default();
            format!("{scheme}{host}/…").into()
        }
        (Some(_), Side::Request) => redacted_url(&plain).into_owned().into(),
        (None, _) if is_path => redacted_url(&plain).into_owned().into(),
        (None, _) => Cow::Borrowed(text),
    }
}

/// A form or a query, or its beginning, without the fields that are secrets by their names.
pub(crate) fn redact_form(text: &str, redactor: &Redactor) -> String {
    let fields = text.split('&').map(|field| match field.split_once('=') {
        Some((name, _)) if redactor.names(name) => format!("{name}={MARK}"),
        _ => field.to_owned(),
    });
    fields.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::header::CONTENT_TYPE;

    use super::*;
    use crate::secret::Secret;

    #[test]
    fn members_that_are_secrets_by_their_names_are_redacted() {
        let redactor = Redactor::new(None, Arc::default(), &["session_id", "state"]);
        for (json, shown) in [
            (r#"{"id":"1","streamKey":"abc"}"#, r#"{"id":"1","streamKey":"[key]"}"#),
            (r#"{"accessToken" : "a\"b", "n": 1}"#, r#"{"accessToken" : "[key]", "n": 1}"#),
            (r#"{"keys":["a",{"b":"c"}],"d":"e"}"#, r#"{"keys":["[key]",{"b":"[key]"}],"d":"e"}"#),
            (
                r#"{"auth":{"user":"a","more":{"x":"y"}},"d":"e"}"#,
                r#"{"auth":{"user":"[key]","more":{"x":"[key]"}},"d":"e"}"#,
            ),
            (r#"{"token":null,"a":"b"}"#, r#"{"token":null,"a":"b"}"#),
            (r#"{"\u006bey":"abc"}"#, r#"{"\u006bey":"[key]"}"#),
            (r#"{"url":"https://a.example/x?sig=abc"}"#, r#"{"url":"https://a.example/x?…"}"#),
            (r#"{"url":"https:\/\/me:pw@a.example\/x?y"}"#, r#"{"url":"https://…@a.example/x?…"}"#),
            (r#"["rtmp://a.example/live/abc"]"#, r#"["rtmp://a.example/…"]"#),
            (r#"{"next":"/x?token=abc"}"#, r#"{"next":"/x?…"}"#),
            (r#"{"text":"{\"token\":\"abc\"}"}"#, r#"{"text":"[key]"}"#),
            (r#"{"text":"{\"name\":\"abc\"}"}"#, r#"{"text":"{\"name\":\"abc\"}"}"#),
            (r#"{"text":"{\"SessionId\":\"abc\"}"}"#, r#"{"text":"[key]"}"#),
            (r#"{"sessionId":"abc","session":"abc"}"#, r#"{"sessionId":"[key]","session":"abc"}"#),
            (r#"{"state":{"a":["abc"],"b":"ab"#, r#"{"state":{"a":["[key]"],"b":"[key]"#),
            (r#"{"id":"1","secret":"ab"#, r#"{"id":"1","secret":"[key]"#),
            (r#"{"secret":"#, r#"{"secret":"#),
            (r#""https://a.example?x"#, r#""https://…"#),
            (r#"}}]]{"a":"é"#, r#"}}]]{"a":"é"#),
            ("\"\\", "\"\\"),
            ("", ""),
        ] {
            assert_eq!(redact_json(json, Side::Request, &redactor), shown, "{json}");
        }
        for (json, shown) in [
            (r#"{"url":"https://me:pw@a.example:1/secret?x"}"#, r#"{"url":"https://a.example:1/…"}"#),
            (r#"{"rtmpUrl":"rtmp:\/\/a.example\/live\/abc"}"#, r#"{"rtmpUrl":"rtmp://a.example/…"}"#),
            (r#"{"url":"https://me:secret-pass"#, r#"{"url":"https://…"#),
            (r#"{"targetUrl":"abc","name":"abc"}"#, r#"{"targetUrl":"[key]","name":"abc"}"#),
        ] {
            assert_eq!(redact_json(json, Side::Response, &redactor), shown, "{json}");
        }
        let form = redact_form("a=b&api_key=abc&c&Session-Id=abc", &redactor);
        assert_eq!(form, "a=b&api_key=[key]&c&Session-Id=[key]");
    }

    #[test]
    fn content_is_shown_as_text_or_as_a_length_and_cut() {
        let redactor = Redactor::new(None, [Secret::from("known-secret")].into_iter().collect(), &["x-seat"]);
        let shown = |media_type: &'static str, body: &[u8], most| {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
            let body = Bytes::copy_from_slice(body);
            Content::of(&headers, Some(&body), Some(body.len() as u64)).shown(Side::Response, &redactor, most)
        };
        assert_eq!(shown("application/json; charset=utf-8", b"{\"a\": \"known-secret\"}", 100), r#"{"a": "[key]"}"#);
        assert_eq!(shown("application/problem+json", b"{\"key\":\"abc\"}", 100), r#"{"key":"[key]"}"#);
        assert_eq!(shown("text/plain", b"no known-secret\nhere", 100), "no [key] here");
        assert_eq!(shown("text/plain", b"{\"token\":\"abc\"}", 100), r#"{"token":"[key]"}"#);
        assert_eq!(shown("video/mp4", b"abc", 100), "[3 bytes]");
        assert_eq!(shown("video/mp4", b"", 100), "");
        let long = shown("application/json", &[b"\"", "é".repeat(100_000).as_bytes()].concat(), 10);
        assert!(long.len() < 60 && long.ends_with("[200001 bytes]"), "{long}");
        assert_eq!(Content::of(&HeaderMap::new(), None, None).shown(Side::Response, &redactor, 10), "[a stream]");
    }

    #[test]
    fn headers_that_are_secrets_are_named_only() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("accept", "x/y"),
            ("authorization", "Bearer abc"),
            ("x-api-key", "abc"),
            ("location", "/files/abc"),
            ("x-note", "known-secret"),
            ("x-seat", "abc"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let redactor = Redactor::new(None, [Secret::from("known-secret")].into_iter().collect(), &["x-seat"]);
        assert_eq!(
            shown_headers(&headers, &redactor, 1000),
            "accept: x/y, authorization: Bearer [key], x-api-key: [key], location: [key], x-note: [key], x-seat: [key]"
        );
    }
}
