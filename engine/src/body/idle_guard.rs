//! The time-out of a body that is received.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::error::IdleTimeout;
use crate::runtime::{Sleep, sleep};

/// Ends the waiting for a body when nothing arrives for so long.
pub(crate) struct IdleGuard {
    idle: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl IdleGuard {
    pub(crate) fn new(idle: Duration) -> Self {
        Self { idle, sleep: None }
    }

    pub(crate) fn idle(&self) -> Duration {
        self.idle
    }

    /// Something arrived.
    pub(crate) fn record(&mut self) {
        self.sleep = None;
    }

    /// Nothing has arrived. Only a body that keeps us waiting pays for a timer.
    pub(crate) fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<IdleTimeout> {
        let idle = self.idle;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep(idle)));
        sleep.as_mut().poll(cx).map(|()| IdleTimeout(idle))
    }
}
