//! What a client is set up with.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, Entry, HeaderMap, HeaderName, HeaderValue};

use crate::api::{Auth, Facts};
use crate::encode::set_query;
use crate::error::{BoxError, RequestError};
use crate::observe::Observer;
use crate::rate::Limiter;
use crate::redact::MARK;
use crate::retry::Budget;
use crate::retry::Retry;
use crate::secret::Secret;
use crate::server::Server;
use crate::token::Tokens;
use crate::transport::layer::{Layer, layered};
use crate::transport::{BoxFuture, Transport};

/// Time-outs: for connecting, for an attempt without progress, and for the whole call.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::{Client, Timeouts};
/// use std::time::Duration;
///
/// let timeouts = Timeouts::default().connect(Duration::from_secs(3)).idle(Duration::from_secs(30));
/// let client = Client::<Library>::new().key("12345").timeouts(timeouts);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// How long connecting may take, TLS and proxies included (default: 10 s). A custom transport decides by itself.
    pub connect: Option<Duration>,
    /// How long an attempt may go without a byte sent or received (default: what the operation declares, else 60 s). A
    /// long upload or download that makes progress is never cut short by it. A response's headers count once they are complete.
    ///
    /// Of a request body of more than 64 KiB, what has been handed to the system may still be on its way, and nobody can see
    /// it move: it gets as much longer as it takes at the speed seen so far, or at 4 kB/s, but no more than five times this
    /// time in all. Events have this time from one to the next ([`Sse::timeout`](crate::sse::Sse::timeout)); the body of an error
    /// response has 5 s in all.
    pub idle: Option<Duration>,
    /// How long a call may take in total, with its retries and back-off (default: no limit). For a streamed response (a
    /// download or events), until it begins; from then on only `idle` applies.
    pub deadline: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Some(Duration::from_secs(10)), idle: None, deadline: None }
    }
}

impl Timeouts {
    /// Sets how long connecting may take (default: 10 s); `None` for no limit.
    #[must_use]
    pub fn connect(self, connect: impl Into<Option<Duration>>) -> Self {
        Self { connect: connect.into(), ..self }
    }

    /// Sets how long an attempt may go without a byte sent or received; `None` for what the operation declares, else 60 s
    /// (the default).
    #[must_use]
    pub fn idle(self, idle: impl Into<Option<Duration>>) -> Self {
        Self { idle: idle.into(), ..self }
    }

    /// Sets how long a call may take in total; `None` for no limit (the default).
    #[must_use]
    pub fn deadline(self, deadline: impl Into<Option<Duration>>) -> Self {
        Self { deadline: deadline.into(), ..self }
    }
}

/// What [`Timeouts::idle`] is unless the caller, the client or the operation says otherwise.
pub(crate) const IDLE: Duration = Duration::from_secs(60);

/// Returns the key, called for each request.
pub(crate) type KeyProvider = Arc<dyn Fn() -> BoxFuture<'static, Result<Secret, BoxError>> + Send + Sync>;

#[derive(Clone)]
pub(crate) enum Key {
    None,
    Fixed(Arc<Credential>),
    Provider(KeyProvider),
    Tokens(Arc<Tokens>),
}

/// A key, and the header that carries it.
pub(crate) struct Credential {
    pub(crate) auth: Auth,
    pub(crate) key: Arc<Secret>,
    /// What else of it must not be shown.
    pub(crate) also: Vec<Secret>,
    /// `None` where no header can hold it.
    value: Option<HeaderValue>,
}

impl Credential {
    pub(crate) fn new(auth: Auth, key: &str) -> Arc<Self> {
        let key = Arc::new(bare_key(key));
        let mut also = Vec::new();
        let value = match auth {
            Auth::Bearer => HeaderValue::try_from(format!("Bearer {}", key.expose())),
            Auth::Basic => {
                let encoded = BASE64_STANDARD.encode(key.expose());
                let value = HeaderValue::try_from(format!("Basic {encoded}"));
                let password = key.expose().split_once(':').map(|(_, password)| password).unwrap_or_default();
                also.extend([encoded.as_str(), password].map(Secret::from));
                value
            }
            Auth::Header(_) | Auth::Query(_) => HeaderValue::from_str(key.expose()),
        };
        let value = value.ok().map(|mut value| {
            value.set_sensitive(true);
            value
        });
        Arc::new(Self { auth, key, also, value })
    }
}

