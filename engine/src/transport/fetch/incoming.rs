//! The response, and its body as it arrives.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use http_body::Frame;
use js_sys::futures::JsFuture;
use js_sys::{Reflect, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::abort::Abort;
use super::failure::{failure, no_status};
use crate::body::Body;
use crate::error::TransportError;

pub(super) fn respond(status: u16, headers: HeaderMap, body: Body) -> Result<Response<Body>, TransportError> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).map_err(|_| no_status(status))?;
    *response.headers_mut() = headers;
    Ok(response)
}

/// A stream of JavaScript's. Dropping it closes the connection.
pub(super) struct Incoming(SendWrapper<Reading>);

struct Reading {
    reader: ReadableStreamDefaultReader,
    /// The next piece, on its way.
    next: Option<JsFuture>,
    _abort: Abort,
}

impl Incoming {
    pub(super) fn new(stream: &ReadableStream, abort: Abort) -> Self {
        let reader = stream.get_reader().unchecked_into();
        Self(SendWrapper::new(Reading { reader, next: None, _abort: abort }))
    }
}

impl http_body::Body for Incoming {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let reading = &mut *self.0;
        loop {
            let next = reading.next.get_or_insert_with(|| JsFuture::from(reading.reader.read()));
            let read = ready!(Pin::new(next).poll(cx));
            reading.next = None;
            let piece = match read.and_then(|read| piece(&read)) {
                Ok(Some(piece)) if piece.is_empty() => continue,
                Ok(piece) => piece.map(|piece| Ok(Frame::data(piece))),
                Err(error) => Some(Err(failure(&error))),
            };
            return Poll::Ready(piece);
        }
    }
}

/// What a read gave; `None` at the end.
fn piece(read: &JsValue) -> Result<Option<Bytes>, JsValue> {
    if Reflect::get(read, &"done".into())?.is_truthy() {
        return Ok(None);
    }
    let bytes: Uint8Array = Reflect::get(read, &"value".into())?.dyn_into()?;
    Ok(Some(bytes.to_vec().into()))
}
