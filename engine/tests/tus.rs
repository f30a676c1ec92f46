//! Uploads by tus, against a strict fake server that can misbehave.

use std::collections::HashMap;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use typed_endpoint::tus::{Checkpoint, UploadError, UploadProgress};
use typed_endpoint::{Api, Case, Client, File, Retry, Unmapped};

/// An API without operations: uploads need a client, and no more.
struct Files;

impl Api for Files {
    const NAME: &'static str = "Files";
    const SERVERS: &'static [&'static str] = &["https://files.example/api"];
    const CASE: Case = Case::Snake;
    type Error = Unmapped;
}

/// What goes wrong with a request, once.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The connection is cut after so many bytes of the body, which are kept.
    CutAfter(usize),
    /// The whole body is kept, but no response comes back.
    CutResponse,
    /// Nothing is read and no response sent.
    Stall,
    Status(u16),
    /// The part is confirmed, and forgotten.
    Forget,
    /// All is forgotten, the upload itself too.
    Vanish,
    /// More is confirmed than was sent.
    Exaggerate,
    /// Only half of the part is kept, and that is what the response says.
    Half,
    /// Only a byte of the part is kept, and that is what the response says.
    Sliver,
    /// Only a byte of the part is kept, and the response is this status.
    SliverStatus(u16),
}

#[derive(Default)]
struct Store {
    bytes: Vec<u8>,
    length: Option<u64>,
    deferred: bool,
    gone: bool,
}

#[derive(Default)]
struct Inner {
    uploads: HashMap<String, Store>,
    /// For the nth PATCH (from 0) and on, how often.
    fault: HashMap<usize, Fault>,
    /// For all of them.
    always: Option<Fault>,
    patches: usize,
    log: Vec<String>,
    violations: Vec<String>,
    location: Option<String>,
    metadata: Option<String>,
    /// The method that a captive portal responds to in the server's place, once.
    captured: Option<&'static str>,
    /// How often `HEAD` and `DELETE` get 423 Locked.
    locked: usize,
    /// Until then, connections are cut at once.
    away: Option<Instant>,
    largest: usize,
    /// The offset that `HEAD` reports instead of the true one.
    claims: Option<u64>,
    /// What each request must carry.
    token: Option<&'static str>,
    /// What requests carried, where no token is asked for.
    tokens: Vec<String>,
}

