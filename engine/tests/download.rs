//! Downloads: saved to real files, held in memory within bounds, and found behind redirects and odd URLs.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, StatusCode};
use tokio::io::AsyncWriteExt;
use typed_endpoint::mock::{Mock, MockServer, Reply};
use typed_endpoint::{Api, Auth, Body, Case, Client, Download, ErrorKind, Retry, Unmapped, operations};

/// An API of files.
#[derive(Debug)]
pub struct Files;

impl Api for Files {
    const NAME: &'static str = "Files";
    const SERVERS: &'static [&'static str] = &["https://files.example"];
    const CASE: Case = Case::Camel;
    const AUTH: Auth = Auth::Header("x-key");
    type Error = Unmapped;
}

operations! {
    endpoint! {
        /// Fetches a file as it arrives.
        pub Fetch: Files = GET "/file" -> download
    }
    endpoint! {
        /// Fetches a file whole.
        pub Whole: Files = GET "/file" -> bytes
    }
    endpoint! {
        /// Tells how many files there are.
        pub Count: Files = GET "/file" -> u32
    }
}

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("download-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn download(body: impl Into<Body>) -> Download {
    Download::from_parts(StatusCode::OK, HeaderMap::new(), body)
}

/// A download whose bytes are given by hand.
fn by_hand() -> (tokio::io::DuplexStream, Download) {
    let (writer, reader) = tokio::io::duplex(1 << 16);
    (writer, download(Body::reader_with_len(reader, 10)))
}

#[tokio::test]
async fn a_file_is_replaced_as_a_whole_and_what_nobody_named_is_left_alone() {
    let folder = Folder::new("replaced");
    let path = folder.path("film");
    fs::write(&path, "old").unwrap();
    fs::write(folder.path("film.part"), "the user's own").unwrap();
    assert_eq!(download("new film").save(&path).await.unwrap(), 8);
    assert_eq!(fs::read(&path).unwrap(), b"new film");

    let (mut writer, broken) = by_hand();
    writer.write_all(b"half").await.unwrap();
    drop(writer);
    assert!(broken.save(&path).await.is_err());
    assert_eq!(fs::read(&path).unwrap(), b"new film");
    assert_eq!(fs::read(folder.path("film.part")).unwrap(), b"the user's own");
    assert_eq!(folder.names(), ["film", "film.part"]);
}

