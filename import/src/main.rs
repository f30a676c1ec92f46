//! Writes endpoint declarations and models of `typed-endpoint` from an OpenAPI 3 document, once: see README.md.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod api;
mod body;
mod declaration;
mod docs;
mod document;
mod finish;
mod ids;
mod import;
mod names;
mod op_names;
mod operation;
mod output;
mod paging;
mod print;
mod report;
mod response;
mod rules;
mod schema;
mod types;
mod union;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use import::Wanted;
use report::Failure;

const USAGE: &str = "\
Writes endpoint declarations and models from an OpenAPI 3 document.

Usage: typed-endpoint-import DOCUMENT [OPTIONS]

  -o, --output FOLDER      writes a file for each resource into a new folder (default: all into one, to the standard output)
      --api NAME           name of the API's type (default: by the document's title)
      --tag TAG            only operations with this tag; may be repeated
      --operation ID       only this operation, by its `operationId` or as \"GET /path\"; may be repeated
  -h, --help               prints this";

/// The arguments of the program.
#[derive(Debug)]
struct Arguments {
    document: PathBuf,
    output: Option<PathBuf>,
    wanted: Wanted,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned());
    let all: Vec<String> = arguments.by_ref().collect();
    if all.iter().any(|it| it == "-h" || it == "--help") {
        let _ = writeln!(std::io::stdout(), "{USAGE}");
        return ExitCode::SUCCESS;
    }
    match parse(all).and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: Vec<String>) -> Result<Arguments, Failure> {
    let mut document = None;
    let mut output = None;
    let mut wanted = Wanted::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
            _ => (argument.clone(), None),
        };
        let mut value = || {
            let value = value.clone().or_else(|| rest.next());
            value.ok_or_else(|| Failure(format!("`{name}` needs a value: see --help")))
        };
        match name.as_str() {
            "-o" | "--output" => output = Some(PathBuf::from(value()?)),
            "--api" => wanted.api = Some(type_name(value()?)?),
            "--tag" => wanted.filter.tags.push(value()?),
            "--operation" => wanted.filter.ids.push(value()?),
            _ if name.starts_with('-') && name.len() > 1 => {
                return Err(Failure(format!("`{name}` is no option: see --help")));
            }
            _ if document.is_none() => document = Some(PathBuf::from(argument)),
            _ => return Err(Failure(format!("`{argument}` is one document too many: see --help"))),
        }
    }
    let document = document.ok_or_else(|| Failure(format!("which document?\n\n{USAGE}")))?;
    Ok(Arguments { document, output, wanted })
}

fn type_name(name: String) -> Result<String, Failure> {
    let is_name =
        name.starts_with(|it: char| it.is_ascii_uppercase()) && name.chars().all(|it| it.is_ascii_alphanumeric());
    if is_name && name != "Self" {
        Ok(name)
    } else {
        Err(Failure(format!("`{name}` is no name of a type: expected one such as `GitHub`")))
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = &arguments.document;
    let text = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read(path).and_then(|bytes| String::from_utf8(bytes).map_err(std::io::Error::other))
    };
    let text = text.map_err(|error| Failure(format!("{}: {error}", path.display())))?;
    let (files, report, operations) = import::import(&text, &arguments.wanted)
        .map_err(|failure| Failure(format!("{}: {failure}", path.display())))?;
    match &arguments.output {
        None => {
            let written = std::io::stdout().write_all(output::joined(&files).as_bytes());
            written.map_err(|error| Failure(format!("the output cannot be written: {error}")))?;
        }
        Some(folder) => {
            if folder.join("mod.rs").exists() {
                // It may have been edited since.
                return Err(Failure(format!(
                    "{} is there already: name a new folder",
                    folder.join("mod.rs").display()
                )));
            }
            let failed = |error| Failure(format!("{}: {error}", folder.display()));
            std::fs::create_dir_all(folder).map_err(failed)?;
            for file in &files {
                std::fs::write(folder.join(format!("{}.rs", file.module)), &file.text).map_err(failed)?;
            }
        }
    }
    let mut count = 0;
    let mut errors = std::io::stderr().lock();
    for (place, text) in report.notes() {
        let _ = writeln!(errors, "approximated: {place}: {text}");
        count += 1;
    }
    let _ = writeln!(errors, "{operations} operations in {} files, {count} places approximated", files.len());
    Ok(())
}
