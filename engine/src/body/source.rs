//! Readers behind a body: how they are opened, and read without a byte more or less than promised.

use std::fs::{File, Metadata};
use std::io::{self, Error, ErrorKind, Read};
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::runtime::Handle;

use super::file::{self, Range};
use crate::error::{RequestError, named};

/// Bytes asked of a reader at a time. Small reads are what makes uploads slow: each costs a trip to another thread.
const READ: usize = 256 * 1024;

/// A reader whose type is forgotten.
pub type BoxReader = Pin<Box<dyn AsyncRead + Send>>;
type Opening = Pin<Box<dyn Future<Output = io::Result<BoxReader>> + Send>>;

/// Where a reader comes from.
#[derive(Clone)]
pub(crate) enum Opener {
    File(Range),
    Factory(Arc<dyn Fn() -> Opening + Send + Sync>),
    /// Whoever opens it first takes it.
    Once(Arc<Mutex<Option<BoxReader>>>),
}

impl Opener {
    pub(crate) fn once(reader: impl AsyncRead + Send + 'static) -> Opener {
        Opener::Once(Arc::new(Mutex::new(Some(Box::pin(reader)))))
    }

    pub(crate) fn factory<R: AsyncRead + Send + 'static>(
        factory: impl Fn() -> io::Result<R> + Send + Sync + 'static,
    ) -> Opener {
        Opener::Factory(Arc::new(move || {
            let opened = factory().map(|reader| Box::pin(reader) as BoxReader);
            Box::pin(std::future::ready(opened))
        }))
    }

    /// The file at `path`, read through another reader.
    pub(crate) fn through<R: AsyncRead + Send + 'static>(
        path: Arc<Path>,
        wrap: impl Fn(BoxReader) -> R + Send + Sync + 'static,
    ) -> Opener {
        let wrap = Arc::new(wrap);
        Opener::Factory(Arc::new(move || {
            let (path, wrap) = (path.clone(), wrap.clone());
            Box::pin(async move {
                let mut file = tokio::fs::File::open(&path).await.map_err(|error| named(&path, error))?;
                file.set_max_buf_size(READ);
                Ok(Box::pin(wrap(Box::pin(file))) as BoxReader)
            })
        }))
    }

    pub(crate) fn is_replayable(&self) -> bool {
        !matches!(self, Opener::Once(_))
    }

    pub(super) fn open(&self, len: Option<u64>) -> OpenSource {
        let reader = match self {
            Opener::File(range) => return OpenSource::File(file::Reading::open(range.clone(), len.unwrap_or(0))),
            Opener::Factory(factory) => ReaderState::Opening(factory()),
            Opener::Once(shared) => {
                let reader = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
                ReaderState::from(reader.ok_or_else(|| {
                    Error::other("this reader was sent already: it can be read only once, not again and not by a clone")
                }))
            }
        };
        let check_end = len.is_some();
        OpenSource::Reader(Promised { reader, len: len.unwrap_or(0), left: len, check_end, buffer: BytesMut::new() })
    }
}

/// A source being read.
pub(super) enum OpenSource {
    File(file::Reading),
    Reader(Promised),
}

impl OpenSource {
    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match self {
            OpenSource::File(file) => file.poll_chunk(cx),
            OpenSource::Reader(reader) => reader.poll_chunk(cx),
        }
    }
}

/// A reader being read, which must keep its promise.
pub(super) struct Promised {
    reader: ReaderState,
    len: u64,
    left: Option<u64>,
    /// Whether the source must end where its promised length does.
    check_end: bool,
    buffer: BytesMut,
}

enum ReaderState {
    Opening(Opening),
    Open(BoxReader),
    Failed(Error),
}

impl From<io::Result<BoxReader>> for ReaderState {
    fn from(opened: io::Result<BoxReader>) -> ReaderState {
        opened.map_or_else(ReaderState::Failed, ReaderState::Open)
    }
}

impl Promised {
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            let reader = match &mut self.reader {
                ReaderState::Open(reader) => reader,
                ReaderState::Opening(opening) => {
                    self.reader = ready!(opening.as_mut().poll(cx)).into();
                    continue;
                }
                ReaderState::Failed(error) => {
                    let error = std::mem::replace(error, ErrorKind::Other.into());
                    return Poll::Ready(Some(Err(error)));
                }
            };
            let wanted = self.left.map_or(READ, |left| usize::try_from(left).map_or(READ, |left| left.min(READ)));
            if wanted > 0 {
                // Takes the old allocation back where the last chunk is gone by now.
                if self.buffer.capacity() < READ / 4 {
                    self.buffer.reserve(wanted);
                }
                let mut room = (&mut self.buffer).limit(wanted);
                let got = match ready!(pin!(reader.read_buf(&mut room)).poll(cx)) {
                    Ok(got) => got,
                    Err(error) => return Poll::Ready(Some(Err(error))),
                };
                match &mut self.left {
                    None if got == 0 => return Poll::Ready(None),
                    Some(_) if got == 0 => return Poll::Ready(Some(Err(self.ended_early()))),
                    None => return Poll::Ready(Some(Ok(self.buffer.split().freeze()))),
                    Some(left) => {
                        *left -= got as u64;
                        if *left > 0 {
                            return Poll::Ready(Some(Ok(self.buffer.split().freeze())));
                        }
                    }
                }
            }
            // The last chunk is held back until the source proves to end here: once it is out, the other side has
            // a body that looks complete.
            if self.check_end {
                let mut byte = [0];
                let mut probe = ReadBuf::new(&mut byte);
                if let Err(error) = ready!(reader.as_mut().poll_read(cx, &mut probe)) {
                    return Poll::Ready(Some(Err(error)));
                }
                if !probe.filled().is_empty() {
                    return Poll::Ready(Some(Err(self.goes_on())));
                }
                self.check_end = false;
            }
            let last = self.buffer.split().freeze();
            return Poll::Ready((!last.is_empty()).then_some(Ok(last)));
        }
    }

    fn ended_early(&self) -> Error {
        let got = self.len - self.left.unwrap_or(0);
        let text = format!("the reader ended after {got} of the {} bytes promised", self.len);
        Error::new(ErrorKind::UnexpectedEof, text)
    }

    fn goes_on(&self) -> Error {
        let text = format!("the reader continues after the {} bytes promised", self.len);
        Error::new(ErrorKind::InvalidData, text)
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

/// Runs what would block elsewhere, from now on, in one trip for several system calls; an error, not a panic, without a
/// runtime.
pub(crate) fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> impl Future<Output = io::Result<T>> + Send {
    let spawned = Handle::try_current().map(|runtime| runtime.spawn_blocking(work));
    async move {
        let spawned = spawned.map_err(|_| Error::other(RequestError::NO_RUNTIME))?;
        spawned.await.map_err(Error::other)?
    }
}
