//! Faults of the emulator: by rules, and by a header of a request.

use std::time::Duration;

use http::Request;
use livepeer::Body;
use serde::{Deserialize, Serialize};

/// The header by which a request asks for its own fault: `status=503`, `delay=200` (milliseconds), `cut`, `stall`.
const HEADER: &str = "emulator-fault";

/// The methods that a rule may be for.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The rules.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Given")]
pub struct Faults {
    #[serde(rename = "fault")]
    pub rules: Vec<Rule>,
}

/// A server whose requests can fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Server {
    #[default]
    Studio,
    Ai,
    Orchestrator,
    Signer,
}

/// The rules as they are given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    #[serde(default)]
    fault: Vec<Rule>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// In milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    delay: Option<u64>,
    cut: bool,
    stall: bool,
}

impl TryFrom<Given> for Faults {
    type Error = String;

    fn try_from(given: Given) -> Result<Self, String> {
        for (at, rule) in given.fault.iter().enumerate() {
            rule.check().map_err(|error| format!("fault {}: {error}", at + 1))?;
        }
        Ok(Self { rules: given.fault })
    }
}

impl Rule {
    fn fault(&self) -> Fault {
        Fault { status: self.status, delay: self.delay, cut: self.cut, stall: self.stall }
    }

    /// A rule that nothing follows from is a mistake.
    fn check(&self) -> Result<(), String> {
        if let Some(method) =
            self.method.as_ref().filter(|own| !METHODS.iter().any(|name| own.eq_ignore_ascii_case(name)))
        {
            return Err(format!("`method` is one of {}, not {method:?}", METHODS.join(", ")));
        }
        if let Some(path) = self.path.as_ref().filter(|path| !path.starts_with('/')) {
            return Err(format!("`path` begins with `/`, not as {path:?}"));
        }
        self.fault().check()
    }
}

/// What goes wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    status: Option<u16>,
    /// In milliseconds.
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

    fn check(&self) -> Result<(), String> {
        match self.status {
            Some(status) if !(200..=599).contains(&status) => {
                Err(format!("`status` is a number from 200 to 599, not {status}"))
            }
            _ if self.is_none() => {
                Err("there is none of `status`, `delay` (in milliseconds), `cut` and `stall`".into())
            }
            _ => Ok(()),
        }
    }

    fn from_header(text: &str) -> Result<Self, String> {
        let mut fault = Self::default();
        for part in text.split(',').map(str::trim) {
            let (name, value) = part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
            match (name, value) {
                ("status", Some(status)) => {
                    let status =
                        status.parse().map_err(|_| format!("`status` is a number from 200 to 599, not {status:?}"))?;
                    fault.status = Some(status);
                }
                ("delay", Some(delay)) => {
                    let delay = delay.trim_end_matches("ms").parse();
                    fault.delay = Some(delay.map_err(|_| format!("`delay` is a number of milliseconds: {part:?}"))?);
                }
                ("cut", None) => fault.cut = true,
                ("stall", None) => fault.stall = true,
                _ => {
                    return Err(format!(
                        "{part:?} is none of `status=503`, `delay=200` (in milliseconds), `cut` and `stall`"
                    ));
                }
            }
        }
        fault.check().map(|()| fault)
    }
}

impl Faults {
    /// The fault of a request, which is counted.
    ///
    /// # Errors
    /// What is wrong with its header.
    pub fn take(&mut self, server: Server, request: &Request<Body>) -> Result<Fault, String> {
        let headers: Vec<_> =
            request.headers().get_all(HEADER).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        if !headers.is_empty() {
            return Fault::from_header(&headers.join(",")).map_err(|error| format!("Emulator-Fault: {error}"));
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
        let Some(rule) = self.rules.iter_mut().find(fits) else { return Ok(Fault::default()) };
        rule.times = rule.times.map(|times| times - 1);
        Ok(rule.fault())
    }
}
