//! The arguments of a call by name, as JSON.

use serde_json::{Map, Value};

use super::entry::Entry;
use super::similar::similar;
use crate::codec::Schemas;
use crate::error::{RequestError, suggestion};
use crate::source::{ReadError, ReadErrorKind};

/// What references to named schemas begin with; only this file resolves them.
const PREFIX: &str = "#/";

/// The arguments by the names that fields have in Rust: they may be given by the names on the wire as well.
pub(super) fn by_rust_name(entry: &Entry, arguments: Value) -> Result<Map<String, Value>, RequestError> {
    let arguments = match arguments {
        Value::Object(arguments) => arguments,
        Value::Null => Map::new(),
        _ => return Err(invalid("", "the arguments are to be a JSON object".to_owned())),
    };
    let fields = entry.operation().fields;
    let presets = entry.fields().filter_map(|(field, described)| Some((field.rust, described.default_value()?)));
    let mut named = Map::new();
    for (name, value) in arguments {
        let field = fields.iter().find(|field| field.rust == name).or(fields.iter().find(|field| field.name == name));
        let Some(field) = field else {
            let names = fields.iter().filter(|field| !field.copy).map(|field| field.rust);
            let similar = suggestion(&similar(&name, names.clone()));
            let all = match (similar.is_empty(), names.clone().next()) {
                (false, _) => String::new(),
                (true, None) => "; it takes none".to_owned(),
                (true, Some(_)) => format!("; there are {}", names.collect::<Vec<_>>().join(", ")),
            };
            return Err(invalid(&name, format!("there is no argument `{name}`{similar}{all}")));
        };
        if named.insert(field.rust.to_owned(), value).is_some() {
            return Err(invalid(&name, format!("the argument `{}` is given twice", field.rust)));
        }
    }
    for (name, preset) in presets {
        named.entry(name).or_insert(preset);
    }
    Ok(named)
}

/// Says what is wrong with an argument, and what may have been meant.
pub(super) fn explain(entry: &Entry, error: &ReadError) -> RequestError {
    let ReadError { kind, path, reason, .. } = error;
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let hint = match kind {
        ReadErrorKind::Unknown => suggestion(&similar(name, members(entry, parent).iter().map(String::as_str))),
        ReadErrorKind::NotAllowed => match values(entry, path).as_slice() {
            [] => String::new(),
            values => format!("; known are {}", values.join(", ")),
        },
        _ => String::new(),
    };
    invalid(path, format!("the argument `{path}` {reason}{hint}"))
}

fn invalid(path: &str, reason: String) -> RequestError {
    RequestError::Argument { path: path.to_owned(), reason }
}

/// The names of the members at a path.
fn members(entry: &Entry, path: &str) -> Vec<String> {
    let mut names = Vec::new();
    at(entry, path, &mut |schema| {
        names.extend(schema["properties"].as_object().into_iter().flat_map(Map::keys).cloned());
    });
    names
}

/// The values at a path, where they are listed.
fn values(entry: &Entry, path: &str) -> Vec<String> {
    let mut known = Vec::new();
    at(entry, path, &mut |schema| {
        known.extend(schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned))
    });
    known
}

/// Shows the schemas that describe the value at a path.
fn at(entry: &Entry, path: &str, show: &mut dyn FnMut(&Value)) {
    let mut schemas = Schemas::new(PREFIX);
    let mut steps = path.split(['.', '[']);
    let first = steps.next().unwrap_or_default();
    let steps: Vec<_> = steps.collect();
    let field = entry.fields().find(|(field, _)| field.name == first || field.rust == first);
    let Some(schema) = field.map(|(_, described)| described.schema(&mut schemas).into_value()) else { return };
    let named = schemas.into_named();
    walk(&schema, &steps, &|name| named.get(name), show, 0);
}

/// How deep the alternatives and references of schemas are followed.
const MOST_DEPTH: usize = 32;

fn walk<'a>(
    schema: &'a Value,
    steps: &[&str],
    named: &impl Fn(&str) -> Option<&'a Value>,
    show: &mut dyn FnMut(&Value),
    depth: usize,
) {
    if depth > MOST_DEPTH {
        return;
    }
    if let Some(target) = schema["$ref"].as_str().and_then(|name| named(name.strip_prefix(PREFIX)?)) {
        return walk(target, steps, named, show, depth + 1);
    }
    for alternative in ["anyOf", "oneOf"].iter().filter_map(|name| schema[*name].as_array()).flatten() {
        walk(alternative, steps, named, show, depth + 1);
    }
    match steps {
        [] => show(schema),
        [step, rest @ ..] if step.ends_with(']') => walk(&schema["items"], rest, named, show, depth + 1),
        [step, rest @ ..] => walk(&schema["properties"][*step], rest, named, show, depth + 1),
    }
}
