//! Where an upload stands, to be kept and resumed from.

use serde::{Deserialize, Serialize};

use super::source::UploadSource;
use super::stamp::Stamp;
use crate::secret::Secret;

/// Where an upload stands: small, and enough to go on with it in another process ([`Upload::resume`](super::Upload::resume)). Whoever has it
/// can write to the upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub(crate) endpoint: Secret,
    #[serde(default)]
    pub(crate) url: Option<Secret>,
    #[serde(default)]
    pub(crate) offset: u64,
    /// Whether the server still has to be told the length.
    #[serde(default)]
    pub(super) deferred: bool,
    #[serde(default, rename = "content")]
    pub(super) stamp: Stamp,
    /// The uploads side by side that it is sent by, as long as they are not put together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<Partial>,
}

/// One of several uploads side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Partial {
    /// How many bytes of the content it is.
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
    /// The state of an upload that nothing was sent of.
    pub fn new(endpoint: impl Into<Secret>, source: &UploadSource) -> Self {
        let stamp = source.stamp().clone();
        Self { endpoint: endpoint.into(), url: None, offset: 0, deferred: false, stamp, parts: Vec::new() }
    }

    /// The state of an upload that is somewhere already, of which only its URL is known.
    pub(super) fn given(url: Secret, source: &UploadSource) -> Self {
        Self { url: Some(url.clone()), ..Self::new(url, source) }
    }

    /// Whether it was created by somebody else: there is no endpoint to create another one at.
    pub(super) fn is_given(&self) -> bool {
        self.url.as_ref() == Some(&self.endpoint)
    }

    /// The URLs of all that was created.
    pub(super) fn urls(&self) -> impl Iterator<Item = &Secret> {
        self.url.iter().chain(self.parts.iter().filter_map(|part| part.url.as_ref()))
    }

    /// Notes how far one of its parts is.
    pub(super) fn note(&mut self, part: usize, now: &Self) {
        if let Some(part) = self.parts.get_mut(part) {
            (part.url, part.offset) = (now.url.clone(), now.offset);
        }
        self.offset = self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.offset));
    }

    /// How many bytes the server has confirmed.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes there are, if that is known.
    pub fn len(&self) -> Option<u64> {
        self.stamp.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The endpoint that creates the upload; its own URL, where it was [given](super::Upload::at).
    pub fn endpoint(&self) -> &Secret {
        &self.endpoint
    }

    /// Where the upload is, once the server has created it; for one that is sent [in
    /// parallel](super::Upload::parallel), once it has put the parts together.
    pub fn url(&self) -> Option<&Secret> {
        self.url.as_ref()
    }
}
