//! What callers, and those whose text they pass on, may write into a request without making another one of it.

use std::sync::{Arc, Mutex};

use typed_endpoint::File;
use typed_endpoint::{
    Api, Body, BoxFuture, Case, Client, ErrorKind, Retry, Secret, Transport, TransportError, Unmapped, endpoint,
};

/// An API of everything.
pub struct All;

impl Api for All {
    const NAME: &'static str = "All";
    const SERVERS: &'static [&'static str] = &["https://a.example/api"];
    const CASE: Case = Case::Snake;
    type Error = Unmapped;
}

endpoint! {
    /// Takes all kinds of text.
    pub Take: All = POST "/one/{id}/two" (id: String) query { q?: String } headers {
        note as "x-note"?: String,
    } multipart {
        text?: String,
        file?: File,
    } -> ()
}

/// Text that would like to be more than text.
fn nasty() -> Vec<String> {
    let mut texts: Vec<String> = [
        "a\r\nx-evil: 1\r\n\r\nGET / HTTP/1.1",
        "a\nb",
        "a\rb",
        "\0",
        "a\"b",
        "\"; filename=\"evil",
        "../../admin",
        "a/b",
        "%2e%2e%2f",
        "?x=1&y=2#z",
        "\u{202e}gpj.exe",
        "\u{2066}a\u{2069}",
        "é ü 火",
        "--boundary--",
        "\\",
        "\u{7f}",
        "\u{feff}",
    ]
    .map(str::to_owned)
    .into();
    texts.push("x".repeat(1 << 20));
    texts.push("\r\n".repeat(1 << 19));
    texts
}

/// Keeps what would have been sent.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<http::Request<Vec<u8>>>>>);

impl Transport for Kept {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.bytes(usize::MAX).await.unwrap().to_vec();
            self.0.lock().unwrap().push(http::Request::from_parts(parts, body));
            Ok(http::Response::new(Body::empty()))
        })
    }
}

fn client(kept: &Kept) -> Client<All> {
    Client::<All>::new().key("the-key").retry(Retry::never()).transport(kept.clone())
}

#[tokio::test]
async fn the_path_and_the_query_stay_what_they_are() {
    for text in nasty() {
        let kept = Kept::default();
        match client(&kept).call(Take::new(&text).q(text.as_str())).await {
            Ok(()) => {
                let requests = kept.0.lock().unwrap();
                let uri = requests[0].uri();
                let segments: Vec<_> = uri.path().split('/').collect();
                assert_eq!((segments.len(), segments[1], segments[2], segments[4]), (5, "api", "one", "two"), "{uri}");
                let decoded = percent_encoding::percent_decode_str(segments[3]).decode_utf8().unwrap();
                assert_eq!(decoded, text);
                let query = uri.query().unwrap().strip_prefix("q=").unwrap();
                assert!(!query.contains(['&', '#', '=']), "{query}");
                assert_eq!(percent_encoding::percent_decode_str(query).decode_utf8().unwrap(), text);
            }
            // Longer than any server takes.
            Err(error) => assert!(error.kind() == ErrorKind::Request && text.len() > 10_000, "{error:#}"),
        }
    }
    for text in ["", ".", ".."] {
        let error = client(&Kept::default()).call(Take::new(text)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Request, 0), "{text}");
    }
}

#[tokio::test]
async fn a_header_stays_one_header() {
    for text in nasty() {
        for by_field in [true, false] {
            let kept = Kept::default();
            let call = match by_field {
                true => client(&kept).call(Take::new("id").note(text.as_str())),
                false => client(&kept).call(Take::new("id")).header("x-note", &text),
            };
            let outcome = call.await;
            let control = text.bytes().any(|byte| byte < b' ' || byte == 0x7f);
            assert_eq!(outcome.is_err(), control, "{:.60?}: {outcome:?}", text);
            match outcome {
                Ok(()) => {
                    let requests = kept.0.lock().unwrap();
                    assert_eq!(requests[0].headers().get_all("x-note").iter().count(), 1);
                    assert_eq!(requests[0].headers()["x-note"].as_bytes(), text.as_bytes());
                }
                Err(error) => {
                    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Request, 0));
                    assert!(kept.0.lock().unwrap().is_empty());
                    assert!(!format!("{error:#}").contains(['\r', '\n']), "{error:#}");
                }
            }
        }
    }
    for name in ["x\r\ny", "x y", "", "x:y", "é", "\0"] {
        let error = client(&Kept::default()).call(Take::new("id")).header(name, "1").await.unwrap_err();
        assert!(error.is_request() && !format!("{error:#}").contains(['\r', '\n', '\0']), "{error:#}");
        assert!(client(&Kept::default()).header(name, "1").check().is_err());
    }
}

