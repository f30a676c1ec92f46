//! Tasks: the work that Studio does in the background for uploads, exports, clips and transcodes.
//!
//! Operations that start such work return the task. [`Client::wait`](typed_endpoint::Client::wait) polls it until it is
//! done.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::{task, task::Phase};
//!
//! let mut tasks = client.pages(task::List::new()).items();
//! while let Some(task) = tasks.next().await {
//!     if let Some(status) = task?.status.filter(|status| status.phase == Phase::Failed) {
//!         println!("{:?}", status.error_message);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use super::asset::{AssetHash, AssetSource, AssetStatus, AssetStorage, MediaType, VideoSpec};
use crate::endpoints::prelude::*;

operations! {
    endpoint! {
        /// Lists tasks, the last updated first.
        ///
        /// Fields to filter and to order by: `id`, `name`, `createdAt`, `updatedAt`, `type`, `inputAssetId`,
        /// `outputAssetId`, `projectId`.
        #[doc(alias = "getAll")]
        pub List: Studio = GET "/task" query { ..page } -> Vec<Task>, paged, id("getTasks")
    }
    endpoint! {
        /// Retrieves a task.
        pub Get: Studio = GET "/task/{id}" (id: TaskId) -> Task, id("getTask")
    }
    // Not retryable: once the task runs again it has not failed any more, so a repetition is an error (400).
    endpoint! {
        /// Runs a task again, which must have failed or been cancelled (400 otherwise).
        ///
        /// Not in the public specification.
        pub Retry: Studio = POST "/task/{id}/retry" (id: TaskId) -> TaskRef
    }
}

open_enum! {
    /// Where a task is in its life: pending → waiting → running → completed, failed or cancelled.
    ///
    /// The server repeats a failed task up to twice by itself. It is `waiting` again until then, with the error message
    /// of the first attempt: only the phase says whether a task has failed.
    pub enum Phase {
        /// It waits for something else, such as the end of an upload.
        Pending = "pending",
        /// It waits to be run.
        Waiting = "waiting",
        /// It is being run.
        Running = "running",
        /// It has failed.
        Failed = "failed",
        /// It is done.
        Completed = "completed",
        /// It was called off.
        Cancelled = "cancelled",
    }
}

