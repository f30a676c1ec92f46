//! Reading a body as a whole, within bounds.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::Body;
use crate::error::BodyError;
use crate::runtime::timeout;

impl Body {
    /// The whole content, held in memory; for at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// When there is more than `limit` bytes, or reading fails.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, BodyError> {
        self.collect(limit).await
    }

    pub(crate) async fn collect(&mut self, limit: usize) -> Result<Bytes, BodyError> {
        let announced = self.len();
        if announced.is_some_and(|len| len > limit as u64) {
            return Err(BodyError::TooLarge { limit });
        }
        let first = self.chunk().await.map_err(BodyError::Read)?.unwrap_or_default();
        if first.len() > limit {
            return Err(BodyError::TooLarge { limit });
        }
        let Some(mut chunk) = self.chunk().await.map_err(BodyError::Read)? else {
            return Ok(first);
        };
        let room = announced.and_then(|len| usize::try_from(len).ok()).unwrap_or(first.len() + chunk.len());
        let mut all = BytesMut::with_capacity(room.min(limit));
        all.extend_from_slice(&first);
        loop {
            if chunk.len() > limit - all.len() {
                return Err(BodyError::TooLarge { limit });
            }
            all.extend_from_slice(&chunk);
            match self.chunk().await.map_err(BodyError::Read)? {
                Some(next) => chunk = next,
                None => return Ok(all.freeze()),
            }
        }
    }

    /// The first bytes of the content, `limit` at most, even if reading fails after them: for the text of an error,
    /// where some of it is better than none.
    pub async fn prefix(mut self, limit: usize) -> Bytes {
        let mut all = BytesMut::new();
        self.read_prefix(limit, &mut all).await;
        all.freeze()
    }

    /// The same, as far as it arrives within so much time; and whether it is the whole content.
    pub(crate) async fn prefix_within(mut self, limit: usize, time: Duration) -> (Bytes, bool) {
        let mut all = BytesMut::new();
        let whole = matches!(timeout(time, self.read_prefix(limit, &mut all)).await, Ok(true));
        (all.freeze(), whole)
    }

    /// Whether that was all of it.
    async fn read_prefix(&mut self, limit: usize, all: &mut BytesMut) -> bool {
        while all.len() < limit {
            match self.chunk().await {
                Ok(Some(chunk)) => all.extend_from_slice(chunk.get(..limit - all.len()).unwrap_or(&chunk)),
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
        false
    }
}