#[derive(Clone)]
struct Server {
    inner: Arc<Mutex<Inner>>,
    address: String,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { inner: Arc::default(), address: listener.local_addr().unwrap().to_string() };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if own.with(|inner| inner.away.is_some_and(|until| Instant::now() < until)) {
                    continue;
                }
                let server = own.clone();
                let mut stream = stream;
                tokio::spawn(async move { server.serve(&mut stream).await });
            }
        });
        server
    }

    fn endpoint(&self) -> String {
        format!("http://{}/files?token=secret", self.address)
    }

    fn fault(self, patch: usize, fault: Fault) -> Self {
        self.inner.lock().unwrap().fault.insert(patch, fault);
        self
    }

    fn with<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.inner.lock().unwrap())
    }

    /// The one upload that is there, after checking that the client broke no rule.
    fn stored(&self) -> Vec<u8> {
        self.with(|inner| {
            assert_eq!(inner.violations, Vec::<String>::new());
            let mut alive: Vec<_> = inner.uploads.values().filter(|upload| !upload.gone).collect();
            assert_eq!(alive.len(), 1);
            let upload = alive.pop().unwrap();
            assert_eq!(upload.length, Some(upload.bytes.len() as u64), "it is not complete");
            upload.bytes.clone()
        })
    }

    fn count(&self, method: &str) -> usize {
        self.with(|inner| inner.log.iter().filter(|line| line.starts_with(method)).count())
    }

    /// One request on a connection of its own.
    async fn serve(&self, stream: &mut TcpStream) -> Option<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.split("\r\n");
        let request = lines.next().unwrap().to_owned();
        let headers: HashMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut words = request.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap().to_owned());
        self.with(|inner| inner.log.push(request.clone()));
        let response = self.respond(method, &target, &headers, stream).await?;
        stream.write_all(format!("HTTP/1.1 {response}Connection: close\r\n\r\n").as_bytes()).await.ok()?;
        stream.shutdown().await.ok()
    }

    async fn respond(
        &self,
        method: &str,
        target: &str,
        headers: &HashMap<String, String>,
        stream: &mut TcpStream,
    ) -> Option<String> {
        let number = |name: &str| headers.get(name).and_then(|value| value.parse::<u64>().ok());
        let refuse = |status: &str, why: &str| {
            self.with(|inner| inner.violations.push(format!("{method} {target}: {why}")));
            Some(format!("{status} {why}\r\nContent-Length: 0\r\n"))
        };
        if self.with(|inner| inner.captured.take_if(|captured| *captured == method).is_some()) {
            return Some("200 OK\r\nContent-Length: 0\r\n".into());
        }
        let token = self.with(|inner| {
            inner.tokens.extend(headers.get("x-token").cloned());
            inner.token
        });
        if headers.get("authorization").map(String::as_str) != token || headers.contains_key("x-own") {
            return refuse("400", "the key or a header of the API was sent along");
        }
        if headers.get("tus-resumable").map(String::as_str) != Some("1.0.0") {
            return refuse("412", "no version");
        }
        if method == "POST" {
            if !target.starts_with("/files?token=secret") {
                return refuse("404", "no such endpoint");
            }
            let deferred = headers.get("upload-defer-length").map(String::as_str) == Some("1");
            let length = number("upload-length");
            if deferred == length.is_some() {
                return refuse("400", "neither a length nor none");
            }
            return self.with(|inner| {
                let id = format!("/files/dir%2F{}", inner.uploads.len());
                inner.uploads.insert(id.clone(), Store { length, deferred, ..Store::default() });
                inner.metadata = headers.get("upload-metadata").cloned();
                let location = inner.location.clone().unwrap_or_default() + &id;
                Some(format!("201 Created\r\nLocation: {location}\r\nContent-Length: 0\r\n"))
            });
        }
        let Some(offset) = self.with(|inner| {
            inner.uploads.get(target).filter(|upload| !upload.gone).map(|upload| upload.bytes.len() as u64)
        }) else {
            return Some("404 Not Found\r\nContent-Length: 0\r\n".into());
        };
        if matches!(method, "HEAD" | "DELETE") && self.with(|inner| inner.locked > 0) {
            self.with(|inner| inner.locked -= 1);
            return Some("423 Locked\r\nContent-Length: 0\r\n".into());
        }
        match method {
            "HEAD" => self.with(|inner| {
                let offset = inner.claims.unwrap_or(offset);
                let upload = &inner.uploads[target];
                let length = match upload.length {
                    Some(length) => format!("Upload-Length: {length}"),
                    None => "Upload-Defer-Length: 1".into(),
                };
                Some(format!("200 OK\r\nUpload-Offset: {offset}\r\n{length}\r\nCache-Control: no-store\r\n"))
            }),
            "DELETE" => self.with(|inner| {
                inner.uploads.get_mut(target).unwrap().gone = true;
                Some("204 No Content\r\n".into())
            }),
            "PATCH" => {
                let nth = self.with(|inner| {
                    inner.patches += 1;
                    inner.patches - 1
                });
                if headers.get("content-type").map(String::as_str) != Some("application/offset+octet-stream") {
                    return refuse("415", "wrong type");
                }
                let Some(length) = number("content-length") else { return refuse("411", "no length") };
                let fault = self.with(|inner| inner.fault.remove(&nth).or(inner.always));
                if number("upload-offset") != Some(offset) {
                    return Some("409 Conflict\r\nContent-Length: 0\r\n".into());
                }
                if fault == Some(Fault::Stall) {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    return None;
                }
                let mut body = vec![0; usize::try_from(length).unwrap()];
                let take = match fault {
                    Some(Fault::CutAfter(bytes)) => bytes.min(body.len()),
                    _ => body.len(),
                };
                stream.read_exact(&mut body[..take]).await.ok()?;
                let told = number("upload-length");
                let mut confirmed = offset + length;
                let keep = self.with(|inner| {
                    inner.largest = inner.largest.max(body.len());
                    let upload = inner.uploads.get_mut(target).unwrap();
                    if let Some(told) = told {
                        if !upload.deferred || upload.length.is_some_and(|length| length != told) {
                            inner.violations.push("a length was told twice".into());
                        }
                        upload.length = Some(told);
                    }
                    match fault {
                        Some(Fault::Forget) => {}
                        Some(Fault::Vanish) => upload.gone = true,
                        Some(Fault::Half) => {
                            upload.bytes.extend_from_slice(&body[..take / 2]);
                            confirmed = upload.bytes.len() as u64;
                        }
                        Some(Fault::Sliver | Fault::SliverStatus(_)) => {
                            upload.bytes.extend_from_slice(&body[..1]);
                            confirmed = upload.bytes.len() as u64;
                        }
                        Some(Fault::Status(_)) => {}
                        _ => upload.bytes.extend_from_slice(&body[..take]),
                    }
                    if upload.length.is_some_and(|length| upload.bytes.len() as u64 > length) {
                        inner.violations.push("more bytes than announced".into());
                    }
                    !matches!(fault, Some(Fault::CutAfter(_) | Fault::CutResponse | Fault::Vanish))
                });
                if !keep {
                    return None;
                }
                if let Some(Fault::Status(status) | Fault::SliverStatus(status)) = fault {
                    return Some(format!("{status} Whatever\r\nContent-Length: 0\r\n"));
                }
                if fault == Some(Fault::Exaggerate) {
                    confirmed += 1000;
                }
                Some(format!("204 No Content\r\nUpload-Offset: {confirmed}\r\n"))
            }
            _ => refuse("405", "no such method"),
        }
    }
}

const PART: u64 = 100_000;

fn content(len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(len as u64);
    std::iter::repeat_with(|| random.u8(..)).take(len).collect()
}

