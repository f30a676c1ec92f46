//! `livepeer`, the command line. README.md describes it.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::exit))]

mod apis;
mod chart;
mod command;
mod context;
mod emulate;
mod failure;
mod forward;
mod global;
mod journal;
mod mcp;
mod media;
mod named;
mod network;
mod output;
mod own;
mod profile;
mod root;
mod run;
mod stderr;
mod stop;
mod transfer;
mod trust;

use std::process::ExitCode;

use failure::{Failure, code};

fn main() -> ExitCode {
    let matches = match root::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            // Help goes to the standard output, which may be closed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(code::USAGE));
        }
    };
    match start(&matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.text.is_empty() {
                stderr::say(format_args!("{} {}", bold_red("error:"), failure.text));
            }
            ExitCode::from(failure.code)
        }
    }
}

fn start(matches: &clap::ArgMatches) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        tokio::select! {
            // First the command, which may have something left to do then.
            biased;
            result = root::run(matches) => result,
            () = stop::requested() => Err(Failure::new(code::INTERRUPTED, "")),
        }
    });
    // A thread that waits for input would be waited for.
    runtime.shutdown_background();
    result
}

fn bold_red(text: &str) -> String {
    use std::io::IsTerminal as _;
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match std::io::stderr().is_terminal() && !no_color {
        true => format!("\x1b[1;31m{text}\x1b[0m"),
        false => text.to_owned(),
    }
}
