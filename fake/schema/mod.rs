//! The server's schema checker: which bodies it takes, and what it says about others.
//!
//! It stops at the first mistake, says it as JSON inside of a string, and lists the mistakes of every alternative where
//! none fits.

mod bodies;
mod forms;
mod uri;

use serde_json::{Value, json};

pub(super) use bodies::of;
pub(super) use forms::{check_form, of_form};

/// What a value has to be.
#[derive(Clone, Copy)]
pub(super) struct Schema {
    /// The types of JSON that it may have; none: any.
    types: &'static [&'static str],
    minimum: Option<i64>,
    maximum: Option<i64>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    pattern: Option<Pattern>,
    values: &'static [Allowed],
    alternatives: &'static [Schema],
    min_items: Option<usize>,
    items: Option<&'static Schema>,
    required: &'static [&'static str],
    properties: &'static [(&'static str, Schema)],
    others: Others,
}

/// The beginning of a URL.
#[derive(Clone, Copy)]
struct Pattern {
    /// As the checker writes it.
    text: &'static str,
    schemes: &'static [&'static str],
}

/// A value of a list of allowed ones.
#[derive(Clone, Copy)]
enum Allowed {
    Text(&'static str),
    Number(i64),
}

/// What becomes of properties that are not listed.
#[derive(Clone, Copy)]
enum Others {
    Taken,
    Refused,
    Each(&'static Schema),
}

/// Every mistake that the checker reports about a body, as it writes them; none if the body is as it should be.
pub(super) fn check(schema: &Schema, body: &Value) -> Vec<String> {
    let mut mistakes = Vec::new();
    schema.check(body, "", "#", &mut mistakes);
    mistakes
}

/// A mistake as the checker writes it: of the value at a path such as `/pull/source`, by the rule at a path in the schema.
fn mistake(path: &str, rule: &str, keyword: &str, params: &Value, message: &str) -> String {
    let text = |text: &str| Value::from(text).to_string();
    format!(
        r#"{{"instancePath":{},"schemaPath":{},"keyword":{},"params":{params},"message":{}}}"#,
        text(path),
        text(&format!("{rule}/{keyword}")),
        text(keyword),
        text(message)
    )
}

impl Schema {
    /// Adds the first mistake, and whether there is none.
    fn check(&self, value: &Value, path: &str, rule: &str, mistakes: &mut Vec<String>) -> bool {
        let found = self.mistake(value);
        if let Some((keyword, params, message)) = found {
            mistakes.push(mistake(path, rule, keyword, &params, &message));
            return false;
        }
        self.check_alternatives(value, path, rule, mistakes)
            && self.check_items(value, path, rule, mistakes)
            && self.check_properties(value, path, rule, mistakes)
    }

    /// What is wrong with a value as a whole.
    fn mistake(&self, value: &Value) -> Option<(&'static str, Value, String)> {
        if !self.types.is_empty() && !self.types.iter().any(|kind| is(value, kind)) {
            let kinds = if let [kind] = self.types { json!(kind) } else { json!(self.types) };
            return Some(("type", json!({ "type": kinds }), format!("must be {}", self.types.join(","))));
        }
        if let Some(number) = value.as_f64() {
            let limits = [("maximum", "<=", self.maximum), ("minimum", ">=", self.minimum)];
            for (keyword, comparison, limit) in limits {
                let Some(limit) = limit else { continue };
                let holds = if comparison == ">=" { number >= limit as f64 } else { number <= limit as f64 };
                if !holds {
                    let params = json!({ "comparison": comparison, "limit": limit });
                    return Some((keyword, params, format!("must be {comparison} {limit}")));
                }
            }
        }
        if let Some(text) = value.as_str() {
            // JavaScript counts UTF-16; the checker counts characters.
            let length = text.chars().count();
            if let Some(limit) = self.max_length.filter(|limit| length > *limit) {
                let message = format!("must NOT have more than {limit} characters");
                return Some(("maxLength", json!({ "limit": limit }), message));
            }
            if let Some(limit) = self.min_length.filter(|limit| length < *limit) {
                let message = format!("must NOT have fewer than {limit} characters");
                return Some(("minLength", json!({ "limit": limit }), message));
            }
            if let Some(pattern) = self.pattern {
                let scheme = text.split_once("://").map(|(scheme, _)| scheme);
                if !scheme.is_some_and(|scheme| pattern.schemes.contains(&scheme)) {
                    let params = json!({ "pattern": pattern.text });
                    return Some(("pattern", params, format!("must match pattern \"{}\"", pattern.text)));
                }
                if !uri::is_uri(text) {
                    return Some(("format", json!({ "format": "uri" }), "must match format \"uri\"".into()));
                }
            }
        }
        if !self.values.is_empty() && !self.values.iter().any(|allowed| allowed.is(value)) {
            let allowed: Vec<_> = self.values.iter().map(|allowed| allowed.to_json()).collect();
            let message = "must be equal to one of the allowed values";
            return Some(("enum", json!({ "allowedValues": allowed }), message.into()));
        }
        if let (Some(list), Some(limit)) = (value.as_array(), self.min_items)
            && list.len() < limit
        {
            let message = format!("must NOT have fewer than {limit} items");
            return Some(("minItems", json!({ "limit": limit }), message));
        }
        let object = value.as_object()?;
        if let Some(name) = self.required.iter().find(|name| !object.contains_key(**name)) {
            let params = json!({ "missingProperty": name });
            return Some(("required", params, format!("must have required property '{name}'")));
        }
        if matches!(self.others, Others::Refused)
            && let Some(name) = object.keys().find(|name| self.property(name).is_none())
        {
            let message = "must NOT have additional properties";
            return Some(("additionalProperties", json!({ "additionalProperty": name }), message.into()));
        }
        None
    }

