//! JSON as text, so that nothing of a recorded body changes but what is replaced.

use std::borrow::Cow;

use serde_json::Value;

use crate::codec::{from_json, to_json};

/// The parts of a JSON text: strings with their quotes, single signs, and what stands between them. White space is left out.
struct Tokens<'t>(&'t str);

impl<'t> Iterator for Tokens<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        self.0 = self.0.trim_start();
        let first = self.0.bytes().next()?;
        let len = match first {
            b'"' => string_len(self.0),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => self.0.find(['"', '{', '}', '[', ']', ',', ':', ' ', '\n', '\r', '\t']).unwrap_or(self.0.len()),
        };
        let (token, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(token)
    }
}

/// How long the string at the beginning of a text is, with its quotes.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The text with a member or an item per line.
pub(super) fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let mut tokens = Tokens(json).peekable();
    let new_line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(token) = tokens.next() {
        match token {
            "{" | "[" => {
                out.push_str(token);
                match tokens.peek() {
                    Some(&end @ ("}" | "]")) => {
                        out.push_str(end);
                        tokens.next();
                    }
                    _ => {
                        depth += 1;
                        new_line(&mut out, depth);
                    }
                }
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                new_line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            _ => out.push_str(token),
        }
    }
    out.push('\n');
    out
}

/// The text with its strings replaced, those that are names of members excepted.
pub(super) fn replace_strings(json: &str, replace: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(json.len());
    let mut tokens = Tokens(json).peekable();
    while let Some(token) = tokens.next() {
        let replaced = match token.starts_with('"') && tokens.peek() != Some(&":") {
            true => from_json::<String>(token).ok().map(|text| (replace(&text), text)),
            false => None,
        };
        match replaced {
            Some((replaced, text)) if replaced != text => out.push_str(&to_json(&replaced)),
            _ => out.push_str(token),
        }
    }
    out
}

/// Calls a function with the path and the JSON of each value that holds no others, and of each empty one that could.
pub(super) fn for_each_leaf(value: &Value, path: &str, leaf: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                for_each_leaf(value, &format!("{path}/{}", escaped(name)), leaf);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                for_each_leaf(value, &format!("{path}/{index}"), leaf);
            }
        }
        other => leaf(path, &other.to_string()),
    }
}

/// A name in a JSON pointer.
fn escaped(name: &str) -> Cow<'_, str> {
    match name.contains(['~', '/']) {
        true => name.replace('~', "~0").replace('/', "~1").into(),
        false => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_the_same_but_for_white_space() {
        let text = r#"{"a": [1.50, {"b\"{": "x, [y]"}, [], {}], "c":null,"n":12345678901234567890123}"#;
        let shown = pretty(text);
        assert_eq!(
            shown,
            "{\n  \"a\": [\n    1.50,\n    {\n      \"b\\\"{\": \"x, [y]\"\n    },\n    [],\n    {}\n  ],\n  \"c\": null,\n  \"n\": 12345678901234567890123\n}\n"
        );
        assert_eq!(pretty(&shown), shown);
        assert_eq!(pretty("\"unfinished"), "\"unfinished\n");
    }

    #[test]
    fn strings_are_replaced_however_they_are_spelled() {
        let replaced = replace_strings(r#"{"k\u0065y":"a\u0062c","abc":["abc","abcd"],"n":1}"#, |text| {
            if text == "abc" { "\"".to_owned() } else { text.to_owned() }
        });
        assert_eq!(replaced, r#"{"k\u0065y":"\"","abc":["\"","abcd"],"n":1}"#);
    }
}
