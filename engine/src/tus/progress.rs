//! The progress of an upload.

use std::fmt;
use std::time::Duration;

/// The progress of an upload.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct UploadProgress {
    /// Bytes sent. After a cut connection it drops to what the server has.
    pub sent: u64,
    /// Length of the content in bytes; `None` until it is known.
    pub total: Option<u64>,
    /// Bytes per second, averaged over the last seconds; 0 until known.
    pub rate: f64,
    /// The time left at this rate; `None` until it can be estimated.
    pub left: Option<Duration>,
}

/// Human-readable: `12.0 MB of 48.0 MB, 3.1 MB/s, 12 s left`.
impl fmt::Display for UploadProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mega = |bytes: f64| bytes / 1e6;
        write!(f, "{:.1} MB", mega(self.sent as f64))?;
        if let Some(total) = self.total {
            write!(f, " of {:.1} MB", mega(total as f64))?;
        }
        if self.rate > 0.0 {
            write!(f, ", {:.1} MB/s", mega(self.rate))?;
        }
        match self.left {
            Some(left) => write!(f, ", {} s left", left.as_secs_f64().ceil()),
            None => Ok(()),
        }
    }
}
