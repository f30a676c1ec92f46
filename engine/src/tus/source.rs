//! What is uploaded, part by part.

use std::fmt;
use std::fs::File as SystemFile;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::error::UploadError;
use super::reader::WindowReader;
#[cfg(all(feature = "fetch", target_family = "wasm"))]
use super::stamp::stamp_of_blob;
use super::stamp::{SAMPLE, Stamp, fingerprint, stamp_file, stamp_of, unchanged};
#[cfg(all(feature = "fetch", target_family = "wasm"))]
use crate::body::Blob;
use crate::body::{Body, Parts};
use crate::file::{Content, File};

/// An open content, to be uploaded part by part.
pub struct UploadSource {
    stamp: Stamp,
    kind: Kind,
    /// Its offset in the whole content and its length, if it is a range of one.
    stretch: Option<(u64, u64)>,
}

enum Kind {
    File(Arc<Parts>),
    Bytes(Bytes),
    #[cfg(all(feature = "fetch", target_family = "wasm"))]
    Blob(Blob),
    WindowReader(Box<WindowReader>),
}

/// A part of the content.
pub(crate) struct Part {
    pub(crate) body: Body,
    pub(crate) len: u64,
    /// Whether the content ends with it.
    pub(crate) last: bool,
}

impl UploadSource {
    /// Opens a file, or whatever a [`File`] stands for.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(file: File) -> Result<Self, UploadError> {
        let (content, behind) = file.into_content();
        let behind = match behind {
            Some((path, len_of)) => Some((stamp_of(&path, true).await.map_err(UploadError::Read)?, path, len_of)),
            None => None,
        };
        Ok(match content {
            Content::Path(path) => {
                let stamp = stamp_of(&path, true).await.map_err(UploadError::Read)?;
                let parts = parts_of(&path, &stamp, stamp.len.unwrap_or(0));
                Self { stamp, kind: Kind::File(parts), stretch: None }
            }
            Content::Bytes(bytes) => {
                let stamp = Stamp {
                    len: Some(bytes.len() as u64),
                    modified: None,
                    head: Some(fingerprint(&bytes[..bytes.len().min(SAMPLE)])),
                    tail: Some(fingerprint(&bytes[bytes.len().saturating_sub(SAMPLE)..])),
                };
                Self { stamp, kind: Kind::Bytes(bytes), stretch: None }
            }
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Content::Blob(blob, modified) => {
                let stamp = stamp_of_blob(&blob, modified).await.map_err(UploadError::Read)?;
                Self { stamp, kind: Kind::Blob(blob), stretch: None }
            }
            Content::Reader(opener, len) => {
                let len = len.or_else(|| behind.as_ref().and_then(|(stamp, _, len_of)| stamp.len.map(len_of)));
                let behind = behind.map(|(stamp, path, _)| (stamp, path));
                let stamp = match &behind {
                    // The sample is taken from the reader.
                    Some((stamp, _)) => Stamp { len, head: None, ..stamp.clone() },
                    None => Stamp { len, ..Stamp::default() },
                };
                let reader = WindowReader::new(opener, len, behind);
                Self { stamp, kind: Kind::WindowReader(Box::new(reader)), stretch: None }
            }
        })
    }

    /// Reads the first part of a reader, at most `most` bytes, which shows the length of a short one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn load(&mut self, part_size: u64) -> Result<(), UploadError> {
        self.part(0, part_size).await.map(drop)
    }

    /// The length in bytes, if it is known yet.
    pub fn len(&self) -> Option<u64> {
        self.stretch.map(|(_, len)| len).or(self.stamp.len)
    }

    /// A range of the content, as a content by itself; `None` for a reader, which has only one position.
    pub(crate) fn slice(&self, start: u64, len: u64) -> Option<Self> {
        let kind = match &self.kind {
            // With a read-ahead of its own.
            Kind::File(parts) => Kind::File(parts_of(parts.path(), &self.stamp, start.saturating_add(len))),
            Kind::Bytes(bytes) => Kind::Bytes(bytes.clone()),
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Kind::Blob(blob) => Kind::Blob(blob.clone()),
            Kind::WindowReader(_) => return None,
        };
        Some(Self { stamp: self.stamp.clone(), kind, stretch: Some((start, len)) })
    }

    /// Whether it is empty, or the file that it is made from.
    pub fn is_empty(&self) -> bool {
        let behind = match &self.kind {
            Kind::WindowReader(reader) => reader.behind_len(),
            _ => None,
        };
        behind.or(self.stamp.len) == Some(0)
    }

    pub(crate) fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Refuses to resume with another content than before. A reader can only be compared while it is read, and is refused
    /// then.
    pub(crate) fn resume(&mut self, before: &Stamp) -> Result<(), UploadError> {
        before.check(&self.stamp)?;
        if let Kind::WindowReader(reader) = &mut self.kind {
            reader.expected = Some(before.clone());
            // A checkpoint that is saved before it is read must not hold less.
            self.stamp.head = self.stamp.head.take().or_else(|| before.head.clone());
        }
        Ok(())
    }

    /// Adopts the length that the upload began with: if its own is not known yet, the content must end there.
    pub(crate) fn expect(&mut self, len: u64) -> Result<(), UploadError> {
        Stamp { len: Some(len), ..Stamp::default() }.check(&Stamp { len: self.len(), ..Stamp::default() })?;
        if self.stretch.is_none() {
            self.stamp.len = Some(len);
        }
        Ok(())
    }

    /// Refuses a content that has changed since it was opened, as far as that shows without reading it.
    pub(crate) async fn check(&self) -> Result<(), UploadError> {
        match &self.kind {
            Kind::File(parts) => unchanged(parts.path(), &self.stamp, true).await,
            Kind::WindowReader(reader) => reader.check().await,
            Kind::Bytes(_) => Ok(()),
            // A browser refuses to read a file that has changed since it was chosen.
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Kind::Blob(blob) => blob.slice(0, 1).read().await.map(drop).map_err(UploadError::Read),
        }
    }

    /// The bytes from `offset`, at most `most`; fewer only at the end.
    pub(crate) async fn part(&mut self, offset: u64, most: u64) -> Result<Part, UploadError> {
        let rest = self.len().map_or(u64::MAX, |len| len.saturating_sub(offset));
        let len = rest.min(most);
        let offset = self.stretch.map_or(0, |(start, _)| start).saturating_add(offset);
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
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Kind::Blob(blob) => Body::blob(blob.slice(offset, len)),
            Kind::WindowReader(reader) => {
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

/// The parts of a file up to `end`. Parts of two versions would be a mixture of both, so a change is an error.
fn parts_of(path: &Path, stamp: &Stamp, end: u64) -> Arc<Parts> {
    let (first, own) = (stamp.clone(), path.to_owned());
    let check = move |read: &SystemFile| {
        // The path may lead to another file by now.
        let checked = first.check(&stamp_file(&own, true)?);
        checked.and(first.check(&Stamp::from(&read.metadata()?))).map_err(io::Error::other)
    };
    Parts::new(path, end, check).into()
}

impl fmt::Debug for UploadSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadSource").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};
    use std::sync::atomic::AtomicU8;
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;
    use crate::body::tests::Scratch;

    /// Writes a file as if that were long ago: what changes within a tick of the system's clock has no other time.
    fn write_long_ago(path: &Path, content: &[u8]) {
        std::fs::write(path, content).unwrap();
        age(path);
    }

    fn age(path: &Path) {
        let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
    }

    /// Writes over a file without creating it again.
    fn rewrite(path: &Path, content: &[u8]) {
        std::fs::File::options().write(true).open(path).unwrap().write_all(content).unwrap();
    }

    async fn read(source: &mut UploadSource, offset: u64, most: u64) -> Result<Vec<u8>, String> {
        let part = source.part(offset, most).await.map_err(|error| format!("{error:#}"))?;
        part.body.bytes(usize::MAX).await.map(Vec::from).map_err(|error| format!("{error:#}"))
    }

    #[tokio::test]
    async fn a_part_of_two_versions_of_a_file_does_not_end() {
        let file = Scratch::new("parts", b"");
        // More than two chunks each: the second is read while the first is sent.
        for (offset, most) in [(0, 3_000_000), (1_500_000, 1_500_000), (0, 1_200_000)] {
            std::fs::write(&file.0, vec![1; 3_000_000]).unwrap();
            let mut source = UploadSource::open(File::path(&file.0)).await.unwrap();
            let whole = source.part(offset, most).await.unwrap().body.bytes(usize::MAX).await.unwrap();
            assert_eq!(whole.len() as u64, most);

            let mut body = source.part(offset, most).await.unwrap().body;
            let mut got = body.chunk().await.unwrap().unwrap().len() as u64;
            rewrite(&file.0, &vec![2; 3_000_000]);
            let error = loop {
                match body.chunk().await {
                    Ok(chunk) => got += chunk.expect("it must not end").len() as u64,
                    Err(error) => break error,
                }
            };
            assert!(got < most, "all of it was passed on");
            assert!(format!("{error:#}").contains("is not the one that the upload began with"), "{error}");
            assert!(matches!(source.check().await, Err(UploadError::Changed { .. })));
        }
    }

    #[tokio::test]
    async fn what_was_read_ahead_of_another_version_is_not_sent() {
        let file = Scratch::new("parts", b"");
        // Its beginning, the middle (which only the time tells of), and less or more of it.
        let changes: [&dyn Fn(); 4] = [
            &|| {
                rewrite(&file.0, &[2]);
                age(&file.0);
            },
            &|| std::fs::write(&file.0, [vec![1; 1_500_000], vec![2; 10], vec![1; 1_499_990]].concat()).unwrap(),
            &|| std::fs::File::options().write(true).open(&file.0).unwrap().set_len(2_500_000).unwrap(),
            &|| std::fs::File::options().append(true).open(&file.0).unwrap().write_all(&[1]).unwrap(),
        ];
        for change in changes {
            write_long_ago(&file.0, &vec![1; 3_000_000]);
            let mut source = UploadSource::open(File::path(&file.0)).await.unwrap();
            read(&mut source, 0, 1_000_000).await.unwrap();
            // Some is read ahead by then, and the part looks unchanged as it begins.
            let part = source.part(1_000_000, 1_000_000).await.unwrap();
            change();
            part.body.bytes(usize::MAX).await.unwrap_err();
            assert!(matches!(source.check().await, Err(UploadError::Changed { .. })));
        }
    }

    #[tokio::test]
    async fn a_file_that_lost_its_name_to_a_copy_is_not_read_on_once_it_changes() {
        let file = Scratch::new("parts", b"");
        write_long_ago(&file.0, &vec![1; 3_000_000]);
        let (old, copy) = (file.0.with_file_name("old"), file.0.with_file_name("copy"));
        let mut source = UploadSource::open(File::path(&file.0)).await.unwrap();
        read(&mut source, 0, 1_000_000).await.unwrap();
        std::fs::hard_link(&file.0, &old).unwrap();
        std::fs::copy(&old, &copy).unwrap();
        age(&copy);
        std::fs::rename(&copy, &file.0).unwrap();
        rewrite(&old, &vec![2; 3_000_000]);
        let error = read(&mut source, 1_000_000, 1_000_000).await.unwrap_err();
        assert!(error.contains("was written to"), "{error}");
        // The copy is the same.
        source.check().await.unwrap();
        assert_eq!(read(&mut source, 1_000_000, 1_000_000).await.unwrap(), vec![1; 1_000_000]);
    }

    #[tokio::test]
    async fn a_file_that_goes_while_it_is_read_is_named_once() {
        let file = Scratch::new("parts", &vec![1; 3_000_000]);
        let mut source = UploadSource::open(File::path(&file.0)).await.unwrap();
        let mut body = source.part(0, 3_000_000).await.unwrap().body;
        body.chunk().await.unwrap();
        std::fs::remove_file(&file.0).unwrap();
        let error = body.bytes(usize::MAX).await.unwrap_err();
        let error = format!("{error:#}");
        assert_eq!(error.matches("parts").count(), 1, "{error}");
        let error = read(&mut source, 0, 10).await.unwrap_err();
        assert_eq!(error.matches("parts").count(), 1, "{error}");
    }
    #[tokio::test]
    async fn a_reader_that_gives_something_else_when_it_is_made_again_is_refused() {
        for len in [None, Some(300_000)] {
            let made = AtomicU8::new(0);
            let factory = move || Ok(Cursor::new(vec![made.fetch_add(1, Relaxed); 300_000]));
            let mut source = UploadSource::open(File::replayable(factory, len)).await.unwrap();
            for offset in [0, 100_000] {
                assert_eq!(read(&mut source, offset, 100_000).await.unwrap(), vec![0; 100_000]);
            }
            assert!(matches!(source.part(0, 100_000).await, Err(UploadError::Changed { .. })));
        }
    }
}
