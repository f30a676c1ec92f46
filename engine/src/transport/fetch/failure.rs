//! What JavaScript's errors mean: how far a request came.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::error::{TransportError, TransportErrorKind};
use crate::runtime::web;

/// Codes of Node's, for requests that were not sent.
const NOT_SENT: [&str; 6] =
    ["EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT"];

/// `fetch` failed, or the stream of a body.
pub(super) fn failure(error: &JsValue) -> TransportError {
    let mut text = web::text_of(error);
    let cause = Reflect::get(error, &"cause".into()).unwrap_or_default();
    if cause.is_object() {
        text = format!("{text}: {}", web::text_of(&cause));
    }
    let code = Reflect::get(&cause, &"code".into()).ok().and_then(|code| code.as_string());
    if web::is_offline() || code.is_some_and(|code| NOT_SENT.contains(&code.as_str())) {
        return TransportError::new(TransportErrorKind::Connect, text);
    }
    TransportError::new(TransportErrorKind::Sent, if web::is_page() { without_reason(&text) } else { text })
}

/// `XMLHttpRequest` failed, which has no error at all.
pub(super) fn unexplained() -> TransportError {
    let kind = if web::is_offline() { TransportErrorKind::Connect } else { TransportErrorKind::Sent };
    TransportError::new(kind, without_reason("the request failed"))
}

fn without_reason(text: &str) -> String {
    format!(
        "{text}. Browsers do not tell a page why: the server cannot be reached, or it does not allow this page's origin to read \
         its responses (CORS). The browser's console says which"
    )
}

/// The request is none that can be sent.
pub(super) fn invalid(error: &JsValue) -> TransportError {
    TransportError::new(TransportErrorKind::Request, web::text_of(error))
}

pub(super) fn redirected() -> TransportError {
    let text = "the server redirects, and a browser does not tell a page where to: only reading operations, without secrets in \
                headers other than `Authorization`, are redirected";
    TransportError::new(TransportErrorKind::Request, text)
}

pub(super) fn no_status(status: u16) -> TransportError {
    TransportError::new(TransportErrorKind::Sent, format!("the response has the status {status}"))
}
