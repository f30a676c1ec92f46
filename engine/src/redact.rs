//! Redaction: secrets of a call are kept out of what is shown of responses, for servers echo what they reject.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue, USER_AGENT};

use crate::api::Auth;
use crate::error::BoxError;
use crate::secret::Secret;

/// Anything shorter is no secret worth the name, and would redact parts of ordinary words.
const SHORTEST: usize = 6;

/// The most bytes that a byte is spelled with (`\u002f`, `&#x2F;`).
const LONGEST_SPELLING: usize = 6;

/// The key and the secrets that one request held.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    key: Option<Arc<Secret>>,
    secrets: Arc<[Secret]>,
}

impl Redactor {
    pub(crate) fn new(key: Option<Arc<Secret>>, secrets: Arc<[Secret]>) -> Self {
        Self { key, secrets }
    }

    /// How far beyond a cut to read, so that none of them is cut in two there.
    pub(crate) fn longest_spelling(&self) -> usize {
        self.secrets().map(|secret| secret.expose().len() * LONGEST_SPELLING).max().unwrap_or(0)
    }

    /// The text without them, however JSON, URLs and HTML spell them.
    pub(crate) fn redact_text(&self, mut text: String) -> String {
        for secret in self.secrets() {
            let secret = secret.expose();
            if text.contains(secret) {
                text = text.replace(secret, "[key]");
            }
            let mut from = 0;
            while let Some((at, len)) = find(&text[from..], secret) {
                text.replace_range(from + at..from + at + len, "[key]");
                from += at;
            }
        }
        text
    }

    /// The error, unless its text or that of one of its causes shows one of them: then only what is left of the text.
    pub(crate) fn redact_error(&self, error: BoxError) -> BoxError {
        let mut shown = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            shown = format!("{shown}: {inner}");
            cause = inner.source();
        }
        let redacted = self.redact_text(shown.clone());
        if redacted == shown { error } else { redacted.into() }
    }

    /// The same for bytes, which become text only where something is to be redacted.
    pub(crate) fn redact_bytes(&self, bytes: Bytes) -> Bytes {
        if self.secrets().next().is_none() {
            return bytes;
        }
        let shown = String::from_utf8_lossy(&bytes);
        let redacted = self.redact_text(shown.clone().into_owned());
        if redacted == shown { bytes } else { redacted.into() }
    }

    /// The same for headers.
    pub(crate) fn redact_headers(&self, mut headers: HeaderMap) -> HeaderMap {
        if self.secrets().next().is_none() {
            return headers;
        }
        for value in headers.values_mut() {
            let shown = String::from_utf8_lossy(value.as_bytes());
            let redacted = self.redact_text(shown.clone().into_owned());
            if redacted != shown {
                *value = HeaderValue::try_from(redacted).unwrap_or(HeaderValue::from_static("[key]"));
            }
        }
        headers
    }

    fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.key.as_deref().into_iter().chain(self.secrets.iter()).filter(|secret| secret.expose().len() >= SHORTEST)
    }
}

/// Where a text holds a secret in a spelling that is not its own, and how long that is.
fn find(text: &str, secret: &str) -> Option<(usize, usize)> {
    let first = secret.chars().next()?;
    let begins = |letter| letter == first || matches!(letter, '%' | '\\' | '&' | '+');
    text.match_indices(begins).find_map(|(at, _)| {
        // A secret may itself hold what looks like an escape, so a letter may be read in two ways.
        let mut rests = vec![&text[at..]];
        for letter in secret.chars() {
            rests =
                rests.iter().flat_map(|rest| [escaped(rest, letter), rest.strip_prefix(letter)]).flatten().collect();
            rests.dedup_by_key(|rest| rest.len());
            if rests.is_empty() {
                return None;
            }
        }
        Some((at, text.len() - at - rests[0].len()))
    })
}

