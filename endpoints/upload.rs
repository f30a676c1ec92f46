//! Uploading a file to a new asset: by tus in parts, or by one `PUT` if it is small.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};

use super::asset::{self, Asset, RequestUpload};
use super::prelude::*;
use crate::attempt::{Attempts, Plain};
use crate::tus::{self, Meter, Progress, Report, Sending, Source, UploadError};
use crate::wait::{Wait, WaitError};
use crate::wire::Payload;
use crate::{BoxFuture, Client, Retry};

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
    /// To resume such an upload in another process, keep [`Encryptor::save`](super::encryption::Encryptor::save) beside
    /// its state: it must go on with the same encryption.
    ///
    /// # Errors
    /// When the length of the file cannot be found out.
    #[cfg(feature = "encrypt")]
    pub fn encrypted(encryptor: &super::encryption::Encryptor, plain: impl Into<PathBuf>) -> std::io::Result<Self> {
        let (plain, own) = (plain.into(), encryptor.clone());
        let len = super::encryption::Encryptor::encrypted_len(std::fs::metadata(&plain)?.len());
        let name = File::path(&plain).file_name().into_owned();
        let behind = plain.clone();
        let open = move || {
            let file = std::fs::File::open(&plain)?;
            Ok(own.reader(tokio::fs::File::from_std(file)))
        };
        let upload = Self::new(File::replayable(open, Some(len)).name(name).of(behind));
        let key = encryptor.encrypted_key().to_owned();
        Ok(upload.with(|request| request.encryption(Encryption::new(key))))
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $ty:ty;)+) => {
        impl Upload {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: impl IntoField<$ty>) -> Self {
                self.request.$name = Some($name.into_field());
                self
            })+
        }
    };
}

setters! {
    /// Makes MP4 files, too, beside the HLS renditions (default: no).
    static_mp4: bool;
    /// Who may play it (default: everyone).
    playback_policy: Option<PlaybackPolicy>;
    /// Who made it, in the terms of your application.
    creator_id: CreatorId;
    /// Where else to store it.
    storage: Storage;
    /// Renditions (default: chosen by the server from the source).
    profiles: Option<Vec<TranscodeProfile>>;
}

/// Where an upload stands: small, and enough to go on with it in another process. Whoever has it can write to the upload,
/// but do nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    asset: AssetId,
    #[serde(default)]
    playback: Option<PlaybackId>,
    task: TaskId,
    /// Where the file goes as a whole.
    url: Secret,
    tus: tus::State,
}

impl UploadState {
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

    fn uploaded(&self) -> Uploaded {
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
    pub fn until_ready(&self, client: &Client<Studio>) -> Wait<asset::Get> {
        client.wait(&self.asset)
    }
}

impl crate::client::Client<Studio> {
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
    pub fn upload(&self, upload: Upload) -> Uploading {
        Uploading {
            client: self.clone(),
            sending: Sending { finished, ..Sending::new(self) },
            upload,
            state: None,
            report: None,
            save: None,
        }
    }
}

/// Studio refuses a second file for an asset: the first one has arrived. Only the answer to `HEAD` cannot say so.
fn finished(method: &Method, status: u16, text: &[u8]) -> bool {
    status == 422
        && match text {
            [] => method == Method::HEAD,
            text => String::from_utf8_lossy(text).contains("already been uploaded"),
        }
}

type Save = Arc<dyn Fn(&UploadState) + Send + Sync>;

/// An upload that was not begun: `.await` sends it and gives the ids of asset and task; [`wait`](Self::wait) waits for
/// the asset, too. From [`Client::upload`].
#[must_use = "an upload does nothing until it is awaited"]
pub struct Uploading {
    client: Client<Studio>,
    sending: Sending,
    upload: Upload,
    state: Option<UploadState>,
    report: Option<Report>,
    save: Option<Save>,
}

#[cfg(feature = "blocking")]
impl crate::blocking::Client<Studio> {
    /// Uploads a file to a new asset.
    pub fn upload(&self, upload: Upload) -> crate::blocking::Blocking<Uploading> {
        self.blocking(|client| client.upload(upload))
    }
}

impl Uploading {
    /// Is told of the progress, about ten times a second. It is called while sending and must not block.
    pub fn on_progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
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
        self.sending.retry = Some(retry);
        self
    }

    /// How long nothing may be sent or received before a request is given up.
    pub fn timeout(mut self, idle: Duration) -> Self {
        self.sending.idle = Some(idle);
        self
    }

    /// Waits until the asset is ready, too, and gives it. [`on_progress`](Self::on_progress) is told of the upload only;
    /// for that of the processing, await the upload and [`Client::wait`] for its asset.
    pub fn wait(self) -> UploadWait {
        UploadWait { upload: self, deadline: None }
    }

    /// Tells the server to forget a [resumed](Self::resume) upload. The asset stays, without its file.
    ///
    /// Of a file that goes out by one `PUT` the server has all or nothing, so there is nothing to tell: without a word, it
    /// is `Ok`. If the file had arrived, the asset is processed. [`asset::Delete`] removes it.
    ///
    /// # Errors
    /// When the server cannot be told, or does not allow it.
    pub async fn abort(self) -> Result<(), UploadError> {
        self.into_future().abort().await
    }
}

impl IntoFuture for Uploading {
    type Output = Result<Uploaded, UploadError>;
    type IntoFuture = UploadFuture;

    fn into_future(self) -> UploadFuture {
        let state = Arc::new(Mutex::new(self.state.clone()));
        let sending = self.sending.clone();
        UploadFuture { state: state.clone(), sending, work: Box::pin(send(self, state)) }
    }
}

