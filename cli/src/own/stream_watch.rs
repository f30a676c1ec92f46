//! `livepeer stream watch`: the health and the viewers of a stream.

use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use livepeer::stream::Stream;
use livepeer::{Client, Studio, metrics, stream};
use serde_json::json;

use crate::chart::sparkline;
use crate::context::Context;
use crate::failure::Failure;
use crate::global;
use crate::output::cell;

/// How many values a line shows.
const WIDTH: usize = 60;

/// How many times the values are kept.
const KEPT: usize = 1000;

pub fn build(command: Command) -> Command {
    command.about("Shows the health and the viewers of a stream, drawn again and again; JSON lines in a pipe").args([
        Arg::new("id").value_name("ID").required(true).help("Id of the stream"),
        Arg::new("interval")
            .long("interval")
            .value_name("SECONDS")
            .value_parser(global::seconds)
            .default_value("5")
            .help("Time between two looks"),
        Arg::new("count").long("count").value_name("N").value_parser(value_parser!(u64)).help("Ends after so many looks (default: with ctrl-C)"),
    ])
}

#[derive(Default)]
struct History {
    rate: Vec<f64>,
    viewers: Vec<f64>,
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let id = matches.get_one::<String>("id").map_or("", String::as_str);
    let interval = matches.get_one::<Duration>("interval").copied().unwrap_or(Duration::from_secs(5));
    let count = matches.get_one::<u64>("count").copied().unwrap_or(u64::MAX);
    let client = context.studio()?;
    let (mut history, mut drawn) = (History::default(), 0);
    for look in 0..count {
        if look > 0 {
            tokio::time::sleep(interval).await;
        }
        let stream = client.call(stream::Get::new(id)).await?;
        let viewers = viewers(&client, &stream).await?;
        let rate = stream.ingest_rate.unwrap_or_default() * 8.0 / 1e6;
        push(&mut history.rate, rate);
        push(&mut history.viewers, viewers as f64);
        if !context.printer.is_terminal || context.printer.is_explicit() {
            context.printer.event(&json!({
                "id": stream.id, "name": stream.name, "isActive": stream.is_active, "isHealthy": stream.is_healthy,
                "ingestMbps": rate, "viewers": viewers, "issues": stream.issues,
            }))?;
            continue;
        }
        let lines = lines(&stream, &history);
        let up = if drawn > 0 { format!("\x1b[{drawn}A\x1b[J") } else { String::new() };
        drawn = lines.len();
        context.printer.text(&format!("{up}{}\n", lines.join("\n")))?;
    }
    Ok(())
}

async fn viewers(client: &Client<Studio>, stream: &Stream) -> Result<i64, Failure> {
    let Some(playback_id) = &stream.playback_id else { return Ok(0) };
    let request = metrics::GetRealtimeViewership::new().playback_id(playback_id.clone());
    Ok(client.call(request).await?.iter().map(|viewers| viewers.view_count).sum())
}

fn push(values: &mut Vec<f64>, value: f64) {
    if values.len() == KEPT {
        values.remove(0);
    }
    values.push(value);
}

fn lines(stream: &Stream, history: &History) -> Vec<String> {
    let state = match (stream.is_active, stream.is_healthy) {
        (Some(true), Some(false)) => "live, unhealthy",
        (Some(true), Some(true)) => "live, healthy",
        (Some(true), None) => "live",
        _ => "not live",
    };
    let last = |values: &[f64]| values.last().copied().unwrap_or_default();
    let mut lines = vec![
        format!("{}: {state}", cell("", &stream.name.as_str().into())),
        format!("ingest  {:>8.2} Mbit/s {}", last(&history.rate), sparkline(&history.rate, WIDTH)),
        format!("viewers {:>8}        {}", last(&history.viewers), sparkline(&history.viewers, WIDTH)),
    ];
    for issue in stream.issues.iter().flatten().take(5) {
        lines.push(format!("! {}", cell("", &issue.as_str().into())));
    }
    lines
}
