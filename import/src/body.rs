//! The bodies of requests.

use serde_json::Value;

use crate::document::{is, items, members, text};
use crate::operation::Operation;
use crate::schema::{Schemas, types_of};
use crate::types::{Field, Owner, Ty};

/// A request's body.
#[derive(Debug)]
pub enum Body {
    None,
    Json(Vec<Field>),
    /// One value as JSON.
    JsonOf(Field),
    Form(Vec<Field>),
    Multipart(Vec<Field>),
    /// Bytes or a text, by the type in Rust.
    Raw(Field, &'static str),
}

/// Whether a media type is JSON.
pub fn is_json(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default().trim();
    media == "application/json" || media.ends_with("+json") || media == "text/json"
}

/// Reads the body of an operation.
pub fn read(schemas: &mut Schemas<'_>, read: &mut Operation, operation: &Value, index: usize, place: &str) {
    let Some(body) = operation.get("requestBody") else { return };
    let document = schemas.document;
    let body = document.resolve(body);
    let place = format!("{place}.requestBody");
    let contents: Vec<(&String, &Value)> = members(body, "content").collect();
    let has = |wanted: &dyn Fn(&str) -> bool| contents.iter().find(|(media, _)| wanted(media)).copied();
    let of = |name: &'static str| move |media: &str| media.starts_with(name);
    let has_files =
        |content: &Value| content.get("schema").is_some_and(|schema| holds_files(document.resolve(schema), document));
    let multipart = has(&of("multipart/")).filter(|(_, content)| has_files(content) || contents.len() == 1);
    let chosen = multipart
        .or_else(|| has(&is_json))
        .or_else(|| has(&of("application/x-www-form-urlencoded")))
        .or_else(|| has(&of("multipart/")))
        .or_else(|| contents.first().copied());
    let Some((media, content)) = chosen else {
        schemas.report.note(&place, "a body without content: left out");
        return;
    };
    let others: Vec<&str> = contents.iter().map(|(other, _)| other.as_str()).filter(|other| other != media).collect();
    if !others.is_empty() {
        schemas.report.note(&place, format!("sent as `{media}`, which could also be `{}`", others.join("`, `")));
    }
    let any = Value::Object(serde_json::Map::new());
    let schema = content.get("schema").unwrap_or(&any);
    let place = format!("{place}.content.{media}");
    let owner = Owner::Operation(index);
    let whole = schemas.whole(schema, &place);
    let has_fields = members(&whole, "properties").next().is_some();
    if !is(body, "required") && has_fields && !items(&whole, "required").is_empty() {
        schemas.report.note(&place, "the body may be left out as a whole: here it is always sent");
    }
    if is_json(media) {
        if !matches!(media.split(';').next(), Some("application/json")) {
            read.headers.push(content_type(media));
        }
        let is_object = matches!(types_of(&whole).0.as_slice(), [] | ["object"]) && !types_of(&whole).1;
        let alternatives = ["oneOf", "anyOf"].iter().any(|of| {
            whole.get(of).and_then(Value::as_array).is_some_and(|it| {
                it.iter()
                    .any(|it| it.get("$ref").is_some() || it.get("properties").is_some() || it.get("type").is_some())
            })
        });
        if has_fields && is_object && !alternatives && !is(&whole, "nullable") {
            let fields = request_fields(schemas, &whole, &owner, &place);
            read.body = Body::Json(fields);
            return;
        }
        let (ty, _) = schemas.ty(schema, "body", owner, &place);
        let mut field = Field::new("body", "body".into(), ty);
        // An operation with a JSON body always has it.
        field.required = true;
        field.docs =
            text(body, "description").map(|text| crate::docs::plain(text, crate::docs::OF_FIELD)).unwrap_or_default();
        read.body = Body::JsonOf(field);
        return;
    }
    if media.starts_with("application/x-www-form-urlencoded") {
        let mut fields = request_fields(schemas, &whole, &owner, &place);
        if fields.is_empty() {
            return;
        }
        for field in &mut fields {
            let (ty, _) = schemas.types.resolved(&field.ty);
            let style = content.get("encoding").and_then(|it| it.get(&field.wire)).and_then(|it| text(it, "style"));
            if matches!(ty, Ty::List(_)) && style == Some("deepObject") {
                field.rules.push("lists = Index".into());
            }
            if needs_objects(schemas, &ty, 0) {
                field.rules.push("objects = Brackets".into());
            }
            field.nullable = false;
        }
        read.body = Body::Form(fields);
        return;
    }
    if media.starts_with("multipart/") {
        let mut fields = request_fields(schemas, &whole, &owner, &place);
        if fields.is_empty() {
            schemas.report.note(&place, "a form without fields: left out");
            return;
        }
        for field in &mut fields {
            let property = whole.get("properties").and_then(|it| it.get(&field.wire)).unwrap_or(&any);
            as_part(schemas, field, property);
        }
        if !media.starts_with("multipart/form-data") {
            read.headers.push(content_type(media));
        }
        read.body = Body::Multipart(fields);
        return;
    }
    let is_text = media.starts_with("text/");
    let mut field = Field::new("content", if is_text { "text" } else { "content" }.into(), Ty::Text);
    field.required = true;
    field.docs =
        text(body, "description").map(|text| crate::docs::plain(text, crate::docs::OF_FIELD)).unwrap_or_default();
    if !media.contains('*') {
        read.headers.push(content_type(media));
    }
    if media.contains("xml") {
        schemas.report.note(&place, "XML: a text, to be written by hand (or by a `Codec`)");
    }
    read.body = Body::Raw(field, if is_text || media.contains("xml") { "String" } else { "File" });
}

fn request_fields(schemas: &mut Schemas<'_>, whole: &Value, owner: &Owner, place: &str) -> Vec<Field> {
    if ["oneOf", "anyOf"].iter().any(|of| whole.get(of).is_some()) {
        schemas.report.note(place, "which fields go together is not declared");
    }
    if matches!(whole.get("additionalProperties"), Some(Value::Bool(true))) {
        schemas.report.note(place, "members beside the declared ones cannot be sent");
    }
    let mut fields = schemas.fields(whole, owner, place);
    let is_read_only =
        |field: &Field| whole.get("properties").and_then(|it| it.get(&field.wire)).is_some_and(|it| is(it, "readOnly"));
    fields.retain(|field| !is_read_only(field));
    fields
}

fn content_type(media: &str) -> Field {
    let mut field = Field::new("content-type", "content_type".into(), Ty::Text);
    field.required = true;
    field.constant = Some(media.to_owned());
    field
}

/// Whether a schema has a file among its properties.
fn holds_files(schema: &Value, document: &crate::document::Document) -> bool {
    members(schema, "properties").any(|(_, property)| {
        let property = document.resolve(property);
        let item = property.get("items").map(|it| document.resolve(it)).unwrap_or(property);
        is_file(property) || is_file(item)
    })
}

fn is_file(schema: &Value) -> bool {
    text(schema, "format") == Some("binary")
        || (text(schema, "contentMediaType").is_some() && schema.get("contentEncoding").is_none())
        || text(schema, "contentMediaType") == Some("application/octet-stream")
}

fn as_part(schemas: &mut Schemas<'_>, field: &mut Field, property: &Value) {
    let document = schemas.document;
    let property = document.resolve(property);
    let item = property.get("items").map(|it| document.resolve(it)).unwrap_or(&Value::Null);
    let (ty, _) = schemas.types.resolved(&field.ty);
    field.nullable = false;
    let alternatives = |schema: &Value| {
        ["oneOf", "anyOf"].iter().any(|of| items(schema, of).iter().any(|it| is_file(document.resolve(it))))
    };
    if is_file(property) {
        field.ty = Ty::File;
        field.rules.clear();
    } else if matches!(ty, Ty::List(_)) && is_file(item) {
        field.ty = Ty::list(Ty::File);
        field.rules.clear();
    } else if alternatives(property) {
        schemas.report.note(&field.wire.clone(), "a file or several: one file");
        field.ty = Ty::File;
        field.rules.clear();
    } else if needs_objects(schemas, &ty, 0) {
        field.rules.push("part = \"application/json\"".into());
    }
}

/// Whether a type has objects, which a form has its own way to write.
fn needs_objects(schemas: &Schemas<'_>, ty: &Ty, depth: usize) -> bool {
    match ty {
        Ty::Map(_) | Ty::Value => true,
        Ty::List(inner) => needs_objects(schemas, inner, depth + 1),
        Ty::Named(id) => match schemas.types.get(*id).map(|def| &def.kind) {
            Some(crate::types::Kind::Model(_)) => true,
            Some(crate::types::Kind::Union(arms)) => {
                depth < 8
                    && arms.iter().any(|arm| {
                        arm.kind == "object"
                            || (arm.kind == "list"
                                && needs_objects(schemas, &schemas.types.resolved(&arm.ty).0, depth + 1))
                    })
            }
            _ => false,
        },
        _ => false,
    }
}
