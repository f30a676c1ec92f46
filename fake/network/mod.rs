//! The fakes of the living network's parts.

mod trickle;

pub use trickle::*;