impl Phase {
    /// Whether the task stays in this phase unless somebody asks for a retry.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

open_enum! {
    /// What a task does.
    pub enum TaskType {
        /// Processes a new asset.
        Upload = "upload",
        /// Exports an asset.
        Export = "export",
        /// Exports data that is no asset.
        ExportData = "export-data",
        /// Transcodes a file from one storage to another.
        TranscodeFile = "transcode-file",
        /// Makes a clip.
        Clip = "clip",
    }

    /// Which machinery processes a file. For the operators of Studio only.
    pub enum PipelineStrategy {
        /// Catalyst.
        Catalyst = "catalyst",
        /// Catalyst, by FFmpeg.
        CatalystFfmpeg = "catalyst_ffmpeg",
        /// Catalyst, with an external service in the background.
        BackgroundExternal = "background_external",
        /// Catalyst, with Mist in the background.
        BackgroundMist = "background_mist",
        /// Catalyst, and an external service if it fails.
        FallbackExternal = "fallback_external",
        /// An external service.
        External = "external",
    }
}

model! {
    /// Work that Studio does in the background.
    pub struct Task: Studio {
        /// Id.
        id?: TaskId,
        /// What it does.
        kind as "type"?: TaskType,
        /// Account that it belongs to.
        user_id?: UserId,
        /// When it was created.
        created_at?: Timestamp,
        /// When it could begin, such as after an upload.
        scheduled_at?: Timestamp,
        /// The asset that it reads.
        input_asset_id?: AssetId,
        /// The asset that it makes.
        output_asset_id?: AssetId,
        /// Project that it belongs to.
        project_id?: ProjectId,
        /// Who asked for it, as an opaque hash.
        requester_id?: String,
        /// What was asked for.
        params?: TaskParams,
        /// Where it is in its life.
        status?: TaskStatus,
        /// What it has made.
        output?: TaskOutput,
    }

    /// Where a task is in its life.
    pub struct TaskStatus: Studio {
        /// The phase.
        phase: Phase,
        /// When that last changed.
        updated_at: Timestamp,
        /// How much is done, 0 to 1; only while running.
        progress?: f64,
        /// Why it failed. May be of an earlier attempt: see [`Phase`].
        error_message?: String,
        /// How often it was repeated.
        retries?: u32,
        /// What it is doing just now.
        step?: String,
    }

    /// What was asked of a task: the field of its [`TaskType`] is set.
    pub struct TaskParams: Studio {
        /// Of a task that processes a new asset.
        upload?: UploadParams,
        /// Of a task that exports an asset.
        export?: ExportParams,
        /// Of a task that exports data.
        export_data?: ExportDataParams,
        /// Of a task that transcodes a file.
        transcode_file as "transcode-file"?: TranscodeFileParams,
        /// Of a task that makes a clip.
        clip?: ClipParams,
    }

    /// What was asked of a task that processes a new asset.
    pub struct UploadParams: Studio {
        /// Where the file is.
        url?: Url,
        /// How the file was encrypted. The key is not shown.
        encryption?: Encryption,
        /// Whether the output is signed with a C2PA manifest.
        c2pa?: bool,
        /// Renditions; none: the server chose.
        profiles?: Vec<TranscodeProfile>,
        /// Length of the segments of the output.
        target_segment_size_secs?: Seconds,
        /// Whether thumbnails are made.
        thumbnails?: bool,
    }

    /// What was asked of a task that exports data.
    pub struct ExportDataParams: Studio {
        /// The data, of any form.
        content: Map<String, Value>,
        /// How it goes to IPFS.
        ipfs?: IpfsExport,
        /// Media type of the data.
        kind as "type"?: String,
        /// Id of the data.
        id?: String,
    }

    /// What was asked of a task that transcodes a file.
    pub struct TranscodeFileParams: Studio {
        /// The file.
        input?: TranscodeLocation,
        /// Where the output goes.
        storage?: TranscodeLocation,
        /// What to make.
        outputs?: TranscodeOutputs,
        /// Renditions; none: the server chose.
        profiles?: Vec<TranscodeProfile>,
        /// Length of the segments of the output.
        target_segment_size_secs?: Seconds,
        /// Id of its creator in your application.
        creator_id?: CreatorId,
        /// Whether the output is signed with a C2PA manifest.
        c2pa?: bool,
    }

    /// A file or a storage, for a transcode.
    pub struct TranscodeLocation: Studio {
        /// Its URL. That of an object store (`s3+https://key:secret@host/bucket`) can hold credentials, which is why it
        /// is a secret.
        url?: Secret,
    }

    /// What a transcode makes.
    pub struct TranscodeOutputs: Studio {
        /// HLS.
        hls?: TranscodeOutput,
        /// MP4 files.
        mp4?: TranscodeOutput,
        /// Fragmented MP4 files.
        fmp4?: TranscodeOutput,
    }

    /// One format that a transcode makes.
    pub struct TranscodeOutput: Studio {
        /// Where in the storage it goes.
        path?: String,
    }

    /// What was asked of a task that makes a clip.
    pub struct ClipParams: Studio {
        /// What it is clipped from.
        url?: Url,
        /// What part of it.
        clip_strategy?: ClipStrategy,
        /// Which machinery does it.
        catalyst_pipeline_strategy?: PipelineStrategy,
        /// The session that it is clipped from.
        session_id?: SessionId,
        /// Id of the stream or asset that it is clipped from.
        input_id?: String,
        /// The storage that it is clipped from.
        source_object_store_id?: ObjectStoreId,
    }

    /// What part of something is clipped.
    pub struct ClipStrategy: Studio {
        /// Where it begins.
        start_time?: Timestamp,
        /// Where it ends.
        end_time?: Timestamp,
        /// Playback id of what is clipped.
        playback_id?: PlaybackId,
    }

    /// What a task has made: the field of its [`TaskType`] is set.
    pub struct TaskOutput: Studio {
        /// By a task that processes a new asset.
        upload?: UploadOutput,
        /// By a task that exports an asset.
        export?: ExportOutput,
        /// By a task that exports data.
        export_data?: ExportDataOutput,
        /// By a task that makes a clip.
        clip?: UploadOutput,
    }

    /// What a task has made of a new asset.
    pub struct UploadOutput: Studio {
        /// Where the file is.
        video_file_path?: String,
        /// Where the description of the file is.
        metadata_file_path?: String,
        /// What the file is.
        asset_spec?: Box<AssetSpec>,
    }

    /// An asset as far as its task knows it. The server sends what was measured of the file (type, size, hashes, tracks); that the rest may
    /// be there, too, is said by the specification alone. [`asset.get`](super::asset::Get) returns all of it.
    pub struct AssetSpec: Studio {
        /// Id.
        id?: AssetId,
        /// Video or audio.
        kind as "type"?: MediaType,
        /// Id under which it is played.
        playback_id?: PlaybackId,
        /// Account that it belongs to. Deprecated by the API.
        user_id?: UserId,
        /// Whether MP4 files were asked for.
        static_mp4?: bool,
        /// HLS playlist.
        playback_url?: Url,
        /// File to download.
        download_url?: Url,
        /// Who may play it.
        playback_policy?: PlaybackPolicy,
        /// Where it came from.
        source?: AssetSource,
        /// Id of its creator in your application.
        creator_id?: CreatorId,
        /// The renditions that were asked for.
        profiles?: Vec<TranscodeProfile>,
        /// Where else it is stored.
        storage?: AssetStorage,
        /// Where it is in its life.
        status?: AssetStatus,
        /// Human-readable name.
        name?: String,
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
    }

    /// What exporting an asset has made.
    pub struct ExportOutput: Studio {
        /// On IPFS.
        ipfs?: IpfsExportOutput,
    }

    /// What exporting an asset to IPFS has made.
    pub struct IpfsExportOutput: Studio {
        /// CID of the file.
        video_file_cid: String,
        /// The file as an `ipfs://` URL.
        video_file_url?: Url,
        /// The file at an IPFS gateway, by HTTP.
        video_file_gateway_url?: Url,
        /// CID of the metadata of its NFT.
        nft_metadata_cid?: String,
        /// That metadata as an `ipfs://` URL.
        nft_metadata_url?: Url,
        /// That metadata at an IPFS gateway, by HTTP.
        nft_metadata_gateway_url?: Url,
    }

    /// What exporting data has made.
    pub struct ExportDataOutput: Studio {
        /// On IPFS.
        ipfs?: ExportedData,
    }

    /// Data on IPFS.
    pub struct ExportedData: Studio {
        /// CID.
        cid: String,
    }
}
