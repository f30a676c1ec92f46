//! Credit, debits, and what went wrong with payments.

use std::collections::HashSet;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::state::State;
use crate::endpoints::network::orchestrator::PriceUnit;

/// What is paid for, by the id of its challenge.
#[derive(Clone, Debug)]
pub(super) struct Manifest {
    pub(super) runner: String,
    pub(super) price: u128,
    pub(super) unit: PriceUnit,
    pub(super) sender: String,
    pub(super) balance: u128,
    pub(super) is_paid: bool,
    /// The payments that were accepted: each once.
    pub(super) nonces: HashSet<u64>,
    /// The positions of these in the signer's chain.
    pub(super) links: HashSet<u64>,
}

/// What became of money: for tests of what pays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ledger {
    /// How many payments the signer has made.
    pub minted: u64,
    /// How many the orchestrator has accepted.
    pub accepted: u64,
    /// How many were delivered again after they had been accepted.
    pub repeated: u64,
    /// How many were accepted that the signer made from the same state as another one that was accepted: paid twice.
    pub paid_twice: u64,
    /// How many the signer was asked for without a limit.
    pub unlimited: u64,
    /// The highest price of one that was accepted, in wei for a unit.
    pub highest_price: u128,
    /// How many times nothing was due.
    pub not_needed: u64,
    /// How many challenges were renewed for sessions.
    pub refreshed: u64,
    /// How many sessions ended because their credit was used up.
    pub out_of_credit: u64,
    /// How many calls reached apps.
    pub calls: u64,
}

/// How long the token of a challenge is valid.
pub(super) const TOKEN_LIFE: Duration = Duration::from_secs(30 * 60);

/// A payment, as the signer makes it and the orchestrator reads it.
pub(super) struct Payment {
    pub(super) price: u128,
    pub(super) value: u128,
    pub(super) nonce: Option<u64>,
    pub(super) link: Option<u64>,
}

impl Payment {
    pub(super) fn write(&self, sender: &str) -> String {
        let text = json!({
            "Price": self.price as u64, "Pixels": 1, "Value": self.value as u64, "Sender": sender, "Nonce": self.nonce, "Link": self.link,
        });
        BASE64_STANDARD.encode(text.to_string())
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_slice(&BASE64_STANDARD.decode(text).ok()?).ok()?;
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        Some(Self {
            price: number("Price")?.into(),
            value: number("Value")?.into(),
            nonce: number("Nonce"),
            link: number("Link"),
        })
    }
}

/// What a signer has to know of an orchestrator.
pub(super) struct Params {
    pub(super) url: String,
    pub(super) manifest: String,
    pub(super) price: u128,
    pub(super) expires: Duration,
}

impl Params {
    pub(super) fn write(&self) -> String {
        let text = json!({
            "url": self.url, "manifest": self.manifest, "price": self.price as u64, "expires": self.expires.as_millis() as u64,
        });
        BASE64_STANDARD.encode(text.to_string())
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_slice(&BASE64_STANDARD.decode(text).ok()?).ok()?;
        Some(Self {
            url: value.get("url")?.as_str()?.to_owned(),
            manifest: value.get("manifest")?.as_str()?.to_owned(),
            price: value.get("price")?.as_u64()?.into(),
            expires: Duration::from_millis(value.get("expires")?.as_u64()?),
        })
    }
}

/// Wei for so much time at a price for a second.
pub(super) fn cost(price: u128, time: Duration) -> u128 {
    price * time.as_millis() / 1000
}

impl State {
    /// Makes the debits that are due, and releases the sessions whose credit does not cover them.
    pub(super) fn settle(&mut self) -> Vec<String> {
        let (now, interval) = (self.now(), self.settings.debit);
        let mut over = Vec::new();
        for (id, session) in &mut self.sessions {
            while let (Some(last), Some(manifest)) = (session.debited, self.manifests.get_mut(id)) {
                if last + interval > now {
                    break;
                }
                session.debited = Some(last + interval);
                match manifest.balance.checked_sub(cost(per_second(manifest), interval)) {
                    Some(left) => manifest.balance = left,
                    None => {
                        self.ledger.out_of_credit += 1;
                        session.debited = None;
                        over.push(id.clone());
                    }
                }
            }
        }
        over
    }
}

/// The price of a second; of video, of as many pixels as 720p has with 30 pictures a second.
pub(super) fn per_second(manifest: &Manifest) -> u128 {
    match manifest.unit {
        PriceUnit::PixelSeconds => manifest.price * PIXELS,
        _ => manifest.price,
    }
}

/// Pixels of a second of video.
pub(super) const PIXELS: u128 = 1280 * 720 * 30;
