//! Bodies of other crates.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::Frame;

use super::BoxError;

/// Another crate's body behind one pointer, its data and error types already ours.
pub(super) trait Foreign: Send {
    fn poll_foreign(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>>;
}

impl<B> Foreign for B
where
    B: http_body::Body + Send,
    B::Error: Into<BoxError>,
{
    fn poll_foreign(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // Costs nothing where the data is `Bytes` already, which it nearly always is.
        let ours = |frame: Frame<B::Data>| frame.map_data(|mut data| data.copy_to_bytes(data.remaining()));
        self.poll_frame(cx).map_ok(ours).map_err(Into::into)
    }
}
