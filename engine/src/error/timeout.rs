//! What took too long.

use std::time::Duration;

use super::BoxError;
use super::causes::debug_as_text;

/// Nothing arrived for too long.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no byte was sent or received for {0:?}")]
pub struct IdleTimeout(pub(crate) Duration);

debug_as_text!(IdleTimeout);

impl IdleTimeout {
    /// How long that was.
    pub fn duration(&self) -> Duration {
        self.0
    }
}

/// A call was not done by the end of the time that it had in all.
#[derive(Debug, thiserror::Error)]
#[error("the call's deadline passed")]
pub(crate) struct DeadlinePassed;

/// There was no connection in time.
#[derive(Debug, thiserror::Error)]
#[error("connecting took too long")]
pub(crate) struct ConnectTimeout {
    pub(crate) source: BoxError,
}
