//! What holds whatever happens. Time is paused and the server is in memory, so that hours and thousands cost nothing.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use livepeer::{Body, BoxFuture, Client, ErrorKind, Retry, Transport, TransportError, TransportErrorKind, stream};
use proptest::prelude::*;
use tokio::time::{Instant, sleep};

/// What becomes of one attempt.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// Fails without a response.
    Fails(TransportErrorKind),
    /// Never responds.
    Hangs,
    /// Responds with this status, after so long, and with a `Retry-After` where there is one.
    Responds(u16, u64, Option<u64>),
    /// Begins a good response and breaks off.
    BreaksOff,
}

impl Fate {
    /// Whether the server may have carried the operation out: all but what was never sent, or refused beforehand.
    fn may_be_done(self) -> bool {
        match self {
            Self::Fails(kind) => !matches!(
                kind,
                TransportErrorKind::Connect | TransportErrorKind::ConnectTimeout | TransportErrorKind::Request
            ),
            Self::Hangs | Self::BreaksOff => true,
            Self::Responds(status, _, after) => !(status == 429 || (status == 503 && after.is_some())),
        }
    }
}

/// A server in memory that meets each request with the next fate, and with the last one forever.
struct Fates(Vec<Fate>, Arc<Mutex<Vec<(Fate, Instant)>>>);

