//! The same calls by hand, as a competent user would write them on reqwest and serde: derived types with the same
//! fields as the library's, but without its kindness to what servers really send, and dropping what they do not know.

#![allow(dead_code, reason = "what is read from a response counts, not what is done with it")]

use std::collections::BTreeMap;
use std::path::Path;

use meter::Error;
use reqwest::{Client, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What the server says when a call fails.
#[derive(Debug, Deserialize)]
pub struct ApiError {
    pub errors: Vec<String>,
}

/// The client: what a call needs besides its arguments.
#[derive(Clone)]
pub struct Studio {
    http: Client,
    base: String,
    key: String,
}

impl Studio {
    pub fn new(base: &str, key: &str) -> Self {
        Self::with(Client::new(), base, key)
    }

    pub fn with(http: Client, base: &str, key: &str) -> Self {
        Self { http, base: base.into(), key: key.into() }
    }

    pub async fn asset(&self, id: &str) -> Result<Asset, Error> {
        let request = self.http.get(format!("{}/asset/{id}", self.base)).bearer_auth(&self.key);
        Ok(checked(request.send().await?).await?.json().await?)
    }

    pub async fn assets(&self, limit: u64, cursor: &str) -> Result<Vec<Asset>, Error> {
        let url = format!("{}/asset?limit={limit}&cursor={cursor}", self.base);
        Ok(checked(self.http.get(url).bearer_auth(&self.key).send().await?).await?.json().await?)
    }

    pub async fn create_stream(&self, new: &NewStream<'_>) -> Result<Stream, Error> {
        let request = self.http.post(format!("{}/stream", self.base)).bearer_auth(&self.key).json(new);
        Ok(checked(request.send().await?).await?.json().await?)
    }

    /// Sends a file as it is.
    pub async fn put(&self, path: &Path) -> Result<(), Error> {
        let (body, len) = file(path).await?;
        let request = self.http.put(format!("{}/put", self.base)).header(http::header::CONTENT_LENGTH, len);
        checked(request.body(body).send().await?).await?;
        Ok(())
    }

    /// Sends a file as a multipart form.
    pub async fn upload(&self, path: &Path) -> Result<(), Error> {
        let (body, len) = file(path).await?;
        let part =
            reqwest::multipart::Part::stream_with_length(body, len).file_name("large.mp4").mime_str("video/mp4")?;
        let form = reqwest::multipart::Form::new().text("name", "large").part("file", part);
        let request = self.http.post(format!("{}/upload", self.base)).bearer_auth(&self.key).multipart(form);
        checked(request.send().await?).await?;
        Ok(())
    }
}

/// A file as a body that reads it 256 KiB at a time, and its length.
async fn file(path: &Path) -> Result<(reqwest::Body, u64), Error> {
    let mut file = tokio::fs::File::open(path).await?;
    file.set_max_buf_size(256 * 1024);
    let len = file.metadata().await?.len();
    let reader = tokio_util::io::ReaderStream::with_capacity(file, 256 * 1024);
    Ok((reqwest::Body::wrap_stream(reader), len))
}

/// Says what the server said when it did not do what it was asked.
async fn checked(response: Response) -> Result<Response, Error> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    Err(match response.json::<ApiError>().await {
        Ok(error) => format!("{status}: {}", error.errors.join("; ")).into(),
        Err(_) => status.to_string().into(),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewStream<'a> {
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator_id: Option<&'a str>,
}

macro_rules! objects {
    ($($name:ident { $($(#[$meta:meta])* $field:ident: $ty:ty,)* })*) => {$(
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $($(#[$meta])* pub $field: $ty,)*
        }
    )*};
}

macro_rules! choices {
    ($($name:ident { $($variant:ident = $text:literal,)* })*) => {$(
        #[derive(Debug, Deserialize)]
        pub enum $name {
            $(#[serde(rename = $text)] $variant,)*
            #[serde(other)]
            Unknown,
        }
    )*};
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum CreatorId {
    Typed {
        #[serde(rename = "type")]
        kind: String,
        value: String,
    },
    Plain(String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum UserTag {
    Text(String),
    Number(f64),
    List(Vec<UserTag>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Mobile {
    Flag(bool),
    Number(u8),
}

choices! {
    Phase {
        Uploading = "uploading", Waiting = "waiting", Processing = "processing", Ready = "ready", Failed = "failed",
        Deleting = "deleting", Deleted = "deleted",
    }
    MediaType { Video = "video", Audio = "audio", }
    SourceType { Url = "url", Recording = "recording", DirectUpload = "directUpload", Clip = "clip", }
    StoragePhase {
        Waiting = "waiting", Processing = "processing", Ready = "ready", Failed = "failed", Reverted = "reverted",
    }
    H264Profile {
        Baseline = "H264Baseline", Main = "H264Main", High = "H264High", ConstrainedHigh = "H264ConstrainedHigh",
    }
    Encoder { H264 = "H.264", Hevc = "HEVC", Vp8 = "VP8", Vp9 = "VP9", }
    PlaybackPolicyType { Public = "public", Jwt = "jwt", Webhook = "webhook", }
    NftMetadataTemplate { File = "file", Player = "player", }
}

objects! {
    Asset {
        id: String,
        #[serde(rename = "type")]
        kind: Option<MediaType>,
        playback_id: Option<String>,
        user_id: Option<String>,
        static_mp4: Option<bool>,
        playback_url: Option<String>,
        download_url: Option<String>,
        playback_policy: Option<PlaybackPolicy>,
        source: AssetSource,
        creator_id: Option<CreatorId>,
        profiles: Option<Vec<TranscodeProfile>>,
        storage: Option<AssetStorage>,
        status: Option<AssetStatus>,
        name: String,
        project_id: Option<String>,
        created_at: Option<f64>,
        created_by_token_name: Option<String>,
        size: Option<f64>,
        hash: Option<Vec<AssetHash>>,
        video_spec: Option<VideoSpec>,
        deleted: Option<bool>,
        deleted_at: Option<f64>,
    }

    PlaybackPolicy {
        #[serde(rename = "type")]
        kind: PlaybackPolicyType,
        webhook_id: Option<String>,
        webhook_context: Option<Map<String, Value>>,
        refresh_interval: Option<f64>,
        allowed_origins: Option<Vec<String>>,
    }

    AssetSource {
        #[serde(rename = "type")]
        kind: SourceType,
        url: Option<String>,
        gateway_url: Option<String>,
        encryption: Option<Encryption>,
        session_id: Option<String>,
        source_id: Option<String>,
        playback_id: Option<String>,
        requester_id: Option<String>,
        asset_id: Option<String>,
    }

    Encryption {
        encrypted_key: Option<String>,
        key: Option<String>,
    }

    TranscodeProfile {
        bitrate: u64,
        name: Option<String>,
        width: Option<u64>,
        height: Option<u64>,
        fps: Option<u64>,
        fps_den: Option<u64>,
        quality: Option<u32>,
        gop: Option<String>,
        profile: Option<H264Profile>,
        encoder: Option<Encoder>,
    }

    AssetStatus {
        phase: Phase,
        updated_at: f64,
        progress: Option<f64>,
        error_message: Option<String>,
    }

    AssetHash {
        hash: Option<String>,
        algorithm: Option<String>,
    }

    VideoSpec {
        format: Option<String>,
        duration: Option<f64>,
        bitrate: Option<f64>,
        tracks: Option<Vec<Track>>,
    }

    Track {
        #[serde(rename = "type")]
        kind: MediaType,
        codec: String,
        start_time: Option<f64>,
        duration: Option<f64>,
        bitrate: Option<f64>,
        width: Option<f64>,
        height: Option<f64>,
        pixel_format: Option<String>,
        fps: Option<f64>,
        channels: Option<f64>,
        sample_rate: Option<f64>,
        bit_depth: Option<f64>,
    }

    AssetStorage {
        ipfs: Option<AssetIpfs>,
        status: Option<StorageStatus>,
    }

    AssetIpfs {
        spec: Option<IpfsSpec>,
        cid: Option<String>,
        url: Option<String>,
        gateway_url: Option<String>,
        nft_metadata: Option<IpfsFileInfo>,
        updated_at: Option<f64>,
    }

    IpfsSpec {
        nft_metadata_template: Option<NftMetadataTemplate>,
        nft_metadata: Option<Map<String, Value>>,
    }

    IpfsFileInfo {
        cid: String,
        url: Option<String>,
        gateway_url: Option<String>,
    }

    StorageStatus {
        phase: StoragePhase,
        progress: Option<f64>,
        error_message: Option<String>,
        tasks: StorageTasks,
    }

    StorageTasks {
        pending: Option<String>,
        last: Option<String>,
        failed: Option<String>,
    }

    Stream {
        id: String,
        name: String,
        kind: Option<String>,
        creator_id: Option<CreatorId>,
        user_tags: Option<BTreeMap<String, UserTag>>,
        last_seen: Option<f64>,
        source_segments: Option<f64>,
        transcoded_segments: Option<f64>,
        source_segments_duration: Option<f64>,
        transcoded_segments_duration: Option<f64>,
        source_bytes: Option<f64>,
        transcoded_bytes: Option<f64>,
        ingest_rate: Option<f64>,
        outgoing_rate: Option<f64>,
        is_active: Option<bool>,
        is_healthy: Option<bool>,
        issues: Option<Vec<String>>,
        created_by_token_name: Option<String>,
        created_at: Option<f64>,
        parent_id: Option<String>,
        session_id: Option<String>,
        stream_key: Option<String>,
        pull: Option<Pull>,
        playback_id: Option<String>,
        playback_policy: Option<PlaybackPolicy>,
        profiles: Option<Vec<FfmpegProfile>>,
        project_id: Option<String>,
        record: Option<bool>,
        recording_spec: Option<RecordingSpec>,
        multistream: Option<Multistream>,
        suspended: Option<bool>,
        last_terminated_at: Option<f64>,
        user_id: Option<String>,
        renditions: Option<Map<String, Value>>,
    }

    FfmpegProfile {
        name: String,
        width: u64,
        height: u64,
        bitrate: u64,
        fps: u64,
        fps_den: Option<u64>,
        quality: Option<u32>,
        gop: Option<String>,
        profile: Option<H264Profile>,
        encoder: Option<Encoder>,
    }

    RecordingSpec {
        profiles: Option<Vec<TranscodeProfile>>,
    }

    Multistream {
        targets: Option<Vec<TargetRef>>,
    }

    TargetRef {
        profile: String,
        video_only: Option<bool>,
        id: Option<String>,
        spec: Option<TargetSpec>,
    }

    TargetSpec {
        url: String,
        name: Option<String>,
    }

    Pull {
        source: String,
        headers: Option<BTreeMap<String, String>>,
        is_mobile: Option<Mobile>,
        location: Option<Location>,
    }

    Location {
        lat: f64,
        lon: f64,
    }
}
