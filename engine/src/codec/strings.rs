//! Reading strings.

use std::borrow::Cow;

use super::error::DecodeError;
use super::reader::{Mode, Reader};
use super::text::plain;

impl<'a> Reader<'a> {
    /// The string that comes next.
    ///
    /// # Errors
    /// When it is something else.
    #[inline]
    pub fn text(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        match self.next() {
            b'"' => self.quoted(),
            _ => Err(self.expected("a string")),
        }
    }

    /// The string that comes next, owned. Unless the mode is [`Mode::Strict`], a number stands for its text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn string(&mut self) -> Result<String, DecodeError> {
        match self.next() {
            b'"' => self.quoted().map(Cow::into_owned),
            b'0'..=b'9' | b'-' if self.mode() != Mode::Strict => self.raw().map(str::to_owned),
            _ => Err(self.expected("a string")),
        }
    }

    /// The string whose quote stands here.
    #[inline]
    pub(super) fn quoted(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        let from = self.at + 1;
        let end = plain(self.text.as_bytes(), from);
        if self.byte(end) == b'"'
            && let Some(text) = self.text.get(from..end)
        {
            self.at = end + 1;
            return Ok(Cow::Borrowed(text));
        }
        self.escaped(end).map(Cow::Owned)
    }

    /// The string whose quote stands here, which is plain up to a position.
    #[cold]
    fn escaped(&mut self, end: usize) -> Result<String, DecodeError> {
        let mut text = String::with_capacity(end - self.at + 16);
        self.unescape(end, &mut |piece| text.push_str(piece))?;
        Ok(text)
    }

    /// Goes through the string whose quote stands here, which is plain up to a position.
    #[cold]
    pub(super) fn unescape(&mut self, mut end: usize, piece: &mut dyn FnMut(&str)) -> Result<(), DecodeError> {
        let mut from = self.at + 1;
        loop {
            piece(self.text.get(from..end).unwrap_or_default());
            self.at = end;
            match self.byte(end) {
                b'"' => {
                    self.at = end + 1;
                    return Ok(());
                }
                b'\\' => {
                    let letter = self.escape()?;
                    piece(letter.encode_utf8(&mut [0; 4]));
                }
                _ if end >= self.text.len() => return Err(self.syntax("unexpected end in a string")),
                _ => return Err(self.syntax("a control character in a string")),
            }
            from = self.at;
            end = plain(self.text.as_bytes(), from);
        }
    }

    /// The character that the escape here stands for.
    fn escape(&mut self) -> Result<char, DecodeError> {
        let letter = match self.byte(self.at + 1) {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(self.syntax("invalid escape in a string")),
        };
        self.at += 2;
        Ok(letter)
    }

    fn unicode_escape(&mut self) -> Result<char, DecodeError> {
        let first = self.code_unit()?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first).map_or_else(|| self.lone_surrogate(), Ok);
        }
        if first >= 0xdc00 || self.byte(self.at) != b'\\' || self.byte(self.at + 1) != b'u' {
            return self.lone_surrogate();
        }
        let after_first = self.at;
        let second = self.code_unit()?;
        if !(0xdc00..0xe000).contains(&second) {
            self.at = after_first;
            return self.lone_surrogate();
        }
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).map_or_else(|| self.lone_surrogate(), Ok)
    }

    /// A lone surrogate: JavaScript writes one if a text was cut within a character, and accepts it.
    fn lone_surrogate(&self) -> Result<char, DecodeError> {
        match self.mode() {
            Mode::Strict => Err(self.syntax("half of a surrogate pair in a string")),
            Mode::Lenient | Mode::SkipInvalid => Ok(char::REPLACEMENT_CHARACTER),
        }
    }

    /// The number of the `\uXXXX` here.
    fn code_unit(&mut self) -> Result<u32, DecodeError> {
        let digits = self.text.get(self.at + 2..self.at + 6).unwrap_or_default();
        let is_hex = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        match u32::from_str_radix(digits, 16) {
            Ok(unit) if is_hex => {
                self.at += 6;
                Ok(unit)
            }
            _ => Err(self.syntax("invalid escape in a string")),
        }
    }

    /// The name of a member, whose quote stands here, and the colon behind it.
    pub(super) fn name(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        let name = self.quoted()?;
        match self.next() {
            b':' => {
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.syntax("expected `:`")),
        }
    }
}
