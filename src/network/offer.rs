//! Runners that can be used, and the order in which they are tried.

use std::cmp::Reverse;
use std::time::Duration;

use typed_endpoint::Url;

use super::place;
use super::price::Price;
use crate::endpoints::network::orchestrator::{Mode, OrchestratorInfo, PriceUnit, RunnerInfo};

/// A runner that an orchestrator offers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Offer {
    /// The orchestrator's URL.
    pub orchestrator: Url,
    /// The runner.
    pub runner: RunnerInfo,
    /// How long the orchestrator took to list its runners; only if it was asked itself.
    pub latency: Option<Duration>,
}

impl Offer {
    pub(super) fn all(orchestrator: OrchestratorInfo, latency: Option<Duration>) -> impl Iterator<Item = Self> {
        let OrchestratorInfo { address, runners, .. } = orchestrator;
        let offer = move |runner| Self { orchestrator: address.clone(), runner, latency };
        runners.unwrap_or_default().into_iter().map(offer)
    }

    /// The price; `None` if it is free.
    pub fn price(&self) -> Option<Price> {
        self.runner.price_info.as_ref().map(Price::of)
    }

    /// How many more sessions or calls it takes, as far as the list says.
    pub fn free_capacity(&self) -> u64 {
        let RunnerInfo { capacity, capacity_used, capacity_available, .. } = &self.runner;
        match capacity_available {
            Some(available) => *available,
            None => capacity.unwrap_or(1).saturating_sub(capacity_used.unwrap_or(0)),
        }
    }

    /// Whether it is used by sessions, or by single calls.
    pub fn mode(&self) -> Mode {
        self.runner.mode.clone().unwrap_or(Mode::Persistent)
    }

    pub(super) fn url(&self) -> &str {
        self.runner.url.as_str()
    }

    pub(super) fn host(&self) -> String {
        place::host(self.url())
    }
}

/// Brings them into the order in which they are tried: those with free capacity first, then by price, latency and capacity; equal
/// ones in a random order, so that clients do not all choose the same.
pub(super) fn rank(offers: &mut [Offer]) {
    fastrand::shuffle(offers);
    offers.sort_by_cached_key(|offer| {
        let price = offer.price().map(|price| (unit(&price.unit), price.amount));
        // Within a machine or a city the difference is chance.
        let latency = offer.latency.map(|latency| latency.as_millis() / 20);
        (offer.free_capacity() == 0, price, latency.is_none(), latency, Reverse(offer.free_capacity()))
    });
}

/// Prices of different units cannot be compared: the units have an order of their own.
fn unit(unit: &PriceUnit) -> u8 {
    match unit {
        PriceUnit::Fixed => 0,
        PriceUnit::Seconds => 1,
        PriceUnit::PixelSeconds => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_prices_the_nearest_comes_first_and_the_unknown_last() {
        for _ in 0..50 {
            let latencies = [None, Some(Duration::from_millis(300)), Some(Duration::from_millis(5))];
            let mut offers = latencies.map(|latency| Offer {
                orchestrator: "https://o.example".into(),
                runner: RunnerInfo { capacity: Some(1), ..RunnerInfo::default() },
                latency,
            });
            rank(&mut offers);
            let mut expected = latencies;
            expected.reverse();
            assert_eq!(offers.map(|offer| offer.latency), expected);
        }
    }
}
