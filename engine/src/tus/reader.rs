//! A reader as the content of an upload.

use std::io;
use std::path::PathBuf;

use bytes::{Bytes, BytesMut};

use super::error::UploadError;
use super::stamp::{SAMPLE, Stamp, fingerprint, unchanged};
use crate::body::{Body, Opener};

/// A reader, and the part of it that may have to be sent again.
pub(super) struct WindowReader {
    opener: Opener,
    /// The length that the caller promised.
    promised: Option<u64>,
    body: Body,
    /// Where in the content `part` begins.
    at: u64,
    part: Bytes,
    /// What was read after it.
    ahead: BytesMut,
    /// Its first bytes, as many as are sampled.
    head: Vec<u8>,
    pub(super) expected: Option<Stamp>,
    /// The file that it reads, if it is known, and its stamp at first.
    behind: Option<(Stamp, PathBuf)>,
}

impl WindowReader {
    pub(super) fn new(opener: Opener, promised: Option<u64>, behind: Option<(Stamp, PathBuf)>) -> Self {
        Self {
            body: Body::unopened(opener.clone(), promised),
            opener,
            promised,
            at: 0,
            part: Bytes::new(),
            ahead: BytesMut::new(),
            head: Vec::new(),
            expected: None,
            behind,
        }
    }

    /// The length of the file that it reads, if that is known.
    pub(super) fn behind_len(&self) -> Option<u64> {
        self.behind.as_ref().and_then(|(stamp, _)| stamp.len)
    }

    pub(super) async fn check(&self) -> Result<(), UploadError> {
        match &self.behind {
            Some((stamp, path)) => unchanged(path, stamp, true).await,
            None => Ok(()),
        }
    }

    pub(super) async fn part(&mut self, offset: u64, len: u64, stamp: &mut Stamp) -> Result<Bytes, UploadError> {
        if offset < self.at {
            if !self.opener.is_replayable() {
                return Err(UploadError::Rewind { offset, kept: self.at });
            }
            self.body = Body::unopened(self.opener.clone(), self.promised);
            (self.at, self.part, self.ahead, self.head) = <_>::default();
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
        // One byte more shows whether the content continues. If its length was promised, the body checks it.
        let wanted = len.saturating_add(u64::from(self.promised.is_none()));
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
                        // As much at once as the part takes, which is bounded by what the caller asks for.
                        let room = usize::try_from(len).unwrap_or(0).saturating_sub(pending.len());
                        pending.reserve(room.min(MOST_AT_ONCE) + chunk.len());
                    }
                    pending.extend_from_slice(&chunk);
                }
                None => {
                    let end = self.at + pending.len() as u64;
                    let ended = Stamp { len: Some(end), ..stamp.clone() };
                    stamp.check(&ended)?;
                    *stamp = ended;
                    self.seen(stamp)?;
                    if end < offset {
                        return Err(UploadError::Changed { how: format!("it ends after {end} bytes already") });
                    }
                    break;
                }
            }
        }
        if pending.len() as u64 > len && stamp.len == Some(offset + len) {
            return Err(UploadError::Changed { how: format!("it continues after {} bytes", offset + len) });
        }
        let len = usize::try_from(len).unwrap_or(usize::MAX).min(pending.len());
        self.part = pending.split_to(len).freeze();
        self.ahead = pending;
        Ok(self.part.clone())
    }

    async fn read(&mut self, stamp: &mut Stamp) -> Result<Option<Bytes>, UploadError> {
        let chunk = self.body.chunk().await.map_err(|error| {
            UploadError::Read(match error.downcast::<io::Error>() {
                Ok(error) => *error,
                Err(error) => io::Error::other(error),
            })
        })?;
        if let Some(chunk) = &chunk {
            let room = SAMPLE.saturating_sub(self.head.len());
            if room > 0 {
                self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if self.head.len() == SAMPLE || Some(self.head.len() as u64) == stamp.len {
                    self.seen(stamp)?;
                }
            }
        }
        Ok(chunk)
    }

    /// The sample has been read: compares it, also with what was read the time before.
    fn seen(&self, stamp: &mut Stamp) -> Result<(), UploadError> {
        let now = Stamp { head: Some(fingerprint(&self.head)), ..stamp.clone() };
        stamp.check(&now)?;
        *stamp = now;
        self.expected.as_ref().map_or(Ok(()), |expected| expected.check(stamp))
    }
}

/// No more memory than this is reserved before anything was read.
const MOST_AT_ONCE: usize = 16 * 1024 * 1024;
