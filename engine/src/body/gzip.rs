//! Decoding `Content-Encoding: gzip` piece by piece.
//!
//! Not left to the HTTP client: what several do with a second member or with data behind the last is to drop it in silence.

use bytes::{Buf, Bytes, BytesMut};
use zlib_rs::{Inflate, InflateFlush, Status};

/// How many bytes are decoded at a time, at most.
const PIECE: usize = 32 * 1024;

/// How much longer than its content gzip data may be, in bytes, and how many times as long: far beyond what flushing after
/// each byte makes of it. Otherwise data without content would never end, unnoticed by the limits on what is decoded.
const OVERHEAD: (u64, u64) = (64 * 1024, 32);

/// What is wrong with gzip data.
#[derive(Debug, thiserror::Error)]
pub(super) enum GzipError {
    #[error("the response's gzip data ends early")]
    EndsEarly,
    #[error("the response says that it is gzip data, and is not")]
    NotGzip,
    #[error("the response's gzip data is corrupt: {0}")]
    Corrupt(&'static str),
    #[error("something that is no gzip data follows the response's gzip data")]
    Followed,
    #[error("the response's gzip data goes on without content")]
    NoContent,
}

/// Decodes gzip data: any number of members, one after the other, and nothing else.
#[derive(Default)]
pub(super) struct Decoder {
    /// What has not been decoded yet.
    input: Bytes,
    /// The member under way.
    member: Option<Inflate>,
    /// Whether a member has ended.
    ended: bool,
    /// Whether more may come without further input.
    more: bool,
    received: u64,
    given: u64,
}

impl Decoder {
    /// Takes further input. To be called when [`next`](Self::next) gave `None`.
    pub(super) fn feed(&mut self, input: Bytes) {
        self.received += input.len() as u64;
        self.input = input;
    }

    /// Whether the data may end here.
    pub(super) fn finish(&self) -> Result<(), GzipError> {
        if self.member.is_some() { Err(GzipError::EndsEarly) } else { Ok(()) }
    }

    /// The next piece of the content; `None` when there is none without further input.
    pub(super) fn next(&mut self) -> Option<Result<Bytes, GzipError>> {
        while self.more || !self.input.is_empty() {
            match self.step() {
                Ok(piece) if piece.is_empty() => {}
                other => return Some(other),
            }
        }
        let (bytes, times) = OVERHEAD;
        (self.received > self.given.saturating_mul(times).saturating_add(bytes)).then_some(Err(GzipError::NoContent))
    }

    fn step(&mut self) -> Result<Bytes, GzipError> {
        let begins = self.member.is_none();
        if begins && self.input.first() != Some(&0x1f) {
            return Err(if self.ended { GzipError::Followed } else { GzipError::NotGzip });
        }
        // 15 bits of window, and 16 for the gzip format.
        let member = self.member.get_or_insert_with(|| Inflate::new(true, 15 + 16));
        // Most content is a few times as long; what is not fetched now is fetched next.
        let mut piece = BytesMut::zeroed(self.input.len().saturating_mul(6).clamp(1024, PIECE));
        let (input_before, output_before) = (member.total_in(), member.total_out());
        let status = member.decompress(&self.input, &mut piece, InflateFlush::NoFlush);
        // Both are no more than the lengths of what was passed.
        let consumed = (member.total_in() - input_before) as usize;
        let produced = (member.total_out() - output_before) as usize;
        let status = match status {
            Ok(status) => status,
            Err(_) => return Err(GzipError::Corrupt(member.error_message().unwrap_or("it cannot be decoded"))),
        };
        if status == Status::StreamEnd {
            (self.member, self.ended) = (None, true);
        } else if consumed == 0 && produced == 0 && !self.input.is_empty() {
            // Impossible, but it must not loop endlessly.
            return Err(GzipError::Corrupt("it cannot be decoded"));
        }
        self.more = self.member.is_some() && produced == piece.len();
        self.input.advance(consumed);
        self.given += produced as u64;
        piece.truncate(produced);
        Ok(piece.freeze())
    }
}
