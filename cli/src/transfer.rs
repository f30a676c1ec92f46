//! Uploads of files: with their progress, and continued after an interruption.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use livepeer::access_control;
use livepeer::asset::{RequestUpload, Upload, UploadState, Uploaded};
use livepeer::encryption::Encryptor;
use livepeer::tus::{UploadError, fingerprint};
use livepeer::{Client, File, Secret, Studio};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::{profile, stderr};

/// The operation whose settings an upload has.
pub const OPERATION: &str = "asset.request_upload";

/// A file for a new asset.
#[derive(Clone, Debug)]
pub struct Transfer {
    pub path: PathBuf,
    /// The settings of the asset, as the arguments of [`OPERATION`].
    pub settings: Map<String, Value>,
    pub encrypt: bool,
    /// Tells accounts and servers apart.
    pub account: String,
}

/// The saved state of an unfinished upload. Anyone who has it can write to the upload, and decrypt the file.
#[derive(Deserialize, Serialize)]
struct Saved {
    state: UploadState,
    #[serde(default)]
    encryptor: Option<Secret>,
}

/// The state of an upload on the disk.
pub struct Kept(PathBuf);

impl Kept {
    /// The upload is done, and whoever has started it knows.
    pub fn forget(self) {
        // If it stays, the same upload finds out that it is complete.
        let _ = fs::remove_file(&self.0);
    }
}

impl Transfer {
    /// The file, as it is called in messages.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Where the state of the same upload is kept.
    fn kept(&self) -> Result<PathBuf, Failure> {
        let path = fs::canonicalize(&self.path).map_err(|error| {
            Failure::other(format_args!("the file {} cannot be read: {error}", self.path.display()))
        })?;
        let settings = Value::from(self.settings.clone());
        let identity = format!("{}\n{}\n{settings}\n{}", self.account, path.display(), self.encrypt);
        Ok(profile::state_folder()?.join("uploads").join(format!("{}.json", fingerprint(identity.as_bytes()))))
    }

    /// Uploads the file, or the rest of it.
    pub async fn send(&self, client: &Client<Studio>, bar: &ProgressBar) -> Result<(Uploaded, Kept), Failure> {
        let kept = self.kept()?;
        let saved = fs::read(&kept).ok().and_then(|json| serde_json::from_slice::<Saved>(&json).ok());
        let is_resumed = saved.is_some();
        match self.attempt(client, bar, &kept, saved).await {
            Ok(uploaded) => Ok((uploaded, Kept(kept))),
            // What was begun cannot be continued: the file has changed, or the server has given it up.
            Err(UploadError::Changed { .. } | UploadError::Unknown) if is_resumed => {
                let _ = fs::remove_file(&kept);
                say(bar, format_args!("{}: what was begun cannot be continued; it starts again", self.name()));
                Ok((self.attempt(client, bar, &kept, None).await?, Kept(kept)))
            }
            Err(error) => {
                let can_resume = matches!(error, UploadError::Read(_)) || error.is_retryable();
                if !can_resume {
                    let _ = fs::remove_file(&kept);
                }
                Err(error.into())
            }
        }
    }

    async fn attempt(
        &self,
        client: &Client<Studio>,
        bar: &ProgressBar,
        kept: &Path,
        saved: Option<Saved>,
    ) -> Result<Uploaded, UploadError> {
        let encryptor = match (self.encrypt, saved.as_ref().and_then(|saved| saved.encryptor.as_ref())) {
            (false, _) => None,
            (true, Some(saved)) => Some(Encryptor::restore(saved).map_err(changed)?),
            (true, None) => {
                let key = client.call(access_control::PublicKey::new()).await.map_err(livepeer::Error::from)?;
                Some(key.encryptor().map_err(changed)?)
            }
        };
        let upload = match &encryptor {
            Some(encryptor) => Upload::encrypted(encryptor, &self.path),
            None => Upload::new(File::path(&self.path)),
        };
        let settings = Value::from(self.settings.clone());
        let request = serde_json::from_value::<RequestUpload>(settings).map_err(changed)?;
        let upload = upload.with(|own| match own.encryption {
            Some(encryption) => request.encryption(encryption),
            None => request,
        });
        let mut uploading = client.upload(upload);
        if let Some(saved) = saved {
            let (offset, name) = (saved.state.offset(), self.name());
            say(bar, format_args!("{name}: continues after {}", indicatif::HumanBytes(offset)));
            uploading = uploading.resume(saved.state);
        }
        let (drawn, kept, encryptor) = (bar.clone(), kept.to_owned(), encryptor.map(|encryptor| encryptor.save()));
        let has_failed = Arc::new(AtomicBool::new(false));
        let warned = bar.clone();
        uploading
            .on_progress(move |progress| {
                if let Some(total) = progress.total {
                    drawn.set_length(total);
                }
                drawn.set_position(progress.sent);
            })
            .on_state(move |state| {
                let saved = Saved { state: state.clone(), encryptor: encryptor.clone() };
                let written = serde_json::to_vec(&saved).map_err(Failure::other);
                let written = written.and_then(|json| profile::write_private(&kept, &json));
                if let Err(failure) = written
                    && !has_failed.swap(true, Ordering::Relaxed)
                {
                    say(&warned, format_args!("it could not be continued after an interruption: {}", failure.text));
                }
            })
            .await
    }
}

fn changed(error: impl std::fmt::Display) -> UploadError {
    UploadError::Read(std::io::Error::other(error.to_string()))
}

/// Says something between two drawings of a bar.
fn say(bar: &ProgressBar, text: std::fmt::Arguments<'_>) {
    bar.suspend(|| stderr::say(text));
}

/// A bar for the bytes of a file, drawn once it is added to others.
pub fn bar(name: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let style = "{prefix} [{bar:24}] {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar
}
