//! Assets: video and audio files on demand, from upload to export.

use super::task::Task;
use crate::endpoints::prelude::*;

fields! {
    /// What [`asset.request_upload`](RequestUpload) and [`asset.upload_url`](UploadUrl) take alike.
    settings {
        /// Makes MP4 files, too, in addition to the HLS renditions (default: no).
        static_mp4?: bool,
        /// Who may play it (default: everyone). An encrypted file must have one.
        playback_policy?: Nullable<PlaybackPolicy>,
        /// Id of its creator in your application.
        creator_id?: CreatorId,
        /// Where else to store it.
        storage?: Storage,
        /// How the file is encrypted (default: it is not).
        encryption?: Encryption,
        /// Signs the output with a C2PA manifest of where it comes from (default: no).
        c2pa?: bool,
        /// Renditions (default, and for `None`: chosen by the server from the source). An empty list is refused.
        profiles?: Nullable<Vec<TranscodeProfile>>,
    }
}

operations! {
    endpoint! {
        /// Lists assets, the last updated first.
        ///
        /// Fields to filter and to order by: `id`, `name`, `createdAt`, `updatedAt`, `creatorId`, `playbackId`,
        /// `projectId`, `phase`, `cid`, `nftMetadataCid`, `sourceType`, `sourceUrl`, `sourceSessionId`,
        /// `sourceAssetId`, `sourcePlaybackId`.
        #[doc(alias = "getAll")]
        pub List: Studio = GET "/asset" query {
            /// Only assets in this phase.
            phase?: Phase,
            /// Only the asset with this playback id.
            playback_id?: PlaybackId,
            /// Only assets made from this URL. The server decodes percent escapes in it once too often: to find a URL
            /// that has some, filter by `sourceUrl`.
            source_url?: Url,
            /// Only assets that were exported to IPFS as this CID, or made from it.
            cid?: String,
            /// Includes the tracks of each file in `video_spec`. Any value does, `false` too: leave it unset not to.
            details?: bool,
            ..page,
        } -> Vec<Asset>, paged, id("getAssets")
    }
    endpoint! {
        /// Retrieves an asset.
        pub Get: Studio = GET "/asset/{id}" (id: AssetId) query {
            /// Includes the tracks of the file in `video_spec`. Any value does, `false` too: leave it unset not to.
            details?: bool,
        } -> Asset, id("getAsset")
    }
    // Each request with `storage` may start an export of its own.
    endpoint! {
        /// Changes an asset, which must be ready (422 otherwise).
        pub Update: Studio = PATCH "/asset/{id}" (id: AssetId) json {
            /// Human-readable name.
            name?: String,
            /// Id of its creator in your application.
            creator_id?: CreatorId,
            /// Who may play it; `None` lets everyone. A public asset cannot be made private, nor the reverse.
            playback_policy?: Nullable<PlaybackPolicy>,
            /// Additional storage. A file on IPFS cannot be removed.
            storage?: Storage,
        } -> Asset, id("updateAsset"), retryable_if(Update::exports_nothing)
    }
    endpoint! {
        /// Deletes an asset.
        ///
        /// A second time is refused (400). For a week it can be brought back by [`asset.restore`](Restore).
        pub Delete: Studio = DELETE "/asset/{id}" (id: AssetId) -> (), id("deleteAsset")
    }
    // Not retryable: each request makes an asset.
    endpoint! {
        /// Creates an asset and gives the URLs to upload its file to.
        ///
        /// The file goes to one of them, and the asset is processed when all of it has arrived.
        #[doc(alias = "create")]
        pub RequestUpload: Studio = POST "/asset/request-upload" json {
            /// Human-readable name.
            name: String,
            ..settings,
            /// Length of the segments of the output. The server takes this and does nothing with it: only
            /// [`asset.upload_url`](UploadUrl) has it done.
            target_segment_size_secs?: Seconds,
        } -> UploadTicket, id("requestUpload")
    }
    // For 15 minutes the same URL gives the asset that was made first: a repetition is harmless.
    endpoint! {
        /// Creates an asset from a file that the server fetches from a URL.
        ///
        /// The same URL again within 15 minutes gives the asset of the first time (200, not 201).
        #[doc(alias = "createViaUrl")]
        pub UploadUrl: Studio = POST "/asset/upload/url" json {
            /// Human-readable name.
            name: String,
            /// Where the file is: `http`, `https`, `ipfs` or `ar` (Arweave).
            url: Url [starts_with = "https://" | "http://" | "ipfs://" | "ar://"],
            ..settings,
            /// Length of the segments of the output.
            target_segment_size_secs?: Seconds,
        } -> UrlUpload, retryable, id("uploadAsset"), status(201), or_status(200)
    }
    // Not retryable: each request starts an export.
    endpoint! {
        /// Exports an asset, which must be ready (412 otherwise), to a URL or to IPFS.
        ///
        /// Not in the public specification.
        pub Export: Studio = POST "/asset/{id}/export" (id: AssetId) json(params: ExportParams) -> Exported, status(201)
    }
    // Not retryable: once the asset is processed again it has not failed any more, so a repetition is an error (400).
    endpoint! {
        /// Processes an asset again, which must have failed (400 otherwise).
        ///
        /// Not in the public specification.
        pub Retry: Studio = POST "/asset/{id}/retry" (id: AssetId) -> ()
    }
    // Not retryable: once the asset is restored, a repetition is an error (400).
    endpoint! {
        /// Brings back an asset deleted less than a week ago.
        ///
        /// Refused (400) if it is not deleted, or gone for good. Not in the public specification.
        pub Restore: Studio = POST "/asset/{id}/restore" (id: AssetId) -> ()
    }
    endpoint! {
        /// Lists the clips made from an asset, the last updated first.
        ///
        /// They come without `playback_url` and `download_url`: ask for the playback info of their playback ids. Not in
        /// the public specification.
        pub GetClips: Studio = GET "/asset/{id}/clips" (id: AssetId) query { ..page } -> Vec<Asset>, paged
    }
}

