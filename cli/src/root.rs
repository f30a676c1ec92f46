//! The whole command, and what it runs.

use clap::{ArgMatches, Command};
use livepeer::daydream::Daydream;
use livepeer::dynamic::Entry;
use livepeer::network::operations::trickle::Trickle;
use livepeer::{Ai, Studio};

use crate::command::{self, Commands, Network, add_operations};
use crate::context::Context;
use crate::failure::Failure;
use crate::global::{self, Options};
use crate::own;
use crate::run::{self, Asked};

const AFTER_HELP: &str = "\
A first session, without an account:
  livepeer emulate &
  export LIVEPEER_BASE_URL=http://127.0.0.1:3004/api LIVEPEER_API_KEY=any
  livepeer stream create \"my stream\" --record
  livepeer asset upload film.mp4 --wait --output json
  curl PLAYBACK_URL        which that has printed; or open it in a player

Exit codes: 0 success, 1 another error, 2 wrong arguments, 3 not found, 4 no key or not allowed,
5 no connection or a time-out, 6 too many requests, 7 the server failed, 8 the server refused the
request, 9 what was waited for failed or is lost, 130 interrupted.

Secrets are [redacted] unless --show-secrets is given, on a terminal and in pipes alike; the
response to a creation shows them, as some are never returned again. Deletions ask, or need --yes.";

pub fn command() -> Command {
    let command = Command::new("livepeer")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Livepeer Studio, Livepeer AI and Livepeer's network on the command line")
        .after_help(AFTER_HELP)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(own::ALL.iter().filter(|own| own.path.len() == 1).map(own::Own::command));
    let command = add_operations::<Studio, true>(command).subcommands(GROUPS.iter().map(Group::command)).subcommand(
        Command::new("curl")
            .about("Prints the request of an operation as a `curl` command, without sending it")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .defer(|command| {
                add_operations::<Studio, false>(command).subcommands(GROUPS.iter().map(Group::curl_command))
            }),
    );
    global::add(command)
}

/// A command with the operations of other APIs than Studio below it.
struct Group {
    name: &'static str,
    about: &'static str,
    add: fn(Command) -> Command,
    add_for_curl: fn(Command) -> Command,
    find: fn(&[&str]) -> Option<&'static Entry>,
}

const fn group<C: Commands>(name: &'static str, about: &'static str) -> Group {
    let (add, add_for_curl) = (add_operations::<C, true>, add_operations::<C, false>);
    Group { name, about, add, add_for_curl, find: command::find::<C> }
}

const GROUPS: &[Group] = &[
    group::<Ai>("ai", "Operations of an AI gateway: text-to-image, …"),
    group::<Network>("network", "Apps on the network: discover, run; and operations of the network's parts"),
    group::<Trickle>("trickle", "Live streams on the network: publish, subscribe, next, delete, …"),
    group::<Daydream>("daydream", "Operations of Daydream: create, list, get, update, delete"),
];

impl Group {
    fn command(&self) -> Command {
        self.with(self.add).subcommand_required(true).arg_required_else_help(true)
    }

    fn curl_command(&self) -> Command {
        self.with(self.add_for_curl).subcommand_required(true).arg_required_else_help(true)
    }

    fn with(&self, add: fn(Command) -> Command) -> Command {
        Command::new(self.name).about(self.about).defer(add)
    }
}

pub async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let mut path = Vec::new();
    let mut deepest = matches;
    while let Some((name, below)) = deepest.subcommand() {
        path.push(name);
        deepest = below;
    }
    let context = Context::new(Options::new(deepest)?);
    let mut result = run_path(&context, &path, deepest).await;
    if let (Some(&("network" | "trickle")), Err(failure)) = (path.first(), &mut result)
        && failure.text.contains("certificate")
    {
        failure.text.push_str("; orchestrators sign their certificates themselves: `--tls` says which are trusted");
    }
    if result.is_ok() {
        context.printer.end();
    }
    result
}

async fn run_path(context: &Context, path: &[&str], matches: &ArgMatches) -> Result<(), Failure> {
    if let Some(own) = own::ALL.iter().find(|own| own.path == path) {
        return (own.run)(context, matches).await;
    }
    let (curl, path) = match path {
        ["curl", path @ ..] => (true, path),
        path => (false, path),
    };
    let group = GROUPS.iter().find(|group| path.first() == Some(&group.name));
    let found = match (group, path) {
        (Some(group), [_, path @ ..]) => (group.find)(path).map(|entry| (entry, entry.operation().api)),
        _ => command::find::<Studio>(path).map(|entry| (entry, <Studio as livepeer::Api>::NAME)),
    };
    let Some((entry, api)) = found else {
        return Err(Failure::usage(format_args!("there is no command `{}`", path.join(" "))));
    };
    let arguments = command::arguments(entry, matches)?;
    run::operation(context, api, Asked { entry, arguments, matches, curl }).await
}
