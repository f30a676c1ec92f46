//! The whole command, and what it runs.

use clap::{ArgMatches, Command};
use livepeer::{Ai, Studio};

use crate::command::{self, Commands, add_operations};
use crate::context::Context;
use crate::failure::Failure;
use crate::global::{self, Options};
use crate::{own, run};

const AFTER_HELP: &str = "\
A first session, without an account:
  livepeer emulate &
  export LIVEPEER_BASE_URL=http://127.0.0.1:3004/api LIVEPEER_API_KEY=any
  livepeer stream create \"my stream\" --record
  livepeer asset upload film.mp4 --wait --output json
  curl PLAYBACK_URL        which that has printed; or open it in a player

Exit codes: 0 success, 1 another error, 2 wrong arguments, 3 not found, 4 no key or not allowed,
5 no connection or a time-out, 6 too many requests, 7 the server failed, 8 the server refused the
request, 9 what was waited for failed, 130 interrupted.

Secrets are [redacted] unless --show-secrets is given, on a terminal and in pipes alike; the
response to a creation shows them, as some are never returned again. Deletions ask, or need --yes.";

pub fn command() -> Command {
    let command = Command::new("livepeer")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Livepeer Studio and Livepeer AI on the command line")
        .after_help(AFTER_HELP)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(own::ALL.iter().filter(|own| own.path.len() == 1).map(own::Own::command));
    let command = add_operations::<Studio, true>(command)
        .subcommand(ai(Command::new("ai").about("Operations of an AI gateway: text-to-image, …")))
        .subcommand(
            Command::new("curl")
                .about("Prints the request of an operation as a `curl` command, without sending it")
                .subcommand_required(true)
                .arg_required_else_help(true)
                .defer(|command| {
                    add_operations::<Studio, false>(command).subcommand(ai(Command::new("ai").about("An AI gateway")))
                }),
        );
    global::add(command)
}

fn ai(command: Command) -> Command {
    command.subcommand_required(true).arg_required_else_help(true).defer(add_operations::<Ai, false>)
}

pub async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let mut path = Vec::new();
    let mut deepest = matches;
    while let Some((name, below)) = deepest.subcommand() {
        path.push(name);
        deepest = below;
    }
    let context = Context::new(Options::new(deepest)?);
    let result = run_path(&context, &path, deepest).await;
    if result.is_ok() {
        context.printer.end();
    }
    result
}

async fn run_path(context: &Context, path: &[&str], matches: &ArgMatches) -> Result<(), Failure> {
    if let Some(own) = own::ALL.iter().find(|own| own.path == path) {
        return (own.run)(context, matches).await;
    }
    match path {
        ["curl", "ai", path @ ..] => curl::<Ai>(context, &context.ai()?, path, matches).await,
        ["curl", path @ ..] => curl::<Studio>(context, &context.studio()?, path, matches).await,
        ["ai", path @ ..] => run::operation::<Ai>(context, &context.ai()?, entry::<Ai>(path)?, matches).await,
        path => run::operation::<Studio>(context, &context.studio()?, entry::<Studio>(path)?, matches).await,
    }
}

fn entry<A: Commands>(path: &[&str]) -> Result<&'static livepeer::dynamic::Entry, Failure> {
    command::find::<A>(path).ok_or_else(|| Failure::usage(format_args!("there is no command `{}`", path.join(" "))))
}

async fn curl<A: Commands>(
    context: &Context,
    client: &livepeer::Client<A>,
    path: &[&str],
    matches: &ArgMatches,
) -> Result<(), Failure> {
    let entry = entry::<A>(path)?;
    let call = client.call_named(&entry.name(), command::arguments(entry, matches)?);
    let command = match context.options.show_secrets {
        true => call.to_curl_with_secrets().await?,
        false => call.to_curl()?,
    };
    context.printer.line(&command)
}
