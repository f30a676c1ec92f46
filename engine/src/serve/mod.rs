//! What fake servers (`mock`) and routers (`axum`) have in common: requests are read as typed ones, and responses are written, by
//! their declarations. Both export what they need of this.

#![cfg_attr(not(any(feature = "axum", feature = "mock")), allow(dead_code, unused_imports))]

mod constants;
mod incoming;
mod nested;
mod reply;
#[cfg(feature = "axum")]
mod streamed;

pub(crate) use incoming::Reading;
pub use incoming::Received;
#[cfg(feature = "mock")]
pub(crate) use incoming::match_path;
#[cfg(feature = "replay")]
pub(crate) use incoming::{Part, multipart, pairs, secrets_of};
#[cfg(feature = "mock")]
pub(crate) use reply::Cut;
pub(crate) use reply::EncodeError;
pub use reply::{EncodeResponse, Reply};
#[cfg(feature = "axum")]
pub(crate) use streamed::is_streamed;

use crate::codec::to_json;
use crate::endpoint::{Endpoint, Field, Value};
use crate::source::{ReadError, ReadErrorKind};
use crate::transport::BoxFuture;

/// A request that was read, and its handler about to run.
pub(crate) struct Ready {
    /// How many fields have another value than the one that the declaration presets, and how many the operation does not have.
    misfit: (usize, usize),
    run: BoxFuture<'static, Reply>,
}

impl Ready {
    pub(crate) fn new(misfit: (usize, usize), run: impl Future<Output = Reply> + Send + 'static) -> Self {
        Self { misfit, run: Box::pin(run) }
    }

    pub(crate) async fn run(self) -> Reply {
        self.run.await
    }
}

/// Reads a request by the operations of its method and path, of which an API may have several: as the one with whose presets it agrees
/// most, and which has most of its fields, else as the first one that it can be read as. A failure that is final ends the search.
pub(crate) async fn first_readable<F>(
    candidates: Vec<BoxFuture<'static, Result<Ready, F>>>,
    is_final: fn(&F) -> bool,
) -> Option<Result<Ready, F>> {
    let mut best: Option<Result<Ready, F>> = None;
    for candidate in candidates {
        let read = candidate.await;
        let is_better = match (&read, &best) {
            (Err(failure), _) if is_final(failure) => return Some(read),
            (Ok(ready), Some(Ok(best))) => ready.misfit < best.misfit,
            (Ok(_), _) | (Err(_), None) => true,
            (Err(_), Some(_)) => false,
        };
        if is_better {
            best = Some(read);
        }
    }
    best
}

/// How many fields of a request have another value than the one that the declaration presets.
pub(crate) fn changed_presets<E: Endpoint>(request: &E) -> usize {
    let mut changed = 0;
    request.values(&mut |values| {
        let is_changed = |(field, value): &(&Field, &Option<&dyn Value>)| {
            // A literal of Rust, of the kinds that a declaration takes, is JSON, too.
            let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
            let preset = field.preset.and_then(json);
            preset.is_some() && value.and_then(|value| json(&to_json(value))) != preset
        };
        changed = E::OPERATION.fields.iter().zip(values).filter(is_changed).count();
    });
    changed
}

/// The response to a request that could not be read: 400 where the body cannot be parsed, 415 for one of another media type, else 422.
pub(crate) fn unreadable(error: &ReadError) -> Reply {
    let status = match error.kind {
        ReadErrorKind::Syntax => 400,
        ReadErrorKind::MediaType => 415,
        _ => 422,
    };
    Reply::error(status, error.to_string())
}
