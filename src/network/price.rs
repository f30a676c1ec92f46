//! Prices, and the highest that may be paid.

use std::fmt;

use crate::endpoints::network::Wei;
use crate::endpoints::network::orchestrator::{PriceInfo, PriceUnit};
use crate::endpoints::network::signer::{MaxPrice, PaymentKind};

/// By how many thousandths a price may be above that of the discovery: it moves with the exchange rate.
const DRIFT: u128 = 12;

/// A price: so many wei for a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Price {
    /// How many wei for one unit.
    pub amount: Wei,
    /// The unit.
    pub unit: PriceUnit,
}

impl Price {
    /// So many wei for a second of a session.
    pub fn per_second(wei: impl Into<Wei>) -> Self {
        Self { amount: wei.into(), unit: PriceUnit::Seconds }
    }

    /// So many wei for an hour of a session, rounded down to a whole number for a second.
    pub fn per_hour(wei: impl Into<Wei>) -> Self {
        Self::per_second(wei.into().0 / 3600)
    }

    /// So many wei for a whole session or call.
    pub fn fixed(wei: impl Into<Wei>) -> Self {
        Self { amount: wei.into(), unit: PriceUnit::Fixed }
    }

    /// So many wei for a pixel of 720p video, for each second.
    pub fn per_pixel_second(wei: impl Into<Wei>) -> Self {
        Self { amount: wei.into(), unit: PriceUnit::PixelSeconds }
    }

    pub(super) fn of(info: &PriceInfo) -> Self {
        Self { amount: info.price, unit: info.unit.clone() }
    }

    /// Whether it is no higher than this one; no if it has another unit.
    pub fn is_within(&self, most: &Price) -> bool {
        self.unit == most.unit && self.amount <= most.amount
    }

    /// The highest price for what is offered at this one: 1.2 % above it, and no more than what the caller allows.
    pub(super) fn limit(&self, most: Option<&Price>) -> MaxPrice {
        let padded = self.amount.plus_thousandths(DRIFT);
        let price = most.map_or(padded, |most| padded.min(most.amount));
        MaxPrice::new(price, "wei", self.unit.clone())
    }

    /// What a signer calls it.
    pub(super) fn kind(&self) -> Option<PaymentKind> {
        match self.unit {
            PriceUnit::Seconds => Some(PaymentKind::Live),
            PriceUnit::PixelSeconds => Some(PaymentKind::LiveVideo),
            PriceUnit::Fixed => Some(PaymentKind::Fixed),
            _ => None,
        }
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            PriceUnit::Fixed => write!(f, "{} in all", self.amount),
            PriceUnit::Seconds => write!(f, "{} a second", self.amount),
            unit => write!(f, "{} for each of {unit}", self.amount),
        }
    }
}

/// What was paid for a session or a call, as far as the client knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paid {
    /// How many payments were sent.
    pub payments: u64,
    /// The price that none of them is above.
    pub max_price: Price,
}

impl fmt::Display for Paid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.payments == 1 { "" } else { "s" };
        write!(f, "{} payment{plural} of at most {}", self.payments, self.max_price)
    }
}
