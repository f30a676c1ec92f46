//! Why a command failed: what is printed, and the exit code.

use std::fmt::Display;
use std::io;

use livepeer::asset::UploadWaitError;
use livepeer::tus::UploadError;
use livepeer::{Error, ErrorKind, RequestError, WaitError};

/// The exit codes, as README.md lists them.
pub mod code {
    pub const OTHER: u8 = 1;
    pub const USAGE: u8 = 2;
    pub const NOT_FOUND: u8 = 3;
    pub const AUTH: u8 = 4;
    pub const NETWORK: u8 = 5;
    pub const RATE_LIMITED: u8 = 6;
    pub const SERVER: u8 = 7;
    pub const REFUSED: u8 = 8;
    pub const WAIT: u8 = 9;
    pub const INTERRUPTED: u8 = 130;
}

#[derive(Debug)]
pub struct Failure {
    pub code: u8,
    /// Empty: nothing is printed.
    pub text: String,
}

impl Failure {
    pub fn new(code: u8, text: impl Display) -> Self {
        Self { code, text: text.to_string() }
    }

    pub fn usage(text: impl Display) -> Self {
        Self::new(code::USAGE, text)
    }

    pub fn other(text: impl Display) -> Self {
        Self::new(code::OTHER, text)
    }
}

/// Standard output is closed when its reader has read enough, as `head` does: no failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(0, ""),
            _ => Self::other(error),
        }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        let code = request_code(&error);
        Self::new(code, format_args!("{error:#}"))
    }
}

fn request_code(error: &RequestError) -> u8 {
    match error {
        RequestError::Key { .. } | RequestError::KeyProvider { .. } | RequestError::UnencryptedKey { .. } => code::AUTH,
        RequestError::File { .. } | RequestError::Io { .. } | RequestError::Tls { .. } => code::OTHER,
        _ => code::USAGE,
    }
}

impl<B> From<Error<B>> for Failure {
    fn from(error: Error<B>) -> Self {
        let code = match (error.status().map(|status| status.as_u16()), error.kind()) {
            (_, ErrorKind::Request) => error.request_error().map_or(code::USAGE, request_code),
            (Some(404 | 410), ErrorKind::Status) => code::NOT_FOUND,
            (Some(401 | 403), ErrorKind::Status) => code::AUTH,
            (Some(429), ErrorKind::Status) => code::RATE_LIMITED,
            (Some(500..), ErrorKind::Status) => code::SERVER,
            (_, ErrorKind::Status) => code::REFUSED,
            (_, ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport) => code::NETWORK,
            (_, ErrorKind::Decode | ErrorKind::TooLarge) => code::SERVER,
            _ => code::OTHER,
        };
        Self::new(code, format_args!("{error:#}"))
    }
}

impl From<UploadError> for Failure {
    fn from(error: UploadError) -> Self {
        let text = format!("{error:#}");
        match error {
            UploadError::Call(error) => Self { text, ..Self::from(error) },
            _ => Self::other(text),
        }
    }
}

impl From<WaitError> for Failure {
    fn from(error: WaitError) -> Self {
        let text = format!("{error:#}");
        match error {
            WaitError::Call(error) => Self { text, ..Self::from(error) },
            WaitError::Deadline { .. } => Self::new(code::NETWORK, text),
            _ => Self::new(code::WAIT, text),
        }
    }
}

impl From<UploadWaitError> for Failure {
    fn from(error: UploadWaitError) -> Self {
        let text = format!("{error:#}");
        match error {
            UploadWaitError::Upload(error) => Self { text, ..Self::from(error) },
            UploadWaitError::Wait { error, .. } => Self { text, ..Self::from(error) },
            _ => Self::other(text),
        }
    }
}
