//! `oneOf` and `anyOf`: what can be told apart becomes a union.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::docs;
use crate::document::{component, items, members, reference, text};
use crate::names;
use crate::schema::{Read, Schemas, allowed_values, types_of, variants};
use crate::types::{Arm, Kind, Known, Owner, Ty};

/// Alternatives within alternatives are followed so deep.
const DEEPEST: usize = 6;

/// One alternative, with all that is said of it.
#[derive(Debug)]
struct Alternative {
    schema: Value,
    whole: Value,
    kind: &'static str,
    /// The name of the component, if it is one.
    name: Option<String>,
    place: String,
}

/// What a schema with alternatives stands for; `None` if they say nothing of its type.
pub fn read(
    schemas: &mut Schemas<'_>,
    schema: &Value,
    alternatives: &[Value],
    word: &str,
    owner: &Owner,
    place: &str,
) -> Option<Read> {
    if alternatives.iter().all(|it| says_nothing(schemas.document.resolve(it))) {
        if members(schema, "properties").next().is_some() && !alternatives.is_empty() {
            schemas.report.note(place, "which members go together is not declared");
        }
        return None;
    }
    let mut nullable = false;
    let mut found = Vec::new();
    collect(schemas, alternatives, place, &mut found, &mut nullable, 0);
    // Members beside the alternatives belong to each of them.
    if members(schema, "properties").next().is_some() {
        return Some(merged(schemas, schema, &found, word, owner, place));
    }
    let mut docs = text(schema, "description").map(|text| docs::plain(text, docs::OF_ITEM)).unwrap_or_default();
    let mut read = match found.as_slice() {
        [] => Read::of(Ty::Value),
        [only] => {
            let (ty, inner) = schemas.ty(&only.schema, word, owner.clone(), &only.place);
            Read { nullable: inner, ..Read::of(ty) }
        }
        _ if found.iter().all(|it| it.kind == "text") => texts(&found),
        _ => of_kinds(schemas, schema, &found, word, owner, place),
    };
    read.nullable |= nullable;
    read.docs.append(&mut docs);
    Some(read)
}

/// Whether an alternative only says which members there have to be.
fn says_nothing(schema: &Value) -> bool {
    let says = ["$ref", "type", "properties", "items", "enum", "const", "allOf", "oneOf", "anyOf", "format"];
    schema.is_object()
        && !says.iter().any(|name| schema.get(name).is_some())
        && !schema.as_object().is_some_and(Map::is_empty)
}

fn collect(
    schemas: &mut Schemas<'_>,
    alternatives: &[Value],
    place: &str,
    found: &mut Vec<Alternative>,
    nullable: &mut bool,
    depth: usize,
) {
    for (index, schema) in alternatives.iter().enumerate() {
        let place = format!("{place}[{index}]");
        let whole = schemas.whole(schema, &place);
        let (types, null) = types_of(&whole);
        *nullable |= null || whole.get("nullable") == Some(&Value::Bool(true));
        let is_null = null && types.is_empty() || whole.get("const") == Some(&Value::Null);
        if is_null || allowed_values(&whole).is_some_and(|values| values.iter().all(|value| value.is_null())) {
            *nullable = true;
            continue;
        }
        let inner = ["oneOf", "anyOf"].iter().find_map(|of| whole.get(of)?.as_array());
        if let Some(inner) = inner.filter(|_| depth < DEEPEST && members(&whole, "properties").next().is_none())
            && !inner.iter().all(says_nothing)
        {
            collect(schemas, inner, &place, found, nullable, depth + 1);
            continue;
        }
        if types.len() > 1 {
            for ty in types {
                let mut one = whole.clone();
                if let Some(members) = one.as_object_mut() {
                    members.insert("type".into(), ty.into());
                }
                found.push(Alternative {
                    kind: kind_of(&one),
                    schema: one.clone(),
                    whole: one,
                    name: None,
                    place: place.clone(),
                });
            }
            continue;
        }
        let name = reference(schema).map(|it| component(it).to_owned());
        found.push(Alternative { kind: kind_of(&whole), schema: schema.clone(), whole, name, place });
    }
}

/// The kind of the values of a schema, as a union names it; empty where any fit.
fn kind_of(schema: &Value) -> &'static str {
    let listed = allowed_values(schema).unwrap_or_default();
    match types_of(schema).0.as_slice() {
        ["string"] => "text",
        ["integer" | "number"] => "number",
        ["boolean"] => "boolean",
        ["array"] => "list",
        ["object"] => "object",
        [] if schema.get("properties").is_some() || schema.get("additionalProperties").is_some() => "object",
        [] if schema.get("items").is_some() => "list",
        [] if !listed.is_empty() && listed.iter().all(|value| value.is_string()) => "text",
        _ => "",
    }
}

/// Texts, of which some or all are known.
fn texts(found: &[Alternative]) -> Read {
    let listed = found.iter().flat_map(|it| allowed_values(&it.whole).unwrap_or_default());
    let listed: Vec<&str> = listed.filter_map(Value::as_str).collect();
    if listed.is_empty() {
        return Read::of(Ty::Text);
    }
    Read { kind: Kind::Enum(variants(&listed, &[], &[])), ..Read::of(Ty::Text) }
}

