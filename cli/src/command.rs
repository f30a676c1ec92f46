//! The commands of an API's operations, made from its catalog: nothing is written per operation.

mod arguments;
mod fields;
mod shape;

use clap::{Arg, ArgAction, ArgMatches, Command};
use livepeer::dynamic::{Catalog, Content, Entry, entries, plain_text};
use serde_json::Value;

pub use arguments::{arguments, column, content, optional_arguments, parse_json};
pub use fields::entry_args;
pub use shape::{first_sentence, kebab};

use crate::named::Named;
use crate::own::Own;

/// An API with commands.
pub trait Commands: Catalog {
    /// Commands that are no operations, listed with the operations of a resource.
    fn own() -> &'static [Own] {
        &[]
    }
}

impl Commands for livepeer::Ai {}

impl Commands for livepeer::Studio {
    fn own() -> &'static [Own] {
        crate::own::ALL
    }
}

/// Adds the operations of an API: below their resources, or directly if there is only one. The parts that are not used are not made.
/// `OWN` tells whether other commands are added, too.
pub fn add_operations<A: Commands, const OWN: bool>(command: Command) -> Command {
    match resources::<A>().as_slice() {
        [resource] => add_resource::<A, OWN>(command, resource),
        resources => command.subcommands(resources.iter().map(|resource| {
            Command::new(kebab(resource))
                .about(verbs::<A>(resource))
                .subcommand_required(true)
                .arg_required_else_help(true)
                .defer(|command| {
                    let name = command.get_name().to_owned();
                    add_resource::<A, OWN>(command, &name)
                })
        })),
    }
}

/// The operation that a command is for.
pub fn find<A: Commands>(path: &[&str]) -> Option<&'static Entry> {
    entries::<A>().find(|entry| match path {
        [verb] => kebab(&entry.verb()) == *verb,
        [resource, verb] => kebab(entry.operation().resource()) == *resource && kebab(&entry.verb()) == *verb,
        _ => false,
    })
}

fn resources<A: Commands>() -> Vec<&'static str> {
    let mut resources: Vec<_> = entries::<A>().map(|entry| entry.operation().resource()).collect();
    resources.dedup();
    resources
}

/// What a resource can do, as one line.
fn verbs<A: Commands>(resource: &str) -> String {
    /// How many operations are listed before `…`.
    const MOST: usize = 6;
    let own = A::own().iter().filter(|own| own.path.len() > 1 && own.path.first() == Some(&resource));
    let own = own.filter_map(|own| own.path.last()).map(|name| (*name).to_owned());
    let operations = entries::<A>().filter(|entry| entry.operation().resource() == resource);
    let verbs: Vec<_> = own.chain(operations.map(|entry| kebab(&entry.verb()))).collect();
    let mut line = verbs.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    if verbs.len() > MOST {
        line.push_str(", …");
    }
    line
}

fn add_resource<A: Commands, const OWN: bool>(command: Command, resource: &str) -> Command {
    let own = A::own().iter().filter(|own| OWN && own.path.len() > 1 && own.path.first() == Some(&resource));
    let operations = entries::<A>().filter(|entry| kebab(entry.operation().resource()) == kebab(resource));
    command.subcommands(own.map(Own::command)).subcommands(operations.map(operation))
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
