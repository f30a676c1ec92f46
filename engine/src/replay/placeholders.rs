//! What stands in place of secrets in a recorded exchange.

use crate::redact::sounds_secret;
use crate::server::origin_of;

/// What every placeholder begins with; a number follows.
const MARK: &str = "redacted-";

/// A secret this short is replaced only where it is the whole of a string.
const SHORT: usize = 8;

/// The secrets of a recording, each with its placeholder, the longest first.
#[derive(Default)]
pub(super) struct Placeholders(Vec<(String, String)>);

impl Placeholders {
    /// Adds a secret, unless it is known. One that is a URL keeps its origin, because a client has to be able to parse it.
    pub(super) fn add(&mut self, secret: &str) {
        if secret.is_empty() || is_placeholder(secret) || self.0.iter().any(|(known, _)| known == secret) {
            return;
        }
        let number = self.0.len() + 1;
        let placeholder = match origin_of(secret).and_then(|origin| origin.split_once("://")) {
            Some((scheme, host)) => {
                let host = host.rsplit('@').next().unwrap_or(host);
                format!("{scheme}://{host}/{MARK}{number}")
            }
            None => format!("{MARK}{number}"),
        };
        self.0.push((secret.to_owned(), placeholder));
        self.0.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
    }

    /// The text without secrets; `None` if it has none.
    pub(super) fn replace(&self, text: &str) -> Option<String> {
        let mut replaced = None;
        for (secret, placeholder) in &self.0 {
            let text: &str = replaced.as_deref().unwrap_or(text);
            if text == secret {
                return Some(placeholder.clone());
            }
            if secret.len() >= SHORT && text.contains(secret.as_str()) {
                replaced = Some(text.replace(secret.as_str(), placeholder));
            }
        }
        replaced
    }

    /// Adds the strings in a JSON value that are secrets by the names of their members.
    pub(super) fn add_by_name(&mut self, value: &serde_json::Value, named: bool) {
        match value {
            serde_json::Value::String(text) if named => self.add(text),
            serde_json::Value::Array(items) => items.iter().for_each(|item| self.add_by_name(item, named)),
            serde_json::Value::Object(members) => {
                for (name, value) in members {
                    self.add_by_name(value, named || sounds_secret(&name.to_ascii_lowercase()));
                }
            }
            _ => {}
        }
    }
}

fn is_placeholder(text: &str) -> bool {
    text.strip_prefix(MARK).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a text is the recorded one, in which a placeholder stands for any text.
pub(super) fn matches(recorded: &str, text: &str) -> bool {
    let Some((before, after)) = recorded.split_once(MARK) else { return recorded == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    let after = after.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let ends = rest.char_indices().map(|(at, letter)| at + letter.len_utf8());
    // The shortest first; texts are short, and placeholders in them are few.
    ends.into_iter().any(|end| matches(after, &rest[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_and_match_again() {
        let mut placeholders = Placeholders::default();
        for secret in ["abc", "a-long-secret", "https://a.example/upload/x?y", "", "a-long-secret", "redacted-1"] {
            placeholders.add(secret);
        }
        for (text, replaced) in [
            ("abc", Some("redacted-1")),
            ("abcd", None),
            ("key=a-long-secret&b", Some("key=redacted-2&b")),
            ("https://a.example/upload/x?y", Some("https://a.example/redacted-3")),
            ("https://a.example/upload/x?y/part", Some("https://a.example/redacted-3/part")),
        ] {
            assert_eq!(placeholders.replace(text).as_deref(), replaced);
            if let Some(replaced) = replaced {
                assert!(matches(replaced, text) && matches(replaced, replaced), "{replaced}");
                assert!(!matches(replaced, ""));
            }
        }
        assert!(!matches("x-redacted-2-y", "x--y"));
        assert!(matches("x-redacted-2-y", "x-é-y-y"));
        assert!(!matches("x-redacted-2-y", "x-é-z"));
        assert!(matches("redacted-1 redacted-22", "a b c"));
    }
}
