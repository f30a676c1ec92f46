//! What is behind a body, and how it is opened.

use std::fs::{File, Metadata};
use std::io::{self, Error, ErrorKind, Read};
use std::path::Path;
#[cfg(feature = "tokio")]
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;

#[cfg(all(feature = "fetch", target_family = "wasm"))]
use super::blob::{self, Blob};
use super::file::{self, Range};
#[cfg(feature = "tokio")]
use super::reader::{BoxReader, Opening, Promised};
use crate::error::named;
use crate::runtime::blocking;

/// Where a reader comes from.
#[derive(Clone)]
pub(crate) enum Opener {
    File(Range),
    #[cfg(all(feature = "fetch", target_family = "wasm"))]
    Blob(Blob),
    #[cfg(feature = "tokio")]
    Factory(Arc<dyn Fn() -> Opening + Send + Sync>),
    /// Whoever opens it first takes it.
    #[cfg(feature = "tokio")]
    Once(Arc<Mutex<Option<BoxReader>>>),
}

impl Opener {
    pub(crate) fn is_replayable(&self) -> bool {
        match self {
            Opener::File(_) => true,
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Opener::Blob(_) => true,
            #[cfg(feature = "tokio")]
            Opener::Factory(_) => true,
            #[cfg(feature = "tokio")]
            Opener::Once(_) => false,
        }
    }

    pub(super) fn open(&self, len: Option<u64>) -> OpenSource {
        match self {
            Opener::File(range) => OpenSource::File(file::Reading::open(range.clone(), len.unwrap_or(0))),
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            Opener::Blob(blob) => OpenSource::Blob(blob::Reading::new(blob.clone())),
            #[cfg(feature = "tokio")]
            Opener::Factory(factory) => OpenSource::Reader(Promised::opening(factory(), len)),
            #[cfg(feature = "tokio")]
            Opener::Once(shared) => OpenSource::Reader(Promised::once(shared, len)),
        }
    }
}

/// A source being read.
pub(super) enum OpenSource {
    File(file::Reading),
    #[cfg(all(feature = "fetch", target_family = "wasm"))]
    Blob(blob::Reading),
    #[cfg(feature = "tokio")]
    Reader(Promised),
}

impl OpenSource {
    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match self {
            OpenSource::File(file) => file.poll_chunk(cx),
            #[cfg(all(feature = "fetch", target_family = "wasm"))]
            OpenSource::Blob(blob) => blob.poll_chunk(cx),
            #[cfg(feature = "tokio")]
            OpenSource::Reader(reader) => reader.poll_chunk(cx),
        }
    }
}

/// The size of the regular file at `path`.
pub(crate) async fn stat(path: &Path) -> io::Result<u64> {
    let looked_up = path.to_owned();
    let metadata = blocking(move || {
        let metadata = std::fs::metadata(&looked_up)?;
        refuse_if_not_empty(&looked_up, &metadata)?;
        Ok(metadata)
    });
    let metadata = metadata.await.map_err(|error| named(path, error))?;
    if !metadata.is_file() {
        let text = "not a regular file; what only looks like one can be sent as a reader";
        return Err(named(path, Error::new(ErrorKind::InvalidInput, text)));
    }
    Ok(metadata.len())
}

/// Refuses a file that says it is empty and is not, as those of `/proc` do: nothing of it would be sent.
pub(crate) fn refuse_if_not_empty(path: &Path, metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() && metadata.len() == 0 && File::open(path)?.read(&mut [0])? > 0 {
        let text = "its length is 0, but there is something in it; it can be sent as a reader";
        return Err(Error::new(ErrorKind::InvalidInput, text));
    }
    Ok(())
}
