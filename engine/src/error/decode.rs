//! Why a response is not what the operation gives.

use crate::json;

/// A body that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{reason}", self.path, if self.path.is_empty() { "" } else { ": " })]
#[non_exhaustive]
pub struct DecodeError {
    /// The JSON path at which reading failed, e.g. `status.phase`; empty when it is the whole. A key of a map is data, and
    /// may be a secret: for each there is a `*`.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
}

impl DecodeError {
    /// An error at this JSON path (empty: of the whole body), for a [`Codec`](crate::response::Codec) of your own. The reason must not quote the body.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }

    pub(crate) fn of_whole(reason: String) -> Self {
        Self { path: String::new(), reason }
    }
}

impl From<json::Error> for DecodeError {
    fn from(error: json::Error) -> Self {
        Self { path: error.path().to_owned(), reason: without_text(error.to_string()) }
    }
}

/// Some reasons quote a text that they found, which may be a secret where none is expected.
fn without_text(mut reason: String) -> String {
    if let (Some(from), Some(to)) = (reason.find('"'), reason.rfind('"'))
        && from < to
    {
        reason.replace_range(from + 1..to, "…");
    }
    reason
}
