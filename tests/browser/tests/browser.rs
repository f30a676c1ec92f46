//! Calls and uploads in a page, to a server of another origin (`server.mjs`).

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use js_sys::{Array, Uint8Array};
use livepeer::tus::UploadError;
use livepeer::{
    Api, Auth, Case, Client, Error, ErrorKind, File, Multipart, RequestError, Retry, Unmapped, Url, endpoint, model,
    playback,
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::FilePropertyBag;

wasm_bindgen_test_configure!(run_in_browser);

const SERVER: &str = "http://127.0.0.1:4011";

/// The server of these tests.
#[derive(Debug)]
pub struct Fake;

impl Api for Fake {
    const NAME: &'static str = "Fake";
    const SERVERS: &'static [&'static str] = &[SERVER];
    const AUTH: Auth = Auth::Bearer;
    const CASE: Case = Case::Camel;
    type Error = Unmapped;
}

endpoint! {
    /// Returns the request.
    pub Echo: Fake = POST "/echo" json {
        /// A text.
        text: String,
    } -> Echoed
}

endpoint! {
    /// Returns the request.
    pub Read: Fake = GET "/echo" -> Echoed
}

endpoint! {
    /// Sends a file.
    pub Send: Fake = POST "/echo" multipart {
        /// The file.
        file: File,
    } -> Echoed
}

endpoint! {
    /// Fails twice.
    pub Flaky: Fake = GET "/flaky/{name}" (name: String) -> Made
}

endpoint! {
    /// Has nothing.
    pub Missing: Fake = GET "/missing" -> Made
}

endpoint! {
    /// Never responds.
    pub Stall: Fake = GET "/stall/{name}" (name: String) -> Made
}

endpoint! {
    /// Never ends.
    pub Endless: Fake = GET "/endless/{name}" (name: String) -> download
}

endpoint! {
    /// Whether the connection of another request is closed.
    pub IsClosed: Fake = GET "/closed/{name}" (name: String) -> Closed
}

endpoint! {
    /// Sends three events.
    pub Events: Fake = GET "/events" -> sse Item
}

endpoint! {
    /// Lists numbers.
    pub List: Fake = GET "/list" query {
        /// Where the page begins.
        cursor?: String,
    } -> Vec<Item>, paged
}

endpoint! {
    /// Is compressed.
    pub Compressed: Fake = GET "/gzip" -> Text
}

endpoint! {
    /// Redirects.
    pub RedirectedRead: Fake = GET "/redirect" -> Echoed
}

endpoint! {
    /// Redirects.
    pub RedirectedWrite: Fake = POST "/redirect" json {
        /// A text.
        text: String,
    } -> Echoed
}

endpoint! {
    /// Is not for pages.
    pub Hidden: Fake = GET "/closed_to_pages" -> Made
}

model! {
    /// A request.
    pub struct Echoed: Fake {
        /// Its headers.
        headers: std::collections::BTreeMap<String, String>,
        /// Its body.
        body: String,
        /// The length of that.
        length: u64,
    }
}
model! {
    /// How often it was called.
    pub struct Made: Fake {
        /// That.
        made: u64,
    }
}
model! {
    /// Whether a connection is closed.
    pub struct Closed: Fake {
        /// That.
        closed: bool,
    }
}
model! {
    /// A number.
    pub struct Item: Fake {
        /// That.
        number: u64,
    }
}
livepeer::sse_json!(Item);

model! {
    /// A text.
    pub struct Text: Fake {
        /// That.
        text: String,
    }
}
model! {
    /// A stored upload.
    pub struct Stored: Fake {
        /// Its length.
        length: u64,
        /// Its checksum.
        sum: u64,
    }
}

fn client() -> Client<Fake> {
    Client::new().retry(Retry::never())
}

/// Waits without a timer of the page's: the time that requests to the server take.
async fn is_closed(name: &str) -> bool {
    for _ in 0..200 {
        if client().call(IsClosed::new(name)).await.unwrap().closed {
            return true;
        }
    }
    false
}