#[tokio::test]
async fn a_save_that_is_dropped_leaves_nothing() {
    let folder = Folder::new("dropped");
    let (mut writer, slow) = by_hand();
    writer.write_all(b"half").await.unwrap();
    let (wrote, mut written) = tokio::sync::mpsc::unbounded_channel();
    let saving = slow.save_with(folder.path("slow"), move |bytes| wrote.send(bytes).unwrap());
    tokio::select! {
        _ = saving => unreachable!("it waits for the rest"),
        bytes = written.recv() => assert_eq!(bytes, Some(4)),
    }
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[tokio::test]
async fn two_saves_to_one_name_each_end_with_a_whole_file() {
    let folder = Folder::new("two");
    let path = folder.path("film");
    let (mut first, one) = by_hand();
    let (mut second, two) = by_hand();
    let one = tokio::spawn(one.save(path.clone()));
    let two = tokio::spawn(two.save(path.clone()));
    for _ in 0..2 {
        first.write_all(b"AAA").await.unwrap();
        second.write_all(b"BB").await.unwrap();
        tokio::task::yield_now().await;
    }
    first.write_all(b"AAAA").await.unwrap();
    drop(first);
    assert_eq!(one.await.unwrap().unwrap(), 10);
    assert_eq!(fs::read(&path).unwrap(), b"AAAAAAAAAA");
    second.write_all(b"BBBBBB").await.unwrap();
    drop(second);
    assert_eq!(two.await.unwrap().unwrap(), 10);
    assert_eq!(fs::read(&path).unwrap(), b"BBBBBBBBBB");
    assert_eq!(folder.names(), ["film"]);
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_before_the_body_is_read() {
    let folder = Folder::new("refused");
    let inside = |name: &str| format!("{}/{name}", folder.0.display());
    for (path, why) in [
        (inside(""), "name of a folder"),
        (inside("new/"), "name of a folder"),
        (folder.0.display().to_string(), "it is a folder"),
        (inside("missing/film"), "its folder does not exist"),
        (inside(".."), "name of a folder"),
        (String::new(), "name of a folder"),
    ] {
        // Of a body that never comes, so that only what is refused at once ends.
        let (_writer, never) = by_hand();
        let error = never.save(&path).await.unwrap_err();
        assert!(error.kind() == ErrorKind::File && format!("{error:#}").contains(why), "{path}: {error}");
        assert_eq!(Download::check_target(&path).await.unwrap_err().kind(), ErrorKind::File);
    }
    assert!(Download::check_target(inside("film")).await.is_ok());
    assert!(folder.names().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn links_stay_and_devices_and_fifos_are_written_through() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    let folder = Folder::new("special");
    let (real, link) = (folder.path("real"), folder.path("link"));
    fs::write(&real, "old").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    symlink("real", &link).unwrap();
    download("new").save(&link).await.unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&real).unwrap(), b"new");
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);

    let nowhere = folder.path("nowhere");
    symlink("gone", &nowhere).unwrap();
    let error = download("x").save(&nowhere).await.unwrap_err();
    assert!(format!("{error:#}").contains("a symbolic link to nothing"), "{error:#}");
    assert!(!folder.path("gone").exists());

    let fifo = folder.path("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || fs::read(fifo).unwrap()
    });
    assert_eq!(download("through").save(&fifo).await.unwrap(), 7);
    assert_eq!(reader.join().unwrap(), b"through");
    assert!(fs::metadata(&fifo).unwrap().file_type().is_fifo());

    assert_eq!(download("nothing").save("/dev/null").await.unwrap(), 7);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    assert_eq!(folder.names(), ["fifo", "link", "nowhere", "real"]);
}

fn client(server: &MockServer) -> Client<Files> {
    Client::new().server(server.url()).key("12345678").header("x-team", "87654321").retry(Retry::never())
}

#[tokio::test]
async fn bytes_are_bounded_by_what_may_be_received() {
    // Of unknown length, so that the bound is met on the way.
    let server = Mock::new()
        .fallback(async |_| Reply::status(200).with_body(Body::reader(tokio::io::repeat(b'x'))))
        .listen()
        .await
        .unwrap();
    let client = client(&server).max_response(100_000);
    for received in [client.download("/film").await.unwrap(), client.call(Fetch::new()).await.unwrap()] {
        let error = received.bytes().await.unwrap_err();
        assert!(error.kind() == ErrorKind::TooLarge && format!("{error:#}").contains("max_response"), "{error:#}");
    }
    let server = Mock::new().fallback(async |_| Reply::text(200, "0123456789")).listen().await.unwrap();
    let limited = |bytes| self::client(&server).max_response(bytes);
    assert_eq!(limited(9).download("/").await.unwrap().bytes().await.unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(limited(10).download("/").await.unwrap().bytes().await.unwrap(), "0123456789");
}

/// A server that sends `/away` and the API's operations to `target`, and tells what was asked of it otherwise.
async fn redirecting(target: impl Fn() -> String + Send + Sync + 'static) -> MockServer {
    let server = Mock::new().fallback(move |request: http::Request<Body>| {
        let reply = match request.uri().path() {
            "/away" | "/file" | "/dir/away" => Reply::status(302).header("location", &target()),
            _ => Reply::text(200, request.uri().to_string()),
        };
        async { reply }
    });
    server.listen().await.unwrap()
}

#[tokio::test]
async fn a_part_that_was_not_asked_for_is_not_taken_for_the_file() {
    let mock = Mock::new()
        .fallback(async |_| Reply::status(206).header("content-range", "bytes 0-3/8").with_body("half".to_owned()));
    let client = mock.client::<Client<Files>>();
    for error in [client.call(Fetch::new()).await.map(drop), client.call(Whole::new()).await.map(drop)] {
        let error = error.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && format!("{error:#}").contains("a part of the file"), "{error:#}");
    }
    assert_eq!(client.call(Whole::new()).header("range", "bytes=0-3").await.unwrap(), "half");
    assert_eq!(client.header("range", "bytes=0-3").call(Whole::new()).await.unwrap(), "half");
}

