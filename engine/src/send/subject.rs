//! What a request is for.

use http::Method;

use crate::endpoint::Operation;
use crate::error::ErrorInner;

/// What a request is for.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    Operation(&'static Operation),
    Plain(&'static PlainRequest),
}

/// A request that is no operation of an API.
pub(crate) struct PlainRequest {
    /// What it does, for errors and logs.
    pub(crate) what: &'static str,
    pub(crate) method: Method,
    /// Whether it belongs to the API's own server: then the key goes to that server's origin, and the client's headers
    /// go along. Otherwise neither does.
    pub(crate) own: bool,
}

impl Subject {
    pub(crate) fn operation(self) -> Option<&'static Operation> {
        match self {
            Self::Operation(operation) => Some(operation),
            Self::Plain(_) => None,
        }
    }

    /// The operation's bare name, or what a plain request does.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Operation(operation) => operation.name,
            Self::Plain(plain) => plain.what,
        }
    }

    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::Operation(operation) => operation.method,
            Self::Plain(plain) => plain.method.as_str(),
        }
    }

    pub(super) fn sends_key(self) -> bool {
        match self {
            Self::Operation(operation) => operation.auth,
            Self::Plain(plain) => plain.own,
        }
    }

    pub(super) fn sends_client_headers(self) -> bool {
        !matches!(self, Self::Plain(plain) if !plain.own)
    }

    pub(super) fn describe(self, mut error: Box<ErrorInner>) -> Box<ErrorInner> {
        match self {
            Self::Operation(operation) => error.operation = Some(operation),
            Self::Plain(plain) => {
                error.what = plain.what.into();
                error.foreign = !plain.own;
            }
        }
        error
    }
}
