//! Publishes what a reader yields.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout_at};

use crate::network::trickle::{Error, Publisher, Result};

/// The longest that a segment may last: servers delete a channel in which no segment begins for five minutes.
const MAX_LENGTH: Duration = Duration::from_secs(240);

/// When a segment ends and the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Rotation {
    every: Duration,
    bytes: u64,
}

impl Rotation {
    /// After so long, at most four minutes.
    pub fn every(time: Duration) -> Self {
        Self { every: time.min(MAX_LENGTH), bytes: u64::MAX }
    }

    /// Also after so many bytes.
    pub fn or_bytes(self, bytes: u64) -> Self {
        Self { bytes: bytes.max(1), ..self }
    }
}

impl Publisher {
    /// Publishes everything that a reader yields, such as the output of another program, until its end. Subscribers receive the
    /// bytes as they are read; returns how many there were. Nothing that was written is sent again.
    ///
    /// # Errors
    /// [`Error::Cut`] when the reader fails, and as for [`segment`](Self::segment).
    pub async fn pipe(&mut self, mut reader: impl AsyncRead + Send + Unpin, rotation: Rotation) -> Result<u64> {
        let mut buffer = vec![0; 64 * 1024];
        let mut total = 0;
        loop {
            let mut read = reader.read(&mut buffer).await.map_err(Error::Cut)?;
            if read == 0 {
                return Ok(total);
            }
            let end = Instant::now() + rotation.every;
            let mut segment = self.segment().await?;
            loop {
                segment.write(buffer.get(..read).unwrap_or_default()).await?;
                total += read as u64;
                if segment.written() >= rotation.bytes {
                    break;
                }
                match timeout_at(end, reader.read(&mut buffer)).await {
                    Ok(result) => read = result.map_err(Error::Cut)?,
                    Err(_) => break,
                }
                if read == 0 {
                    break;
                }
            }
            segment.finish().await?;
        }
    }
}
