//! The default transport against servers on real sockets: redirects, proxies, certificates, runtimes, connections.
//!
//! What depends on the environment runs in a child process: the test of that name in this same program.
#![allow(missing_docs)]

mod library {
    include!("../docs/library.rs");
}

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use library::*;
use tokio::runtime::{Builder, Runtime};
use typed_endpoint::mock::Mock;
use typed_endpoint::{Client, ErrorKind, JsonText, RequestError, Retry, blocking, endpoint};

const KEY: &str = "SECRET-KEY-12345";
const BOOK: &str = r#"{"id": "emma", "title": "Emma"}"#;

/// A server that keeps what it was sent and responds as the test says.
struct Server {
    address: SocketAddr,
    /// The connection's number, and the request up to its headers' end and what came with them.
    seen: Arc<Mutex<Vec<(usize, String)>>>,
}

impl Server {
    /// `respond` is given the connection's number and the request's head; `None` closes the connection.
    fn start(respond: impl Fn(usize, &str) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (kept, respond) = (seen.clone(), Arc::new(respond));
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (stream, kept, respond) = (stream.unwrap(), kept.clone(), respond.clone());
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(&stream);
                    while let Some(head) = read_head(&mut reader) {
                        let response = respond(number, &head);
                        kept.lock().unwrap().push((number, head));
                        let Some(response) = response else { return };
                        if (&stream).write_all(response.as_bytes()).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, seen }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn seen(&self) -> Vec<(usize, String)> {
        self.seen.lock().unwrap().clone()
    }
}

/// Reads a request. SOCKS5 is accepted on the way, whatever host it names: this is the host.
fn read_head(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    if reader.fill_buf().ok()?.first() == Some(&5) {
        let mut greeting = [0; 2];
        reader.read_exact(&mut greeting).ok()?;
        reader.read_exact(&mut vec![0; greeting[1].into()]).ok()?;
        reader.get_mut().write_all(&[5, 0]).ok()?;
        let mut request = [0; 5];
        reader.read_exact(&mut request).ok()?;
        assert_eq!(request[..4], [5, 1, 0, 3], "a host by its name");
        reader.read_exact(&mut vec![0; usize::from(request[4]) + 2]).ok()?;
        reader.get_mut().write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).ok()?;
    }
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let headers = head.to_ascii_lowercase();
    let length = headers.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}

fn json(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn client(url: impl AsRef<str>) -> Client<Library> {
    Client::new().server(url).key(KEY)
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Runs a test of this program in a process of its own, with these variables in place of all that has to do with proxies
/// and certificates.
fn child(test: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    succeeds(run(command, variables));
}

fn run(mut command: Command, variables: &[(&str, &str)]) -> Output {
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"] {
        command.env_remove(name).env_remove(name.to_ascii_uppercase());
    }
    command.envs(variables.iter().copied()).output().unwrap()
}

fn succeeds(output: Output) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
}

/// The server of a child's parent, which is given by this variable.
fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set by the test that runs this one"))
}

#[tokio::test]
async fn no_configuration_makes_the_http_client_follow_redirects_or_retry() {
    let other = Server::start(|_, _| Some(json(BOOK)));
    let target = other.url();
    let server = Server::start(move |_, head| {
        let status = if head.starts_with("POST") { 307 } else { 302 };
        Some(format!("HTTP/1.1 {status} X\r\nlocation: {target}/book/emma\r\ncontent-length: 0\r\n\r\n"))
    });
    let client = client(server.url()).header("x-team-token", "SECRET-TOKEN").http_client(|http| {
        let retry =
            reqwest::retry::for_host("127.0.0.1").max_retries_per_request(3).classify_fn(|attempt| attempt.retryable());
        http.redirect(reqwest::redirect::Policy::limited(10)).retry(retry)
    });
    client.call(AddBook::new("SECRET-BODY")).await.unwrap_err();
    assert!(client.call(GetBook::new("emma")).retry(Retry::never()).await.is_err());
    assert_eq!(server.seen().len(), 2);
    assert!(other.seen().is_empty(), "{:?}", other.seen());
}

