//! What a model's fields do not hold.

use std::fmt;

use serde_json::{Map, Value};

/// What a server sent in an object beyond what the fields of its model hold: fields that the model does not know, and
/// known ones whose value is of an unexpected kind. Also which known fields were `null` or missing. With it, what was
/// read can be written again without loss.
///
/// ```
/// # use typed_endpoint::Extra;
/// let mut extra = Extra::default();
/// assert!(extra.is_empty());
/// extra.insert("newField", 7);
/// assert_eq!(extra.get("newField"), Some(&7.into()));
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Extra(Option<Box<Contents>>);

#[derive(Clone, Default)]
struct Contents {
    unknown: Map<String, Value>,
    lacks: Vec<(&'static str, Lack)>,
}

// The members of an object have no order, and neither has what they lack.
impl PartialEq for Contents {
    fn eq(&self, other: &Self) -> bool {
        self.unknown == other.unknown
            && self.lacks.len() == other.lacks.len()
            && self.lacks.iter().all(|lack| other.lacks.contains(lack))
    }
}

/// How a known field had no value.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Lack {
    Null,
    /// Noted only for fields that are written otherwise: those with a default.
    Absent,
}

impl Extra {
    /// Whether there is no unknown field.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// An unknown field, by the name the server gave it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.unknown.get(name)
    }

    /// The unknown fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().flat_map(|contents| contents.unknown.iter()).map(|(name, value)| (name.as_str(), value))
    }

    /// Adds a field, to be written beside the known ones. Gives what stood there before.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.contents().unknown.insert(name.into(), value.into())
    }

    /// Notes that a known field was `null`, so that it is written as `null`.
    pub fn mark_null(&mut self, name: &'static str) {
        self.note(name, Lack::Null);
    }

    /// Notes that a known field with a default was missing, so that it is not written.
    pub fn mark_absent(&mut self, name: &'static str) {
        self.note(name, Lack::Absent);
    }

    pub(crate) fn note(&mut self, name: &'static str, lack: Lack) {
        self.contents().lacks.push((name, lack));
    }

    /// How a known field had no value; `None` when it had one.
    pub(crate) fn lack(&self, name: &str) -> Option<Lack> {
        self.0.as_ref()?.lacks.iter().find(|(lacking, _)| *lacking == name).map(|(_, lack)| *lack)
    }

    fn contents(&mut self) -> &mut Contents {
        self.0.get_or_insert_default()
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The names only: what an unknown field holds may be a secret.
        f.debug_set().entries(self.iter().map(|(name, _)| name)).finish()
    }
}