open_enum! {
    /// Where an asset is in its life: uploading → waiting → processing → ready or failed, → deleting → deleted.
    pub enum Phase {
        /// Its file is not there yet.
        Uploading = "uploading",
        /// Its file waits to be processed.
        Waiting = "waiting",
        /// Its file is being processed.
        Processing = "processing",
        /// It can be played.
        Ready = "ready",
        /// It could not be processed.
        Failed = "failed",
        /// It is deleted, but can still be restored.
        Deleting = "deleting",
        /// It is deleted for good.
        Deleted = "deleted",
    }
}

impl Phase {
    /// Whether the asset stays in this phase unless somebody asks for something else.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Ready | Self::Failed | Self::Deleting | Self::Deleted)
    }
}

open_enum! {
    /// Kind of an asset, and of a track.
    pub enum MediaType {
        /// Pictures, mostly with sound.
        Video = "video",
        /// Sound only.
        Audio = "audio",
    }

    /// Where an asset came from.
    pub enum SourceType {
        /// The server fetched it from a URL.
        Url = "url",
        /// It is the recording of a session.
        Recording = "recording",
        /// It was uploaded.
        DirectUpload = "directUpload",
        /// It was clipped from a stream, a session or another asset.
        Clip = "clip",
    }

    /// Progress of an object's export to other storage.
    pub enum StoragePhase {
        /// It waits.
        Waiting = "waiting",
        /// It is being done.
        Processing = "processing",
        /// It is done.
        Ready = "ready",
        /// It has failed.
        Failed = "failed",
        /// It was undone.
        Reverted = "reverted",
    }
}

impl Update {
    fn exports_nothing(&self) -> bool {
        self.storage.is_none()
    }
}

