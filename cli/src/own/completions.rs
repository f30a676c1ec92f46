//! `livepeer completions`: what a shell needs to complete commands, flags and values.

use std::str::FromStr as _;

use clap::{Arg, ArgMatches, Command};
use clap_complete::Shell;

use crate::context::Context;
use crate::failure::Failure;
use crate::root;

pub fn build(command: Command) -> Command {
    command
        .about("Prints the completions for a shell")
        .long_about("Prints the completions for a shell. For bash: livepeer completions bash > ~/.local/share/bash-completion/completions/livepeer")
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .required(true)
                .value_parser(["bash", "elvish", "fish", "powershell", "zsh"])
                .help("The shell"),
        )
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let shell = matches.get_one::<String>("shell").map_or("", String::as_str);
    let shell = Shell::from_str(shell).map_err(Failure::usage)?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut root::command(), "livepeer", &mut script);
    context.printer.bytes(&script)
}
