//! Web addresses as the API gave them.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::secret;

/// A web address, kept as the text it came as: it is not checked and not normalized.
///
/// `Debug` shows the address, but not what else may stand in it: passwords, the query (signatures, tokens),
/// and beyond the web (`rtmp:`, `srt:`) the path, which holds stream keys.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Url(String);

crate::__text_type! { Url }

impl Url {
    /// The address without what may be a secret in it, as `Debug` shows it.
    pub fn redacted(&self) -> Cow<'_, str> {
        secret::redacted_url(&self.0)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Url").field(&self.redacted()).finish()
    }
}

impl Serialize for Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        secret::note_url(&self.0);
        serializer.serialize_str(&self.0)
    }
}
