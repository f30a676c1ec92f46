//! What the parts of a session share: whether it is over, and the state of its payments.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use super::closed::Closed;
use super::state::PaymentState;

pub(super) struct Status {
    closed: watch::Sender<Option<Closed>>,
    /// Whether no further payment is to be begun.
    stopping: watch::Sender<bool>,
    payment: Mutex<Option<PaymentState>>,
}

impl Status {
    pub(super) fn new(payment: Option<PaymentState>) -> Self {
        Self { closed: watch::Sender::new(None), stopping: watch::Sender::new(false), payment: Mutex::new(payment) }
    }

    pub(super) fn closed(&self) -> Option<Closed> {
        self.closed.borrow().clone()
    }

    /// The first reason counts.
    pub(super) fn close(&self, reason: Closed) {
        self.closed.send_if_modified(|closed| {
            let is_new = closed.is_none();
            closed.get_or_insert(reason);
            is_new
        });
        self.stop();
    }

    pub(super) async fn wait_closed(&self) -> Closed {
        let mut closed = self.closed.subscribe();
        // The sender is part of `self`.
        match closed.wait_for(Option::is_some).await {
            Ok(closed) => closed.clone().unwrap_or(Closed::Ended),
            Err(_) => Closed::Ended,
        }
    }

    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    pub(super) async fn wait_stopping(&self) {
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    pub(super) fn save(&self, payment: &PaymentState) {
        *self.payment.lock().unwrap_or_else(PoisonError::into_inner) = Some(payment.clone());
    }

    pub(super) fn payment(&self) -> Option<PaymentState> {
        self.payment.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
