//! What identifies a content, to detect that it has changed.

use std::fs::{File as SystemFile, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::error::UploadError;
use crate::body::refuse_if_not_empty;
use crate::error::named;
use crate::runtime::blocking;

/// How many bytes of the beginning, and of the end, are hashed.
pub(super) const SAMPLE: usize = 64 * 1024;

/// What identifies a content, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Stamp {
    /// Length in bytes.
    pub(crate) len: Option<u64>,
    /// When the file was last modified, in nanoseconds since 1970.
    pub(super) modified: Option<u64>,
    /// Hashes of samples from the beginning and the end. As text, because not every format holds 64-bit integers.
    pub(super) head: Option<String>,
    pub(super) tail: Option<String>,
}

impl Stamp {
    /// Refuses another content than this.
    pub(super) fn check(&self, now: &Self) -> Result<(), UploadError> {
        fn differ<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
            matches!((a, b), (Some(a), Some(b)) if a != b)
        }
        let how = if differ(&self.len, &now.len) {
            let length = |len: Option<u64>| len.unwrap_or_default();
            format!("it was {} bytes long and is now {}", length(self.len), length(now.len))
        } else if differ(&self.head, &now.head) || differ(&self.tail, &now.tail) {
            "its content is another one".into()
        } else if differ(&self.modified, &now.modified) {
            "it was written to".into()
        } else {
            return Ok(());
        };
        Err(UploadError::Changed { how })
    }
}

/// Without samples.
impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        // Not every system keeps such a time.
        let since = metadata.modified().ok().and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        let modified = since.and_then(|since| u64::try_from(since.as_nanos()).ok());
        Self { len: Some(metadata.len()), modified, ..Self::default() }
    }
}

/// The stamp of a blob, which may be a file that was last modified so many milliseconds after 1970.
#[cfg(all(feature = "fetch", target_family = "wasm"))]
pub(super) async fn stamp_of_blob(blob: &crate::body::Blob, modified: Option<f64>) -> io::Result<Stamp> {
    let sample = async |start| Ok::<_, io::Error>(fingerprint(&blob.slice(start, SAMPLE as u64).read().await?));
    let len = blob.len();
    let (head, tail) = (sample(0).await?, sample(len.saturating_sub(SAMPLE as u64)).await?);
    // A time of JavaScript's is a number of milliseconds.
    let modified = modified.map(|at| (at as u64).saturating_mul(1_000_000));
    Ok(Stamp { len: Some(len), modified, head: Some(head), tail: Some(tail) })
}

/// A 64-bit hash, eight bytes at a time. Detects accidental changes; not cryptographic.
pub fn fingerprint(bytes: &[u8]) -> String {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let len = (bytes.len() as u64).to_le_bytes();
    let hash = words.iter().chain([&last, &len]).fold(ODD, |hash, word| {
        // In a product's lower half alone, a word's highest bits would change too little.
        let product = u128::from(hash ^ u64::from_le_bytes(*word)) * u128::from(ODD);
        (product >> 64) as u64 ^ product as u64
    });
    format!("{hash:016x}")
}

pub(super) async fn unchanged(path: &Path, stamp: &Stamp, with_samples: bool) -> Result<(), UploadError> {
    stamp.check(&stamp_of(path, with_samples).await.map_err(UploadError::Read)?)
}

pub(super) async fn stamp_of(path: &Path, with_samples: bool) -> io::Result<Stamp> {
    let own = path.to_owned();
    let stamp = blocking(move || stamp_file(&own, with_samples)).await;
    stamp.map_err(|error| named(path, error))
}

/// The stamp of a file, as it is now.
pub(super) fn stamp_file(path: &Path, with_samples: bool) -> io::Result<Stamp> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        let text = "not a regular file; what only looks like one can be sent as a reader";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    refuse_if_not_empty(path, &metadata)?;
    let mut stamp = Stamp::from(&metadata);
    if with_samples {
        let mut file = SystemFile::open(path)?;
        stamp.head = Some(sample(&mut file, 0)?);
        stamp.tail = Some(sample(&mut file, metadata.len().saturating_sub(SAMPLE as u64))?);
    }
    Ok(stamp)
}

fn sample(file: &mut SystemFile, start: u64) -> io::Result<String> {
    let mut sample = Vec::with_capacity(SAMPLE);
    file.seek(SeekFrom::Start(start))?;
    file.take(SAMPLE as u64).read_to_end(&mut sample)?;
    Ok(fingerprint(&sample))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_and_the_length_count() {
        let mut known = std::collections::HashSet::new();
        for len in 0..40 {
            let mut bytes = vec![0; len];
            assert!(known.insert(fingerprint(&bytes)));
            for at in 0..len {
                for bit in 0..8 {
                    bytes[at] = 1 << bit;
                    assert!(known.insert(fingerprint(&bytes)), "{bytes:?}");
                }
                bytes[at] = 0;
            }
        }
    }

    #[test]
    fn no_two_changes_cancel_each_other_out() {
        let mut known = std::collections::HashSet::new();
        let mut bytes = [0; 24];
        for first in 0..192 {
            for second in 0..first {
                bytes[first / 8] ^= 1 << (first % 8);
                bytes[second / 8] ^= 1 << (second % 8);
                assert!(known.insert(fingerprint(&bytes)), "{bytes:?}");
                bytes = [0; 24];
            }
        }
    }
}
