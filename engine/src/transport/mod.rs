//! The boundary to HTTP: one method, so that anything can stand behind it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};

use crate::body::Body;
use crate::error::{RequestError, TransportError};
use crate::secret::Secret;

/// A boxed future, as object-safe traits give it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends a request and gives the response as soon as its headers are there.
///
/// The engine does all the rest: keys, retries, time-outs while nothing arrives, reading the body. A transport makes
/// one attempt: it neither repeats a request nor follows redirects.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use http::{Request, Response};
/// use typed_endpoint::{Body, BoxFuture, Client, Transport, TransportError};
///
/// /// Counts what goes through it.
/// struct Counted<T>(T, std::sync::atomic::AtomicU64);
///
/// impl<T: Transport> Transport for Counted<T> {
///     fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.send(request)
///     }
/// }
///
/// let default = typed_endpoint::default_transport(None)?;
/// let client = Client::<Library>::new().key("12345").transport(Counted(default, Default::default()));
/// # let _ = client;
/// # Ok::<(), typed_endpoint::RequestError>(())
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request.
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        (**self).send(request)
    }
}

/// Secrets that a transport or a layer added to a request. The client redacts them in what it shows of the response, as it does with its
/// key: servers echo what they reject.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use http::{Request, Response};
/// use typed_endpoint::{AddedSecrets, Body, BoxFuture, Transport, TransportError};
///
/// /// Sends a ticket with each request.
/// struct Ticketed<T>(T);
///
/// impl<T: Transport> Transport for Ticketed<T> {
///     fn send(&self, mut request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
///         request.headers_mut().insert("x-ticket", http::HeaderValue::from_static("ticket-1"));
///         Box::pin(async {
///             let mut response = self.0.send(request).await?;
///             AddedSecrets::add(&mut response, "ticket-1");
///             Ok(response)
///         })
///     }
/// }
/// # let _ = Ticketed(typed_endpoint::default_transport(None)?);
/// # Ok::<(), typed_endpoint::RequestError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct AddedSecrets(pub(crate) Vec<Secret>);

impl AddedSecrets {
    /// Adds one to the response of the request that had it.
    pub fn add(response: &mut Response<Body>, secret: impl Into<Secret>) {
        response.extensions_mut().get_or_insert_default::<Self>().0.push(secret.into());
    }
}

/// Makes the default transport of a client: HTTP/1.1 by reqwest, without its own redirects and retries. For a transport of
/// your own that wraps it.
///
/// - **Proxies** are those of the environment: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` (`http://`, `https://`, `socks4://`,
///   `socks4a://`, `socks5://`, `socks5h://`; also in lower case), except for hosts in `NO_PROXY`. Requests to this machine
///   never go through one, and a key that goes unencrypted is refused rather than shown to one.
/// - **Connections** belong to the Tokio runtime that they were made in; each runtime has its own. Idle ones are used again
///   for up to 50 s, or less if a server says in a `Keep-Alive` header that it closes them earlier.
/// - **Certificates** are the system's, or those in the file or folder that `SSL_CERT_FILE` or `SSL_CERT_DIR` names (Linux).
///   They are read at the first request by https, and not for plain http.
///
/// # Errors
/// Without the feature `reqwest`, as there is none then.
#[cfg(feature = "reqwest")]
pub fn default_transport(connect_timeout: Option<Duration>) -> Result<Arc<dyn Transport>, RequestError> {
    Ok(Arc::new(reqwest::Default::new(reqwest::Setup { connect_timeout, ..reqwest::Setup::default() })))
}

/// Makes the default transport with a configuration of its own, as [`Client::http_client`](crate::Client::http_client) does: for a
/// transport of your own that wraps it.
///
/// ```
/// let transport = typed_endpoint::configured_transport(None, |http| http.no_proxy());
/// # let _ = transport;
/// ```
#[cfg(feature = "reqwest")]
pub fn configured_transport(
    connect_timeout: Option<Duration>,
    configure: impl Fn(::reqwest::ClientBuilder) -> ::reqwest::ClientBuilder + Send + Sync + 'static,
) -> Arc<dyn Transport> {
    let setup = reqwest::Setup {
        connect_timeout,
        configure: Some(Arc::new(configure)),
        #[cfg(feature = "http2")]
        http2: false,
    };
    Arc::new(reqwest::Default::new(setup))
}

/// Makes the default transport of a client: JavaScript's `fetch`, and `XMLHttpRequest` for what a page uploads.
///
/// - **Redirects** of reading operations are followed by the browser, which takes `Authorization` to no other origin. With
///   another secret header, and for writing operations, a redirect is an error, because a page cannot see where it leads.
///   Outside of pages the engine follows them, as everywhere.
/// - **Headers** that pages cannot set (`User-Agent`, `Cookie`, `Host`, `Accept-Encoding`, …) are left out; of a response, a page
///   sees those that the server exposes (CORS). No cookies are sent, nothing is cached.
/// - **Bodies** are streamed when they are responses. Requests are sent from memory, files of the page by the browser.
/// - **Errors** have no reason in a page: a server that cannot be reached looks like one that does not allow the page's origin.
///
/// # Errors
/// None.
#[cfg(all(feature = "fetch", not(feature = "reqwest"), target_family = "wasm"))]
pub fn default_transport(_: Option<Duration>) -> Result<Arc<dyn Transport>, RequestError> {
    Ok(Arc::new(fetch::Fetch::new()))
}

/// Makes the default transport of a client: without the feature `reqwest` there is none.
///
/// # Errors
/// Always.
#[cfg(not(any(feature = "reqwest", all(feature = "fetch", target_family = "wasm"))))]
pub fn default_transport(_: Option<Duration>) -> Result<Arc<dyn Transport>, RequestError> {
    Err(RequestError::NoTransport)
}

#[cfg(all(feature = "fetch", target_family = "wasm"))]
pub(crate) mod fetch;
pub(crate) mod layer;
pub(crate) mod marks;
#[cfg(feature = "reqwest")]
pub(crate) mod reqwest;
#[cfg(feature = "tower")]
pub(crate) mod tower;
