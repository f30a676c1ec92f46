//! Skipping of values: those that are not needed, and those that cannot be read.

use super::error::{self, DecodeError};
use super::reader::{Kind, Mode, Reader};
use super::text::plain;

/// The number of places that are recorded; others are only counted.
const MOST_REPORTS: usize = 100;

/// A place in a text that could not be read and was skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// The path of the place, as in [`DecodeError::path`].
    pub path: String,
    /// What is wrong there.
    pub reason: String,
    pub(super) offset: usize,
}

impl Reader<'_> {
    /// Skips a value, and checks that it is JSON.
    pub(super) fn skip(&mut self) -> Result<(), DecodeError> {
        match self.kind() {
            Kind::List => {
                self.open_list()?;
                let mut first = true;
                while self.item(first)? {
                    first = false;
                    self.skip()?;
                }
                Ok(())
            }
            Kind::Object => {
                self.open_object("an object")?;
                let mut first = true;
                while self.at_name(first)? {
                    first = false;
                    self.skip_string()?;
                    match self.next() {
                        b':' => self.at += 1,
                        _ => return Err(self.syntax("expected `:`")),
                    }
                    self.skip()?;
                }
                Ok(())
            }
            _ => self.skip_scalar(),
        }
    }

    /// Skips a value that is neither list nor object; of these it reads nothing.
    pub(super) fn skip_scalar(&mut self) -> Result<(), DecodeError> {
        match self.next() {
            b'"' => self.skip_string(),
            b'0'..=b'9' | b'-' => self.number_text().map(|_| ()),
            b'n' => self.word("null"),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'[' | b'{' => Ok(()),
            _ => Err(self.no_value()),
        }
    }

    fn skip_string(&mut self) -> Result<(), DecodeError> {
        let end = plain(self.text.as_bytes(), self.at + 1);
        if self.byte(end) == b'"' {
            self.at = end + 1;
            return Ok(());
        }
        self.unescape(end, &mut |_| {})
    }

    /// Goes back to a value that could not be read and skips it, if the mode and the error allow.
    #[cold]
    pub(super) fn pass_over(
        &mut self,
        start: usize,
        depth: u8,
        error: DecodeError,
    ) -> Result<DecodeError, DecodeError> {
        if self.mode() != Mode::SkipInvalid || !error.is_data() {
            return Err(error);
        }
        // Skipping the whole replaces the reports of its parts.
        self.forget_skipped_from(start);
        (self.at, self.depth) = (start, depth);
        match self.skip() {
            Ok(()) => Ok(error),
            Err(error) => Err(error),
        }
    }

    /// Records what was skipped. Its path is that of the error, and is completed while callers return.
    #[cold]
    pub(super) fn report(&mut self, start: usize, error: DecodeError) {
        self.skipped_at.push(start);
        if self.skipped.len() < MOST_REPORTS {
            let (path, reason) = error.into_parts();
            self.skipped.push(Skipped { path, reason: reason.into_owned(), offset: start });
        }
    }

    pub(super) fn forget_skipped_from(&mut self, start: usize) {
        self.skipped.truncate(self.skipped.partition_point(|skipped| skipped.offset < start));
        self.skipped_at.truncate(self.skipped_at.partition_point(|offset| *offset < start));
    }

    /// Adds the reports of a JSON text within a string, which ends here.
    pub(super) fn report_within(&mut self, inner: Reader<'_>) {
        let (skipped, count) = reports(inner);
        let offset = self.at.saturating_sub(1);
        self.skipped_at.extend(std::iter::repeat_n(offset, count));
        let room = MOST_REPORTS.saturating_sub(self.skipped.len());
        self.skipped.extend(skipped.into_iter().take(room).map(|skipped| Skipped { offset, ..skipped }));
    }

    /// Adds a step to the paths of what was skipped after a position.
    #[cold]
    pub(super) fn skipped_in(&mut self, start: usize, step: Step<'_>) {
        for skipped in self.skipped.iter_mut().rev().take_while(|skipped| skipped.offset >= start) {
            match step {
                Step::Name(name) => error::prefix(&mut skipped.path, name),
                Step::Index(index) => error::prefix_index(&mut skipped.path, index),
            }
        }
    }
}

/// A step of a path.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

/// What was skipped, and how often in all.
pub(super) fn reports(reader: Reader<'_>) -> (Vec<Skipped>, usize) {
    (reader.skipped, reader.skipped_at.len())
}
