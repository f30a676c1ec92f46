//! What is seen of a call from outside: by an observer, and in the log.

use std::fmt::Write;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use typed_endpoint::mock::{Mock, Reply};
use typed_endpoint::observe::{Outcome, Step};
use typed_endpoint::{Api, Auth, Body, Case, Client, ErrorKind, File, Retry, Unmapped, operations};

/// An API of notes.
#[derive(Debug)]
pub struct Notes;

impl Api for Notes {
    const NAME: &'static str = "Notes";
    const SERVERS: &'static [&'static str] = &["https://notes.example/v1"];
    const LOG_TARGET: &'static str = "notes_client";
    const SECRET_NAMES: &'static [&'static str] = &["seat_id"];
    const CASE: Case = Case::Camel;
    const AUTH: Auth = Auth::Header("x-key");
    type Error = Unmapped;
}

operations! {
    endpoint! {
        /// Retrieves a note.
        pub Get: Notes = GET "/note/{id}" (id: String) -> u32
    }
    endpoint! {
        /// Adds a note.
        pub Add: Notes = POST "/note" json {
            /// Text.
            text: String,
        } -> ()
    }
    endpoint! {
        /// Fetches a note's picture.
        pub Fetch: Notes = GET "/note/{id}/picture" (id: String) -> download
    }
}

