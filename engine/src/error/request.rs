//! Why a request is not sent.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::BoxError;
use super::causes::{debug_as_text, write_causes};

/// Why a request was not sent. `{:#}` adds the causes.
#[derive(Clone)]
#[non_exhaustive]
pub enum RequestError {
    /// A path parameter would change the path.
    PathParameter {
        /// Its name.
        name: &'static str,
        /// Why it cannot be sent.
        what: &'static str,
    },
    /// A header's value has invalid characters.
    Header {
        /// Its name.
        name: String,
    },
    /// A field's value could not be written.
    Field {
        /// Its name on the wire.
        name: String,
        /// Why not.
        reason: String,
    },
    /// A value is not what the declaration says it has to be.
    Constraint {
        /// Its path, such as `profiles[0].width`.
        path: String,
        /// What it has to be, such as `is to be at least 128`.
        reason: String,
    },
    /// The URL is invalid.
    Url {
        /// Why it is invalid.
        reason: String,
    },
    /// The API has no server of this index.
    NoServer {
        /// The available servers.
        reason: String,
    },
    /// The key is missing or invalid.
    Key {
        /// Why it is invalid.
        reason: Cow<'static, str>,
    },
    /// The key would be sent unencrypted.
    UnencryptedKey {
        /// Where to, and how to allow or avoid it.
        reason: String,
    },
    /// The key provider failed.
    KeyProvider {
        /// Its error.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// A file cannot be read.
    File {
        /// Its path.
        path: PathBuf,
        /// Why not.
        source: Arc<io::Error>,
    },
    /// Content that is to be sent cannot be read.
    Io {
        /// Why not.
        source: Arc<io::Error>,
    },
    /// A value has no id.
    NoId {
        /// What has no id.
        what: &'static str,
    },
    /// There is no Tokio runtime, or it lacks I/O or timers.
    Runtime {
        /// What is missing.
        reason: &'static str,
    },
    /// The thread for blocking calls cannot be started.
    Thread {
        /// Why not.
        source: Arc<io::Error>,
    },
    /// There is no transport.
    NoTransport,
    /// A proxy cannot be used.
    Proxy {
        /// What names it, and what is wrong with it.
        reason: String,
    },
    /// TLS cannot be set up.
    Tls {
        /// The HTTP client's error.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The HTTP client cannot be set up.
    HttpClient {
        /// Its error.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The API has no operation of this name.
    #[cfg(feature = "dynamic")]
    UnknownOperation {
        /// The name.
        name: String,
        /// Names that it has and that are similar, the most similar first.
        similar: Vec<String>,
    },
    /// An argument of a call by name is wrong.
    #[cfg(feature = "dynamic")]
    Argument {
        /// Its path, such as `pull.source`.
        path: String,
        /// What is wrong, and what may have been meant.
        reason: String,
    },
    /// Anything else; from [`RequestError::other`].
    #[non_exhaustive]
    Other {
        /// What it is.
        reason: Cow<'static, str>,
    },
}

impl RequestError {
    #[cfg(feature = "tokio")]
    pub(crate) const NO_RUNTIME: Self = Self::Runtime {
        reason: "calls need a Tokio runtime: make them in one (`#[tokio::main]`, `Runtime::block_on`), or use the blocking \
                 client (feature `blocking`)",
    };

    /// An error that has no variant, for what is built on the engine.
    pub fn other(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Other { reason: reason.into() }
    }

    pub(crate) fn key_provider(error: BoxError) -> Self {
        Self::KeyProvider { source: error.into() }
    }
}

debug_as_text!(RequestError);

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PathParameter { name, what } => {
                write!(f, "the path parameter `{name}` is {what}, which would address something else")?;
                f.write_str(if what.starts_with("a path") { "" } else { ": give a single id" })
            }
            Self::Header { name } => write!(
                f,
                "the header `{name}` has a value that no header can hold (a line break or another control character): \
                 take them out"
            ),
            Self::Field { name, reason } => write!(f, "the field `{name}` cannot be sent: {reason}"),
            Self::Constraint { path, reason } => write!(f, "the field `{path}` {reason}"),
            Self::Url { reason } => write!(f, "the URL cannot be used: {reason}"),
            Self::NoServer { reason } | Self::UnencryptedKey { reason } | Self::Proxy { reason } => f.write_str(reason),
            Self::Key { reason } | Self::Other { reason } => f.write_str(reason),
            Self::KeyProvider { .. } => f.write_str("the function that gives the key failed"),
            Self::File { path, .. } => write!(f, "the file {} cannot be read", path.display()),
            Self::Io { .. } => f.write_str("the content cannot be read"),
            Self::NoId { what } => write!(f, "the {what} has no id"),
            Self::Runtime { reason } => f.write_str(reason),
            Self::Thread { .. } => f.write_str("the thread for blocking calls cannot be started"),
            Self::NoTransport => f.write_str(
                "there is no transport: turn on a feature (`rustls`, `native-tls`, `reqwest`; `fetch` on WebAssembly) or give one by `.transport(…)`",
            ),
            #[cfg(feature = "dynamic")]
            Self::UnknownOperation { name, similar } => {
                write!(f, "there is no operation `{name}`{}", suggestion(similar))
            }
            #[cfg(feature = "dynamic")]
            Self::Argument { reason, .. } => f.write_str(reason),
            Self::Tls { .. } => f.write_str("TLS cannot be set up"),
            Self::HttpClient { .. } => f.write_str("the HTTP client cannot be set up"),
        }?;
        write_causes(self, f)
    }
}

impl Error for RequestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::File { source, .. } | Self::Io { source } | Self::Thread { source } => Some(&**source),
            Self::KeyProvider { source } | Self::Tls { source } | Self::HttpClient { source } => Some(&**source),
            _ => None,
        }
    }
}

/// `; did you mean …?`, or nothing.
#[cfg(feature = "dynamic")]
pub(crate) fn suggestion(similar: &[String]) -> String {
    match similar {
        [] => String::new(),
        names => {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("; did you mean {}?", names.join(" or "))
        }
    }
}
