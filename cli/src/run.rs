//! Calls an operation and prints its response.

use std::path::PathBuf;

use clap::ArgMatches;
use livepeer::Client;
use livepeer::dynamic::{Document, Entry, Output};
use serde_json::Value;

use crate::apis::{self, Reachable};
use crate::command;
use crate::context::Context;
use crate::failure::Failure;
use crate::media;
use crate::output::{List, columns_of};

/// A call of an operation with JSON.
pub struct Asked<'a> {
    pub entry: &'static Entry,
    pub arguments: Value,
    pub matches: &'a ArgMatches,
    /// Whether the request is to be printed instead.
    pub curl: bool,
}

/// Calls an operation of the API of this name, after a question if it deletes something.
pub async fn operation(context: &Context, api: &str, asked: Asked<'_>) -> Result<(), Failure> {
    if command::deletes(asked.entry) && !asked.curl {
        let yes = asked.matches.try_get_one::<bool>("yes").ok().flatten().copied().unwrap_or_default();
        context.confirm(&format!("{} {}", asked.entry.name(), command::shown(asked.entry, &asked.arguments)), yes)?;
    }
    (apis::find(api)?.call)(context, asked).await
}

pub async fn call<A: Reachable>(context: &Context, asked: Asked<'_>) -> Result<(), Failure> {
    let Asked { entry, mut arguments, matches, curl } = asked;
    let client = &A::client(context, &mut arguments)?;
    let call = client.call_named(&entry.name(), arguments);
    if curl {
        return context.printer.line(&match context.options.show_secrets {
            true => call.to_curl_with_secrets().await?,
            false => call.to_curl()?,
        });
    }
    let reveals = command::creates(entry);
    let out = matches.try_get_one::<PathBuf>("out").ok().flatten();
    if command::wants_all(matches) {
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

async fn json<A: Reachable>(
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
