//! The client: settings, and the door to [`Call`].

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderMap, USER_AGENT};

use crate::api::{Api, Auth, Facts};
use crate::body::Body;
use crate::call::{self, Call};
use crate::download::Download;
use crate::encode;
use crate::endpoint::HostedBy;
use crate::error::{BoxError, Error, RequestError};
use crate::observe::Observation;
use crate::rate::{Limiter, RateLimit};
use crate::redact::credentials;
use crate::retry::{Budget, Retry};
use crate::secret::Secret;
use crate::server::Server;
use crate::settings::{self, Credential, Key, Settings, Timeouts};
use crate::token::{Token, Tokens};
use crate::transport::Transport;
use crate::transport::layer::Signing;
#[cfg(feature = "tower")]
use crate::transport::tower::{TowerTransport, TransportService};

/// A client of the API `A`. Pointer-sized; clones share connections and the budget for retries.
///
/// Calls need a Tokio runtime with I/O and timers (`enable_all`), and return an error elsewhere. A client may be used from
/// several runtimes, one after another or concurrently (a `static`, tests): each has its own connections.
///
/// Settings are builder methods. An invalid setting (a malformed URL, a server index that the API does not have) is the
/// error of every call; [`check`](Self::check) reports it beforehand.
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
    /// Creates a client without a key, of the API's first server.
    pub fn new() -> Self {
        Self(Arc::new(Settings::new(Facts::of::<A>())), PhantomData)
    }

    /// Prepares a call: `client.call(request).await` sends the request, and methods of [`Call`] set options.
    pub fn call<E: HostedBy<A>>(&self, request: E) -> Call<E> {
        Call::new(self.0.clone(), request, <E as HostedBy<A>>::PREFIX)
    }

    /// Downloads a URL as a stream of bytes: an absolute URL, or a path (`/…`) on the server's host. Blanks and non-ASCII
    /// characters are percent-encoded, except in the host. The key is sent only to the server's own origin. The request is
    /// retried like any GET until the body begins, and then [resumed](Download) if the server supports it. Up to 5 redirects
    /// are followed, to any host, but not from https to http.
    ///
    /// # Errors
    /// As for a call, except for errors of request fields and of decoding.
    pub async fn download(&self, url: &str) -> Result<Download, Error> {
        call::download(self.0.clone(), url).await
    }

    /// Checks the settings, without sending anything.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn check(&self) -> Result<(), RequestError> {
        self.0.config_error.clone().map_or(Ok(()), Err)?;
        let server = self.0.server.as_ref().map_err(Clone::clone)?;
        if let Key::Fixed(key) = &self.0.key {
            self.0.authorize(key, server, &mut "".into(), &mut HeaderMap::new())?;
        }
        for key in &self.0.more_keys {
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
    /// Sets the key that is sent with every request. A `Bearer ` prefix is removed.
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

    /// Adds a key that is sent besides the one of [`key`](Self::key), in a place of its own: for an API with several. It is sent, and
    /// redacted, as that one.
    ///
    /// ```
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// use typed_endpoint::{Auth, Client};
    ///
    /// let client = Client::<Library>::new().key("12345").another_key(Auth::Header("X-Branch-Key"), "678");
    /// client.check()?;
    /// # Ok::<(), typed_endpoint::RequestError>(())
    /// ```
    #[must_use]
    pub fn another_key(self, auth: Auth, key: impl AsRef<str>) -> Self {
        self.set(|settings| settings.more_keys.push(Credential::new(auth, key.as_ref())))
    }

    /// Sets a function that returns the key, called before every request: for keys that change.
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

    /// Sets a function that fetches a key which expires, such as an access token of OAuth 2. All calls of this client and of its clones
    /// share the token: it is fetched once however many wait for it, kept until shortly before it expires, and fetched again, once for a
    /// call, when the server responds with 401. The request is then repeated, whatever the retry policy, unless its body can be sent
    /// only once.
    ///
    /// The function may use a client itself: the token endpoint is an operation like any other. The example
    /// [`refresh_token`](https://docs.rs/crate/typed-endpoint/latest/source/examples/refresh_token.rs) keeps a refresh token that changes
    /// each time it is used.
    ///
    /// ```
    /// use std::time::Duration;
    /// use typed_endpoint::{Api, Auth, Case, Client, Secret, Token, Unmapped, endpoint, model};
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::Library;
    ///
    /// /// The server that issues tokens.
    /// pub enum Accounts {}
    ///
    /// impl Api for Accounts {
    ///     const NAME: &'static str = "Accounts";
    ///     const SERVERS: &'static [&'static str] = &["https://accounts.example"];
    ///     const CASE: Case = Case::Snake;
    ///     const AUTH: Auth = Auth::Basic;
    ///     type Error = Unmapped;
    /// }
    ///
    /// endpoint! {
    ///     /// Issues a token.
    ///     pub IssueToken: Accounts = POST "/oauth2/token" form {
    ///         /// `client_credentials`, or `refresh_token`.
    ///         grant_type: String,
    ///         /// The refresh token.
    ///         refresh_token?: Secret,
    ///     } -> Issued, retryable
    /// }
    ///
    /// model! {
    ///     /// An access token.
    ///     pub struct Issued: Accounts {
    ///         /// The token.
    ///         access_token: Secret,
    ///         /// How many seconds it is valid.
    ///         expires_in?: u64,
    ///     }
    /// }
    ///
    /// let accounts = Client::<Accounts>::new().key("client-id:client-secret");
    /// let client = Client::<Library>::new().token_provider(move || {
    ///     let accounts = accounts.clone();
    ///     async move {
    ///         let issued = accounts.call(IssueToken::new("client_credentials")).await?;
    ///         let lifetime = Duration::from_secs(issued.expires_in.unwrap_or(300));
    ///         Ok(Token::new(issued.access_token).expires_in(lifetime))
    ///     }
    /// });
    /// # let _ = client;
    /// ```
    #[must_use]
    pub fn token_provider<F, Fut>(self, provider: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Token, BoxError>> + Send + 'static,
    {
        let tokens = Tokens::new(Box::new(move || Box::pin(provider())));
        self.set(|settings| settings.key = Key::Tokens(tokens.into()))
    }

    /// Sets the server by its base URL, to which the paths of the operations are appended.
    #[must_use]
    pub fn server(self, url: impl AsRef<str>) -> Self {
        self.set(|settings| {
            settings.server = Server::new(url.as_ref());
            settings.server_given = true;
        })
    }

    /// Sets the server by its index in [`Api::SERVERS`] (default: 0).
    #[must_use]
    pub fn server_index(self, index: usize) -> Self {
        self.set(|settings| {
            settings.server = settings::server_at(settings.api, index);
            settings.server_given = false;
        })
    }

    /// Sets the retry policy (default: [`Retry::default`]).
    #[must_use]
    pub fn retry(self, retry: Retry) -> Self {
        self.set(|settings| settings.retry = Some(retry.into()))
    }

    /// Sets the retry budget (default: 100; `None`: unlimited), which all calls of this client and of its later clones share.
    /// A failed retry takes one from it; five calls that succeed in their first attempt return one. When it is used up, calls
    /// return their first error. Retries at a time that the server asked for are not counted.
    #[must_use]
    pub fn retry_budget(self, retries: impl Into<Option<u32>>) -> Self {
        self.set(|settings| settings.budget = Arc::new(Budget::of(retries.into())))
    }

    /// Limits how many requests all calls of this client, and of clones made afterwards, send in a time; `None` for no limit (the
    /// default). Further requests wait for their turn.
    #[must_use]
    pub fn rate_limit(self, limit: impl Into<Option<RateLimit>>) -> Self {
        self.set(|settings| settings.rate = limit.into().map(|limit| Arc::new(Limiter::new(limit))))
    }

    /// Sets all time-outs.
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

    /// Sets how long an attempt may go without a byte sent or received: [`Timeouts::idle`].
    #[must_use]
    pub fn timeout(self, idle: Duration) -> Self {
        self.set(|settings| settings.timeouts.idle = Some(idle))
    }

    /// Sets how long a call may take in total: [`Timeouts::deadline`].
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        self.set(|settings| settings.timeouts.deadline = Some(deadline))
    }

    /// Adds a header to every request.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.set(|settings| match encode::header(name, value, A::SECRET_NAMES) {
            Ok((name, value)) => drop(settings.headers.insert(name, value)),
            Err(error) => settings.config_error = Some(error),
        })
    }

    /// Sets the `User-Agent` header (default: [`Api::USER_AGENT`]).
    #[must_use]
    pub fn user_agent(self, name: &str) -> Self {
        self.header(USER_AGENT.as_str(), name)
    }

    /// Limits how many bytes of a response, decoded if it is compressed, are read into memory (default: 64 MiB), including
    /// `Download::bytes`. Streamed responses have no limit.
    #[must_use]
    pub fn max_response(self, bytes: usize) -> Self {
        self.set(|settings| settings.max_response = bytes)
    }

    /// Limits the memory, in bytes, of the value decoded from a response (default: four times
    /// [`max_response`](Self::max_response), 256 MiB). Items of lists and maps and boxed values are counted: a list of `{}`
    /// takes hundreds of times as much memory as its text. A larger value is an error of
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode).
    #[must_use]
    pub fn max_memory(self, bytes: usize) -> Self {
        self.set(|settings| settings.max_memory = Some(bytes))
    }

    /// Whether requests are refused whose values are not what their declarations say they have to be
    /// ([`Constraint`](crate::codec::Constraint)), before they are sent (default: yes). No leaves it to the server, which may have
    /// changed.
    #[must_use]
    pub fn check_values(self, check: bool) -> Self {
        self.set(|settings| settings.check_values = check)
    }

    /// Sets a function that is called at each step of each call: when the call or an attempt starts or ends, and before a
    /// retry (default: none). Use it for a log of this client only, and for metrics. Clones made afterwards have it too; calling
    /// this again replaces it.
    ///
    /// It runs where the call is polled, so it should not block. A panic in it ends the call.
    ///
    /// ```
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// use typed_endpoint::Client;
    ///
    /// let client = Client::<Library>::new().key("12345").observer(|step| println!("{step}"));
    /// # let _ = client;
    /// ```
    #[must_use]
    pub fn observer(self, observer: impl Fn(&Observation<'_>) + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.observer = Some(Arc::new(observer)))
    }

    /// Sets how many bytes of the headers, and of the body, of a request or response are logged at level `TRACE` (default:
    /// 4 KiB; at most 64 KiB). Needs the feature `tracing`.
    #[must_use]
    pub fn max_logged(self, bytes: usize) -> Self {
        self.set(|settings| settings.max_logged = bytes)
    }

    /// Sets whether the key may be sent over plain http to another machine (default: no). To the same machine it always may.
    #[must_use]
    pub fn allow_plain_http(self, allow: bool) -> Self {
        self.set(|settings| settings.plain_http = allow)
    }

    /// Sets whether a web page may hold the key (default: no). Whoever can open a page can read all that is in it, so calls with a
    /// key fail in a page, or in a worker of one, before anything is sent; except to the same machine, for servers under
    /// development. A server should make such calls, and give the page only what it needs. Has no effect elsewhere.
    #[must_use]
    pub fn allow_key_in_page(self, allow: bool) -> Self {
        self.set(|settings| settings.key_in_page = allow)
    }

    /// Sends requests through a [`Transport`].
    #[must_use]
    pub fn transport(self, transport: impl Transport) -> Self {
        self.set(|settings| {
            settings.own_transport = Some(Arc::new(transport));
            settings.forget_transport();
        })
    }

    /// Puts something around the transport, the default one or your own: caching, metrics, other routes. It sees each attempt as it
    /// is sent, with the key, and the operation that it belongs to in the request's extensions, as a `&'static Operation`. Several
    /// layers stand around each other, the last one outermost. Requests to other servers pass through them, too: uploads to a URL that a
    /// response gave, downloads after a redirect. These have no key. Clones made afterwards have it, too.
    ///
    /// ```
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// use std::sync::Arc;
    /// use http::{Request, Response};
    /// use typed_endpoint::{Body, BoxFuture, Client, Operation, Transport, TransportError};
    ///
    /// /// Prints what is sent.
    /// struct Printed(Arc<dyn Transport>);
    ///
    /// impl Transport for Printed {
    ///     fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
    ///         if let Some(operation) = request.extensions().get::<&'static Operation>() {
    ///             println!("{operation}");
    ///         }
    ///         self.0.send(request)
    ///     }
    /// }
    ///
    /// let client = Client::<Library>::new().key("12345").layer(Printed);
    /// # let _ = client;
    /// ```
    #[must_use]
    pub fn layer<T: Transport>(self, wrap: impl Fn(Arc<dyn Transport>) -> T + Send + Sync + 'static) -> Self {
        self.set(|settings| {
            settings.layers.push(Arc::new(move |inner| Arc::new(wrap(inner))));
            settings.forget_transport();
        })
    }

    /// Puts a layer around the transport within all others.
    #[cfg(feature = "replay")]
    pub(crate) fn innermost<T: Transport>(
        self,
        wrap: impl Fn(Arc<dyn Transport>) -> T + Send + Sync + 'static,
    ) -> Self {
        self.set(|settings| {
            settings.layers.insert(0, Arc::new(move |inner| Arc::new(wrap(inner))));
            settings.forget_transport();
        })
    }

    /// Sets the server, which is not that of operations that declare another one.
    #[cfg(feature = "replay")]
    pub(crate) fn own_server(self, url: &str) -> Self {
        self.set(|settings| settings.server = Server::new(url))
    }

    /// Sets a function that signs each request to the client's own server: it sees the request as it is sent in each attempt, with its URL, headers and body
    /// ([`Body::as_bytes`](crate::Body::as_bytes), where the body is in memory), and adds what it wants. A [`layer`](Self::layer)
    /// in short. Requests to other servers (downloads after a redirect, uploads to a URL that a response gave) are not signed, as they
    /// have no key either.
    ///
    /// ```
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// use typed_endpoint::Client;
    /// # fn hmac(key: &[u8], body: &[u8]) -> String { format!("{}{}", key.len(), body.len()) }
    ///
    /// let client = Client::<Library>::new().sign(|request| {
    ///     let body = request.body().as_bytes().ok_or("only what is in memory can be signed")?;
    ///     let signature = hmac(b"secret", body);
    ///     request.headers_mut().insert("x-signature", signature.parse()?);
    ///     Ok(())
    /// });
    /// # let _ = client;
    /// ```
    #[must_use]
    pub fn sign(self, sign: impl Fn(&mut http::Request<Body>) -> Result<(), BoxError> + Send + Sync + 'static) -> Self {
        let sign = Arc::new(sign);
        self.layer(move |inner| Signing {
            sign: sign.clone(),
            credentials: |headers| credentials::<A>(headers, &[]),
            inner,
        })
    }

    /// Configures reqwest, the default transport: certificates, proxies, addresses, …
    ///
    /// The function is called with the engine's own configuration whenever an HTTP client is made: at the first request of
    /// each runtime, separately for https, plain http and the same machine. Redirects and retries of reqwest are always
    /// turned off afterwards, because the engine does both itself: it counts attempts and keeps keys, headers and bodies from
    /// other hosts. For the same reason use [`header`](Self::header) instead of reqwest's default headers, which are sent to
    /// *every* host, and [`deadline`](Self::deadline) and [`timeout`](Self::timeout) instead of reqwest's time-out, which
    /// aborts long transfers. Proxies from the environment apply, except to the same machine and to keys over plain http; a
    /// proxy that is set here always applies. Replaces a transport that was set before.
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
            settings.own_transport = None;
            settings.forget_transport();
        })
    }

    /// Sets whether short calls use HTTP/2, where the server offers it (default: no). For the default transport.
    ///
    /// A short call has its request's body in memory, reads its response to the end, and has no longer time-out than the default,
    /// 60 s. Up to 90 such calls at once share one connection; what is beyond that uses HTTP/1.1. Uploads, downloads, event streams and long
    /// calls stay on HTTP/1.1: on a shared connection one body that nobody reads stops all others, and a lost packet delays all
    /// of them. HTTP/2 saves connections, and with them TLS handshakes and memory; it is rarely faster.
    #[cfg(feature = "http2")]
    #[must_use]
    pub fn http2(self, on: bool) -> Self {
        self.set(|settings| {
            settings.http2 = on;
            settings.forget_transport();
        })
    }

    /// Sends requests through a tower service.
    #[cfg(feature = "tower")]
    #[must_use]
    pub fn service<S>(self, service: S) -> Self
    where
        TowerTransport<S>: Transport,
    {
        self.transport(TowerTransport::new(service))
    }

    /// Puts a tower layer, or a stack of them, around the transport, the default one or your own, as [`layer`](Self::layer) does for
    /// a [`Transport`]. The requests that it sees have the operation in their extensions, as a `&'static Operation`.
    ///
    /// The service that the layer makes is cloned for each attempt, and waited for until it is ready. What its errors mean is said at
    /// [`TowerTransport::new`](crate::TowerTransport::new). Retries stay with the engine, which knows what may be repeated.
    ///
    /// ```
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// use std::time::Duration;
    /// use http::Request;
    /// use tower::{ServiceBuilder, timeout::TimeoutLayer};
    /// use typed_endpoint::{Body, Client, Operation};
    ///
    /// let stack = ServiceBuilder::new()
    ///     .map_request(|request: Request<Body>| {
    ///         if let Some(operation) = request.extensions().get::<&'static Operation>() {
    ///             println!("{operation}");
    ///         }
    ///         request
    ///     })
    ///     .layer(TimeoutLayer::new(Duration::from_secs(10)));
    /// let client = Client::<Library>::new().key("12345").tower_layer(stack);
    /// # let _ = client;
    /// ```
    #[cfg(feature = "tower")]
    #[must_use]
    pub fn tower_layer<L>(self, layer: L) -> Self
    where
        L: tower_layer::Layer<TransportService> + Send + Sync + 'static,
        TowerTransport<L::Service>: Transport,
    {
        self.layer(move |inner| TowerTransport::new(layer.layer(TransportService::new(inner))))
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
