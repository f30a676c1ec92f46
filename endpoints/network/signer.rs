//! The operations of remote signers, which hold a wallet and make payments from it.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use typed_endpoint::{Api, Case, ErrorBody, Unmapped};

use super::orchestrator::{JsonError, OrchestratorInfo, PriceUnit};
use super::wei::Wei;
use crate::endpoints::prelude::*;

/// A remote signer. Its key, if it has one, is what the service in front of it accepts as a bearer token.
///
/// Servers: one on this machine, with the default port. Others are named by
/// [`Client::server`](typed_endpoint::Client::server).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {}

impl Api for Signer {
    const NAME: &'static str = "Livepeer signer";
    const SERVERS: &'static [&'static str] = &["http://127.0.0.1:8935"];
    const CASE: Case = Case::Snake;
    const LOG_TARGET: &'static str = crate::LOG_TARGET;
    const SECRET_NAMES: &'static [&'static str] = super::SECRET_NAMES;
    const USER_AGENT: &'static str = crate::USER_AGENT;
    // A payment that comes later is of no use any more.
    const TIMEOUT: Option<Duration> = Some(Duration::from_secs(5));
    type Error = SignerError;

    /// In its own format.
    fn encode_error(status: StatusCode, message: &str) -> Vec<u8> {
        let message = match status.as_u16() {
            500 => "Internal Server Error",
            503 => "Service Unavailable Error",
            _ => message,
        };
        let mut body = serde_json::json!({ "error": { "message": message } }).to_string().into_bytes();
        body.push(b'\n');
        body
    }
}

operations! {
    endpoint! {
        /// Lists orchestrators with their runners, as the signer saw them last: up to 25 minutes ago.
        ///
        /// Status 503 means that it has not seen any yet.
        pub DiscoverOrchestrators: Signer = GET "/discover-orchestrators" query {
            /// Only those with one of these pipelines with their models (`pipeline/model`) or apps.
            caps?: Vec<String>,
        } -> Vec<OrchestratorInfo>
    }
    endpoint! {
        /// Retrieves the address of who pays, with its signature. It stays the same.
        pub SignOrchestratorInfo: Signer = POST "/sign-orchestrator-info" json {} -> SignedAddress, retryable
    }
    // Retryable only by who knows the state: see `network::Session`.
    endpoint! {
        /// Makes a payment. `state` is that of the response before, or left out for the first payment.
        pub GenerateLivePayment: Signer = POST "/generate-live-payment" json {
            /// The challenge's `payment_params`.
            orchestrator: String,
            /// What is paid for, by the price's unit.
            kind as "type"?: PaymentKind,
            /// The challenge's `manifest_id`: required from the second payment on.
            manifest_id as "ManifestID"?: Secret,
            /// The app.
            app?: String,
            /// Pays no higher price.
            max_price as "maxPrice"?: MaxPrice,
            /// How many pixels to pay for; only without a type.
            in_pixels as "inPixels"?: i64,
            /// What the orchestrator can do, as base64 of a protobuf message.
            capabilities?: String,
            /// The state of the response before.
            state?: SignerState,
        } -> LivePayment
    }
}

model! {
    /// The address of who pays.
    pub struct SignedAddress: Signer {
        /// The address: `0x` and 40 hexadecimal digits.
        address: String,
        /// The signature of it.
        signature: Secret,
    }

    /// The highest price that a payment may have.
    pub struct MaxPrice: Signer, input {
        /// How many wei for one unit.
        price: Wei,
        /// The currency: `wei`.
        currency: String,
        /// What the price is for.
        unit: PriceUnit,
    }

    /// A payment.
    pub struct LivePayment: Signer {
        /// The value of the header `Livepeer-Payment`.
        payment: Secret,
        /// The value of the header `Livepeer-Segment`.
        seg_creds as "segCreds": Secret,
        /// The state for the next payment.
        state: SignerState,
    }

    /// What a signer knows of the payments before, signed by it.
    pub struct SignerState: Signer, input {
        /// The state.
        state as "State": Secret,
        /// Its signature.
        sig as "Sig": Secret,
    }
}

open_enum! {
    /// What is paid for.
    pub enum PaymentKind {
        /// Seconds of a session.
        Live = "live",
        /// Pixels of video.
        LiveVideo = "lv2v",
        /// A whole session or call.
        Fixed = "fixed",
    }
}

errors! {
    /// Why a signer made no payment.
    pub enum SignerError {
        /// The challenge is too old: it wants a new one.
        480 => Refresh(RefreshNeeded),
        /// The price is too high: above the limit of the request, of the signer, or the price of the payments before.
        481 => PriceTooHigh(JsonError),
        /// What was paid before is enough for now.
        482 => NotNeeded(JsonError),
        /// There is not enough money.
        483 => InsufficientBalance(JsonError),
        /// Its reason, as JSON.
        _ => Json(JsonError),
        /// Its reason, as text.
        _ => Text(Unmapped),
    }
}

/// The signer wants a new challenge, from the orchestrator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefreshNeeded {
    /// The orchestrator, as the signer names it.
    pub orchestrator: Option<Url>,
    /// The reason; may be empty.
    pub reason: String,
}

impl ErrorBody for RefreshNeeded {
    fn decode(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let orchestrator = headers.get("livepeer-orchestrator-url").and_then(|url| url.to_str().ok()).map(Url::from);
        let reason = match <JsonError as ErrorBody>::decode(status, headers, body) {
            Some(error) => error.message(),
            None => Unmapped::decode(status, headers, body)?.message(),
        };
        Some(Self { orchestrator, reason })
    }

    fn message(&self) -> String {
        self.reason.clone()
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        <JsonError as Field>::schema(schemas)
    }
}
