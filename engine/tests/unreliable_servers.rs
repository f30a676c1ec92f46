//! Servers that are busy, slow or hostile. Waits are measured by Tokio's paused clock, connections are real sockets.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, Sleep, sleep};
use typed_endpoint::{
    Api, Body, BoxFuture, Case, Client, ErrorKind, Retry, Transport, TransportError, Unmapped, endpoint, model,
    sse_json,
};

/// An API that refuses by 403, and says by headers of its own when to come back.
#[derive(Debug)]
pub struct Shop;

impl Api for Shop {
    const NAME: &'static str = "Shop";
    const SERVERS: &'static [&'static str] = &["https://shop.example"];
    const CASE: Case = Case::Snake;
    type Error = Unmapped;

    fn refused(status: StatusCode, headers: &HeaderMap) -> bool {
        status == StatusCode::FORBIDDEN && headers.contains_key("x-rate-limited")
    }

    fn retry_after(headers: &HeaderMap) -> Option<Duration> {
        let seconds = headers.get("x-reset-after")?.to_str().ok()?;
        Some(Duration::from_secs(seconds.parse().ok()?))
    }
}

/// The same with all defaults.
#[derive(Debug)]
pub struct Plain;

impl Api for Plain {
    const NAME: &'static str = "Plain";
    const SERVERS: &'static [&'static str] = &["https://plain.example"];
    const CASE: Case = Case::Snake;
    type Error = Unmapped;
}

endpoint! {
    /// Orders something.
    pub Order: Shop = POST "/order" -> String
}

endpoint! {
    /// Gets something.
    pub Get: Plain = GET "/thing" -> ()
}

endpoint! {
    /// Watches something.
    pub Watch: Plain = GET "/things" -> sse Thing
}

model! {
    /// A thing.
    pub struct Thing: Plain {
        /// Its number.
        number: u32,
    }
}

sse_json!(Thing);

/// Responds with the given statuses, bodies and headers, the last one again and again.
#[derive(Clone)]
struct Script(Arc<Mutex<VecDeque<Scripted>>>, Arc<AtomicU32>);

type Scripted = (u16, &'static [(&'static str, &'static str)], fn() -> Body);

impl Script {
    fn new(responses: &[Scripted]) -> Self {
        Self(Arc::new(Mutex::new(responses.iter().copied().collect())), Arc::default())
    }

    fn requests(&self) -> u32 {
        self.1.load(Ordering::Relaxed)
    }
}

impl Transport for Script {
    fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        let mut script = self.0.lock().unwrap();
        let (status, headers, body) = if script.len() > 1 { script.pop_front().unwrap() } else { script[0] };
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Box::pin(std::future::ready(Ok(response.body(body()).unwrap())))
    }
}

/// A byte every 1.5 seconds, forever.
struct Trickle(Pin<Box<Sleep>>);

impl http_body::Body for Trickle {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        ready!(self.0.as_mut().poll(cx));
        self.0 = Box::pin(sleep(Duration::from_millis(1_500)));
        Poll::Ready(Some(Ok(Frame::data("x".into()))))
    }
}

fn trickle() -> Body {
    Body::wrap(Trickle(Box::pin(sleep(Duration::ZERO))))
}

