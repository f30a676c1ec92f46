//! Bodies of requests, of which no more is kept than can be used.

use bytes::{Bytes, BytesMut};
use livepeer::Body;

/// A body that is longer than it may be.
pub struct TooLong;

/// Reads a body of at most so many bytes.
pub async fn read(mut body: Body, most: usize) -> Result<Bytes, TooLong> {
    let mut read = BytesMut::new();
    let mut is_too_long = false;
    // What is too long is received as well: whoever is still sending would see a broken connection in place of the response.
    while let Ok(Some(chunk)) = body.chunk().await {
        is_too_long |= read.len() + chunk.len() > most;
        if is_too_long {
            read = BytesMut::new();
        } else {
            read.extend_from_slice(&chunk);
        }
    }
    if is_too_long { Err(TooLong) } else { Ok(read.freeze()) }
}
