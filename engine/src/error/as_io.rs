//! An [`Error`] among errors of files and streams.

use std::error::Error as _;
use std::io;
use std::marker::PhantomData;

use super::{AnyBody, Error, ErrorKind};

/// For code that reads and writes, with the nearest kind. The error is inside, as the plain [`Error`] whatever its own
/// type was: `downcast` finds it.
impl<B> From<Error<B>> for io::Error {
    fn from(error: Error<B>) -> Self {
        let kind = match (error.kind(), error.status().map(|status| status.as_u16())) {
            (ErrorKind::Status, Some(401 | 403)) => io::ErrorKind::PermissionDenied,
            (ErrorKind::Status, Some(404 | 410)) => io::ErrorKind::NotFound,
            (ErrorKind::Connect, _) => io::ErrorKind::NotConnected,
            (ErrorKind::Timeout, _) => io::ErrorKind::TimedOut,
            (ErrorKind::Transport, _) => io::ErrorKind::ConnectionAborted,
            (ErrorKind::Decode | ErrorKind::TooLarge, _) => io::ErrorKind::InvalidData,
            (ErrorKind::Status, _) => io::ErrorKind::Other,
            (ErrorKind::Request, _) => own_kind(&error).unwrap_or(io::ErrorKind::InvalidInput),
            (ErrorKind::Body | ErrorKind::File, _) => own_kind(&error).unwrap_or(io::ErrorKind::Other),
        };
        Self::new(kind, Error::<AnyBody>(error.0, PhantomData))
    }
}

/// The kind of the system's error among the causes.
fn own_kind<B>(error: &Error<B>) -> Option<io::ErrorKind> {
    let mut causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind)
}

#[cfg(test)]
mod tests {
    use super::super::{ErrorInner, Unmapped};
    use super::*;

    fn as_io(kind: ErrorKind, status: Option<u16>) -> io::Error {
        let mut inner = ErrorInner::new(kind, None);
        inner.status = status.map(|status| status.try_into().unwrap());
        Error::<Unmapped>::new(inner).into()
    }

    #[test]
    fn the_kind_is_the_nearest_and_the_error_is_inside() {
        let cases = [
            (ErrorKind::Status, Some(404), io::ErrorKind::NotFound),
            (ErrorKind::Status, Some(403), io::ErrorKind::PermissionDenied),
            (ErrorKind::Status, Some(500), io::ErrorKind::Other),
            (ErrorKind::Timeout, None, io::ErrorKind::TimedOut),
            // The connection was lost within a response that had begun well.
            (ErrorKind::Transport, Some(200), io::ErrorKind::ConnectionAborted),
        ];
        for (kind, status, wanted) in cases {
            let error = as_io(kind, status);
            assert_eq!(error.kind(), wanted);
            let inside: Error = error.downcast().unwrap();
            assert_eq!((inside.kind(), inside.status().map(|status| status.as_u16())), (kind, status));
        }
    }
}
