//! What is repeated, and what never is.

use std::time::Duration;

use livepeer::generate::*;
use livepeer::mock::Reply;
use livepeer::{Client, ErrorKind, Retry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::recorder::Recorder;

const DONE: &str = r#"{"images":[]}"#;

/// Soon, so that tests do not wait.
fn soon() -> Retry {
    Retry::attempts(4).max_backoff(Duration::from_millis(5))
}

#[test]
fn what_is_billed_is_never_declared_repeatable() {
    for operation in OPERATIONS {
        assert_eq!(operation.retryable, operation.name == "Health", "{}", operation.name);
        let timeout = Duration::from_secs(if operation.name == "Health" { 60 } else { 300 });
        assert_eq!(operation.timeout, Some(timeout), "{}", operation.name);
    }
}

#[tokio::test]
async fn a_refused_call_is_retried() -> Outcome {
    for status in [429, 503] {
        let recorder = Recorder::new([(status, "{}"), (status, ""), (200, DONE)]).await;
        let response = recorder.client().retry(soon()).call(TextToImage::new("x")).with_response().await?;
        assert_eq!((response.attempts, recorder.seen().len()), (3, 3));
    }
    Ok(())
}

#[tokio::test]
async fn retry_after_is_kept_to() -> Outcome {
    let limited = || Reply::error(429, "too many").header("retry-after", "1");
    let done = || Reply::status(200).with_body(DONE);
    let recorder = Recorder::by([limited as fn() -> Reply, done]).await;
    let began = std::time::Instant::now();
    recorder.client().retry(soon()).call(TextToImage::new("x")).await?;
    assert!(began.elapsed() >= Duration::from_secs(1));

    let recorder = Recorder::by([|| Reply::error(429, "too many").header("retry-after", "3600")]).await;
    let error = recorder.client().retry(soon()).call(TextToImage::new("x")).await.unwrap_err();
    assert!(error.is_rate_limited() && error.is_retryable());
    assert!(
        format!("{error:#}").ends_with("(not retried: the server asks for a longer wait than allowed)"),
        "{error:#}"
    );
    assert_eq!(recorder.seen().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_failure_is_not_repeated_unless_asked_for() -> Outcome {
    for status in [500, 502, 504] {
        let recorder = Recorder::new([(status, "{}"), (200, DONE)]).await;
        let client = recorder.client().retry(soon());
        let error = client.call(TextToImage::new("x")).await.unwrap_err();
        assert_eq!((error.attempts(), recorder.seen().len()), (1, 1));
        assert!(!error.is_retryable());
        let text = format!("{error:#}");
        assert!(text.ends_with("(not retried: the server may have carried it out already)"), "{text}");

        let recorder = Recorder::new([(status, "{}"), (200, DONE)]).await;
        let client = recorder.client().retry(soon().non_idempotent(true));
        assert_eq!(client.call(TextToImage::new("x")).with_response().await?.attempts, 2);
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_request_is_never_repeated() {
    for status in [400, 401, 410, 413, 415, 422] {
        let recorder = Recorder::new([(status, "{}"), (200, DONE)]).await;
        let client = recorder.client().retry(soon().non_idempotent(true));
        let error = client.call(TextToImage::new("x")).await.unwrap_err();
        assert_eq!((error.attempts(), recorder.seen().len()), (1, 1), "{error:#}");
    }
}

#[tokio::test]
async fn without_a_connection_it_is_tried_again() {
    // A port that was free a moment ago.
    // Bound, so that nobody else gets the port, but not listening.
    let deaf = tokio::net::TcpSocket::new_v4().unwrap();
    deaf.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = deaf.local_addr().unwrap();
    let client = Client::ai().server(format!("http://{address}")).retry(soon());
    let error = client.call(TextToImage::new("x")).await.unwrap_err();
    assert!(error.is_connect());
    assert_eq!(error.attempts(), 4);
}

#[tokio::test]
async fn what_may_have_arrived_is_not_repeated() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::ai().server(format!("http://{}", listener.local_addr().unwrap())).retry(soon());
    let server = tokio::spawn(async move {
        let mut connections = 0;
        while let Ok(Ok((mut socket, _))) = tokio::time::timeout(Duration::from_millis(500), listener.accept()).await {
            connections += 1;
            let mut got = Vec::new();
            while !got.ends_with(b"}") {
                socket.read_buf(&mut got).await.unwrap();
            }
        }
        connections
    });
    let error = client.call(TextToImage::new("x")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1), "{error:#}");
    assert_eq!(server.await.unwrap(), 1);
}

#[tokio::test]
async fn silence_times_out_and_slowness_does_not() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let client = Client::ai().server(format!("http://{}", listener.local_addr()?));
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut got = Vec::new();
        while !got.ends_with(b"}") {
            socket.read_buf(&mut got).await.unwrap();
        }
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n").await.unwrap();
        for byte in DONE.as_bytes() {
            tokio::time::sleep(Duration::from_millis(150)).await;
            socket.write_all(&[*byte]).await.unwrap();
        }
        // The second is kept waiting forever.
        let _kept = listener.accept().await.unwrap();
        std::future::pending::<()>().await;
    });
    // Nearly two seconds in all, with never so long a silence.
    client.call(TextToImage::new("x")).timeout(Duration::from_millis(1500)).await?;
    let error = client.call(TextToImage::new("x")).timeout(Duration::from_millis(200)).await.unwrap_err();
    assert!(error.is_timeout(), "{error:#}");
    assert_eq!(error.attempts(), 1);
    server.abort();
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn five_minutes_of_silence_are_the_default() {
    /// Never responds.
    struct Silent;
    impl livepeer::Transport for Silent {
        fn send(
            &self,
            _: http::Request<livepeer::Body>,
        ) -> livepeer::BoxFuture<'_, Result<http::Response<livepeer::Body>, livepeer::TransportError>> {
            Box::pin(std::future::pending())
        }
    }
    let began = tokio::time::Instant::now();
    let error = Client::ai().transport(Silent).call(TextToImage::new("x")).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(began.elapsed().as_secs(), 300);
}
