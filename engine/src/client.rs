//! The client: settings, and the door to [`Call`].

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::header::{HeaderMap, USER_AGENT};

use crate::api::{Api, Facts};
use crate::call::{self, Call};
use crate::download::Download;
use crate::encode;
use crate::endpoint::HostedBy;
use crate::error::{BoxError, Error, RequestError};
use crate::rate::{Limiter, RateLimit};
use crate::retry::{Budget, Retry};
use crate::secret::Secret;
use crate::server::Server;
use crate::settings::{self, Credential, Key, Settings, Timeouts};
use crate::transport::Transport;

/// A client of the API `A`. Pointer-sized; clones share connections and the budget for retries.
///
/// Calls need a Tokio runtime with I/O and timers (`enable_all`), and are an error elsewhere. A client may be used from
/// several runtimes, one after the other or at once (a `static`, tests): each has connections of its own.
///
/// Settings are methods that take the client and give it back. What is wrong with a setting (a URL that is not one, a
/// server that the API does not have) is the error of every call, and of [`check`](Self::check), which asks for it
/// beforehand.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::{Client, Retry};
/// use std::time::Duration;
///
/// let client = Client::<Library>::new().key("12345")
///     .retry(Retry::attempts(5))
///     .timeout(Duration::from_secs(20))
///     .user_agent("my-app/1.0");
/// client.check()?;
///
/// let staging = client.clone().server_index(1);
/// # let _ = staging;
/// # Ok::<(), typed_endpoint::RequestError>(())
/// ```
pub struct Client<A>(Arc<Settings>, PhantomData<fn() -> A>);

impl<A: Api> Client<A> {
    /// A client without a key, of the API's first server.
    pub fn new() -> Self {
        Self(Arc::new(Settings::new(Facts::of::<A>())), PhantomData)
    }

    /// A request, ready to be sent: `client.call(request).await` sends it, and methods of [`Call`] say how.
    pub fn call<E: HostedBy<A>>(&self, request: E) -> Call<E> {
        Call::new(self.0.clone(), request, <E as HostedBy<A>>::PREFIX)
    }

    /// Fetches what stands at a URL, as a stream of bytes: an absolute URL, or a path (`/…`) on the server's host. Blanks and
    /// what is not ASCII are percent-encoded, but for the host. The key goes along only to the server's own origin. Retried
    /// like any GET until the body begins, and then [resumed](Download) where the server offers that. Redirects are followed
    /// to any host, up to 5 of them, but not from https to http.
    ///
    /// # Errors
    /// As for a call, with the kinds that have to do with neither request fields nor decoding.
    pub async fn download(&self, url: &str) -> Result<Download, Error> {
        call::download(self.0.clone(), url).await
    }

    /// Says what is wrong with the settings, without sending anything.
    ///
    /// # Errors
    /// The first thing wrong.
    pub fn check(&self) -> Result<(), RequestError> {
        self.0.config_error.clone().map_or(Ok(()), Err)?;
        let server = self.0.server.as_ref().map_err(Clone::clone)?;
        if let Key::Fixed(key) = &self.0.key {
            self.0.authorize(key, server, &mut "".into(), &mut HeaderMap::new())?;
        }
        self.0.transport().map(drop)
    }

    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.0
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

/// Settings.
impl<A: Api> Client<A> {
    /// The key that every request carries. A `Bearer ` before it is taken off.
    #[must_use]
    pub fn key(self, key: impl AsRef<str>) -> Self {
        if key.as_ref().trim().is_empty() {
            let error = RequestError::Key {
                reason: "the key is empty: give one, or leave `.key(…)` out to send none".into(),
            };
            return self.set(|settings| settings.config_error = Some(error));
        }
        self.set(|settings| settings.key = Key::Fixed(Credential::new(settings.api.auth, key.as_ref())))
    }

