//! Proxies that want a user and a password: HTTP, CONNECT and SOCKS5, named by the environment or set.
#![cfg(feature = "reqwest")]
#![allow(missing_docs)]

mod library {
    include!("../docs/library.rs");
}

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use library::*;
use typed_endpoint::{Client, Retry};

const BOOK: &str = r#"{"id": "emma", "title": "Emma"}"#;
/// `p@ss`, as a URL has it, and with the user in base64, in lower case as a whole.
const PASSWORD: &str = "p%40ss";
const BASIC: &str = "proxy-authorization: basic bwu6cebzcw==";

/// What a proxy was asked for, and by whom.
type Seen = Arc<Mutex<Vec<String>>>;

/// A proxy of HTTP and SOCKS5 that lets nobody in but `me`, and is the host itself that it leads to.
fn proxy() -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let seen = Seen::default();
    let kept = seen.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, kept) = (stream.unwrap(), kept.clone());
            std::thread::spawn(move || serve(&stream, &kept));
        }
    });
    (address, seen)
}

fn serve(mut stream: &TcpStream, seen: &Seen) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut asked = String::new();
    let socks = reader.fill_buf().ok()?.first() == Some(&5);
    if socks {
        // Methods: with user and password.
        let greeting = take(&mut reader, 1).and_then(|_| text(&mut reader))?;
        assert!(greeting.contains(&2), "{greeting:?}");
        stream.write_all(&[5, 2]).ok()?;
        take(&mut reader, 1)?;
        let (user, password) = (text(&mut reader)?, text(&mut reader)?);
        let known = (&user[..], &password[..]) == (b"me", b"p@ss");
        stream.write_all(&[1, u8::from(!known)]).ok()?;
        if !known {
            return None;
        }
        // To connect to a host by its name.
        assert_eq!(take(&mut reader, 4)?, [5, 1, 0, 3]);
        asked = format!("SOCKS {}\n", String::from_utf8(text(&mut reader)?).ok()?);
        take(&mut reader, 2)?;
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).ok()?;
    }
    while !asked.ends_with("\r\n\r\n") {
        if reader.read_line(&mut asked).ok()? == 0 {
            return None;
        }
    }
    let known = socks || asked.to_ascii_lowercase().contains(BASIC);
    let connects = asked.starts_with("CONNECT");
    seen.lock().unwrap().push(asked);
    let status = match (known, connects) {
        (false, _) => "407 Proxy Authentication Required",
        (true, true) => "502 Bad Gateway",
        (true, false) => "200 OK",
    };
    let length = BOOK.len();
    write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{BOOK}").ok()
}

fn take(reader: &mut impl Read, len: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; len];
    reader.read_exact(&mut bytes).ok().map(|()| bytes)
}

/// What has its length before it.
fn text(reader: &mut impl Read) -> Option<Vec<u8>> {
    let len = take(reader, 1)?[0];
    take(reader, len.into())
}

fn client(url: &str) -> Client<Library> {
    Client::new().server(url).retry(Retry::never())
}

/// Goes through the proxy that it is set up with by both schemes.
async fn goes_through(plain: Client<Library>, secure: Client<Library>) {
    assert_eq!(plain.call(GetBook::new("emma")).await.unwrap().title, "Emma");
    // There is no server of TLS behind it.
    let error = secure.call(GetBook::new("emma")).await.unwrap_err();
    assert!(error.is_connect(), "{error:#}");
}

fn check(scheme: &str, seen: &Seen) {
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    assert!(seen[0].contains("GET "), "{seen:?}");
    if scheme == "http" {
        assert!(seen[0].starts_with("GET http://books.example/book/emma HTTP/1.1"), "{seen:?}");
        assert!(seen[1].starts_with("CONNECT books.example:443 HTTP/1.1"), "{seen:?}");
        assert!(seen.iter().all(|asked| asked.to_ascii_lowercase().contains(BASIC)), "{seen:?}");
    } else {
        assert!(seen[0].starts_with("SOCKS books.example\nGET /book/emma HTTP/1.1"), "{seen:?}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_set_gets_user_and_password() {
    let (address, seen) = proxy();
    for scheme in ["http", "socks5h"] {
        let url = format!("{scheme}://me:{PASSWORD}@{address}");
        let through = move |client: Client<Library>| {
            let url = url.clone();
            client.http_client(move |http| http.proxy(reqwest::Proxy::all(&url).unwrap()))
        };
        goes_through(through(client("http://books.example")), through(client("https://books.example"))).await;
        check(scheme, &seen);
    }
}

#[test]
fn a_proxy_of_the_environment_gets_user_and_password() {
    let (address, seen) = proxy();
    for scheme in ["http", "socks5h"] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            command.env_remove(name).env_remove(name.to_ascii_uppercase());
        }
        command.args(["--exact", "child_behind_a_proxy", "--ignored", "--nocapture"]);
        let output = command.env("ALL_PROXY", format!("{scheme}://me:{PASSWORD}@{address}")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        check(scheme, &seen);
    }
}

#[tokio::test]
#[ignore = "run by another test"]
async fn child_behind_a_proxy() {
    goes_through(client("http://books.example"), client("https://books.example")).await;
}

#[tokio::test]
async fn a_proxy_that_lets_nobody_in_is_an_error_without_the_password() {
    let (address, _) = proxy();
    for scheme in ["http", "socks5h"] {
        for server in ["http://books.example", "https://books.example"] {
            let url = format!("{scheme}://me:wrong-password@{address}");
            let client = client(server).http_client(move |http| http.proxy(reqwest::Proxy::all(&url).unwrap()));
            let error = client.call(GetBook::new("emma")).await.unwrap_err();
            let text = format!("{error:#} {error:?}");
            let refused = scheme == "http" && server.starts_with("http:");
            assert!(if refused { error.status().unwrap() == 407 } else { error.is_connect() }, "{text}");
            assert!(!text.contains("wrong-password"), "{text}");
        }
    }
}
