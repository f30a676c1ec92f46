//! The default transport.

use std::sync::OnceLock;
use std::time::Duration;

use http::uri::{Authority, Scheme};
use http::{Request, Response, Uri};
use reqwest::{Client, Url};

use crate::body::Body;
use crate::error::{TransportError, TransportErrorKind};
use crate::transport::{BoxFuture, Transport};

/// Clients that do what a [`Transport`] should and no more: no retries or redirects of their own.
pub(crate) struct Default {
    connect_timeout: Option<Duration>,
    /// For plain http, without certificates: to load those takes longer than a call.
    plain: OnceLock<Result<Given, String>>,
    tls: OnceLock<Result<Given, String>>,
}

impl Default {
    pub(crate) fn new(connect_timeout: Option<Duration>) -> Self {
        Self { connect_timeout, plain: OnceLock::new(), tls: OnceLock::new() }
    }

    fn client(&self, plain: bool) -> Result<Given, String> {
        let client = client(self.connect_timeout, plain);
        client.map(Given::new).map_err(|error| format!("the HTTP client cannot be set up: {error}"))
    }
}

/// A client for plain http only, or for all.
pub(crate) fn client(connect_timeout: Option<Duration>, plain: bool) -> Result<Client, reqwest::Error> {
    let mut builder =
        Client::builder().redirect(reqwest::redirect::Policy::none()).retry(reqwest::retry::never()).tcp_nodelay(true);
    if let Some(timeout) = connect_timeout {
        builder = builder.connect_timeout(timeout);
    }
    // By itself it cuts off a server that has not taken data for half a minute, however long the call may wait.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    {
        builder = builder.tcp_user_timeout(None);
    }
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    if plain {
        builder = builder.tls_certs_only([]);
    }
    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    let _ = plain;
    builder.build()
}

impl Transport for Default {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let plain = request.uri().scheme() == Some(&Scheme::HTTP);
        let client = if plain { &self.plain } else { &self.tls };
        match client.get_or_init(|| self.client(plain)) {
            Ok(client) => client.send(request),
            Err(error) => {
                let error = TransportError::new(TransportErrorKind::Request, error.as_str());
                Box::pin(std::future::ready(Err(error)))
            }
        }
    }
}

/// Requests go through the given client with all its settings (proxies, certificates, time-outs, …).
pub(crate) struct Given {
    client: Client,
    /// The server of the first request.
    server: OnceLock<(Scheme, Authority, Url)>,
}

impl Given {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, server: OnceLock::new() }
    }

    /// Nearly all requests go to one server, and its scheme and host are the costly part of a URL to parse.
    fn url(&self, uri: &Uri) -> Result<Url, TransportError> {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return parsed(uri) };
        let (known_scheme, known_authority, base) = match self.server.get() {
            Some(known) => known,
            None => {
                let url = parsed(uri)?;
                self.server.get_or_init(|| (scheme.clone(), authority.clone(), url))
            }
        };
        // As text: to compare them as names, regardless of case, takes longer than it is worth.
        if scheme != known_scheme || authority.as_str() != known_authority.as_str() {
            return parsed(uri);
        }
        let mut url = base.clone();
        url.set_path(uri.path());
        url.set_query(uri.query());
        Ok(url)
    }
}

impl Transport for Given {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let url = self.url(request.uri());
        exchange(&self.client, url, request)
    }
}

impl Transport for Client {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let url = parsed(request.uri());
        exchange(self, url, request)
    }
}

fn parsed(uri: &Uri) -> Result<Url, TransportError> {
    Url::parse(&uri.to_string()).map_err(|error| TransportError::new(TransportErrorKind::Request, error))
}

fn exchange(
    client: &Client,
    url: Result<Url, TransportError>,
    request: Request<Body>,
) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
    Box::pin(async move {
        let (parts, body) = request.into_parts();
        let mut request = reqwest::Request::new(parts.method, url?);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(match body.as_bytes() {
            Some(bytes) => reqwest::Body::from(bytes.clone()),
            None => reqwest::Body::wrap(body),
        });
        let response = client.execute(request).await.map_err(failure)?;
        Ok(Response::<reqwest::Body>::from(response).map(Body::wrap))
    })
}

/// Without the URL: its query may hold a token.
fn failure(error: reqwest::Error) -> TransportError {
    TransportError::new(kind(&error), error.without_url())
}

fn kind(error: &reqwest::Error) -> TransportErrorKind {
    if error.is_builder() {
        return TransportErrorKind::Request;
    }
    if error.is_connect() {
        return if error.is_timeout() { TransportErrorKind::ConnectTimeout } else { TransportErrorKind::Connect };
    }
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        match inner.downcast_ref::<hyper::Error>() {
            // A pooled connection that turned out to be closed before the request was put on it.
            Some(hyper) if hyper.is_canceled() => return TransportErrorKind::Connect,
            Some(hyper) if hyper.is_parse_too_large() => return TransportErrorKind::TooLarge,
            _ => cause = inner.source(),
        }
    }
    if error.is_timeout() { TransportErrorKind::Timeout } else { TransportErrorKind::Sent }
}
