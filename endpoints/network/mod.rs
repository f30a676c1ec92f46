//! The living Livepeer network.

pub mod orchestrator;
pub mod runner;
pub mod signer;
pub(crate) mod trickle;
mod wei;

pub use wei::Wei;
