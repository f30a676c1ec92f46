//! The files of assets, and uploads on their way to be one: in memory, or in a folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::PathBuf;

use bytes::Bytes;

use crate::endpoints::studio::types::AssetId;
use typed_endpoint::Body;

/// How large a file may be that is kept in memory, in bytes.
const MOST: u64 = 1024 * 1024 * 1024;

/// What the name of an upload's file begins and ends with, in the folder.
const UPLOAD_START: &str = "upload-";
const UPLOAD_END: &str = ".part";

/// The files that have arrived.
#[derive(Default)]
pub(super) struct Files {
    folder: Option<PathBuf>,
    memory: BTreeMap<AssetId, Bytes>,
    /// How many uploads there were.
    count: u64,
}

/// A file that has arrived.
#[derive(Clone)]
pub(super) enum Stored {
    Memory(Bytes),
    Disk(PathBuf, u64),
}

/// What has arrived of a file. If it is dropped, nothing stays.
pub(super) struct Spool {
    place: Place,
    len: u64,
}

/// Empty, in memory.
impl Default for Spool {
    fn default() -> Self {
        Self { place: Place::Memory(Vec::new()), len: 0 }
    }
}

enum Place {
    Memory(Vec<u8>),
    Disk(Part),
}

/// A file in the folder, removed when it is dropped.
struct Part {
    path: PathBuf,
    file: File,
}

impl Files {
    /// Keeps files in this folder from now on, and removes what an earlier process left of uploads.
    pub(super) fn keep_in(&mut self, folder: PathBuf) -> io::Result<()> {
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(UPLOAD_START)?.strip_suffix(UPLOAD_END));
            if number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
                fs::remove_file(folder.join(name))?;
            }
        }
        self.folder = Some(folder);
        Ok(())
    }

    /// The place for an upload.
    pub(super) fn spool(&mut self) -> io::Result<Spool> {
        let place = match &self.folder {
            None => Place::Memory(Vec::new()),
            Some(folder) => {
                self.count += 1;
                let path = folder.join(format!("{UPLOAD_START}{}{UPLOAD_END}", self.count));
                let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
                Place::Disk(Part { path, file })
            }
        };
        Ok(Spool { place, len: 0 })
    }

    pub(super) fn get(&self, id: &AssetId) -> Option<Stored> {
        if let Some(bytes) = self.memory.get(id) {
            return Some(Stored::Memory(bytes.clone()));
        }
        let path = self.path(id)?;
        let found = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        Some(Stored::Disk(path, found.len()))
    }

    /// Makes an upload the file of an asset.
    pub(super) fn insert(&mut self, id: AssetId, upload: Spool) -> io::Result<()> {
        match upload.place {
            Place::Memory(bytes) => drop(self.memory.insert(id, bytes.into())),
            Place::Disk(part) => {
                let path = self.path(&id).ok_or(io::ErrorKind::InvalidFilename)?;
                fs::rename(&part.path, path)?;
            }
        }
        Ok(())
    }

    /// Removes the file of an asset, if it has one.
    pub(super) fn remove(&mut self, id: &AssetId) {
        self.memory.remove(id);
        // It may be gone.
        let _ = self.path(id).map(fs::remove_file);
    }

    /// Ids are names of files: only those that are nothing else, as snapshots may hold any.
    fn path(&self, id: &AssetId) -> Option<PathBuf> {
        let is_plain =
            !id.as_str().is_empty() && id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        self.folder.as_ref().filter(|_| is_plain).map(|folder| folder.join(id.as_str()))
    }
}

impl Spool {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        match &mut self.place {
            Place::Memory(_) if self.len > MOST => Err(io::ErrorKind::FileTooLarge.into()),
            Place::Memory(own) => {
                own.extend_from_slice(bytes);
                Ok(())
            }
            Place::Disk(part) => part.file.write_all(bytes),
        }
    }

    /// Adds the first bytes of another one.
    pub(super) fn append(&mut self, mut other: Self, len: u64) -> io::Result<()> {
        if self.len == 0 && len == other.len {
            *self = other;
            return Ok(());
        }
        match &mut other.place {
            Place::Memory(bytes) => {
                let len = usize::try_from(len).unwrap_or(usize::MAX).min(bytes.len());
                self.write(bytes.get(..len).unwrap_or_default())
            }
            Place::Disk(part) => {
                part.file.rewind()?;
                let mut rest = (&part.file).take(len);
                let mut buffer = vec![0; 64 * 1024];
                loop {
                    let read = rest.read(&mut buffer)?;
                    if read == 0 {
                        return Ok(());
                    }
                    self.write(buffer.get(..read).unwrap_or_default())?;
                }
            }
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It may have become the file of an asset.
        let _ = fs::remove_file(&self.path);
    }
}

impl Stored {
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Disk(_, len) => *len,
        }
    }

    /// A part of it, which is within it.
    pub(super) fn part(&self, from: u64, len: u64) -> Body {
        match self {
            Self::Disk(path, _) => Body::file_range(path, from, len),
            Self::Memory(bytes) => {
                let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
                bytes.slice(at(from)..at(from.saturating_add(len))).into()
            }
        }
    }

    /// All of it, in memory.
    pub(super) fn bytes(&self) -> Option<Bytes> {
        match self {
            Self::Memory(bytes) => Some(bytes.clone()),
            Self::Disk(path, _) => fs::read(path).ok().map(Bytes::from),
        }
    }
}
