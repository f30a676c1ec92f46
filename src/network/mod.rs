//! The living Livepeer network: for now, the streams between its parts ([`trickle`]).
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
