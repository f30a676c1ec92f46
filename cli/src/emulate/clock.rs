//! How time passes in the emulator.

use std::sync::Arc;
use std::time::Duration;

use super::Emulator;

/// How time passes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// As outside.
    Real,
    /// Ten times as fast, and a second with every request.
    Fast,
    /// Only on request, by the control API.
    Manual,
}

/// How often the servers are told the time.
const TICK: Duration = Duration::from_millis(250);

impl Clock {
    pub const NAMES: [&'static str; 3] = ["real", "fast", "manual"];

    pub fn named(name: &str) -> Self {
        match name {
            "real" => Self::Real,
            "manual" => Self::Manual,
            _ => Self::Fast,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Fast => "fast",
            Self::Manual => "manual",
        }
    }

    pub fn per_request(self) -> Duration {
        if self == Self::Fast { Duration::from_secs(1) } else { Duration::ZERO }
    }

    /// Lets time pass, as long as the emulator runs.
    pub async fn run(self, emulator: Arc<Emulator>) {
        let step = match self {
            Self::Real => TICK,
            Self::Fast => TICK * 10,
            Self::Manual => return,
        };
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            emulator.advance(step);
        }
    }
}
