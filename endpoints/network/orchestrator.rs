//! The operations of orchestrators for those who use apps. [`Client`](crate::network::Client) and
//! [`Session`](crate::network::Session) make these calls, and pay for them.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use typed_endpoint::codec::from_json;
use typed_endpoint::{Api, Case, ErrorBody, Unmapped};

use super::{plain_text, wei::Wei};
use crate::endpoints::prelude::*;

/// An orchestrator: it lists apps, reserves sessions of them, passes calls on to them, and takes payments. It has no keys.
///
/// Servers: one on this machine, with the default port. Others are named by
/// [`Client::server`](typed_endpoint::Client::server).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orchestrator {}

impl Api for Orchestrator {
    const NAME: &'static str = "Livepeer orchestrator";
    const SERVERS: &'static [&'static str] = &["https://127.0.0.1:8935"];
    const CASE: Case = Case::Snake;
    const LOG_TARGET: &'static str = crate::LOG_TARGET;
    const SECRET_NAMES: &'static [&'static str] = super::SECRET_NAMES;
    const USER_AGENT: &'static str = crate::USER_AGENT;
    // What a payment or a discovery waits for longer is of no use any more.
    const TIMEOUT: Option<Duration> = Some(Duration::from_secs(5));
    type Error = OrchestratorError;

    /// Plain text.
    fn encode_error(_: StatusCode, message: &str) -> Vec<u8> {
        plain_text(message)
    }

    /// 503 comes before any work.
    fn refused(status: StatusCode, _: &HeaderMap) -> bool {
        status == StatusCode::SERVICE_UNAVAILABLE
    }
}

operations! {
    endpoint! {
        /// Lists the runners that the orchestrator has, those without free capacity included. It takes no filters.
        pub Discover: Orchestrator = GET "/discovery" -> Vec<OrchestratorInfo>, no_auth
    }
    // Not retryable: a reservation whose response is lost holds its capacity.
    endpoint! {
        /// Reserves a session of a persistent runner. A runner that has a price responds with 402 and a [`Challenge`], unless the
        /// request has a payment.
        pub Reserve: Orchestrator = POST "/apps/{route}/session" (
            /// What stands for the runner in URLs.
            route: String,
        ) headers {
            /// Address of who pays: `0x` and 40 hexadecimal digits.
            payer_address as "livepeer-payer-address"?: String,
            /// The payment, as the signer made it.
            payment as "livepeer-payment"?: Secret,
            /// The credentials of the payment, as the signer made them.
            segment as "livepeer-segment"?: Secret,
        } -> Reservation, timeout(30), no_auth
    }
    endpoint! {
        /// Stops a session. Also a success if there is no such session (any more).
        pub Stop: Orchestrator = POST "/apps/{route}/session/{session_id}/stop" (
            /// What stands for the runner in URLs.
            route: String,
            /// Id of the session.
            session_id: Secret,
        ) -> (), retryable,
            no_auth
    }
    // Not retryable: a payment is valid once.
    endpoint! {
        /// Pays for more time of a session. Status 404 means that the session is over, 409 that its price is fixed.
        ///
        /// The response is a protobuf message, whose price is not the one of the session.
        pub Pay: Orchestrator = POST "/apps/{route}/session/{session_id}/payment" (
            /// What stands for the runner in URLs.
            route: String,
            /// Id of the session.
            session_id: Secret,
        ) headers {
            /// Address of who pays.
            payer_address as "livepeer-payer-address"?: String,
            /// The payment, as the signer made it.
            payment as "livepeer-payment": Secret,
            /// The credentials of the payment, as the signer made them.
            segment as "livepeer-segment": Secret,
        } -> bytes, no_auth
    }
    endpoint! {
        /// Makes a new challenge for a session that is paid for, when the signer asks for one. Its `payment_url` is not that of
        /// the session.
        pub Refresh: Orchestrator = POST "/refresh-payment" json {
            /// Address of who pays.
            sender: String,
            /// The manifest id of the session's challenge.
            manifest_id: Secret,
        } -> Challenge, retryable, no_auth
    }
}

