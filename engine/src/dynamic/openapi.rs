//! Declarations as an OpenAPI document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::docs::plain_text;
use super::entry::{Catalog, Entry, FieldEntry, entries};
use super::format::Content;
use super::merge::merge;
use super::sample;
use crate::api::Auth;
use crate::codec::{Schema, Schemas};
use crate::endpoint::{Field, Lists, Objects, Operation, Place};
use crate::error::ErrorContent;

/// Where schemas of types with a name stand in the document.
const SCHEMAS: &str = "#/components/schemas/";

/// The name of the way that the key is sent.
const KEY: &str = "key";

/// An API's declarations as a document of OpenAPI 3.1: all operations that it hosts, with their docs, parameters, bodies, responses,
/// errors by status, and a call in Rust (`x-codeSamples`).
///
/// Operations whose URL a response gives (path `{url}`) have no path in it: they are in `components.pathItems`, by their names. Those of
/// methods that OpenAPI does not know are left out. A path parameter that keeps its slashes says so in its description. The document is the
/// same each time, so that it can be checked in and compared.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// # use typed_endpoint::dynamic::{Catalog, Entry, openapi};
/// # impl Catalog for Library { const ENTRIES: &'static [&'static [Entry]] = &[library::ENTRIES]; }
/// let document = openapi::<Library>();
/// assert_eq!(document["info"]["title"], "Library");
/// assert_eq!(document["paths"]["/book/{id}"]["get"]["summary"], "Retrieves a book.");
/// ```
pub fn openapi<A: Catalog>() -> Value {
    let mut schemas = Schemas::new(SCHEMAS);
    let (mut paths, mut given) = (Map::new(), Map::new());
    for entry in entries::<A>().filter(|entry| has_place(entry.operation())) {
        let item = match entry.operation().has_given_url() {
            true => given.entry(entry.name()),
            false => paths.entry(format!("{}{}", entry.prefix(A::NAME).unwrap_or_default(), entry.operation().path)),
        };
        let item = item.or_insert_with(|| json!({}));
        let operation = operation(entry, &mut schemas);
        match &mut item[entry.operation().method.to_lowercase()] {
            first @ Value::Null => *first = operation,
            first => merge(first, operation),
        }
    }
    let scheme = match A::AUTH {
        Auth::Bearer => json!({ "type": "http", "scheme": "bearer" }),
        Auth::Basic => json!({ "type": "http", "scheme": "basic" }),
        Auth::Header(name) => json!({ "type": "apiKey", "in": "header", "name": name }),
        Auth::Query(name) => json!({ "type": "apiKey", "in": "query", "name": name }),
    };
    let servers: Vec<_> = A::SERVERS.iter().map(|url| json!({ "url": url })).collect();
    let mut document = json!({
        "openapi": "3.1.1",
        "info": { "title": A::NAME, "version": A::VERSION },
        "servers": servers,
        "security": [{ KEY: [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { KEY: scheme },
            "schemas": schemas.into_named(),
        },
    });
    if !given.is_empty() {
        document["components"]["pathItems"] = given.into();
    }
    let ids = entries::<A>().map(|entry| (entry.name(), id(entry))).collect();
    plain_descriptions(&mut document, &ids);
    document
}

/// Whether a document can have the operation.
fn has_place(operation: &Operation) -> bool {
    matches!(operation.method, "GET" | "PUT" | "POST" | "DELETE" | "OPTIONS" | "HEAD" | "PATCH" | "TRACE")
}

/// What is always sent with the same value, by its schema. A value that only Rust can compute is not told.
fn constants(operation: &Operation) -> impl Iterator<Item = (&Field, Value)> {
    operation.fields.iter().filter(|field| field.copy).filter_map(|field| match (field.bare, field.preset) {
        (true, _) => Some((field, json!({ "type": "boolean" }))),
        (false, preset) => {
            let value: Option<Value> = serde_json::from_str(preset?).ok();
            Some((field, value.map_or(json!({}), |value| json!({ "const": value }))))
        }
    })
}

/// The media type that a declaration sends in place of the engine's, where it says so literally.
fn declared_type(operation: &Operation) -> Option<String> {
    let is_type = |field: &&Field| field.place == Place::Header && field.name.eq_ignore_ascii_case("content-type");
    operation.fields.iter().find(is_type).and_then(|field| serde_json::from_str(field.preset?).ok())
}

/// Makes descriptions plain text, which has operations by their ids in the document.
fn plain_descriptions(value: &mut Value, ids: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "description" => *text = with_ids(&plain_text(text), ids),
                    Value::Object(docs) if name == "x-enumDescriptions" => {
                        for member in docs.values_mut() {
                            *member = member.as_str().map(|text| with_ids(&plain_text(text), ids)).into();
                        }
                    }
                    member => plain_descriptions(member, ids),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plain_descriptions(item, ids)),
        _ => {}
    }
}

