//! The default transport of WebAssembly in JavaScript: `fetch`, and `XMLHttpRequest` for what is uploaded.

mod abort;
mod failure;
mod headers;
mod incoming;
mod outgoing;
mod upload;

use http::{Method, Request, Response, request};
use js_sys::Promise;
use js_sys::futures::JsFuture;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{RequestCache, RequestCredentials, RequestInit, RequestRedirect, ResponseType};

use crate::body::Body;
use crate::error::{TransportError, TransportErrorKind};
use crate::runtime::web;
use crate::timeout::Upload;
use crate::transport::{BoxFuture, Transport};
use abort::Abort;
use failure::{failure, invalid};
use incoming::{Incoming, respond};
use outgoing::Outgoing;

/// JavaScript's `fetch`, for one attempt.
pub(crate) struct Fetch;

impl Fetch {
    pub(crate) fn new() -> Self {
        web::seed();
        Self
    }
}

impl Transport for Fetch {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        // Nothing of JavaScript leaves its thread.
        Box::pin(SendWrapper::new(exchange(request)))
    }
}

#[expect(clippy::future_not_send, reason = "it is wrapped where it is made")]
async fn exchange(request: Request<Body>) -> Result<Response<Body>, TransportError> {
    let (parts, watched) = request.into_parts();
    let upload = parts.extensions.get::<Upload>();
    // What is watched while it is read would have to be read: a file goes to the browser unread instead.
    let body = upload.and_then(Upload::body).unwrap_or(watched);
    let body = Outgoing::new(body).await.map_err(|error| TransportError::new(TransportErrorKind::Body, error))?;
    match upload {
        Some(upload) if !upload.is_streamed() && may_follow(&parts) && web::has("XMLHttpRequest") => {
            upload::send(&parts, &body, upload).await
        }
        _ => fetch(&parts, &body).await,
    }
}

#[expect(clippy::future_not_send, reason = "it is wrapped where it is made")]
async fn fetch(parts: &request::Parts, body: &Outgoing) -> Result<Response<Body>, TransportError> {
    let abort = Abort::new()?;
    let init = RequestInit::new();
    init.set_method(parts.method.as_str());
    init.set_headers_headers(&headers::to_js(&parts.headers)?);
    init.set_signal(Some(&abort.signal()));
    init.set_redirect(redirect(parts));
    if let Some(body) = body.as_js() {
        init.set_body(body);
    }
    // Elsewhere there are neither cookies nor a cache, and some runtimes refuse these settings.
    if web::is_page() {
        init.set_credentials(RequestCredentials::Omit);
        init.set_cache(RequestCache::NoStore);
    }
    let request = web_sys::Request::new_with_str_and_init(&parts.uri.to_string(), &init);
    let request = request.map_err(|error| invalid(&error))?;
    let promise = web::call("fetch", &request).and_then(|promise| promise.dyn_into::<Promise>());
    let response = JsFuture::from(promise.map_err(|error| invalid(&error))?).await;
    let response: web_sys::Response = response.map_err(|error| failure(&error))?.unchecked_into();
    if response.type_() == ResponseType::Opaqueredirect {
        return Err(failure::redirected());
    }
    let (status, headers) = (response.status(), headers::from_js(&response.headers())?);
    let body = match response.body() {
        Some(stream) => Body::wrap(Incoming::new(&stream, abort)),
        None => Body::empty(),
    };
    respond(status, headers, body)
}

/// A page cannot see where a redirect leads: the browser follows it, or nobody does. Other runtimes leave it to the engine.
fn redirect(parts: &request::Parts) -> RequestRedirect {
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    if web::is_page() && reads && may_follow(parts) { RequestRedirect::Follow } else { RequestRedirect::Manual }
}

/// Whether a browser that follows redirects keeps all secrets: it takes `Authorization` to no other origin, but any other
/// header.
fn may_follow(parts: &request::Parts) -> bool {
    parts.headers.iter().all(|(name, value)| !value.is_sensitive() || name == http::header::AUTHORIZATION)
}
