//! Faults of the emulator: by rules, and by a header of a request.

use std::time::Duration;

use http::Request;
use livepeer::Body;
use serde::{Deserialize, Serialize};

/// The header by which a request asks for its own fault: `status=503`, `delay=200` (milliseconds), `cut`, `stall`.
const HEADER: &str = "emulator-fault";

/// The rules.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    #[serde(default, rename = "fault")]
    pub rules: Vec<Rule>,
}

/// A server whose requests can fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Server {
    #[default]
    Studio,
    Orchestrator,
    Signer,
}

/// A fault, and which requests it is for.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Only requests to this server.
    server: Server,
    /// Only requests of this method.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Only requests whose path begins so.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// How often; none: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    /// Whether it is off.
    off: bool,
    #[serde(flatten)]
    fault: Fault,
}

/// What goes wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fault {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// In milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    delay: Option<u64>,
    cut: bool,
    stall: bool,
}

/// How a request goes on.
pub enum Outcome {
    Pass,
    Status(u16),
    Cut,
    Stall,
}

impl Fault {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    pub fn delay(&self) -> Option<Duration> {
        self.delay.map(Duration::from_millis)
    }

    pub fn outcome(&self) -> Outcome {
        match self {
            Self { cut: true, .. } => Outcome::Cut,
            Self { stall: true, .. } => Outcome::Stall,
            Self { status: Some(status), .. } => Outcome::Status(*status),
            _ => Outcome::Pass,
        }
    }

    fn from_header(text: &str) -> Self {
        let mut fault = Self::default();
        for part in text.split(',').map(str::trim) {
            match part.split_once('=') {
                Some(("status", status)) => fault.status = status.parse().ok(),
                Some(("delay", delay)) => fault.delay = delay.trim_end_matches("ms").parse().ok(),
                None if part == "cut" => fault.cut = true,
                None if part == "stall" => fault.stall = true,
                _ => {}
            }
        }
        fault
    }
}

impl Faults {
    /// The fault of a request, which is counted.
    pub fn take(&mut self, server: Server, request: &Request<Body>) -> Fault {
        if let Some(header) = request.headers().get(HEADER).and_then(|value| value.to_str().ok()) {
            return Fault::from_header(header);
        }
        let path = request.uri().path();
        let path = path.strip_prefix("/api").unwrap_or(path);
        let fits = |rule: &&mut Rule| {
            let begins = |start: &String| path.starts_with(start.strip_prefix("/api").unwrap_or(start));
            !rule.off
                && rule.server == server
                && rule.times != Some(0)
                && rule.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(request.method().as_str()))
                && rule.path.as_ref().is_none_or(begins)
        };
        let Some(rule) = self.rules.iter_mut().find(fits) else { return Fault::default() };
        rule.times = rule.times.map(|times| times - 1);
        rule.fault.clone()
    }
}
