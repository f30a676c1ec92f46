//! The living Livepeer network.

pub(crate) mod trickle;
