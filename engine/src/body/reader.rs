//! Readers behind a body: how they are made, and read without a byte more or less than promised.

use std::io::{self, Error, ErrorKind};
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use super::source::Opener;
use crate::error::named;

/// Bytes asked of a reader at a time. Small reads are what makes uploads slow: each costs a trip to another thread.
const READ: usize = 256 * 1024;

/// A reader whose type is forgotten.
pub type BoxReader = Pin<Box<dyn AsyncRead + Send>>;
pub(super) type Opening = Pin<Box<dyn Future<Output = io::Result<BoxReader>> + Send>>;

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
    pub(super) fn opening(opening: Opening, len: Option<u64>) -> Self {
        Self::new(ReaderState::Opening(opening), len)
    }

    /// The reader that whoever comes first takes.
    pub(super) fn once(shared: &Mutex<Option<BoxReader>>, len: Option<u64>) -> Self {
        let reader = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reader = reader.ok_or_else(|| {
            Error::other("this reader was sent already: it can be read only once, not again and not by a clone")
        });
        Self::new(reader.into(), len)
    }

    fn new(reader: ReaderState, len: Option<u64>) -> Self {
        Self { reader, len: len.unwrap_or(0), left: len, check_end: len.is_some(), buffer: BytesMut::new() }
    }

    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
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
