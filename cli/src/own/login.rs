//! `livepeer login`: stores an API key.

use std::io::{IsTerminal as _, Read as _, Write as _};

use clap::{Arg, ArgAction, ArgMatches, Command};
use livepeer::user;

use crate::context::Context;
use crate::failure::Failure;
use crate::profile::{Config, DEFAULT, Profile};

pub fn build(command: Command) -> Command {
    command
        .about("Reads an API key, checks it by a call and stores it")
        .long_about(
            "Reads an API key, without echo on a terminal, else from the standard input; checks it by a call, and stores it in the \
             profile `default` or that of --profile, in a file that nobody else can read. With --server the profile is for that server.",
        )
        .arg(Arg::new("no-check").long("no-check").action(ArgAction::SetTrue).help("Stores the key without a call"))
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let name = context.options.profile.as_deref().unwrap_or(DEFAULT);
    let server = context.options.server.clone();
    let server = server.or_else(|| std::env::var("LIVEPEER_BASE_URL").ok().filter(|url| !url.is_empty()));
    let profile = Profile { key: read_key()?.into(), server };
    let client = context.studio_with(&profile)?;
    if !matches.get_flag("no-check") {
        // Any key may do this, which asks for nothing that there is much of.
        let account = client.call(user::Me::new()).await?;
        context.note(format_args!("The key belongs to {}.", account.email));
    }
    let mut config = Config::load()?;
    config.profiles.insert(name.to_owned(), profile);
    let path = config.save()?;
    context.note(format_args!("Stored as the profile `{name}` in {}.", path.display()));
    if std::env::var_os("LIVEPEER_API_KEY").is_some_and(|key| !key.is_empty()) {
        context.note("LIVEPEER_API_KEY is set, and used instead unless --profile is given.");
    }
    Ok(())
}

fn read_key() -> Result<String, Failure> {
    let mut key = String::new();
    if std::io::stdin().is_terminal() {
        let mut stderr = std::io::stderr();
        write!(stderr, "API key (https://livepeer.studio/dashboard/developers): ")?;
        stderr.flush()?;
        key = console::Term::stderr().read_secure_line()?;
    } else {
        std::io::stdin().read_to_string(&mut key)?;
    }
    match key.trim() {
        "" => Err(Failure::usage("no key was given")),
        key => Ok(key.to_owned()),
    }
}
