//! The commands of an API's operations, made from its catalog: nothing is written per operation.

mod arguments;
mod fields;
mod shape;

use clap::{Arg, ArgAction, ArgMatches, Command};
use livepeer::dynamic::{Catalog, Content, Entry, entries, plain_text};
use livepeer::network::AppApi;
use livepeer::network::operations::clearinghouse::Clearinghouse;
use livepeer::network::operations::gateway::Gateway;
use livepeer::network::operations::orchestrator::Orchestrator;
use livepeer::network::operations::signer::Signer;
use serde_json::Value;

pub use arguments::{arguments, column, content, optional_arguments, parse_json, shown};
pub use fields::entry_args;
pub use shape::{first_sentence, kebab};

use crate::named::Named;
use crate::own::{self, Own};

/// The operations that are commands below one command.
pub trait Commands {
    fn entries() -> impl Iterator<Item = &'static Entry>;
}

/// Those of an API.
impl<A: Catalog> Commands for A {
    fn entries() -> impl Iterator<Item = &'static Entry> {
        entries::<A>()
    }
}

/// Those of the parts of the network.
pub enum Network {}

impl Commands for Network {
    fn entries() -> impl Iterator<Item = &'static Entry> {
        let of_orchestrators = entries::<Orchestrator>().chain(entries::<Gateway>()).chain(entries::<AppApi>());
        of_orchestrators.chain(entries::<Signer>()).chain(entries::<Clearinghouse>())
    }
}

/// Adds operations: below their resources, or directly if there is only one. The parts that are not used are not made.
/// `OWN` tells whether the commands that are no operations are added, too.
pub fn add_operations<C: Commands, const OWN: bool>(command: Command) -> Command {
    match resources::<C>().as_slice() {
        [resource] => add_resource::<C, OWN>(command, resource),
        resources => add_own::<OWN>(command).subcommands(resources.iter().map(|resource| {
            Command::new(kebab(resource))
                .about(verbs::<C>(resource))
                .subcommand_required(true)
                .arg_required_else_help(true)
                .defer(|command| {
                    let name = command.get_name().to_owned();
                    add_resource::<C, OWN>(command, &name)
                })
        })),
    }
}

/// Adds the commands of a group that are no operations.
fn add_own<const OWN: bool>(command: Command) -> Command {
    let own: Vec<_> = own_of(command.get_name()).filter(|_| OWN).map(Own::command).collect();
    command.subcommands(own)
}

/// The operation that a command is for.
pub fn find<C: Commands>(path: &[&str]) -> Option<&'static Entry> {
    C::entries().find(|entry| match path {
        [verb] => kebab(&entry.verb()) == *verb,
        [resource, verb] => kebab(entry.operation().resource()) == *resource && kebab(&entry.verb()) == *verb,
        _ => false,
    })
}

/// Each once: operations of two APIs may be in one.
fn resources<C: Commands>() -> Vec<&'static str> {
    let mut resources = Vec::new();
    for resource in C::entries().map(|entry| entry.operation().resource()) {
        if !resources.contains(&resource) {
            resources.push(resource);
        }
    }
    resources
}

/// The commands that are no operations, listed with the operations of a resource.
fn own_of(resource: &str) -> impl Iterator<Item = &'static Own> {
    own::ALL.iter().filter(move |own| matches!(own.path, [first, _] if *first == resource))
}

/// What a resource can do, as one line.
fn verbs<C: Commands>(resource: &str) -> String {
    /// How many operations are listed before `…`.
    const MOST: usize = 6;
    let own = own_of(resource).filter_map(|own| own.path.last()).map(|name| (*name).to_owned());
    let operations = C::entries().filter(|entry| entry.operation().resource() == resource);
    let verbs: Vec<_> = own.chain(operations.map(|entry| kebab(&entry.verb()))).collect();
    let mut line = verbs.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    if verbs.len() > MOST {
        line.push_str(", …");
    }
    line
}

fn add_resource<C: Commands, const OWN: bool>(command: Command, resource: &str) -> Command {
    let own: Vec<_> = own_of(resource).filter(|_| OWN).collect();
    // A stream is published and read by many requests: the command stands in place of that for one.
    let is_own = |entry: &&Entry| own.iter().any(|own| own.path.last() == Some(&kebab(&entry.verb()).as_str()));
    let operations = C::entries().filter(|entry| kebab(entry.operation().resource()) == kebab(resource));
    let operations: Vec<_> = operations.filter(|entry| !is_own(entry)).collect();
    command.subcommands(own.iter().map(|own| own.command())).subcommands(operations.into_iter().map(operation))
}

/// The command of an operation.
fn operation(entry: &'static Entry) -> Command {
    let facts = entry.operation();
    let docs = plain_text(entry.docs());
    let mut about = shape::first_sentence(entry.docs());
    if facts.deprecated {
        about.push_str(" (deprecated)");
    }
    let calls = format!("Calls {} {} (`{}`).", facts.method, facts.path, entry.name());
    let command = Command::new(kebab(&entry.verb()))
        .about(about)
        .long_about(if docs.is_empty() { calls.clone() } else { format!("{docs}\n\n{calls}") })
        .args(fields::args(entry));
    let command = match facts.paged {
        Some(_) => command.arg(
            Arg::new("all").long("all").action(ArgAction::SetTrue).help("Follows the list to its end, page after page"),
        ),
        None => command,
    };
    let command = match deletes(entry) {
        true => command.arg(
            Arg::new("yes").long("yes").short('y').action(ArgAction::SetTrue).help("Does not ask for a confirmation"),
        ),
        false => command,
    };
    match gives_files(entry) {
        true => command.arg(
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FILE")
                .value_parser(clap::value_parser!(std::path::PathBuf))
                .help("Stores the result in this file; `-` is the standard output"),
        ),
        false => command,
    }
}

/// Whether the operation takes something away for good.
pub fn deletes(entry: &Entry) -> bool {
    entry.operation().method == "DELETE"
}

/// Whether an operation creates something, and its secrets are what it is called for.
pub fn creates(entry: &Entry) -> bool {
    entry.operation().method == "POST"
}

/// Whether the result is a file, or names files that were made.
fn gives_files(entry: &Entry) -> bool {
    match Named::collect(|schemas| entry.content(schemas)) {
        (Content::Bytes, _) => true,
        (Content::Json(_), named) => named.contains(crate::media::MODEL),
        _ => false,
    }
}

/// Whether a list was asked for to its end.
pub fn wants_all(matches: &ArgMatches) -> bool {
    matches.try_get_one::<bool>("all").ok().flatten().copied().unwrap_or_default()
}

/// The schema of a response that is JSON, and those that it refers to.
pub fn response_schema(entry: &Entry) -> Option<(Value, Named)> {
    match Named::collect(|schemas| entry.content(schemas)) {
        (Content::Json(schema), named) => Some((schema.into_value(), named)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
