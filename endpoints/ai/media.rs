//! What the AI operations made: pictures, videos and recordings, by their URLs.

use std::fmt;

use crate::endpoints::prelude::*;

model! {
    /// A picture, a video or a recording that was made.
    ///
    /// Fetch it soon: a gateway keeps only the latest of what it made.
    pub struct Media: Ai {
        /// Where it is.
        url: MediaUrl,
        /// The seed it was made with: the same request with this seed gives the same again.
        seed?: i64,
        /// Whether it was found to be offensive or harmful. `false` as well if nobody looked.
        nsfw?: bool,
    }
}

/// Where a file is. One of three:
///
/// - an absolute URL, fetched without the client's key if it is on another server;
/// - a path such as `/stream/3f2a/b7.png`, which is on the server that the client talks to;
/// - the file itself, as a `data:` URL.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MediaUrl(Url);

field_newtype!(MediaUrl(Url));

impl MediaUrl {
    /// The URL as the server gave it.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What follows `data:`, if it holds the file itself.
    pub(crate) fn strip_data_scheme(&self) -> Option<&str> {
        let (scheme, rest) = self.as_str().split_at_checked("data:".len())?;
        scheme.eq_ignore_ascii_case("data:").then_some(rest)
    }
}

impl From<&str> for MediaUrl {
    fn from(url: &str) -> Self {
        Self(url.into())
    }
}

impl From<String> for MediaUrl {
    fn from(url: String) -> Self {
        Self(url.into())
    }
}

impl fmt::Display for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Shows no query, which may be signed, and only how a URL begins, and how long it is, if it holds a whole file.
impl fmt::Debug for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_cut(f, &self.0.redacted())
    }
}

/// For texts that can be many megabytes and are of no use to a reader.
pub(crate) fn debug_cut(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    const LONG: usize = 256;
    if text.len() <= LONG {
        return fmt::Debug::fmt(text, f);
    }
    let beginning: String = text.chars().take(64).collect();
    write!(f, "{beginning:?}… ({} bytes)", text.len())
}
