//! A live stream with all that belongs to it: fetched from elsewhere, transcoded, recorded, sent on to another service,
//! clipped, watched, deleted.
//!
//! `cargo run --example live_stream` calls a Studio that it starts by itself. With `LIVEPEER_API_KEY` set it calls the real
//! one; give it the address of a video that is live then: `cargo run --example live_stream https://…/live.m3u8`.

use std::time::Duration;

use livepeer::mock::{self, RunningStudio};
use livepeer::stream::{Location, Multistream, Pull, TargetRef, TargetSpec};
use livepeer::{
    Client, Error, FfmpegProfile, RecordingSpec, Seconds, Timestamp, TranscodeProfile, playback, session, stream,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let source = std::env::args().nth(1).unwrap_or_else(|| "https://example.com/live/stream.flv".into());
    match Client::from_env() {
        Ok(client) => broadcast(&client, &source, None).await?,
        Err(_) => {
            let server = mock::studio().listen().await?;
            broadcast(&server.client(), &source, Some(&server)).await?;
        }
    }
    Ok(())
}

async fn broadcast(client: &Client, source: &str, pretend: Option<&RunningStudio>) -> Result<(), Error> {
    // Only what is set is sent. What a request cannot be made without is an argument, here and in its parts.
    let stream = client
        .call(
            stream::Create::new("the show")
                .pull(
                    Pull::new(source)
                        .headers([("Authorization", "Bearer 123")])
                        .location(Location::new(39.739, -104.988)),
                )
                .profiles([
                    FfmpegProfile::new("720p", 1280, 720, 3_000_000, 30),
                    FfmpegProfile::new("480p", 854, 480, 1_600_000, 30),
                ])
                .record(true)
                .recording_spec(
                    RecordingSpec::new().profiles([TranscodeProfile::new(3_000_000).name("720p").height(720)]),
                )
                .multistream(Multistream::new().targets([
                    TargetRef::new("720p").spec(TargetSpec::new("rtmps://live.example.com/app/key").name("elsewhere")),
                ]))
                .creator_id("alice")
                .user_tags([("series", "news")]),
        )
        .await?;
    println!("{} is fetched from {source}", stream.name);

    client.call(stream::StartPull::new(&stream.id)).await?;
    if let Some(server) = pretend {
        server.studio().go_live(&stream.id);
        server.studio().advance(Duration::from_secs(60));
    }
    let now = client.call(stream::Get::new(&stream.id)).await?;
    println!("live: {}", now.is_active == Some(true));

    // A clip becomes an asset, once its task is completed. It can be cut while the stream continues.
    let Some(playback_id) = now.playback_id else { return Ok(()) };
    if now.is_active == Some(true) {
        let end = Timestamp::now();
        let clip =
            stream::CreateClip::new(&playback_id, end - Duration::from_secs(20)).end_time(end).name("the best of it");
        match client.call(clip).await {
            Ok(clip) => println!("the clip becomes asset {}", clip.asset.id),
            Err(error) => println!("no clip: {error:#}"),
        }
    }

    match client.call(playback::Get::new(&playback_id)).await {
        Ok(info) => println!("watch at {}", info.hls().map_or("nowhere yet", |url| url.as_str())),
        Err(error) if error.is_not_found() => println!("nothing to watch yet"),
        Err(error) => return Err(error.into()),
    }

    // An error says what was asked, what the server responded, and what kind of failure it is.
    if let Err(error) = client.call(playback::Get::new("no-such-id")).await {
        println!("{error:#}");
        println!("not found: {}, what the server said: {:?}", error.is_not_found(), error.message());
    }

    if let Some(server) = pretend {
        server.studio().go_idle(&stream.id);
        server.studio().advance(Duration::from_secs(600));
    }
    let mut sessions = client.pages(session::GetRecorded::new(&stream.id).record(true)).items();
    while let Some(session) = sessions.next().await {
        let session = session?;
        let length = session.source_segments_duration.unwrap_or(Seconds::new(0.0));
        println!(
            "recorded {length}: {}",
            session.recording_url.as_ref().map(livepeer::Url::as_str).unwrap_or("not ready yet")
        );
    }

    client.call(stream::Delete::new(&stream.id)).await?;
    println!("deleted");
    Ok(())
}
