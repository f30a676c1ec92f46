//! What every resource file needs.

pub(crate) use std::collections::BTreeMap;

pub(crate) use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub(crate) use serde_json::{Map, Value};

pub(crate) use super::ai::Ai;
pub(crate) use super::list::*;
pub(crate) use super::studio::*;
pub(crate) use super::types::*;
pub(crate) use crate::{File, IntoField, Secret, errors, id, lenient_via_serde, model, open_enum, operations};
