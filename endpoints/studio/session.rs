//! Sessions: the periods in which a stream was live, and their recordings.
//!
//! [`GetRecorded`] lists those of one stream, [`List`] those of all.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::session;
//!
//! let recorded = session::GetRecorded::new("STREAM_ID").record(true);
//! for session in client.pages(recorded).items().collect().await? {
//!     println!("{}: {:?}", session.name, session.recording_url);
//! }
//! # Ok(())
//! # }
//! ```

use super::asset::Asset;
use super::stream::Stream;
use crate::endpoints::prelude::*;

operations! {
    endpoint! {
        /// Lists sessions, those seen last first.
        ///
        /// Fields to filter and to order by: `id`, `name`, `createdAt`, `lastSeen`, `sourceSegments`,
        /// `transcodedSegments`, `sourceSegmentsDuration`, `record`, `parentId`, `userId`, `projectId`.
        #[doc(alias = "getAll")]
        pub List: Studio = GET "/session" query {
            /// Only those of this stream.
            parent_id?: StreamId,
            ..page,
        } -> Vec<Session>, paged, id("getSessions")
    }
    endpoint! {
        /// Retrieves a session.
        pub Get: Studio = GET "/session/{id}" (id: SessionId) query {
            /// Also looks for the recording of the original video (default: no), for
            /// [`sourceRecordingUrl`](Session::source_recording_url).
            source_recording?: bool,
        } -> Session, id("getSession")
    }
    endpoint! {
        /// Lists the clips made from a session, those changed last first. They come without URLs.
        pub GetClips: Studio = GET "/session/{id}/clips" (id: SessionId) query { ..page }
            -> Vec<Asset>, paged, id("getSessionClips")
    }
    endpoint! {
        /// Lists the sessions of a stream in which video came in, those seen last first.
        pub GetRecorded: Studio = GET "/stream/{parent_id}/sessions" (parent_id: StreamId) query {
            /// Only those that were recorded (`true`) or only those that were not (default: all).
            record?: bool,
            ..page_start,
        } -> Vec<Session>, paged(Offset), id("getRecordedSessions")
    }
}

model! {
    /// A stretch of time in which a stream was live.
    ///
    /// If it was recorded, the recording becomes an asset that has the session's id: it is ready about 72 seconds after the
    /// stream has ended.
    pub struct Session: Studio {
        /// Id.
        id: SessionId,
        /// Always `session` (or `stream`, for very old ones). Deprecated.
        kind?: String,
        /// The account it belongs to. Deprecated.
        user_id?: UserId,
        /// Human-readable name.
        name: String,
        /// The stream, according to the public specification. The server never sends it: see `parent_id`.
        stream_id?: StreamId,
        /// The stream.
        parent_id?: StreamId,
        /// The whole stream. Only in [`session.list`](List).
        parent_stream?: Box<Stream>,
        /// When video last came in; zero means never.
        last_seen?: Timestamp,
        /// Segments of video that came in.
        source_segments?: u64,
        /// Segments of video that were transcoded, over all renditions.
        transcoded_segments?: u64,
        /// Length of the video that came in.
        source_segments_duration?: Seconds,
        /// Length of the video that was transcoded, over all renditions.
        transcoded_segments_duration?: Seconds,
        /// Bytes that came in.
        source_bytes?: u64,
        /// Bytes that were transcoded, over all renditions.
        transcoded_bytes?: u64,
        /// Bytes that come in per second.
        ingest_rate?: f64,
        /// Bytes that are transcoded per second.
        outgoing_rate?: f64,
        /// Whether the session is live.
        is_active?: bool,
        /// Whether the video comes in well; unknown when the session is over.
        is_healthy?: bool,
        /// Human-readable descriptions of what is wrong with the incoming video.
        issues?: Vec<String>,
        /// When the session began.
        created_at?: Timestamp,
        /// The project it belongs to.
        project_id?: ProjectId,
        /// Whether the session is recorded.
        record?: bool,
        /// Progress of the recording.
        recording_status?: RecordingStatus,
        /// Where the recording is played (HLS), once it is ready.
        recording_url?: Url,
        /// Where the recording is downloaded (MP4), once it is ready.
        mp4_url?: Url,
        /// URL of the recording of the original video (HLS), if requested and available.
        source_recording_url?: Url,
        /// Id to play the stream by.
        playback_id?: PlaybackId,
        /// Renditions besides the source.
        profiles?: Vec<FfmpegProfile>,
        /// How the recording is processed.
        recording_spec?: RecordingSpec,
        /// Whether nobody may send video to the stream.
        suspended?: bool,
        /// How the server stores the session, such as `v2`.
        version?: String,
        /// The asset that the recording becomes, which has the session's id.
        asset_id?: AssetId,
        /// The session's own id, where a stream's form is used.
        session_id?: SessionId,
        /// Where the video comes in, while it does.
        region?: String,
        /// The media server that it comes in at, while it does.
        mist_host?: String,
        /// The storage that the recording is in.
        record_object_store_id?: ObjectStoreId,
        /// When the session was last ended by [`stream.terminate`](super::stream::Terminate).
        last_terminated_at?: Timestamp,
        /// Whether it is deleted.
        deleted?: bool,
    }
}

open_enum! {
    /// Progress of a session's recording.
    pub enum RecordingStatus {
        /// Being made: the session is live, or has just ended.
        Waiting = "waiting",
        /// There.
        Ready = "ready",
        /// It could not be made.
        Failed = "failed",
        /// It is gone.
        Deleted = "deleted",
        /// There was nothing to record.
        None = "none",
    }
}
