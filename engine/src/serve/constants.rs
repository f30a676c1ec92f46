//! What a declaration says is always sent with the same value tells operations apart that have one path: the methods of JSON-RPC, the
//! queries of GraphQL, `?uploads`.

use serde_json::Value;

use crate::codec::to_json;
use crate::endpoint::{Endpoint, Field, Operation, Place};
use crate::source::{ReadError, ReadErrorKind};

/// What a request has in the places of an operation's constants.
pub(super) struct Constants(Vec<(usize, Option<Value>)>);

impl Constants {
    pub(super) fn of(operation: &'static Operation, found: impl Fn(&Field) -> Option<Value>) -> Self {
        let fields = operation.fields.iter().enumerate().filter(|(_, field)| is_constant(field));
        Self(fields.map(|(at, field)| (at, found(field))).collect())
    }

    /// Refuses a request that has others: it is one of another operation.
    pub(super) fn check<E: Endpoint>(&self, request: &E) -> Result<(), ReadError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut checked = Ok(());
        request.values(&mut |values| {
            for (at, found) in &self.0 {
                let (Some(field), Some(Some(value))) = (E::OPERATION.fields.get(*at), values.get(*at)) else {
                    continue;
                };
                let wanted = to_json(*value);
                let is_same = found.as_ref().is_some_and(|found| field.bare || is_same(found, &wanted));
                if !is_same && checked.is_ok() {
                    let reason = if field.bare { "is missing".to_owned() } else { format!("is not {wanted}") };
                    checked = Err(ReadError::new(ReadErrorKind::NotAllowed, field.name, reason));
                }
            }
        });
        checked
    }
}

/// Headers are not among them: on the way proxies and libraries change some.
fn is_constant(field: &Field) -> bool {
    let is_told = matches!(field.place, Place::Query | Place::Form | Place::Multipart | Place::Json);
    is_told && field.copy && (field.bare || field.preset.is_some())
}

/// In a query or a form everything is text.
fn is_same(found: &Value, wanted: &str) -> bool {
    let is_spelled = found.as_str().is_some_and(|text| text == wanted);
    is_spelled || serde_json::from_str::<Value>(wanted).is_ok_and(|wanted| wanted == *found)
}
