//! The operations of gateways for live video: the older way to it, besides apps. New gateways have none of them.

use http::{HeaderMap, StatusCode};
use typed_endpoint::{Api, Case, Unmapped};

use super::plain_text;
use crate::endpoints::prelude::*;

/// A gateway with live video (`/live/video-to-video/`) and custom containers (BYOC, `/process/`), which
/// [`byoc`](super::byoc) declares. It has no keys; some ask a webhook of their own who may do what.
///
/// Servers: one on this machine, with the port of go-livepeer's examples. Others are named by
/// [`Client::server`](typed_endpoint::Client::server).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gateway {}

impl Api for Gateway {
    const NAME: &'static str = "Livepeer gateway";
    const SERVERS: &'static [&'static str] = &["http://127.0.0.1:9935"];
    const CASE: Case = Case::Snake;
    const LOG_TARGET: &'static str = crate::LOG_TARGET;
    const SECRET_NAMES: &'static [&'static str] = super::SECRET_NAMES;
    const USER_AGENT: &'static str = crate::USER_AGENT;
    type Error = Unmapped;

    /// Plain text.
    fn encode_error(_: StatusCode, message: &str) -> Vec<u8> {
        plain_text(message)
    }

    /// 503 comes before any work.
    fn refused(status: StatusCode, _: &HeaderMap) -> bool {
        status == StatusCode::SERVICE_UNAVAILABLE
    }
}

fields! {
    /// What a media server says of a video that it receives.
    source {
        /// Names the connection at the media server.
        source_id: String,
        /// Its kind there, such as `rtmpConn` or `webrtcSession`.
        source_type: String [sample = "rtmpConn"],
    }
}

fields! {
    /// How a video is changed.
    pipeline {
        /// The pipeline.
        pipeline?: String,
        /// Its parameters, as the text of a JSON object.
        params?: String,
        /// Names the stream, for its status.
        stream_id as "streamId"?: String,
        /// The orchestrator (default: the gateway's choice).
        orchestrator?: Url,
        /// An RTMP URL that the result is sent to.
        rtmp_output as "rtmpOutput"?: Secret,
    }
}

operations! {
    endpoint! {
        /// Begins to change a video that a media server receives, as that server says it by a webhook.
        pub StartLive: Gateway = POST "/live/video-to-video/{stream}/start" (
            /// Name of the stream.
            stream: String,
        ) form {
            ..source,
            /// The query of the URL that the video is sent to, with the pipeline in it.
            query?: String,
            /// Where the video is fetched from (default: the caller).
            rtmp_url?: Secret,
        } -> (), no_auth
    }
    // Retryable, because each replaces what the one before said.
    endpoint! {
        /// Changes the parameters of a video's pipeline.
        pub UpdateLive: Gateway = POST "/live/video-to-video/{stream}/update" (
            /// Name of the stream.
            stream: String,
        ) json(params: Map<String, Value>) -> (), retryable, no_auth
    }
    endpoint! {
        /// Sends a video by WHIP: request and response are SDP.
        pub LiveWhip: Gateway = POST "/live/video-to-video/{stream}/whip" (
            /// Name of the stream.
            stream: String,
        ) query {
            ..pipeline,
        } headers {
            const content_type: &'static str = "application/sdp",
        } body(offer: String) -> text, headers {
            /// Where the connection is ended.
            location?: Secret,
            /// Where the result is played by WHEP.
            playback_url as "livepeer-playback-url"?: Secret,
        }, status(201), no_auth
    }
    endpoint! {
        /// Plays a result by WHEP: request and response are SDP.
        pub LiveWhep: Gateway = POST "/live/video-to-video/{path}/whep" (
            /// The stream's name with `-out`, or with the request's id between them.
            path: String,
        ) headers {
            const content_type: &'static str = "application/sdp",
        } body(offer: String) -> text, status(201), no_auth
    }
    endpoint! {
        /// Retrieves what a video's pipeline does.
        pub LiveStatus: Gateway = GET "/live/video-to-video/{stream_id}/status" (
            /// Id of the stream.
            stream_id: String,
        ) -> LivePipelineStatus, no_auth
    }
}

model! {
    /// What a pipeline does: members of its own are in `extra`.
    pub struct LivePipelineStatus: Gateway {
        /// What the gateway knows.
        gateway_status?: GatewayStatus,
    }

    /// What a gateway knows of a video.
    pub struct GatewayStatus: Gateway {
        /// Where the result is played by WHEP.
        whep_url?: Secret,
        /// The orchestrator.
        orchestrator?: Url,
        /// How the video arrives.
        ingest_metrics?: Value,
    }
}