fn with_ids(text: &str, ids: &BTreeMap<String, String>) -> String {
    let parts = text.split('`').enumerate();
    let parts =
        parts.map(|(index, part)| if index % 2 == 1 { ids.get(part).map_or(part, String::as_str) } else { part });
    parts.collect::<Vec<_>>().join("`")
}

/// The id of an operation in the document.
fn id(entry: &Entry) -> String {
    entry.operation().id.map_or_else(|| entry.name().replace('.', "_"), str::to_owned)
}

fn operation(entry: &Entry, schemas: &mut Schemas) -> Value {
    let facts = entry.operation();
    let docs = plain_text(entry.docs());
    let (summary, description) = docs.split_once("\n\n").unwrap_or((&docs, ""));
    let mut operation = json!({
        "operationId": id(entry),
        "tags": [facts.resource()],
        "summary": summary,
        "responses": responses(entry, schemas),
        "x-codeSamples": [{ "lang": "Rust", "source": sample::call(entry) }],
    });
    let mut set = |name: &str, value: Value| {
        if let Some(members) = operation.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    };
    if !description.is_empty() {
        set("description", description.into());
    }
    if let Some(url) = facts.server {
        set("servers", json!([{ "url": url }]));
    }
    // Text for who does not read Rust.
    let removed =
        facts.removed.map(|(version, instead)| format!("Removed in version {version}: {}.", instead.replace('`', "")));
    let since = facts.since.map(|version| format!("Since version {version}."));
    let versions: Vec<_> = since.into_iter().chain(removed).collect();
    if !versions.is_empty() {
        set("description", [description, &versions.join(" ")].join("\n\n").trim().into());
    }
    if facts.deprecated {
        set("deprecated", true.into());
    }
    if !facts.auth {
        set("security", json!([]));
    }
    let mut parameters: Vec<_> =
        entry.fields().filter_map(|(field, described)| parameter(facts, field, described, schemas)).collect();
    parameters.extend(constants(facts).filter_map(|(field, schema)| constant(field, schema)));
    if !parameters.is_empty() {
        set("parameters", parameters.into());
    }
    if let Some(body) = body(entry, schemas) {
        set("requestBody", body);
    }
    operation
}

fn parameter(operation: &Operation, field: &Field, described: &FieldEntry, schemas: &mut Schemas) -> Option<Value> {
    let (place, name) = match field.place {
        // It is the URL.
        Place::Path if operation.has_given_url() => return None,
        // The template has the names in Rust.
        Place::Path => ("path", field.rust),
        Place::Query => ("query", field.name),
        Place::Header => ("header", field.name),
        _ => return None,
    };
    let mut parameter =
        json!({ "name": name, "in": place, "schema": described.schema_of(field, schemas).into_value() });
    if field.required {
        parameter["required"] = true.into();
    }
    if field.removed.is_some() {
        parameter["deprecated"] = true.into();
    }
    if field.place == Place::Query {
        let style = operation.style_of(field);
        match parameter["schema"]["type"].as_str() {
            Some("array") if style.lists == Lists::Brackets => parameter["name"] = format!("{name}[]").into(),
            Some("array") if style.lists == Lists::Comma => parameter["explode"] = false.into(),
            Some("object") if style.objects == Objects::Brackets => parameter["style"] = "deepObject".into(),
            _ => {}
        }
    }
    let slashes = field.slashes.then_some("Its slashes stay as they are.");
    let docs = described.description();
    let docs: Vec<_> = Some(&*docs).filter(|docs| !docs.is_empty()).into_iter().chain(slashes).collect();
    if !docs.is_empty() {
        parameter["description"] = docs.join(" ").into();
        // Which has it in one place.
        if let Some(schema) = parameter["schema"].as_object_mut() {
            schema.remove("description");
        }
    }
    Some(parameter)
}

fn constant(field: &Field, schema: Value) -> Option<Value> {
    let place = match field.place {
        Place::Query => "query",
        // OpenAPI has the media types elsewhere.
        Place::Header if !matches!(field.name, "accept" | "content-type") => "header",
        _ => return None,
    };
    let mut parameter = json!({ "name": field.name, "in": place, "required": true, "schema": schema });
    if field.bare {
        parameter["allowEmptyValue"] = true.into();
    }
    Some(parameter)
}

