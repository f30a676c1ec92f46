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
    match (schema["type"].as_str()?, sample) {
        ("string", Some(Value::String(text))) => Some(format!("{text:?}")),
        ("string", None) if schema.get("format").is_none() => Some(format!("{:?}", field.rust)),
        ("integer", _) => Some("1".to_owned()),
        ("number", _) => Some("1.0".to_owned()),
        ("boolean", _) => Some("true".to_owned()),
        _ => None,
    }
}
