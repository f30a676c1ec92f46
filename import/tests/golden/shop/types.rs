//! What several resources have in common.

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use typed_endpoint::codec::{Schema, Schemas};
use typed_endpoint::{ErrorBody, codec, model};

use super::Shop;

model! {
    /// Failure.
    pub struct Failure: Shop {
        error: FailureError,
    }
}

impl ErrorBody for Failure {
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        codec::from_json(std::str::from_utf8(body).ok()?).ok()
    }

    fn message(&self) -> String {
        self.error.message.clone()
    }

    fn encode(&self) -> Option<Vec<u8>> {
        Some(codec::to_json(self).into_bytes())
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        <Self as codec::Field>::schema(schemas)
    }
}

model! {
    /// Failure error.
    pub struct FailureError: Shop {
        message: String,
        code?: String,
    }
}

model! {
    /// Item.
    pub struct Item: Shop, input {
        /// What it is, as in the list.
        sku: String,
        count?: u32 [range = 2..] [sample = 2],
        parts?: Vec<Item>,
        spare?: Box<Item>,
        // any JSON: the description has no one type for it
        anything?: Value,
    }
}
