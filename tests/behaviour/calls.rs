//! Single calls.

use std::time::Duration;

use livepeer::{Error, ErrorKind, Retry};

use super::Place;
use super::api::{Compressed, Echo, Endless, Flaky, Missing, RedirectedRead, Send, Stall};

/// How long tests wait for what never comes: long enough for a busy machine to send what comes before it.
const WAIT: Duration = Duration::from_secs(1);

pub async fn a_call_sends_its_headers_and_its_body(at: Place) {
    let echoed = at.client().header("x-own", "ü").call(Echo::new("hello")).await.unwrap();
    assert_eq!(echoed.body, r#"{"text":"hello"}"#);
    assert_eq!(echoed.headers["content-type"], "application/json");
    assert_eq!(echoed.headers["x-own"], "ü");
}

pub async fn a_compressed_response_is_decoded_once(at: Place) {
    assert_eq!(at.client().call(Compressed::new()).await.unwrap().text, "decoded once");
}

pub async fn a_file_is_sent_in_a_form(at: Place) {
    let echoed = at.client().call(Send::new((at.film)(b"content"))).await.unwrap();
    let part = "filename=\"film.mp4\"\r\nContent-Type: video/mp4\r\n\r\ncontent\r\n";
    assert!(echoed.body.contains(part), "{}", echoed.body);
}

pub async fn a_call_is_retried_after_error_responses(at: Place) {
    let retried = at.client().retry(Retry::attempts(3)).call(Flaky::new("enough")).with_response().await.unwrap();
    assert_eq!((retried.attempts, retried.value.made), (3, 3));
    let error: Error = at.client().retry(Retry::attempts(2)).call(Flaky::new("too few")).await.unwrap_err().into();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
    assert_eq!(error.earlier_attempts().len(), 1);
}

pub async fn an_error_has_its_status_and_the_words_of_the_server(at: Place) {
    let error: Error = at.client().call(Missing::new()).await.unwrap_err().into();
    assert!(error.is_not_found() && error.earlier_attempts().is_empty());
    assert!(format!("{error:#}").contains("there is no such thing"), "{error:#}");
}

pub async fn what_reads_is_redirected(at: Place) {
    assert_eq!(at.client().call(RedirectedRead::new()).await.unwrap().length, 0);
}

pub async fn what_takes_too_long_ends_and_is_aborted(at: Place) {
    for (name, client) in [("idle", at.client().timeout(WAIT)), ("deadline", at.client().deadline(WAIT))] {
        let error = client.call(Stall::new(name)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error:#}");
        assert!(at.is_closed(name).await, "{name}");
    }
}

pub async fn a_dropped_download_is_aborted(at: Place) {
    let mut download = at.client().call(Endless::new("download")).await.unwrap();
    assert_eq!(&*download.chunk().await.unwrap().unwrap(), b"beginning");
    drop(download);
    assert!(at.is_closed("download").await);
}

pub async fn a_response_that_stands_still_ends(at: Place) {
    let client = at.client().timeout(WAIT);
    let mut download = client.call(Endless::new("idle body")).await.unwrap();
    download.chunk().await.unwrap().unwrap();
    assert_eq!(download.chunk().await.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(at.is_closed("idle body").await);
}