impl Transport for Fates {
    fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let mut seen = self.1.lock().unwrap();
        let fate = *self.0.get(seen.len()).or(self.0.last()).unwrap();
        seen.push((fate, Instant::now()));
        Box::pin(async move {
            match fate {
                Fate::Fails(kind) => Err(TransportError::new(kind, "it fails")),
                Fate::Hangs => std::future::pending().await,
                Fate::Responds(status, time, after) => {
                    sleep(Duration::from_millis(time)).await;
                    let mut response = http::Response::new(Body::from(r#"{"errors":["so it is"]}"#));
                    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
                    if let Some(after) = after {
                        response.headers_mut().insert("retry-after", after.into());
                    }
                    Ok(response)
                }
                Fate::BreaksOff => {
                    let body = http_body_util::Full::new(bytes::Bytes::from_static(b"{"));
                    let broken = http_body_util::BodyExt::map_frame(body, |frame| frame);
                    Ok(http::Response::new(Body::chain([Body::wrap(broken), Body::reader_with_len(&b""[..], 10)])))
                }
            }
        })
    }
}

fn any_fate() -> impl Strategy<Value = Fate> {
    use TransportErrorKind::*;
    let kinds = vec![Connect, ConnectTimeout, Request, livepeer::TransportErrorKind::Body, Sent, Timeout, TooLarge];
    let statuses = vec![400, 401, 404, 408, 410, 418, 425, 429, 500, 501, 502, 503, 504, 599];
    let after = prop::option::of(0..100_u64);
    prop_oneof![
        3 => prop::sample::select(kinds).prop_map(Fate::Fails),
        1 => Just(Fate::Hangs),
        4 => (prop::sample::select(statuses), 0..20_000_u64, after).prop_map(|(s, time, after)| Fate::Responds(s, time, after)),
        1 => Just(Fate::BreaksOff),
    ]
}

#[derive(Clone, Debug)]
struct Plan {
    fates: Vec<Fate>,
    attempts: u32,
    non_idempotent: bool,
    deadline: Option<u64>,
    max_elapsed: Option<u64>,
    retryable: bool,
}

fn any_plan() -> impl Strategy<Value = Plan> {
    let fates = prop::collection::vec(any_fate(), 1..6);
    let limit = || prop::option::of(1..200_u64);
    (fates, 1..7_u32, any::<bool>(), limit(), limit(), any::<bool>()).prop_map(
        |(fates, attempts, non_idempotent, deadline, max_elapsed, retryable)| Plan {
            fates,
            attempts,
            non_idempotent,
            deadline,
            max_elapsed,
            retryable,
        },
    )
}

/// What a call cannot but end in, as none of the fates is a success.
struct End {
    kind: ErrorKind,
    attempts: u32,
    status: Option<u16>,
    text: String,
    elapsed: Duration,
}

async fn run(plan: &Plan) -> (End, Vec<(Fate, Instant)>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut retry = Retry::attempts(plan.attempts).non_idempotent(plan.non_idempotent);
    if let Some(seconds) = plan.max_elapsed {
        retry = retry.max_elapsed(Duration::from_secs(seconds));
    }
    let mut client = Client::studio("the-key-of-this-client")
        .server("https://a.example")
        .transport(Fates(plan.fates.clone(), seen.clone()))
        .retry(retry)
        .timeout(Duration::from_secs(30));
    if let Some(seconds) = plan.deadline {
        client = client.deadline(Duration::from_secs(seconds));
    }
    let began = Instant::now();
    let error = match plan.retryable {
        true => client.call(stream::Get::new("x")).await.unwrap_err(),
        false => client.call(stream::Create::new("x")).await.unwrap_err(),
    };
    let end = End {
        kind: error.kind(),
        attempts: error.attempts(),
        status: error.status().map(|status| status.as_u16()),
        text: format!("{error:#}"),
        elapsed: began.elapsed(),
    };
    let seen = seen.lock().unwrap().clone();
    (end, seen)
}

fn paused<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn attempts_time_and_repetitions_stay_within_bounds(plan in any_plan()) {
        let (end, seen) = paused(run(&plan));
        let text = &end.text;

        // Attempts, as reported to the caller and as the server counts them.
        prop_assert!(seen.len() as u32 <= plan.attempts, "{}", text);
        let unsent = u32::from(end.kind == ErrorKind::Request);
        prop_assert_eq!(end.attempts + unsent, seen.len() as u32, "{}", text);

        // What may have been done is repeated only where that is allowed.
        for (fate, _) in &seen[..seen.len() - 1] {
            prop_assert!(!fate.may_be_done() || plan.retryable || plan.non_idempotent, "{:?} was repeated: {}", fate, text);
        }

        // Time: the deadline, and the longest that each attempt and each wait may take.
        if let Some(deadline) = plan.deadline {
            prop_assert!(end.elapsed <= Duration::from_secs(deadline) + Duration::from_millis(5), "{}", text);
        }
        if let Some(max_elapsed) = plan.max_elapsed {
            let began = seen[0].1;
            for (_, at) in &seen[1..] {
                prop_assert!(*at - began <= Duration::from_secs(max_elapsed) + Duration::from_millis(5), "{}", text);
            }
        }
        for pair in seen.windows(2) {
            let between = pair[1].1 - pair[0].1;
            prop_assert!(between <= Duration::from_secs(30 + 60) + Duration::from_millis(5), "{:?}: {}", between, text);
            if let Fate::Responds(_, time, Some(after)) = pair[0].0 {
                prop_assert!(between >= Duration::from_secs(after) + Duration::from_millis(time), "{:?}: {}", between, text);
            }
        }

        // What the error tells.
        prop_assert!(text.starts_with(if plan.retryable { "stream::Get (GET /stream/{id}): " } else { "stream::Create (POST /stream): " }), "{}", text);
        prop_assert!(end.attempts == 0 || text.contains(&format!("(after {} attempt", end.attempts)), "{}", text);
        let last = seen[seen.len() - 1].0;
        let by_deadline = text.contains("the call's deadline passed");
        match last {
            _ if by_deadline => {
                prop_assert_eq!(end.kind, ErrorKind::Timeout);
                prop_assert!(seen.len() == 1 || text.contains("; before that: "), "{}", text);
            }
            Fate::Fails(_) => prop_assert!(text.contains("it fails"), "{}", text),
            Fate::Hangs => prop_assert!(text.contains("no byte was sent or received for 30s"), "{}", text),
            Fate::Responds(status, ..) => {
                prop_assert_eq!(end.status, Some(status));
                prop_assert!(text.contains(&format!("the server responded {status}")) && text.contains("so it is"), "{}", text);
            }
            Fate::BreaksOff => prop_assert!(end.status == Some(200) && text.contains("(status 200 OK)"), "{}", text),
        }
    }

