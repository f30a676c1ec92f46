//! What the server says about a text that is no JSON: the words of its JavaScript engine.

/// The words for an error of ours.
pub(super) fn json_error(text: &str, error: &serde_json::Error) -> String {
    const END: &str = "Unexpected end of JSON input";

    if error.is_eof() {
        return END.into();
    }
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = line_start + error.column().saturating_sub(1);
    let Some(found) = text.get(at..).and_then(|rest| rest.chars().next()) else { return END.into() };
    let what = match found {
        '"' => "string".to_owned(),
        '-' | '0'..='9' => "number".to_owned(),
        other => format!("token {other}"),
    };
    format!("Unexpected {what} in JSON at position {}", text.get(..at).unwrap_or_default().encode_utf16().count())
}

/// What is wrong with the text of a body; `None` if it is an object or a list. The server takes nothing else.
pub(super) fn body_error(text: &str) -> Option<String> {
    let first = text.trim_start().chars().next()?;
    if !matches!(first, '{' | '[') {
        return Some(format!("Unexpected token {first} in JSON at position 0"));
    }
    serde_json::from_str::<serde::de::IgnoredAny>(text).err().map(|error| json_error(text, &error))
}
