//! JSON Schemas of a tool's arguments and of its result.

use livepeer::codec::Schemas;
use livepeer::dynamic::{Catalog, Content, Entry, plain_text};
use serde_json::{Map, Value, json};

/// What references to named schemas begin with.
pub const PREFIX: &str = "#/$defs/";

/// The argument that says where a list goes on, and the member of a result that gives it.
pub const CURSOR: &str = "cursor";
pub const NEXT_CURSOR: &str = "next_cursor";

/// What structured content is made of: MCP wants an object, whatever the API returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// There is none.
    Empty,
    /// The response, which is an object.
    Object,
    /// `items` and, if there are more, `next_cursor`.
    List,
    /// Items that arrive one by one.
    Events,
    /// `result`.
    Wrapped,
    /// `text`.
    Text,
    /// `base64`.
    Bytes,
}

/// The arguments of an operation by their names in Rust.
pub fn input<A: Catalog>(entry: &Entry, is_list: bool) -> Map<String, Value> {
    let mut schemas = Schemas::new(PREFIX);
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (field, described) in entry.fields().filter(|(field, _)| !field.copy && !is_cursor::<A>(entry, field.name)) {
        let mut schema = described.schema(&mut schemas);
        // A literal of Rust, of the kinds that a declaration takes, is JSON, too.
        if let Some(preset) = field.preset.and_then(|preset| serde_json::from_str::<Value>(preset).ok()) {
            schema = schema.with("default", preset);
        }
        if let Some(sample) = field.sample.and_then(|sample| serde_json::from_str::<Value>(sample).ok()) {
            schema = schema.with("examples", vec![sample]);
        }
        properties.insert(field.rust.to_owned(), schema.describe(&brief(described.docs())).into_value());
        if field.required {
            required.push(field.rust);
        }
    }
    if is_list {
        let docs = "Where the list goes on: `next_cursor` of the result before, with the same other arguments.";
        properties.insert(CURSOR.to_owned(), json!({ "type": "string", "description": docs }));
    }
    let mut schema = object(properties);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    let mut named = named(schemas, brief);
    schema.values_mut().chain(named.values_mut()).for_each(accept_files);
    define(schema, named)
}

/// Whether it is the field with the API's own cursor, in place of which stands ours.
fn is_cursor<A: Catalog>(entry: &Entry, name: &str) -> bool {
    entry.operation().paged.is_some() && name == A::CURSOR
}

/// The structured content of a result, and its schema.
pub fn output(entry: &Entry) -> (Form, Option<Map<String, Value>>) {
    let mut schemas = Schemas::new(PREFIX);
    let content = entry.content(&mut schemas);
    let mut named = named(schemas, first_sentence);
    let is_paged = entry.operation().paged.is_some();
    let (form, schema) = match content {
        Content::Empty => (Form::Empty, None),
        Content::Json(schema) => {
            let schema = schema.into_value();
            let (target, is_named) =
                match schema["$ref"].as_str().and_then(|name| named.get(name.strip_prefix(PREFIX)?)) {
                    Some(target) => (target, true),
                    None => (&schema, false),
                };
            match target["type"].as_str() {
                Some("array") => (Form::List, Some(list(target["items"].clone()))),
                _ if is_paged => (Form::List, Some(list(json!({})))),
                // The members of a union are alternatives; what stands at the root must be an object in any case.
                Some("object") if is_named => (Form::Object, Some(object_like(schema))),
                Some("object") => (Form::Object, schema.as_object().cloned()),
                _ => (Form::Wrapped, Some(member("result", schema))),
            }
        }
        Content::Events(schema) => (Form::Events, Some(list(schema.into_value()))),
        Content::Text => (Form::Text, Some(member("text", json!({ "type": "string" })))),
        Content::Bytes => {
            (Form::Bytes, Some(member("base64", json!({ "type": "string", "contentEncoding": "base64" }))))
        }
        _ => (Form::Empty, None),
    };
    let schema = schema.map(|mut schema| {
        // What a client would check beyond the types, a lenient response need not keep to.
        schema.values_mut().chain(named.values_mut()).for_each(only_types);
        define(schema, named)
    });
    (form, schema)
}

fn object(properties: Map<String, Value>) -> Map<String, Value> {
    Map::from_iter([("type".to_owned(), "object".into()), ("properties".to_owned(), properties.into())])
}

fn object_like(reference: Value) -> Map<String, Value> {
    let mut schema = Map::from_iter([("type".to_owned(), "object".into())]);
    schema.extend(reference.as_object().cloned().into_iter().flatten());
    schema
}

fn member(name: &str, schema: Value) -> Map<String, Value> {
    let mut object = object(Map::from_iter([(name.to_owned(), schema)]));
    object.insert("required".to_owned(), json!([name]));
    object
}

fn list(items: Value) -> Map<String, Value> {
    let docs = "There is more: give this as `cursor`.";
    let mut object = object(Map::from_iter([
        ("items".to_owned(), json!({ "type": "array", "items": items })),
        (NEXT_CURSOR.to_owned(), json!({ "type": "string", "description": docs })),
    ]));
    object.insert("required".to_owned(), json!(["items"]));
    object
}

fn define(mut schema: Map<String, Value>, named: Map<String, Value>) -> Map<String, Value> {
    if !named.is_empty() {
        schema.insert("$defs".to_owned(), named.into());
    }
    schema
}

/// The named schemas, with docs for people.
fn named(schemas: Schemas, docs: fn(&str) -> String) -> Map<String, Value> {
    let mut named: Map<_, _> = schemas.into_named().into_iter().collect();
    named.values_mut().for_each(|schema| describe(schema, docs));
    named
}

fn describe(schema: &mut Value, docs: fn(&str) -> String) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "description" => *text = docs(text),
                    member => describe(member, docs),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| describe(item, docs)),
        _ => {}
    }
}

/// Docs without samples of code.
pub fn brief(docs: &str) -> String {
    let mut text = String::new();
    for (index, part) in plain_text(docs).split("```").enumerate() {
        if index % 2 == 0 {
            text.push_str(part.trim());
            text.push_str("\n\n");
        }
    }
    text.trim().to_owned()
}

fn first_sentence(docs: &str) -> String {
    crate::command::first_sentence(docs)
}

/// What an argument may be that is a file: the file's content is not known to the caller of a tool, but its path.
fn accept_files(schema: &mut Value) {
    match schema {
        Value::Object(members) if members.get("format").is_some_and(|format| format == "binary") => {
            members.remove("type");
            members.remove("format");
            members.insert(
                "anyOf".to_owned(),
                json!([
                    { "type": "string", "description": "Path of a local file." },
                    {
                        "type": "object",
                        "properties": {
                            "path": { "type": "string" },
                            "bytes": { "type": "string", "contentEncoding": "base64" },
                            "name": { "type": "string" },
                            "content_type": { "type": "string" },
                        },
                    },
                ]),
            );
        }
        Value::Object(members) => members.values_mut().for_each(accept_files),
        Value::Array(items) => items.iter_mut().for_each(accept_files),
        _ => {}
    }
}

/// Drops the keywords that only limit values.
fn only_types(schema: &mut Value) {
    const LIMITS: &[&str] = &[
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "propertyNames",
    ];
    match schema {
        Value::Object(members) => {
            // A member of this name is a schema, a keyword is not.
            members.retain(|name, value| !LIMITS.contains(&name.as_str()) || value.is_object());
            members.values_mut().for_each(only_types);
        }
        Value::Array(items) => items.iter_mut().for_each(only_types),
        _ => {}
    }
}

/// A schema by hand, for a tool that is no operation.
pub fn by_hand(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}