/// A client whose key and headers must not leave its own server.
fn client() -> Client<Files> {
    let quick = Retry::attempts(4).initial_backoff(Duration::from_millis(1)).max_backoff(Duration::from_millis(5));
    Client::<Files>::new().key("the-key").header("x-own", "1").retry(quick).timeout(Duration::from_secs(20))
}

/// A file in a directory that goes away with it.
struct OnDisk(std::path::PathBuf);

impl OnDisk {
    fn new(content: &[u8]) -> Self {
        let name = format!("typed-endpoint-tus-{}-{:x}", std::process::id(), fastrand::u64(..));
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn a_file_arrives_in_parts() {
    let server = Server::start().await;
    let content = content(450_001);
    let file = OnDisk::new(&content);
    let states = Arc::new(Mutex::new(Vec::<Checkpoint>::new()));
    let saved = states.clone();
    let state = client()
        .tus(server.endpoint(), File::path(&file.0))
        .part_size(PART)
        .metadata("filename", "häuser.mp4")
        .metadata("not allowed", "x")
        .metadata("type", "video")
        .on_state(move |state| saved.lock().unwrap().push(state.clone()))
        .await
        .unwrap();
    assert_eq!(server.stored(), content);
    assert_eq!((state.offset(), state.len()), (450_001, Some(450_001)));
    assert_eq!((server.count("POST"), server.count("PATCH"), server.count("HEAD")), (1, 5, 0));
    assert_eq!(server.with(|inner| inner.largest), PART as usize);
    assert_eq!(server.with(|inner| inner.metadata.clone()).unwrap(), "filename aMOkdXNlci5tcDQ=,type dmlkZW8=");
    let offsets: Vec<_> = states.lock().unwrap().iter().map(Checkpoint::offset).collect();
    assert_eq!(offsets, [0, 100_000, 200_000, 300_000, 400_000, 450_001]);
    assert!(state.url().unwrap().expose().contains("dir%2F0"));
}

#[tokio::test]
async fn a_single_fault_is_recovered() {
    for fault in [
        Fault::CutAfter(0),
        Fault::CutAfter(12_345),
        Fault::CutAfter(usize::MAX),
        Fault::CutResponse,
        Fault::Status(500),
        Fault::Status(503),
        Fault::Status(409),
        Fault::Status(423),
        Fault::Forget,
        Fault::Exaggerate,
        Fault::Half,
    ] {
        for patch in [0, 1, 2] {
            let server = Server::start().await.fault(patch, fault);
            let content = content(250_000);
            let file = OnDisk::new(&content);
            let sources = [
                File::path(&file.0),
                File::bytes(content.clone()),
                File::reader(std::io::Cursor::new(content.clone())),
            ];
            for (nth, source) in sources.into_iter().enumerate() {
                // The last part's confirmation is the server's last word, and a reader's part is gone by then.
                if fault == Fault::Forget && (patch == 2 || nth == 2) {
                    continue;
                }
                server.with(|inner| {
                    inner.uploads.clear();
                    inner.patches = 0;
                    inner.fault.insert(patch, fault);
                });
                let sent = client().tus(server.endpoint(), source).part_size(PART).await;
                let state = sent.unwrap_or_else(|error| panic!("{fault:?} of part {patch}: {error}"));
                assert_eq!(server.stored(), content, "{fault:?} of part {patch}");
                assert_eq!(state.offset(), 250_000);
            }
        }
    }
}

#[tokio::test]
async fn a_stall_is_a_cut() {
    let server = Server::start().await.fault(1, Fault::Stall);
    let content = content(250_000);
    let upload = client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART);
    upload.timeout(Duration::from_millis(300)).await.unwrap();
    assert_eq!(server.stored(), content);
}

#[tokio::test]
async fn a_server_that_still_deals_with_what_was_given_up_is_waited_for() {
    let server = Server::start().await.fault(1, Fault::CutAfter(10));
    server.with(|inner| inner.locked = 2);
    let content = content(250_000);
    let state = client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART).await.unwrap();
    assert_eq!(server.stored(), content);
    assert_eq!(server.count("HEAD"), 3);

    server.with(|inner| inner.locked = 2);
    let upload = || client().tus(server.endpoint(), File::bytes(content.clone())).resume(state.clone());
    upload().abort().await.unwrap();
    assert_eq!(server.count("DELETE"), 3);

    // Forever, it is an error after which the upload can be resumed.
    server.with(|inner| inner.locked = usize::MAX);
    server.with(|inner| inner.uploads.values_mut().for_each(|upload| upload.gone = false));
    assert!(upload().await.unwrap_err().is_retryable());
}

