//! Uploads, and waits for the asset.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use typed_endpoint::write_causes;

use super::{Uploaded, Uploading};
use crate::asset::Asset;
use crate::tus::UploadError;
use crate::{BoxFuture, WaitError};

/// An upload and the wait for its asset: `.await` returns the asset when it is ready. Made by [`Uploading::wait`].
#[must_use = "an upload does nothing until it is awaited"]
#[derive(Debug)]
pub struct UploadWait {
    pub(super) upload: Uploading,
    pub(super) deadline: Option<Duration>,
}

impl UploadWait {
    /// Sets how long to wait for the asset once the file has arrived (default: without limit).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

/// Why the asset is not ready. `{:#}` adds the causes.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum UploadWaitError {
    /// The upload failed.
    Upload(#[from] UploadError),
    /// The file was uploaded, but the asset did not become ready.
    #[non_exhaustive]
    Wait {
        /// The asset and its task, to inspect or to wait for again.
        uploaded: Uploaded,
        /// Why the wait ended.
        #[source]
        error: WaitError,
    },
}

/// As text, which a `main` that returns the error prints.
impl fmt::Debug for UploadWaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl fmt::Display for UploadWaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upload(_) => f.write_str("the file was not uploaded"),
            Self::Wait { uploaded, .. } => write!(f, "the asset {} did not become ready", uploaded.asset),
        }?;
        write_causes(self, f)
    }
}

impl From<crate::RequestError> for UploadWaitError {
    fn from(error: crate::RequestError) -> Self {
        Self::Upload(error.into())
    }
}

impl IntoFuture for UploadWait {
    type Output = Result<Asset, UploadWaitError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let client = self.upload.client.clone();
            let uploaded = self.upload.await?;
            let wait = client.wait(&uploaded.asset);
            let wait = match self.deadline {
                Some(deadline) => wait.deadline(deadline),
                None => wait,
            };
            wait.await.map_err(|error| UploadWaitError::Wait { uploaded, error })
        })
    }
}
