//! What is uploaded, part by part, and whether it is still the same.

use std::fs::{File as SystemFile, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use super::UploadError;
use crate::body::{Body, Opener, blocking, named};
use crate::file::{Content, File};

/// How much of the beginning, and of the end, the fingerprint is taken of, in bytes.
const SAMPLE: usize = 64 * 1024;

/// What tells one content from another, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Stamp {
    /// Length in bytes.
    pub(crate) len: Option<u64>,
    /// When the file was last written, in nanoseconds since 1970.
    modified: Option<u64>,
    /// Hashes of samples from the beginning and the end. As text, because not every format can hold 64 bits.
    head: Option<String>,
    tail: Option<String>,
}

impl Stamp {
    /// Refuses a content that is another one than this.
    fn check(&self, now: &Self) -> Result<(), UploadError> {
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

/// A content that is read part by part.
pub(crate) struct Source {
    stamp: Stamp,
    kind: Kind,
}

enum Kind {
    File(PathBuf),
    Bytes(Bytes),
    Reader(Box<Reader>),
}

/// A part of the content.
pub(crate) struct Part {
    pub(crate) body: Body,
    pub(crate) len: u64,
    /// Whether the content ends with it.
    pub(crate) last: bool,
}

impl Source {
    pub(crate) async fn open(file: File) -> Result<Self, UploadError> {
        let (content, behind) = file.into_content();
        let behind = match behind {
            Some(path) => Some((stamp_of(&path, true).await.map_err(UploadError::Read)?, path)),
            None => None,
        };
        Ok(match content {
            Content::Path(path) => {
                let stamp = stamp_of(&path, true).await.map_err(UploadError::Read)?;
                Self { stamp, kind: Kind::File(path) }
            }
            Content::Bytes(bytes) => {
                let stamp = Stamp {
                    len: Some(bytes.len() as u64),
                    modified: None,
                    head: Some(Fingerprint::of(&bytes[..bytes.len().min(SAMPLE)])),
                    tail: Some(Fingerprint::of(&bytes[bytes.len().saturating_sub(SAMPLE)..])),
                };
                Self { stamp, kind: Kind::Bytes(bytes) }
            }
            Content::Reader(opener, len) => Self {
                stamp: match &behind {
                    // The head is what the reader gives.
                    Some((stamp, _)) => Stamp { len, head: None, ..stamp.clone() },
                    None => Stamp { len, ..Stamp::default() },
                },
                kind: Kind::Reader(Box::new(Reader {
                    opener,
                    body: None,
                    at: 0,
                    part: Bytes::new(),
                    ahead: BytesMut::new(),
                    hash: Fingerprint::default(),
                    expected: None,
                    behind,
                })),
            },
        })
    }

    /// The length, if it is known by now.
    pub(crate) fn len(&self) -> Option<u64> {
        self.stamp.len
    }

    pub(crate) fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Refuses to go on with another content than before. What a reader gives can only be looked at while it is read:
    /// it is refused then.
    pub(crate) fn resume(&mut self, before: &Stamp) -> Result<(), UploadError> {
        before.check(&self.stamp)?;
        if let Kind::Reader(reader) = &mut self.kind {
            reader.expected = Some(before.clone());
        }
        Ok(())
    }

    /// Refuses a content that has changed since it was opened, as far as that can be told without reading it.
    pub(crate) async fn check(&self) -> Result<(), UploadError> {
        match &self.kind {
            Kind::File(path) => unchanged(path, &self.stamp, true).await,
            Kind::Reader(reader) => reader.check().await,
            Kind::Bytes(_) => Ok(()),
        }
    }

    /// The bytes from `offset` on, at most `most`; fewer only at the end.
    pub(crate) async fn part(&mut self, offset: u64, most: u64) -> Result<Part, UploadError> {
        let rest = self.stamp.len.map_or(u64::MAX, |len| len.saturating_sub(offset));
        let len = rest.min(most);
        let body = match &mut self.kind {
            Kind::File(path) => {
                unchanged(path, &self.stamp, false).await?;
                // Parts of two versions of a file make neither.
                let (stamp, own) = (self.stamp.clone(), path.clone());
                let check = move || stamp.check(&look(&own, true)?).map_err(io::Error::other);
                Body::checked_range(path, offset, len, Arc::new(check))
            }
            Kind::Bytes(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                let end = start.saturating_add(usize::try_from(len).unwrap_or(usize::MAX)).min(bytes.len());
                bytes.slice(start..end).into()
            }
            Kind::Reader(reader) => {
                reader.check().await?;
                let part = reader.part(offset, len, &mut self.stamp).await?;
                reader.check().await?;
                let len = part.len() as u64;
                return Ok(Part { last: self.stamp.len == Some(offset + len), len, body: part.into() });
            }
        };
        Ok(Part { body, len, last: rest == len })
    }
}

/// A reader, and the part of it that may have to be sent again.
struct Reader {
    opener: Opener,
    body: Option<Body>,
    /// Where in the content `part` begins.
    at: u64,
    part: Bytes,
    /// What was read beyond that.
    ahead: BytesMut,
    hash: Fingerprint,
    expected: Option<Stamp>,
    /// The file that it reads, if it is known, and its stamp at first.
    behind: Option<(Stamp, PathBuf)>,
}

impl Reader {
    async fn check(&self) -> Result<(), UploadError> {
        match &self.behind {
            Some((stamp, path)) => unchanged(path, stamp, true).await,
            None => Ok(()),
        }
    }

    async fn part(&mut self, offset: u64, len: u64, stamp: &mut Stamp) -> Result<Bytes, UploadError> {
        if offset < self.at {
            if !self.opener.is_replayable() {
                return Err(UploadError::Rewind { offset, kept: self.at });
            }
            self.body = None;
            (self.at, self.part, self.ahead, self.hash) = <_>::default();
        }
        let is_known = stamp.len.is_some() || !self.ahead.is_empty();
        if offset == self.at && self.part.len() as u64 == len && is_known {
            return Ok(self.part.clone());
        }
        // What is wanted begins within the last part, or after it.
        let skip = usize::try_from(offset - self.at).unwrap_or(usize::MAX).min(self.part.len());
        let mut pending = BytesMut::new();
        if skip < self.part.len() {
            pending.extend_from_slice(&self.part[skip..]);
            pending.extend_from_slice(&self.ahead);
        } else {
            pending = std::mem::take(&mut self.ahead);
        }
        self.at += skip as u64;
        self.part = Bytes::new();
        // One byte more shows whether the content goes on.
        let wanted = len.saturating_add(u64::from(stamp.len.is_none()));
        loop {
            let surplus = offset - self.at;
            if surplus > 0 && !pending.is_empty() {
                let dropped = usize::try_from(surplus).unwrap_or(usize::MAX).min(pending.len());
                let _ = pending.split_to(dropped);
                self.at += dropped as u64;
                continue;
            }
            if surplus == 0 && pending.len() as u64 >= wanted {
                break;
            }
            match self.read(stamp).await? {
                Some(chunk) => {
                    if surplus == 0 && pending.capacity() == pending.len() {
                        // At once as much as the part takes, which is bounded by what the caller asks for.
                        let room = usize::try_from(len).unwrap_or(0).saturating_sub(pending.len());
                        pending.reserve(room.min(MOST_AT_ONCE) + chunk.len());
                    }
                    pending.extend_from_slice(&chunk);
                }
                None => {
                    let end = self.at + pending.len() as u64;
                    stamp.len = Some(end);
                    self.seen(stamp)?;
                    if end < offset {
                        return Err(UploadError::Changed { how: format!("it ends after {end} bytes already") });
                    }
                    break;
                }
            }
        }
        let len = usize::try_from(len).unwrap_or(usize::MAX).min(pending.len());
        self.part = pending.split_to(len).freeze();
        self.ahead = pending;
        Ok(self.part.clone())
    }

    async fn read(&mut self, stamp: &mut Stamp) -> Result<Option<Bytes>, UploadError> {
        let body = self.body.get_or_insert_with(|| Body::unopened(self.opener.clone(), stamp.len));
        let chunk = body.chunk().await.map_err(|error| {
            UploadError::Read(match error.downcast::<io::Error>() {
                Ok(error) => *error,
                Err(error) => io::Error::other(error),
            })
        })?;
        if let Some(chunk) = &chunk {
            let room = SAMPLE.saturating_sub(self.hash.len);
            if room > 0 {
                self.hash.add(&chunk[..chunk.len().min(room)]);
                if self.hash.len == SAMPLE || Some(self.hash.len as u64) == stamp.len {
                    self.seen(stamp)?;
                }
            }
        }
        Ok(chunk)
    }

    /// The sample has been read: compares it.
    fn seen(&self, stamp: &mut Stamp) -> Result<(), UploadError> {
        stamp.head = Some(self.hash.text());
        self.expected.as_ref().map_or(Ok(()), |expected| expected.check(stamp))
    }
}

/// No more memory than this is set aside before there is something to put into it.
const MOST_AT_ONCE: usize = 16 * 1024 * 1024;

/// FNV-1a, 64 bits: enough to notice a change that nobody meant to hide.
struct Fingerprint {
    hash: u64,
    len: usize,
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, len: 0 }
    }
}

