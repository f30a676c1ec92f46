//! What a document says of the API as a whole.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{Document, items, members, text};
use crate::names::{self, Case};
use crate::operation::Operation;
use crate::report::Report;
use crate::types::{Kind, Ty, Types};

/// The API, as its `impl Api` says it.
#[derive(Debug)]
pub struct Facts {
    pub name: String,
    pub title: String,
    pub version: Option<String>,
    pub docs: Vec<String>,
    pub servers: Vec<String>,
    pub case: Case,
    pub auth: Option<String>,
    pub limit: Option<String>,
    pub error: Option<Ty>,
}

/// Reads what holds for all operations.
pub fn read(
    document: &Document,
    types: &Types,
    operations: &[Operation],
    name: Option<&str>,
    report: &mut Report,
) -> Facts {
    let info = document.member("info");
    let title = text(info, "title").unwrap_or("API").trim().to_owned();
    let plain: Vec<String> = names::words(&title)
        .into_iter()
        .filter(|word| {
            !matches!(word.as_str(), "api" | "rest" | "the" | "openapi" | "specification" | "v1" | "v2" | "v3")
        })
        .collect();
    let guessed = names::pascal_of(&plain);
    let name = name.map(str::to_owned).unwrap_or(if guessed.is_empty() || guessed == "Api" {
        "Service".to_owned()
    } else {
        guessed
    });
    Facts {
        name,
        version: text(info, "version").map(str::to_owned),
        docs: text(info, "description").map(|text| crate::docs::plain(text, crate::docs::OF_ITEM)).unwrap_or_default(),
        servers: servers(document, report),
        case: case(types, operations),
        auth: auth(document, report),
        limit: limit(operations),
        error: error(operations),
        title,
    }
}

/// The URL of a server, with the defaults of its variables.
pub fn server_url(server: &Value) -> Option<String> {
    let mut url = text(server, "url")?.to_owned();
    for (name, variable) in members(server, "variables") {
        url = url.replace(&format!("{{{name}}}"), text(variable, "default").unwrap_or_default());
    }
    Some(url.trim_end_matches('/').to_owned())
}

fn servers(document: &Document, report: &mut Report) -> Vec<String> {
    let mut servers = Vec::new();
    for (at, server) in items(&document.root, "servers").iter().enumerate() {
        let place = format!("servers[{at}]");
        match server_url(server) {
            Some(url) if url.starts_with("http") && !url.contains(['{', '}', ' ']) => {
                if server.get("variables").is_some() {
                    report.note(&place, format!("its variables have their defaults: `{url}`"));
                }
                servers.push(url);
            }
            other => report.note(&place, format!("`{}` is no whole URL: left out", other.unwrap_or_default())),
        }
    }
    if servers.is_empty() {
        report.note("servers", "none with a whole URL: `https://api.example` stands for it, to be replaced");
        servers.push("https://api.example".into());
    }
    servers
}

/// How most names are spelled.
fn case(types: &Types, operations: &[Operation]) -> Case {
    let of_models = types.defs.iter().filter_map(|def| match &def.kind {
        Kind::Model(fields) => Some(fields),
        _ => None,
    });
    let mut counts = [0_usize; 4];
    for field in of_models.flatten().chain(operations.iter().flat_map(|operation| &operation.query)) {
        // A single word is the same in several.
        if field.rust.contains('_') {
            for (count, case) in counts.iter_mut().zip(Case::ALL) {
                *count += usize::from(case.wire(&field.rust) == field.wire);
            }
        }
    }
    let best = counts.iter().copied().max().unwrap_or(0);
    Case::ALL.into_iter().zip(counts).find(|(_, count)| *count == best).map_or(Case::Snake, |(case, _)| case)
}

fn auth(document: &Document, report: &mut Report) -> Option<String> {
    let schemes: Vec<(&String, &Value)> = members(document.member("components"), "securitySchemes")
        .map(|(name, scheme)| (name, document.resolve(scheme)))
        .collect();
    if schemes.is_empty() {
        report.note("components.securitySchemes", "none: a key is sent as bearer token");
        return None;
    }
    let wanted = items(&document.root, "security").iter().filter_map(Value::as_object).flat_map(|one| one.keys());
    let wanted: Vec<&String> = wanted.collect();
    let order = |(name, _): &&(&String, &Value)| wanted.iter().position(|it| it == name).unwrap_or(usize::MAX);
    let mut sorted: Vec<&(&String, &Value)> = schemes.iter().collect();
    sorted.sort_by_key(order);
    let mut chosen = None;
    for (name, scheme) in sorted {
        let place = format!("components.securitySchemes.{name}");
        if chosen.is_some() {
            report.note(&place, "another way to send a key: `Client::another_key` sends a second one");
            continue;
        }
        let found = match (
            text(scheme, "type"),
            text(scheme, "scheme").map(str::to_ascii_lowercase).as_deref(),
            text(scheme, "in"),
        ) {
            (Some("http"), Some("bearer"), _) => Some(None),
            (Some("http"), Some("basic"), _) => Some(Some("Auth::Basic".to_owned())),
            (Some("apiKey"), _, Some("header")) => text(scheme, "name").map(|name| {
                let is_usual = name.eq_ignore_ascii_case("authorization");
                if is_usual {
                    report.note(
                        &place,
                        "the key in `Authorization` itself: with what stands before it, such as `Token `",
                    );
                }
                Some(format!("Auth::Header({})", crate::rules::literal(name)))
            }),
            (Some("apiKey"), _, Some("query")) => {
                text(scheme, "name").map(|name| Some(format!("Auth::Query({})", crate::rules::literal(name))))
            }
            (Some("oauth2" | "openIdConnect"), ..) => {
                report.note(&place, "tokens are sent as bearer tokens; `Client::token_provider` can fetch them");
                Some(None)
            }
            _ => None,
        };
        match found {
            Some(found) => chosen = Some(found),
            None => report.note(&place, "a way to send keys that is not declared: left out"),
        }
    }
    chosen.flatten()
}

/// The parameter that says how many items a page has, where it is not `limit`.
fn limit(operations: &[Operation]) -> Option<String> {
    let lists = operations.iter().filter(|operation| !operation.guesses.is_empty());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for field in lists.flat_map(|operation| &operation.query) {
        if ["limit", "per_page", "page_size", "pageSize", "size", "max_results", "maxResults", "perPage"]
            .contains(&field.wire.as_str())
        {
            *counts.entry(&field.wire).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name.to_owned()).filter(|name| name != "limit")
}

/// The body that most error responses have.
fn error(operations: &[Operation]) -> Option<Ty> {
    let mut counts: Vec<(&Ty, usize)> = Vec::new();
    for (_, ty) in operations.iter().flat_map(|operation| &operation.errors) {
        match counts.iter_mut().find(|(other, _)| *other == ty) {
            Some((_, count)) => *count += 1,
            None => counts.push((ty, 1)),
        }
    }
    // The first of those that are as frequent.
    counts.iter().rev().max_by_key(|(_, count)| *count).map(|(ty, _)| (*ty).clone())
}
