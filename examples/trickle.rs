//! A live stream published in segments, and read again while it is written.
//!
//! `cargo run --example trickle -- ffmpeg -re -f lavfi -i testsrc=duration=5 -f mpegts -` publishes what that program writes; without
//! a program it is a few bytes of text. The server is a fake one; with `TRICKLE_CHANNEL` it is the channel of that URL.

use std::io::Read as _;
use std::process::Stdio;
use std::time::Duration;

use livepeer::mock;
use livepeer::network::trickle::{Channel, Item, Rotation, Start};
use tokio::io::AsyncWriteExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let trickle = mock::trickle();
    let running = trickle.listen().await?;
    trickle.create("out", "video/mp2t");
    let channel = Channel::new(std::env::var("TRICKLE_CHANNEL").unwrap_or(running.channel_url("out")))?;

    let mut publisher = channel.publisher().content_type("video/mp2t").open().await?;
    let mut subscriber = channel.subscriber().start(Start::Seq(publisher.next_seq())).open();
    let reading = tokio::spawn(async move {
        let mut total = 0;
        while let Some(item) = subscriber.next().await? {
            match item {
                Item::Segment(mut segment) => {
                    while let Some(piece) = segment.chunk().await? {
                        total += piece.len();
                    }
                    println!("segment {}: {} bytes", segment.seq(), segment.received());
                }
                Item::Gap(gap) => println!("segments {} to {} are lost", gap.from, gap.to),
                other => println!("{other:?}"),
            }
        }
        Ok::<_, livepeer::network::trickle::Error>(total)
    });

    let rotation = Rotation::every(Duration::from_secs(1)).or_bytes(4 << 20);
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let published = match &arguments[..] {
        [program, arguments @ ..] => {
            let mut child = std::process::Command::new(program).args(arguments).stdout(Stdio::piped()).spawn()?;
            let mut output = child.stdout.take().ok_or("the program has no output")?;
            // A pipe of the system can only be read by a thread that waits for it.
            let (mut writer, reader) = tokio::io::duplex(64 * 1024);
            let runtime = tokio::runtime::Handle::current();
            std::thread::spawn(move || {
                let mut buffer = [0; 64 * 1024];
                while let Ok(read @ 1..) = output.read(&mut buffer) {
                    if runtime.block_on(writer.write_all(&buffer[..read])).is_err() {
                        return;
                    }
                }
            });
            let published = publisher.pipe(reader, rotation).await?;
            child.wait()?;
            published
        }
        [] => publisher.pipe(&b"no program, but bytes"[..], rotation).await?,
    };
    tokio::time::sleep(Duration::from_millis(200)).await;
    publisher.end().await?;
    println!("{published} bytes published, {} read", reading.await??);
    Ok(())
}
