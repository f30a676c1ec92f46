//! Redaction: secrets of a call are kept out of what is shown of responses, for servers echo what they reject.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue, USER_AGENT};

use crate::api::{Api, Auth};
use crate::error::BoxError;
use crate::secret::Secret;
pub(crate) use names::is_secret_name;
pub(crate) use scan::MARK;
use scan::{Scanner, Steps};

mod names;
mod scan;
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "a log shows more than a `curl` command"))]
pub(crate) mod shown;

/// How much of a text is looked at and shown, in bytes, and how much of all headers together.
pub(crate) const MAX_TEXT: usize = 64 * 1024;

/// How many causes of an error are shown.
const MAX_CAUSES: usize = 16;

/// The key and the secrets that one request held, and the names of others.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    key: Option<Arc<Secret>>,
    secrets: Arc<[Secret]>,
    names: &'static [&'static str],
}

impl Redactor {
    pub(crate) fn new(key: Option<Arc<Secret>>, secrets: Arc<[Secret]>, names: &'static [&'static str]) -> Self {
        Self { key, secrets, names }
    }

    /// Whether what has this name is a secret.
    pub(crate) fn names(&self, name: &str) -> bool {
        is_secret_name(name, self.names)
    }

    /// The text without them, however JSON, URLs and HTML spell them; the first 64 KiB of it.
    pub(crate) fn redact_text(&self, text: String) -> String {
        self.redact(text, false)
    }

    /// The same for a text that was cut off, perhaps in the middle of a secret.
    pub(crate) fn redact_excerpt(&self, text: String) -> String {
        self.redact(text, true)
    }

    fn redact(&self, text: String, cut: bool) -> String {
        self.redact_counted(text, cut).0
    }

    /// The text without them, and how many steps that took.
    pub(crate) fn redact_counted(&self, mut text: String, cut: bool) -> (String, usize) {
        let cut = shorten(&mut text) || cut;
        let mut steps = Steps::for_bytes(text.len());
        let text = match self.scanner().redact(&text, cut, &mut steps) {
            Cow::Borrowed(_) => text,
            Cow::Owned(shown) => shown,
        };
        (text, steps.taken)
    }

    /// The error, unless its text or that of one of its causes shows one of them: then only what is left of the text.
    pub(crate) fn redact_error(&self, error: BoxError) -> BoxError {
        let mut told = error.to_string();
        let mut cause = error.source();
        for _ in 0..MAX_CAUSES {
            let Some(inner) = cause else { break };
            told.push_str(": ");
            told.push_str(&inner.to_string());
            cause = inner.source();
        }
        let len = told.len();
        let redacted = self.redact_text(told.clone());
        if cause.is_none() && len <= MAX_TEXT && redacted == told { error } else { redacted.into() }
    }

    /// The same for the first 64 KiB of bytes, which become text only where something is to be redacted. `cut`: they may
    /// end in the middle of a secret.
    pub(crate) fn redact_bytes(&self, mut bytes: Bytes, cut: bool) -> Bytes {
        let cut = cut || bytes.len() > MAX_TEXT;
        bytes.truncate(MAX_TEXT);
        let scanner = self.scanner();
        if scanner.is_empty() {
            return bytes;
        }
        let text = String::from_utf8_lossy(&bytes);
        match scanner.redact(&text, cut, &mut Steps::for_bytes(text.len())) {
            Cow::Borrowed(_) => bytes,
            Cow::Owned(shown) => shown.into(),
        }
    }

    /// The same for headers. Of more than 64 KiB in all, the values beyond are withheld.
    pub(crate) fn redact_headers(&self, mut headers: HeaderMap) -> HeaderMap {
        let scanner = self.scanner();
        if scanner.is_empty() {
            return headers;
        }
        let mut left = MAX_TEXT;
        for value in headers.values_mut() {
            let Some(rest) = left.checked_sub(value.len()) else {
                *value = HeaderValue::from_static("[too long]");
                continue;
            };
            left = rest;
            let text = String::from_utf8_lossy(value.as_bytes());
            if let Cow::Owned(shown) = scanner.redact(&text, false, &mut Steps::for_bytes(text.len())) {
                *value = HeaderValue::try_from(shown).unwrap_or(HeaderValue::from_static(MARK));
            }
        }
        headers
    }

    fn scanner(&self) -> Scanner<'_> {
        Scanner::new(self.key.as_deref().into_iter().chain(self.secrets.iter()).map(Secret::expose))
    }
}

