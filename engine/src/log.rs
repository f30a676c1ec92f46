//! Debug logs, by `tracing` (a feature). They hold operations, statuses, sizes and times; never a key, a body or a
//! filled-in path, which may hold a secret itself.

use std::time::Duration;

use http::{Request, StatusCode};

use crate::body::Body;
use crate::error::ErrorInner;
use crate::send::Subject;

#[cfg(feature = "tracing")]
mod on {
    use super::*;

    fn name(subject: Subject) -> String {
        match subject {
            Subject::Operation(operation) => operation.qualified_name(),
            Subject::Plain(plain) => plain.what.into(),
        }
    }

    pub(crate) fn sending(subject: Subject, request: &Request<Body>) {
        tracing::debug!(
            operation = name(subject),
            method = %request.method(),
            host = request.uri().host(),
            path = subject.operation().map(|operation| operation.path),
            body = request.body().len(),
            "sending"
        );
    }

    pub(crate) fn responded(subject: Subject, status: StatusCode) {
        tracing::debug!(operation = name(subject), status = status.as_u16(), "responded");
    }

    pub(crate) fn retrying(subject: Subject, attempts: u32, wait: Duration, error: &ErrorInner) {
        tracing::debug!(operation = name(subject), attempts, ?wait, kind = ?error.kind, status = error.status.map(|status| status.as_u16()), "retrying");
    }

    pub(crate) fn failed(subject: Subject, error: &ErrorInner) {
        tracing::debug!(
            operation = name(subject),
            attempts = error.attempts,
            elapsed = ?error.elapsed,
            kind = ?error.kind,
            status = error.status.map(|status| status.as_u16()),
            "failed"
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod on {
    use super::*;

    pub(crate) fn sending(_: Subject, _: &Request<Body>) {}
    pub(crate) fn responded(_: Subject, _: StatusCode) {}
    pub(crate) fn retrying(_: Subject, _: u32, _: Duration, _: &ErrorInner) {}
    pub(crate) fn failed(_: Subject, _: &ErrorInner) {}
}

pub(crate) use on::*;
