//! The living Livepeer network.

pub mod app;
pub mod orchestrator;
pub mod runner;
pub mod signer;
pub(crate) mod trickle;
mod wei;

pub use app::AppApi;
pub use wei::Wei;
