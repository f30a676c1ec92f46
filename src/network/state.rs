//! What has to be kept of a session so that another process can continue it.

use crate::endpoints::network::orchestrator::{Challenge, Orchestrator, PriceUnit};
use crate::endpoints::network::signer::{MaxPrice, PaymentKind, SignerState};
use crate::endpoints::prelude::*;

use super::price::{Paid, Price};

model! {
    /// A session, to be continued by [`Client::resume`](super::Client::resume), in another process if need be. It can be written as JSON, and
    /// holds secrets: anyone who has it can use the session.
    ///
    /// Only one process at a time may pay for a session, so take it from [`Session::detach`](super::Session::detach) rather than from a
    /// session that goes on.
    pub struct SessionState: Orchestrator, input {
        /// The app.
        app: String,
        /// The orchestrator's URL.
        orchestrator: Url,
        /// Id of the session.
        session_id: Secret,
        /// Where the app is called.
        app_url: Secret,
        /// Where the session is stopped.
        control_url: Secret,
        /// The payments; left out if the session is free.
        payment?: PaymentState,
    }

    /// The payments of a session.
    pub struct PaymentState: Orchestrator, input {
        /// The challenge that they respond to.
        challenge: Challenge,
        /// What is paid for.
        kind: PaymentKind,
        /// The app.
        app: String,
        /// Address of who pays.
        payer: String,
        /// No payment has a higher price.
        max_price: MaxPrice,
        /// How many payments were sent.
        payments: u64,
        /// The signer's state.
        signer?: SignerState,
        /// A payment that the orchestrator may not have.
        undelivered?: Undelivered,
    }

    /// A payment that the orchestrator may not have.
    pub struct Undelivered: Orchestrator, input {
        /// The payment.
        payment: Secret,
        /// Its credentials.
        segment: Secret,
        /// How often it was sent.
        attempts: u64,
    }
}

impl PaymentState {
    pub(super) fn paid(&self) -> Paid {
        let unit = PriceUnit::from(self.max_price.unit.as_str());
        Paid { payments: self.payments, max_price: Price { amount: self.max_price.price, unit } }
    }
}
