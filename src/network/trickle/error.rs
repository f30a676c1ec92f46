//! Why something did not work with a channel.

use std::io;

use super::wire::WireError;

/// Why a call for a channel failed.
///
/// No variant holds the channel's URL, which is a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL of the channel is not one.
    #[error("the channel's URL is invalid: {0}")]
    Url(&'static str),
    /// No connection could be made.
    #[error("could not connect to the trickle server")]
    Connect(#[source] io::Error),
    /// The connection was lost, more often than it is made again.
    #[error("the connection to the trickle server was lost")]
    Cut(#[source] io::Error),
    /// Nothing moved for too long.
    #[error("the trickle server made no progress for {0:?}")]
    Stalled(std::time::Duration),
    /// The response is not what a trickle server sends.
    #[error("the response of the trickle server is malformed: {0}")]
    Malformed(&'static str),
    /// The server responded with an error.
    #[error("the trickle server responded with {status}: {text}")]
    Status {
        /// The status.
        status: u16,
        /// The start of the response's text.
        text: String,
    },
    /// There is no such channel: it was never created, or it has ended.
    #[error("there is no such channel")]
    NotFound,
    /// The channel was deleted.
    #[error("the channel has ended")]
    Ended,
    /// A segment was not published completely, and was not repeated ([`Resend`](super::Resend)).
    #[error("segment {seq} may not have reached the trickle server completely")]
    Lost {
        /// The segment.
        seq: u64,
        /// What happened to it.
        #[source]
        source: Box<Error>,
    },
    /// The rest of a segment is no longer there.
    #[error("segment {seq} ends after {received} bytes: the trickle server has no more of it")]
    Incomplete {
        /// The segment.
        seq: u64,
        /// How many of its bytes were received.
        received: u64,
    },
    /// The subscriber fell behind the segments that the server keeps ([`Lag::Fail`](super::Lag::Fail)).
    #[error("segment {seq} is no longer on the trickle server, which is at {latest}")]
    Behind {
        /// The segment that was asked for.
        seq: u64,
        /// The next segment to be written.
        latest: u64,
    },
    /// Content is larger than was allowed.
    #[error("more than {0} bytes")]
    TooLarge(u64),
    /// Content is not JSON of the expected shape.
    #[error("the content is not the expected JSON")]
    Json(#[source] serde_json::Error),
}

/// A result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether the channel does not exist, or no longer.
    pub fn is_gone(&self) -> bool {
        match self {
            Self::NotFound | Self::Ended => true,
            Self::Lost { source, .. } => source.is_gone(),
            _ => false,
        }
    }

    /// Whether another connection may do better.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Cut(_) | Self::Stalled(_) => true,
            Self::Status { status, .. } => *status >= 500 || *status == 429,
            _ => false,
        }
    }
}

impl From<WireError> for Error {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Io(error) => Self::Cut(error),
            WireError::Closed => Self::Cut(io::ErrorKind::UnexpectedEof.into()),
            WireError::Malformed(reason) => Self::Malformed(reason),
        }
    }
}
