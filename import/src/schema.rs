//! Schemas as types.

use serde_json::{Map, Value};

use crate::docs;
use crate::document::{Document, component, is, items, members, reference, text};
use crate::names;
use crate::report::Report;
use crate::rules;
use crate::types::{Field, Kind, Owner, Ty, Types};
use crate::union;

/// Deeper schemas are read as JSON.
const DEEPEST: usize = 48;

/// Turns schemas into types.
#[derive(Debug)]
pub struct Schemas<'a> {
    pub document: &'a Document,
    pub types: Types,
    pub report: Report,
    depth: usize,
}

/// What a schema stands for.
#[derive(Debug)]
pub struct Read {
    pub kind: Kind,
    pub nullable: bool,
    pub docs: Vec<String>,
    pub comment: Option<String>,
}

impl Read {
    pub fn of(ty: Ty) -> Self {
        Self { kind: Kind::Alias(ty), nullable: false, docs: Vec::new(), comment: None }
    }
}

impl<'a> Schemas<'a> {
    pub fn new(document: &'a Document) -> Self {
        Self { document, types: Types::default(), report: Report::default(), depth: 0 }
    }

    /// The type of a schema, and whether it may be `null`. `word` and `owner` name it, if it has no name of its own.
    pub fn ty(&mut self, schema: &Value, word: &str, owner: Owner, place: &str) -> (Ty, bool) {
        if self.depth > DEEPEST {
            self.report.note(place, "nested too deeply: read as JSON");
            return (Ty::Value, false);
        }
        self.depth += 1;
        let found = match reference(schema) {
            Some(reference) => self.referred(reference, place),
            None => self.inline(schema, word, owner, place),
        };
        self.depth -= 1;
        found
    }

    fn referred(&mut self, reference: &str, place: &str) -> (Ty, bool) {
        if let Some(&id) = self.types.known.get(reference) {
            return (Ty::Named(id), false);
        }
        let Some(schema) = self.document.at(reference) else {
            let why = if reference.starts_with('#') {
                "leads nowhere"
            } else {
                "leads to another document: bundle them into one"
            };
            self.report.note(place, format!("`{reference}` {why}: read as JSON"));
            return (Ty::Value, false);
        };
        let word = component(reference);
        // `#/components/schemas/Name` has a name; other references lead somewhere into the document.
        let is_component = reference.starts_with("#/components/schemas/") && reference.matches('/').count() == 3;
        let place = reference.trim_start_matches("#/").replace('/', ".");
        let id = self.types.reserve(Some(reference.to_owned()), word, Owner::Document);
        if !is_component && let Some(def) = self.types.get_mut(id) {
            def.word = names::singular(word);
        }
        let read = self.read(schema, word, &Owner::Type(id), &place);
        self.fill(id, read);
        (Ty::Named(id), false)
    }

    fn inline(&mut self, schema: &Value, word: &str, owner: Owner, place: &str) -> (Ty, bool) {
        // The same schema for the same word is the same type.
        let key = format!("{word} {}", identity(schema));
        if let Some(&id) = self.types.known.get(&key) {
            if let Some(def) = self.types.get_mut(id)
                && !def.owners.contains(&owner)
            {
                def.owners.push(owner);
            }
            return (Ty::Named(id), false);
        }
        // The type gets its place only if it needs one.
        let next = self.types.defs.len();
        let id = self.types.reserve(None, word, owner);
        let read = self.read(schema, word, &Owner::Type(id), place);
        if let Kind::Alias(ty) = &read.kind
            && self.types.defs.len() == next + 1
        {
            self.types.defs.truncate(next);
            return (ty.clone(), read.nullable);
        }
        let is_declared = !matches!(read.kind, Kind::Alias(_));
        self.fill(id, read);
        if is_declared {
            self.types.known.insert(key, id);
        }
        (Ty::Named(id), false)
    }

    fn fill(&mut self, id: usize, read: Read) {
        if let Some(def) = self.types.get_mut(id) {
            def.kind = read.kind;
            def.nullable = read.nullable;
            def.docs = read.docs;
            def.comment = read.comment;
        }
    }

    /// What a schema stands for, that is no reference.
    fn read(&mut self, schema: &Value, word: &str, owner: &Owner, place: &str) -> Read {
        let schema = match schema {
            Value::Bool(true) => return Read::of(Ty::Value),
            Value::Object(_) => schema,
            _ => {
                self.report.note(place, "no schema that anything fits: read as JSON");
                return Read::of(Ty::Value);
            }
        };
        // A reference with something beside it, and a list of one.
        if let Some(only) = only_one_of_all(schema) {
            let (ty, nullable) = self.ty(only, word, owner.clone(), place);
            return Read { nullable: nullable || is(schema, "nullable"), docs: docs_of(schema), ..Read::of(ty) };
        }
        let merged;
        let schema = match schema.get("allOf") {
            Some(_) => {
                merged = self.merged(schema, place);
                &merged
            }
            None => schema,
        };
        let (types, mut nullable) = types_of(schema);
        nullable |= is(schema, "nullable");
        let mut read = self.read_typed(schema, &types, word, owner, place);
        read.nullable |= nullable;
        if read.docs.is_empty() {
            read.docs = docs_of(schema);
        }
        read
    }

