//! Where a request goes: its URL as reqwest wants it, and what follows from it.

use std::net::IpAddr;
use std::sync::OnceLock;

use http::Uri;
use http::uri::{Authority, Scheme};
use reqwest::Url;

use crate::error::{RequestError, TransportError, TransportErrorKind};

/// Makes URLs of requests' targets.
#[derive(Default)]
pub(super) struct Targets {
    /// The server of the first request.
    server: OnceLock<(Scheme, Authority, Target)>,
}

#[derive(Clone)]
pub(super) struct Target {
    pub(super) url: Url,
    /// Whether it needs no TLS.
    pub(super) plain: bool,
    /// Whether it is an address of this machine.
    pub(super) loopback: bool,
}

impl Targets {
    /// Nearly all requests go to one server, and its scheme and host are the costly part of a URL to parse.
    pub(super) fn target(&self, uri: &Uri) -> Result<Target, TransportError> {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return Target::new(uri) };
        let (known_scheme, known_authority, known) = match self.server.get() {
            Some(known) => known,
            None => {
                let target = Target::new(uri)?;
                self.server.get_or_init(|| (scheme.clone(), authority.clone(), target))
            }
        };
        // As text: to compare them as names, regardless of case, takes longer than it is worth.
        if scheme != known_scheme || authority.as_str() != known_authority.as_str() {
            return Target::new(uri);
        }
        let mut target = known.clone();
        target.url.set_path(uri.path());
        target.url.set_query(uri.query());
        Ok(target)
    }
}

impl Target {
    fn new(uri: &Uri) -> Result<Self, TransportError> {
        let url = Url::parse(&uri.to_string()).map_err(|error| {
            let reason = error.to_string();
            TransportError::new(TransportErrorKind::Request, RequestError::Url { reason })
        })?;
        let (plain, loopback) = (url.scheme() == "http", url.host_str().is_some_and(is_loopback));
        Ok(Self { url, plain, loopback })
    }
}

/// What systems name themselves, besides `localhost`.
const OWN_NAMES: [&str; 7] = [
    "localhost.localdomain",
    "localhost4",
    "localhost4.localdomain4",
    "localhost6",
    "localhost6.localdomain6",
    "ip6-localhost",
    "ip6-loopback",
];

/// Whether a URL's host, in the URL parser's spelling, is this machine. Wider than what a key may go to in the clear, for
/// names that a resolver could send elsewhere: here the worst is a connection that no proxy helps with.
fn is_loopback(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let address = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    let address = address.map(|address: IpAddr| address.to_canonical());
    name == "localhost"
        || name.ends_with(".localhost")
        || OWN_NAMES.contains(&name)
        || address.is_some_and(|address| address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_in_every_spelling() {
        for (url, loopback) in [
            ("http://localhost:3004/api", true),
            ("https://LOCALHOST./", true),
            ("http://studio.localhost/", true),
            ("http://127.0.0.1:1/", true),
            ("http://127.1/", true),
            ("http://2130706433/", true),
            ("http://0x7f000001/", true),
            ("http://0.0.0.0:80/", true),
            ("http://[::1]:80/", true),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://[::]/", true),
            ("http://ip6-localhost/", true),
            ("http://IP6-loopback:3004/", true),
            ("http://localhost6.localdomain6./", true),
            ("http://localhost.example/", false),
            ("http://notlocalhost/", false),
            ("http://10.0.0.1/", false),
            ("http://[::ffff:10.0.0.1]/", false),
        ] {
            let target = Target::new(&url.parse().unwrap()).unwrap();
            assert_eq!((target.loopback, target.plain), (loopback, url.starts_with("http:")), "{url}");
        }
    }

    #[test]
    fn only_the_servers_own_urls_are_made_of_its_parts() {
        let targets = Targets::default();
        for url in ["http://127.0.0.1:1/a?b", "http://127.0.0.1:1/c", "https://127.0.0.1:1/", "http://a.example/?x"] {
            let target = targets.target(&url.parse().unwrap()).unwrap();
            assert_eq!(target.url.as_str(), url);
            assert_eq!(target.loopback, url.contains("127.0.0.1"), "{url}");
        }
    }
}
