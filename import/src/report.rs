//! What the output says otherwise than the document, and why there is none.

use std::collections::HashSet;
use std::fmt;

/// Why nothing was written: where, what, and what to do about it.
#[derive(Debug)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the output only approximates, with its place in the document.
#[derive(Debug, Default)]
pub struct Report {
    notes: Vec<(String, String)>,
    seen: HashSet<(String, String)>,
}

impl Report {
    /// Adds a note, once.
    pub fn note(&mut self, place: &str, text: impl Into<String>) {
        let note = (place.to_owned(), text.into());
        if self.seen.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    /// The notes, in the order of the document.
    pub fn notes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.notes.iter().map(|(place, text)| (place.as_str(), text.as_str()))
    }
}
