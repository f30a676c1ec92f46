//! Content codings: which one a request asks for, and decoding it.
//!
//! By the engine and not by the HTTP client, so that all transports do it alike, limits count what is decoded, and damaged data
//! is an error.

use http::HeaderMap;
#[cfg(feature = "gzip")]
use http::header;
use http::header::{ACCEPT_ENCODING, Entry, HeaderValue, RANGE};
use http::response::Parts as Head;

use super::request::Job;
use super::subject::Subject;
use crate::body::Body;

/// Says which codings the response may have, unless the caller did.
pub(super) fn negotiate(job: &Job, headers: &mut HeaderMap) {
    // Of a file, bytes are counted and asked for by their number: those must be its own.
    let verbatim = job.response.file || matches!(job.subject, Subject::Plain(_)) || headers.contains_key(RANGE);
    let coding = match verbatim {
        // Said: an HTTP client may ask for others by itself.
        true => "identity",
        false if cfg!(feature = "gzip") => "gzip",
        false => return,
    };
    if let Entry::Vacant(header) = headers.entry(ACCEPT_ENCODING) {
        header.insert(HeaderValue::from_static(coding));
    }
}

/// Decodes the body, if it is to be read and is encoded as was asked for. The headers are then as if it had never been.
#[cfg(feature = "gzip")]
pub(super) fn decode(job: &Job, head: &mut Head, body: Body) -> Body {
    // A file is passed through unchanged. A response to `HEAD` has headers only.
    let as_it_is = (job.response.file && head.status.is_success()) || job.subject.method() == "HEAD";
    let mut codings = head.headers.get_all(header::CONTENT_ENCODING).iter();
    let (Some(coding), None, false) = (codings.next(), codings.next(), as_it_is) else { return body };
    if !["gzip", "x-gzip"].iter().any(|name| coding.as_bytes().eq_ignore_ascii_case(name.as_bytes())) {
        return body;
    }
    head.headers.remove(header::CONTENT_ENCODING);
    head.headers.remove(header::CONTENT_LENGTH);
    body.gunzipped()
}

#[cfg(not(feature = "gzip"))]
pub(super) fn decode(_: &Job, _: &mut Head, body: Body) -> Body {
    body
}
