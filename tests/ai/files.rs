//! Files on their way up.

use std::path::PathBuf;

use livepeer::generate::*;
use livepeer::{File, Retry};
use tokio::io::AsyncReadExt;

use crate::Outcome;
use crate::recorder::{Part, Recorder, Seen};

const PICTURES: &str = r#"{"images":[]}"#;
const NO_WORKER: &str = r#"{"error":{"message":"no worker is free"}}"#;

/// More than is read at a time.
fn content() -> Vec<u8> {
    (0..700_000_u32).map(|at| (at % 251) as u8).collect()
}

fn file_at(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("livepeer-ai-{}-{name}", std::process::id()));
    std::fs::write(&path, content()).unwrap();
    path
}

async fn file_in(seen: &Seen) -> Part {
    seen.multipart().await.into_iter().find(|part| part.file_name.is_some()).unwrap()
}

#[tokio::test]
async fn every_kind_arrives_whole() -> Outcome {
    let path = file_at("every kind.JPG");
    let name = path.file_name().unwrap().to_str().unwrap();
    let len = content().len() as u64;
    let reader = || std::io::Cursor::new(content());
    let cases = [
        (File::path(&path), name, "image/jpeg", true),
        (File::bytes(content()), "file", "application/octet-stream", true),
        (File::bytes(content()).name("a.webp"), "a.webp", "image/webp", true),
        (File::bytes(content()).name("a.webp").content_type("image/x-own"), "a.webp", "image/x-own", true),
        (File::reader_with_len(reader(), len).name("a.png"), "a.png", "image/png", true),
        (File::reader(reader()).name("a.png"), "a.png", "image/png", false),
        (File::replayable(move || Ok(reader()), None).name("a.png"), "a.png", "image/png", false),
        (File::replayable(move || Ok(reader()), Some(len)).name("a.png"), "a.png", "image/png", true),
    ];
    for (file, name, media_type, known) in cases {
        let shown = format!("{file:?}");
        let recorder = Recorder::new([(200, PICTURES)]).await;
        recorder.client().call(Upscale::new("p", file)).await?;
        let seen = recorder.only();
        let wanted = Part {
            name: "image".into(),
            file_name: Some(name.into()),
            media_type: Some(media_type.into()),
            content: content().into(),
        };
        let got = file_in(&seen).await;
        assert_eq!((&got.name, &got.file_name, &got.media_type), (&wanted.name, &wanted.file_name, &wanted.media_type));
        assert!(got.content == wanted.content, "{shown}");
        let length = seen.body.len().to_string();
        let (sent_length, encoding) = (seen.header("content-length"), seen.header("transfer-encoding"));
        match known {
            true => assert_eq!((sent_length, encoding), (Some(length.as_str()), None), "{shown}"),
            false => assert_eq!((sent_length, encoding), (None, Some("chunked")), "{shown}"),
        }
    }
    std::fs::remove_file(path)?;
    Ok(())
}

#[tokio::test]
async fn what_can_be_read_again_is_sent_again() -> Outcome {
    let path = file_at("again.png");
    let reader = || std::io::Cursor::new(content());
    let cases = [
        File::path(&path),
        File::bytes(content()),
        File::replayable(move || Ok(reader()), Some(content().len() as u64)),
        File::replayable(move || Ok(reader()), None),
    ];
    for file in cases {
        let recorder = Recorder::new([(503, NO_WORKER), (200, PICTURES)]).await;
        let response = recorder.client().call(Upscale::new("p", file)).with_response().await?;
        assert_eq!(response.attempts, 2);
        let seen = recorder.seen();
        assert_eq!(seen.len(), 2);
        for seen in &seen {
            assert!(file_in(seen).await.content == content());
        }
        assert!(seen[0].body == seen[1].body, "the same bytes, boundary and all");
    }
    std::fs::remove_file(path)?;
    Ok(())
}

#[tokio::test]
async fn what_can_be_read_once_is_sent_once() {
    for file in [
        File::reader(std::io::Cursor::new(content())),
        File::reader_with_len(std::io::Cursor::new(content()), content().len() as u64),
    ] {
        let recorder = Recorder::new([(503, NO_WORKER), (200, PICTURES)]).await;
        let client = recorder.client().retry(Retry::attempts(5));
        let request = Upscale::new("p", file);
        let error = client.call(request.clone()).await.unwrap_err();
        assert_eq!((error.attempts(), error.status().map(|status| status.as_u16())), (1, Some(503)));
        assert!(format!("{error:#}").ends_with("(not retried: its body can be sent only once)"), "{error:#}");
        assert!(file_in(&recorder.only()).await.content == content());

        let again = client.call(request).await.unwrap_err();
        assert!(format!("{again:#}").contains("sent already"), "{again:#}");
    }
}

#[tokio::test]
async fn a_reader_that_breaks_its_promise_is_an_error() {
    for (promised, words) in
        [(10, "continues after the 10 bytes promised"), (900_000, "ended after 700000 of the 900000")]
    {
        let recorder = Recorder::new([(200, PICTURES)]).await;
        let file = File::reader_with_len(std::io::Cursor::new(content()), promised);
        let error = recorder.client().call(Upscale::new("p", file)).await.unwrap_err();
        assert!(format!("{error:#}").contains(words), "{error:#}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_reported_before_anything_is_sent() {
    let recorder = Recorder::new([(200, PICTURES)]).await;
    let error = recorder.client().call(Upscale::new("p", File::path("/no/such/picture.png"))).await.unwrap_err();
    assert!(error.is_request() && format!("{error:#}").contains("/no/such/picture.png"), "{error:#}");
    assert_eq!(recorder.seen().len(), 0);
}

#[tokio::test]
async fn a_reader_is_sent_while_it_is_read() -> Outcome {
    // What the reader gives last depends on what the server has got of it before.
    let (mut writing, reading) = tokio::io::duplex(1024);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let client = livepeer::Client::ai().server(format!("http://{}", listener.local_addr()?));
    let call = tokio::spawn(async move { client.call(Upscale::new("p", File::reader(reading))).await });
    let (mut socket, _) = listener.accept().await?;
    let mut got = Vec::new();
    tokio::io::AsyncWriteExt::write_all(&mut writing, b"first half").await?;
    while !got.windows(10).any(|window| window == b"first half") {
        socket.read_buf(&mut got).await?;
    }
    tokio::io::AsyncWriteExt::write_all(&mut writing, b"second half").await?;
    drop(writing);
    while !got.ends_with(b"0\r\n\r\n") {
        socket.read_buf(&mut got).await?;
    }
    assert!(got.windows(11).any(|window| window == b"second half"));
    let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{PICTURES}", PICTURES.len());
    tokio::io::AsyncWriteExt::write_all(&mut socket, response.as_bytes()).await?;
    call.await??;
    Ok(())
}
