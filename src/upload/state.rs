//! The state of an upload, and its result.

use serde::{Deserialize, Serialize};
use typed_endpoint::Client;

use crate::asset::{self, UploadTicket};
use crate::tus::UploadError;
use crate::tus::{self, UploadSource};
use crate::{AssetId, PlaybackId, Secret, Studio, TaskId, Wait};

/// The state of an upload: small, and enough to resume it in another process ([`Uploading::resume`](super::Uploading::resume)).
/// Anyone who has it can write to the upload, but nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    asset: AssetId,
    #[serde(default)]
    playback: Option<PlaybackId>,
    task: TaskId,
    /// The URL for the whole file.
    pub(super) url: Secret,
    pub(super) tus: tus::Checkpoint,
    /// Identifies its encryption; `None` if it is not encrypted.
    #[serde(default)]
    encryption: Option<String>,
}

impl UploadState {
    pub(super) fn new(ticket: UploadTicket, source: &UploadSource, encryption: Option<String>) -> Self {
        Self {
            asset: ticket.asset.id,
            playback: ticket.asset.playback_id,
            task: ticket.task.id,
            url: ticket.url,
            tus: tus::Checkpoint::new(ticket.tus_endpoint, source),
            encryption,
        }
    }

    /// The same upload with a later state of its transfer.
    pub(super) fn at(&self, tus: &tus::Checkpoint) -> Self {
        Self { tus: tus.clone(), ..self.clone() }
    }

    /// Refuses to resume with another encryption.
    pub(super) fn check(&self, encryption: &Option<String>) -> Result<(), UploadError> {
        let how = match (&self.encryption, encryption) {
            (before, now) if before == now => return Ok(()),
            (Some(_), Some(_)) => "it is encrypted with another key: `Encryptor::save` keeps the one it began with",
            (Some(_), None) => "it was encrypted and is not now",
            (None, _) => "it was not encrypted and is now",
        };
        Err(UploadError::changed(how))
    }

    /// The new asset.
    pub fn asset(&self) -> &AssetId {
        &self.asset
    }

    /// The task that will process the file.
    pub fn task(&self) -> &TaskId {
        &self.task
    }

    /// The number of bytes that the server has confirmed.
    pub fn offset(&self) -> u64 {
        self.tus.offset()
    }

    /// The length of the file in bytes, if known.
    pub fn len(&self) -> Option<u64> {
        self.tus.len()
    }

    /// Whether the file is empty.
    pub fn is_empty(&self) -> bool {
        self.tus.is_empty()
    }

    pub(super) fn uploaded(&self) -> Uploaded {
        Uploaded { asset: self.asset.clone(), task: self.task.clone(), playback_id: self.playback.clone() }
    }
}

/// An uploaded file, whose asset is being processed: [`Client::wait`] waits for the asset or the task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Uploaded {
    /// The new asset.
    pub asset: AssetId,
    /// The task that processes the file.
    pub task: TaskId,
    /// Id under which the asset will be played.
    pub playback_id: Option<PlaybackId>,
}

impl Uploaded {
    /// Waits until the asset can be played.
    #[inline]
    pub fn until_ready(&self, client: &Client<Studio>) -> Wait<asset::Get> {
        client.wait(&self.asset)
    }
}