    /// However far it has come, a dropped call makes no more attempts.
    #[test]
    fn a_dropped_call_makes_no_more_attempts(mut plan in any_plan(), after in 0..100_000_u64) {
        plan.deadline = None;
        paused(async {
            let seen = Arc::new(Mutex::new(Vec::new()));
            let client = Client::studio("the-key-of-this-client")
                .server("https://a.example")
                .transport(Fates(plan.fates, seen.clone()))
                .retry(Retry::attempts(plan.attempts).non_idempotent(true));
            let _ = tokio::time::timeout(Duration::from_millis(after), client.call(stream::Get::new("x"))).await;
            let by_then = seen.lock().unwrap().len();
            sleep(Duration::from_secs(3600)).await;
            assert_eq!(seen.lock().unwrap().len(), by_then);
        });
    }
}

/// How a server is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Up,
    Refusing,
    Failing,
    Unreachable,
    Silent,
    /// Failing every other time.
    Shaky,
}

#[derive(Clone)]
struct Switch(Arc<Mutex<(State, u32)>>);

impl Switch {
    fn to(&self, state: State) {
        *self.0.lock().unwrap() = (state, 0);
    }

    fn requests(&self) -> u32 {
        self.0.lock().unwrap().1
    }
}

impl Transport for Switch {
    fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let state = {
            let mut now = self.0.lock().unwrap();
            now.1 += 1;
            match *now {
                (State::Shaky, requests) if requests % 2 == 1 => State::Failing,
                (State::Shaky, _) => State::Up,
                (state, _) => state,
            }
        };
        Box::pin(async move {
            sleep(Duration::from_millis(50)).await;
            let mut response = http::Response::new(Body::from(r#"{"id":"x","name":"x"}"#));
            match state {
                State::Refusing => *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS,
                State::Failing => *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE,
                State::Unreachable => return Err(TransportError::new(TransportErrorKind::Connect, "nobody there")),
                State::Silent => std::future::pending().await,
                State::Up | State::Shaky => {}
            }
            Ok(response)
        })
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_amplified_by_a_tenth_at_most_and_got_over() {
    for down in [State::Refusing, State::Failing, State::Unreachable, State::Silent] {
        let server = Switch(Arc::new(Mutex::new((down, 0))));
        let client = Client::studio("the-key-of-this-client")
            .server("https://a.example")
            .transport(server.clone())
            .retry(Retry::attempts(10));
        let burst = |calls: u32| {
            let client = client.clone();
            async move {
                let mut set = tokio::task::JoinSet::new();
                for _ in 0..calls {
                    set.spawn(client.call(stream::Get::new("x")).into_future());
                }
                set.join_all().await.into_iter().filter(Result::is_ok).count()
            }
        };

        assert_eq!(burst(1000).await, 0);
        assert!(server.requests() <= 1100, "{down:?}: {} requests", server.requests());
        let error = client.call(stream::Get::new("x")).await.unwrap_err();
        assert!(
            format!("{error:#}").contains("not retried: too many of this client's retries have failed lately"),
            "{error:#}"
        );
        assert_eq!(error.attempts(), 1, "{error:#}");

        // Up again: first attempts were never held back, and they bring the retries back.
        server.to(State::Up);
        assert_eq!(burst(600).await, 600, "{down:?}");
        server.to(State::Shaky);
        let response = client.call(stream::Get::new("x")).with_response().await.unwrap();
        assert_eq!((response.attempts, server.requests()), (2, 2), "{down:?}");
    }
}

/// Retries that are waited for and never made cost nothing: who gives up early does not use up what others need.
#[tokio::test(start_paused = true)]
async fn calls_dropped_while_they_wait_leave_the_budget_whole() {
    let server = Switch(Arc::new(Mutex::new((State::Failing, 0))));
    let client = Client::studio("the-key-of-this-client")
        .server("https://a.example")
        .transport(server.clone())
        .retry(Retry::attempts(3).initial_backoff(Duration::from_secs(10)).jitter(false));
    for _ in 0..300 {
        let call = client.call(stream::Get::new("x")).into_future();
        assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    }
    assert_eq!(server.requests(), 300);
    server.to(State::Shaky);
    let response = client.call(stream::Get::new("x")).with_response().await.unwrap();
    assert_eq!((response.attempts, server.requests()), (2, 2));
}