#[tokio::test]
async fn the_configuration_of_the_http_client_counts() {
    let proxy = Server::start(|_, _| Some(json(BOOK)));
    let url = proxy.url();
    let client = client("http://127.0.0.1:1").http_client(move |http| http.proxy(reqwest::Proxy::all(&url).unwrap()));
    assert_eq!(client.call(GetBook::new("emma")).await.unwrap().title, "Emma");
    assert!(proxy.seen()[0].1.starts_with("GET http://127.0.0.1:1/book/emma "), "{:?}", proxy.seen());
}

#[test]
fn proxies_of_the_environment() {
    let proxy = Server::start(|_, _| Some(json(BOOK)));
    let (http, socks) = (proxy.url(), format!("socks5h://{}", proxy.address));
    for (variable, url) in [("HTTP_PROXY", &http), ("http_proxy", &http), ("ALL_PROXY", &http), ("ALL_PROXY", &socks)] {
        child("child_behind_a_proxy", &[(variable, url), ("TEST_VARIABLE", variable)]);
    }
    let seen = proxy.seen();
    assert_eq!(seen.len(), 8, "{seen:?}");
    assert!(seen.iter().all(|(_, head)| !head.contains(KEY)), "{seen:?}");
    assert!(seen[0].1.starts_with("GET http://books.example/book/emma "), "{seen:?}");
    // By SOCKS the connection is as if there were no proxy.
    assert!(seen[7].1.starts_with("GET /book/emma "), "{seen:?}");
}

#[tokio::test]
#[ignore = "run by another test"]
async fn child_behind_a_proxy() {
    let variable = given("TEST_VARIABLE");
    let plain = Client::<Library>::new().server("http://books.example");
    assert_eq!(plain.call(GetBook::new("emma")).await.unwrap().title, "Emma");

    // A key that is allowed to go unencrypted is not for proxies.
    let keyed = plain.clone().key(KEY).allow_plain_http(true);
    let error = keyed.call(GetBook::new("emma")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Request, 0), "{error:#}");
    for part in [variable.as_str(), "unencrypted", "NO_PROXY", "books.example"] {
        assert!(format!("{error:#}").contains(part), "{part}: {error}");
    }
    // Nor by a configuration that says nothing of proxies: it goes to the server itself, which there is none of.
    let error = keyed.http_client(|http| http).retry(Retry::never()).call(GetBook::new("emma")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:#}");
    // Without a key the environment's proxies apply there, too.
    let configured = plain.clone().http_client(|http| http);
    assert_eq!(configured.call(GetBook::new("emma")).await.unwrap().title, "Emma");

    // This machine is never behind one.
    let running = Mock::new().on(async |_: GetBook| Ok(Book::default())).listen().await.unwrap();
    running.client::<Client<Library>>().call(GetBook::new("x")).await.unwrap();
    let port = running.address().port();
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("http://{host}:{port}");
        client(&url).call(GetBook::new("x")).await.unwrap();
        client(&url).http_client(|http| http).call(GetBook::new("x")).await.unwrap();
        client(&url).download("/book/x").await.unwrap();
    }
    let tls = client("https://127.0.0.1:1").retry(Retry::never()).call(GetBook::new("x")).await.unwrap_err();
    assert!(!format!("{tls:#}").contains("proxy"), "{tls}");
}

#[test]
fn a_proxy_that_cannot_be_reached_is_named() {
    child("child_behind_a_dead_proxy", &[("HTTPS_PROXY", "http://127.0.0.1:1"), ("ALL_PROXY", "socks5://127.0.0.1:1")]);
}

