//! The runners of an app, one after another, until one is used or the patience has an end.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::app::App;
use super::error::{Error, Result};
use super::offer::Offer;
use super::rejection::{Rejection, RejectionKind};
use super::shared;
use crate::endpoints::network::orchestrator::Mode;

/// The back-off while all runners are busy: up to the first time, then up to twice as long, and so on up to the second.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));

pub(super) struct Candidates {
    app: App,
    mode: Mode,
    until: Instant,
    /// Those left of this round, the next one last; `None` before the first round.
    left: Option<Vec<Offer>>,
    rounds: u32,
    rejections: Vec<Rejection>,
}

impl Candidates {
    pub(super) fn new(app: App, mode: Mode) -> Self {
        let until = shared::after(app.client.settings.patience);
        Self { app, mode, until, left: None, rounds: 0, rejections: Vec::new() }
    }

    /// The next runner.
    ///
    /// # Errors
    /// When there is none, or no list of them.
    pub(super) async fn next(&mut self) -> Result<Offer> {
        loop {
            if let Some(offer) = self.left.as_mut().and_then(Vec::pop) {
                return Ok(offer);
            }
            if self.left.is_some() {
                let is_busy = self.rejections.iter().any(|rejection| rejection.kind == RejectionKind::Busy);
                let longest = (BACK_OFF.0 * 2_u32.saturating_pow(self.rounds)).min(BACK_OFF.1);
                let pause = longest.mul_f64(fastrand::f64());
                if !is_busy || Instant::now() + pause > self.until {
                    return Err(self.none());
                }
                self.rounds += 1;
                sleep(pause).await;
                self.app.client.shared.forget_lists();
                self.rejections.clear();
            }
            let mut offers = self.app.offers().await?;
            offers.retain(|offer| offer.mode() == self.mode);
            // Those that failed a moment ago come last.
            offers.sort_by_key(|offer| self.app.client.shared.is_resting(offer.url()));
            offers.reverse();
            self.left = Some(offers);
        }
    }

    /// A runner did nothing.
    pub(super) fn refused(&mut self, offer: &Offer, rejection: Rejection) {
        let shared = &self.app.client.shared;
        if rejection.kind != RejectionKind::Busy {
            shared.rest(offer.url(), self.app.client.settings.rest);
        }
        shared.forget_lists();
        self.rejections.push(Rejection { host: offer.host(), ..rejection });
    }

    fn none(&mut self) -> Error {
        Error::NoRunner { app: self.app.name.clone(), rejections: std::mem::take(&mut self.rejections) }
    }
}
