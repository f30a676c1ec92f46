//! Live streams: where video is received, how it is transcoded and recorded, who may watch.
//!
//! A stream is created once and can go live any number of times: each time is a [`session`](super::session). Whoever has
//! its stream key can send video; viewers need its playback id.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::stream;
//!
//! let stream = client.call(stream::Create::new("my stream").record(true)).await?;
//! println!("send video to {}", stream.rtmp_url());
//! # Ok(())
//! # }
//! ```

use super::asset::Asset;
use super::multistream;
use super::session::Session;
use crate::endpoints::prelude::*;

fields! {
    /// What [`stream.create`](Create) and [`stream.upsert_pull`](UpsertPull) take alike.
    settings {
        /// Id of the stream's creator in your application.
        creator_id?: CreatorId,
        /// Who may watch (default: everyone).
        playback_policy?: Nullable<PlaybackPolicy>,
        /// Renditions to transcode into (default: 240p, 360p, 480p and 720p), each at least 128 pixels wide and with a
        /// name of its own other than `source`. The source is kept in any case; an empty list keeps it alone.
        profiles?: Nullable<Vec<FfmpegProfile>>,
        /// Records every session of the stream (default: no).
        record?: bool,
        /// How recordings are processed. Only together with `record(true)`.
        recording_spec?: RecordingSpec,
        /// Other services to send the video on to.
        multistream?: Multistream,
        /// Your own labels: at most 2048 characters, written as JSON.
        user_tags?: UserTags,
    }
}