#[tokio::test]
async fn a_server_that_forgets_the_upload_gets_a_new_one() {
    let server = Server::start().await.fault(1, Fault::Vanish);
    let content = content(250_000);
    client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART).await.unwrap();
    assert_eq!(server.stored(), content);
    assert_eq!(server.count("POST"), 2);

    // A second time it is not believed to help.
    let server = Server::start().await;
    server.with(|inner| inner.always = Some(Fault::Vanish));
    let error = client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART).await.unwrap_err();
    assert!(matches!(error, UploadError::Unknown), "{error:#}");

    // What a reader gave is gone by then.
    let server = Server::start().await.fault(1, Fault::Vanish);
    let reader = std::io::Cursor::new(content.clone());
    let error = client().tus(server.endpoint(), File::reader(reader)).part_size(PART).await.unwrap_err();
    assert!(matches!(error, UploadError::Rewind { offset: 0, kept: 100_000, .. }), "{error:#}");

    // But not what a factory makes again.
    let server = Server::start().await.fault(1, Fault::Vanish);
    let again = content.clone();
    let file = File::replayable(move || Ok(std::io::Cursor::new(again.clone())), None);
    client().tus(server.endpoint(), file).part_size(PART).await.unwrap();
    assert_eq!(server.stored(), content);
}

#[tokio::test]
async fn a_server_that_never_keeps_its_word_is_given_up() {
    for (always, bound) in [(Fault::Forget, 10), (Fault::Status(409), 10)] {
        let server = Server::start().await;
        server.with(|inner| inner.always = Some(always));
        let error = client().tus(server.endpoint(), File::bytes(content(1_000_000))).part_size(PART).await.unwrap_err();
        match always {
            Fault::Status(_) => {
                assert!(matches!(&error, UploadError::Call(error) if error.is_conflict()), "{error:#}")
            }
            _ => assert!(matches!(&error, UploadError::Offset { .. }), "{error:#}"),
        }
        assert!(server.count("PATCH") <= bound, "{always:?}: {} parts", server.count("PATCH"));
    }
}

#[tokio::test]
async fn a_server_that_errs_is_tolerated_while_the_upload_advances() {
    let content = content(1_000_000);
    let server = Server::start().await;
    server.with(|inner| inner.always = Some(Fault::Exaggerate));
    client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART).await.unwrap();
    assert_eq!(server.stored(), content);

    // What was lost is noticed by the part after it.
    let server = Server::start().await;
    server.with(|inner| inner.fault.extend([1, 5, 9, 13, 17].map(|patch| (patch, Fault::Forget))));
    client().tus(server.endpoint(), File::bytes(content.clone())).part_size(50_000).await.unwrap();
    assert_eq!(server.stored(), content);
    assert!(server.with(|inner| inner.fault.is_empty()));
}

#[tokio::test]
async fn a_server_may_be_away_for_seconds() {
    let server = Server::start().await;
    let content = content(3 * PART as usize);
    let away = server.clone();
    let upload =
        Client::<Files>::new().key("the-key").tus(server.endpoint(), File::bytes(content.clone())).part_size(PART);
    let upload = upload.on_state(move |state| {
        if state.offset() == PART {
            // Once only: it is told again when the server is back.
            away.with(|inner| *inner.away.get_or_insert(Instant::now() + Duration::from_millis(2500)));
        }
    });
    upload.await.unwrap();
    assert_eq!(server.stored(), content);
}

#[tokio::test]
async fn what_will_not_change_is_an_error_at_once() {
    let server = Server::start().await.fault(0, Fault::Status(403));
    let error = client().tus(server.endpoint(), File::bytes(content(1000))).await.unwrap_err();
    let UploadError::Call(error) = error else { panic!("{error:#}") };
    assert!(error.is_forbidden());
    assert_eq!(error.attempts(), 1);
    assert!(format!("{error:#}").starts_with("upload (sending a part): "), "{error:#}");
    assert!(!format!("{error:#}").contains("secret"), "{error:#}");
    // No key was sent, so none is wrong.
    assert!(!format!("{error:#}").contains("key"), "{error:#}");
    assert_eq!(server.count("PATCH"), 1);
}

#[tokio::test]
async fn retries_are_the_callers_to_forbid() {
    let server = Server::start().await.fault(0, Fault::CutAfter(10));
    let upload = client().tus(server.endpoint(), File::bytes(content(1000))).retry(Retry::never());
    assert!(upload.await.unwrap_err().is_retryable());
}

#[tokio::test]
async fn a_reader_of_unknown_length_tells_it_at_its_end() {
    // Ends within the first part, at the end of a part, within a later one, and nowhere near.
    for (len, deferred) in [(0, false), (10, false), (PART, false), (PART + 1, true), (3 * PART, true), (333_333, true)]
    {
        let server = Server::start().await;
        let content = content(len as usize);
        let file = File::reader(std::io::Cursor::new(content.clone()));
        let state = client().tus(server.endpoint(), file).part_size(PART).await.unwrap();
        assert_eq!(server.stored(), content, "{len}");
        assert_eq!(state.len(), Some(len));
        assert_eq!(server.with(|inner| inner.uploads.values().next().unwrap().deferred), deferred, "{len}");
    }
}

#[tokio::test]
async fn a_reader_that_breaks_its_promise_is_an_error() {
    let server = Server::start().await;
    for promised in [PART - 1, PART + 1, 3 * PART] {
        let file = File::reader_with_len(std::io::Cursor::new(content(PART as usize)), promised);
        let error = client().tus(server.endpoint(), file).part_size(30_000).await.unwrap_err();
        assert!(matches!(error, UploadError::Read(_)), "{promised}: {error}");
    }
}