#[tokio::test]
async fn a_part_of_a_form_stays_one_part() {
    for text in nasty() {
        let kept = Kept::default();
        let file = File::bytes(&b"content"[..]).name(text.as_str()).content_type("video/mp4");
        client(&kept).call(Take::new("id").text(text.as_str()).file(file)).await.unwrap();
        let request = kept.0.lock().unwrap().remove(0);
        let boundary = multer::parse_boundary(request.headers()["content-type"].to_str().unwrap()).unwrap();
        let body = String::from_utf8(request.into_body()).unwrap();
        let second = body.rsplit_once("Content-Disposition: form-data; name=\"file\"; filename=\"").unwrap().1;
        let (name, rest) = second.split_once('"').unwrap();
        assert!(rest.starts_with("\r\nContent-Type: video/mp4\r\n\r\ncontent\r\n--"), "{:.200}", rest);
        assert!(!name.contains(|letter: char| letter.is_control()), "{name:.60?}");
        assert!(boundary.len() > 16);
    }
    let wrong = File::bytes(&b"content"[..]).content_type("video/mp4\r\nx: y");
    let error = client(&Kept::default()).call(Take::new("id").file(wrong)).await.unwrap_err();
    assert!(error.is_request(), "{error:#}");
}

#[tokio::test]
async fn base_urls_are_taken_as_they_are_meant_or_refused() {
    for (url, sent) in [
        ("https://b.example", Some("https://b.example/one/id/two")),
        ("https://b.example/", Some("https://b.example/one/id/two")),
        ("https://b.example/api//", Some("https://b.example/api/one/id/two")),
        ("https://b.example:8443/api", Some("https://b.example:8443/api/one/id/two")),
        ("http://localhost:1", Some("http://localhost:1/one/id/two")),
        ("http://[::1]:1/", Some("http://[::1]:1/one/id/two")),
        ("http://127.0.0.1", Some("http://127.0.0.1/one/id/two")),
        // The key would be readable on the way.
        ("http://b.example", None),
        ("http://localhost.b.example", None),
        ("http://127.0.0.1.b.example", None),
        ("http://0x7f.1", None),
        ("https://user:secret@b.example", None),
        ("https://b.example?x=1", None),
        ("https://b.example/#x", None),
        ("https://b.example/..", None),
        // A backslash is a slash to some parsers of URLs: this is one more way to write `/..`.
        ("https://b.example/api\\..\\admin", None),
        ("https://b.example/api\\%2e%2e", None),
        ("https://", None),
        ("b.example", None),
        ("//b.example", None),
        ("file:///etc/passwd", None),
        ("https://b.example/\r\nx: y", None),
        ("https://b.exam ple", None),
        ("", None),
    ] {
        let kept = Kept::default();
        let outcome = client(&kept).server(url).call(Take::new("id")).await;
        let got = kept.0.lock().unwrap().first().map(|request| request.uri().to_string());
        assert_eq!(got.as_deref(), sent, "{url}: {outcome:?}");
        assert_eq!(client(&kept).server(url).check().is_ok(), sent.is_some(), "{url}");
        if let Err(error) = outcome {
            assert!(error.is_request() && !format!("{error} {error:?}").contains("secret"), "{error:#}");
        }
    }
    let kept = Kept::default();
    client(&kept).server("http://b.example").allow_plain_http(true).call(Take::new("id")).await.unwrap();
    assert_eq!(kept.0.lock().unwrap()[0].uri(), "http://b.example/one/id/two");
}

