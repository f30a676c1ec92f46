//! Headers, to JavaScript and back.

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use js_sys::{Array, JsString};
use wasm_bindgen::JsCast;
use web_sys::Headers;

use super::failure::invalid;
use crate::error::TransportError;
use crate::runtime::web;

/// The headers that are sent, with their values as JavaScript takes them: a character for each byte.
///
/// The length is the runtime's to say. A page may not set what the browser sets itself: `Accept-Encoding` would be ignored, with
/// a complaint in the console, and `User-Agent` would need the server's permission in some browsers.
pub(super) fn sent(headers: &HeaderMap) -> impl Iterator<Item = (&HeaderName, String)> {
    let is_page = web::is_page();
    let own = move |name: &HeaderName| {
        *name == CONTENT_LENGTH || (is_page && (name == USER_AGENT || FORBIDDEN.contains(&name.as_str())))
    };
    headers
        .iter()
        .filter(move |(name, _)| !own(name))
        .map(|(name, value)| (name, value.as_bytes().iter().copied().map(char::from).collect()))
}

/// What pages cannot set, of the headers that somebody may try to.
const FORBIDDEN: [&str; 13] = [
    "accept-charset",
    "accept-encoding",
    "connection",
    "cookie",
    "date",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "te",
    "transfer-encoding",
    "via",
];

pub(super) fn to_js(headers: &HeaderMap) -> Result<Headers, TransportError> {
    let js = Headers::new().map_err(|error| invalid(&error))?;
    for (name, value) in sent(headers) {
        js.append(name.as_str(), &value).map_err(|error| invalid(&error))?;
    }
    Ok(js)
}

/// The headers of a response, as far as the page may see them.
pub(super) fn from_js(js: &Headers) -> Result<HeaderMap, TransportError> {
    let mut headers = HeaderMap::new();
    for pair in &js.entries() {
        let pair: Array = pair.map_err(|error| invalid(&error))?.unchecked_into();
        let bytes = |at| -> Vec<u8> {
            // A character for each byte.
            let text: JsString = pair.get(at).unchecked_into();
            text.iter().map(|unit| u8::try_from(unit).unwrap_or(b'?')).collect()
        };
        append(&mut headers, &bytes(0), &bytes(1));
    }
    Ok(decoded(headers))
}

/// The headers as `XMLHttpRequest` lists them, a line each.
pub(super) fn from_lines(lines: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines.lines() {
        if let Some((name, value)) = line.split_once(':') {
            append(&mut headers, name.trim().as_bytes(), value.trim().as_bytes());
        }
    }
    decoded(headers)
}

fn append(headers: &mut HeaderMap, name: &[u8], value: &[u8]) {
    if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
        headers.append(name, value);
    }
}

/// Bodies come decoded: these two describe what they were before.
fn decoded(mut headers: HeaderMap) -> HeaderMap {
    if headers.remove(CONTENT_ENCODING).is_some() {
        headers.remove(CONTENT_LENGTH);
    }
    headers
}
