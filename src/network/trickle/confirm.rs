//! What becomes of a segment after it was sent: confirmed, repeated or lost.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::channel::{Channel, Inner};
use super::error::{Error, Result};
use super::publisher::{Resend, within, write_whole};
use super::wire::Connection;

/// How segments of a channel are posted.
pub(super) struct Post {
    pub(super) inner: Arc<Inner>,
    pub(super) media_type: Option<String>,
    pub(super) resend: Resend,
    pub(super) attempts: u32,
    pub(super) outcome: Outcome,
}

/// What the caller has still to be told of.
#[derive(Default)]
pub(super) struct Outcome {
    state: Mutex<State>,
    repaired: Notify,
}

#[derive(Default)]
struct State {
    lost: VecDeque<Error>,
    /// The channel ended or was not there.
    gone: Option<fn() -> Error>,
    /// Segments that are being repeated.
    repairing: usize,
}

impl Outcome {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports each lost segment once, and always that the channel is gone.
    pub(super) fn check(&self) -> Result<()> {
        let mut state = self.state();
        match (state.lost.pop_front(), state.gone) {
            (Some(error), _) => Err(error),
            (None, Some(error)) => Err(error()),
            (None, None) => Ok(()),
        }
    }

    /// Waits until no segment is being repeated: a newer one sent before it would be taken for the newest again.
    pub(super) async fn settled(&self) {
        loop {
            let repaired = self.repaired.notified();
            if self.state().repairing == 0 {
                return;
            }
            repaired.await;
        }
    }

    fn gone(&self, error: &Error) {
        match error {
            Error::Ended => self.state().gone = Some(|| Error::Ended),
            Error::NotFound => self.state().gone = Some(|| Error::NotFound),
            _ => {}
        }
    }
}

/// Counts a repair while it lasts.
struct Repairing<'a>(&'a Outcome);

impl<'a> Repairing<'a> {
    fn begin(outcome: &'a Outcome) -> Self {
        outcome.state().repairing += 1;
        Self(outcome)
    }
}

impl Drop for Repairing<'_> {
    fn drop(&mut self) {
        self.0.state().repairing -= 1;
        self.0.repaired.notify_waiters();
    }
}

impl Post {
    /// The head of the request for a segment.
    pub(super) fn head(&self, seq: u64, reset: bool) -> String {
        let media_type = self.media_type.as_ref().map(|value| format!("content-type: {value}\r\n"));
        let reset = if reset { "lp-trickle-reset: 1\r\n" } else { "" };
        let fields = format!("{}{reset}transfer-encoding: chunked\r\n", media_type.unwrap_or_default());
        self.inner.head("POST", format_args!("/{seq}"), fields)
    }

    /// Waits for the response to a segment that was sent, and repeats it if there is none.
    pub(super) async fn confirm(&self, mut connection: Connection, seq: u64, reset: bool, content: bytes::Bytes) {
        let Err(error) = self.response(&mut connection).await else {
            self.inner.keep(connection);
            return;
        };
        drop(connection);
        if let Err(error) = self.repair(seq, reset, &content, !content.is_empty(), error).await {
            self.outcome.state().lost.push_back(error);
        }
    }

    /// Waits for the response to what was sent.
    pub(super) async fn response(&self, connection: &mut Connection) -> Result<()> {
        let head = within(self.inner.stall, connection.head()).await?;
        match head.status {
            200 if head.closed => Err(Error::Ended),
            200 => {
                // An unread body would keep the connection from being used again.
                while let Ok(Ok(Some(_))) = timeout(self.inner.stall, connection.chunk()).await {}
                Ok(())
            }
            _ => Err(self.inner.refused(&head, connection).await),
        }
    }

    /// Repeats a segment, if it may be.
    pub(super) async fn repair(
        &self,
        seq: u64,
        reset: bool,
        content: &[u8],
        touched: bool,
        mut error: Error,
    ) -> Result<()> {
        let _repairing = Repairing::begin(&self.outcome);
        let repeat = match self.resend {
            Resend::Whole => true,
            Resend::Unsent => !touched,
            Resend::Never => false,
        };
        let mut touched = touched;
        let mut attempt = 1;
        while repeat && (self.resend == Resend::Whole || !touched) && error.is_transient() && attempt < self.attempts {
            sleep(pause(attempt)).await;
            attempt += 1;
            error = match self.again(seq, reset, content, &mut touched).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
        }
        self.outcome.gone(&error);
        if error.is_gone() && !touched {
            return Err(error);
        }
        if !error.is_gone() && touched {
            // Whoever waits for the rest of it would wait until five others have been published.
            let closed = Channel(self.inner.clone());
            let _ = timeout(self.inner.stall, closed.close_segment(seq)).await;
        }
        Err(Error::Lost { seq, source: Box::new(error) })
    }

    async fn again(&self, seq: u64, reset: bool, content: &[u8], touched: &mut bool) -> Result<()> {
        let mut connection = self.inner.begin(&self.head(seq, reset)).await?;
        *touched |= !content.is_empty();
        // What the server said counts for more than that it no longer reads.
        let written = write_whole(&self.inner, &mut connection, content).await;
        match (written, connection.head_now()) {
            (Err(error), Ok(None) | Err(_)) => Err(error),
            (Err(_), Ok(Some(head))) => Err(self.inner.refused(&head, &mut connection).await),
            (Ok(()), Ok(Some(head))) => match head.status {
                200 if head.closed => Err(Error::Ended),
                200 => Ok(()),
                _ => Err(self.inner.refused(&head, &mut connection).await),
            },
            (Ok(()), _) => {
                self.response(&mut connection).await?;
                self.inner.keep(connection);
                Ok(())
            }
        }
    }
}

/// How long to wait before another attempt: the first follows at once, because the server keeps only five segments.
pub(super) fn pause(attempt: u32) -> Duration {
    match attempt {
        0 | 1 => Duration::ZERO,
        _ => Duration::from_millis(10) * 4_u32.saturating_pow(attempt - 2).min(100),
    }
}
