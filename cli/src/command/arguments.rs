//! The arguments of a call as JSON, from the words of a command line.

use std::io::Read;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::ArgMatches;
use livepeer::dynamic::{Catalog, Entry, entry};
use serde_json::{Map, Value, json};

use super::fields::{fields, id};
use super::shape::Shape;
use crate::failure::Failure;

/// The arguments of a call by name.
pub fn arguments(entry: &Entry, matches: &ArgMatches) -> Result<Value, Failure> {
    let mut arguments = Map::new();
    for field in fields(entry) {
        if let Some(value) = take(&field.shape, field.name, matches)? {
            arguments.insert(field.name.to_owned(), value);
        } else if field.is_required {
            let name = super::kebab(field.name);
            return Err(Failure::usage(format!("--{name} is required, or its parts --{name}.…")));
        }
    }
    Ok(arguments.into())
}

/// What was given by the flags of [`entry_args`](super::entry_args).
pub fn optional_arguments<A: Catalog>(name: &str, matches: &ArgMatches) -> Result<Map<String, Value>, Failure> {
    let mut arguments = Map::new();
    for field in fields(entry::<A>(name)?) {
        if let Some(value) = take(&field.shape, field.name, matches)? {
            arguments.insert(field.name.to_owned(), value);
        }
    }
    Ok(arguments)
}

/// A field of an operation, by any spelling of its name, and a word as its value.
pub fn column(entry: &Entry, name: &str, word: &str) -> Result<Option<(&'static str, Value)>, Failure> {
    match fields(entry).find(|field| super::kebab(field.name) == super::kebab(name)) {
        Some(field) => {
            let value = match &field.shape.items {
                Some(items) => list(&field.shape, items, &[&word.to_owned()], field.name)?,
                None => convert(&field.shape, word, field.name)?,
            };
            Ok(Some((field.name, value)))
        }
        None => Ok(None),
    }
}

/// The value that was given for a field, as a whole or by its members.
fn take(shape: &Shape, path: &str, matches: &ArgMatches) -> Result<Option<Value>, Failure> {
    // A command may leave out some of the fields.
    let words = matches.try_get_many::<String>(&id(path)).ok().flatten();
    let words: Vec<&String> = words.map(Iterator::collect).unwrap_or_default();
    let mut value = match (words.as_slice(), &shape.items) {
        ([], _) => None,
        (words, Some(items)) => Some(list(shape, items, words, path)?),
        ([.., word], None) => Some(convert(shape, word, path)?),
    };
    for property in &shape.properties {
        if let Some(member) = take(&property.shape, &format!("{path}.{}", property.name), matches)? {
            match value.get_or_insert_with(|| json!({})) {
                Value::Object(members) => drop(members.insert(property.name.clone(), member)),
                _ => {
                    return Err(Failure::usage(format!("`{path}` is given as a whole and in parts, but is no object")));
                }
            }
        }
    }
    Ok(value)
}

/// A list: one word for each item, or one word that is the whole list as JSON.
fn list(shape: &Shape, items: &Shape, words: &[&String], path: &str) -> Result<Value, Failure> {
    if let [word] = words {
        let is_whole = word.starts_with('[') || word.starts_with('@') || (shape.null && *word == "null");
        if is_whole {
            let whole = json(word, path)?;
            if whole.is_array() || whole.is_null() {
                return Ok(whole);
            }
            return Ok(vec![whole].into());
        }
    }
    let items: Result<Vec<_>, _> = words.iter().map(|word| convert(items, word, path)).collect();
    Ok(items?.into())
}

fn convert(shape: &Shape, word: &str, path: &str) -> Result<Value, Failure> {
    if shape.null && word == "null" {
        return Ok(Value::Null);
    }
    if shape.file {
        return Ok(json!({ "path": word }));
    }
    if shape.secret || shape.json_text {
        let text = content(word, path)?;
        let text = text.trim_end_matches(['\r', '\n']);
        return Ok(if shape.base64 { BASE64_STANDARD.encode(text).into() } else { text.into() });
    }
    if shape.is_json() {
        let looks_like_json = word.starts_with(['{', '[', '@']);
        if looks_like_json || !shape.text {
            return json(word, path);
        }
    }
    if shape.number || shape.boolean {
        let literal = serde_json::from_str::<Value>(word).ok();
        let fits = literal.filter(|value| shape.number && value.is_number() || shape.boolean && value.is_boolean());
        if let Some(value) = fits {
            return Ok(value);
        }
    }
    // What is not of the right form is for the codec to refuse, which knows how to say it.
    Ok(word.into())
}

/// The arguments for a question: without their secrets, in the order in which they are given.
pub fn shown(entry: &Entry, arguments: &Value) -> String {
    let words = fields(entry).filter_map(|field| match (field.shape.secret, &arguments[field.name]) {
        (_, Value::Null) => None,
        (true, _) => Some("[redacted]".to_owned()),
        (false, Value::String(word)) => Some(word.clone()),
        (false, value) => Some(value.to_string()),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// JSON, or a file with JSON.
fn json(word: &str, path: &str) -> Result<Value, Failure> {
    parse_json(&content(word, path)?).map_err(|error| Failure::usage(format!("`{path}` is no JSON: {error}")))
}

/// JSON as people type it: an error shows none of it, because it may hold a secret.
pub fn parse_json(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

/// The word itself, or for `@FILE` the content of the file; `@-` is the standard input.
pub fn content(word: &str, what: &str) -> Result<String, Failure> {
    let Some(file) = word.strip_prefix('@') else { return Ok(word.to_owned()) };
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().read_to_string(&mut text).map(drop),
        file => std::fs::read_to_string(file).map(|content| text = content),
    };
    read.map_err(|error| Failure::other(format!("`{what}` cannot be read from {file}: {error}")))?;
    Ok(text)
}
