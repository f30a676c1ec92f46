//! The living Livepeer network: apps on the GPUs of its orchestrators, called and paid for by [`Client`] and [`Session`], and the
//! streams between its parts ([`trickle`]).
//!
//! Feature `network`.

mod app;
mod below;
mod candidates;
mod client;
mod closed;
mod connect;
mod discovery;
mod error;
#[cfg(any(feature = "rustls", feature = "aws-lc"))]
mod first_use;
mod funding;
#[cfg(fuzzing)]
pub mod fuzzing;
mod heartbeat;
mod known;
mod offer;
#[cfg(any(feature = "rustls", feature = "aws-lc"))]
mod origins;
mod payer;
mod place;
mod price;
mod rejection;
mod reserve;
mod runner;
mod runner_session;
mod session;
mod shared;
mod single;
mod state;
mod status;
#[cfg(any(feature = "rustls", feature = "aws-lc"))]
mod tls;
pub mod trickle;

pub use app::App;
pub use client::Client;
pub use closed::Closed;
pub use connect::{Connect, Connector, Io, Tcp};
pub use error::{Error, Result};
pub use offer::Offer;
pub use price::{Paid, Price};
pub use rejection::{Rejection, RejectionKind};
pub use runner::{Runner, RunnerBuilder, RunnerUpdate};
pub use runner_session::{RunnerChannel, RunnerSession};
pub use session::Session;
pub use state::{PaymentState, SessionState, Undelivered};
#[cfg(any(feature = "rustls", feature = "aws-lc"))]
pub use {first_use::SeenCertificate, tls::Tls};

pub use crate::endpoints::network::{AppApi, Wei};

/// The operations of the network's parts, one request each.
pub mod operations {
    pub use crate::endpoints::network::{app, byoc, clearinghouse, gateway, orchestrator, runner, signer, trickle};
}
