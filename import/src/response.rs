//! The responses of operations: what a success has, headers, errors.

use serde_json::Value;

use crate::body::is_json;
use crate::document::{members, reference, text};
use crate::operation::Operation;
use crate::paging;
use crate::schema::Schemas;
use crate::types::{Field, Kind, Owner, Ty};

/// A successful response.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    Empty,
    Of(Ty),
    Bytes,
    Text,
    Download,
    Sse(Ty),
    Lines(Ty),
    /// One for each status: status, variant, what it has.
    Match(Vec<(u16, &'static str, Box<Response>)>),
}

/// Reads the responses of an operation.
pub fn read(schemas: &mut Schemas<'_>, read: &mut Operation, operation: &Value, index: usize, place: &str) {
    let document = schemas.document;
    let mut successes: Vec<(u16, Response, &Value)> = Vec::new();
    let mut fallback = None;
    for (status, response) in members(operation, "responses") {
        if status.starts_with("x-") {
            continue;
        }
        let place = format!("{place}.responses.{status}");
        let resolved = document.resolve(response);
        if resolved.is_null() {
            schemas
                .report
                .note(&place, format!("`{}` leads nowhere: left out", reference(response).unwrap_or_default()));
            continue;
        }
        match status.as_bytes() {
            [b'2', ..] => {
                let number = status.parse::<u16>().ok().filter(|it| (200..300).contains(it)).unwrap_or(200);
                let found = one(schemas, read, resolved, index, &place);
                if !successes.iter().any(|(other, ..)| *other == number) {
                    successes.push((number, found, resolved));
                }
            }
            [b'3', ..] if status == "304" => {
                schemas
                    .report
                    .note(&place, "not modified: an error response with this status, unless declared by `match`");
            }
            [b'1' | b'3', ..] => {
                fallback.get_or_insert((status.clone(), Response::Bytes));
                schemas.report.note(&place, "no response of its own: redirects are followed");
            }
            [b'4' | b'5', ..] => {
                if let Some(ty) = error_type(schemas, resolved, index, status, &place) {
                    read.errors.push((status.clone(), ty));
                }
            }
            _ if status == "default" => {
                if let Some(ty) = error_type(schemas, resolved, index, status, &place) {
                    read.errors.push((status.clone(), ty));
                }
            }
            _ => schemas.report.note(&place, "no status: left out"),
        }
    }
    // Where nothing else is said, the default is what a success has.
    if successes.is_empty() && fallback.is_none() {
        let place = format!("{place}.responses.default");
        match operation.get("responses").and_then(|it| it.get("default")) {
            Some(default) => {
                schemas.report.note(&place, "no success is described: this is taken for one");
                let resolved = document.resolve(default);
                let found = one(schemas, read, resolved, index, &place);
                successes.push((200, found, resolved));
                read.errors.retain(|(status, _)| status != "default");
            }
            None => schemas.report.note(&place, "no success is described: no body is expected"),
        }
    }
    settle(schemas, read, &successes, fallback.map(|(_, response)| response), place);
    let links = successes
        .iter()
        .any(|(.., response)| members(response, "headers").any(|(name, _)| name.eq_ignore_ascii_case("link")));
    paging::guess(schemas, read, links);
    add_headers(schemas, read, successes.first().map(|(.., response)| *response), index, place);
}

fn settle(
    schemas: &mut Schemas<'_>,
    read: &mut Operation,
    successes: &[(u16, Response, &Value)],
    fallback: Option<Response>,
    place: &str,
) {
    let Some((status, first, _)) = successes.first() else {
        read.response = fallback.unwrap_or(Response::Empty);
        return;
    };
    let differs = |other: &Response| other != first;
    let streams = |it: &Response| matches!(it, Response::Download | Response::Sse(_) | Response::Lines(_));
    if successes.iter().skip(1).any(|(_, other, _)| differs(other)) && !successes.iter().any(|(_, it, _)| streams(it)) {
        let mut arms: Vec<(u16, &'static str, Box<Response>)> = Vec::new();
        for (status, response, _) in successes {
            arms.push((*status, variant(*status), Box::new(response.clone())));
        }
        read.response = Response::Match(arms);
        return;
    }
    if let Some((other, ..)) = successes.iter().skip(1).find(|(_, other, _)| differs(other)) {
        schemas.report.note(place, format!("the response of status {other} differs from that of {status}, which is a stream: it is read as that one"));
    }
    read.response = first.clone();
    let usual = if *first == Response::Empty { 204 } else { 200 };
    let status = if successes.iter().any(|(status, ..)| *status == usual) { usual } else { *status };
    if status != usual {
        read.clauses.push(format!("status({status})"));
    }
    let mut others = successes.iter().map(|(other, ..)| *other).filter(|other| *other != status);
    if let Some(other) = others.next() {
        read.clauses.push(format!("or_status({other})"));
    }
    if others.next().is_some() {
        schemas.report.note(
            place,
            "more than two statuses of a success: documents of the declaration have two, calls accept any",
        );
    }
}

fn variant(status: u16) -> &'static str {
    match status {
        200 => "Ok",
        201 => "Created",
        202 => "Accepted",
        203 => "NonAuthoritative",
        204 => "NoContent",
        205 => "ResetContent",
        206 => "PartialContent",
        207 => "MultiStatus",
        208 => "AlreadyReported",
        _ => "Other",
    }
}

/// A response's body.
fn one(schemas: &mut Schemas<'_>, read: &mut Operation, response: &Value, index: usize, place: &str) -> Response {
    let contents: Vec<(&String, &Value)> = members(response, "content").collect();
    let Some((media, content)) =
        contents.iter().find(|(media, _)| is_json(media)).or_else(|| contents.first()).copied()
    else {
        return Response::Empty;
    };
    let others: Vec<&str> = contents.iter().map(|(other, _)| other.as_str()).filter(|other| other != media).collect();
    if !others.is_empty() {
        schemas.report.note(place, format!("read as `{media}`, which could also be `{}`", others.join("`, `")));
    }
    let schema = content.get("schema").or_else(|| content.get("itemSchema"));
    let place = format!("{place}.content.{media}");
    let kind = media.split(';').next().unwrap_or_default().trim();
    let binary = schema.is_some_and(|schema| text(schemas.document.resolve(schema), "format") == Some("binary"));
    match kind {
        _ if binary && !kind.starts_with("text/event-stream") => Response::Bytes,
        "text/event-stream" => match event(schemas, schema, index, &place) {
            Some(ty) => Response::Sse(ty),
            None => {
                schemas.report.note(&place, "events of no declared type: a download, to be read by hand");
                Response::Download
            }
        },
        "application/x-ndjson" | "application/jsonl" | "application/ndjson" | "application/x-jsonlines" => {
            match event(schemas, schema, index, &place) {
                Some(ty) => Response::Lines(ty),
                None => Response::Download,
            }
        }
        _ if is_json(kind) || (kind == "*/*" && schema.is_some()) => {
            if is_json(kind) && kind != "application/json" && !read.headers.iter().any(|field| field.rust == "accept") {
                let mut accept = Field::new("accept", "accept".into(), Ty::Text);
                accept.constant = Some(kind.to_owned());
                accept.required = true;
                read.headers.push(accept);
            }
            let Some(schema) = schema else {
                schemas.report.note(&place, "a response without a schema: any JSON");
                return Response::Of(Ty::Value);
            };
            let (ty, nullable) = schemas.ty(schema, "response", Owner::Operation(index), &place);
            if nullable {
                schemas.report.note(&place, "the response may be `null`: its default then");
            }
            Response::Of(ty)
        }
        _ if kind.starts_with("text/") || kind.contains("xml") || kind.contains("yaml") => Response::Text,
        _ if kind.contains("zip") || kind.contains("tar") || kind.starts_with("video/") => Response::Download,
        _ => Response::Bytes,
    }
}

/// The type of events: one of our own, because an event's type implements a trait.
fn event(schemas: &mut Schemas<'_>, schema: Option<&Value>, index: usize, place: &str) -> Option<Ty> {
    let (ty, _) = schemas.ty(schema?, "event", Owner::Operation(index), place);
    let (ty, _) = schemas.types.resolved(&ty);
    let Ty::Named(id) = ty else { return None };
    let def = schemas.types.get_mut(id)?;
    def.event = true;
    Some(ty)
}

/// The type of an error response's body; `None` if a text says as much.
fn error_type(schemas: &mut Schemas<'_>, response: &Value, index: usize, status: &str, place: &str) -> Option<Ty> {
    let (media, content) = members(response, "content").find(|(media, _)| is_json(media))?;
    let schema = content.get("schema")?;
    let place = format!("{place}.content.{media}");
    let (ty, _) = schemas.ty(schema, &format!("error_{status}"), Owner::Operation(index), &place);
    let (ty, _) = schemas.types.resolved(&ty);
    let Ty::Named(id) = ty else {
        schemas.report.note(&place, "an error that is no object: as text");
        return None;
    };
    let def = schemas.types.get_mut(id)?;
    if !matches!(def.kind, Kind::Model(_)) {
        schemas.report.note(&place, "an error that is no object of one kind: as text");
        return None;
    }
    def.error = true;
    Some(ty)
}

fn add_headers(schemas: &mut Schemas<'_>, read: &mut Operation, response: Option<&Value>, index: usize, place: &str) {
    let Some(response) = response else { return };
    let is_list = read.guesses.iter().any(|guess| guess.starts_with("paged"));
    for (name, header) in members(response, "headers") {
        let place = format!("{place}.responses.headers.{name}");
        let lower = name.to_ascii_lowercase();
        let by_engine = ["link", "content-type", "content-length", "retry-after"].contains(&lower.as_str());
        if by_engine && (is_list || lower != "link") {
            continue;
        }
        let header = schemas.document.resolve(header);
        let schema = header.get("schema").cloned().unwrap_or_else(|| serde_json::json!({ "type": "string" }));
        let mut field = schemas.field(name, &schema, Owner::Operation(index), &place);
        let (ty, _) = schemas.types.resolved(&field.ty);
        if !matches!(ty, Ty::Text | Ty::Bool | Ty::Number(_)) {
            field.ty = Ty::Text;
        }
        field.rules.clear();
        field.constant = None;
        if let Some(description) = text(header, "description") {
            field.docs = crate::docs::plain(description, crate::docs::OF_FIELD);
        }
        // A response without it is no reason to fail.
        field.required = false;
        field.nullable = false;
        read.response_headers.push(field);
    }
    let mut taken = std::collections::HashSet::new();
    for field in &mut read.response_headers {
        field.rust = crate::names::distinct(std::mem::take(&mut field.rust), &mut taken);
    }
}
