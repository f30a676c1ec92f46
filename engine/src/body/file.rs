//! Files behind a body: read on another thread, each chunk while the one before it is sent.

use std::fs::File;
use std::io::{self, Error, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use bytes::Bytes;

use crate::error::named;
use crate::runtime::blocking;

/// Bytes read at a time, for each of which there is a trip to another thread.
pub(super) const CHUNK: usize = 512 * 1024;

/// Finds out whether what was read of a file may be used.
type Check = Arc<dyn Fn(&File) -> io::Result<()> + Send + Sync>;

/// A stretch of a file.
#[derive(Clone)]
pub(crate) struct Range {
    path: Arc<Path>,
    offset: u64,
    /// Whether the file must end with it.
    whole: bool,
    parts: Option<Arc<Parts>>,
}

impl Range {
    pub(super) fn whole(path: &Path) -> Self {
        Self { whole: true, ..Self::from(path, 0) }
    }

    pub(super) fn from(path: &Path, offset: u64) -> Self {
        Self { path: path.into(), offset, whole: false, parts: None }
    }

    pub(super) fn part(parts: &Arc<Parts>, offset: u64) -> Self {
        Self { path: parts.path.clone(), offset, whole: false, parts: Some(parts.clone()) }
    }
}

/// A file that is sent in parts, one after the other.
pub(crate) struct Parts {
    path: Arc<Path>,
    len: u64,
    /// Called when all of a part was read, before its end is passed on.
    check: Check,
    /// Of the next part, where it is, its length, and its beginning: that is read before anybody asks for it, so that the
    /// other side need not wait.
    ahead: Mutex<Option<(u64, u64, Trip)>>,
}

impl Parts {
    pub(crate) fn new(path: &Path, len: u64, check: impl Fn(&File) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { path: path.into(), len, check: Arc::new(check), ahead: Mutex::default() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins to read the part after the one that was read, if there is one.
    fn go_on(&self, mut rest: Rest) {
        rest.offset += rest.len;
        rest.len = rest.len.min(self.len.saturating_sub(rest.offset));
        rest.left = rest.len;
        if rest.left > 0 {
            *self.ahead() = Some((rest.offset, rest.len, rest.trip()));
        }
    }

    fn ahead(&self) -> MutexGuard<'_, Option<(u64, u64, Trip)>> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stretch of a file being read.
pub(super) struct Reading {
    parts: Option<Arc<Parts>>,
    /// The next chunk, on its way; `None` after the last.
    trip: Option<Trip>,
}

type Trip = Pin<Box<dyn Future<Output = io::Result<(Bytes, Rest)>> + Send>>;

impl Reading {
    pub(super) fn open(range: Range, len: u64) -> Self {
        let Range { path, offset, whole, parts } = range;
        let ahead = parts.as_ref().and_then(|parts| parts.ahead().take());
        let trip = match ahead {
            Some((at, of, trip)) if (at, of) == (offset, len) => trip,
            _ => {
                let check = parts.as_ref().map(|parts| parts.check.clone());
                Rest { path, offset, len, left: len, whole, check, file: None, opened: None, given: <_>::default() }
                    .trip()
            }
        };
        Self { parts, trip: Some(trip) }
    }

    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let Some(trip) = &mut self.trip else { return Poll::Ready(None) };
        let read = ready!(trip.as_mut().poll(cx));
        self.trip = None;
        let chunk = read.map(|(chunk, rest)| {
            if rest.left > 0 {
                self.trip = Some(rest.trip());
            } else if let Some(parts) = self.parts.take() {
                parts.go_on(rest);
            }
            chunk
        });
        Poll::Ready(Some(chunk).filter(|chunk| !matches!(chunk, Ok(chunk) if chunk.is_empty())))
    }
}

/// What is still to be read of a stretch.
struct Rest {
    path: Arc<Path>,
    offset: u64,
    len: u64,
    left: u64,
    whole: bool,
    check: Option<Check>,
    /// `None` before it is opened.
    file: Option<File>,
    /// Its length, and when it was last written, as it was opened.
    opened: Option<(u64, Option<SystemTime>)>,
    /// The last chunks, whose memory is used again once they are sent: two may be on the way when one is read.
    given: [Bytes; 3],
}

impl Rest {
    /// Begins to read the next chunk.
    fn trip(mut self) -> Trip {
        let path = self.path.clone();
        let read = blocking(move || Ok((self.read()?, self)));
        Box::pin(async move { read.await.map_err(|error| named(&path, error)) })
    }

    fn read(&mut self) -> io::Result<Bytes> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.open()?,
        };
        self.given.rotate_right(1);
        let mut chunk = std::mem::take(&mut self.given[0]).try_into_mut().unwrap_or_default();
        chunk.resize(usize::try_from(self.left).map_or(CHUNK, |left| left.min(CHUNK)), 0);
        let got = fill(&mut file, &mut chunk)?;
        self.left -= got as u64;
        if got < chunk.len() {
            let text = format!("ended after {} of the {} bytes promised", self.len - self.left, self.len);
            return Err(Error::new(ErrorKind::UnexpectedEof, text));
        }
        // The last chunk is held back until it proves to be the last: once it is out, the other side has a body that
        // looks complete.
        if self.left == 0 {
            if self.whole && fill(&mut file, &mut [0])? > 0 {
                let text = format!("continues after the {} bytes promised", self.len);
                return Err(Error::new(ErrorKind::InvalidData, text));
            }
            match &self.check {
                Some(check) => check(&file)?,
                None if self.whole && self.opened != Some(version(&file)?) => {
                    return Err(Error::new(ErrorKind::InvalidData, "was written to while it was read"));
                }
                None => {}
            }
        }
        self.file = Some(file);
        let chunk = chunk.freeze();
        self.given[0] = chunk.clone();
        Ok(chunk)
    }

    fn open(&mut self) -> io::Result<File> {
        let mut file = File::open(&self.path)?;
        self.opened = Some(version(&file)?);
        if self.whole {
            let (expected, len) = (self.len, file.metadata()?.len());
            if len != expected {
                let text = format!("changed from {expected} to {len} bytes since the request was made");
                return Err(Error::new(ErrorKind::InvalidData, text));
            }
        }
        // Not every file can be sought in.
        if self.offset > 0 {
            file.seek(SeekFrom::Start(self.offset))?;
        }
        Ok(file)
    }
}

/// What shows that a file was written to. Not every system keeps the time.
fn version(file: &File) -> io::Result<(u64, Option<SystemTime>)> {
    let metadata = file.metadata()?;
    Ok((metadata.len(), metadata.modified().ok()))
}

/// Reads as much as there is room for; less only at the end.
fn fill(file: &mut File, room: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < room.len() {
        match file.read(&mut room[got..]) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}
