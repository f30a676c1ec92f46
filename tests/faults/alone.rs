//! Faults that take more than a table's row.

use std::future::IntoFuture;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use livepeer::{
    Body, BoxFuture, Client, ErrorKind, File, Retry, Studio, Timeouts, Transport, TransportError, endpoint, stream,
};
use tokio::net::TcpListener;

use crate::cases::ok;
use crate::client::{By, client};
use crate::server::Act::{Close, Read, Reset, Send, Stall, Wait};
use crate::server::Server;

const SHORT: Duration = Duration::from_secs(1);

endpoint! {
    /// Takes a file.
    pub Put: Studio = PUT "/file" body(file: File) -> text
}

endpoint! {
    /// Takes a file, each time from the start.
    pub Post: Studio = POST "/file" body(file: File) -> text
}

endpoint! {
    /// Gives a file.
    pub Fetch: Studio = GET "/file" -> download
}

endpoint! {
    /// Gives numbers as they come.
    pub Follow: Studio = GET "/numbers" -> sse Number
}

/// A number.
#[derive(Debug, Default, serde::Deserialize, serde::Serialize)]
pub struct Number(u32);

livepeer::field_via_serde!(Number);

livepeer::sse_json!(Number);

endpoint! {
    /// Gives text.
    pub Say: Studio = GET "/text" -> text
}

/// A connection that the server closed while it was idle carries no request: the call uses a new one, also if it is of
/// an operation that may be repeated or not, and no attempt is lost.
#[tokio::test]
async fn a_connection_closed_between_calls_is_not_used() {
    for end in [Close, Reset] {
        let server = Server::start(vec![vec![Read, Send(ok()), end.clone()], vec![Read, Send(ok())]]).await;
        let client = client(By::Default, &server.url());
        client.call(stream::Create::new("first")).await.unwrap();
        server.deserted().await;
        let second = client.call(stream::Create::new("second")).with_response().await.unwrap();
        assert_eq!(second.attempts, 1);
        assert_eq!(server.requests(), 2);
        assert_eq!(server.connections(), 2);
        let heads = server.heads();
        assert!(heads[0].contains("first") && heads[1].contains("second"), "{heads:?}");
    }
}

/// A connection that the server closes when the next request is on it may have carried it.
#[tokio::test]
async fn a_connection_closed_under_the_next_call_may_have_carried_it() {
    let scripts = vec![vec![Read, Send(ok())], vec![Read, Close], vec![Read, Send(ok())]];
    let server = Server::start(scripts.clone()).await;
    let of_server = client(By::Default, &server.url());
    of_server.call(stream::Create::new("first")).await.unwrap();
    let error = of_server.call(stream::Create::new("second")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Transport, 1, false), "{error:#}");
    assert!(format!("{error:#}").contains("(not retried: the server may have carried it out already)"), "{error:#}");
    assert_eq!((server.requests(), server.connections()), (2, 1));

    let server = Server::start(scripts.clone()).await;
    let of_server = client(By::Default, &server.url());
    of_server.call(stream::Create::new("first")).await.unwrap();
    let second = of_server.call(stream::Get::new("second")).with_response().await.unwrap();
    assert_eq!((second.attempts, server.requests()), (2, 3));

    let server = Server::start(scripts).await;
    let of_server = client(By::Default, &server.url());
    of_server.call(stream::Create::new("first")).await.unwrap();
    let retry = Retry::default().initial_backoff(Duration::ZERO).non_idempotent(true);
    let second = of_server.call(stream::Create::new("second")).retry(retry).with_response().await.unwrap();
    assert_eq!((second.attempts, server.requests()), (2, 3));
}

/// What a server sends after its response is not taken for the response to the next request.
#[tokio::test]
async fn what_follows_a_response_is_not_the_next_response() {
    let forged = ok().replace("a stream", "a forged");
    for _ in 0..20 {
        let server = Server::start(vec![vec![Read, Send(ok() + &forged)], vec![Read, Send(ok())]]).await;
        let client = client(By::Default, &server.url());
        client.call(stream::Create::new("first")).await.unwrap();
        let second = client.call(stream::Create::new("second")).with_response().await.unwrap();
        assert_eq!((second.value.name.as_str(), second.attempts), ("a stream", 1));
        assert_eq!((server.requests(), server.connections()), (2, 2));
    }
}

