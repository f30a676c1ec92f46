//! Payments, one after another: each needs the state that came with the one before, so none is begun before it is settled.

use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use typed_endpoint::{ErrorBody as _, Retry};

use super::closed::Closed;
use super::error::{Error, Result};
use super::place::{self, Place};
use super::rejection::Rejection;
use super::state::{PaymentState, Undelivered};
use super::status::Status;
use crate::endpoints::network::orchestrator::{Orchestrator, Pay, Refresh};
use crate::endpoints::network::signer::{GenerateLivePayment, Signer, SignerError};

/// How often a new challenge is requested within a step.
const MAX_REFRESHES: u32 = 2;
/// How long one request may take. An attempt that takes longer is given up for another one, while there is still credit.
const LIMIT: Duration = Duration::from_secs(3);

/// Pays for one session or call.
pub(super) struct Payer {
    pub(super) signer: crate::Client<Signer>,
    pub(super) orchestrator: crate::Client<Orchestrator>,
    pub(super) state: PaymentState,
    pub(super) status: Arc<Status>,
    /// Whether the payment before was not accepted.
    pub(super) is_refused: bool,
}

/// What a signer said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Minted {
    /// A payment, which is to be delivered.
    Payment,
    /// Nothing is due yet.
    NotNeeded,
    /// The challenge is too old.
    TooOld,
}

/// The result of trying to pay.
#[derive(Debug)]
pub(super) enum Step {
    /// All that is due is paid.
    Settled,
    /// It did not work, and may work soon.
    Again,
    /// There is nothing more to pay.
    Over(Option<Closed>),
}

/// Why a payment was not delivered.
enum Delivery {
    /// It is not accepted; another one may be.
    Refused(String),
    Failed(Step),
}

impl Payer {
    /// Has the signer make a payment. Its state is the new one only if there is one: after a lost response the old one is sent
    /// again.
    pub(super) async fn mint(&mut self, limit: Duration) -> Result<Minted> {
        let PaymentState { challenge, kind, app, max_price, signer, .. } = &self.state;
        let mut request = GenerateLivePayment::new(&challenge.payment_params)
            .kind(kind.clone())
            .manifest_id(challenge.manifest_id.clone())
            .app(app)
            .max_price(max_price.clone());
        request.state.clone_from(signer);
        let error = match self.signer.call(request).retry(Retry::never()).deadline(limit).await {
            Ok(payment) => {
                self.state.signer = Some(payment.state);
                self.state.undelivered = Some(Undelivered::new(payment.payment, payment.seg_creds, 0));
                self.status.save(&self.state);
                return Ok(Minted::Payment);
            }
            Err(error) => error,
        };
        match error.body() {
            Some(SignerError::Refresh(_)) => Ok(Minted::TooOld),
            Some(SignerError::NotNeeded(_)) => Ok(Minted::NotNeeded),
            Some(SignerError::InsufficientBalance(reason)) => Err(Error::InsufficientBalance(reason.message())),
            _ => Err(Error::Signer(error.into())),
        }
    }

    /// Pays what is due.
    pub(super) async fn step(&mut self, attempt: u32) -> Step {
        // A signer that is slow rather than down must be able to respond.
        let limit = if attempt < 2 { LIMIT } else { LIMIT * 2 };
        for _ in 0..=MAX_REFRESHES {
            if self.state.undelivered.is_none() {
                match self.mint(limit).await {
                    Ok(Minted::Payment) => {}
                    Ok(Minted::NotNeeded) => return Step::Settled,
                    Ok(Minted::TooOld) => match self.refresh(limit).await {
                        Ok(()) => continue,
                        Err(step) => return step,
                    },
                    Err(error) => return after_minting(error),
                }
            }
            match self.deliver(limit).await {
                Ok(()) => {
                    self.is_refused = false;
                    return Step::Settled;
                }
                // A new challenge, and then a new payment, once: it would be refused again and again.
                Err(Delivery::Refused(text)) if self.is_refused => {
                    return Step::Over(Some(Closed::PaymentRefused(text)));
                }
                Err(Delivery::Refused(_)) => match self.refresh(limit).await {
                    Ok(()) => self.is_refused = true,
                    Err(step) => return step,
                },
                Err(Delivery::Failed(step)) => return step,
            }
        }
        Step::Again
    }

