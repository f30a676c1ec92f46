//! What the real trickle server does, line by line: the fake does the same.
//!
//! With `TRICKLE_URL=http://…/ai/trickle` the server is that one, which has to create channels by itself.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Once;
use std::time::Duration;

use livepeer::mock::{self, RunningTrickle};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use super::raw::{Raw, Response};

/// The server. A real one is used by one test at a time, because all have channels of the same names.
struct Server {
    address: SocketAddr,
    fake: Option<RunningTrickle>,
    _only: Option<MutexGuard<'static, ()>>,
}

async fn server() -> Server {
    static ONLY: Mutex<()> = Mutex::const_new(());
    static NOTICE: Once = Once::new();
    if let Ok(url) = std::env::var("TRICKLE_URL") {
        let address = url.strip_prefix("http://").and_then(|rest| rest.strip_suffix("/ai/trickle")).unwrap();
        return Server { address: address.parse().unwrap(), fake: None, _only: Some(ONLY.lock().await) };
    }
    NOTICE.call_once(|| {
        let _ = writeln!(std::io::stderr(), "LEFT OUT: the real trickle server, because TRICKLE_URL names none");
    });
    let fake = mock::trickle().listen().await.unwrap();
    Server { address: fake.address(), fake: Some(fake), _only: None }
}

impl Server {
    /// Creates a channel, in place of any that an earlier test has left.
    async fn create(&self, name: &str, media_type: &str) {
        if let Some(fake) = &self.fake {
            return fake.trickle().create(name, media_type);
        }
        request(self, &format!("DELETE {name}"), None).await;
        let mut raw = Raw::connect(self.address).await;
        let expect = if media_type.is_empty() { String::new() } else { format!("Expect-Content: {media_type}\n") };
        raw.send(&format!("POST /ai/trickle/{name} HTTP/1.1\nHost: h\n{expect}Content-Length: 0\n\n")).await;
        assert_eq!(raw.response("POST").await.unwrap().status, "HTTP/1.1 200 OK");
    }

    async fn content(&self, segment: &str) -> Vec<u8> {
        request(self, &format!("GET {segment}"), None).await.body
    }
}

async fn request(server: &Server, line: &str, body: Option<&str>) -> Response {
    let mut raw = Raw::connect(server.address).await;
    send(&mut raw, line, body).await;
    raw.response(line.split(' ').next().unwrap()).await.unwrap()
}

async fn send(raw: &mut Raw, line: &str, body: Option<&str>) {
    let (method, path) = line.split_once(' ').unwrap();
    let length = body.map(|body| format!("Content-Length: {}\n", body.len())).unwrap_or_default();
    raw.send(&format!("{method} /ai/trickle/{path} HTTP/1.1\nHost: h\n{length}\n")).await;
    raw.bytes(body.unwrap_or_default().as_bytes()).await;
}

async fn waits(raw: &mut Raw) -> bool {
    timeout(Duration::from_millis(50), raw.head()).await.is_err()
}

#[tokio::test]
async fn five_segments_are_kept_and_others_are_470() {
    let server = server().await;
    server.create("a", "video/MP2T").await;
    for seq in 0..8 {
        let response = request(&server, &format!("POST a/{seq}"), Some(&format!("s{seq}"))).await;
        assert_eq!(response.header("Lp-Trickle-Seq"), Some(seq.to_string().as_str()));
    }
    let gone = request(&server, "GET a/2", None).await;
    assert_eq!(gone.status, "HTTP/1.1 470 status code 470");
    assert_eq!((gone.header("Lp-Trickle-Latest"), gone.header("Lp-Trickle-Seq")), (Some("8"), Some("2")));
    assert_eq!(gone.body, b"Entry not found");
    let oldest = request(&server, "GET a/3", None).await;
    assert_eq!((oldest.header("Lp-Trickle-Latest"), &oldest.body[..]), (Some("8"), &b"s3"[..]));
    assert_eq!(oldest.header("Content-Type"), Some("video/MP2T"));
    assert_eq!(request(&server, "GET a/9", None).await.status, gone.status);
    assert_eq!(request(&server, "GET a/-2", None).await.body, b"s7");
    // The next one is waited for, and takes a place.
    let mut waiting = Raw::connect(server.address).await;
    send(&mut waiting, "GET a/8", None).await;
    assert!(waits(&mut waiting).await);
    assert_eq!(request(&server, "GET a/3", None).await.status, gone.status);
    // A gap is allowed.
    request(&server, "POST a/20", Some("x")).await;
    assert_eq!(request(&server, "GET a/next", None).await.body, b"21");
    assert_eq!(request(&server, "GET a/12", None).await.status, gone.status);
}