/// Sends until so many bytes are confirmed, and goes away without a word, as a process does that is killed.
async fn interrupted(server: &Server, file: File, confirmed: u64) -> Checkpoint {
    let mut uploading = client().tus(server.endpoint(), file).part_size(PART).into_future();
    loop {
        tokio::select! {
            biased;
            _ = &mut uploading => panic!("it was not interrupted"),
            () = tokio::time::sleep(Duration::from_micros(50)) => {
                if let Some(state) = uploading.state().filter(|state| state.offset() >= confirmed) {
                    return state;
                }
            }
        }
    }
}

#[tokio::test]
async fn an_upload_is_resumed_in_another_process() {
    let content = content(5_000_000);
    let file = OnDisk::new(&content);
    let reader = |content: &[u8]| File::reader(std::io::Cursor::new(content.to_vec()));
    for (first, second) in [
        (File::path(&file.0), File::path(&file.0)),
        (File::bytes(content.clone()), File::bytes(content.clone())),
        (reader(&content), reader(&content)),
    ] {
        let server = Server::start().await;
        let state = interrupted(&server, first, 2 * PART).await;
        let text = serde_json::to_string(&state).unwrap();
        assert!(text.len() < 500, "{text}");
        assert!(!format!("{state:?}").contains("secret"), "{state:?}");
        let state: Checkpoint = serde_json::from_str(&text).unwrap();
        client().tus(server.endpoint(), second).part_size(PART).resume(state.clone()).await.unwrap();
        assert_eq!(server.stored(), content);
        assert_eq!(server.count("POST"), 1);

        // Once more, with nothing left to do.
        let before = server.count("PATCH");
        client().tus(server.endpoint(), File::bytes(content.clone())).resume(state).await.unwrap();
        assert_eq!(server.count("PATCH"), before);
    }
}

#[tokio::test]
async fn a_reader_must_end_where_the_server_was_told() {
    let content = content(300_000);
    let reader = |len: usize| File::reader(std::io::Cursor::new(content[..len].to_vec()));
    // Stopped in the part by which the server was told the length.
    let stopped = async |kept: usize| {
        let server = Server::start().await.fault(2, Fault::CutAfter(kept));
        let upload = client().tus(server.endpoint(), reader(250_000)).part_size(PART).retry(Retry::never());
        let mut uploading = upload.into_future();
        (&mut uploading).await.unwrap_err();
        let state = uploading.state().unwrap();
        assert_eq!((state.offset(), state.len()), (2 * PART, None));
        (server, state)
    };
    for kept in [0, 20_000, 50_000] {
        for (len, why) in [
            (220_000, "it was 250000 bytes long and is now 220000"),
            (249_999, "it was 250000 bytes long and is now 249999"),
            (250_001, "it continues after 250000 bytes"),
            (300_000, "it continues after 250000 bytes"),
        ] {
            let (server, state) = stopped(kept).await;
            let error = client().tus(server.endpoint(), reader(len)).part_size(PART).resume(state).await.unwrap_err();
            assert!(matches!(error, UploadError::Changed { .. }), "{len}: {error}");
            assert!(format!("{error:#}").contains(why), "{len}: {error}");
        }
        let (server, state) = stopped(kept).await;
        let state = client().tus(server.endpoint(), reader(250_000)).part_size(PART).resume(state).await.unwrap();
        assert_eq!(server.stored(), content[..250_000]);
        assert_eq!(state.len(), Some(250_000));
    }
}

