//! The operations of a document.

use std::collections::HashSet;

use serde_json::Value;

use crate::body::{self, Body};
use crate::docs;
use crate::document::{Document, is, items, members, reference, text};
use crate::names;
use crate::response::{self, Response};
use crate::schema::Schemas;
use crate::types::{Field, Owner, Ty};

/// An operation, as its declaration says it.
#[derive(Debug)]
pub struct Operation {
    pub module: usize,
    pub name: String,
    pub id: Option<String>,
    pub method: String,
    /// The template in the document.
    pub wire_path: String,
    /// The template, with the names of parameters in Rust.
    pub path: String,
    pub docs: Vec<String>,
    pub deprecated: bool,
    pub parameters: Vec<Field>,
    pub query: Vec<Field>,
    pub headers: Vec<Field>,
    pub body: Body,
    pub response: Response,
    /// Headers of the response.
    pub response_headers: Vec<Field>,
    /// Bodies of error responses by their status, as in the document.
    pub errors: Vec<(String, Ty)>,
    pub clauses: Vec<String>,
    /// Clauses that are guesses, and why.
    pub guesses: Vec<String>,
    /// Comments above the declaration.
    pub comments: Vec<String>,
}

/// Which operations are wanted: all, or those of these tags and ids.
#[derive(Debug, Default)]
pub struct Filter {
    pub tags: Vec<String>,
    pub ids: Vec<String>,
}

