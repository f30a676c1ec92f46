//! The URL of an upload, and which parts of it are secret.

use http::Method;
use http::header::{HeaderMap, LOCATION};
use percent_encoding::percent_decode_str;

use super::error::UploadError;
use crate::resolve::{self, reference_in};
use crate::secret::{self, Secret};
use crate::server::origin_of;

/// The URL that a server reports for an upload.
pub(super) struct Place {
    pub(super) url: Secret,
    /// The host that it named, if that is another one and not allowed.
    pub(super) theirs: Option<String>,
}

impl Place {
    /// From the response to a creation at this endpoint.
    pub(super) fn of(endpoint: &str, headers: &HeaderMap, elsewhere: bool) -> Result<Self, UploadError> {
        let location = headers.get(LOCATION).map(reference_in);
        let at = |elsewhere| resolve(endpoint, location.as_deref()?, elsewhere);
        let url = at(elsewhere);
        let url = url.ok_or_else(|| UploadError::Protocol("the server created it but did not say where".into()))?;
        let theirs = at(true).filter(|theirs| *theirs != url);
        let theirs = theirs.and_then(|theirs| Some(origin_of(&theirs)?.rsplit(['/', '@']).next()?.to_owned()));
        Ok(Self { url: url.into(), theirs })
    }
}

/// The URL of an upload, from the `Location` of its creation. It keeps the endpoint's scheme, host and port, which a server
/// behind a proxy often does not know, unless other hosts are allowed.
pub(super) fn resolve(endpoint: &str, location: &str, elsewhere: bool) -> Option<String> {
    if location.trim().is_empty() {
        return None;
    }
    let theirs = resolve::resolve(endpoint, location)?;
    if elsewhere && (resolve::is_https(&theirs) || !resolve::is_https(endpoint)) {
        return Some(theirs);
    }
    let path = &theirs[origin_of(&theirs)?.len()..];
    let home = resolve::resolve(endpoint, "/")?;
    Some([home.trim_end_matches('/'), path].concat())
}

/// The pieces of a URL that let whoever has them write to the upload: its secrets, or, if it has none and is the upload's
/// own, the last segment of its path.
pub(super) fn secrets_of(url: &str, method: &Method) -> Vec<Secret> {
    let url = url.split('#').next().unwrap_or(url);
    let pieces: Vec<_> = match url.split_once('?') {
        Some((_, query)) => query.split('&').filter_map(|pair| Some(pair.split_once('=')?.1)).collect(),
        None if method == Method::POST => Vec::new(),
        None => url.rsplit('/').take(1).collect(),
    };
    let decoded = pieces.iter().map(|piece| percent_decode_str(piece).decode_utf8_lossy().into_owned().into());
    secret::of_url(url).into_iter().chain(decoded).collect()
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn an_upload_stays_where_it_was_created() {
        let endpoint = "https://a.example/api/tus?token=x";
        for (location, url) in [
            ("https://a.example/api/tus/dir%2Fid", "https://a.example/api/tus/dir%2Fid"),
            ("http://internal:8080/api/tus/dir%2Fid", "https://a.example/api/tus/dir%2Fid"),
            ("//other/api/tus/id?x=1", "https://a.example/api/tus/id?x=1"),
            ("/files/id", "https://a.example/files/id"),
            ("id", "https://a.example/api/id"),
            ("?id=1", "https://a.example/api/tus?id=1"),
            ("http://other", "https://a.example/"),
            ("https://other//x", "https://a.example//x"),
            ("../b c/é", "https://a.example/b%20c/%C3%A9"),
        ] {
            assert_eq!(resolve(endpoint, location, false).as_deref(), Some(url), "{location}");
        }
        assert_eq!(resolve(endpoint, "", false), None);
        assert_eq!(resolve(endpoint, "ftp://a.example/id", false), None);
        assert_eq!(resolve("https://a.example", "id", false).as_deref(), Some("https://a.example/id"));
    }

    #[test]
    fn it_may_be_allowed_elsewhere_but_not_in_the_clear() {
        let at = |location| resolve("https://a.example/tus", location, true);
        assert_eq!(at("https://b.example/id").as_deref(), Some("https://b.example/id"));
        assert_eq!(at("http://b.example/id").as_deref(), Some("https://a.example/id"));
    }
}
