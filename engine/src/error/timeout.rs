//! Nothing was sent or received for too long.

use std::time::Duration;

/// Nothing arrived for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no byte was sent or received for {0:?}")]
pub struct IdleTimeout(pub(crate) Duration);

impl IdleTimeout {
    /// How long that was.
    pub fn duration(&self) -> Duration {
        self.0
    }
}
