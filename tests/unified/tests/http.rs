//! What is sent does not depend on what some crate of the program turns on.

mod library {
    include!("../../../engine/docs/library.rs");
}

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use library::*;
use typed_endpoint::{Client, ErrorKind, Retry};

/// What one connection after the other brought, up to an empty line, and what each is given.
fn serve(response: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream: TcpStream = stream.unwrap();
            let lines = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            kept.lock().unwrap().push(lines.collect::<Vec<_>>().join("\n"));
            let _ = (&stream).write_all(response.as_bytes());
        }
    });
    (address, seen)
}

#[tokio::test]
async fn the_requests_are_those_of_the_engine() {
    let book = "HTTP/1.1 200 OK\r\nset-cookie: taste=chocolate\r\nconnection: close\r\n\r\n{\"id\": \"emma\", \"title\": \"Emma\"}";
    let (address, seen) = serve(book);
    let client = Client::<Library>::new().server(format!("http://{address}")).key("12345").user_agent("test");
    for _ in 0..2 {
        assert_eq!(client.call(GetBook::new("emma")).await.unwrap().title, "Emma");
        let head = seen.lock().unwrap().pop().unwrap();
        let (line, rest) = head.split_once('\n').unwrap();
        assert_eq!(line, "GET /book/emma HTTP/1.1");
        let mut headers: Vec<_> = rest.lines().collect();
        headers.sort_unstable();
        let host = format!("host: {address}");
        assert_eq!(
            headers,
            ["accept-encoding: gzip", "accept: application/json", &host, "user-agent: test", "x-card-number: 12345"]
        );
    }
    client.call(FetchBook::new("emma")).await.unwrap();
    assert!(seen.lock().unwrap().pop().unwrap().contains("accept-encoding: identity"));
}

#[tokio::test]
async fn what_was_not_asked_for_is_not_decoded() {
    for coding in ["br", "deflate", "zstd"] {
        let (address, _) = serve(match coding {
            "br" => "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\n{}",
            "deflate" => "HTTP/1.1 200 OK\r\ncontent-encoding: deflate\r\ncontent-length: 2\r\n\r\n{}",
            _ => "HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: 2\r\n\r\n{}",
        });
        let client = Client::<Library>::new().server(format!("http://{address}")).key("12345").retry(Retry::never());
        let error = client.call(GetBook::new("emma")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(format!("{error:#}").contains(&format!("encoded by \"{coding}\"")), "{error:#}");
    }
}

/// Which protocols a client offers stands in its first message, unencrypted.
#[tokio::test]
async fn only_http_1_1_is_offered() {
    async fn hello(call: impl AsyncFn(String)) -> Vec<u8> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 5];
            stream.read_exact(&mut head).unwrap();
            let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
            stream.read_exact(&mut hello).unwrap();
            hello
        });
        call(url).await;
        server.join().unwrap()
    }
    let offers = |hello: &[u8], name: &[u8]| hello.windows(name.len()).any(|part| part == name);

    let engine = hello(async |url| {
        let client = Client::<Library>::new().server(url).key("12345").retry(Retry::never());
        client.call(GetBook::new("emma")).await.unwrap_err();
    });
    let engine = engine.await;
    assert!(offers(&engine, b"\x08http/1.1") && !offers(&engine, b"\x02h2"), "{}", String::from_utf8_lossy(&engine));
    // Reqwest by itself would offer the other here.
    let by_itself = hello(async |url| drop(reqwest::get(url).await.unwrap_err())).await;
    assert!(offers(&by_itself, b"\x02h2"));
}
