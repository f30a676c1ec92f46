//! Structured content that keeps to its schema.
//!
//! A response is read leniently: an optional member of an unexpected type fails nothing. A client that checks results by the
//! schema of the tool would refuse all of it. Such members are left out of the structured content; the text has them.

use serde_json::{Map, Value};

use super::schema::PREFIX;

/// Leaves out the optional members that do not fit; whether the rest does.
pub fn conform(value: &mut Value, schema: &Map<String, Value>) -> bool {
    let empty = Map::new();
    let named = schema.get("$defs").and_then(Value::as_object).unwrap_or(&empty);
    fits(value, schema, named)
}

fn fits(value: &mut Value, schema: &Map<String, Value>, named: &Map<String, Value>) -> bool {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|name| named.get(name.strip_prefix(PREFIX)?));
    target.is_none_or(|target| fits_value(value, target, named))
        && has_type(value, schema.get("type"))
        && schema.get("const").is_none_or(|wanted| wanted == value)
        && schema.get("enum").and_then(Value::as_array).is_none_or(|known| known.contains(value))
        && fits_members(value, schema, named)
        && fits_items(value, schema, named)
        && fits_alternatives(value, schema.get("anyOf"), named, |count| count > 0)
        && fits_alternatives(value, schema.get("oneOf"), named, |count| count == 1)
}

fn fits_value(value: &mut Value, schema: &Value, named: &Map<String, Value>) -> bool {
    match schema {
        Value::Bool(fits) => *fits,
        Value::Object(schema) => fits(value, schema, named),
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

fn fits_members(value: &mut Value, schema: &Map<String, Value>, named: &Map<String, Value>) -> bool {
    let Value::Object(members) = value else { return true };
    let properties = schema.get("properties").and_then(Value::as_object);
    let others = schema.get("additionalProperties");
    members.retain(|name, member| {
        let schema = properties.and_then(|properties| properties.get(name)).or(others);
        schema.is_none_or(|schema| fits_value(member, schema, named))
    });
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    required.filter_map(Value::as_str).all(|name| members.contains_key(name))
}

fn fits_items(value: &mut Value, schema: &Map<String, Value>, named: &Map<String, Value>) -> bool {
    let Value::Array(items) = value else { return true };
    let first: Vec<_> = schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten().collect();
    let rest = schema.get("items");
    items.iter_mut().enumerate().all(|(index, item)| {
        let schema = first.get(index).copied().or(rest);
        schema.is_none_or(|schema| fits_value(item, schema, named))
    })
}

/// Whether the number of alternatives that fit is right. The first one that does is applied.
fn fits_alternatives(
    value: &mut Value,
    alternatives: Option<&Value>,
    named: &Map<String, Value>,
    is_right: fn(usize) -> bool,
) -> bool {
    let Some(alternatives) = alternatives.and_then(Value::as_array) else { return true };
    let mut count = 0;
    let mut applied = None;
    for alternative in alternatives {
        let mut tried = value.clone();
        if fits_value(&mut tried, alternative, named) {
            count += 1;
            // An alternative that keeps everything is preferred.
            if applied.is_none() || tried == *value {
                applied = Some(tried);
            }
        }
    }
    if let Some(applied) = applied {
        *value = applied;
    }
    is_right(count)
}