/// Sends an upload. Dropping it stops it, without telling the server, so that it can be resumed; [`abort`](Self::abort)
/// tells.
#[must_use = "futures do nothing until they are awaited"]
pub struct UploadFuture {
    state: Arc<Mutex<Option<UploadState>>>,
    sending: Sending,
    work: BoxFuture<'static, Result<Uploaded, UploadError>>,
}

impl UploadFuture {
    /// Where it stands; `None` before the asset is there.
    pub fn state(&self) -> Option<UploadState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops, and tells the server to forget the upload. The asset stays, without its file.
    ///
    /// Of a file that goes out by one `PUT` the server has all or nothing, so there is nothing to tell: the request is
    /// dropped, and that is `Ok`. If the file had arrived before, the asset is processed. [`asset::Delete`] removes it.
    ///
    /// # Errors
    /// When the server cannot be told, or does not allow it.
    pub async fn abort(self) -> Result<(), UploadError> {
        let state = self.state();
        drop(self.work);
        match state {
            Some(state) => self.sending.abort(&state.tus).await,
            None => Ok(()),
        }
    }
}

impl Future for UploadFuture {
    type Output = Result<Uploaded, UploadError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.work.as_mut().poll(cx)
    }
}

async fn send(uploading: Uploading, shared: Arc<Mutex<Option<UploadState>>>) -> Result<Uploaded, UploadError> {
    let Uploading { client, mut sending, upload, state, report, save } = uploading;
    let media_type = upload.file.media_type().to_owned();
    let mut source = Source::open(upload.file).await?;
    // A small reader shows its length only when it is read.
    let first = source.part(0, PART).await?;
    if source.len() == Some(0) {
        return Err(UploadError::Read(std::io::Error::other("there is nothing in it")));
    }
    drop(first);
    let state = match state {
        Some(state) => state,
        None => {
            let ticket = client.call(upload.request).await.map_err(crate::Error::from)?;
            UploadState {
                asset: ticket.asset.id,
                playback: ticket.asset.playback_id,
                task: ticket.task.id,
                url: ticket.url,
                tus: tus::State::new(ticket.tus_endpoint, &source),
            }
        }
    };
    let uploaded = state.uploaded();
    let kept = state.clone();
    let save = move |tus: &tus::State| {
        let state = UploadState { tus: tus.clone(), ..kept.clone() };
        if let Some(save) = &save {
            save(&state);
        }
        *shared.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    };
    save(&state.tus);
    sending.part_size = part_size(source.len());
    if source.len().is_some_and(|len| len <= PART) && state.tus.url().is_none() {
        put(&sending, source, &state, &media_type, report).await?;
    } else {
        tus::run(&sending, source, state.tus, true, report, &save).await?;
    }
    Ok(uploaded)
}

fn part_size(len: Option<u64>) -> u64 {
    len.map_or(PART, |len| len.div_ceil(PARTS).max(PART))
}

static PUT: Plain = Plain { what: "upload (sending the file)", method: Method::PUT, own: false };

/// Sends the whole file at once. Repeating it does no harm: the server refuses a second one.
async fn put(
    sending: &Sending,
    mut source: Source,
    state: &UploadState,
    media_type: &str,
    report: Option<Report>,
) -> Result<(), UploadError> {
    source.resume(state.tus.stamp())?;
    let meter = report.map(|report| Meter::new(report, source.len()));
    // The server waits for ever for the body of what calls itself JSON, say.
    let media_type = if media_type.starts_with("video/") { media_type } else { "application/octet-stream" };
    let media_type = HeaderValue::from_str(media_type);
    let media_type = media_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut attempts = Attempts::new(None);
    loop {
        if let Some(meter) = &meter {
            meter.confirmed(0, source.len());
        }
        let part = source.part(0, PART).await?;
        let headers = [(CONTENT_TYPE, media_type.clone())];
        let job = sending.job(&PUT, state.url.expose(), headers, Payload::Body(part.body))?;
        let mut job = job.observed(meter.as_ref().map(Meter::observer));
        match attempts.once(&mut job).await {
            Ok(_) => break,
            Err(fault) if fault.status().is_some_and(|status| finished(&PUT.method, status, fault.text())) => break,
            Err(fault) => {
                source.check().await?;
                attempts.again(&job, fault, true).await.map_err(tus::call)?;
            }
        }
    }
    if let Some(meter) = meter {
        meter.confirmed(source.len().unwrap_or_default(), source.len());
    }
    Ok(())
}

/// An upload, and the wait for its asset: `.await` gives the asset when it is ready. From [`Uploading::wait`].
#[must_use = "an upload does nothing until it is awaited"]
#[derive(Debug)]
pub struct UploadWait {
    upload: Uploading,
    deadline: Option<Duration>,
}

impl UploadWait {
    /// How long to wait for the asset, once the file has arrived (default: for ever).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

/// Why there is no asset that is ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadWaitError {
    /// The file did not arrive.
    #[error(transparent)]
    Upload(#[from] UploadError),
    /// The file arrived, but the asset did not get ready.
    #[error("asset {}: {error}", .uploaded.asset)]
    #[non_exhaustive]
    Wait {
        /// What to look at, or to wait for again.
        uploaded: Uploaded,
        /// Why it was not waited for any longer.
        error: WaitError,
    },
}

impl From<crate::RequestError> for UploadWaitError {
    fn from(error: crate::RequestError) -> Self {
        Self::Upload(error.into())
    }
}

impl IntoFuture for UploadWait {
    type Output = Result<Asset, UploadWaitError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

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

impl fmt::Debug for Uploading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploading").field("upload", &self.upload).field("state", &self.state).finish_non_exhaustive()
    }
}

impl fmt::Debug for UploadFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFuture").field("state", &self.state()).finish_non_exhaustive()
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