#[tokio::test]
#[ignore = "run by another test"]
async fn child_behind_a_dead_proxy() {
    for (url, variable) in [("https://books.example", "HTTPS_PROXY"), ("http://books.example", "ALL_PROXY")] {
        let client = Client::<Library>::new().server(url).retry(Retry::never());
        let error = client.call(GetBook::new("emma")).await.unwrap_err();
        assert!(
            error.is_connect() && format!("{error:#}").contains(&format!("the proxy that {variable} names")),
            "{error:#}"
        );
    }
}

#[test]
fn a_proxy_of_an_unknown_scheme_is_named() {
    child(
        "child_behind_an_odd_proxy",
        &[("HTTPS_PROXY", "socks6://me:secret@127.0.0.1:1"), ("NO_PROXY", "direct.invalid")],
    );
}

#[tokio::test]
#[ignore = "run by another test"]
async fn child_behind_an_odd_proxy() {
    let error = Client::<Library>::new().server("https://books.example").call(GetBook::new("emma")).await.unwrap_err();
    let text = format!("{error:#}");
    assert_eq!(error.kind(), ErrorKind::Request, "{text}");
    assert!(matches!(error.request_error(), Some(RequestError::Proxy { .. })), "{text}");
    for part in ["the proxy that HTTPS_PROXY names cannot be used", "`socks6`", "`socks5h`"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Neither what needs no proxy nor what the variable is not for.
    for url in ["https://direct.invalid", "http://books.invalid"] {
        let client = Client::<Library>::new().server(url).retry(Retry::never());
        assert!(client.call(GetBook::new("emma")).await.unwrap_err().is_connect(), "{url}");
    }
}

/// As in an image without CA certificates.
const NO_CERTIFICATES: [(&str, &str); 2] = [("SSL_CERT_FILE", "/nonexistent"), ("SSL_CERT_DIR", "/nonexistent")];

#[cfg(target_os = "linux")]
#[test]
fn missing_certificates_are_named() {
    child("child_without_certificates", &NO_CERTIFICATES);
}

#[tokio::test]
#[ignore = "run by another test"]
async fn child_without_certificates() {
    let error = client("https://127.0.0.1:1").call(GetBook::new("emma")).await.unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("No CA certificates") && text.contains("ca-certificates"), "{text}");
    assert!(text.contains("SSL_CERT_FILE"), "{text}");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Request, 0), "{text}");
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause.and_then(|cause| cause.source()) {
        cause = Some(inner);
    }
    assert!(cause.unwrap().to_string().contains("No CA certificates"), "{cause:?}");
    assert!(matches!(error.request_error(), Some(RequestError::Tls { .. })), "{text}");
}

/// The first steps behind a proxy that is none, in an image without certificates. `cargo test` builds the example before it
/// runs this; by itself (`cargo test --test transport`), what an earlier build has left is run.
#[test]
fn the_example_runs_with_a_dead_proxy_and_no_certificates() {
    let mut program = std::env::current_exe().unwrap();
    program.pop();
    program.pop();
    program.extend(["examples", "github"]);
    program.set_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(&program);
    command.env_remove("GITHUB_TOKEN");
    let proxies = [("HTTP_PROXY", "http://127.0.0.1:1"), ("ALL_PROXY", "socks5://127.0.0.1:1")];
    succeeds(run(command, &[proxies, NO_CERTIFICATES].concat()));
}

