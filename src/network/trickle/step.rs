//! Steps of every exchange: each is bounded, and repeated after a pause.

use std::future::Future;
use std::io::IoSlice;
use std::time::Duration;

use tokio::time::timeout;

use super::error::{Error, Result};
use super::wire::{Connection, WireError};

/// Writes a segment's whole content, with its end.
pub(super) async fn write_whole(stall: Duration, connection: &mut Connection, content: &[u8]) -> Result<()> {
    let size = format!("{:x}\r\n", content.len());
    let end: &[u8] = b"\r\n0\r\n\r\n";
    let mut parts = match content.is_empty() {
        true => [IoSlice::new(b""), IoSlice::new(b""), IoSlice::new(b"0\r\n\r\n")],
        false => [IoSlice::new(size.as_bytes()), IoSlice::new(content), IoSlice::new(end)],
    };
    within(stall, connection.write(&mut parts)).await
}

/// Bounds how long a step may take.
pub(super) async fn within<T>(
    stall: Duration,
    step: impl Future<Output = std::result::Result<T, WireError>>,
) -> Result<T> {
    match timeout(stall, step).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Error::Stalled(stall)),
    }
}

/// How long to wait before another attempt: the first follows at once, because the server keeps only five segments.
pub(super) fn pause(attempt: u32) -> Duration {
    match attempt {
        0 | 1 => Duration::ZERO,
        _ => Duration::from_millis(1) * 3_u32.saturating_pow(attempt - 2).min(250),
    }
}
