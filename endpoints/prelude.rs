//! What every resource file needs.

pub(crate) use std::collections::BTreeMap;

pub(crate) use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub(crate) use serde_json::{Map, Value};
pub(crate) use typed_endpoint::{
    File, IntoField, JsonText, Secret, Url, errors, id, lenient_via_serde, model, open_enum, operations,
};

pub(crate) use super::ai::Ai;
pub(crate) use super::studio::list::{Cursor, Filters, Order, page};
pub(crate) use super::studio::types::*;
pub(crate) use super::studio::{ApiError, Studio};
