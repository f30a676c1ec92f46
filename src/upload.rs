//! Uploads a file to a new asset: by tus in parts, or by one `PUT` if it is small.

use std::fmt;
use std::future::IntoFuture;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Method;

use crate::asset::RequestUpload;
use crate::endpoints::prelude::*;
use crate::tus::{self, UploadSource};
use crate::tus::{Aborted, UploadError, UploadProgress};
use crate::{Client, Retry};
pub use future::UploadFuture;
use future::{Latest, Save};
pub use state::{UploadState, Uploaded};
pub use wait::{UploadWait, UploadWaitError};

mod future;
mod state;
mod wait;

/// The part size of the file storage behind Studio, in bytes: it drops smaller parts (except the last), and the excess of
/// larger ones.
const PART: u64 = tus::PART_SIZE;

/// The most parts that this storage can concatenate.
const PARTS: u64 = 10_000;

/// A file for a new asset: [`Client::upload`] uploads it. The setters are those of [`RequestUpload`].
#[derive(Clone, Debug)]
pub struct Upload {
    request: RequestUpload,
    file: File,
}

impl Upload {
    /// The file at a path. Its name becomes the name of the asset.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::new(File::path(path))
    }

    /// Content from memory, a reader or a function that makes readers. The name of the [`File`] becomes the name of the
    /// asset.
    ///
    /// Of a reader, one part (8 MiB) is held in memory at a time. A [resumed](Uploading::resume) upload reads it from the
    /// start again.
    pub fn new(file: impl Into<File>) -> Self {
        let file = file.into();
        Self { request: RequestUpload::new(file.file_name().into_owned()), file }
    }

    /// Human-readable name.
    #[must_use]
    pub fn name(mut self, name: impl IntoField<String>) -> Self {
        self.request.name = name.into_field();
        self
    }

    /// Changes any setting of the [`RequestUpload`] that creates the asset.
    #[must_use]
    pub fn with(mut self, settings: impl FnOnce(RequestUpload) -> RequestUpload) -> Self {
        self.request = settings(self.request);
        self
    }

    /// The file at `plain`, encrypted while it is sent. The asset also needs a playback policy.
    ///
    /// To resume such an upload in another process, keep the result of
    /// [`Encryptor::save`](crate::encryption::Encryptor::save) with its state: it must continue with the same encryption.
    #[cfg(feature = "encrypt")]
    pub fn encrypted(encryptor: &crate::encryption::Encryptor, plain: impl Into<PathBuf>) -> Self {
        let own = encryptor.clone();
        let encrypted_len = crate::encryption::Encryptor::encrypted_len;
        let upload = Self::new(File::through(plain.into(), encrypted_len, move |file| own.reader(file)));
        let key = encryptor.encrypted_key().to_owned();
        upload.with(|request| request.encryption(Encryption::new(key)))
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $ty:ty;)+) => {
        impl Upload {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: impl IntoField<$ty>) -> Self {
                self.request = self.request.$name($name.into_field());
                self
            })+
        }
    };
}

setters! {
    /// Makes MP4 files in addition to the HLS renditions (default: no).
    static_mp4: bool;
    /// Who may play it (default: everyone).
    playback_policy: Nullable<PlaybackPolicy>;
    /// Creator id in your system.
    creator_id: CreatorId;
    /// Additional storage, such as IPFS.
    storage: Storage;
    /// Renditions (default: chosen by the server from the source).
    profiles: Nullable<Vec<TranscodeProfile>>;
}

impl Client<Studio> {
    /// Uploads a file to a new asset.
    ///
    /// ```no_run
    /// # async fn example(client: livepeer::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use livepeer::asset::Upload;
    ///
    /// let upload = Upload::file("holiday.mp4").name("Holiday").static_mp4(true);
    /// let asset = client.upload(upload).on_progress(|progress| println!("{progress}")).wait().await?;
    /// println!("{:?} is ready", asset.playback_id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Small files are sent by one `PUT`, larger ones by tus in parts of 8 MiB. Cut connections and other transient failures
    /// are retried by the client's policy (by a more patient one if none was set: [`Uploading::retry`]), counted again for
    /// each part. Before anything is sent again, the upload asks the server for its offset. The API key is not sent to the
    /// upload URLs. An upload that is dropped can be [resumed](Uploading::resume).
    ///
    /// `Ok` means that the server has all bytes, not that it has processed them: [`wait`](Uploading::wait) waits for that.
    ///
    /// # Errors
    /// [`UploadError`], from awaiting it: the file cannot be read, or a request failed for good.
    pub fn upload(&self, upload: Upload) -> Uploading {
        Uploading { client: self.clone(), sender: self.clone(), upload, state: None, report: None, save: None }
    }
}

impl Client<Studio> {
    /// Uploads a file to an asset that was created elsewhere: to the `tus_endpoint` that [`RequestUpload`] returned. Needs no key,
    /// so it is for web pages and other programs that must not have one. Otherwise like
    /// [`Client::tus`](typed_endpoint::Client::tus), whose result it returns.
    ///
    /// ```no_run
    /// # async fn example(endpoint: String) -> Result<(), livepeer::tus::UploadError> {
    /// use livepeer::{Client, File};
    ///
    /// let upload = Client::new().upload_to(endpoint, File::path("holiday.mp4"));
    /// upload.on_progress(|progress| println!("{progress}")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_to(&self, tus_endpoint: impl Into<Secret>, file: impl Into<File>) -> tus::Upload {
        self.tus(tus_endpoint, file).part_size(PART).complete_if(complete)
    }
}

