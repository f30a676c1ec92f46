//! `livepeer openapi`: the OpenAPI document of an API.

use clap::{ArgMatches, Command};
use crate::apis;
use crate::context::Context;
use crate::failure::Failure;

pub fn build(command: Command) -> Command {
    command
        .about("Prints the OpenAPI 3.1 document of an API")
        .arg(apis::arg().required(true))
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let api = matches.get_one::<String>("api").map_or("", String::as_str);
    context.printer.value(&(apis::find(api)?.openapi)())
}
