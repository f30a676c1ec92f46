//! `livepeer viewership`: views over time.

use clap::{Arg, ArgAction, ArgMatches, Command};
use livepeer::Studio;
use livepeer::dynamic::{Output, entry};
use serde_json::Value;

use crate::chart::bar;
use crate::command::{entry_args, optional_arguments};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::cell;
use crate::run::{self, Asked};

const OPERATION: &str = "metrics.get_viewership";

pub fn build(command: Command) -> Command {
    command
        .about("Shows views over time, in steps of a day")
        .args([
            Arg::new("asset").long("asset").value_name("ID").help("Only this asset"),
            Arg::new("stream").long("stream").value_name("ID").help("Only this stream"),
            Arg::new("chart").long("chart").action(ArgAction::SetTrue).help("Draws a chart"),
        ])
        .args(entry_args::<Studio>(OPERATION, &["asset_id", "stream_id"]))
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let mut arguments = optional_arguments::<Studio>(OPERATION, matches)?;
    for (flag, field) in [("asset", "asset_id"), ("stream", "stream_id")] {
        if let Some(id) = matches.get_one::<String>(flag) {
            arguments.insert(field.to_owned(), id.as_str().into());
        }
    }
    arguments.entry("time_step").or_insert_with(|| "day".into());
    if !matches.get_flag("chart") {
        let asked = Asked { entry: entry::<Studio>(OPERATION)?, arguments: arguments.into(), matches, curl: false };
        return run::call::<Studio>(context, asked).await;
    }
    let Output::Json(document) = context.studio()?.call_named(OPERATION, arguments.into()).await? else { return Ok(()) };
    let rows = document.to_value();
    context.printer.text(&chart(rows.as_array().map(Vec::as_slice).unwrap_or_default(), context.printer.width().min(100)))
}

/// One bar for each row, by its time and whatever else it was counted by.
fn chart(rows: &[Value], width: usize) -> String {
    const NUMBERS: &[&str] = &["viewCount", "playtimeMins", "ttffMs", "rebufferRatio", "errorRate", "exitsBeforeStart"];
    let label = |row: &Value| {
        let of = row.as_object().into_iter().flatten();
        let words: Vec<_> = of
            .filter(|(name, value)| !NUMBERS.contains(&name.as_str()) && !value.is_null())
            .map(|(name, value)| cell(name, value).trim_end_matches("T00:00:00Z").to_owned())
            .collect();
        words.join(" ")
    };
    let labels: Vec<_> = rows.iter().map(label).collect();
    let count = |row: &Value| row["viewCount"].as_f64().unwrap_or_default();
    let most = rows.iter().map(count).fold(0.0, f64::max);
    let longest = labels.iter().map(|label| console::measure_text_width(label)).max().unwrap_or_default();
    let room = width.saturating_sub(longest + 12).max(10);
    let lines = rows.iter().zip(&labels).map(|(row, label)| {
        let padding = " ".repeat(longest - console::measure_text_width(label));
        format!("{label}{padding} {:>8} {}\n", count(row), bar(count(row), most, room))
    });
    let text: String = lines.collect();
    if text.is_empty() { "no views\n".to_owned() } else { text }
}