#[wasm_bindgen_test]
async fn a_call_sends_its_body_and_no_cookies() {
    let echoed = client().header("x-own", "ü").call(Echo::new("hello")).await.unwrap();
    assert_eq!(echoed.body, r#"{"text":"hello"}"#);
    assert_eq!(echoed.headers["content-type"], "application/json");
    // Node reads headers as Latin-1, a character for each byte.
    assert_eq!(echoed.headers["x-own"], "Ã¼");
    assert!(!echoed.headers.contains_key("cookie") && !echoed.headers["user-agent"].contains("livepeer"));
}

#[wasm_bindgen_test]
async fn a_response_that_was_compressed_is_decoded_once() {
    assert_eq!(client().call(Compressed::new()).await.unwrap().text, "decoded by the browser");
}

#[wasm_bindgen_test]
async fn calls_are_retried_and_errors_have_their_status() {
    let retried = Client::<Fake>::new().call(Flaky::new("retried")).with_response().await.unwrap();
    assert_eq!(retried.attempts, 3);
    let error = client().call(Flaky::new("not retried")).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
    let error = client().call(Missing::new()).await.unwrap_err();
    assert!(format!("{error:#}").contains("there is no such thing"), "{error:#}");
}

#[wasm_bindgen_test]
async fn a_failed_call_says_what_a_browser_does_not_tell() {
    let unreachable = client().server("http://127.0.0.1:9").call(Read::new()).await.unwrap_err();
    let hidden = client().call(Hidden::new()).await.unwrap_err();
    for error in [unreachable, hidden] {
        let error: Error = error.into();
        assert!(format!("{error:#}").contains("CORS"), "{error:#}");
        assert_eq!(error.kind(), ErrorKind::Transport, "{error:#}");
    }
}

#[wasm_bindgen_test]
async fn only_what_reads_is_redirected() {
    assert_eq!(client().call(RedirectedRead::new()).await.unwrap().length, 0);
    let error = client().call(RedirectedWrite::new("text")).await.unwrap_err();
    assert!(format!("{error:#}").contains("redirects"), "{error:#}");
}

#[wasm_bindgen_test]
async fn what_takes_too_long_ends_and_is_aborted() {
    for (name, stalled) in [
        ("idle", client().timeout(Duration::from_millis(50))),
        ("deadline", client().deadline(Duration::from_millis(50))),
    ] {
        let error = stalled.call(Stall::new(name)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error:#}");
        assert!(is_closed(name).await, "{name}");
    }
}

#[wasm_bindgen_test]
async fn a_dropped_download_is_aborted() {
    let mut download = client().call(Endless::new("download")).await.unwrap();
    assert_eq!(&*download.chunk().await.unwrap().unwrap(), b"beginning");
    drop(download);
    assert!(is_closed("download").await);
}

#[wasm_bindgen_test]
async fn a_response_that_stands_still_ends() {
    let mut download = client().timeout(Duration::from_millis(50)).call(Endless::new("idle body")).await.unwrap();
    download.chunk().await.unwrap().unwrap();
    assert_eq!(download.chunk().await.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(is_closed("idle body").await);
}

#[wasm_bindgen_test]
async fn events_come_one_by_one() {
    let mut events = client().call(Events::new()).await.unwrap();
    for number in 1..=3 {
        assert_eq!(events.next().await.unwrap().unwrap().number, number);
    }
    assert!(events.next().await.is_none());
}

#[wasm_bindgen_test]
async fn a_key_in_a_page_is_refused_unless_it_is_allowed() {
    let studio = Client::studio("secret").retry(Retry::never());
    let error = studio.call(playback::Get::new("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let text = format!("{error:#}");
    assert!(text.contains("a key in a web page is everybody's") && !text.contains("secret"), "{text}");
    // To this machine it may go, for a server under development.
    let echoed = client().key("secret").call(Read::new()).await.unwrap();
    assert_eq!(echoed.headers["authorization"], "Bearer secret");
    let error = studio.server("https://studio.invalid").allow_key_in_page(true).call(playback::Get::new("x")).await;
    assert_ne!(error.unwrap_err().kind(), ErrorKind::Request);
}

#[wasm_bindgen_test]
async fn a_list_is_followed_to_its_end() {
    let (mut items, mut numbers) = (client().pages(List::new()).items(), Vec::new());
    while let Some(item) = items.next().await {
        numbers.push(item.unwrap().number);
    }
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
}

fn file(content: &[u8]) -> web_sys::File {
    let parts = Array::of1(&Uint8Array::from(content));
    let options = FilePropertyBag::new();
    options.set_type("video/mp4");
    web_sys::File::new_with_u8_array_sequence_and_options(&parts, "film.mp4", &options).unwrap()
}

#[wasm_bindgen_test]
async fn a_file_of_the_page_is_sent_in_a_form() {
    let echoed = client().call(Send::new(File::from(file(b"content")))).await.unwrap();
    assert!(
        echoed.body.contains("filename=\"film.mp4\"\r\nContent-Type: video/mp4\r\n\r\ncontent\r\n"),
        "{}",
        echoed.body
    );
}

/// Four parts and a bit.
fn content() -> Vec<u8> {
    (0..4 * 1024 * 1024 + 12_345_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

async fn stored(url: &str) -> (u64, u64) {
    let mut download = client().download(url).await.unwrap();
    let mut text = Vec::new();
    while let Some(bytes) = download.chunk().await.unwrap() {
        text.extend(bytes);
    }
    let stored: Stored = livepeer::codec::from_json(std::str::from_utf8(&text).unwrap()).unwrap();
    (stored.length, stored.sum)
}

fn expected(content: &[u8]) -> (u64, u64) {
    (content.len() as u64, content.iter().fold(0, |sum, byte| (sum * 31 + u64::from(*byte)) % 65_521))
}

#[wasm_bindgen_test]
async fn an_upload_survives_a_cut_and_reports_progress() {
    let content = content();
    let reports = Arc::new(Mutex::new(Vec::new()));
    let seen = reports.clone();
    let upload = Client::new().upload_to(format!("{SERVER}/tus"), file(&content)).part_size(1024 * 1024);
    let retry = Retry::backoff(Duration::from_millis(10), Duration::from_millis(50), 2.0, Duration::MAX);
    let state =
        upload.retry(retry).on_progress(move |progress| seen.lock().unwrap().push(progress.sent)).await.unwrap();
    assert_eq!(stored(state.url().unwrap().expose()).await, expected(&content));
    assert_eq!(reports.lock().unwrap().last(), Some(&(content.len() as u64)));
}

#[wasm_bindgen_test]
async fn an_upload_is_resumed_from_its_saved_state_by_the_same_file_alone() {
    let content = content();
    let saved = Arc::new(Mutex::new(None));
    let (save, (stop, stopped)) = (saved.clone(), futures_channel::oneshot::channel());
    let stop = Mutex::new(Some(stop));
    let upload = Client::new().upload_to(format!("{SERVER}/tus"), file(&content)).part_size(1024 * 1024);
    let upload = upload.on_state(move |state| {
        *save.lock().unwrap() = Some(state.clone());
        if state.offset() > 0
            && let Some(stop) = stop.lock().unwrap().take()
        {
            stop.send(()).unwrap();
        }
    });
    // Dropped after its first part.
    let (mut upload, mut stopped) = (upload.into_future(), stopped);
    std::future::poll_fn(|cx| {
        use std::task::Poll;
        let upload = std::pin::Pin::new(&mut upload);
        let stopped = std::pin::Pin::new(&mut stopped);
        match (upload.poll(cx), stopped.poll(cx)) {
            (Poll::Ready(_), _) => panic!("it was not stopped"),
            (_, Poll::Ready(_)) => Poll::Ready(()),
            _ => Poll::Pending,
        }
    })
    .await;
    drop(upload);
    let state = saved.lock().unwrap().take().unwrap();
    assert!(state.offset() > 0 && state.offset() < content.len() as u64);

    let mut other = content.clone();
    other[0] ^= 1;
    let client = Client::new();
    let refused = client.upload_to(state.endpoint().clone(), file(&other)).resume(state.clone()).await;
    assert!(matches!(refused, Err(UploadError::Changed { .. })), "{refused:?}");
    let blob: web_sys::Blob = file(&content).into();
    let retry = Retry::backoff(Duration::from_millis(10), Duration::from_millis(50), 2.0, Duration::MAX);
    let resumed = client.upload_to(state.endpoint().clone(), blob).retry(retry).part_size(1024 * 1024).resume(state);
    let state = resumed.await.unwrap();
    assert_eq!(stored(state.url().unwrap().expose()).await, expected(&content));
}

#[wasm_bindgen_test]
async fn a_file_of_the_page_is_read_in_pieces_where_its_bytes_are_needed() {
    let content = content();
    let mut body = File::from(file(&content)).into_body().await.unwrap();
    let (mut pieces, mut all) = (0, Vec::new());
    while let Some(piece) = body.chunk().await.unwrap() {
        assert!(piece.len() <= 512 * 1024);
        pieces += 1;
        all.extend(piece);
    }
    assert!(all == content && pieces == 9);
    // The server does not allow pages to ask for its extensions, which is no reason to fail.
    let upload = Client::new().upload_to(format!("{SERVER}/tus"), file(&content)).checksum(true).await.unwrap();
    assert_eq!(stored(upload.url().unwrap().expose()).await, expected(&content));
}

#[wasm_bindgen_test]
async fn random_values_differ_and_there_is_a_clock() {
    let boundary = async || Multipart::new().text("a", "b").into_body().await.unwrap().0;
    assert_ne!(boundary().await, boundary().await);
    assert!(boundary().await.len() > 32 + "multipart/form-data; boundary=form-".len() - 1);
    let _ = (RequestError::NoTransport, Url::from("https://a.example"));
}

#[wasm_bindgen_test]
fn a_webhook_is_checked_without_a_clock_of_std() {
    let mut headers = http::HeaderMap::new();
    headers.insert("livepeer-signature", "t=1,v1=00".parse().unwrap());
    livepeer::webhook::Verifier::new("secret").verify(&headers, b"{}").unwrap_err();
}
