//! Checksums of parts.

use std::io;

use bytes::Bytes;
use http::header::HeaderValue;

/// How a checksum is computed; none without the feature `tus-checksum`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    #[cfg(feature = "tus-checksum")]
    Sha1,
    #[cfg(feature = "tus-checksum")]
    Sha256,
}

impl Algorithm {
    /// The best algorithm of those that a server announces.
    #[cfg(feature = "tus-checksum")]
    pub(super) fn best<'a>(named: impl Iterator<Item = &'a str>) -> Option<Self> {
        let known = named.filter_map(|name| match name {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            _ => None,
        });
        known.max_by_key(|algorithm| *algorithm == Self::Sha256)
    }

    #[cfg(not(feature = "tus-checksum"))]
    pub(super) fn best<'a>(_: impl Iterator<Item = &'a str>) -> Option<Self> {
        None
    }

    /// The header with the checksum of these bytes. Computed on a blocking thread, because a part takes long enough to stall
    /// the runtime.
    #[cfg(feature = "tus-checksum")]
    pub(super) async fn header(self, bytes: Bytes) -> io::Result<HeaderValue> {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD as BASE64;
        use sha1::Digest as _;

        crate::runtime::blocking(move || {
            let text = match self {
                Self::Sha1 => format!("sha1 {}", BASE64.encode(sha1::Sha1::digest(&bytes))),
                Self::Sha256 => format!("sha256 {}", BASE64.encode(sha2::Sha256::digest(&bytes))),
            };
            HeaderValue::try_from(text).map_err(io::Error::other)
        })
        .await
    }

    #[cfg(not(feature = "tus-checksum"))]
    pub(super) async fn header(self, _: Bytes) -> io::Result<HeaderValue> {
        match self {}
    }
}