/// Cuts a text to what is looked at; whether it was longer.
fn shorten(text: &mut String) -> bool {
    let long = text.len() > MAX_TEXT;
    if long {
        let end = (0..=MAX_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
    long
}

/// Puts something of its own in place of each secret.
#[cfg(feature = "replay")]
pub(crate) struct Replacer<'s> {
    scanner: Scanner<'s>,
    with: std::collections::BTreeMap<&'s [u8], &'s str>,
}

#[cfg(feature = "replay")]
impl<'s> Replacer<'s> {
    /// For secrets, each with what stands in its place.
    pub(crate) fn new(secrets: &'s [(String, String)]) -> Self {
        Self {
            scanner: Scanner::new(secrets.iter().map(|(secret, _)| secret.as_str())),
            with: secrets.iter().map(|(secret, with)| (scan::known_part(secret), with.as_str())).collect(),
        }
    }

    /// The text without them, however JSON, URLs and HTML spell them. What is too short to be looked for in a text is replaced where it
    /// is all of it.
    pub(crate) fn replace<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.with.get(text.as_bytes()) {
            Some(with) => Cow::Owned((*with).to_owned()),
            None => self.scanner.replace(text, false, &mut Steps::for_bytes(text.len()), |secret| {
                secret.and_then(|secret| self.with.get(secret)).copied().unwrap_or(MARK)
            }),
        }
    }
}

/// What is secret of a header's value that holds credentials: the word after `Bearer` or `Basic`, and the password of the latter.
pub(crate) fn secrets_of_credentials(value: &str) -> impl Iterator<Item = Secret> + use<> {
    let word = value.rsplit(' ').next().unwrap_or(value);
    let is_basic = value.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic "));
    let pair = is_basic.then(|| BASE64_STANDARD.decode(word).ok().and_then(|bytes| String::from_utf8(bytes).ok()));
    let password = pair.flatten().and_then(|pair| Some(Secret::from(pair.split_once(':')?.1)));
    password.into_iter().chain([Secret::from(word)])
}

/// What callers give in addition to an operation's own fields (headers, query parameters) that is a secret by its name or place.
pub(crate) fn credentials<A: Api>(headers: &HeaderMap, query: &[(String, String)]) -> Vec<Secret> {
    credentials_of(A::AUTH, A::SECRET_NAMES, headers, query)
}