#[tokio::test]
async fn an_empty_channel_waits_for_0_and_1() {
    let server = server().await;
    server.create("a", "").await;
    for seq in ["0", "1", "-1", "-2"] {
        let mut raw = Raw::connect(server.address).await;
        send(&mut raw, &format!("GET a/{seq}"), None).await;
        assert!(waits(&mut raw).await, "{seq}");
    }
    assert!(request(&server, "GET a/2", None).await.status.contains(" 470 "));
}

#[tokio::test]
async fn heads_of_segments_are_waited_for_and_that_of_the_next_number_is_not() {
    let server = server().await;
    server.create("a", "text/plain").await;
    let next = request(&server, "HEAD a/next", None).await;
    assert_eq!((next.status.as_str(), next.header("Lp-Trickle-Latest")), ("HTTP/1.1 200 OK", Some("0")));
    let mut waiting = Raw::connect(server.address).await;
    send(&mut waiting, "HEAD a/0", None).await;
    assert!(waits(&mut waiting).await);
    request(&server, "POST a/0", Some("zero")).await;
    let head = waiting.head().await.unwrap();
    assert_eq!((head.status.as_str(), head.header("Lp-Trickle-Seq")), ("HTTP/1.1 200 OK", Some("0")));
    assert_eq!(head.header("Content-Type"), Some("text/plain"));
    // Its connection is kept, and what follows is the next response.
    send(&mut waiting, "GET a/next", None).await;
    assert_eq!(waiting.response("GET").await.unwrap().body, b"1");
}

#[tokio::test]
async fn unfinished_segments_are_appended_to_and_finished_ones_are_not() {
    let server = server().await;
    server.create("a", "").await;
    let mut subscriber = Raw::connect(server.address).await;
    send(&mut subscriber, "GET a/0", None).await;
    assert!(waits(&mut subscriber).await);
    let mut publisher = Raw::connect(server.address).await;
    publisher.send("POST /ai/trickle/a/0 HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n6\npart1-\n").await;
    assert_eq!(subscriber.head().await.unwrap().header("Lp-Trickle-Latest"), None);
    assert_eq!(subscriber.chunk().await.unwrap(), b"part1-");
    drop(publisher);
    assert!(timeout(Duration::from_millis(50), subscriber.chunk()).await.is_err(), "no end, no error");
    let again = request(&server, "POST a/0", Some("part1-part2")).await;
    assert_eq!(again.header("Connection"), None);
    assert_eq!(subscriber.chunk().await.unwrap(), b"part1-part2");
    assert_eq!(subscriber.chunk().await.unwrap(), b"");
    request(&server, "POST a/1", Some("one")).await;
    let thrown_away = request(&server, "POST a/0", Some("more")).await;
    assert_eq!((thrown_away.header("Connection"), thrown_away.header("Lp-Trickle-Seq")), (Some("close"), Some("0")));
    assert_eq!(server.content("a/0").await, b"part1-part1-part2");
    assert_eq!(request(&server, "GET a/next", None).await.body, b"1", "a step back");
}

#[tokio::test]
async fn a_lost_publisher_leaves_its_segment_open_until_it_is_evicted_or_reset() {
    let server = server().await;
    server.create("a", "").await;
    for (seq, last) in [(0, "POST a/5"), (10, "reset")] {
        let mut publisher = Raw::connect(server.address).await;
        publisher.send(&format!("POST /ai/trickle/a/{seq} HTTP/1.1\nHost: h\nContent-Length: 10\n\nhalf")).await;
        let mut subscriber = Raw::connect(server.address).await;
        send(&mut subscriber, &format!("GET a/{seq}"), None).await;
        subscriber.head().await.unwrap();
        assert_eq!(subscriber.chunk().await.unwrap(), b"half");
        tokio::io::AsyncWriteExt::shutdown(&mut publisher.0).await.unwrap();
        let response = publisher.response("POST").await.unwrap();
        assert_eq!(
            (response.status.as_str(), &response.body[..]),
            ("HTTP/1.1 500 Internal Server Error", &b"Server error\n"[..])
        );
        for next in seq + 1..seq + 5 {
            request(&server, &format!("POST a/{next}"), Some("x")).await;
        }
        assert!(timeout(Duration::from_millis(50), subscriber.chunk()).await.is_err());
        match last {
            "reset" => {
                let mut raw = Raw::connect(server.address).await;
                raw.send("POST /ai/trickle/a/14 HTTP/1.1\nHost: h\nLp-Trickle-Reset: 1\nContent-Length: 1\n\nx").await;
                raw.response("POST").await.unwrap();
            }
            post => drop(request(&server, post, Some("x")).await),
        }
        assert_eq!(subscriber.chunk().await.unwrap(), b"", "{last}: a clean end");
    }
}