#[tokio::test]
async fn redirects_to_relative_references_are_followed() {
    for (location, asked) in [
        ("a.png", "/dir/a.png"),
        ("../a.png", "/a.png"),
        ("?x=1", "/dir/away?x=1"),
        ("/two words", "/two%20words"),
        ("//{own}/x", "/x"),
    ] {
        let own = Arc::new(Mutex::new(String::new()));
        let note = own.clone();
        let server = redirecting(move || location.replace("{own}", &note.lock().unwrap())).await;
        *own.lock().unwrap() = server.url().replace("http://", "");
        if location == "?x=1" {
            // It redirects forever: only its target is checked.
            assert!(client(&server).download("/dir/away").await.is_err());
            let seen = server.mock().seen();
            assert_eq!(seen[1].uri.to_string(), asked);
            continue;
        }
        let received = client(&server).download("/dir/away").await.unwrap().bytes().await.unwrap();
        assert_eq!(received, asked, "{location}");
    }
}

/// Responds to the first request with a redirect whose header is not ASCII, and returns the second's target.
#[tokio::test]
async fn a_redirect_that_is_not_ascii_is_followed() {
    use tokio::io::{AsyncBufReadExt, BufReader};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let mut targets = Vec::new();
        for reply in ["HTTP/1.1 302 Found\r\nlocation: /café ü\r\n", "HTTP/1.1 200 OK\r\n"] {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            targets.push(line.split(' ').nth(1).unwrap().to_owned());
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).await.unwrap();
            }
            let end = "content-length: 0\r\nconnection: close\r\n\r\n";
            stream.get_mut().write_all([reply, end].concat().as_bytes()).await.unwrap();
        }
        targets
    });
    let client = Client::<Files>::new().server(&url).retry(Retry::never());
    client.download(&format!(" {url}/my film.mp4")).await.unwrap();
    assert_eq!(serving.await.unwrap(), ["/my%20film.mp4", "/caf%C3%A9%20%C3%BC"]);
}

#[tokio::test]
async fn a_file_of_an_operation_comes_from_another_host_and_the_key_does_not_go_there() {
    let elsewhere = Mock::new().fallback(async |_| Reply::text(200, "7")).listen().await.unwrap();
    let target = format!("{}/x?sig=s1gnature", elsewhere.url());
    let server = redirecting(move || target.clone()).await;
    let client = client(&server);
    let call = client.call(Fetch::new()).header("x-own", "own secret").await.unwrap();
    assert_eq!(call.bytes().await.unwrap(), "7");
    assert_eq!(client.call(Whole::new()).header("x-own", "own secret").await.unwrap(), "7");
    let error = client.call(Count::new()).await.unwrap_err();
    assert!(
        format!("{error:#}").contains("is not followed") && !format!("{error:?}").contains("s1gnature"),
        "{error:#}"
    );
    let seen = elsewhere.mock().seen();
    assert_eq!(seen.len(), 2);
    for name in ["x-key", "x-team", "x-own"] {
        assert!(seen.iter().all(|parts| !parts.headers.contains_key(name)), "{name}");
        let first = &server.mock().seen()[0];
        assert!(first.headers.contains_key(name), "{name}");
    }
}

/// Sends a reply to each connection, closes it, and gives the heads of the requests in lower case.
async fn serve(replies: Vec<String>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    use tokio::io::{AsyncBufReadExt, BufReader};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let mut heads = Vec::new();
        for reply in replies {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).await.unwrap();
            }
            heads.push(head.to_ascii_lowercase());
            stream.get_mut().write_all(reply.as_bytes()).await.unwrap();
        }
        heads
    });
    (url, serving)
}

fn half(headers: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: 10\r\naccept-ranges: bytes\r\n{headers}\r\n01234")
}

