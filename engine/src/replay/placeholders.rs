//! What stands in place of secrets in recorded exchanges.

use serde_json::Value;

use crate::redact::{Replacer, is_secret_name};
use crate::server::origin_of;

/// What every placeholder begins with; a number follows.
const MARK: &str = "redacted-";

/// The secrets of a recording, each with its placeholder.
#[derive(Default)]
pub(super) struct Placeholders {
    known: Vec<(String, String)>,
    /// The names of secrets that the APIs declare.
    names: Vec<&'static str>,
}

impl Placeholders {
    /// Adds names of secrets.
    pub(super) fn declare(&mut self, names: &[&'static str]) {
        self.names.extend(names);
    }

    /// Adds a secret, unless it is known. One that is a URL keeps its origin, because a client has to be able to parse it.
    pub(super) fn add(&mut self, secret: &str) {
        if secret.is_empty() || is_placeholder(secret) || self.known.iter().any(|(known, _)| known == secret) {
            return;
        }
        let number = self.known.len() + 1;
        let placeholder = match origin_of(secret).and_then(|origin| origin.split_once("://")) {
            Some((scheme, host)) => {
                let host = host.rsplit('@').next().unwrap_or(host);
                format!("{scheme}://{host}/{MARK}{number}")
            }
            None => format!("{MARK}{number}"),
        };
        self.known.push((secret.to_owned(), placeholder));
    }

    /// Adds a value if it is a secret by its name.
    pub(super) fn add_named(&mut self, name: &str, value: &str) {
        if is_secret_name(name, &self.names) {
            // `Bearer …`: it is the last word.
            self.add(value.rsplit(' ').next().unwrap_or(value));
        }
    }

    /// Adds the strings in a text that are secrets by their names: in JSON, or in its lines or events, or in a form.
    pub(super) fn add_named_in(&mut self, text: &str) {
        if let Ok(value) = serde_json::from_str(text) {
            return self.add_named_in_json(&value);
        }
        for line in text.lines() {
            let line = line.strip_prefix("data:").unwrap_or(line);
            if let Ok(value) = serde_json::from_str(line) {
                self.add_named_in_json(&value);
            }
        }
    }

    fn add_named_in_json(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.add_named_in_json(item)),
            Value::Object(members) => {
                for (name, value) in members {
                    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    items.iter().filter_map(Value::as_str).for_each(|text| self.add_named(name, text));
                    self.add_named_in_json(value);
                }
            }
            _ => {}
        }
    }

    /// Puts the placeholders into texts.
    pub(super) fn replacer(&self) -> Replacer<'_> {
        Replacer::new(&self.known)
    }
}

fn is_placeholder(text: &str) -> bool {
    text.strip_prefix(MARK).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a text is the recorded one, in which a placeholder stands for any text.
pub(super) fn matches(recorded: &str, text: &str) -> bool {
    let digits = |letter: char| letter.is_ascii_digit();
    let mut pieces = recorded.split(MARK);
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut pieces = pieces.map(|piece| piece.trim_start_matches(digits)).peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        // A placeholder stands for one letter at least.
        let Some(first) = rest.chars().next() else { return false };
        rest = &rest[first.len_utf8()..];
        let found = match pieces.peek() {
            None => rest.strip_suffix(piece).map(|_| ""),
            // The first place leaves the most for what follows.
            Some(_) => rest.split_once(piece).map(|(_, after)| after),
        };
        match found {
            Some(after) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_and_match_again() {
        let mut placeholders = Placeholders::default();
        for secret in ["abc", "a-long/secret", "https://a.example/upload/x?y", "", "a-long/secret", "redacted-1"] {
            placeholders.add(secret);
        }
        for (text, replaced) in [
            ("abc", "redacted-1"),
            ("abcd", "abcd"),
            ("key=a-long/secret&b", "key=redacted-2&b"),
            ("key=a-long%2Fsecret&b", "key=redacted-2&b"),
            ("https://a.example/upload/x?y", "https://a.example/redacted-3"),
            ("https://a.example/upload/x?y/part", "https://a.example/redacted-3/part"),
        ] {
            assert_eq!(placeholders.replacer().replace(text), replaced);
            assert!(matches(replaced, text) && matches(replaced, replaced), "{replaced}");
            assert!(!matches(replaced, ""));
        }
        assert!(!matches("x-redacted-2-y", "x--y"));
        assert!(matches("x-redacted-2-y", "x-é-y-y"));
        assert!(!matches("x-redacted-2-y", "x-é-z"));
        assert!(matches("redacted-1 redacted-22", "a b c"));
        // In a time that grows with its length.
        assert!(!matches(&("redacted-1x".repeat(200) + "y"), &"ax".repeat(10_000)));
    }

    #[test]
    fn values_are_secrets_by_their_names() {
        let mut placeholders = Placeholders::default();
        placeholders.declare(&["seat"]);
        placeholders
            .add_named_in("{\"token\":\"one-token\"}\n\ndata: {\"a\":[{\"keys\":[\"two-keys\",{\"b\":\"c\"}]}]}");
        placeholders.add_named("Seat", "row-five");
        assert_eq!(
            placeholders.replacer().replace("one-token two-keys c row-five"),
            "redacted-1 redacted-2 c redacted-3"
        );
    }
}