impl Fingerprint {
    fn of(bytes: &[u8]) -> String {
        let mut hash = Self::default();
        hash.add(bytes);
        hash.text()
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.len += bytes.len();
    }

    fn text(&self) -> String {
        format!("{:016x}", self.hash)
    }
}

async fn unchanged(path: &Path, stamp: &Stamp, with_samples: bool) -> Result<(), UploadError> {
    stamp.check(&stamp_of(path, with_samples).await.map_err(UploadError::Read)?)
}

async fn stamp_of(path: &Path, with_samples: bool) -> io::Result<Stamp> {
    let own = path.to_owned();
    blocking(move || look(&own, with_samples)).await
}

/// The stamp of a file, as it is now.
fn look(path: &Path, with_samples: bool) -> io::Result<Stamp> {
    let stamp = || {
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            let text = "not a regular file; what only looks like one can be sent as a reader";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let len = metadata.len();
        let mut stamp = Stamp { len: Some(len), modified: modified(&metadata), ..Stamp::default() };
        if with_samples {
            let mut file = SystemFile::open(path)?;
            stamp.head = Some(sample(&mut file, 0)?);
            stamp.tail = Some(sample(&mut file, len.saturating_sub(SAMPLE as u64))?);
        }
        Ok(stamp)
    };
    stamp().map_err(|error| named(path, error))
}

