//! A request's query, read as the server reads it: every value is a text, and what it cannot use it ignores.

use percent_encoding::percent_decode_str;

/// The query of a request.
#[derive(Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn new(text: &str) -> Self {
        let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        };
        Self(text.split('&').filter(|pair| !pair.is_empty()).map(pair).collect())
    }

    /// A value that is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        found.filter(|value| !value.is_empty())
    }

    /// Whether a value is there, whatever it is.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether a value is there that is not `false`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value != "false")
    }

    /// The number at the beginning of a value.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        let text = self.get(name)?.trim_start();
        let end = text.char_indices().find(|(at, letter)| !letter.is_ascii_digit() && (*at > 0 || *letter != '-'));
        text.get(..end.map_or(text.len(), |(end, _)| end))?.parse().ok()
    }
}