operations! {
    endpoint! {
        /// Creates a live stream.
        ///
        /// Send video to its [RTMP URL](Stream::rtmp_url) or its [WHIP URL](Stream::whip_url); with a server other than the
        /// production one, to those that [`ingest.list`](super::ingest::List) returns.
        pub Create: Studio = POST "/stream" json {
            /// Human-readable name.
            name: String,
            /// Makes Livepeer fetch the video from elsewhere, instead of waiting to be sent it.
            pull?: Pull,
            ..settings,
        } -> Stream, id("createStream"), status(201), or_status(200)
    }
    endpoint! {
        /// Lists streams, those seen last first.
        ///
        /// Fields to filter and to order by: `id`, `name`, `createdAt`, `lastSeen`, `sourceSegments`,
        /// `transcodedSegments`, `sourceSegmentsDuration`, `playbackId`, `isActive`, `isHealthy`, `record`, `parentId`,
        /// `creatorId`, `userId`, `projectId`, `pull.source`.
        #[doc(alias = "getAll")]
        pub List: Studio = GET "/stream" query {
            /// Leaves out the sessions of streams, which the server stores as streams too (default: no).
            streams_only as "streamsonly"?: bool,
            /// Leaves out all but those sessions (default: no).
            sessions_only as "sessionsonly"?: bool,
            /// Leaves out what is not live now (default: no).
            active?: bool,
            ..page,
        } -> Vec<Stream>, paged, id("getStreams")
    }
    endpoint! {
        /// Retrieves a stream.
        pub Get: Studio = GET "/stream/{id}" (id: StreamId) -> Stream, id("getStream")
    }
    // A target given by its `spec` is created again at every attempt.
    endpoint! {
        /// Changes a stream. What is not set stays as it is.
        pub Update: Studio = PATCH "/stream/{id}" (id: StreamId) json {
            /// Human-readable name.
            name?: String,
            /// Id of the stream's creator in your application.
            creator_id?: CreatorId,
            /// Who may watch. The server takes `null`, but without changing anything; send the kind
            /// [`public`](PlaybackPolicy::public) to lift a restriction.
            playback_policy?: Nullable<PlaybackPolicy>,
            /// Renditions to transcode into. Not while the stream is live.
            profiles?: Nullable<Vec<FfmpegProfile>>,
            /// Records every session of the stream. Not while the stream is live.
            record?: bool,
            /// How recordings are processed. Only if the stream is recorded.
            recording_spec?: RecordingSpec,
            /// Other services to send the video on to, in place of those so far.
            multistream?: Multistream,
            /// Ends a live session and refuses new ones until this is undone.
            suspended?: bool,
            /// Your own labels, in place of those so far: at most 2048 characters, written as JSON.
            user_tags?: UserTags,
        } -> (), id("updateStream"), retryable_if(Update::creates_no_target)
    }
    endpoint! {
        /// Deletes a stream, and ends its session if it is live.
        ///
        /// Deleting it again fails with 404. So may a first call that is retried: when the media servers cannot be reached,
        /// the server responds with 500 although the stream is deleted.
        pub Delete: Studio = DELETE "/stream/{id}" (id: StreamId) -> (), id("deleteStream")
    }
    // Not retryable, unlike other deletions: the server notes the time before it does anything else and refuses a repeat
    // within five seconds, so that a repeat could only mask why the first attempt failed.
    endpoint! {
        /// Ends the live session of a stream and its recording. The streamer may start again at once.
        ///
        /// Refused with 429 within 5 seconds of the last time, without `Retry-After`, also when that failed: if the media
        /// servers cannot be reached (500), the session continues. To keep the streamer out, set [`suspended`](Update::suspended).
        pub Terminate: Studio = DELETE "/stream/{id}/terminate" (id: StreamId) -> (),
            id("terminateStream"), retryable(false)
    }
    endpoint! {
        /// Starts to fetch the video of a stream that has a [`Pull`] source, and to record it if the stream says so.
        ///
        /// The server responds when the video plays, or with 500 after up to two minutes. Pull sources need a permission
        /// (see [`Pull`]).
        pub StartPull: Studio = POST "/stream/{id}/start-pull" (id: StreamId) -> (), id("startPullStream"), timeout(150)
    }
    endpoint! {
        /// Makes an asset from a part of a live stream or of its recording.
        ///
        /// The stream must be recorded: the server fails with 500 otherwise. The asset is ready once the task is completed.
        /// Five clips may be in work at a time (403 beyond).
        pub CreateClip: Studio = POST "/clip" json {
            /// What to cut from: the playback id of the stream.
            playback_id: PlaybackId,
            /// Where the clip begins.
            start_time: Timestamp,
            /// Where it ends (default: as far as there is video).
            end_time?: Timestamp,
            /// Human-readable name of the asset (default: made from its playback id).
            name?: String,
            /// The recorded session to cut from (default: the last one, which may be live).
            session_id?: SessionId,
        } -> Clip, id("createClip")
    }
    endpoint! {
        /// Lists the clips made from a stream, those changed last first. They come without URLs.
        ///
        /// The id may also be the stream's playback id. Better ask for one page with a large limit than for several:
        /// the open-source server skips as many sessions of the stream as it skips clips.
        pub GetClips: Studio = GET "/stream/{id}/clips" (id: StreamId) query { ..page }
            -> Vec<Asset>, paged, id("getClips")
    }
    endpoint! {
        /// Sends the video of a stream on to one more service.
        ///
        /// Gives the target, or nothing if the response has no body.
        pub AddMultistreamTarget: Studio = POST "/stream/{id}/create-multistream-target" (id: StreamId)
            json(target: TargetRef) -> Option<multistream::Target>, id("addMultistreamTarget"), or_status(204)
    }
    endpoint! {
        /// Stops sending the video of a stream on to a target. The target itself stays.
        ///
        /// A target that the stream does not have is no error.
        pub RemoveMultistreamTarget: Studio = DELETE "/stream/{id}/multistream/{target_id}"
            (id: StreamId, target_id: TargetId) -> (), id("removeMultistreamTarget")
    }
    // Retryable: a repeat finds the stream that the first attempt has made, by the same key, and sets it to the same.
    endpoint! {
        /// Creates a stream that fetches its video from elsewhere, or replaces the one that already does; then starts
        /// to fetch. Everything that is not set gets its default. (Not in the public specification.)
        ///
        /// The server responds when the video plays, or with 500 after up to two minutes; the stream is there then, and a
        /// repeat finds it. Pull sources need a permission (see [`Pull`]).
        pub UpsertPull: Studio = PUT "/stream/pull" query {
            /// By what to find the stream to replace (default: [`pull.source`](PullKey::Source)).
            key?: PullKey,
        } json {
            /// Human-readable name.
            name: String,
            /// Where the video comes from.
            pull: Pull,
            ..settings,
        } -> Stream, timeout(150), status(201), or_status(200)
    }
    endpoint! {
        /// Retrieves the stream that has a playback id. (Not in the public specification.)
        pub GetByPlaybackId: Studio = GET "/stream/playback/{id}" (id: PlaybackId) -> Stream
    }
    endpoint! {
        /// Retrieves the stream that has a stream key. (Not in the public specification.)
        pub GetByKey: Studio = GET "/stream/key/{key}" (
            /// The stream key.
            key: Secret,
        ) -> Stream
    }
    endpoint! {
        /// Retrieves a stream together with its last session. (Not in the public specification.)
        ///
        /// The id may be that of the stream or of a session of it, or a playback id.
        pub Info: Studio = GET "/stream/{id}/info" (id: StreamId) -> StreamInfo
    }
    endpoint! {
        /// Deletes several streams, all or none of them. (Not in the public specification.)
        ///
        /// Unlike [`stream.delete`](Delete), this does not end sessions that are live. Fails with 404 if one of the ids is unknown or
        /// deleted already.
        pub DeleteMany: Studio = DELETE "/stream" json {
            /// The streams.
            ids: Vec<StreamId>,
        } -> ()
    }
    endpoint! {
        /// Switches the recording of a stream on or off, which must not be live then (400 otherwise). (Not in the public
        /// specification.)
        pub SetRecord: Studio = PATCH "/stream/{id}/record" (id: StreamId) json {
            /// Whether sessions are recorded.
            record: bool,
        } -> (), retryable
    }
    endpoint! {
        /// Keeps streamers out of a stream, and ends its session if it is live; or lets them in again. (Not in the public
        /// specification.)
        pub SetSuspended: Studio = PATCH "/stream/{id}/suspended" (id: StreamId) json {
            /// Whether nobody may send video.
            suspended: bool,
        } -> (), retryable
    }
    endpoint! {
        /// Lists the sessions of a stream that the server stores as streams. (Not in the public specification.)
        ///
        /// These are sessions of old; [`session.list`](super::session::List) lists all.
        pub GetSessions: Studio = GET "/stream/sessions/{parent_id}" (parent_id: StreamId) query {
            ..page_start,
        } -> Vec<Stream>, paged
    }
}