    /// Delivers the payment that was made.
    async fn deliver(&mut self, limit: Duration) -> std::result::Result<(), Delivery> {
        let over = |reason| Err(Delivery::Failed(Step::Over(reason)));
        let Some(undelivered) = &mut self.state.undelivered else { return Ok(()) };
        undelivered.attempts += 1;
        let was_sent = undelivered.attempts > 1;
        let Ok(place) = Place::of_payment_url(self.state.challenge.payment_url.expose()) else {
            return over(Some(Closed::PaymentRefused("its URL for payments cannot be used".into())));
        };
        let request = Pay::new(place.route, place.id, undelivered.payment.clone(), undelivered.segment.clone())
            .payer_address(&self.state.payer);
        // It counts as sent from now on, whether or not there is a response.
        if !was_sent {
            self.state.payments += 1;
        }
        self.status.save(&self.state);
        let call = self.orchestrator.call(request).server(&place.server).retry(Retry::never()).deadline(limit);
        let error = match call.await {
            Ok(_) => {
                self.settled();
                return Ok(());
            }
            Err(error) => error,
        };
        let text = || error.message().unwrap_or_default();
        match error.status().map(|status| status.as_u16()) {
            Some(404) if Rejection::of_error(&error).is_some() => over(Some(Closed::RunnerGone)),
            Some(404) => over(Some(Closed::Ended)),
            // The price is for the whole session, and it is paid.
            Some(409) => {
                self.settled();
                over(None)
            }
            // It arrived before, without a response: tickets are not accepted twice.
            Some(400) if was_sent => {
                self.settled();
                Ok(())
            }
            Some(400 | 402 | 403) => {
                self.settled();
                Err(Delivery::Refused(text()))
            }
            Some(status @ 400..500) if status != 408 && status != 429 => {
                over(Some(Closed::PaymentRefused(format!("{status}: {}", text()))))
            }
            _ => Err(Delivery::Failed(Step::Again)),
        }
    }

    fn settled(&mut self) {
        self.state.undelivered = None;
        self.status.save(&self.state);
    }

    /// Replaces what the signer needs to know of the orchestrator. Where payments go stays: the new challenge names another URL.
    async fn refresh(&mut self, limit: Duration) -> std::result::Result<(), Step> {
        let PaymentState { challenge, payer, .. } = &self.state;
        let Ok(url) = challenge.payment_url.expose().parse::<Uri>() else { return Err(Step::Over(None)) };
        let request = Refresh::new(payer, challenge.manifest_id.clone());
        let call = self.orchestrator.call(request).server(&place::origin(&url));
        match call.retry(Retry::never()).deadline(limit).await {
            Ok(new) => {
                self.state.challenge.payment_params = new.payment_params;
                self.status.save(&self.state);
                Ok(())
            }
            Err(error) => Err(match error.status().map(|status| status.as_u16()) {
                // It would say so again and again.
                Some(status @ (400 | 404 | 409)) => {
                    let reason = error.message().unwrap_or_default();
                    Step::Over(Some(Closed::PaymentRefused(format!("{status}: {reason}"))))
                }
                _ => Step::Again,
            }),
        }
    }
}

/// What a signer's error means for what is paid for.
fn after_minting(error: Error) -> Step {
    let source = match &error {
        Error::InsufficientBalance(reason) => return Step::Over(Some(Closed::InsufficientBalance(reason.clone()))),
        Error::Signer(source) => source,
        _ => return Step::Again,
    };
    let reason = || source.message().unwrap_or_default();
    match source.status().map(|status| status.as_u16()) {
        Some(481) => Step::Over(Some(Closed::PriceTooHigh(reason()))),
        Some(status @ 400..500) if status != 408 && status != 429 => {
            Step::Over(Some(Closed::SignerRefused(format!("{status}: {}", reason()))))
        }
        _ => Step::Again,
    }
}
