//! The form of a value on the command line, read from its JSON Schema.

use livepeer::codec::{Schema, Schemas};
use livepeer::dynamic::plain_text;
use serde_json::{Map, Value};

use crate::named::Named;

/// How deep objects are taken apart into flags of their own.
const MOST_DEPTH: usize = 3;

/// What a value may be, all alternatives together.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    pub boolean: bool,
    pub number: bool,
    pub text: bool,
    pub null: bool,
    /// Anything, as JSON.
    pub any: bool,
    /// The content of a file.
    pub file: bool,
    /// Not to be shown, nor in the history of a shell.
    pub secret: bool,
    /// A text that is JSON.
    pub json_text: bool,
    /// Sent as base64.
    pub base64: bool,
    /// The known texts, with their docs. Others are for the codec to refuse.
    pub choices: Vec<(String, String)>,
    pub items: Option<Box<Shape>>,
    pub object: bool,
    /// The members of an object, where they are known.
    pub properties: Vec<Property>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Property {
    pub name: String,
    pub docs: String,
    pub shape: Shape,
}

impl Shape {
    /// The form that a schema describes.
    pub fn new(make: impl FnOnce(&mut Schemas) -> Schema) -> Self {
        let (schema, named) = Named::collect(make);
        let mut shape = Self::default();
        shape.add(&schema.into_value(), &named, 0);
        shape
    }

    /// Only `true` or `false`.
    pub fn is_switch(&self) -> bool {
        self.boolean && !self.number && !self.text && !self.is_json()
    }

    /// Whether it is written as JSON, in whole or in part.
    pub fn is_json(&self) -> bool {
        self.any || self.object || self.items.is_some()
    }

    /// An object that is given by its members, rather than as a word.
    pub fn is_model(&self) -> bool {
        self.object && !self.properties.is_empty() && !self.text && self.items.is_none()
    }

    /// What a help text calls a value.
    pub fn value_name(&self, name: &str) -> String {
        let of_items = self.items.as_deref().filter(|_| !self.object);
        match of_items.unwrap_or(self) {
            shape if shape.file => "FILE".to_owned(),
            shape if !shape.choices.is_empty() => name.to_uppercase(),
            shape if shape.is_json() && !shape.text => "JSON".to_owned(),
            shape if shape.json_text => "JSON".to_owned(),
            shape if shape.number && !shape.text => "NUMBER".to_owned(),
            _ => name.to_uppercase(),
        }
    }

    fn add(&mut self, schema: &Value, named: &Named, depth: usize) {
        let schema = named.resolve(schema);
        for choice in schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let docs = schema["x-enumDescriptions"][choice].as_str().unwrap_or_default();
            self.choices.push((choice.to_owned(), first_sentence(docs)));
        }
        let alternatives: Vec<_> =
            ["anyOf", "oneOf"].iter().filter_map(|name| schema[*name].as_array()).flatten().collect();
        let types: Vec<_> = match &schema["type"] {
            Value::String(name) => vec![name.as_str()],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ if alternatives.is_empty() => {
                self.any = true;
                return;
            }
            _ => Vec::new(),
        };
        // The alternatives of an object only say which members it has.
        if types.is_empty() {
            alternatives.iter().for_each(|alternative| self.add(alternative, named, depth));
        }
        for name in types {
            match name {
                "boolean" => self.boolean = true,
                "integer" | "number" => self.number = true,
                "null" => self.null = true,
                "string" => {
                    self.text = true;
                    self.file |= schema["format"] == "binary";
                    self.secret |= schema["format"] == "password";
                    self.base64 |= schema["format"] == "byte";
                    self.json_text |= schema["contentMediaType"] == "application/json";
                }
                "array" => {
                    let mut items = Shape::default();
                    match schema.get("items") {
                        Some(schema) => items.add(schema, named, depth),
                        None => items.any = true,
                    }
                    self.items = Some(Box::new(items));
                }
                _ => {
                    self.object = true;
                    if let Some(properties) = schema["properties"].as_object().filter(|_| depth < MOST_DEPTH) {
                        self.add_properties(properties, named, depth);
                    }
                }
            }
        }
    }

    fn add_properties(&mut self, properties: &Map<String, Value>, named: &Named, depth: usize) {
        for (name, schema) in properties {
            // Of alternatives with members of one name the first describes it.
            if self.properties.iter().any(|property| property.name == *name) {
                continue;
            }
            let mut shape = Shape::default();
            shape.add(schema, named, depth + 1);
            let docs = plain_text(schema["description"].as_str().unwrap_or_default());
            self.properties.push(Property { name: name.clone(), docs, shape });
        }
    }
}

/// A name as a flag has it: `creatorId` and `creator_id` become `creator-id`.
pub fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && was_lower {
            kebab.push('-');
        }
        was_lower = letter.is_lowercase() || letter.is_ascii_digit();
        kebab.extend(match letter {
            '_' | ' ' => vec!['-'],
            letter => letter.to_lowercase().collect(),
        });
    }
    kebab
}

/// The first sentence of docs, without its full stop.
pub fn first_sentence(docs: &str) -> String {
    let docs = plain_text(docs);
    let paragraph = docs.split("\n\n").next().unwrap_or_default();
    let end = paragraph.find(". ").unwrap_or(paragraph.len());
    paragraph[..end].trim_end_matches('.').to_owned()
}
