//! Proxies that the environment names.

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::proxy::matcher::Matcher;

use crate::error::{BoxError, TransportError, TransportErrorKind};

/// The environment's proxies, as reqwest reads them by itself.
pub(super) struct Proxies(Matcher);

/// What a failure to connect by way of a proxy is an instance of.
#[derive(Debug, thiserror::Error)]
#[error("through the proxy that {variable} names")]
struct ThroughProxy {
    variable: &'static str,
    source: BoxError,
}

impl Proxies {
    pub(super) fn from_environment() -> Self {
        Self(Matcher::from_system())
    }

    /// What names the proxy that a request to this URL goes through; `None` when it goes through none.
    fn variable(&self, uri: &Uri) -> Option<&'static str> {
        self.0.intercept(uri)?;
        let names = match uri.scheme() == Some(&Scheme::HTTP) {
            true => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
            false => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        };
        let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Some(names.into_iter().find(set).unwrap_or("the system's configuration"))
    }

    /// Refuses what would show a key to a proxy.
    pub(super) fn check_plain_key(&self, uri: &Uri) -> Result<(), TransportError> {
        let Some(variable) = self.variable(uri) else { return Ok(()) };
        let host = uri.host().unwrap_or_default();
        let text = format!(
            "the key would pass the proxy that {variable} names unencrypted: use https, name `{host}` in NO_PROXY, or set \
             the proxy by `.http_client(…)`"
        );
        Err(TransportError::new(TransportErrorKind::Request, text))
    }

    /// Adds the proxy to a failure to connect: it, and not the server, may be what cannot be reached.
    pub(super) fn explain(&self, uri: &Uri, error: TransportError) -> TransportError {
        let unconnected = matches!(error.kind, TransportErrorKind::Connect | TransportErrorKind::ConnectTimeout);
        match self.variable(uri).filter(|_| unconnected) {
            Some(variable) => TransportError::new(error.kind, ThroughProxy { variable, source: error.source }),
            None => error,
        }
    }
}
