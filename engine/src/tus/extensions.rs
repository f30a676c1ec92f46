//! The protocol's extensions: which are wanted, and which of them a server supports.

use http::header::{HeaderMap, HeaderName};

use super::checksum::Algorithm;
use super::protocol::{CHECKSUM_ALGORITHM, EXTENSION};

/// Which extensions the caller asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    /// Whether to send the first part with the creation, without asking the server.
    pub(super) creation_with_upload: bool,
    pub(super) checksum: bool,
    /// How many parallel uploads.
    pub(super) parallel: usize,
}

/// Which extensions are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub(super) creation_with_upload: bool,
    pub(super) checksum: Option<Algorithm>,
    pub(super) concatenation: bool,
}

impl Extensions {
    /// The extensions that the headers of a response announce.
    pub(super) fn announced(headers: &HeaderMap) -> Self {
        let has = |extension| words(headers, EXTENSION).any(|word| word.eq_ignore_ascii_case(extension));
        Self {
            creation_with_upload: has("creation-with-upload"),
            checksum: Some(()).filter(|()| has("checksum")).and_then(|()| {
                let mut named = words(headers, CHECKSUM_ALGORITHM).peekable();
                // SHA-1 is what every server with checksums must have.
                match named.peek() {
                    None => Algorithm::best(["sha1"].into_iter()),
                    Some(_) => Algorithm::best(named),
                }
            }),
            concatenation: has("concatenation"),
        }
    }

    /// Those of them that are wanted.
    pub(super) fn wanted(self, wanted: Wanted) -> Self {
        let checksum = self.checksum.filter(|_| wanted.checksum);
        Self {
            // A checksum covers what a PATCH sends, not the part that is sent with the creation.
            creation_with_upload: (self.creation_with_upload || wanted.creation_with_upload) && checksum.is_none(),
            checksum,
            concatenation: self.concatenation && wanted.parallel > 1,
        }
    }
}

fn words(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let texts = headers.get_all(&name).into_iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(str::trim).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(extensions: &[&'static str], algorithms: Option<&'static str>) -> Extensions {
        let mut headers = HeaderMap::new();
        for list in extensions {
            headers.append(EXTENSION, http::HeaderValue::from_static(list));
        }
        headers.extend(algorithms.map(|list| (CHECKSUM_ALGORITHM, http::HeaderValue::from_static(list))));
        Extensions::announced(&headers)
    }

    #[test]
    fn extensions_are_read_from_lists() {
        assert_eq!(announced(&[], None), Extensions::default());
        assert_eq!(announced(&["creation,concatenation-unfinished, checksum-trailer"], None), Extensions::default());
        let read = announced(&["creation, Creation-With-Upload,", "concatenation"], None);
        assert!(read.creation_with_upload && read.concatenation && read.checksum.is_none());
    }

    #[cfg(feature = "tus-checksum")]
    #[test]
    fn the_best_algorithm_is_chosen() {
        for (algorithms, best) in [
            (None, Some(Algorithm::Sha1)),
            (Some("md5,sha1,crc32"), Some(Algorithm::Sha1)),
            (Some("sha1, sha256"), Some(Algorithm::Sha256)),
            (Some("md5"), None),
        ] {
            assert_eq!(announced(&["checksum"], algorithms).checksum, best, "{algorithms:?}");
        }
        assert_eq!(announced(&["creation"], Some("sha1")).checksum, None);
    }

    #[test]
    fn only_what_is_wanted_is_used() {
        let all = announced(&["checksum,concatenation,creation-with-upload"], None);
        let used = all.wanted(Wanted { checksum: false, parallel: 1, ..Wanted::default() });
        assert_eq!(used, Extensions { creation_with_upload: true, ..Extensions::default() });
        let used = all.wanted(Wanted { checksum: true, parallel: 2, creation_with_upload: true });
        assert_eq!(used, Extensions { creation_with_upload: all.checksum.is_none(), ..all });
    }
}
