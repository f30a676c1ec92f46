//! Tests against responses that were recorded once from the real service, on the caller's own account.
//!
//! ```no_run
//! # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
//! # use typed_endpoint::dynamic::{Catalog, Entry};
//! # impl Catalog for Library { const ENTRIES: &'static [&'static [Entry]] = &[library::ENTRIES]; }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use typed_endpoint::{Client, RequestError, replay::Cassette};
//!
//! // `cargo test` replays; `RECORD=1 cargo test` calls the service and writes the file.
//! let cassette = Cassette::open("tests/cassettes/gets_a_book.json")?;
//! let client = cassette.client(|| {
//!     let card = std::env::var("LIBRARY_CARD").unwrap_or_default();
//!     Ok::<_, RequestError>(Client::<Library>::new().key(card))
//! })?;
//!
//! assert_eq!(client.call(GetBook::new("moby-dick")).await?.title, "Moby Dick");
//! assert!(cassette.unused().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # What is recorded
//! Each exchange: the operation, what identifies its request, and the whole response. The file is JSON, to be committed and read in
//! reviews. A file is recorded again as a whole.
//!
//! **Secrets are not recorded.** Keys never are. What the declarations say is secret, values whose names say so
//! (`streamKey`, `client_secret`, `X-Amz-Signature`, [`Api::SECRET_NAMES`]) and the URLs that uploads are sent to are replaced, wherever they occur, by
//! `redacted-1`, `redacted-2`, …: the same secret has the same number, so that a request which repeats what a response gave still
//! matches. Bodies that are no text are recorded as they are. So is other personal data, such as an account's e-mail address: look at
//! the file before you commit it.
//!
//! # How requests are matched
//! By operation, method and URL, each field of the body by itself (JSON, forms, multipart), and the headers that the operation declares. Neither the
//! order of JSON members nor a multipart boundary matters. Contents of files count by their length and hash. Fields that differ from run to
//! run are left out by [`ignore`](Cassette::ignore).
//!
//! Equal requests get their responses in the recorded order; once these are used up, a request that only reads gets the last one again. A
//! request without a recorded response is an error, which says what the most similar recorded one has otherwise. Nothing is sent.

mod exchange;
mod json;
mod placeholders;
mod redaction;
mod transport;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::api::{Api, Auth};
use crate::client::{ApiClient, Client};
use crate::dynamic::Catalog;
use crate::error::{debug_as_text, write_causes};
use exchange::{Base, Exchange, Recorded};
use placeholders::Placeholders;
pub use redaction::{Redaction, Shown};
use transport::{Known, Through};

/// A file of recorded exchanges, being replayed or recorded: see the [module](self). Clones are the same.
#[derive(Clone)]
pub struct Cassette(Arc<Inner>);

struct Inner {
    path: PathBuf,
    records: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    recorded: Recorded,
    /// How often each exchange was replayed.
    used: Vec<u32>,
    ignored: Vec<String>,
    /// Where the keys of the clients are.
    auths: Vec<Auth>,
    placeholders: Placeholders,
}

/// Why a file of recorded exchanges cannot be used.
#[non_exhaustive]
pub enum CassetteError {
    /// It cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was changed by hand, or by another program, into something else.
    Decode {
        /// The file.
        path: PathBuf,
        /// Where it is wrong.
        source: serde_json::Error,
    },
}

debug_as_text!(CassetteError);

impl fmt::Display for CassetteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, .. } => write!(f, "{} cannot be read", path.display())?,
            Self::Decode { path, .. } => write!(f, "{} holds no recorded exchanges", path.display())?,
        }
        write_causes(self, f)?;
        match self {
            Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                f.write_str(": run the test once with RECORD=1 in the environment")
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for CassetteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            Self::Decode { source, .. } => Some(source),
        }
    }
}

