//! `livepeer openapi`: the OpenAPI document of an API.

use clap::{Arg, ArgMatches, Command};
use livepeer::dynamic::openapi;
use livepeer::{Ai, Studio};

use crate::context::Context;
use crate::failure::Failure;

pub fn build(command: Command) -> Command {
    command
        .about("Prints the OpenAPI 3.1 document of an API")
        .arg(Arg::new("api").value_name("API").required(true).value_parser(["studio", "ai"]).help("Studio, or an AI gateway"))
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let document = match matches.get_one::<String>("api").map(String::as_str) {
        Some("ai") => openapi::<Ai>(),
        _ => openapi::<Studio>(),
    };
    context.printer.value(&document)
}
