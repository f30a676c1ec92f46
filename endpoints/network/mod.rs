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

/// The body of an error response as Go's servers write it: plain text, and a line's end.
fn plain_text(message: &str) -> Vec<u8> {
    format!("{message}\n").into_bytes()
}
