//! The living Livepeer network.

pub mod app;
pub mod orchestrator;
pub mod runner;
pub mod signer;
pub(crate) mod trickle;
mod wei;

pub use app::AppApi;
pub use wei::Wei;

#[cfg(feature = "dynamic")]
impl crate::dynamic::Catalog for orchestrator::Orchestrator {
    const ENTRIES: &'static [&'static [crate::dynamic::Entry]] = &[orchestrator::ENTRIES, runner::ENTRIES];
}

#[cfg(feature = "dynamic")]
impl crate::dynamic::Catalog for signer::Signer {
    const ENTRIES: &'static [&'static [crate::dynamic::Entry]] = &[signer::ENTRIES];
}
