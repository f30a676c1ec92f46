//! Turns: one at a time, in their order.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_channel::oneshot;

/// Lets one in at a time, the others in the order in which they came.
#[derive(Default)]
pub(crate) struct Turns(Mutex<State>);

#[derive(Default)]
struct State {
    taken: bool,
    waiting: VecDeque<oneshot::Sender<()>>,
}

/// Whose turn it is, until it is dropped.
pub(crate) struct Turn<'a>(&'a Turns);

impl Turns {
    /// Waits for a turn.
    pub(crate) async fn wait(&self) -> Turn<'_> {
        let called = {
            let mut state = self.lock();
            if state.taken {
                let (call, called) = oneshot::channel();
                state.waiting.push_back(call);
                Some(called)
            } else {
                state.taken = true;
                None
            }
        };
        match called {
            // Made before the wait, so that a turn that was given and is not taken goes on to the next.
            Some(called) => Waiting { turns: self, called }.await,
            None => Turn(self),
        }
    }

    /// The next one's turn. Those who have stopped waiting are left out.
    fn pass_on(&self) {
        // Called outside of the lock: whoever is called may come back at once.
        while let Some(next) = self.next() {
            if next.send(()).is_ok() {
                return;
            }
        }
    }

    fn next(&self) -> Option<oneshot::Sender<()>> {
        let mut state = self.lock();
        let next = state.waiting.pop_front();
        state.taken = next.is_some();
        next
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}

/// Waits to be called.
struct Waiting<'a> {
    turns: &'a Turns,
    called: oneshot::Receiver<()>,
}

impl<'a> Future for Waiting<'a> {
    type Output = Turn<'a>;

    fn poll(mut self: std::pin::Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> std::task::Poll<Turn<'a>> {
        // Senders are only dropped after they have sent.
        std::pin::Pin::new(&mut self.called).poll(cx).map(|_| Turn(self.turns))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // From now on nothing can be sent. What has been sent and not been taken is passed on.
        self.called.close();
        if let Ok(Some(())) = self.called.try_recv() {
            self.turns.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn turns_come_in_order_and_pass_by_who_has_left() {
        let turns = Turns::default();
        let mut cx = Context::from_waker(Waker::noop());
        let Poll::Ready(first) = pin!(turns.wait()).poll(&mut cx) else { panic!("nobody else is there") };
        let (mut second, mut third) = (Box::pin(turns.wait()), Box::pin(turns.wait()));
        assert!(second.as_mut().poll(&mut cx).is_pending() && third.as_mut().poll(&mut cx).is_pending());
        drop(first);
        assert!(third.as_mut().poll(&mut cx).is_pending());
        // It was its turn, and it does not take it.
        drop(second);
        let Poll::Ready(third) = third.as_mut().poll(&mut cx) else { panic!("it is the third's turn") };
        let mut fourth = Box::pin(turns.wait());
        assert!(fourth.as_mut().poll(&mut cx).is_pending());
        drop(fourth);
        drop(third);
        assert!(pin!(turns.wait()).poll(&mut cx).is_ready());
    }
}
