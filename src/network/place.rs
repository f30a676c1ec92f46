//! The URLs in responses, taken apart: the calls are declared by their paths.

use http::Uri;
use percent_encoding::percent_decode_str;
use typed_endpoint::Secret;

use super::error::{Error, Result};

/// A session, by its control URL `…/apps/{route}/session/{id}`.
pub(super) struct Place {
    /// What stands before the path of the operations.
    pub(super) server: String,
    pub(super) route: String,
    pub(super) id: Secret,
}

impl Place {
    pub(super) fn of_control_url(url: &str) -> Result<Self> {
        Self::of(url, &["apps", "*", "session", "*"])
    }

    pub(super) fn of_payment_url(url: &str) -> Result<Self> {
        Self::of(url, &["apps", "*", "session", "*", "payment"])
    }

    /// Of what a runner is given: `…/runner/{route}/session/{id}`.
    pub(super) fn of_runner_control(url: &str) -> Result<Self> {
        Self::of(url, &["runner", "*", "session", "*"])
    }

    fn of(url: &str, pattern: &[&str]) -> Result<Self> {
        let (server, mut found) = split(url, pattern).ok_or(Error::Url("it is not the URL of a session"))?;
        match (found.pop(), found.pop()) {
            (Some(id), Some(route)) => Ok(Self { server, route, id: id.into() }),
            _ => Err(Error::Url("it is not the URL of a session")),
        }
    }
}

/// Where sessions of a runner are reserved: what stands before the path, and the route.
pub(super) fn reservation(url: &str) -> Result<(String, String)> {
    let error = Error::Url("sessions cannot be reserved by it");
    match split(url, &["apps", "*", "session"]) {
        Some((server, mut found)) => found.pop().map(|route| (server, route)).ok_or(error),
        None => Err(error),
    }
}

/// What stands before a path of this pattern, and what stands in place of its `*`.
fn split(url: &str, pattern: &[&str]) -> Option<(String, Vec<String>)> {
    checked(url).ok()?;
    let mut rest = url.trim_end_matches('/');
    let mut found = Vec::new();
    for expected in pattern.iter().rev() {
        let (before, segment) = rest.rsplit_once('/')?;
        match *expected {
            "*" => found.push(percent_decode_str(segment).decode_utf8().ok()?.into_owned()),
            expected if expected == segment => {}
            _ => return None,
        }
        rest = before;
    }
    found.reverse();
    (found.iter().all(|segment| !segment.is_empty())).then(|| (rest.to_owned(), found))
}

/// A URL that can be called.
pub(super) fn checked(url: &str) -> Result<Uri> {
    let uri: Uri = url.parse().map_err(|_| Error::Url("it cannot be parsed"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(Error::Url("its scheme is neither http nor https"));
    }
    match uri.authority() {
        Some(authority) if !authority.as_str().contains('@') => Ok(uri),
        _ => Err(Error::Url("it has no host, or a user name")),
    }
}

/// The same for a URL that a response has: who uses https is not sent to plain http.
pub(super) fn trusted(url: &str, from: &str) -> Result<Uri> {
    let uri = checked(url)?;
    match from.starts_with("https:") && uri.scheme_str() != Some("https") {
        true => Err(Error::Url("it is less secure than the orchestrator's")),
        false => Ok(uri),
    }
}

/// Scheme, host and port.
pub(super) fn origin(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    format!("{}://{authority}", uri.scheme_str().unwrap_or("https"))
}

/// The host, for error texts: a URL's path may be a secret.
pub(super) fn host(url: &str) -> String {
    url.parse::<Uri>().ok().and_then(|uri| uri.authority().map(|host| host.to_string())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart_whatever_stands_before_their_paths() {
        let place = Place::of_control_url("https://o.example:8935/below/apps/a%2Fb/session/77").unwrap();
        assert_eq!((place.server.as_str(), place.route.as_str()), ("https://o.example:8935/below", "a/b"));
        assert_eq!(place.id.expose(), "77");
        assert!(Place::of_payment_url("http://o/apps/m/session/77/payment").is_ok());
        assert_eq!(reservation("http://o/apps/m/session").unwrap(), ("http://o".into(), "m".into()));
        for wrong in [
            "",
            "/apps/m/session/7",
            "ftp://o/apps/m/session/7",
            "http://o/apps//session/7",
            "http://u@o/apps/m/session/7",
        ] {
            assert!(Place::of_control_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_response_leads_to_nothing_less_secure() {
        assert!(trusted("http://o/x", "https://o").is_err());
        assert!(trusted("https://other/x", "http://o").is_ok());
    }
}
