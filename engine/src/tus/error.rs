//! Why an upload failed.

use std::fmt;
use std::io;

use crate::error::{Error, RequestError, debug_as_text, write_causes};

/// Why an upload failed. `{:#}` adds the causes.
#[non_exhaustive]
pub enum UploadError {
    /// A request failed. The upload can be resumed.
    Call(Error),
    /// The content could not be read.
    Read(io::Error),
    /// The content differs from the one that the upload began with.
    #[non_exhaustive]
    Changed {
        /// How it differs.
        how: String,
    },
    /// The server no longer knows the upload, nor the one created to replace it.
    Unknown,
    /// The server directed the upload to another host, and does not know it on the endpoint's.
    #[non_exhaustive]
    Elsewhere {
        /// Host and port that the server named.
        theirs: String,
    },
    /// The server lost bytes that cannot be sent again, because a reader returns them only once. This does not happen with a
    /// file or a [`File::replayable`](crate::File::replayable).
    #[non_exhaustive]
    Rewind {
        /// The offset that the server reports.
        offset: u64,
        /// The first offset of which bytes are left.
        kept: u64,
    },
    /// The server repeatedly confirmed bytes and then reported fewer.
    #[non_exhaustive]
    Offset {
        /// The offset that it had confirmed.
        confirmed: u64,
        /// The offset that it reports now.
        now: u64,
    },
    /// The server reports more bytes than were ever sent: it is wrong, or something else uploads to the same URL.
    #[non_exhaustive]
    NeverSent {
        /// The number of bytes that it reports.
        offset: u64,
        /// The number of bytes that were sent.
        sent: u64,
    },
    /// The server's response violates the protocol. A proxy or captive portal may have sent it in the server's place.
    Protocol(String),
}

debug_as_text!(UploadError);

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
    /// The error that the content has changed; `how` describes the difference.
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
