//! Uploading a file to a new asset: by tus in parts, or by one `PUT` if it is small.

use std::fmt;
use std::future::IntoFuture;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Method;

use crate::asset::{Aborted, RequestUpload, UploadError, UploadProgress};
use crate::endpoints::prelude::*;
use crate::tus::{self, UploadSource};
use crate::{Client, Retry};
pub use future::UploadFuture;
use future::{Latest, Save};
pub use state::{UploadState, Uploaded};
pub use wait::{UploadWait, UploadWaitError};

mod future;
mod state;
mod wait;

/// What the file storage behind Studio takes as one part, in bytes: smaller ones (but for the last) are dropped, and of
/// larger ones the rest.
const PART: u64 = tus::PART_SIZE;

/// How many parts that storage can put together.
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

    /// Content from memory, a reader or a factory of readers. The name of the [`File`] becomes the name of the asset.
    ///
    /// Of a reader, one part (8 MiB) is held in memory at a time. An upload that is [resumed](Uploading::resume) reads it
    /// from the start again.
    pub fn new(file: impl Into<File>) -> Self {
        let file = file.into();
        Self { request: RequestUpload::new(file.file_name().into_owned()), file }
    }

    /// Name, for people.
    #[must_use]
    pub fn name(mut self, name: impl IntoField<String>) -> Self {
        self.request.name = name.into_field();
        self
    }

    /// What else is asked for the asset: any setting of [`RequestUpload`].
    #[must_use]
    pub fn with(mut self, settings: impl FnOnce(RequestUpload) -> RequestUpload) -> Self {
        self.request = settings(self.request);
        self
    }

    /// The file at `plain`, encrypted on its way. The asset must get a playback policy, too.
    ///
    /// To resume such an upload in another process, keep [`Encryptor::save`](crate::encryption::Encryptor::save) beside
    /// its state: it must go on with the same encryption.
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
    /// Makes MP4 files, too, beside the HLS renditions (default: no).
    static_mp4: bool;
    /// Who may play it (default: everyone).
    playback_policy: Nullable<PlaybackPolicy>;
    /// Who made it, in the terms of your application.
    creator_id: CreatorId;
    /// Where else to store it.
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
    /// Small files go out by one `PUT`, others by tus in parts of 8 MiB. Cut connections, and whatever else may pass, are
    /// made good by the client's policy for retries (a more patient one where none was set: [`Uploading::retry`]), counted
    /// anew for each part; the server is asked how much it has before anything is sent again. The API key does not go to
    /// the upload URLs. What is dropped midway can be [resumed](Uploading::resume).
    ///
    /// `Ok` says that the server has all bytes, even if it failed in putting them together:
    /// [`wait`](Uploading::wait) tells what became of them.
    pub fn upload(&self, upload: Upload) -> Uploading {
        Uploading { client: self.clone(), sender: self.clone(), upload, state: None, report: None, save: None }
    }
}

/// An upload that was not begun: `.await` sends it and gives the ids of asset and task; [`wait`](Self::wait) waits for
/// the asset, too. From [`Client::upload`].
#[must_use = "an upload does nothing until it is awaited"]
pub struct Uploading {
    client: Client<Studio>,
    /// The client with the settings for sending the file, which are apart from those for the call before it.
    sender: Client<Studio>,
    upload: Upload,
    state: Option<UploadState>,
    report: Option<Arc<dyn Fn(UploadProgress) + Send + Sync>>,
    save: Option<Save>,
}

impl Uploading {
    /// Is told of the progress, about ten times a second. It is called while sending and must not block.
    pub fn on_progress(mut self, report: impl Fn(UploadProgress) + Send + Sync + 'static) -> Self {
        self.report = Some(Arc::new(report));
        self
    }

    /// Is given the state when the asset is there and after each part, to save it. Nothing is sent before this returns.
    pub fn on_state(mut self, save: impl Fn(&UploadState) + Send + Sync + 'static) -> Self {
        self.save = Some(Arc::new(save));
        self
    }

    /// Goes on with an upload, where the server says that it is. The file must be the one it began with.
    pub fn resume(mut self, state: UploadState) -> Self {
        self.state = Some(state);
        self
    }

    /// When the file, or a part of it, is sent again, in place of the client's setting. Where neither is set, waits of up to
    /// 30 seconds, five minutes of them in all, are made for a server that is away. Attempts and waits are counted anew
    /// whenever the upload has got further. To ask for the upload, before it, is a call like any other.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.sender = self.sender.retry(retry);
        self
    }

    /// How long nothing may be sent or received before a request is given up.
    pub fn timeout(mut self, idle: Duration) -> Self {
        self.sender = self.sender.timeout(idle);
        self
    }

    /// Waits until the asset is ready, too, and gives it. [`on_progress`](Self::on_progress) is told of the upload only;
    /// for that of the processing, await the upload and [`Client::wait`](typed_endpoint::Client::wait) for its asset.
    pub fn wait(self) -> UploadWait {
        UploadWait { upload: self, deadline: None }
    }

    /// Tells the server to forget a [resumed](Self::resume) upload. The asset stays, without its file.
    ///
    /// Of a file that goes out by one `PUT` the server has all or nothing, so it is not told ([`Aborted::Untold`]): if the
    /// file had arrived, the asset is processed. [`asset::Delete`](crate::asset::Delete) removes it.
    ///
    /// # Errors
    /// When the server cannot be told, or does not allow it.
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
    // The server waits for ever for the body of what calls itself JSON, say.
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

/// Studio refuses a second file for an asset: the first one has arrived. Only the answer to `HEAD` cannot say so.
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
