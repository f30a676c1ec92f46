//! The body of a request, as JavaScript takes it.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;

use crate::body::{Body, WebPart};
use crate::error::{BoxError, TransportError, TransportErrorKind};
use crate::runtime::web;

/// A body that JavaScript holds: bytes, or a blob that the browser reads while it sends it. Streams cannot be sent by most
/// browsers.
pub(super) struct Outgoing(Option<JsValue>);

impl Outgoing {
    pub(super) async fn new(body: Body) -> Result<Self, BoxError> {
        if body.is_empty() {
            return Ok(Self(None));
        }
        let Some(parts) = body.web_parts() else {
            let bytes = body.bytes(usize::MAX).await?;
            return Ok(Self(Some(Uint8Array::from(&*bytes).into())));
        };
        let mut parts: Vec<JsValue> = parts
            .into_iter()
            .map(|part| match part {
                WebPart::Bytes(bytes) => Uint8Array::from(&**bytes).into(),
                WebPart::Blob(blob) => blob.js().clone().into(),
            })
            .collect();
        if parts.len() == 1 {
            return Ok(Self(parts.pop()));
        }
        // A form with files: none of them is read.
        let parts: Array = parts.into_iter().collect();
        let blob = web_sys::Blob::new_with_blob_sequence(&parts);
        let blob = blob.map_err(|error| TransportError::new(TransportErrorKind::Body, web::text_of(&error)))?;
        Ok(Self(Some(blob.into())))
    }

    pub(super) fn as_js(&self) -> Option<&JsValue> {
        self.0.as_ref()
    }
}
