//! Server-sent events that tell of changes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use livepeer::Body;
use std::convert::Infallible;
use tokio::sync::watch;

/// How long changes are collected before they are told, and how often an event comes without one.
const TOGETHER: Duration = Duration::from_millis(100);
const ANYWAY: Duration = Duration::from_secs(15);

/// A body of events, each with the number of changes so far.
pub fn body(changes: watch::Receiver<u64>) -> Body {
    Body::wrap(Events { next: Box::pin(std::future::ready(changes)) })
}

struct Events {
    next: Pin<Box<dyn Future<Output = watch::Receiver<u64>> + Send>>,
}

async fn wait(mut changes: watch::Receiver<u64>) -> watch::Receiver<u64> {
    if let Ok(Err(_)) = tokio::time::timeout(ANYWAY, changes.changed()).await {
        // The emulator is going away.
        return std::future::pending().await;
    }
    tokio::time::sleep(TOGETHER).await;
    changes
}

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut changes = std::task::ready!(self.next.as_mut().poll(cx));
        let count = *changes.borrow_and_update();
        self.next = Box::pin(wait(changes));
        Poll::Ready(Some(Ok(Frame::data(format!("data: {count}\n\n").into()))))
    }
}
