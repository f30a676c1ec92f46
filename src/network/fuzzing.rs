//! The parsers of responses and frames, for fuzzing.

use bytes::{Bytes, BytesMut};

use super::trickle::framed::codec::{Decoder, Frame, Kind, encode};
use super::trickle::wire::chunked::{Chunked, Piece};
use super::trickle::wire::head;

/// Reads responses in pieces of so many bytes: the heads as text, and the body of a chunked one, until an error.
pub fn response(bytes: &[u8], step: usize) -> (String, Vec<u8>, bool) {
    let (mut buffer, mut found, mut body) = (BytesMut::new(), None, Vec::new());
    let mut chunked = Chunked::default();
    for piece in bytes.chunks(step.max(1)) {
        buffer.extend_from_slice(piece);
        if found.is_none() {
            match head::take(&mut buffer) {
                Ok(None) => continue,
                Ok(Some(head)) => found = Some(format!("{head:?}")),
                Err(_) => return (String::new(), body, false),
            }
        }
        loop {
            match chunked.decode(&mut buffer) {
                Ok(Piece::Data(data)) => body.extend_from_slice(&data),
                Ok(Piece::Incomplete) => break,
                Ok(Piece::End) => return (found.unwrap_or_default(), body, true),
                Err(_) => return (found.unwrap_or_default(), body, false),
            }
        }
    }
    (found.unwrap_or_default(), body, true)
}

/// A frame of a message.
pub fn frame(run: u32, id: u64, content: &[u8]) -> Vec<u8> {
    let mut out = BytesMut::new();
    encode(&Frame { kind: Kind::Message, run, id, content: Bytes::copy_from_slice(content) }, &mut out);
    out.to_vec()
}

/// The frames of a segment that comes in pieces of so many bytes: run, id, content.
pub fn frames(bytes: &[u8], step: usize, limit: usize) -> Vec<(u32, u64, Vec<u8>)> {
    let mut decoder = Decoder::new(limit);
    let mut frames = Vec::new();
    for piece in bytes.chunks(step.max(1)) {
        decoder.push(piece);
        frames.extend(std::iter::from_fn(|| decoder.next()));
    }
    frames.extend(std::iter::from_fn(|| decoder.next_at_end()));
    frames.into_iter().map(|frame| (frame.run, frame.id, frame.content.to_vec())).collect()
}
