//! What a server says went wrong, in the shapes that servers commonly give it, for where no declared type reads it.

use serde_json::{Map, Value};

use crate::codec::Options;

/// How many texts of a list are told.
const MOST: usize = 5;

/// What an object says that reports an error: by a member `error` or `errors`.
pub(crate) fn reported(body: &[u8]) -> Option<String> {
    let object = object(body)?;
    error_in(&object).or_else(|| text_of(object.get("errors")?))
}

/// What an object says that is known to be no success: a success may have a `message`, too.
pub(crate) fn message(body: &[u8]) -> Option<String> {
    let object = object(body)?;
    let said = || ["message", "msg", "detail"].iter().find_map(|name| text_of(object.get(*name)?));
    error_in(&object).or_else(|| text_of(object.get("errors")?)).or_else(said)
}

/// What the `error` of an object says, a text or an object that holds one.
pub(crate) fn error_in(object: &Map<String, Value>) -> Option<String> {
    match object.get("error")? {
        Value::Bool(true) => Some(text_of(object.get("message")?).unwrap_or_else(|| "error".into())),
        error => text_of(error),
    }
}

fn object(body: &[u8]) -> Option<Map<String, Value>> {
    Options::new().decode_bytes(body).ok().map(|decoded| decoded.value)
}

/// The text that a value is or holds. Some servers write an error where there is none: as null, false, 0 or empty.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) => None,
        Value::Number(number) => (number.as_f64() != Some(0.0)).then(|| number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(text_of).take(MOST).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
        Value::Object(members) if members.is_empty() => None,
        object => Some(text_in(object).unwrap_or_else(|| object.to_string())),
    }
}

fn text_in(object: &Value) -> Option<String> {
    ["message", "msg", "detail", "error", "reason", "title"].iter().find_map(|name| text_of(object.get(name)?))
}

#[cfg(test)]
mod tests {
    use super::{message, reported};

    #[test]
    fn an_error_is_told_in_every_usual_shape() {
        for text in [
            r#"{"error":"no"}"#,
            r#"{"error":{"message":"no","code":5}}"#,
            r#"{"error":{"error":{"msg":" no "}}}"#,
            r#"{"error":true,"message":"no"}"#,
            r#"{"success":false,"errors":"no"}"#,
            r#"{"errors":["no"],"x":NaN}"#,
            "\u{feff}{\"errors\":[{\"message\":\"no\"},null]}",
        ] {
            assert_eq!(reported(text.as_bytes()).as_deref(), Some("no"), "{text}");
            assert_eq!(message(text.as_bytes()).as_deref(), Some("no"), "{text}");
        }
        for text in [r#"{"message":"no"}"#, r#"{"detail":"no"}"#, r#"{"detail":[{"loc":["body"],"msg":"no"}]}"#] {
            assert_eq!(reported(text.as_bytes()), None, "{text}");
            assert_eq!(message(text.as_bytes()).as_deref(), Some("no"), "{text}");
        }
        assert_eq!(reported(br#"{"error":{"code":5}}"#).as_deref(), Some(r#"{"code":5}"#));
        for text in [
            "",
            "no",
            "[]",
            "{}",
            r#"{"title":"no"}"#,
            r#"{"error":null}"#,
            r#"{"error":false,"errors":[]}"#,
            r#"{"error":0}"#,
            r#"{"error":{}}"#,
            r#"{"errors":[null,""]}"#,
            r#"{"data":{"error":"no"}}"#,
        ] {
            assert_eq!((reported(text.as_bytes()), message(text.as_bytes())), (None, None), "{text}");
        }
    }
}
