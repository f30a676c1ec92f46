//! The state of an upload, to save and to resume from.

use serde::{Deserialize, Serialize};

use super::source::UploadSource;
use super::stamp::Stamp;
use crate::secret::Secret;

/// The state of an upload: small, and enough to resume it in another process ([`Upload::resume`](super::Upload::resume)).
/// Anyone who has it can write to the upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub(crate) endpoint: Secret,
    #[serde(default)]
    pub(crate) url: Option<Secret>,
    #[serde(default)]
    pub(crate) offset: u64,
    /// Whether the length was not sent to the server yet.
    #[serde(default)]
    pub(super) deferred: bool,
    #[serde(default, rename = "content")]
    pub(super) stamp: Stamp,
    /// The parallel uploads that it consists of, until they are concatenated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<Partial>,
}

/// One of several parallel uploads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Partial {
    /// Its share of the content, in bytes.
    pub(super) len: u64,
    #[serde(default)]
    pub(super) url: Option<Secret>,
    #[serde(default)]
    pub(super) offset: u64,
}

impl Partial {
    pub(super) fn new(len: u64) -> Self {
        Self { len, url: None, offset: 0 }
    }
}

impl Checkpoint {
    /// The state of an upload before its first request.
    pub fn new(endpoint: impl Into<Secret>, source: &UploadSource) -> Self {
        let stamp = source.stamp().clone();
        Self { endpoint: endpoint.into(), url: None, offset: 0, deferred: false, stamp, parts: Vec::new() }
    }

    /// The state of an existing upload of which only the URL is known.
    pub(super) fn given(url: Secret, source: &UploadSource) -> Self {
        Self { url: Some(url.clone()), ..Self::new(url, source) }
    }

    /// Whether it was created elsewhere: there is no endpoint to create another one at.
    pub(super) fn is_given(&self) -> bool {
        self.url.as_ref() == Some(&self.endpoint)
    }

    /// The URLs of all that was created.
    pub(super) fn urls(&self) -> impl Iterator<Item = &Secret> {
        self.url.iter().chain(self.parts.iter().filter_map(|part| part.url.as_ref()))
    }

    /// Records the progress of one of its parts.
    pub(super) fn note(&mut self, part: usize, now: &Self) {
        if let Some(part) = self.parts.get_mut(part) {
            (part.url, part.offset) = (now.url.clone(), now.offset);
        }
        self.offset = self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.offset));
    }

    /// The number of bytes that the server has confirmed.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The length of the content in bytes, if known.
    pub fn len(&self) -> Option<u64> {
        self.stamp.len
    }

    /// Whether the content is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The endpoint that creates the upload, or the upload's own URL if it was set by [`Upload::at`](super::Upload::at).
    pub fn endpoint(&self) -> &Secret {
        &self.endpoint
    }

    /// The URL of the upload, once the server has created it; of a [parallel](super::Upload::parallel) one, once the server
    /// has concatenated the parts.
    pub fn url(&self) -> Option<&Secret> {
        self.url.as_ref()
    }
}