#[tokio::test]
async fn a_changed_content_is_refused() {
    let content = content(5_000_000);
    let file = OnDisk::new(&content);
    let server = Server::start().await;
    let state = interrupted(&server, File::path(&file.0), PART).await;
    // The PATCH that was cut off may still be on its way to the server.
    let (asked, patches) = (server.count("HEAD"), server.count("PATCH"));
    let refused = async |file: File, why: &str| {
        let upload = client().tus(server.endpoint(), file).part_size(PART).resume(state.clone());
        let error = upload.await.unwrap_err();
        assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
        assert!(format!("{error:#}").contains(why), "{error:#}");
    };
    let mut longer = content.clone();
    longer.push(0);
    let mut other = content.clone();
    other[3] ^= 1;
    refused(File::bytes(longer), "5000000 bytes long and is now 5000001").await;
    refused(File::bytes(other.clone()), "its content is another one").await;
    std::fs::write(&file.0, &content).unwrap();
    let later = std::time::SystemTime::now() + Duration::from_secs(5);
    std::fs::File::options().write(true).open(&file.0).unwrap().set_modified(later).unwrap();
    refused(File::path(&file.0), "it was written to").await;
    assert_eq!(server.count("HEAD"), asked);
    assert!(server.count("PATCH") <= patches + 1);

    // A reader shows only while it is read that it is another one.
    let server = Server::start().await;
    let state = interrupted(&server, File::reader(std::io::Cursor::new(content.clone())), PART).await;
    let upload = client().tus(server.endpoint(), File::reader(std::io::Cursor::new(other.clone()))).part_size(PART);
    let error = upload.resume(state.clone()).await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
    let upload = client().tus(server.endpoint(), File::reader(std::io::Cursor::new(content[..100].to_vec())));
    let error = upload.part_size(PART).resume(state.clone()).await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");

    // Even after a process that went on with it and got no further.
    server.with(|inner| inner.always = Some(Fault::Status(403)));
    let reader = |content: &[u8]| File::reader(std::io::Cursor::new(content.to_vec()));
    let upload = client().tus(server.endpoint(), reader(&content)).part_size(PART).resume(state);
    let mut upload = upload.into_future();
    (&mut upload).await.unwrap_err();
    server.with(|inner| inner.always = None);
    let upload = client().tus(server.endpoint(), reader(&other)).part_size(PART).resume(upload.state().unwrap());
    let error = upload.await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_refused() {
    let content = content(1_000_000);
    let file = OnDisk::new(&content);
    let server = Server::start().await;
    let path = file.0.clone();
    let upload = client().tus(server.endpoint(), File::path(&file.0)).part_size(PART).on_state(move |state| {
        if state.offset() == 3 * PART {
            std::fs::write(&path, b"something else").unwrap();
        }
    });
    let error = upload.await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
    assert_eq!(server.count("PATCH"), 3);
}

#[tokio::test]
async fn aborting_tells_the_server() {
    let server = Server::start().await;
    let content = content(5_000_000);
    let state = interrupted(&server, File::bytes(content.clone()), PART).await;
    assert_eq!(server.count("DELETE"), 0, "dropping must not");
    client().tus(server.endpoint(), File::bytes(content.clone())).resume(state.clone()).abort().await.unwrap();
    assert_eq!(server.count("DELETE"), 1);
    assert!(server.with(|inner| inner.uploads.values().all(|upload| upload.gone)));
    // What is gone already is no error.
    client().tus(server.endpoint(), File::bytes(content)).resume(state).abort().await.unwrap();
}

#[tokio::test]
async fn an_upload_stays_on_the_endpoints_host_and_keeps_its_path() {
    let server = Server::start().await;
    server.with(|inner| inner.location = Some("https://internal.invalid:9".into()));
    let content = content(1000);
    client().tus(server.endpoint(), File::bytes(content.clone())).await.unwrap();
    assert_eq!(server.stored(), content);
    assert!(server.with(|inner| inner.log.iter().any(|line| line == "PATCH /files/dir%2F0 HTTP/1.1")));
}

#[tokio::test]
async fn a_host_that_was_replaced_in_vain_is_named() {
    let (server, other) = (Server::start().await, Server::start().await);
    let there = format!("http://{}/elsewhere", other.address);
    server.with(|inner| inner.location = Some(there));
    let content = content(1000);
    let upload = || client().tus(server.endpoint(), File::bytes(content.clone()));
    let error = upload().await.unwrap_err();
    assert!(matches!(&error, UploadError::Elsewhere { theirs, .. } if *theirs == other.address), "{error:#}");
    assert!(format!("{error:#}").contains("allow_other_hosts(true)"), "{error:#}");
    assert!(!format!("{error:#}").contains("/elsewhere"), "{error:#}");
    assert_eq!(other.count(""), 0);

    // What it says helps.
    let length = Some(content.len() as u64);
    let id = format!("/elsewhere/files/dir%2F{}", server.with(|inner| inner.uploads.len()));
    other.with(|inner| inner.uploads.insert(id, Store { length, ..Store::default() }));
    upload().allow_other_hosts(true).await.unwrap();
    assert_eq!(other.stored(), content);
}

#[tokio::test]
async fn an_upload_survives_a_response_that_is_not_the_servers() {
    for (whole, captured) in [(250_000, "HEAD"), (250_000, "POST")] {
        let server = Server::start().await.fault(1, Fault::CutAfter(10));
        server.with(|inner| inner.captured = Some(captured));
        let content = content(whole);
        let upload = || client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART);
        let mut uploading = upload().into_future();
        let error = (&mut uploading).await.unwrap_err();
        assert!(matches!(error, UploadError::Protocol(_)) && error.is_retryable(), "{error:#}");
        let again = match uploading.state() {
            Some(state) => upload().resume(state),
            None => upload(),
        };
        again.await.unwrap();
        assert_eq!(server.stored(), content, "{captured}");
    }
}

#[tokio::test]
async fn progress_is_reported() {
    let server = Server::start().await.fault(2, Fault::CutAfter(1000));
    let content = content(500_000);
    let told = Arc::new(Mutex::new(Vec::<UploadProgress>::new()));
    let own = told.clone();
    let upload = client().tus(server.endpoint(), File::bytes(content)).part_size(PART);
    upload.on_progress(move |progress| own.lock().unwrap().push(progress)).await.unwrap();
    let told = told.lock().unwrap();
    let (first, last) = (told.first().unwrap(), told.last().unwrap());
    assert_eq!((first.sent, first.total, first.rate), (0, Some(500_000), 0.0));
    assert_eq!((last.sent, last.total, last.left), (500_000, Some(500_000), Some(Duration::ZERO)));
    assert!(told.iter().any(|progress| progress.sent == 201_000), "what the server kept of the cut part");
    assert!(last.to_string().starts_with("0.5 MB of 0.5 MB"), "{last}");
}

