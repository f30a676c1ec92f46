//! Operations of one method and path in a document.

use serde_json::{Value, json};

/// Adds an operation to one with its method and path, from which it differs by its parameters, its body and its response: a document
/// has one of each.
pub(super) fn merge(first: &mut Value, mut other: Value) {
    merge_parameters(first, other["parameters"].take());
    merge_body(first, &mut other);
    if let (Some(responses), Value::Object(others)) = (first["responses"].as_object_mut(), other["responses"].take()) {
        for (status, mut other) in others {
            match responses.get_mut(&status) {
                Some(response) => merge_content(response, &mut other),
                None => drop(responses.insert(status, other)),
            }
        }
    }
    if let (Some(samples), Value::Array(others)) =
        (first["x-codeSamples"].as_array_mut(), other["x-codeSamples"].take())
    {
        samples.extend(others);
    }
}

/// Adds the parameters of an operation: only those that both need are required then.
fn merge_parameters(first: &mut Value, other: Value) {
    let (own, mut others) = (list(first["parameters"].take()), list(other));
    let mut merged = Vec::new();
    for mut parameter in own {
        let is_same = |other: &Value| (&other["name"], &other["in"]) == (&parameter["name"], &parameter["in"]);
        match others.iter().position(is_same) {
            Some(at) => {
                let other = others.remove(at);
                if other["schema"] != parameter["schema"] {
                    parameter["schema"] = json!({ "anyOf": [parameter["schema"], other["schema"]] });
                }
                merged.push(if other["required"] == true { parameter } else { optional(parameter) });
            }
            None => merged.push(optional(parameter)),
        }
    }
    merged.extend(others.into_iter().map(optional));
    match (merged.is_empty(), first.as_object_mut()) {
        (false, _) => first["parameters"] = merged.into(),
        (true, Some(first)) => drop(first.remove("parameters")),
        (true, None) => {}
    }
}

fn list(value: Value) -> Vec<Value> {
    if let Value::Array(items) = value { items } else { Vec::new() }
}

/// A parameter that may be left out; one of the path never is.
fn optional(mut parameter: Value) -> Value {
    if parameter["in"] != "path"
        && let Some(members) = parameter.as_object_mut()
    {
        members.remove("required");
    }
    parameter
}

/// Adds the body of an operation, which can be left out where only one of them has one.
fn merge_body(first: &mut Value, other: &mut Value) {
    match (first.get_mut("requestBody"), other.get_mut("requestBody")) {
        (Some(own), Some(other)) => merge_content(own, other),
        (Some(own), None) => *own = optional(own.take()),
        (None, Some(other)) => first["requestBody"] = optional(other.take()),
        (None, None) => {}
    }
}

/// Adds the media types of a body to those of another.
fn merge_content(first: &mut Value, other: &mut Value) {
    // By `get_mut`, because an index would add what is not there.
    let Some(Value::Object(others)) = other.get_mut("content").map(Value::take) else { return };
    let Some(own) = first.get_mut("content").and_then(Value::as_object_mut) else {
        first["content"] = others.into();
        return;
    };
    for (media_type, body) in others {
        match own.get_mut(&media_type) {
            Some(own) if *own != body => own["schema"] = json!({ "anyOf": [own["schema"], body["schema"]] }),
            Some(_) => {}
            None => drop(own.insert(media_type, body)),
        }
    }
}