fn credentials_of(auth: Auth, names: &[&str], headers: &HeaderMap, query: &[(String, String)]) -> Vec<Secret> {
    let mut found = Vec::new();
    // Every client has a user agent, and each call asks.
    for (name, value) in headers.iter().filter(|(name, _)| *name != USER_AGENT) {
        let own = matches!(auth, Auth::Header(own) if own == name);
        if !own && !value.is_sensitive() && !is_secret_name(name.as_str(), names) {
            continue;
        }
        found.extend(value.to_str().into_iter().flat_map(secrets_of_credentials));
    }
    for (name, value) in query {
        if matches!(auth, Auth::Query(own) if own == name) || is_secret_name(name, names) {
            found.push(value.as_str().into());
        }
    }
    found
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Auth;

    #[test]
    fn secrets_are_redacted_in_every_spelling() {
        let redactor = Redactor::new(
            Some(Arc::new("ke y/\"1".into())),
            ["abc", "stream-key"].into_iter().map(Secret::from).collect(),
            &[],
        );
        for (text, shown) in [
            ("no token ke y/\"1 found", "no token [key] found"),
            (r#"{"errors":["no ke y/\"1"]}"#, r#"{"errors":["no [key]"]}"#),
            ("/x?key=ke%20y%2F%221&abc", "/x?key=[key]&abc"),
            ("/x?key=ke+y/%221&stream%2dkey", "/x?key=[key]&[key]"),
            (r#"{"errors":["no ke y\/\u00221"]}"#, r#"{"errors":["no [key]"]}"#),
            (r#"{"errors":["no {\"key\":\"ke y/\\\"1\"}"]}"#, r#"{"errors":["no {\"key\":\"[key]\"}"]}"#),
            ("<p>no ke y&#x2F;&quot;1 or ke&#32;y/&#34;1</p>", "<p>no [key] or [key]</p>"),
            ("%", "%"),
            ("ke y/&quot", "ke y/&quot"),
            ("ke y\\", "ke y\\"),
            ("stream-key, stream-key", "[key], [key]"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(redactor.redact_text(text.into()), shown);
            assert_eq!(redactor.redact_bytes(Bytes::from(text), false), shown);
        }
        let escapes = Redactor::new(None, ["p%25&a\\b", "l1\nl2\n"].into_iter().map(Secret::from).collect(), &[]);
        for text in ["p%25&a\\b", "p%2525%26a%5Cb", "p%25&a\\\\b", "p%25&amp;a\\b", "l1\\nl2\\n", "l1%0al2%0A"] {
            assert_eq!(escapes.redact_text(format!("é{text}é")), "é[key]é", "{text}");
        }
        let other = Bytes::from_static(b"\xff\xfe");
        assert_eq!(redactor.redact_bytes(other.clone(), true), other);
    }

    #[test]
    fn what_is_shown_is_bounded() {
        let redactor = Redactor::new(Some(Arc::new("secret-key".into())), Arc::default(), &[]);
        let text = "x".repeat(MAX_TEXT - 8) + "secret-key and more";
        let shown = "x".repeat(MAX_TEXT - 8) + "[key]";
        assert_eq!(redactor.redact_text(text.clone()), shown);
        assert_eq!(redactor.redact_bytes(text.clone().into(), false), shown);
        assert_eq!(redactor.redact_error(text.into()).to_string(), shown);

        let mut headers = HeaderMap::new();
        for (name, len) in [("a", 400_000), ("b", 10), ("c", 60_000), ("d", 10_000)] {
            headers.insert(name, HeaderValue::try_from("\\".repeat(len)).unwrap());
        }
        let shown = redactor.redact_headers(headers);
        let lens: Vec<_> = ["a", "b", "c", "d"].iter().map(|name| shown[*name].len()).collect();
        assert_eq!(lens, [10, 10, 60_000, 10]);
    }

    #[test]
    fn what_callers_give_by_the_way_may_be_a_credential() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>()
        };
        for (auth, given, query, expected) in [
            (Auth::Bearer, headers(&[("authorization", "Bearer abc")]), None, vec!["abc"]),
            (
                Auth::Bearer,
                headers(&[("authorization", "basic dXNlcjpwYTpzcw==")]),
                None,
                vec!["pa:ss", "dXNlcjpwYTpzcw=="],
            ),
            (Auth::Bearer, headers(&[("x-api-key", "abc"), ("accept", "x/y")]), None, vec!["abc"]),
            (Auth::Header("x-card"), headers(&[("x-card", "abc")]), None, vec!["abc"]),
            (Auth::Bearer, headers(&[("x-card", "abc"), ("door-code", "1234")]), None, vec!["1234"]),
            (Auth::Bearer, headers(&[]), Some(("doorCode", "1234")), vec!["1234"]),
            (Auth::Query("card"), headers(&[]), Some(("card", "abc")), vec!["abc"]),
            (Auth::Bearer, headers(&[]), Some(("accessToken", "abc")), vec!["abc"]),
            (Auth::Bearer, headers(&[]), Some(("limit", "100")), vec![]),
        ] {
            let query: Vec<_> = query.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let found = credentials_of(auth, &["door_code"], &given, &query);
            assert_eq!(found.iter().map(Secret::expose).collect::<Vec<_>>(), expected, "{given:?}");
        }
    }
}