/// A server need not read the request to its end to know the response.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_response_that_comes_before_the_request_was_read_is_the_response() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    const SIZE: usize = 32 << 20;
    for (by, status) in [By::Default, By::Custom].into_iter().flat_map(|by| [(by, 413), (by, 401), (by, 200)]) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            let response = format!("HTTP/1.1 {status} Now\r\nContent-Length: 7\r\nConnection: close\r\n\r\nsettled");
            stream.write_all(response.as_bytes()).await.unwrap();
            // What is under way is let in, for closing at once would take the response back (RST).
            while let Ok(1..) = stream.read(&mut vec![0; 1 << 20]).await {}
            tokio::time::timeout(Duration::from_millis(200), listener.accept()).await.is_ok()
        });
        let outcome = client(by, &url).call(Put::new(File::bytes(vec![7; SIZE]))).timeout(SHORT).await;
        match outcome {
            Ok(text) => assert_eq!((status, text.as_str()), (200, "settled")),
            Err(error) => {
                let told = error.status().map(|status| status.as_u16());
                assert_eq!((error.kind(), told, error.attempts()), (ErrorKind::Status, Some(status), 1), "{error:#}");
                assert!(format!("{error:#}").contains("settled"), "{error:#}");
            }
        }
        assert!(!server.await.unwrap(), "{by:?}, {status}: sent again");
    }
}

#[tokio::test]
async fn a_server_that_restarts_is_found_again() {
    for by in [By::Default, By::Custom] {
        let server = Server::start(vec![vec![Read, Send(ok())]]).await;
        let (address, url) = (server.address(), server.url());
        let client = client(by, &url);
        client.call(stream::Create::new("before")).await.unwrap();
        drop(server);
        let refused = client.call(stream::Create::new("meanwhile")).retry(Retry::never()).await.unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::Connect | ErrorKind::Transport), "{refused}");

        // Begun while nobody listens, done when somebody does again.
        let patient =
            Retry::attempts(1000).initial_backoff(Duration::from_millis(10)).max_backoff(Duration::from_millis(10));
        let call = tokio::spawn(client.call(stream::Get::new("after")).retry(patient).into_future());
        tokio::time::sleep(Duration::from_millis(50)).await;
        let server = loop {
            // Its old connections may hold the port for a moment.
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            match socket.bind(address).and_then(|()| socket.listen(16)) {
                Ok(listener) => break Server::on(listener, vec![vec![Read, Send(ok())]]).await,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        call.await.unwrap().unwrap();
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn the_deadline_covers_attempts_waits_and_the_body() {
    let failure = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 12\r\n\r\nbusy for now";
    let part = "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"id\":";
    for by in [By::Default, By::Custom] {
        // Within the body of the second attempt's response.
        let server = Server::start(vec![vec![Read, Send(failure.into())], vec![Read, Send(part.into()), Stall]]).await;
        let error = client(by, &server.url()).deadline(SHORT).call(stream::Get::new("x")).await.unwrap_err();
        let text = format!("{error:#}");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2), "{text}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200), "{text}");
        assert!(text.contains("the call's deadline passed"), "{text}");
        assert!(text.contains("before that: the server responded 503 Service Unavailable: busy for now"), "{text}");
        assert!(error.elapsed() >= SHORT, "{text}");

        // A wait that would end after it is not begun.
        let server =
            Server::start(vec![vec![Read, Send(failure.replace("\r\n\r\n", "\r\nRetry-After: 30\r\n\r\n"))]]).await;
        let client = client(by, &server.url()).deadline(Duration::from_secs(20));
        let error = client.call(stream::Create::new("x")).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts(), server.requests()), (ErrorKind::Status, 1, 1), "{error:#}");
        assert!(format!("{error:#}").ends_with("(not retried: no time left)"), "{error:#}");
    }
}

