//! Why an upload failed.

use std::fmt;
use std::io;

use crate::error::{Error, RequestError, write_causes};

/// Why an upload failed. `{:#}` adds the causes.
#[derive(Debug)]
#[non_exhaustive]
pub enum UploadError {
    /// A request failed. The upload can be resumed.
    Call(Error),
    /// The content could not be read.
    Read(io::Error),
    /// The content is not the one that the upload began with.
    #[non_exhaustive]
    Changed {
        /// What shows it.
        how: String,
    },
    /// The server does not know the upload any more, and not the one begun in its place either.
    Unknown,
    /// The server said that the upload is on another host, and does not know it on the endpoint's.
    #[non_exhaustive]
    Elsewhere {
        /// Host and port that the server named.
        theirs: String,
    },
    /// The server lost bytes that are gone here, too: a reader gives them only once. With a file, or a
    /// [`File::replayable`](crate::File::replayable), this does not happen.
    #[non_exhaustive]
    Rewind {
        /// Where the server is.
        offset: u64,
        /// From where on there still are bytes.
        kept: u64,
    },
    /// The server confirmed bytes and then denied it, time and again.
    #[non_exhaustive]
    Offset {
        /// What it had confirmed.
        confirmed: u64,
        /// What it says now.
        now: u64,
    },
    /// The server says that it has more than it was ever sent: it lies, or something else uploads to the same place.
    #[non_exhaustive]
    NeverSent {
        /// How many it says it has.
        offset: u64,
        /// How many were sent.
        sent: u64,
    },
    /// The server's response makes no sense. Something on the way may have given it in the server's place.
    Protocol(String),
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(_) => f.write_str("a request of the upload failed"),
            Self::Read(_) => f.write_str("the content of the upload cannot be read"),
            Self::Changed { how } => write!(
                f,
                "the content is not the one that the upload began with ({how}): resume it with that, or begin a new upload"
            ),
            Self::Unknown => f.write_str("the server does not know the upload any more: it needs a new one"),
            Self::Elsewhere { theirs } => write!(
                f,
                "the server said that the upload is at {theirs}, and does not know it at the endpoint's own host: if it may \
                 go there, say so by `tus::Upload::allow_other_hosts(true)`"
            ),
            Self::Rewind { offset, kept } => {
                write!(f, "the server wants the bytes from {offset} on again, but what was read before {kept} is gone")
            }
            Self::Offset { confirmed, now } => {
                write!(f, "the server takes back what it has confirmed: {confirmed} bytes, then only {now}")
            }
            Self::NeverSent { offset, sent } => {
                write!(f, "the server says that it has {offset} bytes, but only {sent} were ever sent")
            }
            Self::Protocol(how) => write!(f, "the server does not keep to the protocol: {how}"),
        }?;
        write_causes(self, f)
    }
}

impl std::error::Error for UploadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => Some(error),
            Self::Read(error) => Some(error),
            _ => None,
        }
    }
}

impl UploadError {
    /// The error that the content is not the one that the upload began with; `how` tells what shows it.
    pub fn changed(how: impl Into<String>) -> Self {
        Self::Changed { how: how.into() }
    }

    /// Whether [`resume`](super::Upload::resume) with the last state may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(error) => error.is_retryable(),
            Self::Protocol(_) => true,
            _ => false,
        }
    }
}

impl From<Error> for UploadError {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl From<RequestError> for UploadError {
    fn from(error: RequestError) -> Self {
        Self::Call(error.into())
    }
}
