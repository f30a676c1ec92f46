//! `livepeer wait`: until a task or an asset is done.

use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use indicatif::{ProgressBar, ProgressStyle};
use livepeer::dynamic::Output;
use livepeer::{AssetId, Client, Endpoint, Studio, TaskId, Wait, WaitError, asset, task};
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;

pub fn build(command: Command) -> Command {
    command.about("Waits until a task or an asset is done, and prints it").args([
        Arg::new("id").value_name("ID").required(true).help("Id of a task or of an asset"),
        Arg::new("for").long("for").value_name("SECONDS").value_parser(crate::global::seconds).help("How long to wait (default: without limit)"),
    ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let id = matches.get_one::<String>("id").map_or("", String::as_str);
    let limit = matches.get_one::<Duration>("for").copied();
    let client = context.studio()?;
    let bar = bar(context, id);
    let operation = match client.call(task::Get::new(id)).await {
        Ok(_) => {
            follow(limited(client.wait(&TaskId::from(id)), limit), &bar).await?;
            "task.get"
        }
        Err(error) if error.is_not_found() => {
            follow(limited(client.wait(&AssetId::from(id)), limit), &bar).await?;
            "asset.get"
        }
        Err(error) => return Err(error.into()),
    };
    bar.finish_and_clear();
    print(context, &client, operation, id).await
}

async fn print(context: &Context, client: &Client<Studio>, operation: &str, id: &str) -> Result<(), Failure> {
    match client.call_named(operation, json!({ "id": id })).await? {
        Output::Json(document) => context.printer.value(&context.printer.shown(&document, false)),
        _ => Ok(()),
    }
}

fn limited<E: Endpoint<Response: Clone>>(wait: Wait<E>, limit: Option<Duration>) -> Wait<E> {
    match limit {
        Some(limit) => wait.deadline(limit),
        None => wait,
    }
}

/// A line that shows a phase, drawn on a terminal only.
pub fn bar(context: &Context, what: &str) -> ProgressBar {
    let bar = match context.shows_progress() {
        true => ProgressBar::new(100),
        false => ProgressBar::hidden(),
    };
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} [{bar:30}] {percent}% {msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Shows the phases while waiting; gives the last state.
pub async fn follow<E>(mut wait: Wait<E>, bar: &ProgressBar) -> Result<Option<E::Response>, WaitError>
where
    E: Endpoint<Response: Clone>,
{
    let mut last = None;
    while let Some(update) = wait.next().await {
        let update = update?;
        bar.set_message(update.phase().unwrap_or("done").to_owned());
        bar.set_position((update.progress().unwrap_or_default() * 100.0) as u64);
        last = Some(update.value);
    }
    Ok(last)
}

/// Waits for an asset, and gives it.
pub async fn asset(client: &Client<Studio>, id: &AssetId, bar: &ProgressBar) -> Result<Option<asset::Asset>, WaitError> {
    follow(client.wait(id), bar).await
}
