//! Calls in Rust, for documents.

use serde_json::Value;

use super::entry::Entry;
use crate::codec::Schemas;
use crate::endpoint::Field;

/// A call of the operation with its required fields.
pub(super) fn call(entry: &Entry) -> String {
    let facts = entry.operation();
    let name = facts.qualified_name();
    let arguments: Option<Vec<_>> = entry
        .fields()
        .filter(|(field, _)| field.required && !field.copy)
        .map(|(field, described)| {
            let schema = described.schema(&mut Schemas::new("#/")).into_value();
            argument(field, &schema)
        })
        .collect();
    match (arguments, facts.paged) {
        (Some(arguments), None) => format!("client.call({name}::new({})).await?", arguments.join(", ")),
        (Some(arguments), Some(_)) => {
            format!("client.pages({name}::new({})).items().collect().await?", arguments.join(", "))
        }
        (None, _) => {
            let json = entry.example().unwrap_or_else(|| "{}".to_owned());
            format!("let request: {name} = serde_json::from_str(r#\"{json}\"#)?;\nclient.call(request).await?")
        }
    }
}

/// An expression for a field; `None` if its type is not one that has a literal.
fn argument(field: &Field, schema: &Value) -> Option<String> {
    if field.ty == "File" {
        return Some(format!("File::path(\"{}\")", field.rust));
    }
    let sample = field.sample.and_then(|sample| serde_json::from_str::<Value>(sample).ok());
    match (field.ty, sample) {
        ("bool", _) => Some("true".to_owned()),
        ("f32" | "f64", _) => Some("1.0".to_owned()),
        ("u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize", _) => Some("1".to_owned()),
        // Texts of all kinds, of which ids are made.
        (_, Some(Value::String(text))) if schema["type"] == "string" => Some(format!("{text:?}")),
        // What has a form of its own is made of more than text.
        (_, None)
            if schema["type"] == "string"
                && ["format", "examples", "contentEncoding"].iter().all(|name| schema.get(name).is_none()) =>
        {
            Some(format!("{:?}", field.rust))
        }
        _ => None,
    }
}
