//! The main job, end to end: a stream is created, listed, clipped, updated and deleted.
//!
//! `cargo run --example quickstart` calls a Studio that it starts by itself. With `LIVEPEER_API_KEY` set it calls the real one.

use std::time::Duration;

use livepeer::mock::{self, RunningStudio};
use livepeer::{Client, Error, Filters, Timestamp, stream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::var_os("LIVEPEER_API_KEY").is_some() {
        return Ok(tour(&Client::from_env()?, None).await?);
    }
    let server = mock::studio().listen().await?;
    println!("no LIVEPEER_API_KEY is set, so a fake of Studio runs at {}\n", server.url());
    Ok(tour(&server.client(), Some(&server)).await?)
}

async fn tour(client: &Client, pretend: Option<&RunningStudio>) -> Result<(), Error> {
    let stream = client.call(stream::Create::new("quickstart").record(true)).await?;
    println!("created   {} {:?}", stream.id, stream.name);
    println!("send video to");
    println!("  RTMP    {}", stream.rtmp_url());
    println!("  WHIP    {}", stream.whip_url());

    let mine = stream::List::new().streams_only(true).filters(Filters::new().eq("name", "quickstart"));
    let mut streams = client.pages(mine).items();
    while let Some(stream) = streams.next().await {
        let stream = stream?;
        println!("listed    {} {:?}", stream.id, stream.name);
    }

    // Nobody sends video to the fake, so it is set to pretend that somebody does.
    if let Some(server) = pretend {
        server.studio().go_live(&stream.id);
        server.studio().advance(Duration::from_secs(60));
    }
    let playback_id = stream.playback_id.unwrap_or_default();
    let clip =
        stream::CreateClip::new(&playback_id, Timestamp::now() - Duration::from_secs(20)).name("the last seconds");
    match client.call(clip).await {
        Ok(clip) => println!("clipped   asset {}, made by task {}", clip.asset.id, clip.task.id),
        // The real Studio has nothing to cut from until somebody sends video.
        Err(error) if pretend.is_none() => println!("no clip   {error:#}"),
        Err(error) => return Err(error.into()),
    }

    client.call(stream::Update::new(&stream.id).name("quickstart, renamed")).await?;
    println!("updated   {:?}", client.call(stream::Get::new(&stream.id)).await?.name);

    client.call(stream::Delete::new(&stream.id)).await?;
    match client.call(stream::Get::new(&stream.id)).await {
        Err(error) if error.is_not_found() => println!("deleted   a request for it now fails:\n  {error:#}"),
        Err(error) => return Err(error.into()),
        Ok(_) => println!("deleted, though the server still shows it"),
    }
    Ok(())
}
