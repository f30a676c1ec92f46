//! The public specifications, where they are at hand: in the folder that `LIVEPEER_OPENAPI` names, or in
//! `../shared/openapi`. They are not part of this project.

#![allow(dead_code)]

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// A specification.
pub struct Spec {
    /// `studio` or `ai`.
    pub api: &'static str,
    root: Value,
}

/// An operation of a specification.
pub struct SpecOperation<'a> {
    pub id: &'a str,
    pub method: String,
    /// Below the API's base URL.
    pub path: &'a str,
    /// `resource.verb`, as the generated clients have it.
    pub peers: String,
    pub deprecated: bool,
    pub facts: &'a Map<String, Value>,
    shared: Vec<&'a Value>,
}

/// Both specifications; `None`, and a line on stdout, where they are not at hand.
pub fn load() -> Option<[Spec; 2]> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/openapi");
    let folder = std::env::var_os("LIVEPEER_OPENAPI").map_or(default, PathBuf::from);
    if !folder.join("studio.yaml").exists() {
        println!("no specifications in {}: compared with what tests/data holds only", folder.display());
        return None;
    }
    let read = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        serde_saphyr::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    Some([Spec { api: "studio", root: read("studio.yaml") }, Spec { api: "ai", root: read("ai-gateway.yaml") }])
}

impl Spec {
    /// The whole document.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The operations, in the order of the specification's map.
    pub fn operations(&self) -> Vec<SpecOperation<'_>> {
        let mut all = Vec::new();
        for (path, methods) in self.root["paths"].as_object().unwrap() {
            let shared: Vec<_> = methods["parameters"].as_array().into_iter().flatten().collect();
            for (method, facts) in methods.as_object().unwrap() {
                let Some(id) = facts["operationId"].as_str() else { continue };
                let tag = facts["tags"][0].as_str().unwrap();
                all.push(SpecOperation {
                    id,
                    method: method.to_uppercase(),
                    // Joined to the base URL as it stands, this prefix would be there twice.
                    path: path.strip_prefix("/api").unwrap_or(path),
                    peers: format!("{tag}.{}", facts["x-speakeasy-name-override"].as_str().unwrap()),
                    deprecated: facts["deprecated"].as_bool().unwrap_or(false),
                    facts: facts.as_object().unwrap(),
                    shared: shared.clone(),
                });
            }
        }
        all
    }

    /// What a `$ref` stands for, or the value itself.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            Some(pointer) => self.resolve(self.root.pointer(pointer).unwrap()),
            None => value,
        }
    }

    /// The schemas of the responses that are successes with a JSON body.
    pub fn responses<'a>(&'a self, operation: &SpecOperation<'a>) -> Vec<&'a Value> {
        let responses = operation.facts["responses"].as_object().unwrap().iter();
        let successes = responses.filter(|(status, _)| status.starts_with('2'));
        successes
            .filter_map(|(_, response)| self.resolve(response).pointer("/content/application~1json/schema"))
            .collect()
    }

    /// The schema of the request's body, with its media type.
    pub fn body<'a>(&'a self, operation: &SpecOperation<'a>) -> Option<(&'a str, &'a Value)> {
        let body = self.resolve(operation.facts.get("requestBody")?);
        let (media_type, content) = body["content"].as_object()?.iter().next()?;
        Some((media_type, &content["schema"]))
    }

    /// Name, place and whether it is required, of each parameter.
    pub fn parameters<'a>(&'a self, operation: &SpecOperation<'a>) -> Vec<(&'a str, &'a str, bool)> {
        let own = operation.facts.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let all = own.chain(operation.shared.iter().copied()).map(|parameter| self.resolve(parameter));
        let text = |value: &'a Value| value.as_str().unwrap();
        all.map(|p| (text(&p["name"]), text(&p["in"]), p["required"].as_bool().unwrap_or(false))).collect()
    }
}

/// A path without the names of its parameters.
pub fn shape(path: &str) -> String {
    let mut shape = String::new();
    for (index, part) in path.split('{').enumerate() {
        shape.push_str(if index == 0 { part } else { part.split_once('}').unwrap().1 });
        if index < path.matches('{').count() {
            shape.push_str("{}");
        }
    }
    shape
}
