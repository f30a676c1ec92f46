//! Text that must not be shown by accident.

use std::borrow::Cow;
use std::fmt;

use crate::codec::{DecodeError, Encode, Field, Reader, Sampler, Schema, Schemas, Writer};

/// A secret: an API key, a stream key, a shared secret. `Debug` redacts it and there is no `Display`; JSON has the real value,
/// because that is how it is sent.
///
/// ```
/// # use typed_endpoint::Secret;
/// let key = Secret::from("abcd-efgh");
/// assert_eq!(format!("{key:?}"), "Secret(…)");
/// assert_eq!(key.expose(), "abcd-efgh");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Returns the secret.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

crate::__text_fields!(Secret);

impl Encode for Secret {
    fn encode(&self, writer: &mut Writer) {
        writer.secret(&self.0);
    }
}

impl Field for Secret {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.string().map(Self)
    }

    fn sample(sampler: &mut Sampler) -> Self {
        Self(format!("secret-{}", sampler.name()))
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("string").with("format", "password")
    }
}

crate::serde_via_codec!(Secret);

/// What a URL holds besides the address: what stands before the `@`, and what follows the path. It may be a password, or
/// a signature that lets anybody in. Where it is no URL of the web (`rtmp:`, `srt:`) the path may be a stream's key.
fn around_address(url: &str) -> (&str, &str) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority =
        if scheme.is_empty() { "" } else { &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())] };
    let credentials = authority.rsplit_once('@').map_or("", |(credentials, _)| credentials);
    let web = scheme.is_empty() || scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let after = match web {
        true => rest.find(['?', '#']),
        false => Some(authority.len()).filter(|end| *end < rest.len()),
    };
    (credentials, after.map_or("", |at| &rest[at + 1..]))
}

/// The secrets in a URL.
pub(crate) fn of_url(url: &str) -> Vec<Secret> {
    let (credentials, after) = around_address(url);
    let password = credentials.split_once(':').map_or("", |(_, password)| password);
    [credentials, password, after].into_iter().filter(|text| !text.is_empty()).map(Secret::from).collect()
}

/// A URL without what may be a secret of it.
pub(crate) fn redacted_url(url: &str) -> Cow<'_, str> {
    let (credentials, after) = around_address(url);
    if credentials.is_empty() && after.is_empty() {
        return Cow::Borrowed(url);
    }
    let mut shown = url[..url.len() - after.len()].to_owned();
    if !after.is_empty() {
        shown.push('…');
    }
    if let (Some(scheme), false) = (url.find("://"), credentials.is_empty()) {
        shown.replace_range(scheme + 3..scheme + 3 + credentials.len(), "…");
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_url_the_address_is_shown_and_nothing_else() {
        for (url, shown, secrets) in [
            ("https://a.example/x.mp4", "https://a.example/x.mp4", vec![]),
            ("https://a.example:1/x?sig=abc", "https://a.example:1/x?…", vec!["sig=abc"]),
            ("https://a.example/x#token=abc", "https://a.example/x#…", vec!["token=abc"]),
            ("https://a.example?sig=a@b", "https://a.example?…", vec!["sig=a@b"]),
            ("https://me:pw@a.example/x", "https://…@a.example/x", vec!["me:pw", "pw"]),
            ("https://s:ps@a.example/x?y", "https://…@a.example/x?…", vec!["s:ps", "ps", "y"]),
            ("http://a.example/@b", "http://a.example/@b", vec![]),
            ("rtmp://a.example/live/key", "rtmp://a.example/…", vec!["live/key"]),
            ("srt://a.example:1?passphrase=x", "srt://a.example:1?…", vec!["passphrase=x"]),
            ("rtmp://me:pw@a.example/live", "rtmp://…@a.example/…", vec!["me:pw", "pw", "live"]),
            ("ipfs://bafy", "ipfs://bafy", vec![]),
            ("/path?token=x", "/path?…", vec!["token=x"]),
            ("no url", "no url", vec![]),
            ("", "", vec![]),
            ("http://", "http://", vec![]),
        ] {
            assert_eq!(redacted_url(url), shown);
            assert_eq!(of_url(url).iter().map(Secret::expose).collect::<Vec<_>>(), secrets, "{url}");
        }
    }
}
