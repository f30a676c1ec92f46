//! Why a command failed: what is printed, and the exit code.

use std::fmt::Display;
use std::io;

use livepeer::asset::UploadWaitError;
use livepeer::network::{self, RejectionKind, trickle};
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
        let code = match (error.status(), error.kind()) {
            (_, ErrorKind::Request) => error.request_error().map_or(code::USAGE, request_code),
            (Some(status), ErrorKind::Status) => status_code(status.as_u16()),
            (_, ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport) => code::NETWORK,
            (_, ErrorKind::Decode | ErrorKind::TooLarge) => code::SERVER,
            _ => code::OTHER,
        };
        Self::new(code, format_args!("{error:#}"))
    }
}

fn status_code(status: u16) -> u8 {
    match status {
        404 | 410 => code::NOT_FOUND,
        401 | 403 => code::AUTH,
        429 => code::RATE_LIMITED,
        500.. => code::SERVER,
        _ => code::REFUSED,
    }
}

/// An error's text with those of its causes.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl From<network::Error> for Failure {
    fn from(error: network::Error) -> Self {
        use network::Error as E;
        let text = with_causes(&error);
        // The hints of the library are for programs.
        match error {
            E::NoSource => Self::usage(
                "no runner can be found: give --orchestrator URL, --discovery-url URL or --signer URL, or set LIVEPEER_ORCHESTRATOR, \
                 LIVEPEER_DISCOVERY_URL or LIVEPEER_SIGNER",
            ),
            E::NoSigner { app } => Self::usage(format_args!(
                "the runners of the app {app} have to be paid: give --signer URL, or set LIVEPEER_SIGNER"
            )),
            E::NoRunner { rejections, .. } => {
                let is = |kind| !rejections.is_empty() && rejections.iter().all(|rejection| rejection.kind == kind);
                let code = match () {
                    () if rejections.is_empty() || is(RejectionKind::Gone) => code::NOT_FOUND,
                    () if is(RejectionKind::Unreachable) => code::NETWORK,
                    () if is(RejectionKind::Busy) => code::SERVER,
                    () => code::REFUSED,
                };
                Self::new(code, text)
            }
            E::Discovery(source) | E::Signer(source) | E::Call { source, .. } => Self { text, ..Self::from(source) },
            E::InsufficientBalance(_) => Self::new(code::REFUSED, text),
            E::Url(_) => Self::new(code::SERVER, text),
            E::Connect(_) => Self::new(code::NETWORK, text),
            E::Channel(error) => Self { text, ..Self::from(error) },
            E::Transport(error) => Self { text, ..Self::from(error) },
            _ => Self::other(text),
        }
    }
}

impl From<trickle::Error> for Failure {
    fn from(error: trickle::Error) -> Self {
        use trickle::Error as E;
        let code = match &error {
            E::Url(_) => code::USAGE,
            E::Connect(_) | E::Cut(_) | E::Stalled(_) => code::NETWORK,
            E::Status { status, .. } => status_code(*status),
            E::NotFound | E::Ended => code::NOT_FOUND,
            E::Lost { .. } | E::Incomplete { .. } | E::Behind { .. } => code::WAIT,
            E::Malformed(_) => code::SERVER,
            _ => code::OTHER,
        };
        Self::new(code, with_causes(&error))
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
