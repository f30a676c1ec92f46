//! Reading a body as a whole, within bounds.

use bytes::{Bytes, BytesMut};

use super::Body;
use crate::error::BodyError;

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
        while all.len() < limit
            && let Ok(Some(chunk)) = self.chunk().await
        {
            all.extend_from_slice(chunk.get(..limit - all.len()).unwrap_or(&chunk));
        }
        all.freeze()
    }
}
