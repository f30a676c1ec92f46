//! The parsers of responses, lists and frames, for fuzzing.

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use typed_endpoint::codec::Options;

use super::offer::{Offer, rank};
use super::rejection::Rejection;
use super::trickle::framed::codec::{Decoder, Frame, Kind, encode};
use super::trickle::wire::chunked::{Chunked, Piece};
use super::trickle::wire::head;
use crate::endpoints::network::orchestrator::OrchestratorInfo;

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

/// A runner of a list, in the order in which they are tried.
#[derive(Debug)]
pub struct Listed {
    /// Its price in wei; 0 without one.
    pub amount: u128,
    /// The highest price that is paid for it.
    pub limit: u128,
    /// Whether it takes one more.
    pub is_free: bool,
}

/// Reads a list of orchestrators.
pub fn offers(bytes: &[u8]) -> Vec<Listed> {
    let Ok(list) = Options::new().decode_bytes::<Vec<OrchestratorInfo>>(bytes) else { return Vec::new() };
    let mut offers: Vec<_> = list.value.into_iter().flat_map(|one| Offer::all(one, None)).collect();
    rank(&mut offers);
    let listed = offers.iter().map(|offer| {
        let price = offer.price();
        let amount = price.as_ref().map_or(0, |price| price.amount.0);
        let limit = price.map_or(0, |price| price.limit(None).price.0);
        Listed { amount, limit, is_free: offer.free_capacity() > 0 }
    });
    listed.collect()
}

/// Whether a response says that nothing was done.
pub fn is_rejection(status: u16, headers: &HeaderMap, body: &[u8]) -> bool {
    Rejection::of_response(status, headers, body).is_some()
}
