//! What is uploaded, part by part.

use std::io;
use std::sync::Arc;

use bytes::Bytes;

use super::UploadError;
use super::reader::Reader;
use super::stamp::{SAMPLE, Stamp, fingerprint, look, stamp_of, unchanged};
use crate::body::{Body, Parts};
use crate::file::{Content, File};

/// A content that is read part by part.
pub(crate) struct Source {
    stamp: Stamp,
    kind: Kind,
}

enum Kind {
    File(Arc<Parts>),
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
            Some((path, len_of)) => Some((stamp_of(&path, true).await.map_err(UploadError::Read)?, path, len_of)),
            None => None,
        };
        Ok(match content {
            Content::Path(path) => {
                let stamp = stamp_of(&path, true).await.map_err(UploadError::Read)?;
                // Parts of two versions of a file make neither.
                let (first, own) = (stamp.clone(), path.clone());
                let check = move || first.check(&look(&own, true)?).map_err(io::Error::other);
                let parts = Parts::new(&path, stamp.len.unwrap_or(0), check);
                Self { stamp, kind: Kind::File(parts.into()) }
            }
            Content::Bytes(bytes) => {
                let stamp = Stamp {
                    len: Some(bytes.len() as u64),
                    modified: None,
                    head: Some(fingerprint(&bytes[..bytes.len().min(SAMPLE)])),
                    tail: Some(fingerprint(&bytes[bytes.len().saturating_sub(SAMPLE)..])),
                };
                Self { stamp, kind: Kind::Bytes(bytes) }
            }
            Content::Reader(opener, len) => {
                let len = len.or_else(|| behind.as_ref().and_then(|(stamp, _, len_of)| stamp.len.map(len_of)));
                let behind = behind.map(|(stamp, path, _)| (stamp, path));
                let stamp = match &behind {
                    // The head is what the reader gives.
                    Some((stamp, _)) => Stamp { len, head: None, ..stamp.clone() },
                    None => Stamp { len, ..Stamp::default() },
                };
                Self { stamp, kind: Kind::Reader(Box::new(Reader::new(opener, len, behind))) }
            }
        })
    }

    /// The length, if it is known by now.
    pub(crate) fn len(&self) -> Option<u64> {
        self.stamp.len
    }

    /// Whether there is nothing in it, or in the file that it is made of.
    pub(crate) fn is_empty(&self) -> bool {
        let behind = match &self.kind {
            Kind::Reader(reader) => reader.behind_len(),
            _ => None,
        };
        behind.or(self.stamp.len) == Some(0)
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
            // What is saved before it is read must not know less.
            self.stamp.head = self.stamp.head.take().or_else(|| before.head.clone());
        }
        Ok(())
    }

    /// Is told the length that the upload began with: where its own is not known yet, the content must end there.
    pub(crate) fn expect(&mut self, len: u64) -> Result<(), UploadError> {
        Stamp { len: Some(len), ..Stamp::default() }.check(&self.stamp)?;
        self.stamp.len = Some(len);
        Ok(())
    }

    /// Refuses a content that has changed since it was opened, as far as that can be told without reading it.
    pub(crate) async fn check(&self) -> Result<(), UploadError> {
        match &self.kind {
            Kind::File(parts) => unchanged(parts.path(), &self.stamp, true).await,
            Kind::Reader(reader) => reader.check().await,
            Kind::Bytes(_) => Ok(()),
        }
    }

    /// The bytes from `offset` on, at most `most`; fewer only at the end.
    pub(crate) async fn part(&mut self, offset: u64, most: u64) -> Result<Part, UploadError> {
        let rest = self.stamp.len.map_or(u64::MAX, |len| len.saturating_sub(offset));
        let len = rest.min(most);
        let body = match &mut self.kind {
            Kind::File(parts) => {
                unchanged(parts.path(), &self.stamp, false).await?;
                Body::file_part(parts, offset, len)
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[tokio::test]
    async fn a_part_of_two_versions_of_a_file_does_not_end() {
        let path = std::env::temp_dir().join(format!("livepeer-source-{}-{:x}", std::process::id(), fastrand::u64(..)));
        // More than two chunks each: the second is read while the first is sent.
        for (offset, most) in [(0, 3_000_000), (1_500_000, 1_500_000), (0, 1_200_000)] {
            std::fs::write(&path, vec![1; 3_000_000]).unwrap();
            let mut source = Source::open(File::path(&path)).await.unwrap();
            let whole = source.part(offset, most).await.unwrap().body.bytes(usize::MAX).await.unwrap();
            assert_eq!(whole.len() as u64, most);

            let mut body = source.part(offset, most).await.unwrap().body;
            let mut got = body.chunk().await.unwrap().unwrap().len() as u64;
            let mut file = std::fs::File::options().write(true).open(&path).unwrap();
            file.write_all(&vec![2; 3_000_000]).unwrap();
            let error = loop {
                match body.chunk().await {
                    Ok(chunk) => got += chunk.expect("it must not end").len() as u64,
                    Err(error) => break error,
                }
            };
            assert!(got < most, "all of it was handed on");
            assert!(error.to_string().contains("is not the one that the upload began with"), "{error}");
            assert!(matches!(source.check().await, Err(UploadError::Changed { .. })));
        }
        std::fs::remove_file(&path).unwrap();
    }
}
