//! `livepeer logout`: removes a stored API key.

use clap::{ArgMatches, Command};

use crate::context::Context;
use crate::failure::Failure;
use crate::profile::{Config, DEFAULT};

pub fn build(command: Command) -> Command {
    command.about("Removes the API key of a profile from this machine; it stays valid")
}

pub async fn run(context: &Context, _: &ArgMatches) -> Result<(), Failure> {
    let name = context.options.profile.as_deref().unwrap_or(DEFAULT);
    let mut config = Config::load()?;
    if config.profiles.remove(name).is_none() {
        return Err(Failure::other(format_args!("there is no profile `{name}`")));
    }
    config.save()?;
    context.note(format_args!("The profile `{name}` is removed."));
    Ok(())
}
