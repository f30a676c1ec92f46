//! What a command works with: the flags, the clients, the terminal.

use std::io::{IsTerminal as _, Write as _};

use livepeer::{Api, Client, Retry, Studio};

use crate::failure::Failure;
use crate::global::Options;
use crate::output::Printer;
use crate::{profile, stderr};

pub struct Context {
    pub options: Options,
    pub printer: Printer,
}

impl Context {
    pub fn new(options: Options) -> Self {
        let printer = Printer::new(&options);
        Self { options, printer }
    }

    /// A client of Studio, with the key of the profile or of the environment.
    pub fn studio(&self) -> Result<Client<Studio>, Failure> {
        let profile = profile::choose(self.options.profile.as_deref())?;
        self.studio_with(&profile)
    }

    pub fn studio_with(&self, profile: &profile::Profile) -> Result<Client<Studio>, Failure> {
        let client = Client::studio(profile.key.expose());
        let client = match self.options.server.as_ref().or(profile.server.as_ref()) {
            Some(url) => client.server(url),
            None => client,
        };
        self.set_up(client)
    }

    /// Tells accounts and servers apart, and shows neither.
    pub fn account(&self) -> Result<String, Failure> {
        let profile = profile::choose(self.options.profile.as_deref())?;
        let server = self.options.server.as_ref().or(profile.server.as_ref());
        Ok(livepeer::tus::fingerprint(format!("{}\n{server:?}", profile.key.expose()).as_bytes()))
    }

    /// The gateway, if one was named.
    pub fn gateway(&self) -> Result<Option<String>, Failure> {
        match self.options.gateway.as_ref().or(self.options.server.as_ref()) {
            Some(url) => Ok(Some(url.clone())),
            None => Ok(profile::variable("LIVEPEER_GATEWAY")?.map(|url| url.expose().to_owned())),
        }
    }

    /// A client with the settings of the flags.
    pub fn set_up<A: Api>(&self, mut client: Client<A>) -> Result<Client<A>, Failure> {
        client = client.user_agent(concat!("livepeer-cli/", env!("CARGO_PKG_VERSION")));
        if let Some(timeout) = self.options.timeout {
            client = client.timeout(timeout);
        }
        if let Some(deadline) = self.options.deadline {
            client = client.deadline(deadline);
        }
        if let Some(retries) = self.options.retries {
            client = client.retry(Retry::attempts(retries + 1));
        }
        client.check()?;
        Ok(client)
    }

    /// Says something that is not the result.
    pub fn note(&self, text: impl std::fmt::Display) {
        if !self.options.quiet {
            stderr::say(text);
        }
    }

    /// Whether progress is drawn.
    pub fn shows_progress(&self) -> bool {
        !self.options.quiet && std::io::stderr().is_terminal()
    }

    /// Asks before something is deleted; elsewhere than on a terminal `--yes` is needed.
    pub fn confirm(&self, what: &str, yes: bool) -> Result<(), Failure> {
        if yes {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(Failure::usage(format_args!("{what}: give `--yes` to do that without a terminal")));
        }
        let mut stderr = std::io::stderr();
        write!(stderr, "{what}? [y/N] ")?;
        stderr.flush()?;
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        match line.trim() {
            "y" | "Y" | "yes" => Ok(()),
            _ => Err(Failure::other("nothing was done")),
        }
    }
}
