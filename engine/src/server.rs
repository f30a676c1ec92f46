//! A server's base URL.

use crate::error::RequestError;
use std::fmt;
use std::sync::Arc;

use http::Uri;
use http::uri::{Authority, Parts, PathAndQuery, Scheme};

/// A checked base URL, to which targets are appended.
#[derive(PartialEq, Eq)]
pub(crate) struct Server {
    scheme: Scheme,
    authority: Authority,
    /// Scheme and authority.
    origin: String,
    /// The path, without a slash at its end.
    path: String,
    secure: bool,
}

impl Server {
    /// Checks a base URL: absolute, http or https, no credentials, query or fragment.
    pub(crate) fn new(url: &str) -> Result<Arc<Self>, RequestError> {
        let invalid =
            |reason: &str| RequestError::Url { reason: format!("{reason}; a base URL looks like `https://host/path`") };
        let uri: Uri =
            url.parse().map_err(|error: http::uri::InvalidUri| invalid(&format!("it is not a URL: {error}")))?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(invalid("it has no scheme or no host"));
        };
        if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
            return Err(invalid("its scheme is neither https nor http"));
        }
        if authority.as_str().contains('@') {
            return Err(invalid("it holds a user name or password, which are not sent: give the key by `.key(…)`"));
        }
        if uri.query().is_some() || url.contains('#') {
            return Err(invalid(
                "it has a query or a fragment, which would end up in the middle of every request's URL",
            ));
        }
        let path = uri.path().trim_end_matches('/');
        // URL parsers resolve them in this spelling, too.
        let dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
        if path.split('/').any(dots) {
            return Err(invalid("its path has a `.` or `..`"));
        }
        // Some URL parsers take it for a slash, which makes another path of it.
        if path.contains('\\') {
            return Err(invalid("its path has a backslash"));
        }
        Ok(Arc::new(Self {
            scheme: scheme.clone(),
            authority: authority.clone(),
            origin: format!("{scheme}://{authority}"),
            path: path.into(),
            secure: *scheme == Scheme::HTTPS || is_loopback(authority.host()),
        }))
    }

    /// The URL of a target below the base.
    pub(crate) fn url(&self, target: &str) -> Result<Uri, RequestError> {
        self.at([self.path.as_str(), target].concat())
    }

    // From its parts: only what is new has to be parsed.
    fn at(&self, path: String) -> Result<Uri, RequestError> {
        let invalid = |error: String| RequestError::Url { reason: error };
        let mut parts = Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(PathAndQuery::try_from(path).map_err(|error| invalid(error.to_string()))?);
        Uri::from_parts(parts).map_err(|error| invalid(error.to_string()))
    }

    /// Whether a key may go there as it is: by TLS, or to this machine.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether it is on this machine.
    #[cfg(all(feature = "fetch", target_family = "wasm"))]
    pub(crate) fn is_local(&self) -> bool {
        is_loopback(self.authority.host())
    }

    /// The whole URL, without a slash at its end.
    #[cfg(feature = "replay")]
    pub(crate) fn base(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// Scheme, host and port, which an absolute path is appended to.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// Scheme, host and port of an absolute URL.
pub(crate) fn origin_of(url: &str) -> Option<&str> {
    if url.starts_with('/') {
        return None;
    }
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#', '\\']).next()?;
    let is_http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (is_http && !host.is_empty()).then(|| &url[..scheme.len() + 3 + host.len()])
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_checked() {
        assert_eq!(Server::new("https://a.example/api/").unwrap().url("/x").unwrap(), "https://a.example/api/x");
        assert_eq!(Server::new("http://[::1]:80").unwrap().url("/x").unwrap(), "http://[::1]:80/x");
        for (url, why) in [
            ("", "not a URL"),
            ("a.example/api", "not a URL"),
            ("ftp://a.example", "scheme"),
            ("https://me:secret@a.example", "password"),
            ("https://a.example/?x=1", "query"),
            ("https://a.example/#x", "fragment"),
            ("https://a.example/../x", ".."),
            ("https://a.example/%2E./x", ".."),
            ("https://a.example/x\\%2e%2E\\y", "backslash"),
            ("https://a.example/\r\nx: y", "not a URL"),
            ("https://a.example\\@b.example", "not a URL"),
        ] {
            let error = Server::new(url).unwrap_err().to_string();
            assert!(error.contains(why), "{url}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_key_goes_in_the_clear_only_to_this_machine() {
        for (url, secure) in [
            ("https://a.example", true),
            ("http://localhost:1", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:1", true),
            ("http://a.example", false),
            ("http://localhost.a.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(Server::new(url).unwrap().is_secure(), secure, "{url}");
        }
    }
}
