//! Debug logs, by `tracing` (a feature). They tell operations, statuses, sizes and times; never a key, a body or a
//! filled-in path, which may hold a secret itself.

use std::time::Duration;

use http::{Request, StatusCode};

use crate::body::Body;
use crate::endpoint::Operation;
use crate::error::Inner;

#[cfg(feature = "tracing")]
mod on {
    use super::*;

    fn name(operation: Option<&'static Operation>) -> String {
        operation.map_or_else(|| "download".into(), Operation::qualified_name)
    }

    pub(crate) fn sending(operation: Option<&'static Operation>, request: &Request<Body>) {
        tracing::debug!(
            operation = name(operation),
            method = %request.method(),
            host = request.uri().host(),
            path = operation.map(|operation| operation.path),
            body = request.body().len(),
            "sending"
        );
    }

    pub(crate) fn answered(operation: Option<&'static Operation>, status: StatusCode) {
        tracing::debug!(operation = name(operation), status = status.as_u16(), "answered");
    }

    pub(crate) fn again(operation: Option<&'static Operation>, attempts: u32, wait: Duration, inner: &Inner) {
        tracing::debug!(operation = name(operation), attempts, ?wait, kind = ?inner.kind, status = inner.status.map(|status| status.as_u16()), "retrying");
    }

    pub(crate) fn failed(inner: &Inner) {
        tracing::debug!(
            operation = name(inner.operation),
            attempts = inner.attempts,
            elapsed = ?inner.elapsed,
            kind = ?inner.kind,
            status = inner.status.map(|status| status.as_u16()),
            "failed"
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod on {
    use super::*;

    pub(crate) fn sending(_: Option<&'static Operation>, _: &Request<Body>) {}
    pub(crate) fn answered(_: Option<&'static Operation>, _: StatusCode) {}
    pub(crate) fn again(_: Option<&'static Operation>, _: u32, _: Duration, _: &Inner) {}
    pub(crate) fn failed(_: &Inner) {}
}

pub(crate) use on::*;
