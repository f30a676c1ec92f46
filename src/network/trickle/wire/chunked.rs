//! The chunked transfer coding, as it is read.

use bytes::{Buf, Bytes, BytesMut};

/// The longest line of a chunk's size, extensions included.
const MAX_LINE: usize = 1024;
/// The longest trailer.
const MAX_TRAILER: usize = 16 * 1024;

/// Where in the body the next byte is.
#[derive(Debug, Default)]
pub(crate) struct Chunked {
    state: State,
    trailer: usize,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Size,
    Data(u64),
    DataEnd,
    Trailer,
    End,
}

/// What the next bytes are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Data(Bytes),
    /// More bytes are needed to tell.
    Incomplete,
    End,
}

impl Chunked {
    /// Takes the next piece from what was received.
    pub(crate) fn decode(&mut self, buffer: &mut BytesMut) -> Result<Piece, &'static str> {
        loop {
            match &mut self.state {
                State::Size => match line(buffer, MAX_LINE, "the line of a chunk's size is too long")? {
                    None => return Ok(Piece::Incomplete),
                    Some(line) => match size(&line)? {
                        0 => self.state = State::Trailer,
                        size => self.state = State::Data(size),
                    },
                },
                State::Data(left) => {
                    if buffer.is_empty() {
                        return Ok(Piece::Incomplete);
                    }
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
                    *left -= here as u64;
                    let data = buffer.split_to(here).freeze();
                    if *left == 0 {
                        self.state = State::DataEnd;
                    }
                    return Ok(Piece::Data(data));
                }
                State::DataEnd => match (buffer.first(), buffer.get(1)) {
                    (Some(b'\r'), Some(b'\n')) => {
                        buffer.advance(2);
                        self.state = State::Size;
                    }
                    (None, _) | (Some(b'\r'), None) => return Ok(Piece::Incomplete),
                    _ => return Err("a chunk is longer than its size"),
                },
                State::Trailer => match line(buffer, MAX_TRAILER - self.trailer, "the trailer is too long")? {
                    None => return Ok(Piece::Incomplete),
                    Some(line) if line.is_empty() => self.state = State::End,
                    Some(line) => self.trailer += line.len().min(MAX_TRAILER - self.trailer),
                },
                State::End => return Ok(Piece::End),
            }
        }
    }
}

/// Takes a line, without its end.
fn line(buffer: &mut BytesMut, limit: usize, too_long: &'static str) -> Result<Option<BytesMut>, &'static str> {
    let Some(end) = buffer.iter().take(limit + 2).position(|byte| *byte == b'\n') else {
        return if buffer.len() > limit { Err(too_long) } else { Ok(None) };
    };
    let mut line = buffer.split_to(end);
    buffer.advance(1);
    match line.split_off(line.len().saturating_sub(1)) {
        last if last[..] == b"\r"[..] => Ok(Some(line)),
        _ => Err("a line ends without a carriage return"),
    }
}

/// The size in a chunk's first line.
fn size(line: &[u8]) -> Result<u64, &'static str> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    // Signs, which `from_str_radix` accepts, are no digits.
    let digits = digits.iter().all(u8::is_ascii_hexdigit).then_some(digits).filter(|digits| digits.len() <= 16);
    let text = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    text.and_then(|text| u64::from_str_radix(text, 16).ok()).ok_or("a chunk's size is no number")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &[u8], step: usize) -> Result<(Vec<u8>, bool), &'static str> {
        let mut chunked = Chunked::default();
        let (mut buffer, mut data) = (BytesMut::new(), Vec::new());
        for part in text.chunks(step) {
            buffer.extend_from_slice(part);
            loop {
                match chunked.decode(&mut buffer)? {
                    Piece::Data(bytes) => data.extend_from_slice(&bytes),
                    Piece::Incomplete => break,
                    Piece::End => return Ok((data, true)),
                }
            }
        }
        Ok((data, false))
    }

    #[test]
    fn chunks_are_joined_wherever_they_are_cut() {
        let text = b"4\r\nwiki\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n";
        for step in 1..text.len() {
            assert_eq!(decode(text, step), Ok((b"wiki0123456789".to_vec(), true)), "{step}");
        }
    }

    #[test]
    fn an_end_before_the_last_chunk_is_no_end() {
        assert_eq!(decode(b"4\r\nwiki\r\n", 3), Ok((b"wiki".to_vec(), false)));
        assert_eq!(decode(b"4\r\nwiki\r\n0\r\n", 3), Ok((b"wiki".to_vec(), false)));
    }

    #[test]
    fn what_is_no_chunk_is_an_error() {
        for text in [&b"x\r\n"[..], b"+4\r\nwiki", b"4\nwiki", b"4\r\nwikipedia", b"\r\n", b"11111111111111111\r\n"] {
            assert!(decode(text, 1).is_err(), "{text:?}");
        }
        assert!(decode(&[b'1'; MAX_LINE + 2], 100).is_err());
        let trailer = [&b"0\r\n"[..], &b"a: b\r\n".repeat(MAX_TRAILER)].concat();
        assert!(decode(&trailer, 1000).is_err());
    }
}
