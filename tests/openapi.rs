//! The documents of the declarations: checked in, so that a change of the API that nobody meant is seen, and compared with the public
//! specifications where those are at hand.

mod apis;
mod spec;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write;
use std::path::Path;

use apis::APIS;
use livepeer::dynamic::{entries, openapi};
use livepeer::{Ai, Studio};
use serde_json::Value;
use spec::{Spec, SpecOperation, shape};

/// Compares a file with what it should hold; `UPDATE=1` writes it.
fn check(file: &str, now: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, now).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    let difference = known.lines().zip(now.lines()).find(|(known, now)| known != now);
    assert!(known == now, "{file} is not up to date (UPDATE=1 cargo test --test openapi): {difference:#?}");
}

#[test]
fn the_documents_are_those_checked_in() {
    for api in APIS {
        check(&format!("docs/openapi/{}.json", api.document), &format!("{:#}\n", (api.openapi)()));
    }
    let files = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi")).unwrap();
    assert_eq!(files.count(), APIS.len(), "a document of no API");
    let ours: BTreeSet<_> = livepeer::catalog().map(|operation| operation.api).collect();
    assert_eq!(ours, APIS.iter().map(|api| api.api).collect(), "an API of the catalog has no document");
}

/// The operations of a document with their methods and paths.
fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, facts)| (path, method, facts)))
}

#[test]
fn the_samples_in_the_documents_compile() {
    let mut samples = 0;
    let mut file = String::from(
        "// The samples in docs/openapi, to be compiled. Written by `UPDATE=1 cargo test --test openapi`.\n\
         \n\
         use livepeer::daydream::Daydream;\n\
         use livepeer::network::AppApi;\n\
         use livepeer::network::operations::clearinghouse::Clearinghouse;\n\
         use livepeer::network::operations::gateway::Gateway;\n\
         use livepeer::network::operations::orchestrator::Orchestrator;\n\
         use livepeer::network::operations::signer::Signer;\n\
         use livepeer::network::operations::trickle::Trickle;\n\
         use livepeer::network::operations::*;\n\
         use livepeer::*;\n",
    );
    for api in APIS {
        let name = api.name;
        for (_, _, facts) in operations(&(api.openapi)()) {
            let id = facts["operationId"].as_str().unwrap();
            // More than one where operations differ by their bodies alone.
            for (index, sample) in facts["x-codeSamples"].as_array().unwrap().iter().enumerate() {
                let sample = sample["source"].as_str().unwrap().replace('\n', "\n    ");
                let number = if index == 0 { String::new() } else { format!("_{}", index + 1) };
                let function = format!("{}_{}{number}", name.to_lowercase(), id.to_lowercase());
                write!(
                    file,
                    "\npub async fn {function}(client: Client<{name}>) -> Result<(), Box<dyn std::error::Error>> {{\n    \
                     let _ = {{\n    {sample}\n    }};\n    Ok(())\n}}\n"
                )
                .unwrap();
                samples += 1;
            }
        }
    }
    let entries: usize = APIS.iter().map(|api| (api.entries)()).sum();
    assert_eq!(samples, entries, "an operation is not in a document");
    check("tests/data/code_samples.rs", &file);
}

#[allow(dead_code, deprecated, clippy::let_unit_value)]
#[rustfmt::skip]
#[path = "data/code_samples.rs"]
mod code_samples;

#[test]
fn every_reference_leads_to_a_schema() {
    fn walk(value: &Value, each: &mut dyn FnMut(&str)) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, member)| match member {
                Value::String(target) if name == "$ref" => each(target),
                member => walk(member, each),
            }),
            Value::Array(items) => items.iter().for_each(|item| walk(item, each)),
            _ => {}
        }
    }
    let mut total = 0;
    for api in APIS {
        let (document, mut count) = ((api.openapi)(), 0);
        walk(&document, &mut |target| {
            count += 1;
            assert!(document.pointer(target.strip_prefix('#').unwrap()).is_some_and(Value::is_object), "{target}");
        });
        total += count;
    }
    assert!(total > 500, "{total}");
}

/// All texts of a document, with their paths, but for the samples of code.
fn texts(path: &str, value: &Value, each: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => each(path, text),
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| *name != "x-codeSamples") {
                texts(&format!("{path}/{name}"), member, each);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts(path, item, each)),
        _ => {}
    }
}

