//! An API that this program does not know: its operation is a command without a line of code.

use std::collections::HashSet;

use clap::{ArgMatches, Command};
use livepeer::{Operation, Studio};
use serde_json::json;
use typed_endpoint::dynamic::{Catalog, Entry, entries};
use typed_endpoint::{Api, Case, File, Secret, Unmapped, model, open_enum, operations};

use super::*;
use crate::{apis, global, root};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {}

impl Api for Library {
    const NAME: &'static str = "Library";
    const SERVERS: &'static [&'static str] = &["https://library.example"];
    const CASE: Case = Case::Snake;
    type Error = Unmapped;
}

mod shelf {
    use super::*;

    operations! {
        endpoint! {
            /// Puts a book on a
            /// shelf. Twice does no harm.
            pub PutBook: Library = POST "/shelf/{id}" (id: String) multipart {
                /// Name of the book.
                title: String,
                /// The book.
                scan: File,
                /// Words.
                tags?: Vec<String>,
                /// May be lent.
                lend?: bool,
                /// Kind of cover.
                cover?: Cover,
                /// Who wrote it.
                author?: Author,
                /// Not a form of output.
                output?: u32,
                /// Opens the shelf.
                shelf_key?: Secret,
            } -> Author
        }
    }

    open_enum! {
        /// A cover.
        pub enum Cover {
            /// Of cloth.
            Cloth = "cloth",
            /// Of paper.
            Paper = "paper",
        }
    }

    model! {
        /// A person.
        pub struct Author: Library, input {
            /// Full name.
            full_name: String,
            /// Year of birth.
            born?: u32,
            /// Whom to ask.
            teacher?: Box<Author>,
        }
    }
}

impl Catalog for Library {
    const ENTRIES: &'static [&'static [Entry]] = &[shelf::ENTRIES];
}

fn command() -> Command {
    global::add(add_operations::<Library, true>(Command::new("library")))
}

fn parse(words: &[&str]) -> Result<Value, String> {
    let matches = command().try_get_matches_from([&["library"], words].concat()).map_err(|error| error.to_string())?;
    let (name, matches): (&str, &ArgMatches) = matches.subcommand().unwrap();
    arguments(find::<Library>(&[name]).unwrap(), matches).map_err(|failure| failure.text)
}

#[test]
fn an_operation_is_a_command_with_its_fields_as_arguments_and_flags() {
    assert_eq!(
        parse(&["put-book", "a", "Emma", "emma.pdf", "--lend", "--tags", "x", "--tags", "y", "--cover", "cloth"]),
        Ok(json!({
            "id": "a", "title": "Emma", "scan": { "path": "emma.pdf" }, "lend": true, "tags": ["x", "y"], "cover": "cloth",
        }))
    );
    // Members of members, on top of JSON; numbers are numbers; a flag of a general name gets another.
    assert_eq!(
        parse(&[
            "put-book",
            "1",
            "2",
            "3",
            "--author",
            r#"{"full_name": "A", "born": 1}"#,
            "--author.born",
            "1775",
            "--author.teacher.full-name",
            "B",
            "--field-output",
            "7",
            "--lend=false",
            "--tags",
            r#"["1"]"#,
        ]),
        Ok(json!({
            "id": "1", "title": "2", "scan": { "path": "3" }, "author": {
                "full_name": "A", "born": 1775, "teacher": { "full_name": "B" },
            }, "output": 7, "lend": false, "tags": ["1"],
        }))
    );
    for (words, error) in [
        (&["put-book", "a"][..], "<TITLE>"),
        (&["put-book", "a", "b", "c", "--author", "{"], "`author` is no JSON"),
        (&["put-book", "a", "b", "c", "--author.unknown", "x"], "unexpected argument '--author.unknown'"),
        (&["put-bokk"], "unrecognized subcommand 'put-bokk'"),
    ] {
        let text = parse(words).unwrap_err();
        assert!(text.contains(error), "{text}");
    }
}

#[test]
fn values_may_be_in_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("@{}", folder.path().join(name).display());
    std::fs::write(folder.path().join("author"), r#"{"full_name": "A"}"#).unwrap();
    std::fs::write(folder.path().join("key"), "sesame\n").unwrap();
    let arguments = parse(&["put-book", "a", "@b", "c", "--author", &at("author"), "--shelf-key", &at("key")]).unwrap();
    assert_eq!(arguments["author"], json!({ "full_name": "A" }));
    assert_eq!((&arguments["shelf_key"], &arguments["title"]), (&json!("sesame"), &json!("@b")));
    let error = parse(&["put-book", "a", "b", "c", "--author", &at("nothing")]).unwrap_err();
    assert!(error.contains("`author` cannot be read from"), "{error}");
}

