//! The living Livepeer network: for now, the streams between its parts ([`trickle`]).
//!
//! Feature `network`.

mod connect;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod trickle;

pub use connect::{Connect, Connector, Io, Tcp};