#[test]
fn no_text_in_the_documents_is_rust() {
    for document in APIS.iter().map(|api| (api.openapi)()) {
        let mut rust = Vec::new();
        texts("", &document, &mut |path, text| {
            if ["::", "```", "[`"].iter().any(|sign| text.contains(sign)) {
                rust.push(format!("{path}: {text}"));
            }
        });
        assert!(rust.is_empty(), "{rust:#?}");
    }
}

#[test]
fn texts_name_operations_by_their_ids() {
    let document = openapi::<Studio>();
    let mut found = 0;
    texts("", &document, &mut |path, text| {
        for entry in entries::<Studio>() {
            assert!(!text.contains(&format!("`{}`", entry.name())), "{path}: {text}");
        }
        found += usize::from(text.contains("`getAsset`") || text.contains("`ingest_list`"));
    });
    assert!(found >= 2, "{found}");
}

#[test]
fn every_parameter_and_property_has_a_description() {
    fn walk(path: &str, value: &Value, without: &mut Vec<String>) {
        for (name, member) in value.as_object().into_iter().flatten() {
            let described: Vec<_> = match (name.as_str(), member) {
                ("parameters", Value::Array(items)) => {
                    items.iter().map(|item| (item["name"].to_string(), item)).collect()
                }
                ("properties", Value::Object(members)) => {
                    members.iter().map(|(name, item)| (name.clone(), item)).collect()
                }
                _ => Vec::new(),
            };
            // A constant says what it is.
            let is_bare = |item: &Value| item["description"].is_null() && item.get("const").is_none();
            let bare = described.iter().filter(|(_, item)| is_bare(item));
            without.extend(bare.map(|(name, _)| format!("{path}: {name}")));
            walk(&format!("{path}/{name}"), member, without);
        }
        for item in value.as_array().into_iter().flatten() {
            walk(path, item, without);
        }
    }
    for document in APIS.iter().map(|api| (api.openapi)()) {
        let mut without = Vec::new();
        walk("", &document, &mut without);
        assert!(without.is_empty(), "{without:#?}");
    }
    let list = &openapi::<Studio>()["paths"]["/asset/{id}"]["get"]["parameters"][0];
    assert_eq!(list["description"], "Id of an asset (a video or audio file on demand).");
}

/// A schema in a document.
#[derive(Clone, Copy)]
struct Place<'a> {
    schema: &'a Value,
    root: &'a Value,
}

impl<'a> Place<'a> {
    /// The schemas of alternatives and references, down to those that have members.
    fn flat(self, all: &mut Vec<Self>, seen: &mut HashSet<*const Value>) {
        if !seen.insert(self.schema) {
            return;
        }
        if let Some(target) = self.schema["$ref"].as_str() {
            let schema = self.root.pointer(target.strip_prefix('#').unwrap()).unwrap();
            return Self { schema, ..self }.flat(all, seen);
        }
        for name in ["allOf", "anyOf", "oneOf"] {
            for schema in self.schema[name].as_array().into_iter().flatten() {
                Self { schema, ..self }.flat(all, seen);
            }
        }
        all.push(self);
    }

    /// The members of the values, and their items under `[]` and `*`.
    fn members(self) -> BTreeMap<String, Vec<Self>> {
        let mut members: BTreeMap<String, Vec<Self>> = BTreeMap::new();
        let mut all = Vec::new();
        self.flat(&mut all, &mut HashSet::new());
        for place in all {
            for (name, schema) in place.schema["properties"].as_object().into_iter().flatten() {
                // One specification has a reference among the properties, where it means nothing.
                if name == "$ref" {
                    continue;
                }
                members.entry(name.clone()).or_default().push(Self { schema, ..place });
            }
            for (name, keyword) in [("[]", "items"), ("*", "additionalProperties")] {
                if place.schema[keyword].is_object() {
                    members.entry(name.into()).or_default().push(Self { schema: &place.schema[keyword], ..place });
                }
            }
        }
        members
    }
}

/// The members of all these.
fn members<'a>(places: &[Place<'a>]) -> BTreeMap<String, Vec<Place<'a>>> {
    let mut all: BTreeMap<String, Vec<Place<'a>>> = BTreeMap::new();
    for (name, mut places) in places.iter().flat_map(|place| place.members()) {
        all.entry(name).or_default().append(&mut places);
    }
    all
}

/// What a comparison found.
#[derive(Default)]
struct Found {
    fields: usize,
    missing: BTreeSet<String>,
}

