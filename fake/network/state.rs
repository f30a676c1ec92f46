//! What a fake network knows.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use typed_endpoint::Transport;

use super::fault::{Decide, Faults};
use super::money::{Ledger, Manifest};
use super::runners::FakeRunner;
use crate::endpoints::network::runner::SessionChannel;

pub(super) struct State {
    began: Instant,
    /// By how much the time of the fake is ahead.
    ahead: Duration,
    random: fastrand::Rng,
    pub(super) settings: Settings,
    pub(super) faults: Faults,
    pub(super) decide: Option<Arc<Decide>>,
    pub(super) runners: BTreeMap<String, Runner>,
    pub(super) sessions: HashMap<String, Session>,
    pub(super) manifests: HashMap<String, Manifest>,
    pub(super) ledger: Ledger,
    /// Whether runners are told nothing of their sessions.
    pub(super) loses_events: bool,
    /// Whether the signer accepts no connections.
    pub(super) signer_is_down: bool,
    /// Whether the signer has seen no orchestrator yet.
    pub(super) signer_knows_none: bool,
    /// Whether the orchestrator cannot tell what a dollar is in wei.
    pub(super) price_feed_is_down: bool,
    /// Whether the orchestrator has no runners at all.
    pub(super) has_no_runners: bool,
    /// Whether runners cannot register themselves.
    pub(super) registers_none: bool,
    /// The requests to the orchestrator, oldest first.
    pub(super) seen: VecDeque<http::request::Parts>,
}

pub(super) struct Settings {
    pub(super) secret: String,
    pub(super) signer_key: Option<String>,
    /// The lowest value of a ticket, as a time of the session's price.
    pub(super) ticket: Duration,
    pub(super) debit: Duration,
    pub(super) max_price: Option<u128>,
    /// What the signer can still pay.
    pub(super) funds: Option<u128>,
    pub(super) url: Option<String>,
    /// Wei for a dollar.
    pub(super) rate: u128,
    /// Whether runners have to have a price.
    pub(super) is_paid: bool,
    /// How many requests are remembered.
    pub(super) keep_seen: usize,
    /// Whether payments have no value.
    pub(super) is_devalued: bool,
}

pub(super) struct Runner {
    pub(super) facts: FakeRunner,
    pub(super) label: Option<String>,
    pub(super) is_ready: bool,
    /// Of one that registered itself.
    pub(super) registered: Option<Registered>,
}

pub(super) struct Registered {
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) channel: String,
    pub(super) last: Duration,
}

/// A URL of a session: its id, where it leads to, and the origin that it was made for.
#[derive(Clone)]
pub(super) struct SessionProxy {
    pub(super) id: String,
    pub(super) target: String,
    pub(super) origin: String,
}

pub(super) struct Session {
    pub(super) runner: String,
    pub(super) token: String,
    pub(super) proxies: Vec<SessionProxy>,
    pub(super) channels: Vec<SessionChannel>,
    pub(super) age: u64,
    /// When the last debit was made, if it is metered.
    pub(super) debited: Option<Duration>,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            ahead: Duration::ZERO,
            random: fastrand::Rng::with_seed(1),
            settings: Settings {
                secret: "orch-secret".into(),
                signer_key: None,
                ticket: Duration::ZERO,
                debit: Duration::from_secs(5),
                max_price: None,
                funds: None,
                url: None,
                rate: 400_000_000_000_000,
                is_paid: false,
                keep_seen: 10_000,
                is_devalued: false,
            },
            faults: Faults::default(),
            decide: None,
            runners: BTreeMap::new(),
            sessions: HashMap::new(),
            manifests: HashMap::new(),
            ledger: Ledger::default(),
            loses_events: false,
            signer_is_down: false,
            signer_knows_none: false,
            price_feed_is_down: false,
            has_no_runners: false,
            registers_none: false,
            seen: VecDeque::new(),
        }
    }

    /// Remembers a request, and forgets the oldest of too many.
    pub(super) fn note(&mut self, request: http::request::Parts) {
        self.seen.push_back(request);
        while self.seen.len() > self.settings.keep_seen {
            self.seen.pop_front();
        }
    }

    /// The time since the start.
    pub(super) fn now(&self) -> Duration {
        self.began.elapsed() + self.ahead
    }

    pub(super) fn advance(&mut self, time: Duration) {
        self.ahead += time;
    }

    /// So many characters, as Go's base32 has them.
    pub(super) fn text(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
        let random = &mut self.random;
        let character = || ALPHABET.get(random.usize(..ALPHABET.len())).copied().unwrap_or(b'a');
        std::iter::repeat_with(character).take(length).map(char::from).collect()
    }

    pub(super) fn hex(&mut self, length: usize) -> String {
        let random = &mut self.random;
        std::iter::repeat_with(|| char::from_digit(random.u32(..16), 16).unwrap_or('0')).take(length).collect()
    }

    /// The runner of an id or a label.
    pub(super) fn route(&self, route: &str) -> Option<(&String, &Runner)> {
        let by_label = || self.runners.iter().find(|(_, runner)| runner.label.as_deref() == Some(route));
        self.runners.get_key_value(route).or_else(by_label)
    }

    pub(super) fn used(&self, id: &str) -> u64 {
        self.sessions.values().filter(|session| session.runner == id).count() as u64
    }

    /// What serves a runner's app, and where its health is asked for.
    pub(super) fn health(&self, id: &str) -> Option<(Arc<dyn Transport>, String)> {
        Some((self.serves(id)?, self.runners.get(id)?.facts.health.clone()?))
    }

    pub(super) fn serves(&self, id: &str) -> Option<Arc<dyn Transport>> {
        Some(self.runners.get(id)?.facts.serves.clone())
    }
}