#[test]
fn help_is_made_of_docs_and_schemas() {
    let mut command = command();
    command.build();
    let put_book = command.find_subcommand_mut("put-book").unwrap();
    assert_eq!(put_book.get_about().unwrap().to_string(), "Puts a book on a shelf");
    let help = put_book.render_long_help().to_string();
    for text in [
        "Twice does no harm.",
        "Calls POST /shelf/{id} (`shelf.put_book`).",
        "<ID> <TITLE> <SCAN>",
        "Name of the book",
        "--lend",
        "- cloth: Of cloth",
        "--author <JSON>",
        "--author.teacher.born <NUMBER>",
        "--tags <TAGS>",
        "--field-output",
    ] {
        let text = if text.starts_with("<ID>") { "<ID> <TITLE> <FILE>" } else { text };
        assert!(help.contains(text), "{text}: {help}");
    }
}

/// All commands of a tree, and the parts that are made only when they are used.
fn walk(command: &Command, each: &mut dyn FnMut(&Command)) {
    each(command);
    command.get_subcommands().for_each(|below| walk(below, each));
}

#[test]
fn every_operation_of_every_api_is_a_command() {
    let mut command = root::command();
    command.build();
    // In debug builds clap looks for contradictions.
    command.clone().debug_assert();
    let has = |path: &[&str]| path.iter().try_fold(&command, |command, name| command.find_subcommand(name)).is_some();
    let mut count = 0;
    for entry in entries::<Studio>() {
        let (resource, verb) = (kebab(entry.operation().resource()), kebab(&entry.verb()));
        assert!(has(&[&resource, &verb]) && has(&["curl", &resource, &verb]), "{}", entry.name());
        assert!(
            find::<Studio>(&[&resource, &verb]).is_some_and(|found| found.name() == entry.name()),
            "{}",
            entry.name()
        );
        count += 1;
    }
    // Those of the other APIs, which are all that is declared.
    let own_of_studio = |entry: &&&Operation| entry.api != <Studio as Api>::NAME;
    for operation in livepeer::catalog().collect::<Vec<_>>().iter().filter(own_of_studio) {
        let row = apis::find(operation.api).unwrap();
        let (resource, verb) = (kebab(operation.resource()), kebab(&verb_of(operation)));
        let path = match row.name {
            "ai" | "daydream" | "trickle" => vec![row.name, &verb],
            _ => vec!["network", &resource, &verb],
        };
        assert!(has(&path) && has(&[&["curl"], path.as_slice()].concat()), "{path:?}");
        assert!((row.entry)(&format!("{}.{}", operation.resource(), verb_of(operation))).is_ok(), "{path:?}");
        count += 1;
    }
    assert!(count > 150, "{count}");
}

/// The name of an operation's type in snake case.
fn verb_of(operation: &Operation) -> String {
    kebab(operation.name).replace('-', "_")
}

#[test]
fn no_help_text_is_rust() {
    let mut command = root::command();
    command.build();
    let mut rust = Vec::new();
    walk(&command, &mut |command| {
        let texts = command.get_arguments().flat_map(|arg| [arg.get_help(), arg.get_long_help()]);
        for text in texts.chain([command.get_about(), command.get_long_about()]).flatten().map(ToString::to_string) {
            if ["::", "```", "[`"].iter().any(|sign| text.contains(sign)) {
                rust.push(format!("{}: {text}", command.get_name()));
            }
        }
    });
    assert!(rust.is_empty(), "{rust:#?}");
}

#[test]
fn no_flag_is_given_twice_and_general_ones_are_reserved() {
    let mut command = root::command();
    command.build();
    for arg in command.get_arguments() {
        let name = arg.get_long().unwrap();
        assert!(global::RESERVED.contains(&name), "{name}");
    }
    walk(&command, &mut |command| {
        let mut names = HashSet::new();
        for arg in command.get_arguments().filter_map(|arg| arg.get_long()) {
            assert!(names.insert(arg), "{}: --{arg}", command.get_name());
        }
    });
}

#[test]
fn names_are_those_of_a_command_line() {
    for (name, expected) in [
        ("creatorId", "creator-id"),
        ("creator_id", "creator-id"),
        ("breakdownBy[]", "breakdown-by[]"),
        ("URL", "url"),
        ("segment_anything2", "segment-anything2"),
        ("createdAt", "created-at"),
        ("static-mp4", "static-mp4"),
    ] {
        assert_eq!(kebab(name), expected);
    }
}