/// The default transport is made at the first call, so that a client costs nothing until then, and once for all clones.
pub(crate) type Lazy = Arc<OnceLock<Result<Arc<dyn Transport>, RequestError>>>;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) api: Facts,
    pub(crate) server: Result<Arc<Server>, RequestError>,
    /// Whether the caller gave it by its URL.
    pub(crate) server_given: bool,
    pub(crate) key: Key,
    /// Those that are sent besides.
    pub(crate) more_keys: Vec<Arc<Credential>>,
    pub(crate) plain_http: bool,
    pub(crate) key_in_page: bool,
    /// `None`: nothing was set.
    pub(crate) retry: Option<Arc<Retry>>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) rate: Option<Arc<Limiter>>,
    pub(crate) timeouts: Timeouts,
    pub(crate) headers: HeaderMap,
    pub(crate) config_error: Option<RequestError>,
    pub(crate) max_response: usize,
    /// `None`: by `max_response`.
    pub(crate) max_memory: Option<usize>,
    /// Whether values are checked before they are sent.
    pub(crate) check_values: bool,
    pub(crate) observer: Option<Observer>,
    /// How many bytes of headers, and of a body, the log shows.
    pub(crate) max_logged: usize,
    pub(crate) transport: Lazy,
    /// The transport that the caller gave.
    pub(crate) own_transport: Option<Arc<dyn Transport>>,
    /// What stands around the transport, the first one innermost.
    pub(crate) layers: Vec<Layer>,
    /// What the caller changes of the default transport.
    #[cfg(feature = "reqwest")]
    pub(crate) configure: Option<crate::transport::reqwest::Configure>,
    /// Whether the default transport may use HTTP/2 for short calls.
    #[cfg(feature = "http2")]
    pub(crate) http2: bool,
}

impl Settings {
    pub(crate) fn new(api: Facts) -> Self {
        let mut headers = HeaderMap::new();
        if let Ok(user_agent) = HeaderValue::from_str(api.user_agent) {
            headers.insert(http::header::USER_AGENT, user_agent);
        }
        Self {
            api,
            server: server_at(api, 0),
            server_given: false,
            key: Key::None,
            more_keys: Vec::new(),
            plain_http: false,
            key_in_page: false,
            retry: None,
            budget: Arc::default(),
            rate: None,
            timeouts: Timeouts::default(),
            headers,
            config_error: None,
            max_response: 64 * 1024 * 1024,
            max_memory: None,
            check_values: true,
            observer: None,
            max_logged: 4 * 1024,
            transport: Lazy::default(),
            own_transport: None,
            layers: Vec::new(),
            #[cfg(feature = "reqwest")]
            configure: None,
            #[cfg(feature = "http2")]
            http2: false,
        }
    }

    /// How many bytes of memory the value of a response may take.
    pub(crate) fn max_memory(&self) -> usize {
        // Responses that list small objects take more than their text.
        self.max_memory.unwrap_or_else(|| self.max_response.saturating_mul(4))
    }

    /// The transport, made now if there is none yet.
    pub(crate) fn transport(&self) -> Result<Arc<dyn Transport>, RequestError> {
        let make = || {
            let transport = self.own_transport.clone().map_or_else(|| self.default_transport(), Ok);
            transport.map(|transport| layered(transport, &self.layers))
        };
        self.transport.get_or_init(make).clone()
    }