#[tokio::test]
async fn a_server_never_has_what_was_never_sent() {
    let content = content(1_000_000);
    for fault in [Fault::Status(409), Fault::Status(500), Fault::CutResponse, Fault::Exaggerate] {
        let server = Server::start().await.fault(1, fault);
        server.with(|inner| inner.claims = Some(1_000_000));
        let error = client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART).await.unwrap_err();
        let UploadError::NeverSent { offset, sent, .. } = error else { panic!("{fault:?}: {error}") };
        assert_eq!((offset, sent), (1_000_000, 2 * PART), "{fault:?}");
    }
    // After a restart, the first thing that it says is believed: a checkpoint may be an old one. What follows is not.
    let server = Server::start().await.fault(2, Fault::Status(409));
    let state = interrupted(&server, File::bytes(content.clone()), PART).await;
    server.with(|inner| inner.always = Some(Fault::Status(409)));
    let upload = client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART).resume(state);
    let claims = server.clone();
    let error = upload.on_state(move |_| claims.with(|inner| inner.claims = Some(900_000))).await.unwrap_err();
    assert!(matches!(error, UploadError::NeverSent { offset: 900_000, .. }), "{error:#}");
}

#[tokio::test]
async fn a_server_that_takes_a_byte_of_each_part_is_given_up() {
    for fault in [Fault::Sliver, Fault::SliverStatus(409), Fault::SliverStatus(500)] {
        let server = Server::start().await;
        server.with(|inner| inner.always = Some(fault));
        let error = client().tus(server.endpoint(), File::bytes(content(1_000_000))).part_size(PART).await.unwrap_err();
        assert!(format!("{error:#}").contains("next to nothing"), "{fault:?}: {error}");
        assert!(server.count("PATCH") <= 20, "{fault:?}: {} parts", server.count("PATCH"));
    }
    // Half of each is enough.
    let server = Server::start().await;
    server.with(|inner| inner.always = Some(Fault::Half));
    let content = content(100_001);
    let error = client().tus(server.endpoint(), File::bytes(content.clone())).part_size(10_000).await;
    let stored = server.with(|inner| inner.uploads.values().next().unwrap().bytes.len());
    assert!(error.is_err() && stored > 100_000 - 16, "{stored}: {error:?}");
}

#[tokio::test]
async fn headers_of_the_caller_go_along_and_stay_on_the_host() {
    let server = Server::start().await.fault(1, Fault::CutResponse);
    server.with(|inner| inner.token = Some("Bearer the-callers-token"));
    let content = content(250_000);
    let upload = || {
        let upload = client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART);
        upload
            .header("authorization", "Bearer the-callers-token")
            .header("upload-offset", "7")
            .header("Tus-Resumable", "9")
    };
    assert!(!format!("{:?}", upload()).contains("the-callers-token"));
    let state = upload().await.unwrap();
    assert_eq!(server.stored(), content);
    assert!(server.count("HEAD") > 0);
    assert!(!serde_json::to_string(&state).unwrap().contains("the-callers-token"));
    upload().resume(state.clone()).abort().await.unwrap();

    // Not to another host, neither by a location nor by a redirect.
    let other = Server::start().await;
    let server = Server::start().await;
    server.with(|inner| {
        inner.location = Some(format!("http://{}", other.address));
        inner.token = Some("Bearer the-callers-token");
    });
    let upload = client().tus(server.endpoint(), File::bytes(content.clone())).allow_other_hosts(true);
    upload.header("authorization", "Bearer the-callers-token").await.unwrap_err();
    assert_eq!(other.with(|inner| inner.violations.clone()), Vec::<String>::new());
    assert!(!other.with(|inner| inner.log.is_empty()));

    for (name, value) in [("x y", "1"), ("x-note", "a\r\nb"), ("", "")] {
        let server = Server::start().await;
        let upload = client().tus(server.endpoint(), File::bytes(content.clone())).header(name, value);
        let error = upload.await.unwrap_err();
        assert!(matches!(&error, UploadError::Call(error) if error.is_request()), "{error:#}");
        assert!(server.with(|inner| inner.log.is_empty()));
    }
}

#[tokio::test]
async fn a_token_is_requested_for_each_attempt() {
    let server = Server::start().await.fault(1, Fault::CutResponse);
    server.with(|inner| inner.locked = 2);
    let content = content(250_000);
    let given = Arc::new(Mutex::new(0));
    let upload = || {
        let given = given.clone();
        let upload = client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART);
        upload.header_provider("x-token", move || {
            let mut given = given.lock().unwrap();
            *given += 1;
            let token = format!("token-number-{given}");
            async move { Ok(token.into()) }
        })
    };
    let state = upload().await.unwrap();
    assert_eq!(server.stored(), content);
    upload().resume(state.clone()).abort().await.unwrap();
    let (tokens, requests) = server.with(|inner| (inner.tokens.clone(), inner.log.len()));
    // POST, PATCH, PATCH, HEAD (twice locked, then not), PATCH, DELETE.
    assert_eq!((tokens.len(), requests), (8, 8), "{tokens:?}");
    let expected: Vec<_> = (1..=8).map(|nth| format!("token-number-{nth}")).collect();
    assert_eq!(tokens, expected);
    assert!(!serde_json::to_string(&state).unwrap().contains("token-number"));
}