/// Reads a megabyte at a time, with pauses, for longer than the time-out in all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_makes_progress_is_not_aborted_and_one_that_stalls_is() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    const SIZE: usize = 48 << 20;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut read, mut pauses, mut buffer) = (0, 0, vec![0; 1 << 20]);
        while read < SIZE {
            read += stream.read(&mut buffer).await.unwrap();
            while pauses < read >> 20 {
                pauses += 1;
                tokio::time::sleep(Duration::from_millis(80)).await;
            }
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone").await.unwrap();
        read
    });
    let client = client(By::Default, &url);
    let began = std::time::Instant::now();
    let idle = Duration::from_secs(2);
    let response = client.call(Put::new(File::bytes(vec![7; SIZE]))).timeout(idle).await.unwrap();
    assert_eq!(response, "done");
    assert!(began.elapsed() > idle);
    assert!(server.await.unwrap() >= SIZE);

    let server = Server::start(vec![vec![Wait(Duration::from_secs(600))]]).await;
    let client = crate::client::client(By::Default, &server.url());
    let error = client.call(Post::new(File::bytes(vec![7; SIZE]))).timeout(SHORT).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), server.requests()), (ErrorKind::Timeout, 1, 1), "{error:#}");
    // From the last byte that left, not in steps of the time-out.
    assert!(error.elapsed() >= SHORT, "{error:#}");
}

/// Counts how often it is read.
fn reader(
    content: &'static [u8],
    reads: &Arc<AtomicU32>,
) -> impl Fn() -> io::Result<io::Cursor<&'static [u8]>> + use<> {
    let reads = reads.clone();
    move || {
        reads.fetch_add(1, Ordering::SeqCst);
        Ok(io::Cursor::new(content))
    }
}

#[tokio::test]
async fn what_can_be_read_once_is_sent_once() {
    for by in [By::Default, By::Custom] {
        let server = Server::start(vec![vec![Read, Reset], vec![Read, Send(ok())]]).await;
        let file = File::reader_with_len(&b"only once"[..], 9);
        let error = client(by, &server.url()).call(Put::new(file)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts(), server.requests()), (ErrorKind::Transport, 1, 1), "{error:#}");
        assert!(format!("{error:#}").ends_with("(not retried: its body can be sent only once)"), "{error:#}");

        let server = Server::start(vec![vec![Read, Reset], vec![Read, Send(ok())]]).await;
        let reads = Arc::default();
        let file = File::replayable(reader(b"any number of times", &reads), Some(19));
        client(by, &server.url()).call(Put::new(file)).await.unwrap();
        assert_eq!((reads.load(Ordering::SeqCst), server.requests()), (2, 2));
        assert!(server.heads().iter().all(|head| head.ends_with("any number of times")), "{:?}", server.heads());
    }
}

/// The response is to blame for nothing here, so nothing is repeated, and the error says what could not be read.
#[tokio::test]
async fn a_request_body_that_fails_is_reported_as_such() {
    struct Broken;
    impl tokio::io::AsyncRead for Broken {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            std::task::Poll::Ready(Err(io::Error::other("the disk is gone")))
        }
    }
    for by in [By::Default, By::Custom] {
        let server = Server::start(vec![vec![Read, Send(ok())]]).await;
        let file = File::replayable(|| Ok(Broken), Some(1 << 20));
        let error = client(by, &server.url()).call(Put::new(file)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Body, 1), "{error:#}");
        assert!(format!("{error:#}").contains("the request's body cannot be read: the disk is gone"), "{error:#}");
        assert!(server.requests() <= 1);
    }
}

#[tokio::test]
async fn a_dropped_call_stops_everything() {
    for by in [By::Default, By::Custom] {
        let server = Server::start(vec![vec![Read, Stall]]).await;
        let client = client(by, &server.url()).retry(Retry::attempts(10).initial_backoff(Duration::ZERO));
        let call = tokio::spawn(client.call(stream::Get::new("x")).into_future());
        server.saw(1).await;
        call.abort();
        server.deserted().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!((server.requests(), server.connections()), (1, 1));

        // Between two attempts.
        let server =
            Server::start(vec![vec![Read, Send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".into())]]).await;
        let wait = Retry::attempts(10).initial_backoff(Duration::from_millis(300)).multiplier(1.0).jitter(false);
        let client = crate::client::client(by, &server.url()).retry(wait);
        let call = tokio::spawn(client.call(stream::Get::new("x")).into_future());
        server.saw(1).await;
        call.abort();
        tokio::time::sleep(Duration::from_millis(900)).await;
        assert!(server.requests() <= 2, "{}", server.requests());
    }
}

/// Of an upload that is dropped, no more reaches the server than was under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_upload_stops_within_its_body() {
    use tokio::io::AsyncReadExt;
    const SIZE: usize = 256 << 20;
    for by in [By::Default, By::Custom] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (go, goes) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut read, mut buffer) = (0, vec![0; 1 << 20]);
            while read < 4 << 20 {
                read += stream.read(&mut buffer).await.unwrap();
            }
            begun.send(()).unwrap();
            goes.await.unwrap();
            // To the end of the connection, in order or not.
            while let Ok(more @ 1..) = stream.read(&mut buffer).await {
                read += more;
            }
            let again = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await.is_ok();
            (read, again)
        });
        let retry = Retry::attempts(10).initial_backoff(Duration::ZERO).non_idempotent(true);
        let file = File::replayable(
            || Ok(tokio::io::AsyncReadExt::take(tokio::io::repeat(7), SIZE as u64)),
            Some(SIZE as u64),
        );
        let call = client(by, &url).call(Put::new(file)).retry(retry);
        let call = tokio::spawn(call.into_future());
        begins.await.unwrap();
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        go.send(()).unwrap();
        let (read, again) = server.await.unwrap();
        assert!(read < SIZE && !again, "{by:?}: {read} bytes, again: {again}");
    }
}

