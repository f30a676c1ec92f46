//! `livepeer call`: an operation by its name, with JSON.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::json;

use crate::command::{content, kebab, parse_json};
use crate::context::Context;
use crate::failure::Failure;
use crate::run::{self, Asked};
use crate::{apis, own};

pub fn build(command: Command) -> Command {
    command.about("Calls an operation by its name (`stream.create`, `createStream`), with JSON").args([
        Arg::new("name").value_name("NAME").required(true).help("Name of the operation, or its id in the API's specification"),
        Arg::new("json").long("json").value_name("JSON").help("The arguments as a JSON object; `@FILE` or `@-` reads them"),
        apis::arg().long("api").default_value("studio"),
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
    let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let (api, name) = (text("api"), text("name"));
    let entry =
        (apis::find(api)?.entry)(name).map_err(|error| own_command(name).unwrap_or_else(|| error.into()))?;
    let arguments = match matches.get_one::<String>("json") {
        None => json!({}),
        Some(word) => parse_json(&content(if word == "-" { "@-" } else { word }, "--json")?)
            .map_err(|error| Failure::usage(format_args!("--json is no JSON: {error}")))?,
    };
    run::operation(context, api, Asked { entry, arguments, matches, curl: false }).await
}

/// Says that a name is that of a command that makes several calls, such as an upload.
fn own_command(name: &str) -> Option<Failure> {
    let words: Vec<_> = name.split('.').map(kebab).collect();
    own::ALL.iter().find(|own| own.path == words)?;
    let command = words.join(" ");
    Some(Failure::usage(format_args!("`{name}` is more than one call: it is the command `livepeer {command}`")))
}
