//! `livepeer asset import`: many assets from a list, each once.

mod rows;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Arg, ArgMatches, Command, value_parser};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use livepeer::tus::fingerprint;
use livepeer::{Client, RateLimit, Studio, Timestamp, asset};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::context::Context;
use crate::failure::{Failure, code};
use crate::journal::{Journal, State};
use crate::output::List;
use crate::own::asset_upload::bars;
use crate::transfer::{Transfer, bar};
use rows::{Row, Source};

/// How far the clocks of the server and of this machine may be apart, in milliseconds.
const CLOCKS: i64 = 5 * 60 * 1000;

pub fn build(command: Command) -> Command {
    command
        .about("Creates assets from a list of URLs and files, each once: the same command again continues")
        .long_about(
            "Creates assets from a list of URLs and files. The list is a CSV file with a header: the column `source` (or `url`, or `file`) is \
             a URL, which the server fetches, or a file, which is uploaded; `name` and all other settings of an asset may be columns, too.\n\n\
             What was done is kept in a journal next to the list (FILE.journal). The same command again continues where the last one \
             stopped, even if that was killed, tries again what has failed, and creates nothing twice. It prints all rows with their asset ids, \
             also those done before. Equal rows are one. A program that is \
             killed just when an upload begins leaves an asset without a file, in the phase `uploading`.",
        )
        .args([
            Arg::new("list").value_name("FILE").required(true).value_parser(value_parser!(PathBuf)).help("The list, a CSV file"),
            Arg::new("jobs")
                .long("jobs")
                .short('j')
                .value_name("N")
                .value_parser(value_parser!(u16).range(1..=64))
                .default_value("4")
                .help("How many assets are created at once"),
            Arg::new("rate")
                .long("rate")
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..))
                .help("How many requests are sent per second at most"),
        ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let path: &PathBuf = matches.get_one("list").ok_or_else(|| Failure::usage("there is no list"))?;
    let mut rows = rows::read(path)?;
    let mut client = context.studio()?;
    if let Some(rate) = matches.get_one::<u32>("rate") {
        client = client.rate_limit(RateLimit::per_second(*rate));
    }
    let jobs = matches.get_one::<u16>("jobs").copied().unwrap_or(1);
    let account = context.account()?;
    // What is done at one server, or for one account, is not at another.
    for row in &mut rows {
        row.key = fingerprint(format!("{account}\n{}", row.key).as_bytes());
    }
    let import = Import {
        client,
        account,
        journal: Arc::new(Mutex::new(Journal::open(path)?)),
        bars: bars(context),
        turns: Arc::new(Semaphore::new(jobs.into())),
    };
    import.run(context, rows).await
}

#[derive(Clone)]
struct Import {
    client: Client<Studio>,
    account: String,
    journal: Arc<Mutex<Journal>>,
    bars: MultiProgress,
    turns: Arc<Semaphore>,
}