/// What follows a letter at the beginning of a text, where it is escaped as in URLs, JSON or HTML.
fn escaped(text: &str, letter: char) -> Option<&str> {
    let is = |digits: &str, radix| u32::from_str_radix(digits, radix).is_ok_and(|code| code == u32::from(letter));
    match text.as_bytes().first()? {
        b'+' if letter == ' ' => Some(&text[1..]),
        b'%' => letter.encode_utf8(&mut [0; 4]).bytes().try_fold(text, |text, byte| {
            let digits = text.strip_prefix('%')?.get(..2)?;
            u8::from_str_radix(digits, 16).is_ok_and(|code| code == byte).then(|| &text[3..])
        }),
        b'\\' => {
            // In a string of JSON that is in a string of JSON there are several.
            let rest = if letter == '\\' { &text[1..] } else { text.trim_start_matches('\\') };
            let short = match letter {
                '\n' => 'n',
                '\r' => 'r',
                '\t' => 't',
                other => other,
            };
            let code = rest.strip_prefix('u').and_then(|rest| rest.split_at_checked(4));
            code.and_then(|(code, rest)| is(code, 16).then_some(rest)).or_else(|| rest.strip_prefix(short))
        }
        b'&' => {
            let end = text.bytes().take(10).position(|byte| byte == b';')?;
            let same = match &text[1..end] {
                "amp" => letter == '&',
                "lt" => letter == '<',
                "gt" => letter == '>',
                "quot" => letter == '"',
                "apos" => letter == '\'',
                name => match name.strip_prefix('#') {
                    Some(code) => code.strip_prefix(['x', 'X']).map_or_else(|| is(code, 10), |code| is(code, 16)),
                    None => false,
                },
            };
            same.then(|| &text[end + 1..])
        }
        _ => None,
    }
}

/// What callers give beside an operation's own fields (headers, query parameters) that is a secret by its name or place.
pub(crate) fn credentials(auth: Auth, headers: &HeaderMap, query: &[(String, String)]) -> Vec<Secret> {
    let mut found = Vec::new();
    // Every client has a user agent, and each call asks.
    for (name, value) in headers.iter().filter(|(name, _)| *name != USER_AGENT) {
        let own = matches!(auth, Auth::Header(own) if own == name);
        let Ok(value) = value.to_str() else { continue };
        if !own && !sounds_secret(name.as_str()) {
            continue;
        }
        // `Bearer …`, `Basic …`: it is the last word.
        let word = value.rsplit(' ').next().unwrap_or(value);
        if value.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic ")) {
            let decoded = BASE64_STANDARD.decode(word).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            found.extend(decoded.as_deref().and_then(|pair| Some(pair.split_once(':')?.1.into())));
        }
        found.push(word.into());
    }
    for (name, value) in query {
        if matches!(auth, Auth::Query(own) if own == name) || sounds_secret(&name.to_ascii_lowercase()) {
            found.push(value.as_str().into());
        }
    }
    found
}

/// Whether what has this name (in small letters) is most likely a secret.
pub(crate) fn sounds_secret(name: &str) -> bool {
    ["auth", "cookie", "credential", "jwt", "key", "password", "secret", "signature", "token"]
        .iter()
        .any(|word| name.contains(word))
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
            assert_eq!(redactor.redact_bytes(Bytes::from(text)), shown);
        }
        let escapes = Redactor::new(None, ["p%25&a\\b", "l1\nl2\n"].into_iter().map(Secret::from).collect());
        for text in ["p%25&a\\b", "p%2525%26a%5Cb", "p%25&a\\\\b", "p%25&amp;a\\b", "l1\\nl2\\n", "l1%0al2%0A"] {
            assert_eq!(escapes.redact_text(format!("é{text}é")), "é[key]é", "{text}");
        }
        let other = Bytes::from_static(b"\xff\xfe");
        assert_eq!(redactor.redact_bytes(other.clone()), other);
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
            (Auth::Bearer, headers(&[("x-card", "abc")]), None, vec![]),
            (Auth::Query("card"), headers(&[]), Some(("card", "abc")), vec!["abc"]),
            (Auth::Bearer, headers(&[]), Some(("accessToken", "abc")), vec!["abc"]),
            (Auth::Bearer, headers(&[]), Some(("limit", "100")), vec![]),
        ] {
            let query: Vec<_> = query.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let found = credentials(auth, &given, &query);
            assert_eq!(found.iter().map(Secret::expose).collect::<Vec<_>>(), expected, "{given:?}");
        }
    }
}