impl Cassette {
    /// Opens a file: to record if the environment variable `RECORD` is set and neither empty nor `0`, otherwise to replay. A relative path
    /// begins in the working directory, which for `cargo test` is that of the package.
    ///
    /// # Errors
    /// When it is to be replayed and cannot be read. Recording fails later, at the first call, if the file cannot be written.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, CassetteError> {
        match std::env::var_os("RECORD").is_some_and(|value| !value.is_empty() && value != "0") {
            true => Ok(Self::record(path)),
            false => Self::replay(path),
        }
    }

    /// Replays a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn replay(path: impl Into<PathBuf>) -> Result<Self, CassetteError> {
        let path = path.into();
        let text =
            std::fs::read_to_string(&path).map_err(|source| CassetteError::Read { path: path.clone(), source })?;
        let recorded: Recorded =
            serde_json::from_str(&text).map_err(|source| CassetteError::Decode { path: path.clone(), source })?;
        let used = vec![0; recorded.exchanges.len()];
        Ok(Self::new(path, false, State { recorded, used, ..State::default() }))
    }

    /// Records into a file, which is written again with each exchange.
    pub fn record(path: impl Into<PathBuf>) -> Self {
        Self::new(path.into(), true, State::default())
    }

    fn new(path: PathBuf, records: bool, state: State) -> Self {
        Self(Arc::new(Inner { path, records, state: Mutex::new(state) }))
    }

    /// Leaves fields out of the comparison of requests, by their names: what differs from run to run, such as a time or a random id.
    #[must_use]
    pub fn ignore<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.state().ignored.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// Whether it records.
    pub fn is_recording(&self) -> bool {
        self.0.records
    }

    /// Makes a client that replays, or that records what the real client does. The real one is made only then.
    ///
    /// # Errors
    /// When the real client cannot be made.
    pub fn client<C, E>(&self, real: impl FnOnce() -> Result<C, E>) -> Result<C, E>
    where
        C: ApiClient + Into<Client<C::Api>>,
        C::Api: Catalog,
    {
        let name = <C::Api as Api>::NAME.to_owned();
        let cassette = self.clone();
        if self.0.records {
            let client: Client<C::Api> = real()?.into();
            let settings = client.settings();
            let known = Known::of::<C::Api>(settings.more_keys.iter().map(|key| key.auth));
            self.state().auths.extend(known.auths.iter().copied());
            self.state().placeholders.declare(<C::Api as Api>::SECRET_NAMES);
            if let Ok(server) = &settings.server {
                let base = Base { url: server.base(), given: settings.server_given };
                self.state().recorded.servers.insert(name, base);
            }
            return Ok(client
                .innermost(move |inner| Through {
                    cassette: cassette.clone(),
                    known: known.clone(),
                    inner: Some(inner),
                })
                .into());
        }
        let client = Client::<C::Api>::new().key("replayed:replayed").allow_plain_http(true);
        let client = match self.state().recorded.servers.get(&name) {
            Some(base) if base.given => client.server(&base.url),
            Some(base) => client.own_server(&base.url),
            None => client,
        };
        let through = Through { cassette, known: Known::of::<C::Api>([]), inner: None };
        // With a layer, each request tells its operation.
        Ok(client.transport(through).layer(|inner| inner).into())
    }

    /// The recorded requests that were not made since the file was opened: `GET https://…`. Empty while recording.
    pub fn unused(&self) -> Vec<String> {
        let state = self.state();
        let exchanges = state.recorded.exchanges.iter().zip(&state.used);
        exchanges.filter(|(_, used)| **used == 0).map(|(exchange, _)| exchange.request.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an exchange, and writes the file.
    fn add(&self, exchange: Exchange) -> io::Result<()> {
        let mut state = self.state();
        state.recorded.exchanges.push(exchange);
        // What was learned to be a secret later is one in earlier exchanges, too.
        let replacer = state.placeholders.replacer();
        let exchanges = state.recorded.exchanges.iter().cloned();
        let exchanges = exchanges.map(|exchange| exchange.redacted(&replacer, &state.auths)).collect();
        let redacted = Recorded { servers: state.recorded.servers.clone(), exchanges };
        write(&self.0.path, &json::pretty(&serde_json::to_string(&redacted)?))
    }
}

/// Writes a file as a whole or not at all, in a folder that is made if it is not there.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}

/// By the file.
impl fmt::Debug for Cassette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cassette").field("path", &self.0.path).field("records", &self.0.records).finish_non_exhaustive()
    }
}
