//! Compressed responses over real sockets, encoded by a third-party library: what is asked for, and what becomes of what comes.
#![cfg(feature = "gzip")]
#![allow(missing_docs)]

mod library {
    include!("../docs/library.rs");
}

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};

use flate2::write::GzEncoder;
use flate2::{Compression, FlushCompress, GzBuilder};
use library::*;
use typed_endpoint::{Body, BoxFuture, Client, Error, ErrorKind, Retry, Transport, TransportError, operations};

const BOOK: &str = r#"{"id": "emma", "title": "Emma"}"#;

operations! {
    endpoint! {
        /// Fetches a book's picture.
        pub Picture: Library = GET "/picture" -> bytes
    }
    endpoint! {
        /// Asks for the opening hours.
        pub Hours: Library = GET "/hours" -> text
    }
    endpoint! {
        /// Asks whether the library is open.
        pub Open: Library = HEAD "/open" -> ()
    }
}

/// A server of one response, and the heads of the requests it had.
struct Server(String, Arc<Mutex<Vec<String>>>);

impl Server {
    /// What is written for each request; the connection ends with it.
    fn start(respond: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self(format!("http://{}", listener.local_addr().unwrap()), Arc::default());
        let (seen, respond) = (server.1.clone(), Arc::new(respond));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, seen, respond) = (stream.unwrap(), seen.clone(), respond.clone());
                std::thread::spawn(move || {
                    let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                    let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
                    seen.lock().unwrap().push(head.join("\n"));
                    // The other side may have had enough.
                    let _ = respond(&mut stream);
                });
            }
        });
        server
    }

    fn of(headers: &str, body: impl Into<Vec<u8>>) -> Self {
        let (headers, body) = (headers.to_owned(), body.into());
        Self::start(move |stream| {
            write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n", body.len())?;
            stream.write_all(&body)
        })
    }

    fn client(&self) -> Client<Library> {
        Client::new().server(&self.0).key("12345").retry(Retry::never())
    }

    /// What the last request said of the codings that the response may have.
    fn asked(&self) -> String {
        let head = self.1.lock().unwrap().last().unwrap().to_ascii_lowercase();
        let values: Vec<_> = head.lines().filter_map(|line| line.strip_prefix("accept-encoding: ")).collect();
        values.join(" + ")
    }
}

const GZIP: &str = "content-encoding: gzip\r\n";

fn gzip(content: &[u8]) -> Vec<u8> {
    gzip_at(Compression::default(), content)
}