    /// A function that is asked for the key before every request, for keys that change.
    ///
    /// ```
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// # use typed_endpoint::{Client, Secret};
    /// let client = Client::<Library>::new().key_provider(|| async { Ok(Secret::from(std::env::var("MY_KEY")?)) });
    /// ```
    #[must_use]
    pub fn key_provider<F, Fut>(self, provider: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Secret, BoxError>> + Send + 'static,
    {
        self.set(|settings| settings.key = Key::Provider(Arc::new(move || Box::pin(provider()))))
    }

    /// The server, by the base URL that the paths of the operations are appended to.
    #[must_use]
    pub fn server(self, url: impl AsRef<str>) -> Self {
        self.set(|settings| settings.server = Server::new(url.as_ref()))
    }

    /// The server, by its index in [`Api::SERVERS`].
    #[must_use]
    pub fn server_index(self, index: usize) -> Self {
        self.set(|settings| settings.server = settings::server_at(settings.api, index))
    }

    /// When failed requests are repeated (default: [`Retry::default`]).
    #[must_use]
    pub fn retry(self, retry: Retry) -> Self {
        self.set(|settings| settings.retry = Some(retry.into()))
    }

    /// How many retries may fail in a row, of all calls of this client and of clones made of it from now on, before calls
    /// give their first error until responses come again; `None` for no bound (default: 100). Five calls that succeed at
    /// once make up for a retry. Retries at a time that the server asked for are not counted.
    #[must_use]
    pub fn retry_budget(self, retries: impl Into<Option<u32>>) -> Self {
        self.set(|settings| settings.budget = Arc::new(Budget::of(retries.into())))
    }

    /// How many requests are sent in a time, by all calls of this client and of clones made of it from now on; `None` for no
    /// limit (the default). Those beyond wait for their turn.
    #[must_use]
    pub fn rate_limit(self, limit: impl Into<Option<RateLimit>>) -> Self {
        self.set(|settings| settings.rate = limit.into().map(|limit| Arc::new(Limiter::new(limit))))
    }

    /// All time-outs.
    #[must_use]
    pub fn timeouts(self, timeouts: Timeouts) -> Self {
        self.set(|settings| {
            // The default transport, which this client may share with clones of it, has its own connect time-out.
            if settings.timeouts.connect != timeouts.connect {
                settings.forget_transport();
            }
            settings.timeouts = timeouts;
        })
    }

    /// How long an attempt may go without a byte sent or received: [`Timeouts::idle`].
    #[must_use]
    pub fn timeout(self, idle: Duration) -> Self {
        self.set(|settings| settings.timeouts.idle = Some(idle))
    }

    /// How long a call may take in all: [`Timeouts::deadline`].
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        self.set(|settings| settings.timeouts.deadline = Some(deadline))
    }

    /// A header for every request.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.set(|settings| match encode::header(name, value) {
            Ok((name, value)) => drop(settings.headers.insert(name, value)),
            Err(error) => settings.config_error = Some(error),
        })
    }

    /// What the client calls itself (default: [`Api::USER_AGENT`]).
    #[must_use]
    pub fn user_agent(self, name: &str) -> Self {
        self.header(USER_AGENT.as_str(), name)
    }

    /// How many bytes of a response are read into memory (default: 64 MiB), `Download::bytes` included; of a compressed one,
    /// decoded. What is handed on while it arrives has no bound.
    #[must_use]
    pub fn max_response(self, bytes: usize) -> Self {
        self.set(|settings| settings.max_response = bytes)
    }

    /// How many bytes of memory the value that is read from a response may take (default: four times
    /// [`max_response`](Self::max_response), 256 MiB). What counts are the items of lists and maps and what is boxed: a list of
    /// `{}` takes hundreds of times as much memory as its text. A response beyond is an error of
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode).
    #[must_use]
    pub fn max_memory(self, bytes: usize) -> Self {
        self.set(|settings| settings.max_memory = Some(bytes))
    }

    /// Whether the key may go over plain http to another machine (default: no). To this machine it may always.
    #[must_use]
    pub fn allow_plain_http(self, allow: bool) -> Self {
        self.set(|settings| settings.plain_http = allow)
    }

    /// Sends requests through a [`Transport`].
    #[must_use]
    pub fn transport(self, transport: impl Transport) -> Self {
        self.set(|settings| {
            settings.transport = Arc::new(OnceLock::from(Ok(Arc::new(transport) as Arc<dyn Transport>)));
            settings.own_transport = true;
        })
    }

    /// Configures reqwest, which sends the requests: certificates, proxies, addresses, …
    ///
    /// The function is called with the engine's own configuration whenever a client is made: at the first request of each
    /// runtime, separately for https, plain http and this machine. What it sets stays, except that redirects and retries are
    /// the engine's business and always switched off here: it counts attempts and keeps keys, headers and bodies from other
    /// hosts. So do these, which should not be set on the HTTP client: [`header`](Self::header) (reqwest's default headers go
    /// to *every* host), [`deadline`](Self::deadline) and [`timeout`](Self::timeout) (reqwest's time-out cuts long uploads
    /// and downloads off). The environment's proxies apply as without it, but never to this machine nor to a key that goes
    /// unencrypted; a proxy that is set here always applies. Replaces a transport that was given.
    ///
    /// ```
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// use typed_endpoint::Client;
    ///
    /// let client = Client::<Library>::new().key("12345").http_client(|http| http.no_proxy().tcp_keepalive(None));
    /// # let _ = client;
    /// ```
    #[cfg(feature = "reqwest")]
    #[must_use]
    pub fn http_client(
        self,
        configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.set(|settings| {
            settings.configure = Some(Arc::new(configure));
            settings.own_transport = false;
            settings.forget_transport();
        })
    }

    /// Sends requests through a tower service.
    #[cfg(feature = "tower")]
    #[must_use]
    pub fn service<S>(self, service: S) -> Self
    where
        crate::transport::tower::TowerTransport<S>: Transport,
    {
        self.transport(crate::transport::tower::TowerTransport::new(service))
    }
}

/// A client type: [`Client`] itself, or one that [`client!`](macro@crate::client) declares around it.
pub trait ApiClient: From<Client<Self::Api>> {
    /// The API that it calls.
    type Api: Api;
}

impl<A: Api> ApiClient for Client<A> {
    type Api = A;
}

impl<A: Api> Default for Client<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A> Clone for Client<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<A> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
