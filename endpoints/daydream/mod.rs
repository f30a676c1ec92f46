//! Daydream: streams that are changed by AI while they run.

use crate::endpoints::prelude::*;

mod api;
mod params;
mod weighted;

pub use api::*;
pub use params::*;
pub use weighted::{Prompt, Seed};

operations! {
    endpoint! {
        /// Creates a stream.
        pub Create: Daydream = POST "/v1/streams" json {
            /// What changes the video.
            pipeline: Pipeline,
            /// How it is changed.
            params: Params,
            /// Its name (default: chosen by Daydream).
            name?: String,
            /// An RTMP URL that the result is sent to as well.
            output_rtmp_url?: Secret,
        } -> Stream, status(201)
    }
    endpoint! {
        /// Lists streams.
        pub List: Daydream = GET "/v1/streams" query {
            /// Only those of this user.
            user_id?: String,
        } -> Streams
    }
    endpoint! {
        /// Retrieves a stream.
        pub Get: Daydream = GET "/v1/streams/{id}" (
            /// Id of a stream.
            id: String,
        ) -> Stream
    }
    endpoint! {
        /// Changes how a stream is changed, while it runs.
        pub Update: Daydream = PATCH "/v1/streams/{id}" (
            /// Id of a stream.
            id: String,
        ) json {
            /// What changes the video.
            pipeline: Pipeline,
            /// How it is changed. The model stays the same.
            params: Params,
        } -> Stream, retryable
    }
    endpoint! {
        /// Deletes a stream.
        pub Delete: Daydream = DELETE "/v1/streams" query {
            /// Its id.
            id: String,
        } -> Deleted
    }
}

model! {
    /// A stream.
    pub struct Stream: Daydream {
        /// Its id.
        id: String,
        /// The key by which video is sent to it.
        stream_key: Secret,
        /// Where video is sent to by WHIP.
        whip_url: Secret,
        /// Names the result for players.
        output_playback_id: String,
        /// The URL of the result.
        output_stream_url?: Url,
        /// The gateway that serves it.
        gateway_host: String,
        /// Its name.
        name: String,
        /// Id of the user who created it.
        author: String,
        /// When it was created (RFC 3339).
        created_at: String,
        /// Whether it was created on Daydream's site.
        from_playground: bool,
        /// Whether it only tests Daydream.
        is_smoke_test: bool,
        /// What changes the video.
        pipeline: Pipeline,
        /// How it is changed.
        params: Params,
    }

    /// A list of streams.
    pub struct Streams: Daydream {
        /// Whether the request succeeded.
        success: bool,
        /// The streams.
        data: Vec<Stream>,
    }

    /// What is left of a stream.
    pub struct Deleted: Daydream {
        /// Whether the request succeeded.
        success: bool,
    }
}
