//! How values are being read on this thread, and where reading failed.

use std::cell::{Cell, RefCell};

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

pub(crate) enum Step {
    Field(&'static str),
    Unknown(String),
    Item(usize),
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Kind) };

    /// Where reading failed, innermost first. Filled on the way out of a failure only, so that success pays nothing.
    static FAILED_AT: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
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

/// Notes where reading fails, on the way out.
pub(crate) fn note(step: Step) {
    FAILED_AT.with_borrow_mut(|steps| {
        // A value that is tried and given up again leaves its steps behind; no real answer is this deep.
        if steps.len() < 128 {
            steps.push(step);
        }
    });
}

/// Forgets earlier failures; to be called before reading.
pub(crate) fn forget_failure() {
    FAILED_AT.with_borrow_mut(Vec::clear);
}

/// The JSON path at which the last reading on this thread failed, such as `status.phase` or `chunks[3].text`.
pub(crate) fn failed_at() -> String {
    let mut path = String::new();
    for step in FAILED_AT.take().into_iter().rev() {
        let name = match &step {
            Step::Field(name) => name,
            Step::Unknown(name) => name.as_str(),
            Step::Item(index) => {
                path.push_str(&format!("[{index}]"));
                continue;
            }
        };
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    }
    path
}