impl Update {
    fn creates_no_target(&self) -> bool {
        let mut targets = self.multistream.iter().flat_map(|multistream| multistream.targets.iter().flatten());
        targets.all(|target| target.spec.is_none())
    }
}

model! {
    /// A live stream. The server stores each transcoding session of a stream as a stream, too, with a `parent_id`
    /// and without a key, playback id, renditions and targets.
    pub struct Stream: Studio {
        /// Id.
        id: StreamId,
        /// Human-readable name.
        name: String,
        /// Always `stream`. Deprecated.
        kind?: String,
        /// Id of the stream's creator in your application.
        creator_id?: CreatorId,
        /// Your own labels.
        user_tags?: UserTags,
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
        /// Whether the stream is live.
        is_active?: bool,
        /// Whether the video comes in well; unknown when the stream is not live.
        is_healthy?: bool,
        /// Human-readable descriptions of what is wrong with the incoming video.
        issues?: Vec<String>,
        /// Name of the API key that made the stream.
        created_by_token_name?: String,
        /// When the stream was made.
        created_at?: Timestamp,
        /// The stream that this is a session of.
        parent_id?: StreamId,
        /// The session that this is a part of.
        session_id?: SessionId,
        /// What a streamer needs in order to send video. Whoever has it can.
        stream_key?: Secret,
        /// Where Livepeer fetches the video from, if it is not sent.
        pull?: Pull,
        /// Id to play the stream by.
        playback_id?: PlaybackId,
        /// Who may watch; missing means everyone.
        playback_policy?: PlaybackPolicy,
        /// Renditions besides the source.
        profiles?: Vec<FfmpegProfile>,
        /// The project it belongs to.
        project_id?: ProjectId,
        /// Whether sessions are recorded.
        record?: bool,
        /// How recordings are processed.
        recording_spec?: RecordingSpec,
        /// Other services that the video is sent on to.
        multistream?: Multistream,
        /// Whether nobody may send video now.
        suspended?: bool,
        /// When a session was last ended by [`stream.terminate`](Terminate).
        last_terminated_at?: Timestamp,
        /// The account it belongs to. Deprecated.
        user_id?: UserId,
        /// Not used by the server any more.
        renditions?: Map<String, Value>,
        /// Where the stream comes in, while it is live.
        region?: String,
        /// The media server that it comes in at, while it is live.
        mist_host?: String,
        /// When a media server last took it upon itself to fetch the video; only with a pull source.
        pull_locked_at?: Timestamp,
        /// That media server; only with a pull source.
        pull_locked_by?: String,
        /// The storage that recordings go to.
        record_object_store_id?: ObjectStoreId,
    }

    /// What [`stream.info`](Info) finds.
    pub struct StreamInfo: Studio {
        /// The stream.
        stream: Stream,
        /// The session asked for, or the last one of the stream.
        session?: Session,
        /// Whether the id was a playback id.
        is_playback_id as "isPlaybackid"?: bool,
        /// Whether the id was that of a session.
        is_session?: bool,
        /// Whether the id was a stream key.
        is_stream_key?: bool,
    }

    /// A pending clip.
    pub struct Clip: Studio {
        /// The asset that the clip becomes.
        asset: Asset,
        /// The task that makes it.
        task: TaskRef,
    }

    /// From where Livepeer fetches the video of a stream.
    ///
    /// Needs a permission that Livepeer gives an account (the experiment `stream-pull-source`): without it, no key of the
    /// account creates, replaces or starts such a stream (403 `user is not a subject of experiment`).
    pub struct Pull: Studio, input {
        /// Address of the video.
        source: Url,
        /// HTTP headers to send there.
        headers?: BTreeMap<String, Secret>,
        /// Whether the video comes from a phone (default: no).
        is_mobile?: Mobile,
        /// Where on Earth the source is, so that a server nearby fetches it.
        location?: Location,
    }

    /// A place on Earth.
    pub struct Location: Studio, input {
        /// Degrees north of the equator, negative to the south.
        lat: f64,
        /// Degrees east of Greenwich, negative to the west.
        lon: f64,
    }

    /// Other services that the video of a stream is sent on to.
    pub struct Multistream: Studio, input {
        /// The services, each with the rendition it gets.
        targets?: Vec<TargetRef>,
    }

    /// A service that the video of a stream is sent on to, and which rendition. In a request, give either the `id` of
    /// a target or the `spec` of a new one; in responses it is the `id`.
    pub struct TargetRef: Studio, input {
        /// Name of the rendition to send, or `source` for the original video.
        profile: String [length = 1..=500],
        /// Sends silence in place of the sound (default: no).
        video_only?: bool,
        /// The target.
        id?: TargetId,
        /// A target to be made.
        spec?: TargetSpec,
    }

    /// A multistream target to be made along with the stream that uses it.
    pub struct TargetSpec: Studio, input {
        /// Where to send the video: an `rtmp`, `rtmps` or `srt` address. It holds the key of your account there.
        url: Secret [starts_with = "rtmp://" | "rtmps://" | "srt://"] [sample = "rtmp://there.example/live/secret-key"],
        /// Human-readable name.
        name?: String,
    }
}

