//! JSON Schemas that refer to others by name.

use std::collections::BTreeMap;

use livepeer::codec::Schemas;
use serde_json::Value;

/// What references begin with, as MCP has it.
const PREFIX: &str = "#/$defs/";

/// How many references are followed from one to the next.
const MOST_STEPS: usize = 16;

/// The schemas that others refer to, by their names.
#[derive(Debug, Default)]
pub struct Named(BTreeMap<String, Value>);

impl Named {
    /// Makes schemas, and gives those that they refer to.
    pub fn collect<T>(make: impl FnOnce(&mut Schemas) -> T) -> (T, Self) {
        let mut schemas = Schemas::new(PREFIX);
        let made = make(&mut schemas);
        (made, Self(schemas.into_named()))
    }

    /// The name that a schema refers to.
    pub fn name(schema: &Value) -> Option<&str> {
        schema["$ref"].as_str()?.strip_prefix(PREFIX)
    }

    /// What a schema refers to, or the schema itself.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let steps = std::iter::successors(Some(schema), |schema| self.0.get(Self::name(schema)?));
        // A schema may refer to one that only refers to another, but none of ours to itself.
        steps.take(MOST_STEPS).last().unwrap_or(schema)
    }

    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn into_members(self) -> impl Iterator<Item = (String, Value)> {
        self.0.into_iter()
    }
}
