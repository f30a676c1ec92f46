//! One token after the other.

use std::borrow::Cow;

use serde::de::{self, Expected, IgnoredAny, Unexpected};

use super::Error;

pub(super) struct Reader<'de> {
    /// What has not been read yet.
    pub(super) rest: &'de str,
    /// How many lists and objects are open.
    depth: u8,
}

/// As many lists and objects may be open at once, like in serde_json: more would be no answer but an attack on the stack.
const DEEPEST: u8 = 127;

pub(super) enum Number {
    Natural(u64),
    Negative(i64),
    Float(f64),
}

/// How many bytes from the start are plain: no quote, no backslash, no control character.
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let mut at = 0;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        // Of each byte the highest bit is set by what stops, and by what an earlier one that stops borrows. With its
        // second bit turned a quote is the next number after the control characters.
        let word = u64::from_le_bytes(*word);
        let control_or_quote = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
        let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
        let stops = (control_or_quote | backslash) & !word & (ONES << 7);
        if stops != 0 {
            return at + (stops.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + plain_at_end(bytes.get(at..).unwrap_or_default())
}

#[cold]
fn plain_at_end(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !matches!(byte, ..0x20 | b'"' | b'\\')).count()
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self { rest: text, depth: 0 }
    }

    /// The byte that the next token begins with. It is not read yet.
    #[inline]
    pub(super) fn next(&mut self) -> Option<u8> {
        match self.rest.as_bytes().first() {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.next_after_space(),
        }
    }

    #[inline(never)]
    fn next_after_space(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
        self.rest.as_bytes().first().copied()
    }

    /// Goes on after what has been read of the rest.
    #[inline]
    fn skip(&mut self, len: usize) {
        self.rest = self.rest.get(len..).unwrap_or_default();
    }

    /// Goes on after this, if it is what stands here.
    #[inline]
    pub(super) fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Nothing stands here, or nothing that a value can begin with.
    #[cold]
    pub(super) fn no_value(&self) -> Error {
        Error::syntax(if self.rest.is_empty() { "EOF while parsing a value" } else { "expected value" })
    }

    /// A value stands here that is of another kind.
    #[cold]
    pub(super) fn mismatch(&mut self, expected: &dyn Expected) -> Error {
        let found = |found: Unexpected<'_>| de::Error::invalid_type(found, expected);
        let failure = match self.next() {
            Some(b'"') => self.string().map(|text| found(Unexpected::Str(&text))),
            Some(b'0'..=b'9' | b'-') => self.number().map(|number| {
                found(match number {
                    Number::Natural(number) => Unexpected::Unsigned(number),
                    Number::Negative(number) => Unexpected::Signed(number),
                    Number::Float(number) => Unexpected::Float(number),
                })
            }),
            Some(b'[') => Ok(found(Unexpected::Seq)),
            Some(b'{') => Ok(found(Unexpected::Map)),
            Some(b't') => self.word("true").map(|()| found(Unexpected::Bool(true))),
            Some(b'f') => self.word("false").map(|()| found(Unexpected::Bool(false))),
            Some(b'n') => self.word("null").map(|()| found(Unexpected::Unit)),
            _ => Err(self.no_value()),
        };
        failure.unwrap_or_else(|error| error)
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), Error> {
        if self.eat(word) { Ok(()) } else { Err(Error::syntax("expected ident")) }
    }

    /// The string that stands here.
    pub(super) fn string(&mut self) -> Result<Cow<'de, str>, Error> {
        if let Some(text) = self.rest.strip_prefix('"')
            && let Some((text, rest)) = text.split_at_checked(plain(text.as_bytes()))
            && let Some(rest) = rest.strip_prefix('"')
        {
            self.rest = rest;
            return Ok(Cow::Borrowed(text));
        }
        self.escaped()
    }

    /// The string that stands here, with escapes in it.
    #[cold]
    fn escaped(&mut self) -> Result<Cow<'de, str>, Error> {
        let bytes = self.rest.as_bytes();
        let mut end = 1;
        loop {
            end += plain(bytes.get(end..).unwrap_or_default());
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => {
                    return Err(Error::syntax("control character (\\u0000-\\u001F) found while parsing a string"));
                }
                None => return Err(Error::syntax("EOF while parsing a string")),
            }
        }
        let text = self.rest.get(..end + 1).unwrap_or_default();
        self.skip(end + 1);
        serde_json::from_str(text).map(Cow::Owned).map_err(|error| Error::of_part(&error, false))
    }

    pub(super) fn number(&mut self) -> Result<Number, Error> {
        let bytes = self.rest.as_bytes();
        let negative = bytes.first() == Some(&b'-');
        let digits = bytes.get(usize::from(negative)..).unwrap_or_default();
        let (mut number, mut len) = (0_u64, 0);
        while let Some(digit @ b'0'..=b'9') = digits.get(len) {
            // More digits than fit are dealt with below.
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            len += 1;
        }
        let is_plain = (1..=18).contains(&len)
            && (digits.first() != Some(&b'0') || (len == 1 && !negative))
            && !matches!(digits.get(len), Some(b'.' | b'e' | b'E'));
        if !is_plain {
            return self.odd_number();
        }
        self.skip(usize::from(negative) + len);
        Ok(match negative {
            true => Number::Negative(-(number as i64)),
            false => Number::Natural(number),
        })
    }

    /// A number that is large, has a fraction or an exponent, or is none.
    fn odd_number(&mut self) -> Result<Number, Error> {
        let is_part = |byte: u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let len = self.rest.bytes().position(|byte| !is_part(byte)).unwrap_or(self.rest.len());
        let text = self.rest.get(..len).unwrap_or_default();
        self.skip(len);
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, part) = digits.split_at(digits.bytes().take_while(u8::is_ascii_digit).count());
        // What Rust would read, but is no JSON.
        let is_odd = match part.strip_prefix('.') {
            Some(fraction) => !fraction.starts_with(|digit: char| digit.is_ascii_digit()),
            None => false,
        };
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) || is_odd {
            return Err(Error::syntax("invalid number"));
        }
        if part.is_empty() {
            match (text.parse(), text.parse()) {
                (Ok(number), _) => return Ok(Number::Natural(number)),
                // No integer is a negative zero.
                (_, Ok(number)) if number != 0 => return Ok(Number::Negative(number)),
                _ => {}
            }
        }
        match text.parse() {
            Ok(number) if f64::is_finite(number) => Ok(Number::Float(number)),
            Ok(_) => Err(Error::syntax("number out of range")),
            Err(_) => Err(Error::syntax("invalid number")),
        }
    }

    /// The text of the value that stands here, which nobody has looked into.
    pub(super) fn raw(&mut self) -> Result<&'de str, Error> {
        self.next();
        let rest = self.rest;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => self.skip(values.byte_offset()),
            Some(Err(error)) => return Err(Error::of_part(&error, false)),
            None => return Err(self.no_value()),
        }
        Ok(rest.get(..values.byte_offset()).unwrap_or_default())
    }

    /// Opens a list or an object.
    pub(super) fn open(&mut self) -> Result<(), Error> {
        if self.depth == DEEPEST {
            return Err(Error::syntax("recursion limit exceeded"));
        }
        self.depth += 1;
        self.skip(1);
        Ok(())
    }

    /// Whether another item stands here, rather than the end.
    pub(super) fn another(&mut self, is_first: bool, end: u8) -> Result<bool, Error> {
        match self.next() {
            Some(byte) if byte == end => return Ok(false),
            Some(_) if is_first => return Ok(true),
            Some(_) if self.eat(",") => {}
            Some(_) if end == b']' => return Err(Error::syntax("expected `,` or `]`")),
            Some(_) => return Err(Error::syntax("expected `,` or `}`")),
            None if end == b']' => return Err(Error::syntax("EOF while parsing a list")),
            None => return Err(Error::syntax("EOF while parsing an object")),
        }
        match self.next() {
            Some(byte) if byte == end => Err(Error::syntax("trailing comma")),
            Some(_) => Ok(true),
            None => Err(self.no_value()),
        }
    }

    pub(super) fn close(&mut self, end: u8) -> Result<(), Error> {
        self.depth -= 1;
        match self.next() {
            Some(byte) if byte == end => {}
            Some(b',') => return Err(de::Error::custom("more items than there is room for")),
            _ => return Err(Error::syntax("trailing characters")),
        }
        self.skip(1);
        Ok(())
    }

    /// Closes what could not be read, as far as it can be closed: some adapters pass over errors and read on.
    #[cold]
    pub(super) fn leave(&mut self, end: u8, error: &mut Error) {
        error.met(self.rest.len());
        let _ = self.close(end);
    }
}