#[tokio::test]
async fn a_key_is_one_line_or_none() {
    for (key, sent) in [
        (" the-key \n", Some("Bearer the-key")),
        ("Bearer the-key", Some("Bearer the-key")),
        ("the\nkey-with-a-secret", None),
        ("the\r\nx-evil: key-with-a-secret", None),
        ("the\0key-with-a-secret", None),
    ] {
        let kept = Kept::default();
        let outcome = client(&kept).key(key).call(Take::new("id")).await;
        match (outcome, sent) {
            (Ok(()), Some(sent)) => assert_eq!(kept.0.lock().unwrap()[0].headers()["authorization"], sent),
            (Err(error), None) => {
                assert!(error.is_request() && !format!("{error} {error:?}").contains("secret"), "{error:#}");
                assert!(kept.0.lock().unwrap().is_empty());
            }
            (outcome, _) => panic!("{key:?}: {outcome:?}"),
        }
    }
    // One that a function gives is looked at, too.
    for key in ["", " ", "the\nkey-with-a-secret"] {
        let kept = Kept::default();
        let client = client(&kept).key_provider(move || async move { Ok(Secret::from(key)) });
        let error = client.call(Take::new("id")).await.unwrap_err();
        assert!(error.is_request() && !format!("{error} {error:?}").contains("secret"), "{error:#}");
        assert!(kept.0.lock().unwrap().is_empty());
    }
}

/// What really goes over the wire, read by nothing but its line ends: one request, of the lines that it should have, and
/// a body that is as long as it says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_socket_it_is_one_request_of_the_lines_it_should_have() {
    let mut sent = 0;
    for text in nasty() {
        for place in ["path", "query", "header", "call's header", "call's query", "text", "name", "media type"] {
            let (url, server) = listen().await;
            let client = Client::<All>::new().key("the-key").server(url).retry(Retry::never());
            let file = || File::bytes(&b"content"[..]);
            let mut call = client.call(match place {
                "path" => Take::new(&text),
                "query" => Take::new("id").q(text.as_str()),
                "header" => Take::new("id").note(text.as_str()),
                "text" => Take::new("id").text(text.as_str()),
                "name" => Take::new("id").file(file().name(text.as_str())),
                "media type" => Take::new("id").file(file().content_type(text.as_str())),
                _ => Take::new("id"),
            });
            match place {
                "call's header" => call = call.header("x-note", &text),
                "call's query" => call = call.query(&text, &text),
                _ => {}
            }
            if let Err(error) = call.await {
                assert_eq!(error.kind(), ErrorKind::Request, "{place} {text:.40?}: {error:.200}");
                server.abort();
                continue;
            }
            let (head, body) = server.await.unwrap();
            sent += 1;
            let mut lines = head.split("\r\n");
            let request: Vec<_> = lines.next().unwrap().split(' ').collect();
            let ["POST", target, "HTTP/1.1"] = request[..] else { panic!("{place} {text:.40?}: {request:?}") };
            let path = target.split('?').next().unwrap();
            assert!(
                path.starts_with("/one/") && path.ends_with("/two") && path.matches('/').count() == 3,
                "{path:.200}"
            );
            assert!(target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{target:.200}");
            let mut names: Vec<_> = lines.map(|line| line.split(": ").next().unwrap()).collect();
            names.retain(|name| *name != "x-note");
            names.sort_unstable();
            let length = if body.is_empty() { &["content-length"][..] } else { &["content-length", "content-type"] };
            let mut expected = vec!["accept", "accept-encoding", "authorization", "host", "user-agent"];
            expected.extend(length);
            expected.sort_unstable();
            assert_eq!(names, expected, "{place} {text:.40?}");
            assert!(head.split("\r\n").all(|line| !line.contains(['\n', '\r', '\0'])), "{place} {text:.40?}");
        }
    }
    assert!(sent > 100, "only {sent} were sent");
}

/// Takes one connection, and gives what came: the head, without the empty line, and the body.
async fn listen() -> (String, tokio::task::JoinHandle<(String, Vec<u8>)>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = Vec::new();
        let end = loop {
            let seen = bytes.len().saturating_sub(3);
            assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "cut off");
            if let Some(at) = bytes[seen..].windows(4).position(|end| end == b"\r\n\r\n") {
                break seen + at;
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        while bytes.len() < end + 4 + length {
            assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "shorter than it says");
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await.unwrap();
        // Nothing more may come, neither the rest of a body nor another request.
        stream.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(bytes.len(), end + 4 + length, "more than it says");
        (head, bytes.split_off(end + 4))
    });
    (url, server)
}