model! {
    /// A video or audio file on demand.
    pub struct Asset: Studio {
        /// Id.
        id: AssetId,
        /// Video or audio.
        kind as "type"?: MediaType,
        /// Id under which it is played.
        playback_id?: PlaybackId,
        /// Account that it belongs to. Deprecated by the API.
        user_id?: UserId,
        /// Whether MP4 files were asked for. The server never returns it.
        static_mp4?: bool,
        /// HLS playlist. Its form may change: rather ask for the playback info of `playback_id`.
        playback_url?: Url,
        /// File to download, once it is ready.
        download_url?: Url,
        /// Who may play it; none: everyone.
        playback_policy?: PlaybackPolicy,
        /// Where it came from.
        source: AssetSource,
        /// Id of its creator in your application.
        creator_id?: CreatorId,
        /// The renditions that were asked for; none: the server chose.
        profiles?: Vec<TranscodeProfile>,
        /// Where else it is stored.
        storage?: AssetStorage,
        /// Where it is in its life.
        status?: AssetStatus,
        /// Human-readable name.
        name: String,
        /// Project that it belongs to.
        project_id?: ProjectId,
        /// When it was created.
        created_at?: Timestamp,
        /// Name of the API key that created it.
        created_by_token_name?: String,
        /// Size of the file in bytes.
        size?: u64,
        /// Hashes of the file.
        hash?: Vec<AssetHash>,
        /// What is in the file.
        video_spec?: VideoSpec,
        /// Whether it is deleted.
        deleted?: bool,
        /// When it was deleted.
        deleted_at?: Timestamp,
        /// The storage that it is in.
        object_store_id?: ObjectStoreId,
    }

    /// Where an asset came from. Which of the fields there are depends on the kind.
    pub struct AssetSource: Studio {
        /// Kind of the source.
        kind as "type": SourceType,
        /// URL: where the server fetched it, in the storage's own form (`ipfs://…`, `ar://…`) if it has one.
        url?: Url,
        /// URL: the gateway that was given, if `url` has another form.
        gateway_url?: Url,
        /// URL, upload: how the file was encrypted. The key is not shown.
        encryption?: Encryption,
        /// Recording, clip: the session.
        session_id?: SessionId,
        /// Clip: id of the stream or asset that it was clipped from.
        source_id?: String,
        /// Clip: playback id that it was clipped from.
        playback_id?: PlaybackId,
        /// Clip: who asked for it, as an opaque hash.
        requester_id?: String,
        /// Clip: the asset that it was clipped from.
        asset_id?: AssetId,
    }

    /// Where an asset is in its life.
    pub struct AssetStatus: Studio {
        /// The phase.
        phase: Phase,
        /// When that last changed.
        updated_at: Timestamp,
        /// How much is done, 0 to 1; only while processing.
        progress?: f64,
        /// Why it failed.
        error_message?: String,
    }

    /// A hash of a file.
    pub struct AssetHash: Studio {
        /// The hash, in hexadecimal.
        hash?: String,
        /// How it was computed, such as `sha256`.
        algorithm?: String,
    }

    /// What is in a media file.
    pub struct VideoSpec: Studio {
        /// Container format, such as `mp4`.
        format?: String,
        /// Length.
        duration?: Seconds,
        /// Bits per second.
        bitrate?: f64,
        /// The tracks; only where details were asked for.
        tracks?: Vec<Track>,
    }

    /// A track of a media file.
    pub struct Track: Studio {
        /// Video or audio.
        kind as "type": MediaType,
        /// Codec, such as `h264` or `aac`.
        codec: String,
        /// Where it starts, from the beginning of the file.
        start_time?: Seconds,
        /// Length.
        duration?: Seconds,
        /// Bits per second.
        bitrate?: f64,
        /// Video: width in pixels.
        width?: u64,
        /// Video: height in pixels.
        height?: u64,
        /// Video: pixel format, such as `yuv420p`.
        pixel_format?: String,
        /// Video: frames per second.
        fps?: f64,
        /// Audio: number of channels.
        channels?: u64,
        /// Audio: samples per second.
        sample_rate?: u64,
        /// Audio: bits per sample.
        bit_depth?: u64,
    }

    /// Where else an asset is stored.
    pub struct AssetStorage: Studio {
        /// On IPFS.
        ipfs?: Box<AssetIpfs>,
        /// Progress of its export.
        status?: StorageStatus,
    }

    /// An asset on IPFS.
    pub struct AssetIpfs: Studio {
        /// What was asked for; none: nothing.
        spec?: IpfsSpec,
        /// CID of the file.
        cid?: String,
        /// The file as an `ipfs://` URL.
        url?: Url,
        /// The file at an IPFS gateway, by HTTP.
        gateway_url?: Url,
        /// The metadata of its NFT.
        nft_metadata?: IpfsFileInfo,
        /// When it was last exported.
        updated_at?: Timestamp,
    }

    /// A file on IPFS.
    pub struct IpfsFileInfo: Studio {
        /// CID.
        cid: String,
        /// The file as an `ipfs://` URL.
        url?: Url,
        /// The file at an IPFS gateway, by HTTP.
        gateway_url?: Url,
    }

    /// Progress of an object's export to other storage.
    pub struct StorageStatus: Studio {
        /// The phase.
        phase: StoragePhase,
        /// How much is done, 0 to 1.
        progress?: f64,
        /// Why it failed.
        error_message?: String,
        /// The tasks behind it.
        tasks: StorageTasks,
    }

    /// The tasks that export an object.
    pub struct StorageTasks: Studio {
        /// The one under way.
        pending?: TaskId,
        /// The last one that succeeded, of which the stored data is.
        last?: TaskId,
        /// The last one that failed.
        failed?: TaskId,
    }

    /// Where to upload the file of a new asset.
    ///
    /// Either URL lets whoever knows it upload that file: this is all they may do, so it can be handed to a browser.
    /// Both carry a token of their own; never send the API key there.
    pub struct UploadTicket: Studio {
        /// Takes the whole file as the body of one `PUT`.
        url: Secret,
        /// Takes the file in parts by the tus protocol, and resumes where a broken upload stopped.
        tus_endpoint: Secret,
        /// The new asset.
        asset: Asset,
        /// The task that will process the file.
        task: TaskRef,
    }

    /// An asset that the server fetches from a URL.
    pub struct UrlUpload: Studio {
        /// The new asset.
        asset: Asset,
        /// The task that fetches and processes the file.
        task: TaskRef,
    }

    /// An export that has begun.
    pub struct Exported: Studio {
        /// The task that does it.
        task: Task,
    }
}

impl IntoField<ExportParams> for CustomExport {
    fn into_field(self) -> ExportParams {
        self.into()
    }
}

impl IntoField<ExportParams> for IpfsExport {
    fn into_field(self) -> ExportParams {
        self.into()
    }
}
