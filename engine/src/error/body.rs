//! Why a body could not be read.

use std::fmt;

use super::causes::{debug_as_text, write_causes};

/// Any error, in the form that crosses the boundaries between HTTP crates.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a body could not be read as a whole. `{:#}` adds the causes.
#[non_exhaustive]
pub enum BodyError {
    /// There is more than the caller was ready to hold in memory.
    TooLarge {
        /// Bytes that were allowed.
        limit: usize,
    },
    /// The source failed.
    Read(BoxError),
}

debug_as_text!(BodyError);

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BodyError::TooLarge { limit } => write!(f, "the body is larger than the limit of {limit} bytes"),
            BodyError::Read(_) => f.write_str("the body could not be read"),
        }?;
        write_causes(self, f)
    }
}

impl std::error::Error for BodyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BodyError::TooLarge { .. } => None,
            BodyError::Read(error) => Some(&**error),
        }
    }
}