    fn read_typed(&mut self, schema: &Value, types: &[&str], word: &str, owner: &Owner, place: &str) -> Read {
        for of in ["oneOf", "anyOf"] {
            if let Some(Value::Array(alternatives)) = schema.get(of) {
                let place = format!("{place}.{of}");
                if let Some(read) = union::read(self, schema, alternatives, word, owner, &place) {
                    return read;
                }
            }
        }
        if let Some(values) = allowed_values(schema) {
            return self.enumeration(&values, schema, place);
        }
        match types {
            ["array"] => {
                if schema.get("prefixItems").is_some() {
                    self.report.note(place, "a list with a type for each place: read as a list of JSON");
                    return Read::of(Ty::list(Ty::Value));
                }
                let Some(items) = schema.get("items") else { return Read::of(Ty::list(Ty::Value)) };
                let (item, nullable) = self.ty(items, &item_word(word), owner.clone(), &format!("{place}.items"));
                let item = if nullable {
                    self.report.note(&format!("{place}.items"), "items that may be `null`: read as JSON");
                    Ty::Value
                } else {
                    item
                };
                Read::of(Ty::list(item))
            }
            ["object"] => self.object(schema, word, owner, place),
            ["string"] => Read::of(Ty::Text),
            ["boolean"] => Read::of(Ty::Bool),
            ["integer"] => Read::of(Ty::Number(rules::integer(schema))),
            ["number"] => Read::of(Ty::Number("f64")),
            [] if schema.get("properties").is_some() || schema.get("additionalProperties").is_some() => {
                self.object(schema, word, owner, place)
            }
            [] if schema.get("items").is_some() => self.read_typed(schema, &["array"], word, owner, place),
            [] if schema.get("format").is_some() || schema.get("pattern").is_some() => Read::of(Ty::Text),
            [] => {
                self.report.note(place, "free-form: read as JSON");
                Read { comment: Some("Any JSON: the description says nothing of it.".into()), ..Read::of(Ty::Value) }
            }
            several => {
                // A schema for each type, as if they were alternatives.
                let alternatives: Vec<Value> = several.iter().map(|ty| with_type(schema, ty)).collect();
                match union::read(self, &Value::Null, &alternatives, word, owner, place) {
                    Some(read) => read,
                    None => Read::of(Ty::Value),
                }
            }
        }
    }

    /// A text with few values, or something else of which the values are known.
    fn enumeration(&mut self, values: &[&Value], schema: &Value, place: &str) -> Read {
        let nullable = values.iter().any(|value| value.is_null());
        let values: Vec<_> = values.iter().filter(|value| !value.is_null()).collect();
        let texts: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
        if !texts.is_empty() && texts.len() == values.len() {
            let names = items(schema, "x-enum-varnames");
            let described = items(schema, "x-enum-descriptions");
            let variants = variants(&texts, names, described);
            return Read { kind: Kind::Enum(variants), nullable, docs: docs_of(schema), comment: None };
        }
        let ty = if values.iter().all(|value| value.is_boolean()) && !values.is_empty() {
            Ty::Bool
        } else if values.iter().all(|value| value.is_i64()) && !values.is_empty() {
            Ty::Number(rules::integer(schema))
        } else if values.iter().all(|value| value.is_number()) && !values.is_empty() {
            Ty::Number("f64")
        } else {
            Ty::Value
        };
        if !(ty == Ty::Bool || values.is_empty()) {
            self.report.note(place, "values other than texts are listed: any value of the type is taken");
        }
        Read { nullable, ..Read::of(ty) }
    }

    fn object(&mut self, schema: &Value, word: &str, owner: &Owner, place: &str) -> Read {
        if members(schema, "properties").next().is_some() {
            let fields = self.fields(schema, owner, place);
            return Read { kind: Kind::Model(fields), nullable: false, docs: docs_of(schema), comment: None };
        }
        if schema.get("patternProperties").is_some() {
            self.report.note(place, "members by patterns of their names: read as a map of JSON");
            return Read::of(Ty::map(Ty::Value));
        }
        match schema.get("additionalProperties") {
            Some(values @ Value::Object(inner)) if !inner.is_empty() => {
                let (value, nullable) =
                    self.ty(values, &item_word(word), owner.clone(), &format!("{place}.additionalProperties"));
                if nullable {
                    self.report.note(place, "values of a map that may be `null`: read as JSON");
                }
                Read::of(Ty::map(if nullable { Ty::Value } else { value }))
            }
            _ => {
                self.report.note(place, "a free-form object: a map of JSON");
                Read::of(Ty::map(Ty::Value))
            }
        }
    }