fn body(entry: &Entry, schemas: &mut Schemas) -> Option<Value> {
    let facts = entry.operation();
    let place = facts
        .fields
        .iter()
        .map(|field| field.place)
        .find(|place| !matches!(place, Place::Path | Place::Query | Place::Header))?;
    let media_type = match place {
        Place::Form => "application/x-www-form-urlencoded",
        Place::Multipart => "multipart/form-data",
        Place::Body => facts.fields.iter().find_map(|field| field.codec).unwrap_or("application/octet-stream"),
        _ => "application/json",
    };
    let declared = declared_type(facts);
    let media_type = declared.as_deref().unwrap_or(media_type);
    let of_body = || entry.fields().filter(|(field, _)| field.place == place);
    let schema = if matches!(place, Place::JsonBody | Place::Body) {
        let (field, described) = of_body().next()?;
        match field.codec {
            Some(_) => Schema::any(),
            None => described.schema_of(field, schemas),
        }
        .describe(&plain_text(described.docs()))
    } else {
        let mut properties = Map::new();
        for (field, described) in of_body() {
            let docs = described.description();
            properties.insert(field.name.to_owned(), described.schema_of(field, schemas).describe(&docs).into_value());
        }
        let mut required: Vec<_> = of_body().filter(|(field, _)| field.required).map(|(field, _)| field.name).collect();
        for (field, schema) in constants(facts).filter(|(field, _)| field.place == place) {
            properties.insert(field.name.to_owned(), schema);
            required.push(field.name);
        }
        let name = format!("{}{}Request", capitalized(facts.resource()), facts.name);
        let schema = Schema::of_type("object").with("properties", properties);
        let schema = if required.is_empty() { schema } else { schema.with("required", required) };
        schemas.add(&name, schema)
    };
    // An object is sent even if none of its fields is set.
    let required = place != Place::JsonBody || of_body().any(|(field, _)| field.required);
    Some(json!({ "required": required, "content": { media_type: { "schema": schema.into_value() } } }))
}

fn responses(entry: &Entry, schemas: &mut Schemas) -> Value {
    let mut responses = Map::new();
    let operation = entry.operation();
    let content = entry.content(schemas);
    if let Content::ByStatus(contents) = &content {
        for (status, content) in contents {
            responses.insert(status.to_string(), success(content.clone()));
        }
    } else {
        for status in [Some(operation.status), operation.or_status].into_iter().flatten() {
            let has_body = !matches!(status, 204 | 205);
            let content = if has_body { content.clone() } else { Content::Empty };
            responses.insert(status.to_string(), success(content));
        }
    }
    if !operation.response_headers.is_empty() {
        let headers: Map<_, _> = operation.response_headers.iter().map(response_header).collect();
        responses.values_mut().for_each(|response| response["headers"] = headers.clone().into());
    }
    // Bodies of one status differ by their shape.
    let mut by_status: Vec<(String, Vec<Value>)> = Vec::new();
    for ErrorContent { statuses, schema } in entry.errors(schemas) {
        let names: Vec<_> = match &statuses {
            Some(statuses) => statuses.iter().map(|status| status.as_str().to_owned()).collect(),
            None => vec!["default".to_owned()],
        };
        for name in names {
            let schema = schema.clone().into_value();
            match by_status.iter_mut().find(|(other, _)| *other == name) {
                Some((_, schemas)) => schemas.push(schema),
                None => by_status.push((name, vec![schema])),
            }
        }
    }
    for (name, mut schemas) in by_status {
        // What takes a body of any form takes texts.
        let takes_text = schemas.contains(&json!({}));
        let schema = match schemas.len() {
            1 => Schema::from_value(schemas.remove(0)),
            _ => Schema::any().with("anyOf", schemas),
        };
        let mut error = response("An error.", "application/json", schema);
        if takes_text {
            error["content"]["text/plain"] = json!({ "schema": { "type": "string" } });
        }
        responses.insert(name, error);
    }
    responses.into()
}

fn success(content: Content) -> Value {
    match content {
        // None of several is again one of several.
        Content::Empty | Content::ByStatus(_) => json!({ "description": "Done." }),
        Content::Json(schema) => response("Done.", "application/json", schema),
        Content::Text => response("Done.", "text/plain", Schema::of_type("string")),
        Content::Bytes => {
            response("The file.", "application/octet-stream", Schema::of_type("string").with("format", "binary"))
        }
        Content::Items(schema) => {
            let list = Schema::of_type("array").with("items", schema.into_value());
            response("A list.", "application/json", list)
        }
        Content::Lines(schema) => response("Lines, each an item as JSON.", "application/x-ndjson", schema),
        Content::Other(media_type) => response("Done.", media_type, Schema::any()),
        Content::Events(schema) => response("Events, each with an item as JSON.", "text/event-stream", event(schema)),
    }
}

fn response_header(field: &Field) -> (String, Value) {
    (field.name.to_owned(), json!({ "required": field.required, "schema": {} }))
}

/// An event with an item as its data.
fn event(item: Schema) -> Schema {
    let data = Schema::of_type("string").describe("An item, as JSON.").with("contentMediaType", "application/json");
    let data = data.with("contentSchema", item.into_value()).into_value();
    Schema::of_type("object").with("properties", json!({ "data": data }))
}

fn response(description: &str, media_type: &str, schema: Schema) -> Value {
    json!({ "description": description, "content": { media_type: { "schema": schema.into_value() } } })
}

fn capitalized(name: &str) -> String {
    name.split('_')
        .map(|part| {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
        })
        .collect()
}
