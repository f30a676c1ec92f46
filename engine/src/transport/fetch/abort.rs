//! Ends requests that nobody waits for any more.

use web_sys::{AbortController, AbortSignal};

use super::failure::invalid;
use crate::error::TransportError;

/// Aborts a request when it is dropped. One that has ended stays as it is.
pub(super) struct Abort(AbortController);

impl Abort {
    pub(super) fn new() -> Result<Self, TransportError> {
        AbortController::new().map(Self).map_err(|error| invalid(&error))
    }

    pub(super) fn signal(&self) -> AbortSignal {
        self.0.signal()
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}