    /// The properties of an object as fields.
    pub fn fields(&mut self, schema: &Value, owner: &Owner, place: &str) -> Vec<Field> {
        let required: Vec<&str> = items(schema, "required").iter().filter_map(Value::as_str).collect();
        let mut taken = std::collections::HashSet::new();
        let mut fields = Vec::new();
        let has_more = matches!(schema.get("additionalProperties"), Some(Value::Object(_)));
        if has_more {
            self.report.note(place, "members beside the declared ones: they are kept in `extra`, as JSON");
        }
        for (name, property) in members(schema, "properties") {
            if name.is_empty() || name.chars().any(|it| it < ' ' || matches!(it, '"' | '\\')) {
                self.report.note(place, format!("the member {name:?} has a name that cannot be declared: left out"));
                continue;
            }
            let place = format!("{place}.properties.{name}");
            let mut field = self.field(name, property, owner.clone(), &place);
            field.rust = names::distinct(field.rust, &mut taken);
            field.required = required.contains(&name.as_str());
            fields.push(field);
        }
        fields
    }

    /// A property or a parameter.
    pub fn field(&mut self, name: &str, schema: &Value, owner: Owner, place: &str) -> Field {
        let (ty, nullable) = self.ty(schema, name, owner, place);
        let resolved = self.document.resolve(schema);
        let mut field = Field::new(name, names::field(name), ty);
        field.nullable = nullable || is(schema, "nullable");
        field.docs = field_docs(schema, resolved);
        let (resolved_ty, _) = self.types.resolved(&field.ty);
        field.rules = rules::of(self.but_null(resolved), &resolved_ty, &field.rust);
        if let (Some([Value::String(only)]), true) = (
            allowed_values(resolved)
                .as_deref()
                .map(|values| values.iter().map(|&it| it.clone()).collect::<Vec<_>>())
                .as_deref(),
            true,
        ) {
            field.constant = Some(only.clone());
        }
        if let Some(default) = resolved.get("default").or_else(|| schema.get("default")) {
            add_default(&mut field.docs, default);
        }
        if resolved_ty == Ty::Value && resolved.get("type").is_none() {
            field.comment = Some("any JSON: the description has no one type for it".into());
        }
        field
    }

    /// The only alternative besides `null`, where there is one: that has the bounds.
    fn but_null<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let alternatives = ["oneOf", "anyOf", "allOf"].iter().flat_map(|of| items(schema, of));
        let mut others =
            alternatives.map(|it| self.document.resolve(it)).filter(|it| types_of(it) != (Vec::new(), true));
        match (others.next(), others.next()) {
            (Some(only), None) => only,
            _ => schema,
        }
    }

    /// Schemas that hold all at once, as one.
    pub fn merged(&mut self, schema: &Value, place: &str) -> Value {
        let mut merged = Map::new();
        self.merge(schema, &mut merged, place, 0);
        Value::Object(merged)
    }

    fn merge(&mut self, schema: &Value, merged: &mut Map<String, Value>, place: &str, depth: usize) {
        if depth > 16 {
            self.report.note(place, "`allOf` within `allOf` without end: left out there");
            return;
        }
        for part in items(schema, "allOf") {
            if let Some(reference) = reference(part)
                && self.document.at(reference).is_none()
            {
                self.report.note(place, format!("`{reference}` leads nowhere: left out"));
            }
            let part = self.document.resolve(part);
            self.merge(part, merged, place, depth + 1);
        }
        for (name, value) in schema.as_object().into_iter().flatten() {
            match (name.as_str(), merged.get_mut(name), value) {
                ("allOf" | "discriminator", _, _) => {}
                ("properties", Some(Value::Object(into)), Value::Object(more)) => {
                    into.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
                }
                ("required", Some(Value::Array(into)), Value::Array(more)) => into.extend(more.iter().cloned()),
                ("oneOf" | "anyOf", Some(_), _) => {
                    self.report.note(place, format!("several `{name}` that hold at once: only the first is read"));
                }
                _ => {
                    merged.insert(name.clone(), value.clone());
                }
            }
        }
    }

    /// A schema with everything that is said of it: references followed, `allOf` merged.
    pub fn whole(&mut self, schema: &Value, place: &str) -> Value {
        let schema = self.document.resolve(schema);
        if schema.get("allOf").is_some() { self.merged(schema, place) } else { schema.clone() }
    }
}

