//! What every resource file needs.

pub(crate) use std::collections::BTreeMap;

pub(crate) use serde_json::{Map, Value};
pub(crate) use typed_endpoint::DecodeError;
pub(crate) use typed_endpoint::codec::{Encode, Field, Kind, Reader, Sampler, Schema, Schemas, Writer};
pub(crate) use typed_endpoint::{
    File, IntoField, JsonText, Nullable, Secret, Url, errors, field_newtype, fields, id, model, open_enum, operations,
    serde_via_codec,
};

pub(crate) use super::ai::Ai;
pub(crate) use super::studio::list::{Cursor, Filters, Order, page, page_start};
pub(crate) use super::studio::types::*;
pub(crate) use super::studio::{ApiError, Studio};
