//! Which file an error of the system is about.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{RequestError, write_causes};

/// Stands in an [`io::Error`] of the same kind, around that of the system, which does not say which file it is about.
#[derive(Debug)]
struct FileError {
    path: PathBuf,
    source: io::Error,
}

/// Adds the path.
pub(crate) fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), FileError { path: path.into(), source: error })
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file {}", self.path.display())?;
        write_causes(self, f)
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// Why content that was to be sent could not be opened.
impl From<io::Error> for RequestError {
    fn from(error: io::Error) -> Self {
        let error = match error.downcast::<FileError>() {
            Ok(FileError { path, source }) => return Self::File { path, source: Arc::new(source) },
            Err(error) => error,
        };
        match error.downcast::<Self>() {
            Ok(error) => error,
            Err(error) => Self::Io { source: Arc::new(error) },
        }
    }
}
