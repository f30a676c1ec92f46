//! Proxies that the environment names.

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::proxy::matcher::Matcher;

use crate::error::{BoxError, RequestError, TransportError, TransportErrorKind, one_line};

/// The environment's proxies, as reqwest reads them by itself.
pub(super) struct Proxies {
    matcher: Matcher,
    /// Where some have a scheme that reqwest ignores silently: what would go through a proxy if it had another.
    wanted: Option<Matcher>,
}

const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// The error of a failure to connect through a proxy.
#[derive(Debug, thiserror::Error)]
#[error("through the proxy that {variable} names")]
struct ThroughProxy {
    variable: &'static str,
    source: BoxError,
}

impl Proxies {
    pub(super) fn from_environment() -> Self {
        let no = ["NO_PROXY", "no_proxy"].into_iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
        let wanted = || Matcher::builder().all("http://proxy.invalid").no(no).build();
        let unusable = [Scheme::HTTP, Scheme::HTTPS].iter().any(|scheme| unusable(scheme).is_some());
        Self { matcher: Matcher::from_system(), wanted: unusable.then(wanted) }
    }

    /// What names the proxy that a request to this URL goes through; `None` when it goes through none.
    fn variable(&self, uri: &Uri) -> Option<&'static str> {
        self.matcher.intercept(uri)?;
        let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Some(names(uri.scheme()).into_iter().find(set).unwrap_or("the system's configuration"))
    }

    /// Refuses to go around a proxy that is named but cannot be used.
    pub(super) fn check_scheme(&self, uri: &Uri) -> Result<(), TransportError> {
        let Some(wanted) = &self.wanted else { return Ok(()) };
        let unusable = uri.scheme().and_then(unusable).filter(|_| self.matcher.intercept(uri).is_none());
        match unusable.filter(|_| wanted.intercept(uri).is_some()) {
            None => Ok(()),
            Some((variable, scheme)) => {
                let reason = format!(
                    "the proxy that {variable} names cannot be used: its scheme `{scheme}` is none of `{}`",
                    SCHEMES.join("`, `")
                );
                Err(TransportError::new(TransportErrorKind::Request, RequestError::Proxy { reason }))
            }
        }
    }

    /// Refuses what would show a key to a proxy.
    pub(super) fn check_plain_key(&self, uri: &Uri) -> Result<(), TransportError> {
        let Some(variable) = self.variable(uri) else { return Ok(()) };
        let host = uri.host().unwrap_or_default();
        let reason = format!(
            "the key would pass the proxy that {variable} names unencrypted: use https, name `{host}` in NO_PROXY, or set \
             the proxy by `.http_client(…)`"
        );
        Err(TransportError::new(TransportErrorKind::Request, RequestError::UnencryptedKey { reason }))
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

/// The variables that name the proxy for a scheme.
fn names(scheme: Option<&Scheme>) -> [&'static str; 4] {
    match scheme == Some(&Scheme::HTTP) {
        true => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
        false => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
    }
}

/// The variable by which requests of this scheme get a proxy of a scheme that nothing here speaks, and that scheme.
fn unusable(scheme: &Scheme) -> Option<(&'static str, String)> {
    names(Some(scheme)).into_iter().find_map(|name| {
        let value = std::env::var(name).ok()?;
        // The rest may hold a password.
        let (scheme, _) = value.split_once("://")?;
        (!SCHEMES.contains(&scheme.to_ascii_lowercase().as_str())).then(|| (name, one_line(scheme, 20)))
    })
}
