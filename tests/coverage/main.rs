//! The catalog against the public specifications, both ways; and `docs/ledger.md`, the catalog for people.

mod spec;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use livepeer::Operation;
use livepeer::endpoint::{Paging, Place};
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
    let lines = include_str!("data/operations.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
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
    let hosts = operation.hosted.iter().map(|(name, prefix)| (api(name), format!("{prefix}{}", operation.path)));
    std::iter::once((api(operation.api), operation.path.to_owned())).chain(hosts).collect()
}

/// The facts of an operation that is in a specification. An operation of the AI gateway that Studio's specification
/// does not list is on Studio all the same, as its line says.
fn facts(operation: &Operation) -> Vec<Fact> {
    let Some(id) = operation.id else { return Vec::new() };
    let fact = |(api, path): (&str, String)| {
        (api.to_owned(), id.to_owned(), operation.method.to_string(), shape(&path), operation.deprecated)
    };
    places(operation).into_iter().map(fact).collect()
}

/// The operations that no specification has.
fn ours_alone() -> Vec<&'static Operation> {
    livepeer::catalog().filter(|operation| operation.id.is_none()).collect()
}

#[test]
fn the_catalog_is_the_specifications_operations_and_what_is_ours_alone() {
    let wanted: BTreeSet<_> = listed().into_iter().map(|listed| listed.fact).collect();
    let declared: Vec<_> = livepeer::catalog().flat_map(facts).collect();
    let ours: BTreeSet<_> = declared.iter().cloned().collect();
    assert_eq!(ours.len(), declared.len(), "an id stands in two lines");
    assert_eq!(wanted.difference(&ours).collect::<Vec<_>>(), Vec::<&Fact>::new(), "specified, but not declared so");
    assert_eq!(ours.difference(&wanted).collect::<Vec<_>>(), Vec::<&Fact>::new(), "declared, but not specified so");

    // An operation without an id is not one of the specification whose id was forgotten. Two lines may be of one
    // operation when it has two forms of answer.
    let with_id: BTreeSet<_> = livepeer::catalog()
        .filter(|operation| operation.id.is_some())
        .map(|operation| {
            (operation.api, operation.method.as_str(), operation.path, operation.response.starts_with("sse"))
        })
        .collect();
    for operation in ours_alone() {
        let streamed = operation.response.starts_with("sse");
        let same = (operation.api, operation.method.as_str(), operation.path, streamed);
        assert!(!with_id.contains(&same), "{} is in the specification", operation.qualified_name());
        let place = wanted.iter().find(|(api_name, _, method, path, _)| {
            !streamed
                && api_name == api(operation.api)
                && method == operation.method.as_str()
                && *path == shape(operation.path)
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

/// The ledger, like a lock file, follows the catalog by itself when the tests run. On a build server (`CI` is set) it
/// has to be up to date already, unless `UPDATE` is set, too.
#[test]
fn the_ledger_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ledger.md");
    let ledger = ledger();
    if std::fs::read_to_string(&path).is_ok_and(|there| there.replace("\r\n", "\n") == ledger) {
        return;
    }
    let fixed = std::env::var_os("CI").is_some() && std::env::var_os("UPDATE").is_none();
    assert!(!fixed, "docs/ledger.md is out of date: run the tests once and commit it");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, ledger).unwrap();
    println!("docs/ledger.md has been brought up to date: commit it");
}

fn ledger() -> String {
    let listed = listed();
    let mut text = String::from(
        "# Ledger\n\nEvery operation that this crate declares, made from `livepeer::catalog()` when the tests run. The \
         methods of the\ngenerated clients for Python, TypeScript and Go stand beside, by the name that the public \
         specification gives them.\n",
    );
    let total = livepeer::catalog().count();
    let _ = writeln!(
        text,
        "\n{total} operations: {} of the public specifications, {} [ours alone](#ours-alone).",
        total - ours_alone().len(),
        ours_alone().len(),
    );
    let mut resource = "";
    for operation in livepeer::catalog() {
        if operation.resource() != resource {
            resource = operation.resource();
            let _ = writeln!(
                text,
                "\n## {resource}\n\n\
                 | operation | line | retryable | pages | errors | generated clients | operation id |\n\
                 |---|---|---|---|---|---|---|",
            );
        }
        let peers: BTreeSet<_> = facts(operation)
            .iter()
            .filter_map(|fact| listed.iter().find(|listed| listed.fact == *fact))
            .map(|listed| format!("`{}`", listed.peers))
            .collect();
        let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
        let _ = writeln!(
            text,
            "| `{}`{} | `{} {}`{} → `{}` | {} | {} | `{}` | {} | {} |",
            operation.qualified_name(),
            if operation.deprecated { " (deprecated)" } else { "" },
            operation.method,
            operation.path,
            operation.hosted.iter().map(|(name, prefix)| format!(", on {name} below `{prefix}`")).collect::<String>(),
            if operation.response == "nothing" { "()" } else { operation.response },
            match (operation.retryable, operation.retryable_if) {
                (false, _) => "no",
                (true, None) => "yes",
                (true, Some(_)) => "by what it carries",
            },
            match operation.paged {
                None => "–",
                Some(Paging::Offset) => "by offset",
                Some(_) => "by cursor",
            },
            operation
                .error
                .unwrap_or(match api(operation.api) {
                    "studio" => "ApiError",
                    _ => "GenerateError",
                })
                .replace('|', "\\|"),
            or_dash(peers.into_iter().collect::<Vec<_>>().join(", ")),
            or_dash(operation.id.map(|id| format!("`{id}`")).unwrap_or_default()),
        );
    }
    text.push_str(
        "\n## Ours alone\n\nOperations that the servers have and the public specifications do not, or that the \
         specifications have in another\nform of answer only.\n\n",
    );
    for operation in ours_alone() {
        let _ = writeln!(
            text,
            "- `{}`: `{} {}`. {}",
            operation.qualified_name(),
            operation.method,
            operation.path,
            operation.summary.trim()
        );
    }
    text
}