model! {
    /// An orchestrator, and the runners that it has.
    pub struct OrchestratorInfo: Orchestrator {
        /// Its URL.
        address: Url,
        /// How a signer rates it.
        score?: f64,
        /// What it can do, as pipelines and models; only from signers.
        capabilities?: Vec<String>,
        /// Its runners; left out when there is none.
        runners?: Vec<RunnerInfo>,
    }

    /// A runner of an app.
    pub struct RunnerInfo: Orchestrator {
        /// Where sessions of it are reserved, or, if it is single-shot, where it is called.
        url: Url,
        /// The app.
        app: String,
        /// How it is used.
        mode?: Mode,
        /// How many sessions or calls it takes at once.
        capacity?: u64,
        /// How many are in use.
        capacity_used?: u64,
        /// How many are free.
        capacity_available?: u64,
        /// Its GPU.
        gpu?: Gpu,
        /// The app's version.
        version?: String,
        /// Text of whoever runs it.
        metadata?: String,
        /// What it costs; free without.
        price_info?: PriceInfo,
    }

    /// The GPU of a runner.
    pub struct Gpu: Orchestrator, input {
        /// Its number on the machine.
        id?: String,
        /// The model.
        name?: String,
        /// Its memory in MB.
        vram_mb?: u64,
    }

    /// The price of a runner.
    pub struct PriceInfo: Orchestrator {
        /// How many wei for one unit.
        price: Wei,
        /// The currency: `wei`.
        currency?: String,
        /// What the price is for.
        unit: PriceUnit,
    }

    /// A session.
    pub struct Reservation: Orchestrator {
        /// Its id. Whoever knows it, and the runner, can use and stop the session.
        session_id: Secret,
        /// Where the app is called.
        app_url: Secret,
        /// Where the session is stopped.
        control_url: Secret,
    }

    /// Asks for a payment (402).
    pub struct Challenge: Orchestrator {
        /// What the signer has to know, as it is.
        payment_params: String,
        /// The orchestrator's URL.
        orchestrator: Url,
        /// Names what is paid for; of a session also its id.
        manifest_id: Secret,
        /// Where further payments go.
        payment_url: Secret,
    }

    /// What an orchestrator or a signer says when it does not do what it was asked to.
    pub struct JsonError: Orchestrator {
        /// What it says.
        error: JsonErrorDetail,
    }

    /// The inner part of a [`JsonError`].
    pub struct JsonErrorDetail: Orchestrator {
        /// The reason, as text.
        message: String,
    }
}

open_enum! {
    /// How a runner is used.
    pub enum Mode {
        /// By sessions, which are reserved.
        Persistent = "persistent",
        /// By single calls.
        SingleShot = "single-shot",
    }
    /// What a price is for.
    pub enum PriceUnit {
        /// A second of a session.
        Seconds = "seconds",
        /// A pixel of 720p video, for each second.
        PixelSeconds = "720p-pixel-seconds",
        /// A whole session or call.
        Fixed = "fixed",
    }
}

errors! {
    /// Why an orchestrator did not do what it was asked to.
    pub enum OrchestratorError {
        /// It wants to be paid first.
        402 => Payment(Challenge),
        /// Its reason, as JSON.
        _ => Json(JsonError),
        /// Its reason, as text.
        _ => Text(Unmapped),
    }
}

// Only what has its members is a challenge: two other kinds of error responses have its status.
impl ErrorBody for Challenge {
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        let challenge: Self = from_json(std::str::from_utf8(body).ok()?).ok()?;
        let parts = [&challenge.payment_params, challenge.manifest_id.expose(), challenge.payment_url.expose()];
        parts.iter().all(|part| !part.is_empty()).then_some(challenge)
    }

    fn message(&self) -> String {
        "it has to be paid for".into()
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        <Self as Field>::schema(schemas)
    }
}

impl ErrorBody for JsonError {
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        let error: Self = from_json(std::str::from_utf8(body).ok()?).ok()?;
        (!error.error.message.is_empty()).then_some(error)
    }

    fn message(&self) -> String {
        self.error.message.clone()
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        <Self as Field>::schema(schemas)
    }
}
