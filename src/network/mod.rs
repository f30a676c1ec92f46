//! The living Livepeer network: apps on the GPUs of its orchestrators, called and paid for by [`Client`] and [`Session`], and the
//! streams between its parts ([`trickle`]).
//!
//! Feature `network`.

mod connect;
#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(any(feature = "rustls", feature = "aws-lc"))]
mod tls;
pub mod trickle;

pub use connect::{Connect, Connector, Io, Tcp};
#[cfg(any(feature = "rustls", feature = "aws-lc"))]
pub use tls::Tls;

/// The operations of the network's parts, one request each.
pub mod operations {
    pub use crate::endpoints::network::{Wei, orchestrator, runner, signer};
}
