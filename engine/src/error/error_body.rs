//! What the body of an error response holds.

use std::any::Any;
use std::fmt;

use http::{HeaderMap, StatusCode};

use super::one_line::one_line;
use crate::codec::{Schema, Schemas};

/// What the body of an error response holds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type of error responses",
    note = "implement `ErrorBody` for it; `errors!` makes one of several by their status, `Unmapped` is any"
)]
pub trait ErrorBody: fmt::Debug + Send + Sync + 'static {
    /// Reads the body; `None` when it has another shape.
    fn decode(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<Self>
    where
        Self: Sized;

    /// What went wrong, as text.
    fn message(&self) -> String;

    /// The status with which a server sends it (default: 500). Of an enum made by [`errors!`](crate::errors) the first status of the
    /// variant's arm; an arm for any status has that of its body.
    #[inline]
    fn status(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    /// Writes the body as JSON, as a server sends it: the other direction of [`decode`](Self::decode). `None` (the default): as
    /// [`Api::encode_error`](crate::Api::encode_error) writes the [message](Self::message).
    #[inline]
    fn encode(&self) -> Option<Vec<u8>> {
        None
    }

    /// Describes the body, for documents made of declarations (default: any value).
    #[inline]
    fn schema(schemas: &mut Schemas) -> Schema
    where
        Self: Sized,
    {
        let _ = schemas;
        Schema::any()
    }

    /// The bodies by status, where they differ.
    #[doc(hidden)]
    #[inline]
    fn by_status(schemas: &mut Schemas) -> Vec<ErrorContent>
    where
        Self: Sized,
    {
        vec![ErrorContent::new::<Self>(|_| true, schemas)]
    }
}

/// What the bodies of error responses hold that have one of some statuses.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ErrorContent {
    /// The statuses; `None`: all that no other is for.
    pub statuses: Option<Vec<StatusCode>>,
    /// The schema of the body.
    pub schema: Schema,
}

impl ErrorContent {
    #[doc(hidden)]
    pub fn new<B: ErrorBody>(is_for: fn(u16) -> bool, schemas: &mut Schemas) -> Self {
        let statuses: Vec<_> = (400..600).filter(|status| is_for(*status)).collect();
        let statuses = (statuses.len() < 200)
            .then(|| statuses.into_iter().filter_map(|status| StatusCode::from_u16(status).ok()).collect());
        Self { statuses, schema: B::schema(schemas) }
    }
}

/// The first status of those that are meant; `None` if all are.
#[doc(hidden)]
pub fn first_status(is_for: fn(u16) -> bool) -> Option<StatusCode> {
    let first = (400..600).find(|status| is_for(*status))?;
    (400..600).any(|status| !is_for(status)).then_some(first).and_then(|status| StatusCode::from_u16(status).ok())
}

/// An error body of whatever shape.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmapped {
    /// The body, as text.
    pub text: String,
}

/// An error with this message.
impl From<String> for Unmapped {
    fn from(text: String) -> Self {
        Self { text }
    }
}

/// An error with this message.
impl From<&str> for Unmapped {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl ErrorBody for Unmapped {
    fn decode(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<Self> {
        Some(Self { text: String::from_utf8_lossy(body).into_owned() })
    }

    fn message(&self) -> String {
        match self.text.trim() {
            // Nothing, in JSON.
            "{}" | "[]" | "null" | "\"\"" => String::new(),
            text => one_line(text, 200),
        }
    }
}

/// An [`ErrorBody`] of forgotten type.
pub(crate) trait Mapped: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn message(&self) -> String;
    fn debug(&self) -> &dyn fmt::Debug;
}

impl<B: ErrorBody> Mapped for B {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn message(&self) -> String {
        ErrorBody::message(self)
    }

    fn debug(&self) -> &dyn fmt::Debug {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{ErrorBody, Unmapped};

    #[test]
    fn a_body_without_content_has_no_message() {
        let message = |text: &str| Unmapped { text: text.into() }.message();
        for text in ["", " {}\n", "[]", "null", "\"\""] {
            assert_eq!(message(text), "", "{text:?}");
        }
        assert_eq!(message("{\"a\":1}"), "{\"a\":1}");
    }
}
