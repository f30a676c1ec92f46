//! Reading lists and objects.

use super::error::DecodeError;
use super::reader::Reader;
use super::skip::Step;

/// The greatest depth of lists and objects, the same as serde_json's, because deep nesting could overflow the stack.
const DEEPEST: u8 = 127;

impl Reader<'_> {
    /// Reads a list, item by item. `item` must read exactly one value.
    ///
    /// # Errors
    /// When what comes next is no list, and those of `item`.
    pub fn list(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), DecodeError>) -> Result<(), DecodeError> {
        self.open_list()?;
        let mut index = 0;
        while self.item(index == 0)? {
            let start = self.at;
            item(self).map_err(|error| error.in_item(index))?;
            if !self.skipped.is_empty() {
                self.skipped_in(start, Step::Index(index));
            }
            index += 1;
        }
        Ok(())
    }

    /// Reads an object, member by member. `member` gets the name and must read exactly one value.
    ///
    /// # Errors
    /// When what comes next is no object, and those of `member`.
    pub fn object(
        &mut self,
        mut member: impl FnMut(&str, &mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        self.open_object("an object")?;
        let mut first = true;
        while self.at_name(first)? {
            first = false;
            let name = self.name()?;
            let start = self.at;
            member(&name, self).map_err(|error| error.in_field(&name))?;
            if !self.skipped.is_empty() {
                self.skipped_in(start, Step::Name(&name));
            }
        }
        Ok(())
    }

    #[inline]
    pub(super) fn open_list(&mut self) -> Result<(), DecodeError> {
        match self.next() {
            b'[' => self.open(),
            _ => Err(self.expected("a list")),
        }
    }

    #[inline]
    pub(super) fn open_object(&mut self, what: &str) -> Result<(), DecodeError> {
        match self.next() {
            b'{' => self.open(),
            _ => Err(self.expected(what)),
        }
    }

    #[inline]
    fn open(&mut self) -> Result<(), DecodeError> {
        if self.depth == DEEPEST {
            return Err(self.syntax("nested too deeply"));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// Goes to the next item of a list; `false` when it was closed.
    #[inline]
    pub(super) fn item(&mut self, first: bool) -> Result<bool, DecodeError> {
        match self.next() {
            b',' if !first => self.at += 1,
            b']' => {
                self.at += 1;
                self.depth -= 1;
                return Ok(false);
            }
            _ if first => return Ok(true),
            _ => return Err(self.syntax("expected `,` or `]`")),
        }
        match self.next() {
            b']' => Err(self.syntax("trailing comma")),
            _ => Ok(true),
        }
    }

    /// Goes to the quote before the name of the next member of an object; `false` when it was closed.
    #[inline]
    pub(super) fn at_name(&mut self, first: bool) -> Result<bool, DecodeError> {
        match (self.byte(self.at), self.byte(self.at + 1)) {
            (b',', b'"') if !first => {
                self.at += 1;
                Ok(true)
            }
            (b'"', _) if first => Ok(true),
            (b'}', _) => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            _ => self.at_name_after_space(first),
        }
    }

    fn at_name_after_space(&mut self, first: bool) -> Result<bool, DecodeError> {
        match self.next() {
            b',' if !first => self.at += 1,
            b'}' => {
                self.at += 1;
                self.depth -= 1;
                return Ok(false);
            }
            _ if first => {}
            _ => return Err(self.syntax("expected `,` or `}`")),
        }
        match self.next() {
            b'"' => Ok(true),
            b'}' => Err(self.syntax("trailing comma")),
            _ => Err(self.syntax("expected a name in quotes")),
        }
    }
}
