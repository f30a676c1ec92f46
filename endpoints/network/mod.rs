//! The living Livepeer network.

pub mod app;
pub mod byoc;
pub mod clearinghouse;
pub mod gateway;
mod job;
pub mod orchestrator;
pub mod runner;
pub mod signer;
pub mod trickle;
mod wei;

pub use app::AppApi;
pub use wei::Wei;

/// Names of what lets anybody use a session, or pays for it: in what orchestrators, apps, gateways and signers exchange.
const SECRET_NAMES: &[&str] = &[
    "channel_name",
    "livepeer-eth-address",
    "livepeer-payment",
    "livepeer-playback-url",
    "livepeer-segment",
    "livepeer-session-control",
    "livepeer-session-id",
    "manifest_id",
    "payment",
    "proxy_id",
    "rtmp_output",
    "session",
    "session_id",
    "session_ids",
    "state",
];

/// The body of an error response as Go's servers write it: plain text, and a line's end.
fn plain_text(message: &str) -> Vec<u8> {
    format!("{message}\n").into_bytes()
}