#[test]
fn each_runtime_has_connections_of_its_own() {
    static CLIENT: LazyLock<Client<Library>> = LazyLock::new(|| Client::new().key(KEY).retry(Retry::never()));
    let server = Server::start(|_, _| Some(json(BOOK)));
    let client = CLIENT.clone().server(server.url());
    let (first, second) = (runtime(), runtime());
    first.block_on(client.call(AddBook::new("a")).into_future()).unwrap();
    // The first runtime is there still, and nobody drives it.
    second.block_on(client.call(AddBook::new("b")).into_future()).unwrap();
    drop(first);
    second.block_on(client.call(AddBook::new("c")).into_future()).unwrap();
    let connections: Vec<_> = server.seen().iter().map(|(connection, _)| *connection).collect();
    assert_eq!(connections, [0, 1, 1]);

    // Many at once, each short.
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            std::thread::spawn(move || {
                for _ in 0..20 {
                    runtime().block_on(client.call(AddBook::new("d")).into_future()).unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let mut requests = HashMap::<_, usize>::new();
    server.seen().iter().for_each(|(connection, _)| *requests.entry(*connection).or_default() += 1);
    assert_eq!(requests.len(), 2 + 160);
}

/// Polls a future without any runtime.
fn poll_alone<F: IntoFuture>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future.into_future()).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn outside_of_a_runtime_there_is_an_error_and_no_panic() {
    let client = client("http://127.0.0.1:1");
    client.check().unwrap();
    for client in [client.clone(), client.deadline(Duration::from_secs(1)), Mock::new().client()] {
        let error = poll_alone(client.call(GetBook::new("emma"))).unwrap_err();
        assert!(error.is_request() && format!("{error:#}").contains("Tokio runtime"), "{error:#}");
        let error = poll_alone(client.download("/x")).unwrap_err();
        assert!(error.is_request() && format!("{error:#}").contains("Tokio runtime"), "{error:#}");
        let error = poll_alone(client.pages(ListBooks::new()).items().collect()).unwrap_err();
        assert!(error.is_request() && format!("{error:#}").contains("Tokio runtime"), "{error:#}");
    }
}

#[test]
fn in_a_runtime_without_timers_there_is_an_error_and_no_panic() {
    let runtime = Builder::new_current_thread().enable_io().build().unwrap();
    for client in
        [client("http://127.0.0.1:1"), Mock::new().client::<Client<Library>>().deadline(Duration::from_secs(1))]
    {
        let error = runtime.block_on(client.call(GetBook::new("emma")).into_future()).unwrap_err();
        assert!(error.is_request() && format!("{error:#}").contains("enable_all"), "{error:#}");
    }
}

#[test]
fn blocking_calls_work_where_a_thread_may_block() {
    let server = Server::start(|_, _| Some(json(BOOK)));
    let client = blocking::Client::from(client(server.url()));
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let call = {
        let client = client.clone();
        move || client.call(GetBook::new("emma")).run()
    };
    let refused =
        |error: typed_endpoint::Error| assert!(error.is_request() && format!("{error:#}").contains("spawn_blocking"));
    runtime.block_on(async {
        assert_eq!(tokio::task::spawn_blocking(call.clone()).await.unwrap().unwrap().title, "Emma");
        refused(call().unwrap_err().into());
        let call = call.clone();
        let both = tokio::spawn(async move { (call(), tokio::task::block_in_place(&call)) }).await.unwrap();
        refused(both.0.unwrap_err().into());
        assert_eq!(both.1.unwrap().title, "Emma");
    });
    // A runtime that is entered, and not polling.
    let _entered = runtime.enter();
    assert_eq!(call().unwrap().title, "Emma");
    drop(_entered);
    let current = Builder::new_current_thread().build().unwrap();
    current.block_on(async { refused(call().unwrap_err().into()) });
    let mut text = String::new();
    std::thread::scope(|threads| {
        threads.spawn(|| client.download("/text").unwrap().read_to_string(&mut text).unwrap()).join().unwrap()
    });
    assert_eq!(text, BOOK);
}

#[tokio::test]
async fn a_servers_keep_alive_is_respected() {
    let server = Server::start(|_, _| Some(json(BOOK).replacen("\r\n", "\r\nkeep-alive: timeout=1\r\n", 1)));
    let client = client(server.url()).retry(Retry::never());
    let connection = || server.seen().last().unwrap().0;
    client.call(AddBook::new("a")).await.unwrap();
    client.call(AddBook::new("b")).await.unwrap();
    let before = connection();
    client.call(AddBook::new("c")).await.unwrap();
    assert_eq!(connection(), before, "used again at once");
    // More than the half second for which connections are kept then, and less than the server's second.
    tokio::time::sleep(Duration::from_millis(600)).await;
    client.call(AddBook::new("d")).await.unwrap();
    assert_ne!(connection(), before);
}

#[cfg(unix)]
#[test]
fn exhausted_file_descriptors() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 64; exec \"$0\" --exact child_without_descriptors --ignored --nocapture"]);
    command.arg(std::env::current_exe().unwrap());
    succeeds(run(command, &[]));
}

