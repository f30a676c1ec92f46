//! `livepeer call`: an operation by its name, with JSON.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use livepeer::dynamic::entry;
use livepeer::{Ai, Client, Studio};
use serde_json::json;

use crate::command::{self, Commands, content, kebab, parse_json};
use crate::context::Context;
use crate::failure::Failure;
use crate::run;

pub fn build(command: Command) -> Command {
    command.about("Calls an operation by its name (`stream.create`, `createStream`), with JSON").args([
        Arg::new("name").value_name("NAME").required(true).help("Name of the operation, or its id in the API's specification"),
        Arg::new("json").long("json").value_name("JSON").help("The arguments as a JSON object; `@FILE` or `@-` reads them"),
        super::api(),
        Arg::new("all").long("all").action(ArgAction::SetTrue).help("Follows a list to its end"),
        Arg::new("yes").long("yes").short('y').action(ArgAction::SetTrue).help("Does not ask before a deletion"),
        Arg::new("out")
            .long("out")
            .short('o')
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Stores the result in this file"),
    ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    match matches.get_one::<String>("api").map(String::as_str) {
        Some("ai") => call::<Ai>(context, &context.ai()?, matches).await,
        _ => call::<Studio>(context, &context.studio()?, matches).await,
    }
}

async fn call<A: Commands>(context: &Context, client: &Client<A>, matches: &ArgMatches) -> Result<(), Failure> {
    let name = matches.get_one::<String>("name").map_or("", String::as_str);
    let entry = entry::<A>(name).map_err(|error| own_command::<A>(name).unwrap_or_else(|| error.into()))?;
    let arguments = match matches.get_one::<String>("json").map(String::as_str) {
        None => json!({}),
        Some(word) => {
            let word = if word == "-" { "@-" } else { word };
            parse_json(&content(word, "--json")?).map_err(|error| Failure::usage(format_args!("--json is no JSON: {error}")))?
        }
    };
    if command::deletes(entry) {
        context.confirm(&format!("{} {arguments}", entry.name()), matches.get_flag("yes"))?;
    }
    run::call(context, client, entry, arguments, command::wants_all(matches), matches.get_one("out")).await
}

/// Says that a name is that of a command that makes several calls, such as an upload.
fn own_command<A: Commands>(name: &str) -> Option<Failure> {
    let words: Vec<_> = name.split('.').map(kebab).collect();
    A::own().iter().find(|own| own.path == words)?;
    let command = words.join(" ");
    Some(Failure::usage(format_args!("`{name}` is more than one call: it is the command `livepeer {command}`")))
}
