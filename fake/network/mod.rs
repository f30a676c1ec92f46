//! The fakes of the living network's parts.

mod apps;
mod callbacks;
mod calls;
mod fault;
mod health;
mod lock;
mod money;
mod net;
mod orchestrator;
mod path;
mod payments;
mod registry;
mod reply;
mod runners;
mod serve;
mod sessions;
mod signer;
mod state;
mod trickle;
mod upgrade;

pub use apps::FakeApp;
pub use fault::{NetworkPart, NetworkStep};
pub use money::Ledger;
pub use net::*;
pub use runners::FakeRunner;
pub use trickle::*;
