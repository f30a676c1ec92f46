//! How values are being read on this thread.

use std::cell::Cell;

/// How values are read.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    /// As answers are: what can be understood is.
    Kind,
    /// As servers read requests: unknown fields, nulls and numbers as text are errors.
    #[cfg(feature = "mock")]
    Strict,
    /// As an answer is that could not be read because of one of its optional fields. These are now left out, and what
    /// they hold is kept in [`Extra`](crate::Extra): an answer that was given only once (a new private key) is not lost
    /// over a detail.
    Salvaging,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Kind) };
}

/// How values are read now.
#[inline]
pub(crate) fn mode() -> Mode {
    MODE.get()
}

/// Whether values are read strictly now.
#[inline]
pub(crate) fn is_strict() -> bool {
    #[cfg(feature = "mock")]
    return mode() == Mode::Strict;
    #[cfg(not(feature = "mock"))]
    false
}

/// Reads in a mode.
pub(crate) fn within<T>(mode: Mode, read: impl FnOnce() -> T) -> T {
    /// Ends it even if the reading panics.
    struct End;

    impl Drop for End {
        fn drop(&mut self) {
            MODE.set(Mode::Kind);
        }
    }

    let _end = End;
    MODE.set(mode);
    read()
}

/// What is said of a field that the model does not know, where that is an error.
pub(crate) const UNKNOWN: &str = "is not known";
/// What is said of a value that the enum does not have, where that is an error.
pub(crate) const NOT_ALLOWED: &str = "is none of the allowed values";
