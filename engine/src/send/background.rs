//! Sending what nobody waits for yet.

use super::Completed;
use crate::error::{ErrorInner, ErrorKind};
use crate::runtime::spawn;
use crate::transport::BoxFuture;

type Sent = Result<Completed, Box<ErrorInner>>;

/// Goes on whether it is polled or not, where there is a runtime. Dropping it still stops everything.
pub(crate) fn in_background(sending: BoxFuture<'static, Sent>) -> BoxFuture<'static, Sent> {
    #[cfg(feature = "tracing")]
    let sending: BoxFuture<'static, Sent> = Box::pin(tracing::Instrument::in_current_span(sending));
    match spawn(sending) {
        Ok(task) => Box::pin(async move {
            task.await.unwrap_or_else(|ended| Err(ErrorInner::new(ErrorKind::Transport, Some(ended))))
        }),
        Err(sending) => sending,
    }
}
