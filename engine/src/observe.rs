//! What an observer receives of a call: its attempts, their outcomes, the back-offs between them, the bytes.
//!
//! Set by [`Client::observer`](crate::Client::observer), for metrics or a log of one client:
//!
//! ```
//! # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
//! use typed_endpoint::observe::Step;
//!
//! let client = typed_endpoint::Client::<Library>::new().observer(|event| {
//!     if let Step::Ended(ending) = event.step {
//!         println!("{} took {:?}, {} bytes received", event.name, ending.duration, ending.received);
//!     }
//! });
//! # let _ = client;
//! ```

// Logs (`log.rs`) are made of the same events.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::endpoint::Operation;
use crate::error::ErrorKind;

/// What [`Client::observer`](crate::Client::observer) sets.
pub(crate) type Observer = Arc<dyn Fn(&Observation<'_>) + Send + Sync>;

/// One step of a call, as an observer receives it. `Display` is a line of a log.
///
/// It holds no URL, no header and no body, and so no secret.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Observation<'a> {
    /// The number of the call, the same in all its steps and of no other call of the process.
    pub call: u64,
    /// `None` for what is no operation of an API: a download by URL, an upload.
    pub operation: Option<&'static Operation>,
    /// The operation's name without its module (`Create`), else what the request is for (`download`, `upload`).
    pub name: &'static str,
    /// The HTTP method; `None` for an upload as a whole, which consists of several requests.
    pub method: Option<&'a str>,
    /// The server's host, without the port.
    pub server: &'a str,
    /// The server's port.
    pub port: Option<u16>,
    /// The number of the attempt, from 1; 0 before the first. In an upload each request counts its own.
    pub attempt: u32,
    /// What happened.
    pub step: Step,
}

/// What happened in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The call begins. Each call that begins ends once, by [`Ended`](Self::Ended).
    Started,
    /// An attempt begins. It ends by [`AttemptEnded`](Self::AttemptEnded), unless the call is cancelled meanwhile.
    AttemptStarted,
    /// A redirect is followed.
    #[non_exhaustive]
    Redirected {
        /// The status of the response that redirects.
        status: StatusCode,
    },
    /// An attempt has ended. For a response that is streamed that is when its body begins.
    AttemptEnded(Ending),
    /// There will be another attempt.
    #[non_exhaustive]
    Retrying {
        /// After this time.
        wait: Duration,
        /// Why: what kind of failure the last attempt was.
        kind: ErrorKind,
        /// The status that the last attempt got in response.
        status: Option<StatusCode>,
    },
    /// The call has ended. For a response that is streamed that is when its body has been read, or dropped.
    Ended(Ending),
}

/// How an attempt or a call has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ending {
    /// Whether it has succeeded.
    pub outcome: Outcome,
    /// The response's status; `None` when there was no response.
    pub status: Option<StatusCode>,
    /// How long it took.
    pub duration: Duration,
    /// How many bytes of request bodies were handed to the transport.
    pub sent: u64,
    /// How many bytes of response bodies were read.
    pub received: u64,
}

/// Whether an attempt or a call has succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It has.
    Success,
    /// It has failed.
    Failure(ErrorKind),
    /// Its future, or a body that was streamed, was dropped before its end.
    Cancelled,
}

impl Observation<'_> {
    /// The operation as `stream::Create`, else what the request is for (`download`, `upload`).
    pub fn qualified_name(&self) -> Cow<'static, str> {
        self.operation.map_or(Cow::Borrowed(self.name), |operation| operation.qualified_name().into())
    }

    /// The path of the operation with its parameters unfilled: `/stream/{id}`.
    pub fn template(&self) -> Option<&'static str> {
        self.operation.map(|operation| operation.path)
    }
}

impl Ending {
    /// What OpenTelemetry calls `error.type`: the status where that is the error (`503`), else the kind of failure in one word
    /// (`timeout`, `connect`, `cancelled`, …); `None` after a success. There are few of them, so metrics can be counted by it.
    pub fn error_type(&self) -> Option<Cow<'static, str>> {
        match self.outcome {
            Outcome::Success => None,
            Outcome::Failure(kind) => Some(error_type(kind, self.status)),
            Outcome::Cancelled => Some("cancelled".into()),
        }
    }
}

pub(crate) fn error_type(kind: ErrorKind, status: Option<StatusCode>) -> Cow<'static, str> {
    let word = match (kind, status) {
        (ErrorKind::Status, Some(status)) => return status.as_str().to_owned().into(),
        (ErrorKind::Status, None) => "status",
        (ErrorKind::Request, _) => "request",
        (ErrorKind::Connect, _) => "connect",
        (ErrorKind::Timeout, _) => "timeout",
        (ErrorKind::Transport, _) => "transport",
        (ErrorKind::Decode, _) => "decode",
        (ErrorKind::TooLarge, _) => "too_large",
        (ErrorKind::Body, _) => "body",
        (ErrorKind::File, _) => "file",
    };
    word.into()
}

/// With the operation's name in place of all its facts.
impl fmt::Debug for Observation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observation")
            .field("call", &self.call)
            .field("name", &self.qualified_name())
            .field("method", &self.method)
            .field("server", &self.server)
            .field("port", &self.port)
            .field("attempt", &self.attempt)
            .field("step", &self.step)
            .finish()
    }
}

/// `call 7 stream::Get (GET /stream/{id}), attempt 2: 200 after 31.2ms`.
impl fmt::Display for Observation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} {}", self.call, self.qualified_name())?;
        match (self.method, self.template()) {
            (Some(method), Some(template)) => write!(f, " ({method} {template})")?,
            (Some(method), None) => write!(f, " ({method})")?,
            (None, _) => {}
        }
        if !matches!(self.step, Step::Started | Step::Ended(_)) {
            write!(f, ", attempt {}", self.attempt)?;
        }
        f.write_str(": ")?;
        match self.step {
            Step::Started => write!(f, "starts, to {}", self.server),
            Step::AttemptStarted => f.write_str("is sent"),
            Step::Redirected { status } => write!(f, "is redirected by {}", status.as_str()),
            Step::AttemptEnded(ending) => ending.fmt(f),
            Step::Retrying { wait, kind, status } => {
                write!(f, "is repeated after {wait:.1?}, because of {}", error_type(kind, status))
            }
            Step::Ended(ending) => {
                let plural = if self.attempt == 1 { "" } else { "s" };
                write!(f, "ends with {ending}, {} attempt{plural}", self.attempt)
            }
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.error_type(), self.status) {
            (None, Some(status)) => f.write_str(status.as_str()),
            (None, None) => f.write_str("success"),
            (Some(error), Some(status)) if error != status.as_str() => write!(f, "{error} ({})", status.as_str()),
            (Some(error), _) => f.write_str(&error),
        }?;
        let Self { duration, sent, received, .. } = self;
        write!(f, " after {duration:.1?}, {sent} B sent, {received} B received")
    }
}