    fn property(&self, name: &str) -> Option<&Schema> {
        self.properties.iter().find(|(own, _)| *own == name).map(|(_, schema)| schema)
    }

    /// Exactly one alternative has to fit.
    fn check_alternatives(&self, value: &Value, path: &str, rule: &str, mistakes: &mut Vec<String>) -> bool {
        if self.alternatives.is_empty() {
            return true;
        }
        let before = mistakes.len();
        let mut fitting = Vec::new();
        for (at, schema) in self.alternatives.iter().enumerate() {
            if schema.check(value, path, &format!("{rule}/oneOf/{at}"), mistakes) {
                fitting.push(at);
            }
        }
        if let [_] = fitting[..] {
            mistakes.truncate(before);
            return true;
        }
        let passing = if fitting.is_empty() { Value::Null } else { json!(fitting) };
        let params = json!({ "passingSchemas": passing });
        mistakes.push(mistake(path, rule, "oneOf", &params, "must match exactly one schema in oneOf"));
        false
    }

    fn check_items(&self, value: &Value, path: &str, rule: &str, mistakes: &mut Vec<String>) -> bool {
        let (Some(list), Some(schema)) = (value.as_array(), self.items) else { return true };
        let rule = format!("{rule}/items");
        list.iter().enumerate().all(|(at, item)| schema.check(item, &format!("{path}/{at}"), &rule, mistakes))
    }

    fn check_properties(&self, value: &Value, path: &str, rule: &str, mistakes: &mut Vec<String>) -> bool {
        let Some(object) = value.as_object() else { return true };
        let below = |name: &str| format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        if let Others::Each(schema) = self.others {
            let rule = format!("{rule}/additionalProperties");
            let mut others = object.iter().filter(|(name, _)| self.property(name).is_none());
            if !others.all(|(name, value)| schema.check(value, &below(name), &rule, mistakes)) {
                return false;
            }
        }
        self.properties.iter().all(|(name, schema)| match object.get(*name) {
            Some(value) => schema.check(value, &below(name), &format!("{rule}/properties/{name}"), mistakes),
            None => true,
        })
    }
}

impl Allowed {
    fn is(&self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value.as_str() == Some(text),
            Self::Number(number) => value.as_f64() == Some(*number as f64),
        }
    }

    fn to_json(self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
        }
    }
}

/// Whether a value has a type of JSON Schema.
fn is(value: &Value, kind: &str) -> bool {
    match value {
        Value::Null => kind == "null",
        Value::Bool(_) => kind == "boolean",
        Value::String(_) => kind == "string",
        Value::Array(_) => kind == "array",
        Value::Object(_) => kind == "object",
        Value::Number(number) => {
            kind == "number" || kind == "integer" && number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
    }
}