/// The lines that an observer prints, without what differs from run to run: numbers of calls and times.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn observe(&self, client: Client<Notes>) -> Client<Notes> {
        let lines = self.clone();
        client.observer(move |step| lines.0.lock().unwrap().push(without_times(&step.to_string())))
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn without_times(line: &str) -> String {
    let (_, line) = line.strip_prefix("call ").unwrap().split_once(' ').unwrap();
    let words = line.split(' ').map(|word| {
        let word = word.strip_suffix(',').unwrap_or(word);
        if word.ends_with("ms")
            || word.ends_with("µs")
            || word.ends_with("ns")
            || word.ends_with('s') && word[..1].parse::<u8>().is_ok()
        {
            "TIME"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn at_once() -> Retry {
    Retry::attempts(3).initial_backoff(Duration::ZERO)
}

/// A server that responds to the first requests with these, and then with the last again.
fn in_turn<const N: usize>(replies: [fn() -> Reply; N]) -> Mock {
    let at = Arc::new(Mutex::new(0));
    Mock::new().fallback(move |request| {
        let mut at = at.lock().unwrap();
        let reply = replies[(*at).min(replies.len() - 1)];
        *at += 1;
        async move {
            request.into_body().bytes(usize::MAX).await.unwrap();
            reply()
        }
    })
}

#[tokio::test]
async fn an_observer_is_called_at_each_step() {
    let server = in_turn([|| Reply::text(503, "busy"), || Reply::text(200, "12")]).listen().await.unwrap();
    let lines = Lines::default();
    let client = lines.observe(server.client::<Client<Notes>>().retry(at_once()));
    assert_eq!(client.call(Get::new("secret-id")).await.unwrap(), 12);
    assert_eq!(
        lines.take(),
        [
            "observe::Get (GET /note/{id}): starts to 127.0.0.1",
            "observe::Get (GET /note/{id}) attempt 1: is sent",
            "observe::Get (GET /note/{id}) attempt 1: 503 after TIME 0 B sent 4 B received",
            "observe::Get (GET /note/{id}) attempt 1: is repeated after TIME because of 503",
            "observe::Get (GET /note/{id}) attempt 2: is sent",
            "observe::Get (GET /note/{id}) attempt 2: 200 after TIME 0 B sent 2 B received",
            "observe::Get (GET /note/{id}): ends with 200 after TIME 0 B sent 6 B received 2 attempts",
        ]
    );
    client.call(Add::new("hello")).await.unwrap();
    let shown = lines.take();
    assert!(shown.last().unwrap().ends_with("ends with 200 after TIME 16 B sent 2 B received 1 attempt"), "{shown:?}");
}

#[tokio::test]
async fn an_observer_receives_how_a_call_ended() {
    let lines = Lines::default();
    let ends = |lines: &Lines| {
        let last = lines.take().pop().unwrap();
        last.split_once("ends with ").unwrap().1.split(" after").next().unwrap().to_owned()
    };
    let server = in_turn([|| Reply::text(200, "no number")]).listen().await.unwrap();
    let client = lines.observe(server.client::<Client<Notes>>().retry(at_once()));
    client.call(Get::new("a")).await.unwrap_err();
    assert_eq!(ends(&lines), "decode (200)");

    // Nobody listens there.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client.call(Get::new("a")).server(&format!("http://{gone}")).await.unwrap_err();
    assert_eq!((error.kind(), ends(&lines).as_str()), (ErrorKind::Connect, "connect"));

    // Dropped in the middle of the first attempt.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    client.call(Add::new("x")).server(&url).deadline(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(ends(&lines), "timeout");
    let mut call = client.call(Get::new("a")).server(&url).into_future();
    tokio::select! {
        biased;
        _ = &mut call => panic!(),
        connection = silent.accept() => drop(connection.unwrap()),
    }
    drop(call);
    assert_eq!(ends(&lines), "cancelled");

    // What is dropped before it begins is no call.
    drop(client.call(Get::new("a")).into_future());
    assert!(lines.take().is_empty());
}

#[tokio::test]
async fn the_call_of_a_download_lasts_as_long_as_its_body() {
    let server = in_turn([|| Reply::status(200).with_body("0123456789")]).listen().await.unwrap();
    let lines = Lines::default();
    let client = lines.observe(server.client());
    for read in [true, false] {
        let download = client.call(Fetch::new("a")).await.unwrap();
        let begun = lines.take();
        assert!(begun.last().unwrap().ends_with("attempt 1: 200 after TIME 0 B sent 0 B received"), "{begun:?}");
        match read {
            true => drop(download.bytes().await.unwrap()),
            false => drop(download),
        }
        let last = lines.take().pop().unwrap();
        let expected = if read { "200 after TIME 0 B sent 10 B" } else { "cancelled (200) after TIME 0 B sent 0 B" };
        assert!(last.contains(&format!("ends with {expected} received 1 attempt")), "{last}");
    }
}

#[tokio::test]
async fn an_upload_is_one_call_with_all_its_requests() {
    let offset = Arc::new(Mutex::new(0));
    let server = Mock::new().fallback(move |request| {
        let offset = offset.clone();
        async move {
            let method = request.method().clone();
            let body = request.into_body().bytes(usize::MAX).await.unwrap();
            *offset.lock().unwrap() += body.len();
            let offset = offset.lock().unwrap().to_string();
            match method.as_str() {
                "POST" => Reply::status(201).header("location", "/files/t0ken-of-upload"),
                _ => Reply::status(204).header("upload-offset", &offset),
            }
        }
    });
    let server = server.listen().await.unwrap();
    let lines = Lines::default();
    let endings = Arc::new(Mutex::new(Vec::new()));
    let own = endings.clone();
    let client: Client<Notes> = server.client();
    let upload = |client: &Client<Notes>| {
        client.tus(format!("{}/files", server.url()), File::bytes(vec![7; 250_000])).part_size(100_000)
    };
    upload(&lines.observe(client.clone())).await.unwrap();
    let shown = lines.take();
    assert_eq!(shown[0], "upload: starts to 127.0.0.1");
    assert_eq!(shown[1], "upload (creating it) (POST) attempt 1: is sent");
    assert_eq!(shown[3], "upload (sending a part) (PATCH) attempt 1: is sent");
    assert_eq!(shown.last().unwrap(), "upload: ends with success after TIME 250000 B sent 0 B received 4 attempts");
    assert_eq!(shown.len(), 2 + 4 * 2);

    let client = client.observer(move |step| {
        if let Step::Ended(ending) = step.step {
            own.lock().unwrap().push((step.name, ending.outcome, ending.error_type().map(String::from)));
        }
    });
    upload(&client).await.unwrap_err();
    let ended = endings.lock().unwrap().pop().unwrap();
    assert_eq!(ended, ("upload", Outcome::Failure(ErrorKind::Decode), Some("decode".into())));
}

/// Everything that is logged, as a tree.
#[derive(Clone, Default)]
struct Tree(Arc<Mutex<String>>);

struct Fields<'t>(&'t mut String);

impl tracing::field::Visit for Fields<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl<S: tracing::Subscriber + for<'s> tracing_subscriber::registry::LookupSpan<'s>> tracing_subscriber::Layer<S>
    for Tree
{
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::Id,
        context: tracing_subscriber::layer::Context<'_, S>,
    ) {
        let span = context.span(id).unwrap();
        let mut tree = self.0.lock().unwrap();
        let _ = write!(tree, "{}{}", "  ".repeat(span.scope().count() - 1), span.name());
        attributes.record(&mut Fields(&mut tree));
        tree.push('\n');
    }

    fn on_record(
        &self,
        id: &tracing::Id,
        values: &tracing::span::Record<'_>,
        context: tracing_subscriber::layer::Context<'_, S>,
    ) {
        let span = context.span(id).unwrap();
        let mut tree = self.0.lock().unwrap();
        let _ = write!(tree, "{}{} has", "  ".repeat(span.scope().count() - 1), span.name());
        values.record(&mut Fields(&mut tree));
        tree.push('\n');
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: tracing_subscriber::layer::Context<'_, S>) {
        let depth = context.event_scope(event).map_or(0, |scope| scope.count());
        let mut tree = self.0.lock().unwrap();
        let _ = write!(tree, "{}{} {}:", "  ".repeat(depth), event.metadata().level(), event.metadata().target());
        event.record(&mut Fields(&mut tree));
        tree.push('\n');
    }
}

impl Tree {
    fn read(filter: &str) -> (Self, tracing::subscriber::DefaultGuard) {
        let tree = Self::default();
        let filter: Targets = filter.parse().unwrap();
        let subscriber = tracing_subscriber::registry().with(filter).with(tree.clone());
        (tree, tracing::subscriber::set_default(subscriber))
    }

    /// What was logged, without times and ports.
    fn take(&self) -> String {
        let text = std::mem::take(&mut *self.0.lock().unwrap());
        let word = |word: &str| match word.split_once('=') {
            Some((name @ ("wait" | "duration" | "server.port"), _)) => format!("{name}=N"),
            _ => word.to_owned(),
        };
        let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n";
        text.lines().map(line).collect()
    }
}

#[tokio::test]
async fn there_is_a_span_for_each_call_and_each_attempt() {
    let server = in_turn([
        || Reply::text(503, "busy"),
        || Reply::status(307).header("location", "/v1/note/other"),
        || Reply::text(200, "12"),
    ]);
    let server = server.listen().await.unwrap();
    let client = server.client::<Client<Notes>>().retry(at_once());
    let (tree, _reading) = Tree::read("notes_client=debug");
    client.call(Get::new("an-id")).await.unwrap();
    assert_eq!(
        tree.take(),
        r#"call otel.name="observe::Get" otel.kind="internal" operation="observe::Get" http.request.method=GET url.template="/note/{id}" server.address="127.0.0.1" server.port=N
  attempt otel.name="GET /note/{id}" otel.kind="client" operation="observe::Get" http.request.method="GET" url.template="/note/{id}" server.address="127.0.0.1" server.port=N
    DEBUG notes_client: message=sending operation="observe::Get" attempt=1
  attempt has http.response.status_code=503
  attempt has error.type="503"
  attempt has otel.status_code="ERROR"
  attempt has http.request.body.size=0
  attempt has http.response.body.size=4
    DEBUG notes_client: message=responded operation="observe::Get" http.response.status_code=503 error.type="503" http.request.body.size=0 http.response.body.size=4 attempt=1 duration=N
  DEBUG notes_client: message=retrying operation="observe::Get" error.type="503" attempt=1 wait=N
  attempt otel.name="GET /note/{id}" otel.kind="client" operation="observe::Get" http.request.method="GET" url.template="/note/{id}" server.address="127.0.0.1" server.port=N http.request.resend_count=1
    DEBUG notes_client: message=sending operation="observe::Get" attempt=2
    DEBUG notes_client: message=redirected operation="observe::Get" http.response.status_code=307
  attempt has http.response.status_code=200
  attempt has http.request.body.size=0
  attempt has http.response.body.size=2
    DEBUG notes_client: message=responded operation="observe::Get" http.response.status_code=200 http.request.body.size=0 http.response.body.size=2 attempt=2 duration=N
call has http.response.status_code=200
call has http.request.body.size=0
call has http.response.body.size=6
  DEBUG notes_client: message=done operation="observe::Get" http.response.status_code=200 http.request.body.size=0 http.response.body.size=6 attempt=2 duration=N
"#
    );
}

#[tokio::test]
async fn filters_choose_by_the_target_and_the_level() {
    let server = in_turn([|| Reply::text(200, "12")]).listen().await.unwrap();
    let client: Client<Notes> = server.client();
    for (filter, spans, events) in [
        ("notes_client=info", 2, 0),
        ("notes_client=debug", 2, 3),
        ("notes_client=trace", 2, 6),
        ("notes_client=warn", 0, 0),
        ("other=trace", 0, 0),
        ("debug,notes_client=off", 0, 0),
    ] {
        let (tree, _reading) = Tree::read(filter);
        client.call(Get::new("a")).await.unwrap();
        let seen = tree.take();
        let own: Vec<_> = seen.lines().map(str::trim).filter(|line| !line.contains(" has ")).collect();
        let events_seen = own.iter().filter(|line| line.contains(" notes_client:")).count();
        let spans_seen = own.iter().filter(|line| line.starts_with("call ") || line.starts_with("attempt ")).count();
        assert_eq!((spans_seen, events_seen), (spans, events), "{filter}:\n{seen}");
    }
}

#[tokio::test]
async fn the_parts_of_an_upload_are_spans_below_its_own() {
    let server = Mock::new().fallback(|request| async move {
        let method = request.method().clone();
        let len = request.into_body().bytes(usize::MAX).await.unwrap().len();
        match method.as_str() {
            "POST" => Reply::status(201).header("location", "/files/t0ken-of-upload"),
            _ => Reply::status(204).header("upload-offset", &len.to_string()),
        }
    });
    let server = server.listen().await.unwrap();
    let (tree, _reading) = Tree::read("notes_client=trace");
    let client: Client<Notes> = server.client();
    client.tus(format!("{}/files?token=t0ken", server.url()), File::bytes(vec![b'7'; 70_000])).await.unwrap();
    let seen = tree.take();
    let spans: Vec<_> = seen.lines().filter(|line| line.contains("otel.name")).collect();
    assert_eq!(spans.len(), 3, "{seen}");
    assert!(spans[0].starts_with(r#"call otel.name="upload" otel.kind="internal""#), "{seen}");
    assert!(spans[1].starts_with(r#"  attempt otel.name="POST" otel.kind="client" operation="upload (creating it)""#));
    assert!(
        spans[2].starts_with(r#"  attempt otel.name="PATCH" otel.kind="client" operation="upload (sending a part)""#)
    );
    assert!(seen.contains("body=[70000 bytes]") && !seen.contains("t0ken"), "{seen}");
}

#[tokio::test]
async fn trace_shows_headers_and_bodies_redacted_and_cut() {
    let server = in_turn([|| {
        Reply::text(
            404,
            r#"{"error":"no k3y-of-client","accessToken":"new-one","seatId":"r0w","text":"long long long"}"#,
        )
        .header("content-type", "application/json")
        .header("set-cookie", "s3ssion")
        .header("seat-id", "r0w")
    }]);
    let server = server.listen().await.unwrap();
    let client = server.client::<Client<Notes>>().key("k3y-of-client").max_logged(200);
    let (tree, _reading) = Tree::read("notes_client=trace");
    client.call(Add::new("Call me Ishmael. ".repeat(20))).header("Seat-Id", "r0w-of-caller").await.unwrap_err();
    let seen = tree.take();
    let lines: Vec<_> = seen.lines().map(str::trim).filter(|line| line.starts_with("TRACE")).collect();
    let [request, response, body] = lines[..] else { panic!("{seen}") };
    assert!(request.contains("message=request headers=") && request.contains("x-key: [key]"), "{request}");
    assert!(request.ends_with(r#" Call me Ishmael. Call [351 bytes]"#), "{request}");
    assert!(response.contains("message=response headers=404 ") && response.contains("set-cookie: [key]"), "{response}");
    assert!(
        body.contains(r#"body={"error":"no [key]","accessToken":"[key]","seatId":"[key]","text":"long long long"}"#),
        "{body}"
    );
    for secret in ["k3y", "new-one", "s3ssion", "r0w"] {
        assert!(!seen.contains(secret), "{secret} in {seen}");
    }
}

#[tokio::test]
async fn a_body_that_is_streamed_is_reported_by_its_length_and_not_touched() {
    let server = Mock::new().fallback(|request| async move {
        let body = request.into_body().bytes(usize::MAX).await.unwrap();
        Reply::status(200).with_body(Body::from(body)).header("content-type", "text/plain")
    });
    let (tree, _reading) = Tree::read("notes_client=trace");
    let client: Client<Notes> = server.client();
    let download = client.call(Fetch::new("a")).await.unwrap();
    assert_eq!(download.bytes().await.unwrap().len(), 0);
    let seen = tree.take();
    assert!(!seen.contains("response body"), "{seen}");
}