/// The only schema of an `allOf`, if nothing but words is beside it.
fn only_one_of_all(schema: &Value) -> Option<&Value> {
    let [only] = items(schema, "allOf") else { return None };
    let words = [
        "allOf",
        "description",
        "title",
        "nullable",
        "default",
        "example",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "type",
    ];
    let is_plain = schema.as_object()?.keys().all(|key| words.contains(&key.as_str()) || key.starts_with("x-"));
    is_plain.then_some(only)
}

/// The types that a schema allows, and whether `null` is among them.
pub fn types_of(schema: &Value) -> (Vec<&str>, bool) {
    match schema.get("type") {
        Some(Value::String(ty)) if ty == "null" => (Vec::new(), true),
        Some(Value::String(ty)) => (vec![ty], false),
        Some(Value::Array(types)) => {
            let types: Vec<&str> = types.iter().filter_map(Value::as_str).collect();
            let nullable = types.contains(&"null");
            (types.into_iter().filter(|ty| *ty != "null").collect(), nullable)
        }
        _ => (Vec::new(), false),
    }
}

/// The values that a schema lists.
pub fn allowed_values(schema: &Value) -> Option<Vec<&Value>> {
    match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) if !values.is_empty() => Some(values.iter().collect()),
        (_, Some(value)) => Some(vec![value]),
        _ => None,
    }
}

fn with_type(schema: &Value, ty: &str) -> Value {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.insert("type".into(), ty.into());
        members.remove("nullable");
        if ty != "string" {
            members.remove("enum");
        }
    }
    schema
}

/// What makes two schemas the same type: everything but words.
fn identity(schema: &Value) -> String {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        for word in ["description", "title", "example", "examples", "default", "nullable"] {
            members.remove(word);
        }
    }
    schema.to_string()
}

/// The variants of an enum.
pub fn variants(texts: &[&str], named: &[Value], described: &[Value]) -> Vec<(String, String, Vec<String>)> {
    let mut taken = std::collections::HashSet::from(["Unknown".to_owned()]);
    let mut seen = std::collections::HashSet::new();
    let mut variants = Vec::new();
    for (at, &text) in texts.iter().enumerate().filter(|(_, text)| seen.insert(**text)) {
        let name = named.get(at).and_then(Value::as_str).unwrap_or(text);
        let sign = match text.chars().next() {
            Some('-') => "Minus",
            Some('+') => "Plus",
            _ => "",
        };
        let mut name = names::pascal(name);
        if sign == "Minus" && name.starts_with('N') || text.starts_with('+') {
            name = format!("{sign}{}", name.trim_start_matches('N'));
        }
        let name = match name.as_str() {
            "" if text.is_empty() => "Empty".to_owned(),
            "" => "Other".to_owned(),
            "Self" => "Itself".to_owned(),
            _ => name,
        };
        let name = if sign == "Minus" && taken.contains(&name) { format!("Descending{name}") } else { name };
        let docs =
            described.get(at).and_then(Value::as_str).map(|text| docs::plain(text, docs::OF_FIELD)).unwrap_or_default();
        variants.push((names::distinct(name, &mut taken), text.to_owned(), docs));
    }
    variants
}

fn docs_of(schema: &Value) -> Vec<String> {
    let description = text(schema, "description").or_else(|| text(schema, "title"));
    description.map(|text| docs::plain(text, docs::OF_ITEM)).unwrap_or_default()
}

fn field_docs(schema: &Value, resolved: &Value) -> Vec<String> {
    let description = text(schema, "description").or_else(|| text(resolved, "description"));
    let title = text(schema, "title").or_else(|| text(resolved, "title"));
    description.or(title).map(|text| docs::plain(text, docs::OF_FIELD)).unwrap_or_default()
}

pub fn add_default(docs: &mut Vec<String>, default: &Value) {
    let default = match default {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if !text.is_empty() && text.len() < 60 && !text.contains(['`', '\n']) => {
            format!("`{text}`")
        }
        _ => return,
    };
    if docs.iter().any(|text| text.to_ascii_lowercase().contains("default")) {
        return;
    }
    match docs.last_mut() {
        Some(last) if last.ends_with('.') => {
            last.pop();
            last.push_str(&format!(" (default: {default})."));
        }
        _ => docs.push(format!("Default: {default}.")),
    }
}

/// The name of an item of a list.
fn item_word(word: &str) -> String {
    let mut words = names::words(word);
    if let Some(last) = words.last_mut() {
        let one = names::singular(last);
        if one == *last {
            words.push("item".to_owned());
        } else {
            *last = one;
        }
    }
    words.join("_")
}
