//! A client's own limit of requests. Time is paused: nothing waits in truth.
#![allow(missing_docs)]

mod library {
    include!("../docs/library.rs");
}

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use library::*;
use tokio::time::Instant;
use typed_endpoint::{
    ApiClient, Body, BoxFuture, Client, ErrorKind, RateLimit, Retry, Transport, TransportError, client,
};

/// Notes when a request came, and responds with the statuses given, then with a book.
#[derive(Clone)]
struct Noted(Arc<Mutex<Log>>);

/// When requests came, and the statuses that are still to be given, with their `Retry-After`.
type Log = (Vec<Instant>, Vec<(u16, &'static str)>);

impl Noted {
    fn new(statuses: &[(u16, &'static str)]) -> Self {
        Self(Arc::new(Mutex::new((Vec::new(), statuses.iter().rev().copied().collect()))))
    }

    /// In milliseconds since the first.
    fn times(&self) -> Vec<u128> {
        let times = &self.0.lock().unwrap().0;
        times.iter().map(|time| time.duration_since(times[0]).as_millis()).collect()
    }
}

impl Transport for Noted {
    fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async {
            let (times, statuses) = &mut *self.0.lock().unwrap();
            times.push(Instant::now());
            let response = match statuses.pop() {
                Some((status, "")) => Response::builder().status(status).body(Body::empty()),
                Some((status, after)) => {
                    Response::builder().status(status).header("retry-after", after).body(Body::empty())
                }
                None => Response::builder().body(r#"{"id": "emma", "title": "Emma"}"#.into()),
            };
            Ok(response.unwrap())
        })
    }
}

fn client(noted: &Noted, limit: RateLimit) -> Client<Library> {
    Client::new().key("12345").transport(noted.clone()).rate_limit(limit)
}

#[tokio::test(start_paused = true)]
async fn all_calls_of_a_client_and_its_clones_share_the_limit() {
    let noted = Noted::new(&[]);
    let client = client(&noted, RateLimit::per_second(4));
    let calls: Vec<_> = (0..6).map(|_| tokio::spawn(client.clone().call(GetBook::new("emma")).into_future())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(noted.times(), [0, 250, 500, 750, 1000, 1250]);
    // Another limit, or none, is the business of the clone that has it.
    client.clone().rate_limit(None).call(GetBook::new("emma")).await.unwrap();
    assert_eq!(noted.times()[6], 1250);
}

#[tokio::test(start_paused = true)]
async fn retries_count_and_complaints_hold_for_all() {
    let noted = Noted::new(&[(429, "3")]);
    let client = client(&noted, RateLimit::per_second(10)).retry(Retry::attempts(2).jitter(false));
    let one = client.call(GetBook::new("emma")).into_future();
    let other = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        client.call(GetBook::new("emma")).await
    };
    let (one, other) = tokio::join!(one, other);
    one.unwrap();
    other.unwrap();
    // Nothing before the three seconds are over, and then half as fast as before.
    assert_eq!(noted.times()[0], 0);
    assert_eq!(noted.times()[1], 3000);
    assert!((3190..=3200).contains(&noted.times()[2]), "{:?}", noted.times());
}

#[tokio::test(start_paused = true)]
async fn other_errors_slow_nothing_down() {
    let noted = Noted::new(&[(500, ""), (404, ""), (503, "")]);
    let client = client(&noted, RateLimit::per_second(10)).retry(Retry::never());
    for _ in 0..3 {
        client.call(GetBook::new("emma")).await.unwrap_err();
    }
    client.call(GetBook::new("emma")).await.unwrap();
    assert_eq!(noted.times(), [0, 100, 200, 300]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_holds_while_a_call_waits_for_its_turn() {
    let noted = Noted::new(&[]);
    let client = client(&noted, RateLimit::per_minute(1)).timeout(Duration::from_secs(1));
    client.call(GetBook::new("emma")).await.unwrap();
    let error = client.call(GetBook::new("emma")).deadline(Duration::from_secs(5)).await.unwrap_err();
    assert_eq!((error.kind(), noted.times().len()), (ErrorKind::Timeout, 1));
    // Without one it waits, however short the time without progress may be.
    client.call(GetBook::new("emma")).await.unwrap();
    assert_eq!(noted.times(), [0, 60_000]);
}

client! {
    /// A client type.
    pub struct Reader: Library;
}

#[test]
fn clients_of_ones_own_have_the_setting() {
    fn of<C: ApiClient>(_: C) {}
    of(Reader::new().rate_limit(RateLimit::per_second(1)));
}