    fn default_transport(&self) -> Result<Arc<dyn Transport>, RequestError> {
        #[cfg(feature = "reqwest")]
        {
            let setup = crate::transport::reqwest::Setup {
                connect_timeout: self.timeouts.connect,
                configure: self.configure.clone(),
                #[cfg(feature = "http2")]
                http2: self.http2,
            };
            Ok(Arc::new(crate::transport::reqwest::Default::new(setup)))
        }
        #[cfg(not(feature = "reqwest"))]
        crate::transport::default_transport(self.timeouts.connect)
    }

    /// Has the transport made again. One that the caller gave stays.
    pub(crate) fn forget_transport(&mut self) {
        self.transport = Lazy::default();
    }

    /// Puts the key where the API wants it, unless the server is one that it must not go to.
    pub(crate) fn authorize(
        &self,
        credential: &Credential,
        server: &Server,
        target: &mut Cow<'_, str>,
        headers: &mut HeaderMap,
    ) -> Result<(), RequestError> {
        if !server.is_secure() && !self.plain_http {
            let origin = server.origin();
            return Err(RequestError::UnencryptedKey {
                reason: format!(
                    "the key would go to {origin} unencrypted: use https, or allow it by `.allow_plain_http(true)`"
                ),
            });
        }
        #[cfg(all(feature = "fetch", target_family = "wasm"))]
        if !self.key_in_page && !server.is_local() && crate::runtime::web::is_page() {
            return Err(RequestError::Key {
                reason: "a key in a web page is everybody's: have a server of yours make the call, and give the page only what it \
                         returns, such as the URL of an upload; or, for a page that only trusted people see, allow it by \
                         `.allow_key_in_page(true)`"
                    .into(),
            });
        }
        if credential.key.is_empty() {
            return Err(RequestError::Key { reason: "the key is empty: the function that gives it gave none".into() });
        }
        let key = credential.key.expose();
        if credential.auth == Auth::Basic && !key.contains(':') && key != MARK {
            return Err(RequestError::Key { reason: "for `Auth::Basic` it is `user:password`, with a colon".into() });
        }
        let name = match credential.auth {
            Auth::Bearer | Auth::Basic => AUTHORIZATION,
            Auth::Header(name) => HeaderName::from_bytes(name.as_bytes()).map_err(|_| RequestError::Key {
                reason: format!("`{name}`, which `Api::AUTH` names, is no name of a header").into(),
            })?,
            Auth::Query(name) => {
                set_query(target.to_mut(), name, credential.key.expose());
                return Ok(());
            }
        };
        // What the caller says about one call, or about all, goes before the key.
        let Entry::Vacant(header) = headers.entry(name) else { return Ok(()) };
        let value = credential.value.clone().ok_or(RequestError::Key {
            reason: "the key has characters that no header can hold (a line break?): give it as it was issued".into(),
        })?;
        header.insert(value);
        Ok(())
    }
}

/// The API's server of that index.
pub(crate) fn server_at(api: Facts, index: usize) -> Result<Arc<Server>, RequestError> {
    match api.servers.get(index) {
        Some(url) => Server::new(url),
        None => {
            let list: Vec<_> = api.servers.iter().enumerate().map(|(index, url)| format!("{index}: {url}")).collect();
            let reason = format!("{} has no server {index}; it has {}", api.name, list.join(", "));
            Err(RequestError::NoServer { reason })
        }
    }
}

/// A key as callers give it: a bearer prefix of theirs is not doubled.
fn bare_key(key: &str) -> Secret {
    let key = key.trim();
    match key.split_at_checked(7) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("bearer ") => rest.trim_start().into(),
        _ => key.into(),
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Client");
        debug.field("api", &self.api.name);
        match &self.server {
            Ok(server) => debug.field("server", server),
            Err(error) => debug.field("server", error),
        };
        debug
            .field(
                "key",
                &match self.key {
                    Key::None => "none",
                    Key::Fixed(_) => "set",
                    Key::Provider(_) | Key::Tokens(_) => "by a function",
                },
            )
            .field("retry", &self.retry.clone().unwrap_or_default())
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}
