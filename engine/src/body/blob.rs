//! Blobs of JavaScript's behind a body: read in slices, or given to the browser unread.

use std::io::{self, Error};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use js_sys::Uint8Array;
use js_sys::futures::JsFuture;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;

use super::file::CHUNK;
use crate::runtime::web;

/// A blob, or a slice of one, which refers to the same content.
#[derive(Clone)]
pub(crate) struct Blob(SendWrapper<web_sys::Blob>);

impl Blob {
    pub(crate) fn new(blob: web_sys::Blob) -> Self {
        Self(SendWrapper::new(blob))
    }

    pub(crate) fn js(&self) -> &web_sys::Blob {
        &self.0
    }

    pub(crate) fn len(&self) -> u64 {
        // A number of bytes, as JavaScript has numbers.
        self.0.size() as u64
    }

    /// At most `len` bytes from `offset` on.
    pub(crate) fn slice(&self, offset: u64, len: u64) -> Self {
        let end = offset.saturating_add(len).min(self.len());
        // It fails for no number.
        self.0.slice_with_f64_and_f64(offset as f64, end as f64).map_or_else(|_| self.clone(), Self::new)
    }

    /// Reads all of it.
    pub(crate) async fn read(&self) -> io::Result<Bytes> {
        SendWrapper::new(JsFuture::from(self.0.array_buffer()))
            .await
            .map_or_else(unreadable, |buffer| Ok(bytes(&buffer)))
    }
}

/// Blobs are equal if they are the same one.
impl PartialEq for Blob {
    fn eq(&self, other: &Self) -> bool {
        let (one, other): (&JsValue, &JsValue) = (self.js().as_ref(), other.js().as_ref());
        one == other
    }
}

fn bytes(buffer: &JsValue) -> Bytes {
    Uint8Array::new(buffer).to_vec().into()
}

fn unreadable<T>(error: JsValue) -> io::Result<T> {
    let text = "a file of the page cannot be read; it may have been changed, moved or deleted since it was chosen";
    Err(Error::other(format!("{text} ({})", web::text_of(&error))))
}

/// A blob being read.
pub(super) struct Reading {
    blob: Blob,
    at: u64,
    next: Option<SendWrapper<JsFuture>>,
}

impl Reading {
    pub(super) fn new(blob: Blob) -> Self {
        Self { blob, at: 0, next: None }
    }

    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.at >= self.blob.len() {
            return Poll::Ready(None);
        }
        let (blob, at) = (&self.blob, self.at);
        let next = self
            .next
            .get_or_insert_with(|| SendWrapper::new(JsFuture::from(blob.slice(at, CHUNK as u64).js().array_buffer())));
        let read = ready!(Pin::new(next).poll(cx));
        self.next = None;
        Poll::Ready(Some(match read {
            Ok(buffer) => {
                let chunk = bytes(&buffer);
                // Without progress it would be read forever.
                self.at = if chunk.is_empty() { u64::MAX } else { self.at + chunk.len() as u64 };
                Ok(chunk)
            }
            Err(error) => {
                self.at = u64::MAX;
                unreadable(error)
            }
        }))
    }
}
