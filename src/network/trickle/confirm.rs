//! What becomes of a segment after it was sent: confirmed, repeated or lost.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{sleep, timeout};

use super::channel::{Channel, Inner};
use super::error::{Error, Result};
use super::step::{pause, within, write_whole};
use super::unconfirmed::Unconfirmed;
use super::wire::Connection;

/// What becomes of a segment whose connection was lost.
///
/// The server **appends** to a segment that is not complete, **throws away** what is posted to one that is, and says 200 to both. It
/// does not say how much of a segment it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resend {
    /// Repeated if no byte of its content was sent; otherwise the segment is closed as it is, and reported as
    /// [`Error::Lost`].
    #[default]
    Unsent,
    /// Repeated as a whole, with the same sequence number. Subscribers may see a part of the content twice: for
    /// content whose reader recognises that, as of [`framed`](super::framed).
    Whole,
    /// Never repeated, and reported as [`Error::Lost`].
    Never,
}

/// How segments of a channel are posted.
pub(super) struct Post {
    pub(super) inner: Arc<Inner>,
    pub(super) media_type: Option<String>,
    pub(super) resend: Resend,
    pub(super) attempts: u32,
    pub(super) outcome: Outcome,
    pub(super) unconfirmed: Unconfirmed,
}

/// What the caller has still to be told of.
#[derive(Default)]
pub(super) struct Outcome {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    lost: VecDeque<Error>,
    /// The channel ended or was not there.
    gone: Option<fn() -> Error>,
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

    fn gone(&self, error: &Error) {
        match error {
            Error::Ended => self.state().gone = Some(|| Error::Ended),
            Error::NotFound => self.state().gone = Some(|| Error::NotFound),
            _ => {}
        }
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

    /// Repeats a segment that has no response, or keeps the error for the caller.
    pub(super) async fn repair_or_report(&self, seq: u64, reset: bool, content: &[u8], error: Error) {
        if let Err(error) = self.repair(seq, reset, content, !content.is_empty(), error).await {
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
        // What is idle may have been lost with the other connection.
        let mut connection = self.inner.begin_fresh(&self.head(seq, reset)).await?;
        *touched |= !content.is_empty();
        // What the server said counts for more than that it no longer reads.
        let written = write_whole(self.inner.stall, &mut connection, content).await;
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