/// `None` where the system keeps no such time.
fn modified(metadata: &Metadata) -> Option<u64> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

fn sample(file: &mut SystemFile, start: u64) -> io::Result<String> {
    let mut sample = Vec::with_capacity(SAMPLE);
    file.seek(SeekFrom::Start(start))?;
    file.take(SAMPLE as u64).read_to_end(&mut sample)?;
    Ok(Fingerprint::of(&sample))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_of_two_versions_of_a_file_does_not_end() {
        let path = std::env::temp_dir().join(format!("livepeer-source-{}-{:x}", std::process::id(), fastrand::u64(..)));
        std::fs::write(&path, vec![1; 1_000_000]).unwrap();
        for (offset, most) in [(0, 1_000_000), (500_000, 500_000), (0, 400_000)] {
            std::fs::write(&path, vec![1; 1_000_000]).unwrap();
            let mut source = Source::open(File::path(&path)).await.unwrap();
            let whole = source.part(offset, most).await.unwrap().body.bytes(usize::MAX).await.unwrap();
            assert_eq!(whole.len() as u64, most);

            let mut body = source.part(offset, most).await.unwrap().body;
            let mut got = body.chunk().await.unwrap().unwrap().len() as u64;
            std::fs::write(&path, vec![2; 1_000_000]).unwrap();
            let error = loop {
                match body.chunk().await {
                    Ok(chunk) => got += chunk.expect("it must not end").len() as u64,
                    Err(error) => break error,
                }
            };
            assert!(got < most, "all of it was handed on");
            assert!(error.to_string().contains("has changed since the upload began"), "{error}");
            assert!(matches!(source.check().await, Err(UploadError::Changed { .. })));
        }
        std::fs::remove_file(&path).unwrap();
    }
}