#[tokio::test]
async fn publishers_may_wait_and_get_interim_responses() {
    let server = server().await;
    // The real server's is ten seconds.
    let interims = if let Some(fake) = &server.fake {
        let _ = fake.trickle().clone().interim(Duration::from_millis(20));
        3
    } else {
        1
    };
    server.create("a", "").await;
    let mut publisher = Raw::connect(server.address).await;
    publisher.send("POST /ai/trickle/a/-1 HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n").await;
    for _ in 0..interims {
        assert_eq!(publisher.head().await.unwrap().status, "HTTP/1.1 100 Continue");
    }
    publisher.send("1\nx\n0\n\n").await;
    let mut response = publisher.response("POST").await.unwrap();
    while response.status.contains(" 100 ") {
        response = publisher.response("POST").await.unwrap();
    }
    assert_eq!((response.status.as_str(), response.header("Lp-Trickle-Seq")), ("HTTP/1.1 200 OK", Some("0")));
    // The connection is kept.
    send(&mut publisher, "GET a/next", None).await;
    assert_eq!(publisher.response("GET").await.unwrap().body, b"1");
}

#[tokio::test]
async fn two_publishers_of_the_next_segment_share_it() {
    let server = server().await;
    server.create("a", "").await;
    let mut both = [Raw::connect(server.address).await, Raw::connect(server.address).await];
    for raw in &mut both {
        raw.send("POST /ai/trickle/a/-1 HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n").await;
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    for (raw, text) in both.iter_mut().zip(["P", "Q"]) {
        raw.send(&format!("1\n{text}\n")).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for raw in &mut both {
        raw.send("0\n\n").await;
        assert_eq!(raw.response("POST").await.unwrap().header("Lp-Trickle-Seq"), Some("0"));
    }
    assert_eq!(server.content("a/0").await, b"PQ");
}

#[tokio::test]
async fn an_empty_segment_counts_and_ends_its_connection() {
    let server = server().await;
    server.create("a", "text/plain").await;
    let mut raw = Raw::connect(server.address).await;
    send(&mut raw, "POST a/0", Some("")).await;
    let response = raw.response("POST").await.unwrap();
    assert_eq!(response.header("Connection"), Some("close"));
    assert!(raw.is_closed().await);
    let read = request(&server, "GET a/0", None).await;
    assert_eq!(read.headers, ["Content-Length: 0", "Lp-Trickle-Latest: 1", "Lp-Trickle-Seq: 0"]);
}

#[tokio::test]
async fn the_end_of_a_channel_reaches_those_who_wait() {
    let server = server().await;
    server.create("a", "").await;
    request(&server, "POST a/0", Some("x")).await;
    let mut subscriber = Raw::connect(server.address).await;
    send(&mut subscriber, "GET a/1", None).await;
    let mut publisher = Raw::connect(server.address).await;
    publisher.send("POST /ai/trickle/a/2 HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n").await;
    let mut writing = Raw::connect(server.address).await;
    writing.send("POST /ai/trickle/a/3 HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n1\nx\n").await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(request(&server, "DELETE a", None).await.headers, ["Content-Length: 0"]);
    let response = subscriber.response("GET").await.unwrap();
    assert_eq!((response.header("Lp-Trickle-Closed"), response.body.len()), (Some("terminated"), 0));
    let response = publisher.response("POST").await.unwrap();
    assert_eq!(
        (response.header("Lp-Trickle-Closed"), response.header("Connection")),
        (Some("terminated"), Some("close"))
    );
    // Who is writing is not told.
    writing.send("0\n\n").await;
    let response = writing.response("POST").await.unwrap();
    assert_eq!((response.status.as_str(), response.header("Lp-Trickle-Closed")), ("HTTP/1.1 200 OK", None));
    let again = request(&server, "DELETE a", None).await;
    assert_eq!((again.status.as_str(), &again.body[..]), ("HTTP/1.1 400 Bad Request", &b"Invalid stream\n"[..]));
    for line in ["GET a/0", "GET a/next", "DELETE a/0"] {
        assert_eq!(request(&server, line, None).await.body, b"Stream not found\n", "{line}");
    }
    if server.fake.is_none() {
        return;
    }
    // Of a server that does not create channels by itself.
    assert_eq!(request(&server, "POST a", None).await.body, b"Stream not found\n");
    // Before any content, even if that is large.
    let mut raw = Raw::connect(server.address).await;
    raw.send("POST /ai/trickle/a/3 HTTP/1.1\nHost: h\nContent-Length: 100000\n\nx").await;
    let response = raw.response("POST").await.unwrap();
    assert_eq!((response.status.as_str(), response.header("Connection")), ("HTTP/1.1 404 Not Found", Some("close")));
}

#[tokio::test]
async fn a_segment_that_is_deleted_is_skipped() {
    let server = server().await;
    server.create("a", "").await;
    let mut subscriber = Raw::connect(server.address).await;
    send(&mut subscriber, "GET a/0", None).await;
    assert!(waits(&mut subscriber).await);
    request(&server, "DELETE a/0", None).await;
    let response = subscriber.response("GET").await.unwrap();
    assert_eq!(response.headers, ["Content-Length: 0", "Lp-Trickle-Latest: 0", "Lp-Trickle-Seq: 0"]);
    assert_eq!(request(&server, "DELETE a/3", None).await.body, b"Nonexistent segment\n");
}

#[tokio::test]
async fn idle_channels_are_swept() {
    let server = server().await;
    // The real server's take five minutes.
    let Some(fake) = &server.fake else { return };
    let trickle = fake.trickle();
    server.create("a", "").await;
    server.create("b", "").await;
    let mut subscriber = Raw::connect(server.address).await;
    send(&mut subscriber, "GET a/0", None).await;
    assert!(waits(&mut subscriber).await);
    trickle.advance(Duration::from_secs(299));
    request(&server, "POST b/0", Some("x")).await;
    trickle.advance(Duration::from_secs(2));
    assert_eq!(subscriber.response("GET").await.unwrap().header("Lp-Trickle-Closed"), Some("terminated"));
    assert_eq!((trickle.next_seq("a"), trickle.next_seq("b")), (None, Some(1)));
}

#[tokio::test]
async fn names_numbers_methods_and_paths_are_read_as_the_real_server_reads_them() {
    let server = server().await;
    match &server.fake {
        Some(fake) => drop(fake.trickle().clone().autocreate(true)),
        None => drop(request(&server, "DELETE x%2Fy", None).await),
    }
    request(&server, "POST x%2Fy/0", Some("enc")).await;
    assert_eq!(server.content("x%2Fy/0").await, b"enc");
    assert_eq!(request(&server, "GET x%2Fy/+0", None).await.body, b"enc");
    assert_eq!(request(&server, "GET x%2Fy/%30", None).await.body, b"enc");
    for line in ["GET x%2Fy/xx", "GET x%2Fy/99999999999999999999", "POST x%2Fy/next", "DELETE x%2Fy/next"] {
        assert_eq!(request(&server, line, Some("x")).await.body, b"Invalid idx\n", "{line}");
    }
    let refused = request(&server, "PUT x%2Fy/0", None).await;
    assert_eq!(
        (refused.header("Allow"), refused.status.as_str()),
        (Some("DELETE, GET, HEAD, POST"), "HTTP/1.1 405 Method Not Allowed")
    );
    assert_eq!(request(&server, "GET x%2Fy", None).await.header("Allow"), Some("DELETE, POST"));
    assert_eq!(request(&server, "GET a/b/c", None).await.body, b"404 page not found\n");
    assert_eq!(request(&server, "POST ../0", Some("x")).await.header("Location"), Some("/ai/0"));
    // The first publisher's type is the channel's, or none.
    assert_eq!(request(&server, "GET x%2Fy/0", None).await.header("Content-Type:"), None);
    let mut raw = Raw::connect(server.address).await;
    raw.send("POST /ai/trickle/b/0 HTTP/1.1\nHost: h\nExpect: other\nContent-Length: 1\n\nx").await;
    assert_eq!(raw.response("POST").await.unwrap().status, "HTTP/1.1 417 Expectation Failed");
    let mut raw = Raw::connect(server.address).await;
    raw.send("GET /ai/trickle/x%2Fy/0 HTTP/1.0\nRange: bytes=1-\n\n").await;
    assert_eq!(raw.response("GET").await.unwrap().body, b"enc");
    let mut raw = Raw::connect(server.address).await;
    send(&mut raw, "GET x%2Fy/-3", None).await;
    assert!(raw.head().await.is_none(), "the real server fails");
}
