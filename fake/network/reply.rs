//! Responses of the network's parts.

use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, EXPECT};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use hyper::ext::ReasonPhrase;
use typed_endpoint::codec::{Encode, to_json};
use typed_endpoint::{Api, Body};

use crate::endpoints::network::orchestrator::Orchestrator;
use crate::endpoints::network::signer::Signer;

/// Marks a response that is none.
#[derive(Clone, Copy)]
pub(super) struct Cut;

/// JSON, of a model.
pub(super) fn json(status: u16, value: &impl Encode) -> Response<Body> {
    raw_json(status, to_json(value))
}

pub(super) fn raw_json(status: u16, json: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(json.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An error response in JSON.
pub(super) fn json_error(status: u16, message: &str) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    raw_json(status.as_u16(), Signer::encode_error(status, message))
}

pub(super) fn empty(status: u16) -> Response<Body> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
}

pub(super) fn plain(status: u16, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    if status == 470 {
        response.extensions_mut().insert(ReasonPhrase::from_static(b"status code 470"));
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// An error response: plain text with a line's end.
pub(super) fn text(status: u16, text: &str) -> Response<Body> {
    let mut response =
        plain(status, Orchestrator::encode_error(StatusCode::from_u16(status).unwrap_or_default(), text));
    response.headers_mut().insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

pub(super) fn not_allowed(methods: &'static str) -> Response<Body> {
    let mut response = text(405, "Method Not Allowed");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

pub(super) fn closing(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// How much of a body that nobody wants is read all the same, so that the connection stays.
const MAX_UNREAD: usize = 256 * 1024;

/// The response to a request whose body nobody wants. After a larger one, or one that waits to be asked for, the connection is closed.
pub(super) async fn unread(headers: &HeaderMap, body: Body, response: Response<Body>) -> Response<Body> {
    let is_read = !headers.contains_key(EXPECT) && body.bytes(MAX_UNREAD).await.is_ok();
    if is_read || response.extensions().get::<Cut>().is_some() { response } else { closing(response) }
}

/// No response: the connection is cut.
pub(super) fn cut() -> Response<Body> {
    let mut response = Response::default();
    response.extensions_mut().insert(Cut);
    response
}
