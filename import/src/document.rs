//! The document: reading it, and following its references.

use serde_json::Value;

use crate::report::Failure;

/// References that lead to references are followed so often.
const MOST_HOPS: usize = 32;

/// An OpenAPI document.
#[derive(Debug)]
pub struct Document {
    pub root: Value,
}

/// `null`, for what is not there.
static NOTHING: Value = Value::Null;

impl Document {
    /// Reads a document from JSON or YAML.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
        let root: Value = if is_json {
            serde_json::from_str(text.trim_start_matches('\u{feff}'))
                .map_err(|error| Failure(format!("the document is no JSON: {error}: repair it there")))?
        } else {
            // The budgets are for servers that read what others send; this is a file of the user's own.
            let options = serde_saphyr::options! { strict_booleans: true, budget: None };
            serde_saphyr::from_str_with_options(text, options)
                .map_err(|error| Failure(format!("the document is no YAML: {error}: repair it there")))?
        };
        let document = Self { root };
        document.check()?;
        Ok(document)
    }

    fn check(&self) -> Result<(), Failure> {
        if !self.root.is_object() {
            return Err(Failure("the document is no object: expected `openapi: 3.1.0`, `info` and `paths`".into()));
        }
        if self.root.get("swagger").is_some() {
            return Err(Failure(
                "`swagger`: this is an OpenAPI 2 document: convert it to OpenAPI 3 first, e.g. by swagger2openapi"
                    .into(),
            ));
        }
        match self.member("openapi") {
            Value::String(version) if version.starts_with("3.") => {}
            // YAML reads `openapi: 3.1` as a number.
            Value::Number(version) if version.to_string().starts_with('3') => {}
            Value::Null => {
                return Err(Failure("`openapi` is missing: expected a version such as `openapi: 3.1.0`".into()));
            }
            other => return Err(Failure(format!("`openapi` is {other}: versions 3.0 and 3.1 are understood"))),
        }
        match self.member("paths") {
            Value::Object(_) => Ok(()),
            Value::Null => Err(Failure("`paths` is missing: there is nothing to declare".into())),
            _ => Err(Failure("`paths` is no object: expected the operations by their paths".into())),
        }
    }

    /// A member of the whole; `null` if it is not there.
    pub fn member(&self, name: &str) -> &Value {
        self.root.get(name).unwrap_or(&NOTHING)
    }

    /// What a reference of this document points to.
    pub fn at(&self, reference: &str) -> Option<&Value> {
        let pointer = reference.strip_prefix('#')?;
        let found = self.root.pointer(pointer);
        // Some write other letters than JSON Pointer's as in URLs.
        found.or_else(|| self.root.pointer(&percent_decoded(pointer)?))
    }

    /// The value itself, or what it refers to, however often; `null` where that leads nowhere.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        for _ in 0..MOST_HOPS {
            match reference(value) {
                Some(reference) => value = self.at(reference).unwrap_or(&NOTHING),
                None => return value,
            }
        }
        &NOTHING
    }
}

/// What a value refers to, if it is a reference.
pub fn reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()
}

/// The name of the component that a reference is to.
pub fn component(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// A text member.
pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// The items of a list member; none if it is not there.
pub fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The members of an object member; none if it is not there.
pub fn members<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(name).and_then(Value::as_object).into_iter().flatten()
}

/// Whether a member is `true`.
pub fn is(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or(false)
}