fn rest(status: &str, range: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\ncontent-range: {range}\r\n{headers}\r\n{body}")
}

const TAG: &str = "etag: \"a\"\r\n";
const CHANGED: &str = "last-modified: Wed, 01 Jan 2025 00:00:00 GMT\r\ndate: Wed, 01 Jan 2025 00:00:01 GMT\r\n";

#[tokio::test]
async fn a_download_that_breaks_off_is_resumed() {
    let patient = Retry::attempts(3).initial_backoff(std::time::Duration::ZERO);
    let partial = "206 Partial Content";
    for (first, then, condition) in [
        (TAG, vec![rest(partial, "bytes 5-9/10", TAG, "56789")], "if-range: \"a\""),
        (TAG, vec![rest(partial, "bytes 5-9/10", "", "56789")], "if-range: \"a\""),
        (CHANGED, vec![rest(partial, "bytes 5-9/10", "", "56789")], "if-range: wed, 01 jan 2025 00:00:00 gmt"),
        // The first attempt at the rest fails.
        (TAG, vec![String::new(), rest(partial, "bytes 5-9/10", TAG, "56789")], "if-range: \"a\""),
    ] {
        let (url, serving) = serve([vec![half(first)], then].concat()).await;
        let client = Client::<Files>::new().server(&url).retry(patient.clone());
        let received = client.call(Fetch::new()).await.unwrap();
        assert_eq!(received.len(), Some(10));
        assert_eq!(received.bytes().await.unwrap(), "0123456789");
        let heads = serving.await.unwrap();
        assert!(!heads[0].contains("range:"), "{heads:?}");
        let asked = heads[1..].iter().all(|head| head.contains("range: bytes=5-") && head.contains(condition));
        assert!(asked, "{heads:?}");
    }
}

#[tokio::test]
async fn a_rest_that_is_not_of_the_same_content_is_not_taken() {
    let patient = Retry::attempts(3).initial_backoff(std::time::Duration::ZERO);
    let partial = "206 Partial Content";
    for (first, then) in [
        (TAG, vec!["HTTP/1.1 200 OK\r\ncontent-length: 10\r\netag: \"b\"\r\n\r\nabcdefghij".into()]),
        (TAG, vec![rest(partial, "bytes 4-9/10", TAG, "456789")]),
        (TAG, vec![rest(partial, "bytes 5-9/11", TAG, "56789")]),
        (TAG, vec![rest(partial, "bytes 5-8/10", TAG, "5678")]),
        (TAG, vec![rest(partial, "bytes 5-9/*", TAG, "56789")]),
        (TAG, vec![rest(partial, "bytes 5-9/10", "etag: \"b\"\r\n", "56789")]),
        (TAG, vec![rest(partial, "bytes 5-9/10", TAG, "567890123")]),
        (TAG, vec![rest("416 Range Not Satisfiable", "bytes */3", TAG, "")]),
        // It breaks off again and again, and never gets further.
        (TAG, vec![rest(partial, "bytes 5-9/10", TAG, "56789").replace("\r\n56789", "\r\n"); 2]),
        // Nothing that could be asked for.
        ("", vec![]),
        ("etag: W/\"a\"\r\n", vec![]),
        ("last-modified: Wed, 01 Jan 2025 00:00:00 GMT\r\ndate: Wed, 01 Jan 2025 00:00:00 GMT\r\n", vec![]),
    ] {
        let count = 1 + then.len();
        let (url, serving) = serve([vec![half(first)], then].concat()).await;
        let client = Client::<Files>::new().server(&url).retry(patient.clone());
        let error = client.download("/file").await.unwrap().bytes().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error:#}");
        assert_eq!(serving.await.unwrap().len(), count);
    }
    // The policy's word goes before the server's offer.
    let (url, serving) = serve(vec![half(TAG)]).await;
    let client = Client::<Files>::new().server(&url).retry(Retry::never());
    assert!(client.download("/file").await.unwrap().bytes().await.is_err());
    assert_eq!(serving.await.unwrap().len(), 1);
}