#[tokio::test(start_paused = true)]
async fn what_the_api_calls_refused_is_retried_when_it_says() {
    let limited: Scripted = (403, &[("x-rate-limited", "1"), ("x-reset-after", "30")], Body::empty);
    for retry in [Retry::default(), Retry::default().statuses([500])] {
        let script = Script::new(&[limited, limited, (200, &[], || "\"ok\"".into())]);
        let client = Client::<Shop>::new().transport(script.clone()).retry(retry);
        let began = Instant::now();
        assert_eq!(client.call(Order::new()).await.unwrap(), "ok");
        assert_eq!(script.requests(), 3);
        assert!((60..62).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    }
    let script = Script::new(&[(403, &[], Body::empty)]);
    let client = Client::<Shop>::new().transport(script.clone());
    assert_eq!(client.call(Order::new()).await.unwrap_err().status(), Some(StatusCode::FORBIDDEN));
    assert_eq!(script.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn milliseconds_of_retry_after_are_waited_for() {
    let script = Script::new(&[(429, &[("retry-after-ms", "7000")], Body::empty), (200, &[], Body::empty)]);
    let began = Instant::now();
    Client::<Plain>::new().transport(script).call(Get::new()).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(7), "{:?}", began.elapsed());
}

/// A server that takes a request once it has refused each caller once, and counts when they come back.
struct Busy(Arc<AtomicU32>, Mutex<Vec<Instant>>);

impl Transport for Busy {
    fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let response = match self.0.fetch_add(1, Ordering::Relaxed) < 1_000 {
            true => Response::builder().status(429).header("retry-after", "1").body(Body::empty()),
            false => {
                self.1.lock().unwrap().push(Instant::now());
                Response::builder().status(200).body(Body::empty())
            }
        };
        Box::pin(std::future::ready(Ok(response.unwrap())))
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_that_are_reported_when_to_come_all_come_and_not_at_once() {
    let busy = Arc::new(Busy(Arc::default(), Mutex::default()));
    struct Shared(Arc<Busy>);
    impl Transport for Shared {
        fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
            self.0.send(request)
        }
    }
    let client = Client::<Plain>::new().transport(Shared(busy.clone()));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        let client = client.clone();
        calls.spawn(async move { client.call(Get::new()).await });
    }
    assert!(calls.join_all().await.into_iter().all(|result| result.is_ok()));
    let mut times = busy.1.lock().unwrap().clone();
    times.sort_unstable();
    times.dedup();
    assert!(times.len() > 100, "{} different times", times.len());
}

#[tokio::test(start_paused = true)]
async fn the_budget_for_retries_can_be_set() {
    for (budget, requests) in [(Some(0), 10), (Some(3), 13), (None, 30)] {
        let script = Script::new(&[(500, &[], Body::empty)]);
        let client = Client::<Plain>::new().transport(script.clone()).retry_budget(budget);
        for _ in 0..10 {
            client.call(Get::new()).await.unwrap_err();
        }
        assert_eq!(script.requests(), requests, "{budget:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_response_that_trickles_is_an_error_soon() {
    let script = Script::new(&[(500, &[], trickle), (200, &[], Body::empty)]);
    let client = Client::<Plain>::new().transport(script.clone());
    let began = Instant::now();
    client.call(Get::new()).await.unwrap();
    assert_eq!(script.requests(), 2);
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());

    let script = Script::new(&[(404, &[], trickle)]);
    let error = Client::<Plain>::new().transport(script).call(Get::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.raw_body()), (ErrorKind::Status, b"xxxx".as_slice()));
}

#[tokio::test]
async fn a_secret_that_an_error_repeats_is_redacted_at_the_cut() {
    let body = || Body::from("x".repeat(64 * 1024 - 10) + "my-secret-key-0123456789");
    let client = Client::<Plain>::new().key("my-secret-key-0123456789").transport(Script::new(&[(404, &[], body)]));
    let error = client.call(Get::new()).await.unwrap_err();
    assert!(error.raw_body().ends_with(b"x[key]"));
}

/// Responds on every connection, again and again, with pieces of a chunked response; tells how many connections there were.
async fn serve(pieces: &'static [&'static str]) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::<AtomicU32>::default();
    let counted = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut request = Vec::new();
                loop {
                    let mut part = [0; 4096];
                    let Ok(len @ 1..) = stream.read(&mut part).await else { return };
                    request.extend_from_slice(&part[..len]);
                    if request.ends_with(b"\r\n\r\n") {
                        request.clear();
                        for piece in pieces {
                            stream.write_all(piece.as_bytes()).await.unwrap();
                            // The client gets to see each piece by itself.
                            sleep(Duration::from_millis(2)).await;
                        }
                    }
                }
            });
        }
    });
    (server, connections)
}

#[tokio::test]
async fn event_streams_share_a_connection() {
    let (server, connections) = serve(&[
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
        "14\r\ndata: {\"number\":1}\n\n\r\n",
        "e\r\ndata: [DONE]\n\n\r\n",
        "0\r\n\r\n",
    ])
    .await;
    let client = Client::<Plain>::new().server(&server);
    for _ in 0..5 {
        let things = client.call(Watch::new()).await.unwrap().collect().await.unwrap();
        assert_eq!(things.len(), 1);
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_redirect_is_followed_on_the_same_connection() {
    let (server, connections) = serve(&[
        "HTTP/1.1 302 Found\r\nlocation: /thing\r\ntransfer-encoding: chunked\r\n\r\n",
        "5\r\nmoved\r\n",
        "0\r\n\r\n",
    ])
    .await;
    let error = Client::<Plain>::new().server(&server).call(Get::new()).await.unwrap_err();
    assert!(format!("{error:#}").contains("redirected more than 5 times"), "{error:#}");
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}
