//! `livepeer asset upload`: files to new assets.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};
use livepeer::{Client, Studio};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::command::{entry_args, optional_arguments};
use crate::context::Context;
use crate::failure::{Failure, code};
use crate::output::List;
use crate::own::wait;
use crate::stderr;
use crate::transfer::{OPERATION, Transfer, bar};

/// The settings of an upload that have flags of their own here.
const OWN_FIELDS: &[&str] = &["name", "encryption"];

pub fn build(command: Command) -> Command {
    command
        .about("Uploads files to new assets, with progress; the same command again continues an interrupted upload")
        .arg(
            Arg::new("files")
                .value_name("FILE")
                .required(true)
                .num_args(1..)
                .value_parser(value_parser!(PathBuf))
                .value_hint(clap::ValueHint::FilePath)
                .help("The files"),
        )
        .args([
            Arg::new("name").long("name").value_name("NAME").help("Name of the asset, if it is one file (default: the file's name)"),
            Arg::new("wait").long("wait").action(ArgAction::SetTrue).help("Also waits until the assets can be played"),
            Arg::new("jobs")
                .long("jobs")
                .short('j')
                .value_name("N")
                .value_parser(value_parser!(u16).range(1..=64))
                .default_value("2")
                .help("How many files are uploaded at once"),
            Arg::new("encrypt")
                .long("encrypt")
                .action(ArgAction::SetTrue)
                .help("Encrypts the files while they are sent; needs a playback policy, such as `--playback-policy.type jwt`"),
        ])
        .args(entry_args::<Studio>(OPERATION, OWN_FIELDS))
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let files: Vec<&PathBuf> = matches.get_many("files").into_iter().flatten().collect();
    let name = matches.get_one::<String>("name");
    if name.is_some() && files.len() > 1 {
        return Err(Failure::usage("--name is for one file: several would have the same name"));
    }
    let settings = optional_arguments::<Studio>(OPERATION, matches)?;
    let encrypt = matches.get_flag("encrypt");
    if encrypt && !settings.contains_key("playback_policy") {
        return Err(Failure::usage("an encrypted asset needs a playback policy: give `--playback-policy.type jwt` or another"));
    }
    let (client, account) = (context.studio()?, context.account()?);
    let jobs = matches.get_one::<u16>("jobs").copied().unwrap_or(1);
    let (turns, bars) = (Arc::new(Semaphore::new(jobs.into())), self::bars(context));
    let mut uploads = JoinSet::new();
    for path in files {
        let mut settings = settings.clone();
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        settings.insert("name".to_owned(), name.cloned().or(file_name).unwrap_or_default().into());
        let transfer = Transfer { path: path.clone(), settings, encrypt, account: account.clone() };
        let (client, turns, bars, wait) = (client.clone(), turns.clone(), bars.clone(), matches.get_flag("wait"));
        uploads.spawn(async move {
            let _turn = turns.acquire().await;
            let bar = bars.add(bar(&transfer.name()));
            let result = upload(&client, &transfer, &bar, wait).await;
            bar.finish_and_clear();
            (transfer.name(), result)
        });
    }
    report(context, uploads, &bars).await
}

/// All bars; drawn on a terminal only.
pub fn bars(context: &Context) -> MultiProgress {
    match context.shows_progress() {
        true => MultiProgress::new(),
        false => MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
    }
}

async fn upload(client: &Client<Studio>, transfer: &Transfer, bar: &ProgressBar, wait: bool) -> Result<Value, Failure> {
    let (uploaded, kept) = transfer.send(client, bar).await?;
    kept.forget();
    let mut result = json!({
        "file": transfer.name(), "assetId": uploaded.asset, "taskId": uploaded.task, "playbackId": uploaded.playback_id,
        "phase": "uploaded",
    });
    if wait {
        let asset = wait::asset(client, &uploaded.asset, bar).await?;
        result["phase"] = json!(asset.as_ref().and_then(|asset| asset.status.as_ref()).map(|status| &status.phase));
        result["playbackUrl"] = json!(asset.and_then(|asset| asset.playback_url));
    }
    Ok(result)
}

async fn report(
    context: &Context,
    mut uploads: JoinSet<(String, Result<Value, Failure>)>,
    bars: &MultiProgress,
) -> Result<(), Failure> {
    let of = uploads.len();
    let mut list = List::new(&context.printer, None);
    let mut failures = Vec::new();
    while let Some(done) = uploads.join_next().await {
        match done.map_err(Failure::other)? {
            (_, Ok(result)) => bars.suspend(|| list.push(result))?,
            (name, Err(failure)) => {
                if of > 1 {
                    bars.suspend(|| stderr::say(format_args!("{name}: {}", failure.text)));
                }
                failures.push(failure);
            }
        }
    }
    if failures.len() < of {
        list.end()?;
    }
    match (failures.pop(), of) {
        (None, _) => Ok(()),
        (Some(failure), 1) => Err(failure),
        (Some(_), _) => Err(Failure::new(code::WAIT, format_args!("{} of {of} files failed", failures.len() + 1))),
    }
}
