//! JSON with line breaks, and colours.

use std::fmt::Write as _;

use serde_json::Value;

const KEY: &str = "\x1b[34m";
const TEXT: &str = "\x1b[32m";
const OTHER: &str = "\x1b[33m";
const NULL: &str = "\x1b[2m";
const END: &str = "\x1b[0m";

/// A value over several lines, without a line feed at its end.
pub fn pretty(value: &Value, colours: bool) -> String {
    let mut text = String::new();
    write(&mut text, value, 0, colours);
    text
}

fn write(text: &mut String, value: &Value, indent: usize, colours: bool) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                next(text, index, indent + 1);
                paint(text, &Value::from(name.as_str()).to_string(), KEY, colours);
                text.push_str(": ");
                write(text, member, indent + 1, colours);
            }
            close(text, indent, '}');
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                next(text, index, indent + 1);
                write(text, item, indent + 1, colours);
            }
            close(text, indent, ']');
        }
        Value::String(_) => paint(text, &visible(value), TEXT, colours),
        Value::Null => paint(text, "null", NULL, colours),
        Value::Bool(_) | Value::Number(_) => paint(text, &value.to_string(), OTHER, colours),
        Value::Object(_) => text.push_str("{}"),
        Value::Array(_) => text.push_str("[]"),
    }
}

/// A text as JSON in which nothing of the server's can steer a terminal: JSON escapes only the older control characters.
fn visible(value: &Value) -> String {
    let json = value.to_string();
    if !json.chars().any(char::is_control) {
        return json;
    }
    json.chars().fold(String::new(), |mut text, letter| {
        match letter.is_control() {
            true => drop(write!(text, "\\u{:04x}", u32::from(letter))),
            false => text.push(letter),
        }
        text
    })
}

fn next(text: &mut String, index: usize, indent: usize) {
    text.push_str(if index == 0 { "\n" } else { ",\n" });
    text.push_str(&"  ".repeat(indent));
}

fn close(text: &mut String, indent: usize, end: char) {
    text.push('\n');
    text.push_str(&"  ".repeat(indent));
    text.push(end);
}

fn paint(text: &mut String, part: &str, colour: &str, colours: bool) {
    if colours {
        text.extend([colour, part, END]);
    } else {
        text.push_str(part);
    }
}
