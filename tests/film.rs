//! What the fake of Studio serves to players is a film that a player plays.

use std::process::Command;
use std::time::Duration;

use livepeer::mock::{self, StudioFake};
use livepeer::{Client, Error, PlaybackPolicy, asset, playback, stream};

type Result<T = ()> = std::result::Result<T, Error>;

async fn ready(studio: &StudioFake, client: &Client, new: asset::RequestUpload) -> Result<playback::PlaybackInfo> {
    let asset = client.call(new).await?.asset;
    studio.receive_upload(asset.id.as_str(), 10).unwrap();
    studio.advance(Duration::from_secs(60));
    Ok(client.call(playback::Get::new(asset.playback_id.unwrap())).await?)
}

/// What a program of others says about the film at a URL: codec, size, length. `None` where it is not installed.
fn probe(url: &str) -> Option<String> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-count_frames", "-show_entries"]);
    command.args(["stream=codec_name,width,height,nb_read_frames:format=duration", "-of", "compact=nk=1:p=0", url]);
    let Ok(output) = command.output() else {
        println!("LEFT OUT: playing the film by ffprobe, because it is not installed");
        return None;
    };
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).lines().collect::<Vec<_>>().join(" "))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ready_is_played() -> Result {
    let studio = mock::studio();
    let running = studio.listen().await.unwrap();
    let client = running.client();
    let info = ready(&studio, &client, asset::RequestUpload::new("x")).await?;
    let mp4 = info.mp4()[0].url.to_string();
    if let Some(film) = probe(&mp4) {
        assert_eq!(film, "h264|128|80|50 10.000000");
    }
    // Which is listed as a programme, too.
    let hls = info.hls().unwrap().to_string();
    if let Some(film) = probe(&hls) {
        assert!(film.ends_with("h264|128|80|50 10.000000"), "{film}");
    }
    let stream = client.call(stream::Create::new("x")).await?;
    studio.go_live(&stream.id);
    studio.advance(Duration::from_secs(7));
    let live = client.call(playback::Get::new(stream.playback_id.unwrap())).await?;
    let list = live.hls().unwrap().to_string().replace("index", "video");
    let (status, text) = fetch(&studio, &list, "").await;
    assert_eq!((status, text.matches(".m4s").count(), text.contains("ENDLIST")), (200, 5, false));
    studio.go_idle(&stream.id);
    assert_eq!(fetch(&studio, &list, "").await.0, 404);
    Ok(())
}

async fn fetch(studio: &StudioFake, url: &str, range: &str) -> (u16, String) {
    let mut request = http::Request::get(url);
    if !range.is_empty() {
        request = request.header("range", range);
    }
    let response = studio.mock().respond(request.body(livepeer::Body::default()).unwrap()).await;
    let status = response.status().as_u16();
    let body = response.into_body().bytes(usize::MAX).await.unwrap();
    (status, String::from_utf8_lossy(&body).into())
}

#[tokio::test]
async fn only_who_may_plays_and_parts_are_parts() -> Result {
    let studio = mock::studio();
    let client = studio.client();
    let guarded = asset::RequestUpload::new("x").playback_policy(PlaybackPolicy::jwt());
    let info = ready(&studio, &client, guarded).await?;
    assert_eq!(fetch(&studio, info.hls().unwrap().as_ref(), "").await.0, 403);
    let key = client.call(livepeer::access_control::Create::new()).await?;
    let id = info.hls().unwrap().as_ref().split('/').nth(4).unwrap().to_owned();
    let token = key.sign_playback(id.as_str()).token().unwrap();
    let (status, list) = fetch(&studio, &format!("{}?jwt={}", info.hls().unwrap(), token.expose()), "").await;
    assert!(status == 200 && list.contains(&format!("video.m3u8?jwt={}", token.expose())), "{list}");

    let open = ready(&studio, &client, asset::RequestUpload::new("x")).await?;
    let thumbnails = open.hls().unwrap().to_string().replace("index.m3u8", "thumbnails/thumbnails.vtt");
    let (status, text) = fetch(&studio, &thumbnails, "").await;
    assert_eq!((status, &text[..6], text.matches("-->").count()), (200, "WEBVTT", 5));
    let film = open.mp4()[0].url.to_string();
    for (range, status) in [("bytes=4-7", 206), ("bytes=-1", 206), ("bytes=99999999-", 416), ("pages=1-2", 200)] {
        let (got, part) = fetch(&studio, &film, range).await;
        assert_eq!(got, status, "{range}");
        assert!(range != "bytes=4-7" || part == "ftyp", "{part}");
    }
    assert_eq!(fetch(&studio, &thumbnails.replace("thumbnails.vtt", "none"), "").await.0, 404);
    Ok(())
}

#[tokio::test]
async fn studio_serves_the_ai_operations_that_it_hosts() -> Result {
    let studio = mock::studio();
    let client = studio.client().retry(livepeer::Retry::never());
    let made = client.call(livepeer::generate::TextToImage::new("a lighthouse").width(64).height(32)).await?;
    assert_eq!(made.images.len(), 1);
    for _ in 1..20 {
        client.call(livepeer::generate::TextToImage::new("x").width(16).height(16)).await?;
    }
    let error = client.call(livepeer::generate::TextToImage::new("x").width(16).height(16)).await.unwrap_err();
    assert!(error.is_rate_limited() && error.headers().contains_key("retry-after"), "{error}");
    assert_eq!(error.message().as_deref(), Some("Too many AI requests"));
    Ok(())
}
