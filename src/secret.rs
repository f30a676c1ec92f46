//! Text that must not be shown by accident.

use std::cell::RefCell;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A secret: an API key, a stream key, a shared secret. `Debug` hides it and there is no `Display`; JSON holds it, for
/// that is how it travels.
///
/// ```
/// # use livepeer::Secret;
/// let key = Secret::from("abcd-efgh");
/// assert_eq!(format!("{key:?}"), "Secret(…)");
/// assert_eq!(key.expose(), "abcd-efgh");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

crate::__text_fields!(Secret);

thread_local! {
    static WRITTEN: RefCell<Option<Vec<Secret>>> = const { RefCell::new(None) };
}

/// Runs what writes a request, and gives the secrets that it wrote, wherever in it they stood.
pub(crate) fn collect<T>(write: impl FnOnce() -> T) -> (T, Vec<Secret>) {
    WRITTEN.set(Some(Vec::new()));
    let written = write();
    (written, WRITTEN.take().unwrap_or_default())
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WRITTEN.with_borrow_mut(|written| written.as_mut().map(|written| written.push(self.clone())));
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::lenient::deserialize_text(deserializer, "Secret").map(Self)
    }
}

crate::lenient_via_serde!(Secret);