/// An upload that has not started: `.await` sends it and returns the ids of asset and task; [`wait`](Self::wait) also waits
/// for the asset. Made by [`Client::upload`].
#[must_use = "an upload does nothing until it is awaited"]
pub struct Uploading {
    client: Client<Studio>,
    /// The client with the settings for sending the file; the call before it uses `client`.
    sender: Client<Studio>,
    upload: Upload,
    state: Option<UploadState>,
    report: Option<Arc<dyn Fn(UploadProgress) + Send + Sync>>,
    save: Option<Save>,
}

impl Uploading {
    /// Sets the progress callback, called about ten times a second. It is called while sending and must not block.
    pub fn on_progress(mut self, report: impl Fn(UploadProgress) + Send + Sync + 'static) -> Self {
        self.report = Some(Arc::new(report));
        self
    }

    /// Sets the callback that saves the state, called when the asset is created and after each part. Nothing is sent before
    /// it returns.
    pub fn on_state(mut self, save: impl Fn(&UploadState) + Send + Sync + 'static) -> Self {
        self.save = Some(Arc::new(save));
        self
    }

    /// Resumes an upload at the offset that the server reports. The file must be the one it began with.
    pub fn resume(mut self, state: UploadState) -> Self {
        self.state = Some(state);
        self
    }

    /// Sets the retry policy for sending the file or a part of it, in place of the client's. If neither is set, the upload
    /// backs off by up to 30 seconds per retry and five minutes in total while the server is unavailable. Progress resets the
    /// count of attempts and the time. The call that requests the upload keeps the client's policy.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.sender = self.sender.retry(retry);
        self
    }

    /// Sets how long a request may make no progress before it is given up (default: the client's).
    pub fn timeout(mut self, idle: Duration) -> Self {
        self.sender = self.sender.timeout(idle);
        self
    }

    /// Also waits until the asset is ready, and returns it. [`on_progress`](Self::on_progress) reports the upload only; for
    /// the progress of the processing, await the upload and then [`Client::wait`](typed_endpoint::Client::wait) for its
    /// asset.
    pub fn wait(self) -> UploadWait {
        UploadWait { upload: self, deadline: None }
    }

    /// Deletes a [resumed](Self::resume) upload from the server. The asset stays, without its file.
    ///
    /// Of a file that is sent by one `PUT` the server has all or nothing, so no request is sent ([`Aborted::NothingToDelete`]): if
    /// the file had arrived, the asset is processed. [`asset::Delete`](crate::asset::Delete) removes it.
    ///
    /// # Errors
    /// When the server cannot be reached or does not allow it.
    pub async fn abort(self) -> Result<Aborted, UploadError> {
        self.into_future().abort().await
    }
}

impl IntoFuture for Uploading {
    type Output = Result<Uploaded, UploadError>;
    type IntoFuture = UploadFuture;

    #[inline]
    fn into_future(mut self) -> UploadFuture {
        let latest = Latest::new(self.state.clone(), self.save.take());
        UploadFuture::new(self.sender.clone(), latest.clone(), send(self, latest))
    }
}

impl fmt::Debug for Uploading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploading").field("upload", &self.upload).field("state", &self.state).finish_non_exhaustive()
    }
}

async fn send(uploading: Uploading, latest: Latest) -> Result<Uploaded, UploadError> {
    let Uploading { client, sender, upload, state, report, .. } = uploading;
    let encryption = upload.request.encryption.as_ref();
    let encryption = encryption.map(|encryption| tus::fingerprint(encryption.encrypted_key.expose().as_bytes()));
    state.as_ref().map_or(Ok(()), |state| state.check(&encryption))?;
    let media_type = upload.file.media_type().to_owned();
    let mut source = UploadSource::open(upload.file).await?;
    // A small reader shows its length only when it is read.
    source.load(PART).await?;
    if source.is_empty() {
        return Err(UploadError::Read(std::io::Error::other("there is nothing in it")));
    }
    let state = match state {
        Some(state) => state,
        None => {
            let ticket = client.call(upload.request).await.map_err(crate::Error::from)?;
            UploadState::new(ticket, &source, encryption)
        }
    };
    latest.set(state.clone());
    // With another type, such as JSON, the server waits forever for the body.
    let media_type = if media_type.starts_with("video/") { &media_type } else { "application/octet-stream" };
    let part_size = part_size(source.len());
    let (url, tus) = (state.url.clone(), state.tus.clone());
    let saved = state.clone();
    let mut sending = tus::Upload::new(&sender, state.tus.endpoint().clone(), source)
        .resume(tus)
        .part_size(part_size)
        .or_put(url, media_type)
        .complete_if(complete)
        .on_state(move |tus| latest.set(saved.at(tus)));
    if let Some(report) = report {
        sending = sending.on_progress(move |progress| report(progress));
    }
    sending.await?;
    Ok(state.uploaded())
}

fn part_size(len: Option<u64>) -> u64 {
    len.map_or(PART, |len| len.div_ceil(PARTS).max(PART))
}

/// Studio refuses a second file for an asset: the first one has arrived. Only the response to `HEAD` has no text to say so.
fn complete(method: &Method, status: u16, text: &[u8]) -> bool {
    status == 422
        && match text {
            [] => method == Method::HEAD,
            text => String::from_utf8_lossy(text).contains("already been uploaded"),
        }
}

#[cfg(test)]
mod tests {
    use super::part_size;

    #[test]
    fn parts_grow_only_when_there_would_be_too_many() {
        const MIB: u64 = 1024 * 1024;
        assert_eq!(part_size(None), 8 * MIB);
        assert_eq!(part_size(Some(80_000 * MIB)), 8 * MIB);
        assert_eq!(part_size(Some(80_000 * MIB + 1)), 8 * MIB + 1);
        assert_eq!(part_size(Some(100_000 * MIB)), 10 * MIB);
    }
}