impl Found {
    /// Looks for the fields of a specification's schemas in ours.
    fn compare(&mut self, path: &str, theirs: &[Place<'_>], ours: &[Place<'_>], above: &mut Vec<*const Value>) {
        let (theirs, ours) = (members(theirs), members(ours));
        for (name, places) in theirs {
            // What only responses have.
            if path.contains(".body") && places.iter().all(|place| place.schema["readOnly"] == true) {
                continue;
            }
            let path = format!("{path}.{name}");
            let is_field = name != "[]" && name != "*";
            self.fields += usize::from(is_field);
            match ours.get(&name) {
                Some(own) => {
                    let first: *const Value = places[0].schema;
                    if !above.contains(&first) {
                        above.push(first);
                        self.compare(&path, &places, own, above);
                        above.pop();
                    }
                }
                // A value of any kind.
                None if !is_field => {}
                None => drop(self.missing.insert(path)),
            }
        }
    }
}

/// Where we differ from the public specifications, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    ("genLLM.body: application/x-www-form-urlencoded", "the server wants a multipart form"),
    ("updateWebhook.response.createdAt", REPLACED_WEBHOOK),
    ("updateWebhook.response.events", REPLACED_WEBHOOK),
    ("updateWebhook.response.kind", REPLACED_WEBHOOK),
    ("updateWebhook.response.name", REPLACED_WEBHOOK),
    ("updateWebhook.response.projectId", REPLACED_WEBHOOK),
    ("updateWebhook.response.sharedSecret", REPLACED_WEBHOOK),
    ("updateWebhook.response.status", REPLACED_WEBHOOK),
    ("updateWebhook.response.streamId", REPLACED_WEBHOOK),
    ("updateWebhook.response.url", REPLACED_WEBHOOK),
    ("updateWebhook.response.userId", REPLACED_WEBHOOK),
];

const REPLACED_WEBHOOK: &str = "the server sends the id alone";
#[test]
fn the_documents_have_what_the_public_specifications_have() {
    let Some(specs) = spec::load() else { return };
    let mut found = Found::default();
    for (spec, document) in specs.iter().zip([openapi::<Studio>(), openapi::<Ai>()]) {
        for operation in spec.operations() {
            let own = operations(&document).find(|(path, method, _)| {
                method.to_uppercase() == operation.method && shape(path) == shape(operation.path)
            });
            let Some((_, _, own)) = own else { panic!("{} {}", operation.method, operation.path) };
            compare(spec, &operation, &document, own, &mut found);
        }
    }
    let known: BTreeSet<_> = DIFFERENCES.iter().map(|(path, _)| (*path).to_owned()).collect();
    let unknown: Vec<_> = found.missing.difference(&known).collect();
    assert!(unknown.is_empty(), "{} of {}: {unknown:#?}", unknown.len(), found.fields);
    let gone: Vec<_> = known.difference(&found.missing).collect();
    assert!(gone.is_empty(), "no difference any more: {gone:#?}");
    assert!(found.fields > 500 && known.len() * 100 <= found.fields, "{} of {}", known.len(), found.fields);
}

fn compare(spec: &Spec, operation: &SpecOperation<'_>, document: &Value, own: &Value, found: &mut Found) {
    let theirs = |schema| Place { schema, root: spec.root() };
    let ours = |schema| Place { schema, root: document };
    let id = operation.id;
    let parameters: Vec<_> = own["parameters"].as_array().into_iter().flatten().collect();
    for (name, place, _) in spec.parameters(operation) {
        found.fields += 1;
        // In paths names mean nothing.
        let is_there = place == "path" || parameters.iter().any(|own| own["name"] == name && own["in"] == place);
        if !is_there {
            found.missing.insert(format!("{id}.{place}.{name}"));
        }
    }
    if let Some((media_type, schema)) = spec.body(operation) {
        let content = own["requestBody"]["content"].as_object().unwrap_or_else(|| panic!("{id} has no body"));
        let (own_type, content) = content.iter().next().unwrap();
        if own_type != media_type {
            found.missing.insert(format!("{id}.body: {media_type}"));
        }
        let own = &content["schema"];
        found.compare(&format!("{id}.body"), &[theirs(schema)], &[ours(own)], &mut Vec::new());
    }
    let success = own["responses"].as_object().unwrap().iter().find(|(status, _)| status.starts_with('2')).unwrap().1;
    let own = &success["content"]["application/json"]["schema"];
    let schemas: Vec<_> = spec.responses(operation).into_iter().map(theirs).collect();
    found.compare(&format!("{id}.response"), &schemas, &[ours(own)], &mut Vec::new());
}