#[tokio::test]
async fn a_dropped_download_closes_the_connection() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbeginning";
    let server = Server::start(vec![vec![Read, Send(head.into()), Stall]]).await;
    let mut download = client(By::Default, &server.url()).call(Fetch::new()).await.unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap(), "beginning");
    drop(download);
    server.deserted().await;
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_download_that_breaks_off_tells_all_about_it_and_leaves_no_file() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbeginning";
    let busy = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    let folder = std::env::temp_dir().join(format!("livepeer-faults-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (end, kind) in [(Close, ErrorKind::Transport), (Stall, ErrorKind::Timeout)] {
        let scripts = vec![vec![Read, Send(busy.into())], vec![Read, Send(head.into()), end]];
        let server = Server::start(scripts).await;
        let client = client(By::Default, &server.url()).timeout(SHORT);
        let download = client.call(Fetch::new()).await.unwrap();
        let error = download.save(folder.join("file")).await.unwrap_err();
        let text = format!("{error:#}");
        assert_eq!((error.kind(), error.attempts(), server.requests()), (kind, 2, 2), "{text}");
        assert!(text.starts_with("alone::Fetch (GET /file): ") && text.contains("(status 200 OK)"), "{text}");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }
    std::fs::remove_dir(&folder).unwrap();
}

#[tokio::test]
async fn text_that_is_encoded_or_no_utf8_is_refused_by_name() {
    let encoded = "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc";
    let server = Server::start(vec![vec![Read, Send(encoded.into())]]).await;
    let error = client(By::Default, &server.url()).call(Say::new()).await.unwrap_err();
    assert!(error.is_decode() && format!("{error:#}").contains("encoded by \"br\""), "{error:#}");
    // Who takes the bytes as they are gets how they are encoded.
    let download = client(By::Default, &server.url()).call(Fetch::new()).await.unwrap();
    assert_eq!(download.headers()["content-encoding"], "br");
    assert_eq!(download.bytes().await.unwrap(), "abc");
}

/// What is no stream of events is not taken for one without events.
#[tokio::test]
async fn a_page_in_place_of_events_is_refused() {
    for (kind, refused) in [
        ("text/html; charset=utf-8", true),
        ("application/json", true),
        ("text/event-stream", false),
        ("text/plain", false),
    ] {
        let response = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: 9\r\n\r\ndata: 1\n\n");
        let server = Server::start(vec![vec![Read, Send(response)]]).await;
        match client(By::Default, &server.url()).call(Follow::new()).await {
            Ok(mut numbers) => {
                assert_eq!(numbers.next().await.unwrap().unwrap().0, 1);
                assert!(!refused && numbers.next().await.is_none());
            }
            Err(error) => {
                assert!(refused && error.is_decode(), "{error:#}");
                assert!(format!("{error:#}").contains(&format!("expected events, found {kind}")), "{error:#}");
            }
        }
    }
}

/// Responds to every request in the same way, without a network, and needs no key.
struct Redirecting(&'static str, Arc<AtomicU32>);

impl Transport for Redirecting {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let first = self.1.fetch_add(1, Ordering::SeqCst) == 0;
        let has_key = request.headers().contains_key("authorization");
        let at_home = request.uri().host() == Some("a.example") && request.uri().scheme_str() == Some("https");
        assert!(at_home || !has_key, "the key went to {}", request.uri());
        let mut response = http::Response::new(Body::from("there"));
        if first {
            *response.status_mut() = http::StatusCode::TEMPORARY_REDIRECT;
            response.headers_mut().insert("location", self.0.parse().unwrap());
        }
        Box::pin(async { Ok(response) })
    }
}

