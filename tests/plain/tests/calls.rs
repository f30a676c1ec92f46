//! Everything that blocking clients do, without Tokio.

mod library {
    include!("../../../engine/docs/library.rs");
}

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use library::*;
use plain::Ureq;
use typed_endpoint::blocking::Client;
use typed_endpoint::{File, Retry, tus};

/// A server on threads: `respond` is given a request's first line, its headers and its body.
fn serve(respond: impl Fn(&str, &str, &[u8]) -> String + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let respond = Arc::new(respond);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, respond) = (stream.unwrap(), respond.clone());
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                loop {
                    let mut head = String::new();
                    while !head.ends_with("\r\n\r\n") {
                        if reader.read_line(&mut head).unwrap() == 0 {
                            return;
                        }
                    }
                    let head = head.to_ascii_lowercase();
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
                    reader.read_exact(&mut body).unwrap();
                    let line = head.lines().next().unwrap();
                    stream.write_all(respond(line, &head, &body).as_bytes()).unwrap();
                }
            });
        }
    });
    url
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

const JSON: &str = "content-type: application/json\r\n";

fn client(url: &str) -> Client<Library> {
    let retry = Retry::attempts(3).initial_backoff(Duration::from_millis(1));
    Client::with_transport(typed_endpoint::Client::new().server(url).retry(retry), Ureq::default())
}

#[test]
fn calls_lists_downloads_and_events_work() {
    let url = serve(|line, _, _| {
        let link = "link: </book?cursor=2>; rel=\"next\"\r\n";
        match line {
            "get /book http/1.1" => response("200 OK", &format!("{JSON}{link}"), r#"[{"id": "1", "title": "Emma"}]"#),
            "get /book?cursor=2 http/1.1" => response("200 OK", JSON, r#"[{"id": "2", "title": "Ulysses"}]"#),
            "get /book/1/text http/1.1" => response("200 OK", "", &"text ".repeat(100_000)),
            "get /returns http/1.1" => response(
                "200 OK",
                "content-type: text/event-stream\r\n",
                "data: {\"id\": \"1\", \"title\": \"Emma\"}\n\n",
            ),
            "delete /book/1 http/1.1" => "HTTP/1.1 204 No Content\r\n\r\n".into(),
            _ => response("404 Not Found", JSON, r#"{"error": "no such book"}"#),
        }
    });
    let client = client(&url);
    let titles: Vec<_> = client
        .pages(ListBooks::new())
        .with(|pages| pages.prefetch(1).items())
        .into_iter()
        .map(|book| book.unwrap().title)
        .collect();
    assert_eq!(titles, ["Emma", "Ulysses"]);
    let mut text = String::new();
    let download = client.call(FetchBook::new("1")).run().unwrap();
    client.read(download).read_to_string(&mut text).unwrap();
    assert_eq!(text.len(), 500_000);
    let path = std::env::temp_dir().join(format!("plain-{}", std::process::id()));
    let download = client.call(FetchBook::new("1")).run().unwrap();
    assert_eq!(client.blocking(|_| download).with(|download| download.save(&path)).run().unwrap(), 500_000);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    std::fs::remove_file(&path).unwrap();
    let events = client.call(WatchReturns::new()).run().unwrap();
    assert_eq!(client.iterate(events).next().unwrap().unwrap().title, "Emma");
    client.call(RemoveBook::new("1")).run().unwrap();
    let error = client.call(GetBook::new("2")).run().unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (404, 1), "{error:#}");
}

#[test]
fn failed_attempts_are_repeated_after_a_wait() {
    let failures = Mutex::new(2);
    let url = serve(move |_, _, _| {
        let mut left = failures.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            return response("503 Service Unavailable", "", "");
        }
        response("200 OK", JSON, r#"{"id": "1", "title": "Emma"}"#)
    });
    let client = client(&url);
    let book = client.call(GetBook::new("1")).with(|call| call.with_response()).run().unwrap();
    assert_eq!((book.value.title.as_str(), book.attempts), ("Emma", 3));
    let failing = self::client(&serve(|_, _, _| response("503 Service Unavailable", "", "")));
    let often = Retry::attempts(1000).initial_backoff(Duration::from_millis(10)).max_backoff(Duration::from_millis(10));
    let call = failing.call(GetBook::new("1")).with(|call| call.retry(often).deadline(Duration::from_millis(200)));
    let error = call.run().unwrap_err();
    assert!((2..1000).contains(&error.attempts()), "{error:#}");
    let nobody = self::client("http://127.0.0.1:1");
    assert!(nobody.call(GetBook::new("1")).run().unwrap_err().is_connect());
}

#[test]
fn a_file_is_uploaded_in_parts() {
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = received.clone();
    let url = serve(move |line, _, body| {
        let mut all = kept.lock().unwrap();
        all.extend_from_slice(body);
        let offset = format!("tus-resumable: 1.0.0\r\nupload-offset: {}\r\n", all.len());
        match line.split(' ').next().unwrap() {
            "post" => response("201 Created", "tus-resumable: 1.0.0\r\nlocation: /upload/1\r\n", ""),
            "patch" => format!("HTTP/1.1 204 No Content\r\n{offset}\r\n"),
            _ => response("200 OK", &offset, ""),
        }
    });
    let content: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    let path = std::env::temp_dir().join(format!("plain-upload-{}", std::process::id()));
    std::fs::write(&path, &content).unwrap();
    let upload: typed_endpoint::blocking::Blocking<tus::Upload> =
        client(&url).tus(format!("{url}/upload"), File::path(&path));
    upload.with(|upload| upload.part_size(1_000_000)).run().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(*received.lock().unwrap() == content);
}
