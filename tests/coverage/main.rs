//! The catalog against the public specifications, both ways; and `docs/ledger.md`, the catalog for readers.

#[path = "../apis/mod.rs"]
mod apis;
mod ledger;
#[path = "../spec/mod.rs"]
mod spec;

use std::collections::{BTreeMap, BTreeSet};

use livepeer::Operation;
use livepeer::operation::Place;
use spec::{load, shape};

/// What is compared of an operation: API, id, method, path and whether it is deprecated.
type Fact = (String, String, String, String, bool);

/// A line of `tests/data/operations.txt`.
struct Listed {
    fact: Fact,
    path: String,
    peers: String,
}

fn listed() -> Vec<Listed> {
    let lines =
        include_str!("../data/operations.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let words: Vec<_> = line.split(' ').collect();
            let [api, id, method, path, peers, ref rest @ ..] = words[..] else { panic!("{line}") };
            assert!(matches!(rest, [] | ["deprecated"]), "{line}");
            let fact = (api.into(), id.into(), method.into(), shape(path), !rest.is_empty());
            Listed { fact, path: path.into(), peers: peers.into() }
        })
        .collect()
}

fn api(name: &str) -> &'static str {
    match name {
        "Livepeer Studio" => "studio",
        "Livepeer AI" => "ai",
        other => panic!("{other} is no API of the specifications"),
    }
}

/// Where an operation is served: API and path below the API's base URL.
fn places(operation: &Operation) -> Vec<(&'static str, String)> {
    let hosts = operation.hosted.iter().map(|host| (api(host.api), format!("{}{}", host.prefix, operation.path)));
    std::iter::once((api(operation.api), operation.path.to_owned())).chain(hosts).collect()
}

/// The facts of an operation that is in a specification. An operation of the AI gateway that Studio's specification
/// does not list is on Studio all the same, as its declaration says.
fn facts(operation: &Operation) -> Vec<Fact> {
    let Some(id) = operation.id else { return Vec::new() };
    let fact = |(api, path): (&str, String)| {
        (api.to_owned(), id.to_owned(), operation.method.to_string(), shape(&path), operation.deprecated)
    };
    places(operation).into_iter().map(fact).collect()
}

/// Whether there is a public specification of the operation's API.
fn is_specified(operation: &Operation) -> bool {
    matches!(operation.api, "Livepeer Studio" | "Livepeer AI")
}

/// The operations that the specifications of their APIs do not have.
fn ours_alone() -> Vec<&'static Operation> {
    livepeer::catalog().filter(|operation| operation.id.is_none() && is_specified(operation)).collect()
}

#[test]
fn the_catalog_is_the_specifications_operations_and_what_is_ours_alone() {
    let wanted: BTreeSet<_> = listed().into_iter().map(|listed| listed.fact).collect();
    let declared: Vec<_> = livepeer::catalog().flat_map(facts).collect();
    let ours: BTreeSet<_> = declared.iter().cloned().collect();
    assert_eq!(ours.len(), declared.len(), "an id stands in two declarations");
    assert_eq!(wanted.difference(&ours).collect::<Vec<_>>(), Vec::<&Fact>::new(), "specified, but not declared so");
    assert_eq!(
        ours.difference(&wanted).collect::<Vec<_>>(),
        Vec::<&Fact>::new(),
        "declared, but not so in tests/data/operations.txt"
    );

    // An operation without an id is not one of the specification whose id was forgotten. Two declarations may be of one
    // operation when it has two forms of response.
    let with_id: BTreeSet<_> = livepeer::catalog()
        .filter(|operation| operation.id.is_some())
        .map(|operation| (operation.api, operation.method, operation.path, operation.response.starts_with("sse")))
        .collect();
    for operation in ours_alone() {
        let streamed = operation.response.starts_with("sse");
        let same = (operation.api, operation.method, operation.path, streamed);
        assert!(!with_id.contains(&same), "{} is in the specification", operation.qualified_name());
        let place = wanted.iter().find(|(api_name, _, method, path, _)| {
            !streamed && api_name == api(operation.api) && method == operation.method && *path == shape(operation.path)
        });
        assert_eq!(place, None, "{} has no id", operation.qualified_name());
    }
}

#[test]
fn the_list_of_operations_is_that_of_the_specifications() {
    let listed = listed();
    assert_eq!(listed.len(), 57 + 7 + 10);
    let Some(specs) = load() else { return };
    let mut left: BTreeMap<_, _> =
        listed.into_iter().map(|listed| (listed.fact, (listed.path, listed.peers))).collect();
    for spec in &specs {
        for operation in spec.operations() {
            let fact = (
                spec.api.into(),
                operation.id.into(),
                operation.method.clone(),
                shape(operation.path),
                operation.deprecated,
            );
            let (path, peers) = left.remove(&fact).unwrap_or_else(|| panic!("{fact:?} is not in operations.txt"));
            assert_eq!((path.as_str(), peers), (operation.path, operation.peers));
        }
    }
    assert!(left.is_empty(), "no longer specified: {left:?}");
}

#[test]
fn every_parameter_and_body_property_of_the_specifications_is_a_field() {
    let Some(specs) = load() else { return };
    let mut wrong = Vec::new();
    for spec in &specs {
        for specified in spec.operations() {
            let operation = livepeer::catalog()
                .find(|operation| {
                    let here = |(name, path): (&str, String)| name == spec.api && shape(&path) == shape(specified.path);
                    operation.id == Some(specified.id) && places(operation).into_iter().any(here)
                })
                .unwrap();
            let mut lack = |what: String| wrong.push(format!("{} lacks {what}", operation.qualified_name()));
            for (name, place, required) in spec.parameters(&specified) {
                let found = operation.fields.iter().find(|field| match field.place {
                    // The names of path parameters are nowhere in the request.
                    Place::Path => place == "path",
                    Place::Query => place == "query" && field.name == name,
                    Place::Header => place == "header" && field.name.eq_ignore_ascii_case(name),
                    _ => false,
                });
                if found.is_none_or(|field| field.required != required) {
                    lack(format!("{place} parameter {name} (required: {required})"));
                }
            }
            let Some((_, schema)) = spec.body(&specified) else { continue };
            if operation.fields.iter().any(|field| field.place == Place::JsonBody) {
                continue;
            }
            let schema = spec.resolve(schema);
            let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
            for (name, property) in schema["properties"].as_object().unwrap() {
                let property = spec.resolve(property);
                if property["readOnly"] == true {
                    continue;
                }
                let in_body = |place| matches!(place, Place::Json | Place::Form | Place::Multipart);
                let found = operation.fields.iter().find(|field| in_body(field.place) && field.name == name);
                // A change need not name everything, nor any request what has a default.
                let free = specified.method == "PATCH" || property.get("default").is_some();
                let required = !free && required.iter().any(|required| *required == name);
                match found {
                    None => lack(format!("body property {name}")),
                    Some(field) if required && !field.required && field.preset.is_none() => {
                        lack(format!("the demand for {name}"))
                    }
                    Some(_) => {}
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