impl Import {
    async fn run(self, context: &Context, rows: Vec<Row>) -> Result<(), Failure> {
        let total = rows.len();
        let (mut done, mut rest) = (Vec::new(), Vec::new());
        for row in rows {
            match self.state(&row) {
                Some(State::Done { asset }) => done.push((row.source, asset)),
                _ => rest.push(row),
            }
        }
        let all = self.bars.add(ProgressBar::new(total as u64));
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} {elapsed} {eta}") {
            all.set_style(style);
        }
        all.set_position(done.len() as u64);
        let mut work = JoinSet::new();
        for row in rest {
            let import = self.clone();
            work.spawn(async move {
                let _turn = import.turns.acquire().await;
                let result = import.create(&row).await;
                (row, result)
            });
        }
        let (mut list, mut created, mut failed) = (List::new(&context.printer, None), 0, 0);
        // The output of the last run is the whole list, whatever the earlier ones have printed.
        for (source, asset) in &done {
            self.bars.suspend(|| list.push(shown(source, Ok(asset))))?;
        }
        while let Some(result) = work.join_next().await {
            let (row, result) = result.map_err(Failure::other)?;
            all.inc(1);
            let shown = match result {
                Ok(asset) => {
                    created += 1;
                    shown(&row.source, Ok(&asset))
                }
                // Nor will any other row succeed.
                Err(failure) if failure.code == code::AUTH => return Err(failure),
                Err(failure) => {
                    failed += 1;
                    let at = self.begun(&row).unwrap_or_else(|| Timestamp::now().as_millis());
                    self.note(&row, State::Failed { at, error: failure.text.clone() })?;
                    shown(&row.source, Err(&failure.text))
                }
            };
            self.bars.suspend(|| list.push(shown))?;
        }
        all.finish_and_clear();
        list.end()?;
        context.note(format_args!("{created} created, {} done before, {failed} failed, of {total}", done.len()));
        match failed {
            0 => Ok(()),
            _ => Err(Failure::new(code::WAIT, format_args!("{failed} of {total} failed; the same command tries them again"))),
        }
    }

    fn state(&self, row: &Row) -> Option<State> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).get(&row.key).cloned()
    }

    /// When a row was first tried that is not done.
    fn begun(&self, row: &Row) -> Option<i64> {
        match self.state(row)? {
            State::Started { at } | State::Failed { at, .. } => Some(at),
            State::Done { .. } => None,
        }
    }

    fn note(&self, row: &Row, state: State) -> Result<(), Failure> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).note(&row.key, state)
    }

    /// Creates the asset of a row, unless an earlier run has; gives its id.
    async fn create(&self, row: &Row) -> Result<String, Failure> {
        match (self.begun(row), &row.source) {
            (Some(at), Source::Url(url)) => {
                if let Some(asset) = self.find(row, url, at).await? {
                    self.note(row, State::Done { asset: asset.clone() })?;
                    return Ok(asset);
                }
            }
            (Some(_), Source::File(_)) => {}
            (None, _) => self.note(row, State::Started { at: Timestamp::now().as_millis() })?,
        }
        match &row.source {
            Source::Url(_) => {
                let request = serde_json::from_value::<asset::UploadUrl>(row.settings.clone().into())
                    .map_err(|error| Failure::usage(format_args!("{}: {error}", row.source)))?;
                let asset = self.client.call(request).await?.asset.id.to_string();
                self.note(row, State::Done { asset: asset.clone() })?;
                Ok(asset)
            }
            Source::File(path) => {
                let transfer = Transfer {
                    path: path.clone(),
                    settings: row.settings.clone(),
                    encrypt: false,
                    account: format!("{}\n{}", self.account, row.key),
                };
                let bar = self.bars.add(bar(&transfer.name()));
                let result = transfer.send(&self.client, &bar).await;
                bar.finish_and_clear();
                let (uploaded, kept) = result?;
                self.note(row, State::Done { asset: uploaded.asset.to_string() })?;
                // Not before it is noted: a crash in between would upload it again.
                kept.forget();
                Ok(uploaded.asset.to_string())
            }
        }
    }

    /// The asset that a request has made of which nobody saw the response.
    async fn find(&self, row: &Row, url: &str, since: i64) -> Result<Option<String>, Failure> {
        let mut items = self.client.pages(asset::List::new().source_url(url)).items();
        while let Some(asset) = items.next().await {
            let asset = asset?;
            let is_later = asset.created_at.is_some_and(|time| time.as_millis() >= since - CLOCKS);
            if is_later && row.settings.get("name").is_some_and(|name| *name == asset.name) {
                return Ok(Some(asset.id.to_string()));
            }
        }
        Ok(None)
    }
}

/// What is printed of a row.
fn shown(source: &Source, result: Result<&str, &str>) -> Value {
    json!({ "source": source.to_string(), "assetId": result.ok(), "error": result.err() })
}