impl Stream {
    /// Where a streaming program sends video by RTMP, stream key included, **if the stream was made by the production
    /// server**: [`ingest::List`](super::ingest::List) returns those of others. Empty if the stream has no key, as sessions
    /// and streams with a pull source may not.
    pub fn rtmp_url(&self) -> String {
        self.ingest_url("rtmp://rtmp.livepeer.com/live/")
    }

    /// Where a browser sends video by WebRTC (WHIP), stream key included, **if the stream was made by the production
    /// server**: [`ingest::List`](super::ingest::List) returns those of others. Empty if the stream has no key, as sessions
    /// and streams with a pull source may not.
    pub fn whip_url(&self) -> String {
        self.ingest_url("https://playback.livepeer.studio/webrtc/")
    }

    pub(super) fn ingest_url(&self, base: &str) -> String {
        match &self.stream_key {
            Some(key) => format!("{base}{}", key.expose()),
            None => String::new(),
        }
    }
}

open_enum! {
    /// By what a stream with a pull source is found again.
    pub enum PullKey {
        /// The address that it fetches from.
        Source = "pull.source",
        /// Who made it.
        CreatorId = "creatorId",
    }
}

/// Whether the video of a stream comes from a phone, and what it shows.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Mobile {
    /// Not from a phone (`0`).
    #[default]
    No,
    /// The phone's screen (`1`).
    Screen,
    /// The phone's camera (`2`).
    Camera,
    /// From a phone or not, no matter what it shows.
    Flag(bool),
    /// A form that this version does not know.
    Other(Value),
}

impl From<Value> for Mobile {
    fn from(value: Value) -> Self {
        match value {
            Value::Bool(flag) => Self::Flag(flag),
            Value::Number(number) => match number.as_u64() {
                Some(0) => Self::No,
                Some(1) => Self::Screen,
                Some(2) => Self::Camera,
                _ => Self::Other(Value::Number(number)),
            },
            other => Self::Other(other),
        }
    }
}

impl IntoField<Mobile> for bool {
    fn into_field(self) -> Mobile {
        Mobile::Flag(self)
    }
}

impl Encode for Mobile {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::No => writer.integer(0),
            Self::Screen => writer.integer(1),
            Self::Camera => writer.integer(2),
            Self::Flag(flag) => writer.bool(*flag),
            Self::Other(value) => value.encode(writer),
        }
    }
}

impl Field for Mobile {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.read::<Value>().map(Into::into)
    }

    fn sample(sampler: &mut Sampler) -> Self {
        match sampler.variant(4) {
            0 => Self::Flag(true),
            1 => Self::Screen,
            2 => Self::Camera,
            _ => Self::No,
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        Schema::one_of([bool::schema(schemas), Schema::integer(0, 2)])
    }
}

serde_via_codec!(Mobile);
