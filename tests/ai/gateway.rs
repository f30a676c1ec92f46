//! The mock itself: what it makes is real, and what it refuses the real ones refuse.

use std::time::Duration;

use livepeer::codec::Detail;
use livepeer::generate::*;
use livepeer::mock::{self, AiFlavor, sample_request};
use livepeer::{Client, File, Retry};
use serde_json::Value;

use crate::Outcome;

pub fn png_size(content: &[u8]) -> (u32, u32) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(content)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    reader.finish().unwrap();
    assert!(pixels.iter().any(|pixel| *pixel != pixels[0]) || content.len() < 200);
    (reader.info().width, reader.info().height)
}

#[tokio::test]
async fn pictures_can_be_decoded() -> Outcome {
    let gateway = mock::ai();
    let client = gateway.client();
    for (width, height) in [(1, 1), (3, 5), (31, 33), (1024, 576), (2049, 7)] {
        let response = client.call(TextToImage::new("x").width(width).height(height)).await?;
        assert_eq!(png_size(&response.images[0].bytes(&client).await?), (width, height));
    }
    let response = client.call(TextToImage::new("x")).await?;
    assert_eq!(png_size(&response.images[0].bytes(&client).await?), (1024, 576));
    let same = client.call(TextToImage::new("x").seed(5)).await?.images[0].bytes(&client).await?;
    assert!(same == client.call(TextToImage::new("x").seed(5)).await?.images[0].bytes(&client).await?);
    Ok(())
}

/// The boxes of an MP4 file, those inside of others as `outer.inner`.
fn boxes(content: &[u8], path: &str, out: &mut Vec<(String, Vec<u8>)>) {
    let mut rest = content;
    while !rest.is_empty() {
        let size = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let name = format!("{path}{}", std::str::from_utf8(&rest[4..8]).unwrap());
        out.push((name.clone(), rest[8..size].to_vec()));
        if ["moov", "trak", "mdia", "minf", "stbl"].contains(&&name[name.len() - 4..]) {
            boxes(&rest[8..size], &format!("{name}."), out);
        }
        rest = &rest[size..];
    }
}

#[tokio::test]
async fn videos_hold_pictures() -> Outcome {
    let gateway = mock::ai();
    let client = gateway.client();
    let picture = File::bytes("x").name("a.png");
    let response = client.call(ImageToVideo::new(picture).width(64).height(48).fps(5u32)).await?;
    let video = response.media().next().unwrap().bytes(&client).await?;
    let mut found = Vec::new();
    boxes(&video, "", &mut found);
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).filter(|name| !name.contains('.')).collect();
    assert_eq!(names, ["ftyp", "moov", "mdat"]);
    let get = |name: &str| &found.iter().find(|(own, _)| own.ends_with(name)).unwrap().1;
    let number = |content: &[u8], at: usize| u32::from_be_bytes(content[at..at + 4].try_into().unwrap()) as usize;
    let sizes = get("stbl.stsz");
    assert_eq!(number(sizes, 8), 5);
    let mut start = number(get("stbl.stco"), 8);
    for at in 0..5 {
        let size = number(sizes, 12 + at * 4);
        assert_eq!(png_size(&video[start..start + size]), (64, 48));
        start += size;
    }
    assert_eq!(start, video.len());
    Ok(())
}

