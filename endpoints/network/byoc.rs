//! Custom containers on the network (BYOC), the way to apps before [`app`](super::app): the operations of gateways for
//! those who use them, and those of orchestrators for those who offer them.

use super::gateway::{Gateway, GatewayStatus};
use super::job::JobHeader;
use super::orchestrator::Orchestrator;
use crate::endpoints::prelude::*;
use typed_endpoint::Unmapped;

pub use super::job::{Job, JobOrchestrators, JobParameters, JobRequest};

operations! {
    endpoint! {
        /// Calls a container: JSON is passed on to it, and its response is passed back. `path` is only between caller and
        /// container.
        pub Process: Gateway = POST "/process/request/{path}" (path*: String) headers {
            /// What the gateway has to know.
            job as "livepeer": JobHeader,
        } json(body: Value) -> Value, headers {
            /// What is left of what was paid ahead.
            balance as "livepeer-balance"?: String,
            /// The orchestrator that did it.
            orchestrator as "x-orchestrator-url"?: Url,
        }, timeout(300), no_auth
    }
    endpoint! {
        /// Creates a stream.
        pub StartStream: Gateway = POST "/process/stream/start" headers {
            /// What the gateway has to know.
            job as "livepeer": JobHeader,
        } json {
            /// Becomes a part of the stream's id.
            stream_name?: String,
            /// The stream's id (default: chosen by the gateway).
            stream_id?: String,
            /// RTMP URLs that the result is sent to, with commas between them.
            rtmp_output?: Secret,
            /// Parameters of the container, as the text of a JSON object.
            params?: String,
        } -> StreamUrls, timeout(60), no_auth
    }
    endpoint! {
        /// Stops a stream.
        pub StopStream: Gateway = POST "/process/stream/{stream_id}/stop" (
            /// Id of the stream.
            stream_id: String,
        ) -> (), retryable, no_auth
    }
    endpoint! {
        /// Passes parameters on to the container of a stream.
        pub UpdateStream: Gateway = POST "/process/stream/{stream_id}/update" (
            /// Id of the stream.
            stream_id: String,
        ) headers {
            /// What the gateway has to know: a time, and the stream's id as request.
            job as "livepeer": JobHeader,
        } json(params: Value) -> (), retryable, no_auth
    }
    endpoint! {
        /// Sends video to a stream by WHIP: request and response are SDP.
        pub StreamWhip: Gateway = POST "/process/stream/{stream_id}/whip" (
            /// Id of the stream.
            stream_id: String,
        ) headers {
            const content_type: &'static str = "application/sdp",
        } body(offer: String) -> text, status(201), no_auth
    }
    endpoint! {
        /// Begins with video that a media server receives for a stream, as that server says it by a webhook.
        pub StreamRtmp: Gateway = POST "/process/stream/{stream_id}/rtmp" (
            /// Id of the stream.
            stream_id: String,
        ) form {
            /// Names the connection at the media server.
            source_id: String,
            /// Its kind there, such as `rtmpConn`.
            source_type: String [sample = "rtmpConn"],
        } -> (), no_auth
    }
    endpoint! {
        /// Retrieves what a stream does.
        pub StreamStatus: Gateway = GET "/process/stream/{stream_id}/status" (
            /// Id of the stream.
            stream_id: String,
        ) -> GatewayStatus, no_auth
    }
    endpoint! {
        /// Receives what the container of a stream says. Status 503 means that it says nothing.
        pub StreamData: Gateway = GET "/process/stream/{stream_id}/data" (
            /// Id of the stream.
            stream_id: String,
        ) -> sse StreamEvent, timeout(3600), no_auth
    }
    endpoint! {
        /// Retrieves what a caller has to know to pay for a container.
        pub GetToken: Orchestrator = GET "/process/token" headers {
            /// Who pays, as base64 of a JSON object with the address and a signature of it.
            address as "livepeer-eth-address": Secret,
            /// The container.
            capability as "livepeer-capability": String,
        } -> JobToken, no_auth, error(Unmapped)
    }
    endpoint! {
        /// Offers a container, or changes how it is offered.
        pub Register: Orchestrator = POST "/capability/register" headers {
            /// The orchestrator's secret.
            authorization: Secret,
        } json {
            /// Its name.
            name: String,
            /// Where the orchestrator reaches it.
            url: Url,
            /// What it does.
            description?: String,
            /// How many requests it takes at once.
            capacity?: u32,
            /// What it costs, for each second: this, divided by the scaling.
            price_per_unit?: i64,
            /// Divides the price.
            price_scaling?: i64,
            /// The currency of the price.
            currency?: String,
            /// What the orchestrator has to say to it.
            token?: Secret,
        } -> text, retryable, no_auth, error(Unmapped)
    }
    endpoint! {
        /// Offers a container no longer.
        pub Unregister: Orchestrator = POST "/capability/unregister" headers {
            /// The orchestrator's secret.
            authorization: Secret,
        } body(
            /// Its name.
            name: String
        ) -> text, retryable, no_auth, error(Unmapped)
    }
}

model! {
    /// Where the parts of a stream are.
    pub struct StreamUrls: Gateway {
        /// The stream's id.
        stream_id: String,
        /// Where video is sent to by WHIP.
        whip_url?: Secret,
        /// Where the result is played by WHEP.
        whep_url?: Secret,
        /// Where video is sent to by RTMP.
        rtmp_url?: Secret,
        /// Where the result is sent to by RTMP, with commas between them.
        rtmp_output_url?: Secret,
        /// Where parameters are changed.
        update_url?: Secret,
        /// Where the state is.
        status_url?: Secret,
        /// Where the container's data are.
        data_url?: Secret,
        /// Where it is stopped.
        stop_url?: Secret,
    }

    /// What a container says: all of it is in `extra`.
    pub struct StreamEvent: Gateway {}

    /// What a caller has to know to pay for a container.
    pub struct JobToken: Orchestrator {
        /// Who pays.
        sender_address?: JobSender,
        /// Parameters of payments, as a protobuf message in JSON.
        ticket_params?: Value,
        /// What is left of what was paid ahead.
        balance?: i64,
        /// The price.
        price?: JobPrice,
        /// The orchestrator's URL.
        service_addr?: Url,
        /// How many more requests the container takes.
        available_capacity?: i64,
    }

    /// Who pays.
    pub struct JobSender: Orchestrator {
        /// The address.
        addr: String,
        /// The signature of it.
        sig: Secret,
    }

    /// The price of a container.
    pub struct JobPrice: Orchestrator {
        /// How many wei.
        price_per_unit as "pricePerUnit"?: i64,
        /// For how much.
        pixels_per_unit as "pixelsPerUnit"?: i64,
    }
}

typed_endpoint::sse_json!(StreamEvent);