impl Filter {
    fn wants(&self, operation: &Value, method: &str, path: &str) -> bool {
        let everything = self.tags.is_empty() && self.ids.is_empty();
        let tagged =
            items(operation, "tags").iter().filter_map(Value::as_str).any(|tag| self.tags.iter().any(|it| it == tag));
        let line = format!("{} {path}", method.to_uppercase());
        everything || tagged || self.ids.iter().any(|id| text(operation, "operationId") == Some(id) || *id == line)
    }
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Reads the operations that are wanted, and the names of their modules.
pub fn all(schemas: &mut Schemas<'_>, filter: &Filter) -> (Vec<Operation>, Vec<String>) {
    let document: &Document = schemas.document;
    let mut operations = Vec::new();
    let mut modules = Vec::new();
    for (path, item) in members(&document.root, "paths") {
        if path.starts_with("x-") {
            continue;
        }
        let item = document.resolve(item);
        for (method, operation) in item.as_object().into_iter().flatten() {
            if !METHODS.contains(&method.as_str()) || !filter.wants(operation, method, path) {
                continue;
            }
            let place = format!("paths.{path}.{method}");
            if !operation.is_object() {
                schemas.report.note(&place, "no object: left out");
                continue;
            }
            let module = module_of(operation, path);
            let module = modules.iter().position(|it| *it == module).unwrap_or_else(|| {
                modules.push(module);
                modules.len() - 1
            });
            let index = operations.len();
            operations.push(one(schemas, item, operation, index, module, method, path, &place));
        }
    }
    (operations, modules)
}

/// The module of an operation: its first tag, else the first part of its path that names something.
fn module_of(operation: &Value, path: &str) -> String {
    let tag = items(operation, "tags").first().and_then(Value::as_str).filter(|tag| !names::words(tag).is_empty());
    let is_version =
        |part: &str| part.starts_with('v') && part.len() < 4 && part.bytes().skip(1).all(|it| it.is_ascii_digit());
    let mut parts =
        path.split('/').filter(|part| !part.is_empty() && !part.contains('{') && !is_version(part) && *part != "api");
    names::module(tag.or_else(|| parts.next()).unwrap_or("general"))
}

#[expect(clippy::too_many_arguments, reason = "one place calls it")]
fn one(
    schemas: &mut Schemas<'_>,
    item: &Value,
    operation: &Value,
    index: usize,
    module: usize,
    method: &str,
    path: &str,
    place: &str,
) -> Operation {
    let document = schemas.document;
    let mut paragraphs = text(operation, "summary").map(|text| docs::plain(text, docs::OF_FIELD)).unwrap_or_default();
    let description = text(operation, "description").map(|text| docs::plain(text, docs::OF_ITEM)).unwrap_or_default();
    paragraphs.extend(description.into_iter().filter(|text| Some(text) != paragraphs.first()).collect::<Vec<_>>());
    let mut read = Operation {
        module,
        name: String::new(),
        id: text(operation, "operationId").filter(|id| !id.is_empty()).map(str::to_owned),
        method: method.to_uppercase(),
        wire_path: path.to_owned(),
        path: path.to_owned(),
        docs: paragraphs,
        deprecated: is(operation, "deprecated"),
        parameters: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::None,
        response: Response::Empty,
        response_headers: Vec::new(),
        errors: Vec::new(),
        clauses: Vec::new(),
        guesses: Vec::new(),
        comments: Vec::new(),
    };
    let mut declared: Vec<(Value, String)> = Vec::new();
    for (of, source) in [("path", item), ("operation", operation)] {
        for (at, parameter) in items(source, "parameters").iter().enumerate() {
            let place = format!("{place}.parameters[{at}]{}", if of == "path" { " of the path" } else { "" });
            let resolved = document.resolve(parameter);
            if resolved.is_null() {
                schemas
                    .report
                    .note(&place, format!("`{}` leads nowhere: left out", reference(parameter).unwrap_or_default()));
                continue;
            }
            let same =
                |other: &Value| other.get("name") == resolved.get("name") && other.get("in") == resolved.get("in");
            declared.retain(|(other, _)| !same(other));
            declared.push((resolved.clone(), place));
        }
    }
    for (parameter, place) in &declared {
        add_parameter(schemas, &mut read, parameter, index, place);
    }
    fill_path(schemas, &mut read, path, place);
    body::read(schemas, &mut read, operation, index, place);
    response::read(schemas, &mut read, operation, index, place);
    distinct_fields(&mut read);
    for source in [operation, item] {
        if let Some(url) = items(source, "servers").first().and_then(crate::api::server_url) {
            if url.starts_with("http") {
                read.clauses.push(format!("server({})", crate::rules::literal(&url)));
            } else {
                schemas.report.note(place, format!("its server `{url}` is no whole URL: that of the API is used"));
            }
            break;
        }
    }
    if let Some(Value::Array(security)) = operation.get("security")
        && security.iter().all(|one| one.as_object().is_some_and(serde_json::Map::is_empty))
    {
        read.clauses.push("no_auth".into());
    }
    if operation.get("callbacks").is_some() {
        schemas.report.note(place, "`callbacks` are not declared");
    }
    read
}

fn add_parameter(schemas: &mut Schemas<'_>, read: &mut Operation, parameter: &Value, index: usize, place: &str) {
    let (Some(name), Some(into)) = (text(parameter, "name"), text(parameter, "in")) else {
        schemas.report.note(place, "a parameter without `name` or `in`: left out");
        return;
    };
    if name.is_empty() || name.chars().any(|it| it < ' ' || matches!(it, '"' | '\\')) {
        schemas.report.note(place, format!("the name {name:?} cannot be declared: left out"));
        return;
    }
    let json = members(parameter, "content").next().map(|(media, content)| (media.clone(), content));
    let any = Value::Object(serde_json::Map::new());
    let schema = parameter
        .get("schema")
        .or_else(|| json.as_ref().and_then(|(_, content)| content.get("schema")))
        .unwrap_or(&any);
    let mut schema = schema.clone();
    let is_reference = reference(&schema).is_some();
    if let (Some(example), Some(members), false) = (parameter.get("example"), schema.as_object_mut(), is_reference) {
        members.entry("example").or_insert_with(|| example.clone());
    }
    // Words of a parameter that are nothing but its name say nothing.
    let mut field = schemas.field(name, &schema, Owner::Operation(index), place);
    field.required = is(parameter, "required") || into == "path";
    if let Some(description) = text(parameter, "description") {
        field.docs = docs::plain(description, docs::OF_FIELD);
        let resolved = schemas.document.resolve(&schema);
        if let Some(default) = resolved.get("default") {
            crate::schema::add_default(&mut field.docs, default);
        }
    }
    if is(parameter, "deprecated") {
        field.docs.push("Deprecated.".into());
    }
    let (ty, nullable) = schemas.types.resolved(&field.ty);
    field.nullable = false;
    let _ = nullable;
    let is_object = matches!(ty, Ty::Map(_) | Ty::Value) || schemas.types.model(&ty).is_some();
    match into {
        "path" => {
            field.rust = names::parameter(name);
            field.slashes = is(parameter, "x-multi-segment") || is(parameter, "allowReserved");
            if matches!(ty, Ty::List(_)) || is_object {
                schemas.report.note(place, "a list or an object in the path: a text, to be written as the API has it");
                field.ty = Ty::Text;
            }
            field.constant = None;
            read.parameters.push(field);
        }
        "query" => {
            let style = text(parameter, "style").unwrap_or("form");
            let explode = parameter.get("explode").and_then(Value::as_bool).unwrap_or(style == "form");
            match (&ty, style) {
                _ if json.is_some() => field.rules.push("objects = Json".into()),
                (Ty::List(_), "deepObject") => field.rules.push("lists = Index".into()),
                (Ty::List(_), "form") if !explode => field.rules.push("lists = Comma".into()),
                (Ty::List(_), "spaceDelimited" | "pipeDelimited") if !explode => {
                    schemas.report.note(place, format!("a list by `{style}`: with commas, mend it by hand"));
                    field.rules.push("lists = Comma".into());
                }
                (_, "form") if is_object && ty != Ty::Value => {
                    schemas.report.note(
                        place,
                        "an object whose members are parameters of their own: written with brackets, mend it by hand",
                    );
                    field.rules.push("objects = Brackets".into());
                }
                (_, "deepObject") => field.rules.push("objects = Brackets".into()),
                _ if ty == Ty::Value => field.rules.push("objects = Json".into()),
                // An object in one of the alternatives.
                (Ty::Named(_), _) if !is_object => field.rules.extend(union_rule(schemas, &ty)),
                _ => {}
            }
            read.query.push(field);
        }
        "header" => {
            let engine = ["accept", "authorization", "content-type"];
            if engine.contains(&name.to_ascii_lowercase().as_str()) {
                schemas.report.note(place, format!("the header `{name}` is written by the client: left out"));
                return;
            }
            if matches!(ty, Ty::List(_)) || is_object {
                schemas.report.note(place, "a list or an object in a header: a text, to be written as the API has it");
                field.ty = Ty::Text;
                field.rules.clear();
            }
            read.headers.push(field);
        }
        other => schemas.report.note(place, format!("a parameter in `{other}`: left out, `Call::header` can send it")),
    }
}

fn union_rule(schemas: &Schemas<'_>, ty: &Ty) -> Option<String> {
    let Ty::Named(id) = ty else { return None };
    match &schemas.types.get(*id)?.kind {
        crate::types::Kind::Union(arms) if arms.iter().any(|arm| arm.kind == "object") => {
            Some("objects = Brackets".into())
        }
        _ => None,
    }
}

/// The template with the names of the declared parameters, which are put into its order.
fn fill_path(schemas: &mut Schemas<'_>, read: &mut Operation, path: &str, place: &str) {
    let mut template = String::new();
    let mut used = Vec::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        template.push_str(&before.replace('}', ""));
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            continue;
        };
        // `{name*}` and `{+name}` are other people's ways to say that slashes are kept.
        let wire = name.trim_matches(['*', '+']);
        let position = read.parameters.iter().position(|field| field.wire == wire);
        let mut field = match position {
            Some(position) => read.parameters.remove(position),
            None => {
                schemas.report.note(place, format!("the path has `{{{name}}}`, which is not declared: a text"));
                let mut field = Field::new(wire, names::parameter(wire), Ty::Text);
                field.required = true;
                field
            }
        };
        field.slashes |= wire != name;
        template.push_str(&format!("{{{}}}", field.rust));
        used.push(field);
        rest = after;
    }
    template.push_str(&rest.replace('}', ""));
    for field in &read.parameters {
        schemas.report.note(place, format!("the parameter `{}` is not in the path: left out", field.wire));
    }
    if let Some((path, fragment)) = template.clone().split_once('#') {
        schemas.report.note(place, format!("`#{fragment}` is not part of a path: left out"));
        template = path.to_owned();
    }
    if !template.starts_with('/') {
        template = format!("/{template}");
    }
    let mut names = HashSet::new();
    if used.iter().any(|field| !names.insert(field.rust.clone())) {
        schemas.report.note(place, "a parameter is in the path twice: the declaration has to be mended");
    }
    if used.iter().filter(|field| field.slashes).count() > 1 {
        schemas.report.note(place, "several parameters with slashes: only the last one keeps them");
        let last = used.iter().rposition(|field| field.slashes);
        for (at, field) in used.iter_mut().enumerate() {
            field.slashes &= Some(at) == last;
        }
    }
    read.path = template;
    read.parameters = used;
}

/// Names of Rust that are not taken by another place of the same request.
fn distinct_fields(read: &mut Operation) {
    let mut taken = HashSet::new();
    let none = &mut Vec::new();
    let body = match &mut read.body {
        Body::Json(fields) | Body::Form(fields) | Body::Multipart(fields) => fields,
        Body::JsonOf(field) | Body::Raw(field, _) => std::slice::from_mut(field),
        Body::None => none.as_mut_slice(),
    };
    for (place, fields) in [
        ("path", read.parameters.as_mut_slice()),
        ("query", &mut read.query),
        ("header", &mut read.headers),
        ("body", body),
    ] {
        for field in fields {
            let plain = field.rust.trim_start_matches("r#").to_owned();
            if taken.contains(&plain) {
                field.rust = format!("{place}_{plain}");
            }
            field.rust = names::distinct(field.rust.clone(), &mut taken);
            taken.insert(plain);
        }
    }
}