async fn post(url: &str, content_type: &str, body: &'static str) -> (u16, Value) {
    let request = reqwest::Client::new().post(url).header("content-type", content_type).body(body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
}

#[tokio::test]
async fn fields_are_checked() -> Outcome {
    let server = mock::ai().listen().await?;
    let json = |path: &str, body| {
        let url = format!("{}{path}", server.url());
        async move { post(&url, "application/json", body).await }
    };
    let (status, body) = json("/text-to-image", "{}").await;
    assert_eq!((status, &body["detail"][0]["type"]), (422, &"missing".into()));
    assert_eq!(body["detail"][0]["loc"], serde_json::json!(["body", "prompt"]));
    let (status, body) = json("/text-to-image", r#"{"prompt":"x","loras":"{not json"}"#).await;
    assert_eq!((status, body["detail"]["msg"].is_string()), (400, true));
    let (status, body) = json("/text-to-image", r#"{"prompt":"x","model_id":""}"#).await;
    assert_eq!((status, body["error"]["message"].is_string()), (503, true));
    for body in [r#"{"model":"m","messages":[],"stream":false}"#, r#"{"model":"m","messages":[],"max_tokens":1}"#] {
        assert_eq!(json("/llm", body).await.0, 400, "{body}");
    }
    assert_eq!(json("/llm", r#"{"messages":[],"stream":false,"max_tokens":1}"#).await.0, 422);
    assert_eq!(json("/llm", r#"{"model":"m","messages":[],"stream":false,"max_tokens":1}"#).await.0, 200);

    let url = format!("{}/segment-anything-2", server.url());
    let form = "--b\r\ncontent-disposition: form-data; name=\"point_coords\"\r\n\r\n[1,2\r\n\
        --b\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nx\r\n--b--\r\n";
    assert_eq!(post(&url, "multipart/form-data; boundary=b", form).await.0, 400);
    Ok(())
}

#[tokio::test]
async fn it_refuses_as_the_real_ones_do() -> Outcome {
    let refused = async |gateway: mock::GatewayFake| {
        let server = gateway.listen().await.unwrap();
        let client = Client::ai().server(server.url()).key("wrong").retry(Retry::never());
        let error = client.call(ImageToText::new(File::bytes(vec![0; 5000]).name("a.png"))).await.unwrap_err();
        (error.status().unwrap().as_u16(), error.body().cloned().unwrap())
    };
    let studio = || mock::ai().flavor(AiFlavor::Studio);
    use GenerateError::*;
    assert!(matches!(refused(mock::ai().key("right")).await, (401, Http(_))));
    assert!(matches!(refused(studio().key("right")).await, (401, Studio(_))));
    assert!(matches!(refused(mock::ai().max_request(4000)).await, (413, Http(_))));
    assert!(matches!(refused(studio().max_request(4000)).await, (422, Studio(_))));
    assert!(matches!(refused(mock::ai().retired(true)).await, (410, Gone(_))));
    assert!(matches!(refused(mock::ai().busy(true)).await, (503, Gateway(_))));
    assert!(matches!(refused(studio().busy(true)).await, (500, Studio(_))));
    let failing = |status| {
        let gateway = mock::ai();
        gateway.fail_next([status]);
        gateway
    };
    assert!(matches!(refused(failing(500)).await, (500, Http(_))));
    assert!(matches!(refused(failing(422)).await, (422, Validation(_))));

    let server = mock::ai().flavor(AiFlavor::Runner).retired(true).listen().await?;
    server.client().call(LiveVideoToVideo::new("http://a.example", "http://b.example")).await?;

    let client = mock::ai().client();
    for (name, right) in [("a.png", true), ("a", true), ("a.mp4", false), ("a.txt", false)] {
        let result = client.call(ImageToText::new(File::bytes("x").name(name))).await;
        assert_eq!(result.err().map(|error| error.is_unsupported_media_type()), (!right).then_some(true), "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn it_fails_as_often_as_told() -> Outcome {
    let gateway = mock::ai();
    gateway.fail_next([503, 200, 400]);
    gateway.reply_next(mock::Reply::text(418, "own words"));
    let client = gateway.client();
    let request = || TextToImage::new("x").width(8).height(8);
    assert_eq!(client.call(request()).with_response().await?.attempts, 2);
    assert!(client.call(request()).await.is_err());
    assert_eq!(client.call(request()).await.unwrap_err().raw_body(), b"own words");
    client.call(request()).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn studio_takes_twenty_a_minute() -> Outcome {
    let gateway = mock::ai().flavor(AiFlavor::Studio);
    let client = gateway.studio_client();
    let request = || TextToImage::new("x").width(8).height(8);
    for _ in 0..20 {
        client.call(request()).await?;
    }
    tokio::time::advance(Duration::from_millis(20_500)).await;
    let error = client.call(request()).retry(Retry::never()).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(error.headers()["retry-after"], "40");
    // By default the client waits as long as that.
    assert_eq!(client.call(request()).with_response().await?.attempts, 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn it_can_be_slow() -> Outcome {
    let gateway = mock::ai().latency(Duration::from_secs(60));
    let client = gateway.client();
    let began = tokio::time::Instant::now();
    client.call(TextToImage::new("x").width(8).height(8)).await?;
    assert_eq!(began.elapsed().as_secs(), 60);
    let slow = client.call(TextToImage::new("x")).timeout(Duration::from_secs(30)).await;
    assert!(slow.unwrap_err().is_timeout());
    Ok(())
}

#[tokio::test]
async fn only_the_latest_files_are_kept() -> Outcome {
    let gateway = mock::ai();
    let client = gateway.client();
    let first = client.call(TextToImage::new("x").width(8).height(8)).await?;
    first.images[0].bytes(&client).await?;
    for _ in 0..8 {
        client.call(TextToImage::new("x").width(8).height(8).num_images_per_prompt(8u32)).await?;
    }
    assert!(first.images[0].bytes(&client).await.unwrap_err().is_not_found());
    Ok(())
}

#[tokio::test]
async fn a_full_request_of_each_operation_is_understood() -> Outcome {
    let gateway = mock::ai();
    let client = gateway.client();
    let mut request: TextToImage = sample_request(Detail::Full)?;
    (request.width, request.height) = (Some(8), Some(8));
    client.call(request).await?;
    client.call(sample_request::<ImageToImage>(Detail::Full)?).await?;
    client.call(sample_request::<Upscale>(Detail::Full)?).await?;
    client.call(sample_request::<ImageToText>(Detail::Full)?).await?;
    client.call(sample_request::<TextToSpeech>(Detail::Full)?).await?;
    let runner = mock::ai().flavor(AiFlavor::Runner).client();
    runner.call(sample_request::<LiveVideoToVideo>(Detail::Full)?).await?;
    client.call(sample_request::<LlmStream>(Detail::Full)?).await?.collect().await?;
    Ok(())
}