fn gzip_at(level: Compression, content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

async fn title(server: &Server) -> Result<String, Error> {
    Ok(server.client().call(GetBook::new("emma")).await?.title)
}

/// What is wrong with a body that does not become the book.
async fn refused(body: &[u8]) -> String {
    let server = Server::of(GZIP, body);
    let error = title(&server).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error:#}");
    format!("{error:#}")
}

#[tokio::test]
async fn what_is_read_may_be_compressed_and_what_is_a_file_may_not() {
    let server = Server::of("content-type: text/event-stream\r\n", "");
    let client = server.client();
    // Whether the response suits the operation is not the question here.
    let _ = client.call(GetBook::new("emma")).await;
    assert_eq!(server.asked(), "gzip");
    let _ = client.call(AddBook::new("Emma")).await;
    assert_eq!(server.asked(), "gzip");
    let _ = client.call(Hours::new()).await;
    assert_eq!(server.asked(), "gzip");
    let _ = client.pages(ListBooks::new()).next().await;
    assert_eq!(server.asked(), "gzip");
    let _ = client.call(WatchReturns::new()).await;
    assert_eq!(server.asked(), "gzip");
    let _ = client.call(FetchBook::new("emma")).await;
    assert_eq!(server.asked(), "identity");
    let _ = client.call(Picture::new()).await;
    assert_eq!(server.asked(), "identity");
    let _ = client.download("/emma.txt").await;
    assert_eq!(server.asked(), "identity");
    let _ = client.call(GetBook::new("emma")).header("range", "bytes=1-2").await;
    assert_eq!(server.asked(), "identity");
    let _ = client.call(GetBook::new("emma")).header("accept-encoding", "br").await;
    assert_eq!(server.asked(), "br");
    let _ = client.header("accept-encoding", "identity").call(GetBook::new("emma")).await;
    assert_eq!(server.asked(), "identity");
}

#[tokio::test]
async fn gzip_data_is_decoded_however_it_is_made() {
    let mut named = GzBuilder::new().filename("emma.json").comment("a book").extra(vec![7; 300]).mtime(1);
    named = named.operating_system(3);
    let mut encoder = named.write(Vec::new(), Compression::best());
    encoder.write_all(BOOK.as_bytes()).unwrap();
    let (first, second) = BOOK.as_bytes().split_at(9);
    for (what, body) in [
        ("fast", gzip_at(Compression::fast(), BOOK.as_bytes())),
        ("stored", gzip_at(Compression::none(), BOOK.as_bytes())),
        ("with a name", encoder.finish().unwrap()),
        ("two members", [gzip(first), gzip(second)].concat()),
        ("empty members", [gzip(b""), gzip(first), gzip(b""), gzip(second), gzip(b"")].concat()),
        ("a member for each byte", BOOK.bytes().flat_map(|byte| gzip(&[byte])).collect()),
    ] {
        for coding in ["gzip", "GZip", "x-gzip"] {
            let server = Server::of(&format!("content-encoding: {coding}\r\n"), body.clone());
            assert_eq!(title(&server).await.unwrap_or_else(|error| panic!("{what}: {error:#}")), "Emma", "{what}");
        }
        let server = Server::start(move |stream| {
            stream.set_nodelay(true)?;
            write!(stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n{GZIP}\r\n")?;
            for byte in &body {
                stream.write_all(&[b"1\r\n", std::slice::from_ref(byte), b"\r\n"].concat())?;
            }
            write!(stream, "0\r\n\r\n")
        });
        assert_eq!(title(&server).await.unwrap(), "Emma", "{what}, byte by byte");
    }
}

#[tokio::test]
async fn what_is_read_is_all_there_is_to_see() {
    let server = Server::of(GZIP, gzip(BOOK.as_bytes()));
    let response = server.client().call(GetBook::new("emma")).with_response().await.unwrap();
    assert_eq!(response.raw_body, BOOK);
    assert!(!response.headers.contains_key("content-encoding") && !response.headers.contains_key("content-length"));
    // Nothing is nothing, compressed or not.
    assert_eq!(Server::of(GZIP, "").client().call(Hours::new()).await.unwrap(), "");
    Server::start(|stream| write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n{GZIP}\r\n"))
        .client()
        .call(Open::new())
        .await
        .unwrap();
    let long: String = (0..1_000_000).map(|number| format!("{number} ")).collect();
    assert_eq!(Server::of(GZIP, gzip(long.as_bytes())).client().call(Hours::new()).await.unwrap(), long);
}

#[tokio::test]
async fn no_part_of_gzip_data_is_taken_for_all_of_it() {
    let (whole, two) = (gzip(BOOK.as_bytes()), [gzip(BOOK.as_bytes()), gzip(b"  ")].concat());
    for body in [&whole, &two] {
        for end in (1..body.len()).filter(|end| *end != whole.len()) {
            let text = refused(&body[..end]).await;
            assert!(text.contains("the response's gzip data ends early"), "{end}: {text}");
        }
    }
}

#[tokio::test]
async fn damaged_gzip_data_is_an_error_that_says_so() {
    let whole = gzip(BOOK.as_bytes());
    for at in 0..whole.len() {
        let mut body = whole.clone();
        body[at] ^= 0x10;
        // The time, the hints and the operating system of a header are of no consequence.
        if (4..10).contains(&at) {
            assert_eq!(title(&Server::of(GZIP, body)).await.unwrap(), "Emma");
            continue;
        }
        let text = refused(&body).await;
        let expected = if at == 0 { "that it is gzip data, and is not" } else { "gzip data" };
        assert!(text.contains(expected), "{at}: {text}");
    }
    let check = whole.len() - 8;
    let wrong = |at: usize| [&whole[..at], &[!whole[at]], &whole[at + 1..]].concat();
    assert!(refused(&wrong(check)).await.contains("is corrupt: incorrect data check"));
    assert!(refused(&wrong(check + 4)).await.contains("is corrupt: incorrect length check"));
    assert!(refused(BOOK.as_bytes()).await.contains("says that it is gzip data, and is not"));
    for garbage in [&b"\0"[..], b"garbage", BOOK.as_bytes()] {
        let text = refused(&[&whole, garbage].concat()).await;
        assert!(text.contains("something that is no gzip data follows"), "{text}");
    }
    assert!(refused(&[&whole, &b"\x1fgarbage"[..]].concat()).await.contains("is corrupt: incorrect header check"));
}

#[tokio::test]
async fn limits_count_what_is_decoded() {
    let server = Server::of(GZIP, gzip(&vec![b' '; 64 << 20]));
    let error = server.client().max_response(1 << 20).call(GetBook::new("emma")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error:#}");
    let list = gzip(format!("[{}]", vec![BOOK; 10_000].join(",")).as_bytes());
    assert!(list.len() < 10_000);
    let error = Server::of(GZIP, list).client().max_memory(100_000).call(ListBooks::new()).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && format!("{error:#}").contains("memory"), "{error:#}");
}

#[tokio::test]
async fn gzip_data_without_content_ends() {
    let endless: [(&[u8], Vec<u8>); 3] = [
        // Blocks of no bytes, members of no bytes, and a comment.
        (b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\0\0\0\xff\xff".repeat(1000)),
        (b"", gzip(b"").repeat(100)),
        (b"\x1f\x8b\x08\x10\0\0\0\0\0\xff", vec![b'.'; 1000]),
    ];
    for (begin, rest) in endless {
        let server = Server::start(move |stream| {
            write!(stream, "HTTP/1.1 200 OK\r\n{GZIP}\r\n")?;
            stream.write_all(begin)?;
            loop {
                stream.write_all(&rest)?;
            }
        });
        let error = title(&server).await.unwrap_err();
        assert!(format!("{error:#}").contains("goes on without content"), "{error:#}");
    }
}

#[tokio::test]
async fn events_are_given_as_they_come() {
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let server = Server::start(move |stream| {
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{GZIP}\r\n")?;
        let mut encoder = GzEncoder::new(stream, Compression::default());
        for _ in 0..3 {
            write!(encoder, "data: {BOOK}\n\n")?;
            encoder.flush()?;
            // Only when that one has been read.
            wait.lock().unwrap().recv().unwrap();
        }
        encoder.finish().map(drop)
    });
    let mut events = server.client().call(WatchReturns::new()).await.unwrap();
    for _ in 0..3 {
        assert_eq!(events.next().await.unwrap().unwrap().title, "Emma");
        go_on.send(()).unwrap();
    }
    assert!(events.next().await.is_none());

    // One that breaks off is not one that ends.
    let mut data = flate2::Compress::new(Compression::default(), false);
    let mut body = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    body.reserve(1000);
    data.compress_vec(format!("data: {BOOK}\n\n").as_bytes(), &mut body, FlushCompress::Sync).unwrap();
    let server = Server::of(&format!("content-type: text/event-stream\r\n{GZIP}"), body);
    let mut events = server.client().call(WatchReturns::new()).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().title, "Emma");
    let error = events.next().await.unwrap().unwrap_err();
    assert!(format!("{error:#}").contains("the response's gzip data ends early"), "{error:#}");
}

#[tokio::test]
async fn error_responses_are_read_whatever_was_asked_for() {
    let body = gzip(br#"{"error": "no such book"}"#);
    let server = Server::start(move |stream| {
        write!(stream, "HTTP/1.1 404 Not Found\r\ncontent-length: {}\r\n{GZIP}\r\n", body.len())?;
        stream.write_all(&body)
    });
    assert!(format!("{:#}", title(&server).await.unwrap_err()).contains("no such book"));
    let error = server.client().call(FetchBook::new("emma")).await.unwrap_err();
    assert!(server.asked() == "identity" && format!("{error:#}").contains("no such book"), "{error:#}");
}

#[tokio::test]
async fn a_file_is_streamed_as_it_arrives() {
    let body = gzip(BOOK.as_bytes());
    let server = Server::of(GZIP, body.clone());
    let download = server.client().call(FetchBook::new("emma")).await.unwrap();
    assert_eq!(
        (download.len(), &download.headers()["content-encoding"]),
        (Some(body.len() as u64), &"gzip".parse().unwrap())
    );
    assert_eq!(download.bytes().await.unwrap(), body);
    let error = server.client().call(Picture::new()).await.unwrap_err();
    assert!(format!("{error:#}").contains("encoded by \"gzip\", which was not asked for"), "{error:#}");
}

/// A transport that has nothing to do with the default one.
struct Own;

impl Transport for Own {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        assert_eq!(request.headers()["accept-encoding"], "gzip");
        let response = http::Response::builder().header("content-encoding", "gzip").body(gzip(BOOK.as_bytes()).into());
        Box::pin(async { Ok(response.unwrap()) })
    }
}

#[tokio::test]
async fn any_transport_may_bring_it() {
    let client = Client::<Library>::new().key("12345").transport(Own);
    assert_eq!(client.call(GetBook::new("emma")).await.unwrap().title, "Emma");
}
