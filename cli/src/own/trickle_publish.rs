//! `livepeer trickle publish`: the standard input as a live stream.

use std::io;
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use livepeer::network::trickle::{Error, Rotation};
use tokio::io::{AsyncRead, ReadBuf};

use crate::context::Context;
use crate::failure::{Failure, code};
use crate::{global, network, stderr};

/// How long a channel stays after its last segment: so that subscribers ask for the next one, and see the end.
const GRACE: Duration = Duration::from_secs(1);

pub fn build(command: Command) -> Command {
    command
        .about("Publishes the standard input as a live stream, in segments")
        .long_about(
            "Publishes the standard input as a live stream, in segments, which subscribers receive while they are written. Nothing is sent twice: a \
             segment whose connection is lost is reported on the standard error, and the exit code is then 9.",
        )
        .args([
            network::channel_arg(),
            Arg::new("every")
                .long("every")
                .value_name("SECONDS")
                .value_parser(global::seconds)
                .default_value("1")
                .help("How long a segment lasts, at most four minutes"),
            Arg::new("bytes").long("bytes").value_name("N").value_parser(value_parser!(u64).range(1..)).help("How large a segment may become (default: without limit)"),
            Arg::new("type").long("type").value_name("MEDIA_TYPE").help("Media type that the segments are sent with"),
            Arg::new("end")
                .long("end")
                .action(ArgAction::SetTrue)
                .help("Deletes the channel a second after the end of the input, so that its subscribers see the end"),
        ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let mut rotation = Rotation::every(matches.get_one::<Duration>("every").copied().unwrap_or(Duration::from_secs(1)));
    if let Some(bytes) = matches.get_one::<u64>("bytes") {
        rotation = rotation.or_bytes(*bytes);
    }
    let mut publisher = network::channel(context, matches)?.publisher();
    if let Some(media_type) = matches.get_one::<String>("type") {
        publisher = publisher.content_type(media_type);
    }
    let mut publisher = publisher.open().await?;
    let mut input = Counted { input: tokio::io::stdin(), bytes: 0 };
    let (first, mut lost) = (publisher.next_seq(), 0);
    loop {
        match publisher.pipe(&mut input, rotation).await {
            Ok(_) => break,
            Err(error @ Error::Lost { .. }) if !error.is_gone() => {
                lost += 1;
                stderr::say(Failure::from(error).text);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let segments = publisher.next_seq() - first;
    if matches.get_flag("end") {
        tokio::time::sleep(GRACE).await;
        publisher.end().await?;
    }
    context.note(format_args!("{} bytes in {segments} segments", input.bytes));
    match lost {
        0 => Ok(()),
        lost => Err(Failure::new(code::WAIT, format_args!("{lost} of {segments} segments may be lost, in whole or in part"))),
    }
}

/// Counts what is read.
struct Counted<R> {
    input: R,
    bytes: u64,
}

impl<R: AsyncRead + Unpin> AsyncRead for Counted<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.input).poll_read(cx, buffer))?;
        self.bytes += (buffer.filled().len() - before) as u64;
        Poll::Ready(Ok(()))
    }
}
