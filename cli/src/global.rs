//! The flags that every command takes.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::failure::Failure;
use crate::output::Format;

/// The names of flags that operations cannot have: a field of this name is `--field-NAME`.
pub const RESERVED: &[&str] = &[
    "profile",
    "server",
    "gateway",
    "output",
    "quiet",
    "show-secrets",
    "timeout",
    "deadline",
    "retries",
    "tls",
    "help",
    "version",
    "all",
    "yes",
    "out",
];

#[derive(Clone, Debug)]
pub struct Options {
    pub profile: Option<String>,
    pub server: Option<String>,
    pub gateway: Option<String>,
    pub output: Option<Format>,
    pub quiet: bool,
    pub show_secrets: bool,
    pub timeout: Option<Duration>,
    pub deadline: Option<Duration>,
    pub retries: Option<u32>,
    pub tls: Option<String>,
}

pub fn add(command: Command) -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).help(help).global(true).help_heading("General options").hide_short_help(true)
    };
    let seconds = |arg: Arg| arg.value_name("SECONDS").value_parser(seconds);
    command.args([
        flag("output", "Form of the output (default: json, and table for a list on a terminal)")
            .value_name("FORMAT")
            .value_parser(["json", "ndjson", "table", "csv"])
            .hide_short_help(false),
        flag("show-secrets", "Shows stream keys, signing keys and passwords, which are `[redacted]` otherwise")
            .action(ArgAction::SetTrue)
            .hide_short_help(false),
        flag("quiet", "Prints nothing but the result and errors").short('q').action(ArgAction::SetTrue),
        flag("profile", "Takes the API key of this profile (see `livepeer login`)")
            .value_name("NAME")
            .env_hint("LIVEPEER_PROFILE"),
        flag("server", "Base URL of the API").value_name("URL").env_hint("LIVEPEER_BASE_URL for Studio"),
        flag("gateway", "Base URL of the gateway, for AI (default: the community's) and live video")
            .value_name("URL")
            .env_hint("LIVEPEER_GATEWAY"),
        seconds(flag("timeout", "How long an attempt may make no progress")),
        seconds(flag("deadline", "How long a call may take in total")),
        flag("retries", "How often a failed request is repeated, where that does no harm")
            .value_name("N")
            .value_parser(clap::value_parser!(u32).range(..100)),
        flag("tls", "Trusted certificates of orchestrators: system, first-use, insecure, or the SHA-256 hash of one")
            .value_name("POLICY")
            .env_hint("LIVEPEER_TLS"),
    ])
}

trait EnvHint {
    /// Says which variable of the environment has the same meaning.
    fn env_hint(self, name: &str) -> Self;
}

impl EnvHint for Arg {
    fn env_hint(self, name: &str) -> Self {
        let help = self.get_help().map(ToString::to_string).unwrap_or_default();
        self.help(format!("{help} [env: {name}]"))
    }
}

/// A positive number of seconds, with or without `s`, or of minutes with `m`.
pub fn seconds(word: &str) -> Result<Duration, String> {
    let (number, unit) = match word.strip_suffix('m') {
        Some(number) => (number, 60.0),
        None => (word.strip_suffix('s').unwrap_or(word), 1.0),
    };
    let number = number.parse::<f64>().map_err(|_| "give a number of seconds, or of minutes with `m`".to_owned())?;
    Duration::try_from_secs_f64(number * unit)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "this is no length of time".to_owned())
}

impl Options {
    pub fn new(matches: &ArgMatches) -> Result<Self, Failure> {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        Ok(Self {
            profile: text("profile").or_else(|| std::env::var("LIVEPEER_PROFILE").ok().filter(|name| !name.is_empty())),
            // The environment's belongs to the environment's key: a profile has its own.
            server: text("server"),
            gateway: text("gateway"),
            output: text("output").map(|format| Format::parse(&format)),
            quiet: matches.get_flag("quiet"),
            show_secrets: matches.get_flag("show-secrets"),
            timeout: matches.get_one("timeout").copied(),
            deadline: matches.get_one("deadline").copied(),
            retries: matches.get_one("retries").copied(),
            tls: text("tls"),
        })
    }
}
