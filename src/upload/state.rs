//! Where an upload stands, and what it comes to.

use serde::{Deserialize, Serialize};
use typed_endpoint::Client;

use crate::asset::{self, UploadError, UploadTicket};
use crate::tus::{self, UploadSource};
use crate::{AssetId, PlaybackId, Secret, Studio, TaskId, Wait};

/// Where an upload stands: small, and enough to go on with it in another process. Whoever has it can write to the upload,
/// but do nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    asset: AssetId,
    #[serde(default)]
    playback: Option<PlaybackId>,
    task: TaskId,
    /// Where the file goes as a whole.
    pub(super) url: Secret,
    pub(super) tus: tus::Checkpoint,
    /// What tells its encryption from another; `None`: it is not encrypted.
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

    /// The same upload, further on.
    pub(super) fn at(&self, tus: &tus::Checkpoint) -> Self {
        Self { tus: tus.clone(), ..self.clone() }
    }

    /// Refuses to go on with another encryption.
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

    /// How many bytes the server has confirmed.
    pub fn offset(&self) -> u64 {
        self.tus.offset()
    }

    /// How many bytes there are, if that is known.
    pub fn len(&self) -> Option<u64> {
        self.tus.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tus.is_empty()
    }

    pub(super) fn uploaded(&self) -> Uploaded {
        Uploaded { asset: self.asset.clone(), task: self.task.clone(), playback_id: self.playback.clone() }
    }
}

/// A file that has arrived. The asset is processed now: [`Client::wait`] waits for either.
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
