//! Calls an operation and prints its response.

use std::path::PathBuf;

use clap::ArgMatches;
use livepeer::Client;
use livepeer::dynamic::{Document, Entry, Output};
use serde_json::Value;

use crate::command::{self, Commands};
use crate::context::Context;
use crate::failure::Failure;
use crate::media;
use crate::output::{List, columns_of};

/// Calls the operation of a command.
pub async fn operation<A: Commands>(
    context: &Context,
    client: &Client<A>,
    entry: &'static Entry,
    matches: &ArgMatches,
) -> Result<(), Failure> {
    let arguments = command::arguments(entry, matches)?;
    if command::deletes(entry) {
        let yes = matches.try_get_one::<bool>("yes").ok().flatten().copied().unwrap_or_default();
        context.confirm(&format!("{} {}", entry.name(), shown(&arguments)), yes)?;
    }
    let out = matches.try_get_one::<PathBuf>("out").ok().flatten();
    call(context, client, entry, arguments, command::wants_all(matches), out).await
}

/// Calls an operation with JSON.
pub async fn call<A: Commands>(
    context: &Context,
    client: &Client<A>,
    entry: &'static Entry,
    arguments: Value,
    all: bool,
    out: Option<&PathBuf>,
) -> Result<(), Failure> {
    let reveals = command::creates(entry);
    let call = client.call_named(&entry.name(), arguments);
    if all {
        let mut items = call.items()?;
        let mut list = List::new(&context.printer, columns(entry));
        while let Some(item) = items.next().await {
            list.push(context.printer.shown(&item?, reveals))?;
        }
        return list.end();
    }
    let file = out.filter(|out| out.as_os_str() != "-");
    match call.await? {
        Output::Empty => context.note("done"),
        Output::Json(document) => return json(context, client, entry, &document, out).await,
        Output::Text(text) => context.printer.line(&text)?,
        Output::Bytes(bytes) => match file {
            Some(path) => std::fs::write(path, &bytes)
                .map_err(|error| Failure::other(format_args!("{} cannot be written: {error}", path.display())))?,
            None => {
                media::refuse_terminal(context)?;
                context.printer.bytes(&bytes)?;
            }
        },
        Output::Download(download) => match file {
            Some(path) => {
                let bytes = download.save(path).await?;
                context.note(format_args!("{}: {bytes} bytes", path.display()));
            }
            None => media::print(context, *download).await?,
        },
        Output::Events(mut events) => {
            while let Some(event) = events.next().await {
                context.printer.event(&context.printer.shown(&event?, reveals))?;
            }
        }
        other => return Err(Failure::other(format_args!("a result of an unknown kind: {other:?}"))),
    }
    Ok(())
}

async fn json<A: Commands>(
    context: &Context,
    client: &Client<A>,
    entry: &'static Entry,
    document: &Document,
    out: Option<&PathBuf>,
) -> Result<(), Failure> {
    if let (Some(out), Some((schema, named))) = (out, command::response_schema(entry)) {
        let found = media::find(&document.to_value(), &schema, &named);
        if found.is_empty() {
            return Err(Failure::other("the response names no file"));
        }
        media::save(context, client, &found, out).await?;
        if !context.printer.is_explicit() {
            return Ok(());
        }
    }
    match context.printer.shown(document, command::creates(entry)) {
        Value::Array(items) => {
            let mut list = List::new(&context.printer, columns(entry));
            items.into_iter().try_for_each(|item| list.push(item))?;
            list.end()
        }
        value => context.printer.value(&value),
    }
}

/// The columns that the items of a list have.
fn columns(entry: &Entry) -> Option<Vec<String>> {
    let (schema, named) = command::response_schema(entry)?;
    Some(columns_of(schema.get("items")?, &named))
}

/// The arguments, for a question.
fn shown(arguments: &Value) -> String {
    let values = arguments.as_object().into_iter().flatten();
    let words: Vec<_> =
        values.map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
    words.join(" ")
}
