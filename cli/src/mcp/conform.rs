//! Structured content that keeps to its schema.
//!
//! A response is read leniently: an optional member of an unexpected type fails nothing. A client that checks results by the
//! schema of the tool would refuse all of it. Such members are left out of the structured content; the text has them.

use serde_json::{Map, Value};

/// Leaves out the optional members that do not fit; whether the rest does. Of schemas it knows what those of
/// [`output`](super::schema::output) have.
pub fn conform(value: &mut Value, schema: &Map<String, Value>) -> bool {
    has_type(value, schema.get("type"))
        && match value {
            Value::Object(members) => {
                let properties = schema.get("properties").and_then(Value::as_object);
                members.retain(|name, member| {
                    let schema = properties.and_then(|properties| properties.get(name)?.as_object());
                    schema.is_none_or(|schema| conform(member, schema))
                });
                let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
                required.filter_map(Value::as_str).all(|name| members.contains_key(name))
            }
            Value::Array(items) => {
                let schema = schema.get("items").and_then(Value::as_object);
                schema.is_none_or(|schema| items.iter_mut().all(|item| conform(item, schema)))
            }
            _ => true,
        }
}

fn has_type(value: &Value, types: Option<&Value>) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    };
    match types {
        Some(Value::String(name)) => is(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}
