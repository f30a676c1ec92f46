//! JSON Schemas of a tool's arguments and of its result.

use livepeer::dynamic::{Catalog, Content, Entry, plain_text};
use serde_json::{Map, Value, json};

use crate::named::Named;

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
    let fields = || entry.fields().filter(|(field, _)| !field.copy && !is_cursor::<A>(entry, field.name));
    let (mut properties, named) = Named::collect(|schemas| {
        let properties = fields().map(|(field, described)| {
            let schema = described.schema_of(field, schemas).describe(&described.description());
            (field.rust.to_owned(), schema.into_value())
        });
        properties.collect::<Map<_, _>>()
    });
    let required: Vec<_> = fields().filter(|(field, _)| field.required).map(|(field, _)| field.rust).collect();
    if is_list {
        let docs = "Where the list continues: `next_cursor` of the result before, with the same other arguments.";
        properties.insert(CURSOR.to_owned(), json!({ "type": "string", "description": docs }));
    }
    let mut schema = object(properties);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    let mut named: Map<_, _> = named.into_members().collect();
    for schema in schema.values_mut().chain(named.values_mut()) {
        for_arguments(schema);
    }
    if !named.is_empty() {
        schema.insert("$defs".to_owned(), named.into());
    }
    schema
}

/// Whether it is the field with the API's own cursor, in place of which stands ours.
fn is_cursor<A: Catalog>(entry: &Entry, name: &str) -> bool {
    entry.operation().paged.is_some() && name == A::CURSOR
}

/// The structured content of a result, and its schema: one level of members, with their types. All of it, down to the last member, would
/// be five times as long as the arguments, for each tool.
pub fn output(entry: &Entry) -> (Form, Option<Map<String, Value>>) {
    let (content, named) = Named::collect(|schemas| entry.content(schemas));
    let is_paged = entry.operation().paged.is_some();
    match content {
        Content::Json(schema) => {
            let schema = schema.into_value();
            let target = named.resolve(&schema);
            match target["type"].as_str() {
                Some("array") => (Form::List, Some(list(members(&target["items"], &named)))),
                _ if is_paged => (Form::List, Some(list(Map::new()))),
                Some("object") => (Form::Object, Some(members(target, &named))),
                _ => (Form::Wrapped, Some(member("result", flat(&schema, &named)))),
            }
        }
        Content::Events(schema) => (Form::Events, Some(list(members(&schema.into_value(), &named)))),
        Content::Text => (Form::Text, Some(member("text", json!({ "type": "string" })))),
        Content::Bytes => {
            let bytes = json!({ "type": "string", "contentEncoding": "base64" });
            (Form::Bytes, Some(member("base64", bytes)))
        }
        _ => (Form::Empty, None),
    }
}

/// The members of an object with their types, or the type of what is none.
fn members(schema: &Value, named: &Named) -> Map<String, Value> {
    let target = named.resolve(schema);
    let Some(properties) = target["properties"].as_object() else { return flat_members(schema, named) };
    let flat = properties.iter().map(|(name, schema)| (name.clone(), flat(schema, named))).collect();
    let mut object = object(flat);
    object.extend(target.get("required").map(|required| ("required".to_owned(), required.clone())));
    object
}

fn flat(schema: &Value, named: &Named) -> Value {
    flat_members(schema, named).into()
}

/// The types that a value may have, with its docs; of a list also those of its items.
fn flat_members(schema: &Value, named: &Named) -> Map<String, Value> {
    let mut flat = Map::new();
    if let Some(types) = types(schema, named, 0) {
        let types: Value = if let [name] = types.as_slice() { (*name).into() } else { types.into() };
        flat.insert("type".to_owned(), types);
    }
    if let Some(docs) = schema["description"].as_str() {
        flat.insert("description".to_owned(), first_sentence(docs).into());
    }
    if let Some(types) = named.resolve(schema).get("items").and_then(|items| types_of(items, named)) {
        flat.insert("items".to_owned(), types);
    }
    flat
}

fn types_of(schema: &Value, named: &Named) -> Option<Value> {
    Some(json!({ "type": types(schema, named, 0)? }))
}

/// How deep references and alternatives are followed.
const MOST_DEPTH: usize = 16;

/// The types of all alternatives; `None`: any.
fn types<'a>(schema: &'a Value, named: &'a Named, depth: usize) -> Option<Vec<&'a str>> {
    let schema = named.resolve(schema);
    let mut all = match &schema["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ if depth > MOST_DEPTH => return None,
        _ => {
            let mut all = Vec::new();
            for alternative in ["anyOf", "oneOf"].iter().filter_map(|name| schema[*name].as_array()).flatten() {
                all.extend(types(alternative, named, depth + 1)?);
            }
            all
        }
    };
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then_some(all)
}

fn object(properties: Map<String, Value>) -> Map<String, Value> {
    Map::from_iter([("type".to_owned(), "object".into()), ("properties".to_owned(), properties.into())])
}

fn member(name: &str, schema: Value) -> Map<String, Value> {
    let mut object = object(Map::from_iter([(name.to_owned(), schema)]));
    object.insert("required".to_owned(), json!([name]));
    object
}

fn list(items: Map<String, Value>) -> Map<String, Value> {
    let docs = "There is more: give this as `cursor`.";
    let mut object = object(Map::from_iter([
        ("items".to_owned(), json!({ "type": "array", "items": items })),
        (NEXT_CURSOR.to_owned(), json!({ "type": "string", "description": docs })),
    ]));
    object.insert("required".to_owned(), json!(["items"]));
    object
}

fn first_sentence(docs: &str) -> String {
    crate::command::first_sentence(docs)
}

/// Adapts a schema to what callers of tools give: docs without Rust, the path of a file, and only known values of enums, as calls by
/// name refuse others.
fn for_arguments(schema: &mut Value) {
    if let Some(known) = known_values(schema) {
        let docs = schema["description"].take();
        *schema = json!({ "enum": known });
        if docs.is_string() {
            schema["description"] = docs;
        }
    }
    match schema {
        Value::Object(members) => {
            if members.get("format").is_some_and(|format| format == "binary") {
                members.retain(|name, _| name != "type" && name != "format");
                members.insert("anyOf".to_owned(), file());
                return;
            }
            for (name, member) in members {
                match member {
                    Value::String(docs) if name == "description" => *docs = plain_text(docs),
                    member => for_arguments(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(for_arguments),
        _ => {}
    }
}

/// The values of an enum that others may be added to.
fn known_values(schema: &Value) -> Option<Vec<Value>> {
    let [known, other] = schema.get("anyOf")?.as_array()?.as_slice() else { return None };
    known.get("enum").filter(|_| *other == json!({ "type": "string" }))?.as_array().cloned()
}

fn file() -> Value {
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
    ])
}

/// A schema by hand, for a tool that is no operation.
pub fn by_hand(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}
