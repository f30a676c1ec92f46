//! `livepeer trickle subscribe`: a live stream on the standard output.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use livepeer::network::trickle::{End, Error, Item, Lag, Start};

use crate::context::Context;
use crate::failure::{Failure, code};
use crate::{media, network, stderr};

pub fn build(command: Command) -> Command {
    command
        .about("Writes a live stream to the standard output, until the channel ends")
        .long_about(
            "Writes a live stream to the standard output, until the channel ends. What is lost is reported on the standard error, and the exit code is \
             then 9.",
        )
        .args([
            network::channel_arg(),
            Arg::new("start")
                .long("start")
                .value_name("SEGMENT")
                .default_value("current")
                .value_parser(start)
                .help("Where it begins: `current`, the newest segment; `next`; `oldest`; or a segment's number"),
            Arg::new("lag")
                .long("lag")
                .value_name("WHERE")
                .default_value("oldest")
                .value_parser(["oldest", "live", "fail"])
                .help("Where it continues after a loss: with the oldest segment that is left, the newest, or not at all"),
            Arg::new("attempts")
                .long("attempts")
                .value_name("N")
                .default_value("32")
                .value_parser(value_parser!(u32).range(1..))
                .help("How many requests in a row may fail: 32 are about 7 seconds without a server"),
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Writes to this file; `-` is the standard output"),
        ])
}

fn start(word: &str) -> Result<Start, String> {
    match word {
        "current" => Ok(Start::Current),
        "next" => Ok(Start::Next),
        "oldest" => Ok(Start::Oldest),
        word => word.parse().map(Start::Seq).map_err(|_| "give current, next, oldest, or a segment's number".to_owned()),
    }
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let channel = network::channel(context, matches)?;
    let mut output: Box<dyn Write> = match matches.get_one::<PathBuf>("out").filter(|out| out.as_os_str() != "-") {
        Some(path) => Box::new(
            fs::File::create(path).map_err(|error| Failure::other(format_args!("{} cannot be written: {error}", path.display())))?,
        ),
        None => {
            media::refuse_terminal(context)?;
            Box::new(std::io::stdout())
        }
    };
    let lag = match matches.get_one::<String>("lag").map(String::as_str) {
        Some("live") => Lag::Live,
        Some("fail") => Lag::Fail,
        _ => Lag::Oldest,
    };
    let start = matches.get_one::<Start>("start").copied().unwrap_or_default();
    let attempts = matches.get_one::<u32>("attempts").copied().unwrap_or(1);
    let mut subscriber = channel.subscriber().start(start).on_lag(lag).attempts(attempts).open();
    let mut losses = 0;
    let mut lose = |text: String| {
        losses += 1;
        stderr::say(text);
    };
    while let Some(item) = subscriber.next().await? {
        match item {
            Item::Segment(mut segment) => loop {
                match segment.chunk().await {
                    Ok(Some(bytes)) => {
                        output.write_all(&bytes)?;
                        output.flush()?;
                    }
                    Ok(None) => break,
                    Err(error @ Error::Incomplete { .. }) => {
                        lose(error.to_string());
                        break;
                    }
                    Err(error) => return Err(error.into()),
                }
            },
            Item::Gap(gap) if gap.count() == 1 => lose(format!("segment {} is lost", gap.from)),
            Item::Gap(gap) => lose(format!("segments {} to {} are lost", gap.from, gap.to)),
            Item::Restart { expected, next } => lose(format!("the publisher has begun again with segment {next} in place of {expected}")),
            other => return Err(Failure::other(format_args!("an item of an unknown kind: {other:?}"))),
        }
    }
    if subscriber.end() == Some(End::Gone) {
        lose("the channel is no longer there: its last segments may be lost".into());
    }
    match losses {
        0 => Ok(()),
        _ => Err(Failure::new(code::WAIT, "the stream is not complete")),
    }
}