#[tokio::test]
async fn redirects_neither_take_the_key_along_nor_lead_from_https_to_http() {
    for (location, call_follows, download_follows) in [
        ("https://a.example/there", true, true),
        ("/there", true, true),
        ("https://b.example/there", false, true),
        ("//b.example/there", false, true),
        ("http://a.example/there", false, false),
        ("HTTP://b.example/there", false, false),
        ("https://a.example:8443/there", false, true),
        ("https://a.example@b.example/there", false, true),
        ("https://me:passw0rd@b.example/there", false, true),
        ("file:///etc/passwd", false, false),
        ("gopher://a.example/", false, false),
    ] {
        for server in ["https://a.example", "HTTPS://a.example"] {
            let client = Client::studio("the-key").server(server).transport(Redirecting(location, Arc::default()));
            let outcome = client.call(Say::new()).await;
            assert_eq!(outcome.is_ok(), call_follows, "{location}: {outcome:?}");
            if let Err(error) = outcome {
                assert!(!format!("{error} {error:?}").contains("passw0rd"), "{error:#}");
            }
            let client = Client::studio("the-key").server(server).transport(Redirecting(location, Arc::default()));
            let outcome = client.download("/here").await;
            assert_eq!(outcome.is_ok(), download_follows, "{location}: {outcome:?}");
        }
    }
}

/// Time-outs of a client with a transport of its own do not put the default one in its place.
#[tokio::test]
async fn a_transport_stays_when_time_outs_change() {
    let calls = Arc::new(AtomicU32::new(1));
    let client = Client::studio("the-key").server("https://a.example").transport(Redirecting("/", calls.clone()));
    let client = client.timeouts(Timeouts::default().connect(SHORT));
    assert_eq!(client.call(Say::new()).await.unwrap(), "there");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

/// A URL that only the transport finds fault with: nothing was sent, and nothing is tried again.
#[tokio::test]
async fn a_url_that_the_transport_does_not_take_is_reported_at_once() {
    let error = client(By::Default, "https://1.2.3.4.5").call(Say::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Request, 0), "{error:#}");
    assert!(format!("{error:#}").starts_with("alone::Say (GET /text): not sent: "), "{error:#}");
}

/// OpenSSL as a server whose certificate it has signed itself.
struct SelfSigned {
    process: std::process::Child,
    folder: std::path::PathBuf,
    port: String,
}

impl SelfSigned {
    fn start() -> Self {
        let folder =
            std::env::temp_dir().join(format!("livepeer-faults-{}-{:x}", std::process::id(), fastrand::u64(..)));
        std::fs::create_dir(&folder).unwrap();
        let openssl = |arguments: &str| {
            let mut command = std::process::Command::new("openssl");
            command.current_dir(&folder).args(arguments.split(' ')).stderr(std::process::Stdio::null());
            command
        };
        let made = openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 2 -subj \
             /CN=nobody-vouches -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE",
        )
        .status();
        assert!(made.expect("this test makes a certificate with the `openssl` command").success());
        let mut server = openssl("s_server -4 -accept 0 -cert cert.pem -key key.pem -www");
        let mut process =
            server.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
        let lines = io::BufRead::lines(io::BufReader::new(process.stdout.take().unwrap()));
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("ACCEPT ")?.rsplit_once(':')?.1.to_owned()));
        Self { process, folder, port: port.unwrap() }
    }
}

impl Drop for SelfSigned {
    fn drop(&mut self) {
        let _ = (self.process.kill(), self.process.wait(), std::fs::remove_dir_all(&self.folder));
    }
}

/// No request leaves for a server that cannot prove who it is, and the error says that this is why. Another attempt may
/// meet the right one: this is also what a network looks like that wants to be logged in to.
#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = SelfSigned::start();
    let client = client(By::Default, &format!("https://localhost:{}", server.port));
    let error = client.call(stream::Get::new("id")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 3));
    assert!(format!("{error:#}").contains("certificate"), "{error:#}");
}
