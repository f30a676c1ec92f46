//! What is a secret by its name: the one rule of logs, `curl` commands, recordings, and of the headers that leave an origin.

use std::borrow::Cow;

/// What a word names a secret by, wherever it stands in the word.
const PARTS: [&str; 11] = [
    "auth",
    "cookie",
    "credential",
    "jwt",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "secret",
    "signature",
    "token",
];

/// The same as a whole word.
const WORDS: [&str; 4] = ["creds", "hmac", "pwd", "sig"];

/// Words that only look so.
const OTHERS: [&str; 8] = ["author", "authoritie", "authority", "donkey", "hockey", "monkey", "turkey", "whiskey"];

/// The last words of names that say something about a secret: `tokenType`.
const ABOUT: [&str; 15] = [
    "at", "count", "endpoint", "expiry", "id", "kind", "length", "limit", "method", "name", "provider", "type", "uri",
    "url", "version",
];

/// Whether what has this name is a secret: it is declared ([`Api::SECRET_NAMES`](crate::Api::SECRET_NAMES)), or most likely by what the
/// name says. `author` and `tokenType` name none.
pub(crate) fn is_secret_name(name: &str, declared: &[&str]) -> bool {
    declared.iter().any(|own| letters(own).eq(letters(name))) || sounds_secret(name)
}

/// What counts of a declared name: `session_id` is also `sessionId` and `Session-Id`.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

fn sounds_secret(name: &str) -> bool {
    let mut last = None;
    let found = words(name).fold(false, |found, word| {
        let sounds = is_secret_word(&word);
        last = Some(word);
        found || sounds
    });
    found && !last.is_some_and(|last| ABOUT.contains(&&*last))
}

fn is_secret_word(word: &str) -> bool {
    let single = word.strip_suffix('s').unwrap_or(word);
    let holds = |part: &&str| word.contains(*part);
    // `streamkey`, but not `keyboard`.
    let sounds = PARTS.iter().any(holds) || WORDS.contains(&word) || single.ends_with("key");
    sounds && !OTHERS.contains(&single)
}

/// The words of a name in small letters, without digits. Of `camelCase` two; `APIKEY` is one.
fn words(name: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = name;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
        let mut before = b'A';
        let end = rest.bytes().position(|letter| {
            let ends = !letter.is_ascii_alphabetic() || (before.is_ascii_lowercase() && letter.is_ascii_uppercase());
            before = letter;
            ends
        });
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        if word.is_empty() {
            return None;
        }
        let is_small = word.bytes().all(|letter| letter.is_ascii_lowercase());
        Some(if is_small { Cow::Borrowed(word) } else { Cow::Owned(word.to_ascii_lowercase()) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_a_secret() {
        for name in [
            "key",
            "apiKey",
            "API_KEY",
            "APIKEY",
            "apikey",
            "streamKey",
            "streamkey",
            "access_token",
            "accesstoken",
            "X-Amz-Signature",
            "sig",
            "Set-Cookie",
            "Authorization",
            "proxy-authorization",
            "x-auth",
            "OAuth2",
            "keys",
            "jwt",
            "JWT",
            "client_secret",
            "key1",
            "secretAccessKey",
            "token[]",
            "passwordHash",
            "private_key_pem",
            "segCreds",
            "ékey",
        ] {
            assert!(is_secret_name(name, &[]), "{name}");
        }
        for name in [
            "author",
            "Authors",
            "keywords",
            "monkey",
            "tokenType",
            "createdByTokenName",
            "authority",
            "name",
            "",
            "-",
            "keyId",
            "é",
            "token_endpoint",
            "design",
            "session_id",
        ] {
            assert!(!is_secret_name(name, &[]), "{name}");
        }
        for name in ["session_id", "sessionId", "Session-Id", "SESSIONID", "session_id[]"] {
            assert!(is_secret_name(name, &["room", "session-id"]), "{name}");
        }
        for name in ["session_ids", "sessionIdentity", "id", ""] {
            assert!(!is_secret_name(name, &["room", "session-id"]), "{name}");
        }
    }
}