#[tokio::test]
async fn a_token_that_cannot_be_given_ends_the_upload_so_that_it_can_be_resumed() {
    #[derive(Debug, thiserror::Error)]
    #[error("signed out")]
    struct SignedOut;

    let server = Server::start().await;
    let content = content(250_000);
    let left = Arc::new(Mutex::new(2));
    let upload = client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART);
    let upload = upload.header_provider("x-token", move || {
        let mut left = left.lock().unwrap();
        let given = if *left == 0 { Err(SignedOut.into()) } else { Ok("the-callers-token".into()) };
        *left -= i32::from(*left > 0);
        async move { given }
    });
    let mut upload = upload.into_future();
    let error = (&mut upload).await.unwrap_err();
    assert!(matches!(&error, UploadError::Call(error) if error.is_request()), "{error:#}");
    let mut cause: &dyn std::error::Error = &error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    assert!(cause.is::<SignedOut>(), "{error:#}");
    let state = upload.state().unwrap();
    assert_eq!(state.offset(), PART);
    client().tus(server.endpoint(), File::bytes(content.clone())).part_size(PART).resume(state).await.unwrap();
    assert_eq!(server.stored(), content);

    // Nor what no header can hold, which is not shown either.
    let server = Server::start().await;
    let upload = client().tus(server.endpoint(), File::bytes(content.clone()));
    let error = upload.header_provider("x-token", async || Ok("a-secret\r\nx: y".into())).await.unwrap_err();
    assert!(!format!("{error:#} {error:?}").contains("a-secret"), "{error:#}");
    assert!(server.with(|inner| inner.log.is_empty()));
}

#[tokio::test]
async fn a_token_that_the_server_repeats_is_redacted() {
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/files", door.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = door.accept().await {
            let mut head = [0; 4096];
            let got = stream.read(&mut head).await.unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..got]).into_owned();
            let response =
                format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{head}", head.len());
            let _ = stream.write_all(response.as_bytes()).await;
        }
    });
    let upload = client().tus(endpoint.as_str(), File::bytes(content(10)));
    let upload = upload.header("cookie", "id=the-cookie; more=the-other");
    let error = upload.header_provider("authorization", async || Ok("Bearer the-token".into())).await.unwrap_err();
    let shown = format!("{error:#} {error:?}");
    for secret in ["the-cookie", "the-other", "the-token"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("Bearer"), "{shown}");
}

#[tokio::test]
async fn a_token_is_not_redirected_to_another_host() {
    let away = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (door, target) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), away.local_addr().unwrap());
    let url = format!("http://{}/files/id", door.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = door.accept().await {
            let response = format!(
                "HTTP/1.1 302 Found\r\nLocation: http://{target}/x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(response.as_bytes()).await;
        }
    });
    let upload = client().tus("http://127.0.0.1:1", File::bytes(content(10))).at(url).retry(Retry::never());
    upload.header("authorization", "Bearer the-callers-token").await.unwrap_err();
    assert!(tokio::time::timeout(Duration::ZERO, away.accept()).await.is_err());
}

#[tokio::test]
async fn an_upload_begins_at_a_url_that_was_given() {
    let content = content(250_000);
    for (length, kept) in [(Some(250_000), 0), (Some(250_000), 100_000), (None, 0), (None, 7)] {
        let server = Server::start().await;
        let bytes = content[..kept].to_vec();
        let store = Store { bytes, length, deferred: length.is_none(), gone: false };
        server.with(|inner| inner.uploads.insert("/files/theirs".into(), store));
        let url = format!("http://{}/files/theirs", server.address);
        let state = client().tus("http://127.0.0.1:1", File::bytes(content.clone())).part_size(PART).at(url.as_str());
        let state = state.await.unwrap();
        assert_eq!((server.stored(), server.count("POST")), (content.clone(), 0), "{length:?} {kept}");
        assert_eq!(state.url().unwrap().expose(), url);
    }
    // One that is not there is no reason to create another.
    let server = Server::start().await;
    let url = format!("http://{}/files/theirs", server.address);
    let error = client().tus(server.endpoint(), File::bytes(content.clone())).at(url).await.unwrap_err();
    assert!(matches!(error, UploadError::Unknown), "{error:#}");
    assert_eq!(server.count("POST"), 0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_only_says_it_is_empty_is_refused() {
    let server = Server::start().await;
    let error = client().tus(server.endpoint(), File::path("/proc/version")).await.unwrap_err();
    assert!(format!("{error:#}").contains("there is something in it"), "{error:#}");
    let error = File::path("/proc/version").into_body().await.unwrap_err();
    assert!(format!("{error:#}").contains("there is something in it"), "{error:#}");
    assert!(typed_endpoint::Body::file("/proc/version").await.is_err());
    assert!(server.with(|inner| inner.log.is_empty()));
}
