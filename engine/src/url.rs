//! Web addresses as the API gave them.

use std::borrow::Cow;
use std::fmt;

use crate::codec::{DecodeError, Encode, Field, Reader, Sampler, Schema, Schemas, Writer};
use crate::secret;

/// A URL, kept as its original text: it is neither checked nor normalized.
///
/// `Debug` redacts passwords and the query (signatures, tokens), and, for schemes other than http (`rtmp:`, `srt:`), the path,
/// which contains stream keys.
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

impl Encode for Url {
    fn encode(&self, writer: &mut Writer) {
        secret::of_url(&self.0).iter().for_each(|part| writer.redact(part.expose()));
        writer.str(&self.0);
    }
}

impl Field for Url {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.string().map(Self)
    }

    fn sample(sampler: &mut Sampler) -> Self {
        Self(format!("https://example.com/{}", sampler.name()))
    }

    fn schema(_: &mut Schemas) -> Schema {
        // Without a format: servers keep and return what is no URL, too.
        Schema::of_type("string").with("examples", vec!["https://example.com"])
    }
}

crate::serde_via_codec!(Url);