#[tokio::test]
#[ignore = "run by another test"]
async fn child_without_descriptors() {
    let running = Mock::new().on(async |_: GetBook| Ok(Book::default())).listen().await.unwrap();
    let client = running.client::<Client<Library>>();
    let mut files = Vec::new();
    files.extend(std::iter::from_fn(|| std::fs::File::open("/dev/null").ok()));

    let error = client.clone().retry(Retry::never()).call(GetBook::new("x")).await.unwrap_err();
    assert!(format!("{error:#}").contains("open files"), "{error:#}");

    // One for the client's end of a connection: the mock has none left for its own, and continues when there is.
    files.pop();
    let connection = tokio::net::TcpStream::connect(running.address()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(files);
    drop(connection);
    client.retry(Retry::never()).call(GetBook::new("x")).await.unwrap();
}

#[cfg(unix)]
#[test]
fn a_response_that_would_fill_the_memory() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 500000; exec \"$0\" --exact child_with_little_memory --ignored --nocapture"]);
    command.arg(std::env::current_exe().unwrap());
    succeeds(run(command, &[]));
}

#[tokio::test]
#[ignore = "run by another test"]
async fn child_with_little_memory() {
    // Each item becomes a book with all its fields: without a limit, more than there is.
    let body = format!("[{}{{}}]", r#"{"id":""},"#.repeat(2_000_000));
    let server = Server::start(move |_, _| Some(json(&body)));
    let client = client(server.url()).retry(Retry::never()).max_response(20 << 20);
    let error = client.call(ListBooks::new()).await.unwrap_err();
    assert!(format!("{error:#}").contains("max_memory"), "{error}");
    assert!(client.max_memory(1000).call(ListBooks::new()).await.is_err());
    let books = Mock::new().on(async |_: ListBooks| Ok(vec![Book::default(); 20]));
    assert_eq!(books.client::<Client<Library>>().max_memory(100_000).call(ListBooks::new()).await.unwrap().len(), 20);
}

typed_endpoint::model! {
    /// Books, as a list and as the text of one.
    pub struct Shelf: Library {
        /// The list.
        books?: Vec<Book>,
        /// Its text.
        catalogue?: JsonText<Vec<Book>>,
    }
}

typed_endpoint::sse_json!(Shelf);

endpoint! {
    /// Reports what changes on the shelves.
    pub WatchShelves: Library = GET "/shelves" -> sse Shelf
}

/// The value of an event is subject to the client's limit, wherever in it the list is.
#[tokio::test]
async fn an_event_that_would_fill_the_memory() {
    let many = format!("[{}{{}}]", r#"{"id":""},"#.repeat(200));
    let text = serde_json::to_string(&many).unwrap();
    for data in [format!(r#"{{"books":{many}}}"#), format!(r#"{{"catalogue":{text}}}"#)] {
        let body = format!("data: {data}\n\n");
        let server = Server::start(move |_, _| Some(json(&body).replace("application/json", "text/event-stream")));
        let client = client(server.url());
        let shelves = client.call(WatchShelves::new()).await.unwrap().collect().await.unwrap();
        assert_eq!(shelves.len(), 1);
        let error = client.max_memory(1_000).call(WatchShelves::new()).await.unwrap().collect().await.unwrap_err();
        assert!(format!("{error:#}").contains("max_memory"), "{error:#}");
    }
}
