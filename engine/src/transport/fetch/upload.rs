//! What is uploaded: by `XMLHttpRequest`, because `fetch` says nothing before the response. Without progress, a slow upload and
//! one that stands still look the same.

use bytes::Bytes;
use http::{Response, request};
use js_sys::futures::JsFuture;
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ProgressEvent, XmlHttpRequest, XmlHttpRequestResponseType, XmlHttpRequestUpload};

use super::failure::{invalid, unexplained};
use super::headers;
use super::incoming::respond;
use super::outgoing::Outgoing;
use crate::body::Body;
use crate::error::TransportError;
use crate::timeout::Upload;

#[expect(clippy::future_not_send, reason = "it is wrapped where it is made")]
pub(super) async fn send(
    parts: &request::Parts,
    body: &Outgoing,
    upload: &Upload,
) -> Result<Response<Body>, TransportError> {
    let exchange = Exchange::begin(parts, body, upload).map_err(|error| invalid(&error))?;
    // It is never rejected.
    let _ = JsFuture::from(exchange.ended.clone()).await;
    let xhr = &exchange.xhr;
    let status = xhr.status().unwrap_or_default();
    if status == 0 {
        return Err(unexplained());
    }
    let headers = headers::from_lines(&xhr.get_all_response_headers().unwrap_or_default());
    let buffer = xhr.response().unwrap_or_default().dyn_into::<ArrayBuffer>();
    let body = buffer.map_or_else(|_| Bytes::new(), |buffer| Uint8Array::new(&buffer).to_vec().into());
    respond(status, headers, body.into())
}

/// A request being sent. Dropping it aborts the request.
struct Exchange {
    xhr: XmlHttpRequest,
    upload: XmlHttpRequestUpload,
    ended: Promise,
    _progress: Closure<dyn FnMut(ProgressEvent)>,
}

impl Exchange {
    fn begin(parts: &request::Parts, body: &Outgoing, upload: &Upload) -> Result<Self, JsValue> {
        let xhr = XmlHttpRequest::new()?;
        let events = xhr.upload()?;
        xhr.open(parts.method.as_str(), &parts.uri.to_string())?;
        xhr.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
        for (name, value) in headers::sent(&parts.headers) {
            xhr.set_request_header(name.as_str(), &value)?;
        }
        let watched = upload.clone();
        let mut before = 0;
        let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            // A count of bytes, as JavaScript has numbers.
            let now = event.loaded() as u64;
            watched.taken(now.saturating_sub(before));
            before = now;
        });
        events.set_onprogress(Some(progress.as_ref().unchecked_ref()));
        let ended = Promise::new(&mut |resolve, _| xhr.set_onloadend(Some(resolve.unchecked_ref())));
        let exchange = Self { xhr, upload: events, ended, _progress: progress };
        match body.as_js().map(JsCast::dyn_ref::<web_sys::Blob>) {
            Some(Some(blob)) => exchange.xhr.send_with_opt_blob(Some(blob))?,
            Some(None) => exchange.xhr.send_with_opt_buffer_source(body.as_js().map(JsCast::unchecked_ref))?,
            None => exchange.xhr.send()?,
        }
        Ok(exchange)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.upload.set_onprogress(None);
        self.xhr.set_onloadend(None);
        // One that has ended stays as it is.
        let _ = self.xhr.abort();
    }
}