/// One object with the members of all.
fn merged(
    schemas: &mut Schemas<'_>,
    schema: &Value,
    found: &[Alternative],
    word: &str,
    owner: &Owner,
    place: &str,
) -> Read {
    schemas.report.note(place, "members beside alternatives: one object with the members of all");
    let mut whole = Map::new();
    let mut properties = Map::new();
    for source in found.iter().map(|it| &it.whole).chain([schema]) {
        properties.extend(members(source, "properties").map(|(name, value)| (name.clone(), value.clone())));
    }
    whole.insert("type".into(), "object".into());
    whole.insert("properties".into(), Value::Object(properties));
    whole.insert("required".into(), Value::Array(items(schema, "required").to_vec()));
    for name in ["description", "title"] {
        whole.extend(schema.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let _ = word;
    let whole = Value::Object(whole);
    let fields = schemas.fields(&whole, owner, place);
    let docs = text(schema, "description").map(|text| docs::plain(text, docs::OF_ITEM)).unwrap_or_default();
    Read { kind: Kind::Model(fields), docs, ..Read::of(Ty::Value) }
}

fn of_kinds(
    schemas: &mut Schemas<'_>,
    schema: &Value,
    found: &[Alternative],
    word: &str,
    owner: &Owner,
    place: &str,
) -> Read {
    if found.iter().any(|it| it.kind.is_empty()) {
        schemas.report.note(place, "alternatives of which one is anything: read as JSON");
        return Read {
            comment: Some("Any JSON: one of the alternatives in the description is.".into()),
            ..Read::of(Ty::Value)
        };
    }
    let mut arms = Vec::new();
    for kind in ["text", "number", "boolean"] {
        let of_kind: Vec<&Alternative> = found.iter().filter(|it| it.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let ty = match (kind, of_kind.as_slice()) {
            ("text", several) => {
                let listed = several.iter().flat_map(|it| allowed_values(&it.whole).unwrap_or_default()).cloned();
                let listed: Vec<Value> = listed.collect();
                let whole = if listed.is_empty() {
                    json!({ "type": "string" })
                } else {
                    json!({ "type": "string", "enum": listed })
                };
                schemas.ty(&whole, &format!("{word}_text"), owner.clone(), place).0
            }
            ("number", [only]) => schemas.ty(&only.schema, word, owner.clone(), &only.place).0,
            ("number", several) => {
                let whole = several.iter().all(|it| types_of(&it.whole).0 == ["integer"]);
                Ty::Number(if whole { "i64" } else { "f64" })
            }
            _ => Ty::Bool,
        };
        let variant = names::pascal(if kind == "boolean" { "flag" } else { kind });
        arms.push(arm(kind, Known::Alone, variant, ty, &[]));
    }
    let lists: Vec<&Alternative> = found.iter().filter(|it| it.kind == "list").collect();
    if let [only] = lists.as_slice() {
        let (ty, _) = schemas.ty(&only.schema, word, owner.clone(), &only.place);
        arms.push(arm("list", Known::Alone, "List".into(), ty, &[]));
    } else if !lists.is_empty() {
        schemas.report.note(place, "lists of different items: one list, whose items are of any of these");
        let each: Vec<Value> = lists.iter().filter_map(|it| it.whole.get("items").cloned()).collect();
        let whole = json!({ "type": "array", "items": { "anyOf": each } });
        let (ty, _) = schemas.ty(&whole, word, owner.clone(), place);
        arms.push(arm("list", Known::Alone, "List".into(), ty, &[]));
    }
    let objects: Vec<&Alternative> = found.iter().filter(|it| it.kind == "object").collect();
    of_objects(schemas, schema, &objects, word, owner, place, &mut arms);
    match arms.as_slice() {
        [] => Read { comment: Some("Any JSON: its alternatives cannot be told apart.".into()), ..Read::of(Ty::Value) },
        [only] if only.known == Known::Alone && objects.len() < 2 => Read::of(only.ty.clone()),
        _ => {
            let mut taken = HashSet::from(["Unknown".to_owned()]);
            for arm in &mut arms {
                arm.variant = names::distinct(std::mem::take(&mut arm.variant), &mut taken);
            }
            Read { kind: Kind::Union(arms), ..Read::of(Ty::Value) }
        }
    }
}

fn arm(kind: &'static str, known: Known, variant: String, ty: Ty, docs: &[String]) -> Arm {
    Arm { kind, known, variant, ty, docs: docs.to_vec(), boxed: false }
}

/// Objects: by the text of a member, or by a member that the others do not have; one may remain.
fn of_objects(
    schemas: &mut Schemas<'_>,
    schema: &Value,
    objects: &[&Alternative],
    word: &str,
    owner: &Owner,
    place: &str,
    arms: &mut Vec<Arm>,
) {
    let known = tell_apart(schema, objects);
    let unknown: Vec<usize> = (0..objects.len()).filter(|&at| known.get(at).is_none_or(Option::is_none)).collect();
    if unknown.len() > 1 {
        let names: Vec<String> = unknown.iter().filter_map(|&at| objects.get(at)).map(|it| name_of(it, word)).collect();
        schemas.report.note(place, format!("{} cannot be told apart: read as JSON", names.join(", ")));
    }
    let mut rest = None;
    for (object, known) in objects.iter().zip(&known) {
        let (known, variant) = match known {
            Some(known @ Known::Text(_, value)) => (known.clone(), names::pascal(value)),
            Some(known) => (known.clone(), names::pascal(&name_of(object, word))),
            None if unknown.len() == 1 => (Known::Alone, names::pascal(&name_of(object, word))),
            None => continue,
        };
        let variant = if variant.is_empty() { "Object".to_owned() } else { variant };
        let inner_word = match &known {
            Known::Text(_, value) => value.clone(),
            _ => word.to_owned(),
        };
        let (ty, _) = schemas.ty(&object.schema, &inner_word, owner.clone(), &object.place);
        let arm = arm("object", known.clone(), variant, ty, &[]);
        if known == Known::Alone { rest = Some(arm) } else { arms.push(arm) }
    }
    arms.extend(rest);
}

fn name_of(object: &Alternative, word: &str) -> String {
    let title = object.whole.get("title").and_then(Value::as_str).map(str::to_owned);
    object.name.clone().or(title).unwrap_or_else(|| format!("{word}_object"))
}

/// The text that a member of an object always has.
fn constant<'a>(object: &'a Value, member: &str) -> Option<&'a str> {
    let property = object.get("properties")?.get(member)?;
    match allowed_values(property)?.as_slice() {
        [Value::String(only)] => Some(only),
        _ => None,
    }
}

fn requires(object: &Value, member: &str) -> bool {
    items(object, "required").iter().any(|it| it == member)
}

fn tell_apart(schema: &Value, objects: &[&Alternative]) -> Vec<Option<Known>> {
    if objects.len() < 2 {
        return vec![None; objects.len()];
    }
    if let Some(known) = by_discriminator(schema, objects) {
        return known;
    }
    // A member that each of them has with a text of its own.
    let candidates: Vec<&String> =
        objects.first().into_iter().flat_map(|it| members(&it.whole, "properties")).map(|it| it.0).collect();
    for member in candidates {
        let texts: Vec<&str> = objects.iter().filter_map(|it| constant(&it.whole, member)).collect();
        if texts.len() == objects.len() && texts.iter().collect::<HashSet<_>>().len() == texts.len() {
            return texts.iter().map(|text| Some(Known::Text(member.clone(), (*text).to_owned()))).collect();
        }
    }
    // For each, a text or a member that none of the others can have.
    let others = |at: usize| objects.iter().enumerate().filter(move |(other, _)| *other != at).map(|(_, it)| &it.whole);
    let has = |object: &Value, member: &str| object.get("properties").is_some_and(|it| it.get(member).is_some());
    let known = objects.iter().enumerate().map(|(at, object)| {
        let names: Vec<&String> = members(&object.whole, "properties")
            .map(|(name, _)| name)
            .filter(|name| requires(&object.whole, name))
            .collect();
        let by_text = names.iter().find_map(|name| {
            let text = constant(&object.whole, name)?;
            let differs =
                others(at).all(|other| !has(other, name) || constant(other, name).is_some_and(|it| it != text));
            differs.then(|| Known::Text((*name).clone(), text.to_owned()))
        });
        by_text.or_else(|| {
            let own = names.iter().find(|name| others(at).all(|other| !has(other, name)));
            own.map(|name| Known::Member((*name).clone()))
        })
    });
    let mut known: Vec<Option<Known>> = known.collect();
    // One is what remains; the plainest reads best so.
    let all = known.iter().all(Option::is_some) && known.len() == 2;
    if let Some(last @ Some(Known::Member(_))) = known.last_mut().filter(|_| all) {
        *last = None;
    }
    known
}

fn by_discriminator(schema: &Value, objects: &[&Alternative]) -> Option<Vec<Option<Known>>> {
    let discriminator = schema.get("discriminator")?;
    let member = text(discriminator, "propertyName")?;
    let value_of = |object: &Alternative| {
        let name = object.name.as_deref();
        let mapped = members(discriminator, "mapping").find(|(_, target)| {
            target.as_str().is_some_and(|target| Some(component(target)) == name && name.is_some())
        });
        let mapped = mapped.map(|(value, _)| value.as_str());
        // Without a mapping the name of the schema is the value, unless the member says otherwise.
        let free =
            object.whole.get("properties").and_then(|it| it.get(member)).is_none_or(|it| allowed_values(it).is_none());
        mapped.or_else(|| constant(&object.whole, member)).or(name.filter(|_| free)).map(str::to_owned)
    };
    let values: Vec<String> = objects.iter().filter_map(|it| value_of(it)).collect();
    let distinct = values.iter().collect::<HashSet<_>>().len();
    (values.len() == objects.len() && distinct == values.len())
        .then(|| values.into_iter().map(|value| Some(Known::Text(member.to_owned(), value))).collect())
}
