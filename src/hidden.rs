//! Secrets of a call, kept out of what is shown of the server's answers: servers echo what they refuse.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::secret::Secret;
use crate::settings::Credential;

/// Anything shorter is no secret worth the name, and would blot out parts of ordinary words.
const SHORTEST: usize = 6;

/// The key and the secrets that one request held.
#[derive(Clone, Default)]
pub(crate) struct Hidden {
    key: Option<Arc<Credential>>,
    secrets: Arc<[Secret]>,
}

impl Hidden {
    pub(crate) fn new(key: Option<Arc<Credential>>, secrets: Arc<[Secret]>) -> Self {
        Self { key, secrets }
    }

    /// How far beyond a cut to read, so that none of them is cut in two there.
    pub(crate) fn longest(&self) -> usize {
        // Percent-encoded, a byte takes three.
        self.secrets().map(|secret| secret.expose().len() * 3).max().unwrap_or(0)
    }

    /// The text without them, as they are or as JSON and URLs spell them.
    pub(crate) fn text(&self, mut text: String) -> String {
        for secret in self.secrets() {
            let plain = secret.expose();
            let json = serde_json::to_string(plain).unwrap_or_default();
            let url = utf8_percent_encode(plain, NON_ALPHANUMERIC).to_string();
            let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(plain);
            for form in [plain, json, &url] {
                if text.contains(form) {
                    text = text.replace(form, "[key]");
                }
            }
        }
        text
    }

    /// The same for bytes, which become text only where something is to be hidden.
    pub(crate) fn bytes(&self, bytes: Bytes) -> Bytes {
        if self.secrets().next().is_none() {
            return bytes;
        }
        let shown = String::from_utf8_lossy(&bytes);
        let hidden = self.text(shown.clone().into_owned());
        if hidden == shown { bytes } else { hidden.into() }
    }

    fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let key = self.key.iter().map(|credential| &credential.key);
        key.chain(self.secrets.iter()).filter(|secret| secret.expose().len() >= SHORTEST)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Auth;

    #[test]
    fn secrets_are_blotted_out_in_every_spelling() {
        let hidden = Hidden::new(
            Some(Credential::new(Auth::Bearer, "ke y/\"1")),
            ["abc", "stream-key"].into_iter().map(Secret::from).collect(),
        );
        for (text, shown) in [
            ("no token ke y/\"1 found", "no token [key] found"),
            (r#"{"errors":["no ke y/\"1"]}"#, r#"{"errors":["no [key]"]}"#),
            ("/x?key=ke%20y%2F%221&abc", "/x?key=[key]&abc"),
            ("stream-key, stream-key", "[key], [key]"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(hidden.text(text.into()), shown);
            assert_eq!(hidden.bytes(Bytes::from(text)), shown);
        }
        let other = Bytes::from_static(b"\xff\xfe");
        assert_eq!(hidden.bytes(other.clone()), other);
    }
}
