//! What is not the result of a command: notes, progress, errors.

use std::fmt::Display;
use std::io::Write as _;

/// Writes a line to the standard error. Where `eprintln!` panics, because it is closed, nobody wants to know.
pub fn say(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
