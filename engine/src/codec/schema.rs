//! What values look like, as JSON Schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::constraint::Constraint;

/// The schema of a type (JSON Schema 2020-12, as OpenAPI 3.1 uses it).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema(Map<String, Value>);

impl Schema {
    /// Any value.
    pub fn any() -> Self {
        Self::default()
    }

    /// Values of a type of JSON Schema: `string`, `number`, `boolean`, `null`, `object`.
    pub fn of_type(name: &str) -> Self {
        Self::any().with("type", name)
    }

    /// A schema as JSON; any value if it is no object.
    pub fn from_value(value: Value) -> Self {
        match value {
            Value::Object(members) => Self(members),
            _ => Self::any(),
        }
    }

    /// Integers of a range. Bounds that are those of 64 bits are left out.
    pub fn integer(least: i128, most: i128) -> Self {
        let schema = Self::of_type("integer");
        let schema = match i64::try_from(least) {
            Ok(least) if least != i64::MIN => schema.with("minimum", least),
            _ => schema,
        };
        match i64::try_from(most) {
            Ok(most) if most != i64::MAX => schema.with("maximum", most),
            _ => schema,
        }
    }

    /// Lists of such items.
    pub fn list(items: Self) -> Self {
        Self::of_type("array").with("items", items.into_value())
    }

    /// Lists of these items, one of each.
    pub fn tuple(items: impl IntoIterator<Item = Self>) -> Self {
        let items: Vec<_> = items.into_iter().map(Self::into_value).collect();
        Self::of_type("array").with("minItems", items.len()).with("maxItems", items.len()).with("prefixItems", items)
    }

    /// Objects with any keys and such values.
    pub fn map(values: Self) -> Self {
        Self::of_type("object").with("additionalProperties", values.into_value())
    }

    /// Values of one of these.
    pub fn one_of(schemas: impl IntoIterator<Item = Self>) -> Self {
        Self::any().with("anyOf", schemas.into_iter().map(Self::into_value).collect::<Vec<_>>())
    }

    /// Texts of which these are known, each with its docs; others may come in time.
    pub fn open_enum(values: &[(&str, &str)]) -> Self {
        let known: Vec<_> = values.iter().map(|(value, _)| *value).collect();
        let docs = values.iter().map(|(value, docs)| ((*value).to_owned(), Value::from(docs.trim())));
        let known = Self::of_type("string").with("enum", known).with("x-enumDescriptions", docs.collect::<Map<_, _>>());
        Self::any().with("anyOf", vec![known.into_value(), json!({ "type": "string" })])
    }

    /// Adds `null` to the values.
    #[must_use]
    pub fn nullable(self) -> Self {
        match self.0.get("type").cloned() {
            Some(Value::String(name)) => self.with("type", vec![name.as_str(), "null"]),
            Some(_) => self,
            None if self.0.is_empty() => self,
            None => Self::one_of([self, Self::of_type("null")]),
        }
    }

    /// Adds a keyword of JSON Schema, such as `format`.
    #[must_use]
    pub fn with(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.0.insert(keyword.to_owned(), value.into());
        self
    }

    /// Adds a description, unless the text is empty.
    #[must_use]
    pub fn describe(self, docs: &str) -> Self {
        match docs.trim() {
            "" => self,
            docs => self.with("description", docs),
        }
    }

    /// The schema as JSON.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

/// The schemas of types that have a name, to which others refer.
#[derive(Clone, Debug)]
pub struct Schemas {
    prefix: &'static str,
    /// By the type's own path: the name that it got.
    names: BTreeMap<&'static str, String>,
    named: BTreeMap<String, Value>,
}

/// Who writes the objects of a model.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelKind {
    /// Servers only.
    Output,
    /// Callers, too.
    Input,
    /// Callers, too, with exactly one of the optional fields.
    OneOf,
}

/// A field of a model, as its schema is made.
#[doc(hidden)]
#[derive(Debug)]
pub struct Property {
    pub name: &'static str,
    pub docs: &'static str,
    pub is_required: bool,
    pub schema: fn(&mut Schemas) -> Schema,
    pub constraint: Option<&'static Constraint>,
}

impl Schemas {
    /// No schemas yet. References begin with this prefix, such as `#/components/schemas/`.
    pub fn new(prefix: &'static str) -> Self {
        Self { prefix, names: BTreeMap::new(), named: BTreeMap::new() }
    }

    /// A reference to a type's schema, which is made if it is not there yet. `path` tells types of one name apart:
    /// [`std::any::type_name`].
    pub fn named(&mut self, name: &str, path: &'static str, make: impl FnOnce(&mut Self) -> Schema) -> Schema {
        let name = match self.names.get(path) {
            Some(name) => name.clone(),
            None => {
                let name = self.free_name(name, path);
                self.names.insert(path, name.clone());
                // Before its schema is made, which may refer to itself.
                self.named.insert(name.clone(), Value::Null);
                let schema = make(self).into_value();
                self.named.insert(name.clone(), schema);
                name
            }
        };
        Schema::any().with("$ref", format!("{}{name}", self.prefix))
    }

    /// A reference to a schema that has no type, under this name or a similar one that is free.
    #[cfg(feature = "dynamic")]
    pub(crate) fn add(&mut self, name: &str, schema: Schema) -> Schema {
        let name = self.free_name(name, "");
        self.named.insert(name.clone(), schema.into_value());
        Schema::any().with("$ref", format!("{}{name}", self.prefix))
    }

    /// The name, and with the modules before it if another type has it.
    fn free_name(&self, name: &str, path: &str) -> String {
        let mut free = name.to_owned();
        let modules = path.split('<').next().unwrap_or(path).split("::").collect::<Vec<_>>();
        let mut modules = modules.iter().rev().skip(1);
        while self.named.contains_key(&free) {
            match modules.next() {
                Some(module) => free = format!("{module}.{free}"),
                None => free.push('_'),
            }
        }
        free
    }

    /// The schema of a model.
    #[doc(hidden)]
    pub fn model(
        &mut self,
        name: &str,
        path: &'static str,
        docs: &str,
        properties: &[Property],
        kind: ModelKind,
    ) -> Schema {
        self.named(name, path, |schemas| {
            let mut members = Map::new();
            for property in properties {
                let schema = (property.schema)(schemas);
                let schema =
                    property.constraint.into_iter().fold(schema, |schema, constraint| constraint.describe(schema));
                // Servers also write `null` for what is not there, but refuse it in requests.
                let may_be_null = kind == ModelKind::Output && !property.is_required;
                let schema = if may_be_null { schema.nullable() } else { schema };
                let schema = schema.describe(property.docs);
                members.insert(property.name.to_owned(), schema.into_value());
            }
            let required = properties.iter().filter(|property| property.is_required);
            let required: Vec<_> = required.map(|property| Value::from(property.name)).collect();
            let schema = Schema::of_type("object").describe(docs).with("properties", members);
            let schema = if required.is_empty() { schema } else { schema.with("required", required) };
            if kind != ModelKind::OneOf {
                return schema;
            }
            let optional = properties.iter().filter(|property| !property.is_required);
            schema.with("oneOf", optional.map(|property| json!({ "required": [property.name] })).collect::<Vec<_>>())
        })
    }

    /// The schemas by their names.
    pub fn into_named(self) -> BTreeMap<String, Value> {
        self.named
    }
}
