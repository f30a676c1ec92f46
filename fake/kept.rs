//! What the server keeps besides the models of its API.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::Faults;
use super::files::{Files, Spool};
use crate::endpoints::studio::task::Task;
use crate::endpoints::studio::types::*;
use crate::webhook::EventKind;

/// An event on its way to one webhook.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Delivery {
    pub webhook: WebhookId,
    /// The same in every attempt.
    pub id: String,
    pub event: EventKind,
    pub created_at: i64,
    pub stream: Option<Value>,
    pub payload: Option<Value>,
    pub attempts: u32,
    pub due: i64,
}

/// A task, and how it will proceed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Work {
    pub task: Task,
    /// When it came into its phase.
    pub since: i64,
    /// How long it waits.
    pub delay: i64,
    /// How often it will still fail, and why.
    pub failures: u32,
    pub reason: String,
}

/// What the upload endpoints keep.
#[derive(Default)]
pub(super) struct Uploads {
    pub tus: BTreeMap<String, Tus>,
    pub files: Files,
    pub faults: Faults,
}

/// An upload by tus.
pub(super) struct Tus {
    pub asset: AssetId,
    pub length: Option<u64>,
    pub metadata: Option<String>,
    pub confirmed: u64,
    pub file: Spool,
}
