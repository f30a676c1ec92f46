//! `livepeer man`: the manual pages.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::context::Context;
use crate::failure::Failure;
use crate::root;

pub fn build(command: Command) -> Command {
    command.about("Prints the manual page, or stores the pages of all commands in a folder").arg(
        Arg::new("folder").value_name("DIR").value_parser(value_parser!(PathBuf)).help("Stores all pages here"),
    )
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let mut command = root::command();
    let Some(folder) = matches.get_one::<PathBuf>("folder") else {
        return context.printer.bytes(&page(command)?);
    };
    command.build();
    std::fs::create_dir_all(folder)?;
    let pages = store(&command, "livepeer", folder)?;
    context.note(format_args!("{pages} pages in {}", folder.display()));
    Ok(())
}

fn page(command: Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(page)
}

/// Stores the page of a command and of those below it, and counts them.
fn store(command: &Command, name: &str, folder: &Path) -> Result<usize, Failure> {
    let own = command.clone().name(name.to_owned()).display_name(name.to_owned());
    std::fs::write(folder.join(format!("{name}.1")), page(own)?)?;
    let mut pages = 1;
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        pages += store(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(pages)
}
