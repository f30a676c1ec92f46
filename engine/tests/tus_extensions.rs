//! The extensions of tus, against a server that does what the protocol's text says: it verifies checksums, takes a first
//! part along with the creation and puts uploads together, each only if it announces that, and then holds clients to the
//! rules.

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::net::TcpListener;
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

#[derive(Clone, Default)]
struct Stored {
    bytes: Vec<u8>,
    length: Option<u64>,
    concat: Option<String>,
    metadata: Option<String>,
}

#[derive(Default)]
struct Inner {
    /// `None`: it does not know the method.
    extensions: Option<&'static str>,
    algorithms: Option<&'static str>,
    /// The status that OPTIONS responds with.
    options: Option<u16>,
    uploads: BTreeMap<String, Stored>,
    log: Vec<(Method, String, HeaderMap)>,
    wrong: Vec<String>,
    /// The nth PATCH (from 0) arrives damaged, once.
    damage: Option<usize>,
    /// All of them do.
    damage_all: bool,
    /// The nth request of a method (from 0) gets this status, once, and nothing is done.
    refuse: Option<(Method, usize, u16)>,
    /// How much is taken of the first part that comes along with a creation.
    first: Option<usize>,
    /// Whether the response to a creation has the offset.
    no_offset: bool,
    /// By how many bytes the reported length of a concatenated upload exceeds the right one.
    longer: u64,
}

#[derive(Clone)]
struct Server {
    inner: Arc<Mutex<Inner>>,
    endpoint: String,
}

impl Server {
    async fn start(extensions: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/files", listener.local_addr().unwrap());
        let server = Self { inner: Arc::default(), endpoint };
        server.with(|inner| inner.extensions = Some(extensions));
        let app = Router::new().fallback(respond).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        server
    }

    fn with<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.inner.lock().unwrap())
    }

    fn count(&self, method: &Method) -> usize {
        self.with(|inner| inner.log.iter().filter(|(of, ..)| of == method).count())
    }

    /// Whether a header was on any request.
    fn saw(&self, name: &str) -> bool {
        self.with(|inner| inner.log.iter().any(|(.., headers)| headers.contains_key(name)))
    }

    /// The upload there, after checking that the client broke no rule.
    fn stored(&self, state: &Checkpoint) -> Stored {
        self.with(|inner| {
            assert_eq!(inner.wrong, Vec::<String>::new());
            let path = state.url().unwrap().expose().parse::<Uri>().unwrap().path().to_owned();
            inner.uploads[&path].clone()
        })
    }
}

impl Inner {
    fn has(&self, extension: &str) -> bool {
        self.extensions.is_some_and(|all| all.split(',').any(|one| one == extension))
    }

    fn refuse(&mut self, status: u16, why: &str) -> Response<Body> {
        self.wrong.push(why.into());
        status_of(status)
    }

    fn respond(&mut self, method: &Method, path: &str, headers: &HeaderMap, mut body: Bytes) -> Response<Body> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let number = |name: &str| text(name).map(|text| text.parse::<u64>().unwrap());
        let nth = self.log.iter().filter(|(of, ..)| of == method).count();
        self.log.push((method.clone(), path.into(), headers.clone()));
        if method == Method::OPTIONS {
            if text("tus-resumable").is_some() {
                return self.refuse(400, "a version of OPTIONS");
            }
            if let Some(status) = self.options {
                return status_of(status);
            }
            let reply = Response::builder().status(204).header("Tus-Version", "1.0.0");
            let reply = reply.header("Tus-Extension", self.extensions.unwrap_or_default());
            let reply = match self.algorithms {
                Some(algorithms) => reply.header("Tus-Checksum-Algorithm", algorithms),
                None => reply,
            };
            return reply.body(Body::empty()).unwrap();
        }
        if text("tus-resumable").as_deref() != Some("1.0.0") {
            return self.refuse(412, "no version");
        }
        if let Some((_, _, status)) = self.refuse.take_if(|(of, at, _)| of == method && *at == nth) {
            return status_of(status);
        }
        if let Some(name) = ["upload-checksum", "upload-concat"].into_iter().find(|name| text(name).is_some()) {
            let extension = if name == "upload-concat" { "concatenation" } else { "checksum" };
            if !self.has(extension) {
                return self.refuse(400, &format!("{name}, which was not announced"));
            }
        }
        if method == Method::POST {
            let mut stored = Stored {
                length: number("upload-length"),
                concat: text("upload-concat"),
                metadata: text("upload-metadata"),
                ..Stored::default()
            };
            if path != "/files" {
                return self.refuse(404, "a creation elsewhere");
            }
            if let Some(list) = stored.concat.as_deref().and_then(|concat| concat.strip_prefix("final;")) {
                if stored.length.is_some() || !body.is_empty() {
                    return self.refuse(400, "a final upload with a length or a body");
                }
                for url in list.split(' ') {
                    let Some(part) = self.uploads.get(url) else { return self.refuse(404, "an unknown part") };
                    if part.concat.as_deref() != Some("partial") || part.length != Some(part.bytes.len() as u64) {
                        return self.refuse(400, "a part that is not whole, or none");
                    }
                    stored.bytes.extend_from_slice(&part.bytes);
                }
                stored.length = Some(stored.bytes.len() as u64 + self.longer);
            } else if !body.is_empty() {
                if !self.has("creation-with-upload") {
                    return status_of(400);
                }
                if text("content-type").as_deref() != Some("application/offset+octet-stream") {
                    return self.refuse(415, "wrong type");
                }
                body.truncate(self.first.unwrap_or(usize::MAX));
                stored.bytes = body.into();
            }
            let path = format!("/files/{}", self.uploads.len());
            let offset = stored.bytes.len();
            self.uploads.insert(path.clone(), stored);
            let reply = Response::builder().status(201).header("Location", path);
            let reply = if self.no_offset { reply } else { reply.header("Upload-Offset", offset) };
            return reply.body(Body::empty()).unwrap();
        }
        let Some(stored) = self.uploads.get(path).cloned() else { return status_of(404) };
        let offset = stored.bytes.len() as u64;
        if method == Method::HEAD {
            let reply = Response::builder().status(200).header("Upload-Offset", offset);
            let reply = match stored.length {
                Some(length) => reply.header("Upload-Length", length),
                None => reply.header("Upload-Defer-Length", 1),
            };
            return reply.body(Body::empty()).unwrap();
        }
        if method == Method::DELETE {
            self.uploads.remove(path);
            return status_of(204);
        }
        if number("upload-offset") != Some(offset) {
            return status_of(409);
        }
        if stored.concat.is_some_and(|concat| concat != "partial") {
            return self.refuse(403, "a PATCH to a final upload");
        }
        if self.damage_all || self.damage.take_if(|at| *at == nth).is_some() {
            let mut damaged = body.to_vec();
            damaged[0] ^= 1;
            body = damaged.into();
        }
        if let Some(checksum) = text("upload-checksum") {
            let (algorithm, sum) = checksum.split_once(' ').unwrap();
            if !self.algorithms.unwrap_or("sha1").split(',').any(|one| one == algorithm) {
                return self.refuse(400, "an algorithm that was not announced");
            }
            if sum != sum_of(algorithm, &body) {
                return status_of(460);
            }
        }
        let stored = self.uploads.get_mut(path).unwrap();
        stored.bytes.extend_from_slice(&body);
        stored.length = stored.length.or(number("upload-length"));
        let offset = stored.bytes.len();
        Response::builder().status(204).header("Upload-Offset", offset).body(Body::empty()).unwrap()
    }
}

/// As computed by sha1sum and sha256sum.
fn sum_of(algorithm: &str, bytes: &[u8]) -> String {
    use std::io::Write;
    let mut process = std::process::Command::new(format!("{algorithm}sum"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = String::from_utf8(process.wait_with_output().unwrap().stdout).unwrap();
    let hex = output.split(' ').next().unwrap();
    let bytes: Vec<_> = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    BASE64.encode(bytes)
}

fn status_of(status: u16) -> Response<Body> {
    Response::builder().status(StatusCode::from_u16(status).unwrap()).body(Body::empty()).unwrap()
}

async fn respond(State(server): State<Server>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else { return status_of(400) };
    server.with(|inner| inner.respond(&parts.method, parts.uri.path(), &parts.headers, body))
}

const PART: u64 = 100_000;

const ALL: &str = "creation,creation-with-upload,creation-defer-length,termination,checksum,concatenation";

fn content(len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(len as u64);
    std::iter::repeat_with(|| random.u8(..)).take(len).collect()
}

fn client() -> Client<Files> {
    let quick = Retry::attempts(4).initial_backoff(Duration::from_millis(1)).max_backoff(Duration::from_millis(5));
    Client::<Files>::new().retry(quick).timeout(Duration::from_secs(20))
}

fn upload(server: &Server, file: impl Into<File>) -> typed_endpoint::tus::Upload {
    client().tus(server.endpoint.as_str(), file).part_size(PART).metadata("filename", "x.mp4")
}

fn files(content: &[u8]) -> [File; 2] {
    [File::bytes(content.to_vec()), File::reader(std::io::Cursor::new(content.to_vec()))]
}

#[tokio::test]
async fn a_server_is_not_asked_unless_something_is_wanted_that_it_must_have() {
    let content = content(250_000);
    let server = Server::start(ALL).await;
    let state = upload(&server, File::bytes(content.clone())).await.unwrap();
    assert_eq!(server.stored(&state).bytes, content);
    assert_eq!([Method::OPTIONS, Method::POST, Method::PATCH].map(|method| server.count(&method)), [0, 1, 3]);
    // One part, of which there is nothing to be sent side by side.
    upload(&server, File::bytes(content[..1000].to_vec())).parallel(4).await.unwrap();
    assert_eq!(server.count(&Method::OPTIONS), 0);
}

#[tokio::test]
async fn to_a_server_that_announces_nothing_nothing_of_it_is_sent() {
    let content = content(350_000);
    for (extensions, status) in
        [("", None), ("creation", None), ("", Some(404)), ("", Some(405)), ("", Some(501)), ("", Some(401))]
    {
        for file in files(&content) {
            let server = Server::start(extensions).await;
            server.with(|inner| inner.options = status);
            let state = upload(&server, file).checksum(true).parallel(3).await.unwrap();
            let stored = server.stored(&state);
            assert_eq!(stored.bytes, content, "{extensions:?} {status:?}");
            assert!(!server.saw("upload-checksum") && !server.saw("upload-concat"));
            assert_eq!([Method::OPTIONS, Method::POST, Method::PATCH].map(|method| server.count(&method)), [1, 1, 4]);
        }
    }
    // A server that is away for a moment has announced nothing yet.
    let server = Server::start(ALL).await;
    server.with(|inner| inner.options = Some(503));
    let error = upload(&server, File::bytes(content)).checksum(true).await.unwrap_err();
    assert!(error.is_retryable() && server.count(&Method::POST) == 0, "{error:#}");
}

#[tokio::test]
async fn the_first_part_goes_along_with_the_creation() {
    for len in [0, 1, 99_999, 100_000, 100_001, 250_000] {
        for file in files(&content(len)) {
            let server = Server::start(ALL).await;
            let state = upload(&server, file).create_with_upload(true).await.unwrap();
            let stored = server.stored(&state);
            assert_eq!((stored.bytes, stored.metadata.is_some()), (content(len), true), "{len}");
            assert_eq!((server.count(&Method::POST), server.count(&Method::HEAD)), (1, 0));
            let patches = if len == 0 { 0 } else { len.div_ceil(PART as usize) - 1 };
            assert_eq!((server.count(&Method::PATCH), server.count(&Method::OPTIONS)), (patches, 0), "{len}");
        }
    }
}

#[tokio::test]
async fn of_a_first_part_what_was_not_taken_is_sent_again() {
    let content = content(250_000);
    for (first, no_offset) in [(Some(0), false), (Some(40_000), false), (Some(40_000), true), (None, true)] {
        for file in files(&content) {
            let server = Server::start(ALL).await;
            server.with(|inner| (inner.first, inner.no_offset) = (first, no_offset));
            let state = upload(&server, file).create_with_upload(true).await.unwrap();
            assert_eq!(server.stored(&state).bytes, content, "{first:?} {no_offset}");
            assert_eq!((server.count(&Method::POST), server.count(&Method::HEAD)), (1, usize::from(no_offset)));
        }
    }
}

#[tokio::test]
async fn a_server_that_takes_no_body_with_the_creation_gets_none() {
    let content = content(250_000);
    for refuse in [None, Some((Method::POST, 0, 415)), Some((Method::POST, 0, 503))] {
        let server = Server::start(if refuse.is_none() { "creation" } else { ALL }).await;
        server.with(|inner| inner.refuse = refuse);
        let reported = Arc::new(Mutex::new(Vec::<UploadProgress>::new()));
        let own = reported.clone();
        let upload = upload(&server, File::bytes(content.clone())).create_with_upload(true);
        let state = upload.on_progress(move |progress| own.lock().unwrap().push(progress)).await.unwrap();
        assert_eq!(server.stored(&state).bytes, content);
        assert_eq!((server.count(&Method::POST), server.count(&Method::PATCH)), (2, 3));
        let last = *reported.lock().unwrap().last().unwrap();
        assert_eq!((last.sent, last.total), (250_000, Some(250_000)));
    }
    // What is no matter of the body stays an error.
    let server = Server::start(ALL).await;
    server.with(|inner| inner.refuse = Some((Method::POST, 0, 403)));
    upload(&server, File::bytes(content.clone())).create_with_upload(true).await.unwrap_err();
    assert_eq!(server.count(&Method::POST), 1);
}

#[tokio::test]
async fn parts_carry_checksums_by_the_best_algorithm_there_is() {
    for (algorithms, used) in [(None, "sha1 "), (Some("md5,sha1"), "sha1 "), (Some("sha1,sha256,crc32"), "sha256 ")] {
        for len in [0, 1, 250_000] {
            for file in files(&content(len)) {
                let server = Server::start(ALL).await;
                server.with(|inner| inner.algorithms = algorithms);
                // Which a part of the creation would not have.
                let state = upload(&server, file).checksum(true).create_with_upload(true).await.unwrap();
                assert_eq!(server.stored(&state).bytes, content(len), "{algorithms:?} {len}");
                let sums = server.with(|inner| {
                    let sums = inner.log.iter().filter_map(|(.., headers)| headers.get("upload-checksum").cloned());
                    sums.map(|sum| sum.to_str().unwrap().to_owned()).collect::<Vec<_>>()
                });
                assert_eq!(sums.len(), len.div_ceil(PART as usize));
                assert!(sums.iter().all(|sum| sum.starts_with(used)), "{sums:?}");
            }
        }
    }
    // None that is known.
    let server = Server::start(ALL).await;
    server.with(|inner| inner.algorithms = Some("md5"));
    let state = upload(&server, File::bytes(content(250_000))).checksum(true).await.unwrap();
    assert_eq!(server.stored(&state).bytes, content(250_000));
    assert!(!server.saw("upload-checksum"));
    // Then the first part goes along instead.
    assert_eq!((server.count(&Method::OPTIONS), server.count(&Method::PATCH)), (1, 2));
}

#[tokio::test]
async fn a_part_that_is_damaged_on_its_way_is_sent_again() {
    let content = content(250_000);
    for damaged in 0..3 {
        for file in files(&content) {
            let server = Server::start(ALL).await;
            server.with(|inner| inner.damage = Some(damaged));
            let state = upload(&server, file).checksum(true).await.unwrap();
            assert_eq!(server.stored(&state).bytes, content);
            assert_eq!(server.count(&Method::PATCH), 4);
        }
    }
    // Forever, it is an error.
    let server = Server::start(ALL).await;
    server.with(|inner| inner.damage_all = true);
    let error = upload(&server, File::bytes(content.clone())).checksum(true).await.unwrap_err();
    let UploadError::Call(error) = error else { panic!("{error:#}") };
    assert_eq!((error.status().map(|status| status.as_u16()), error.attempts()), (Some(460), 4));
    // Without checksums nobody notices.
    let server = Server::start(ALL).await;
    server.with(|inner| inner.damage = Some(1));
    let state = upload(&server, File::bytes(content.clone())).await.unwrap();
    assert_ne!(server.stored(&state).bytes, content);
}

#[tokio::test]
async fn a_content_goes_out_side_by_side_and_is_put_together() {
    for (len, among, lanes) in [(250_000, 2, 2), (250_000, 9, 3), (1_000_001, 4, 4), (100_001, 4, 2)] {
        for checksum in [false, true] {
            let server = Server::start(ALL).await;
            let directory = std::env::temp_dir();
            let path = directory.join(format!("typed-endpoint-lanes-{}-{:x}", std::process::id(), fastrand::u64(..)));
            std::fs::write(&path, content(len)).unwrap();
            for file in [File::path(&path), File::bytes(content(len))] {
                server.with(|inner| {
                    inner.log.clear();
                    inner.uploads.clear();
                });
                let reported = Arc::new(Mutex::new(Vec::<UploadProgress>::new()));
                let own = reported.clone();
                let upload = upload(&server, file).parallel(among).checksum(checksum);
                let state = upload.on_progress(move |progress| own.lock().unwrap().push(progress)).await.unwrap();
                let stored = server.stored(&state);
                assert_eq!(stored.bytes, content(len), "{len} {among}");
                assert_eq!((state.offset(), state.len()), (len as u64, Some(len as u64)));
                // Metadata is the whole upload's.
                assert!(stored.metadata.is_some() && stored.concat.unwrap().starts_with("final;/files/"));
                server.with(|inner| {
                    let partial = inner.uploads.values().filter(|one| one.concat.as_deref() == Some("partial"));
                    assert!(partial.clone().all(|one| one.metadata.is_none() && one.bytes.len() >= len / lanes));
                    assert_eq!(partial.count(), lanes);
                });
                assert_eq!(server.count(&Method::OPTIONS), 1);
                let reported = reported.lock().unwrap();
                assert!(reported.iter().all(|progress| progress.total == Some(len as u64)));
                let last = reported.last().unwrap();
                assert_eq!((last.sent, last.left), (len as u64, Some(Duration::ZERO)));
            }
            std::fs::remove_file(&path).unwrap();
        }
    }
}

#[tokio::test]
async fn a_lane_that_fails_is_retried_by_itself() {
    let content = content(400_000);
    for refuse in [(Method::PATCH, 1, 500), (Method::POST, 1, 503), (Method::POST, 2, 503)] {
        let server = Server::start("creation,concatenation").await;
        server.with(|inner| inner.refuse = Some(refuse.clone()));
        let state = upload(&server, File::bytes(content.clone())).parallel(2).await.unwrap();
        assert_eq!(server.stored(&state).bytes, content, "{refuse:?}");
        let requests = [Method::POST, Method::PATCH].map(|method| server.count(&method));
        let again = if refuse.0 == Method::POST { [4, 4] } else { [3, 5] };
        assert_eq!(requests, again, "{refuse:?}");
    }
}

#[tokio::test]
async fn an_upload_side_by_side_goes_on_in_another_process() {
    let content = content(400_000);
    let server = Server::start("creation,concatenation").await;
    server.with(|inner| inner.refuse = Some((Method::PATCH, 2, 403)));
    let mut first = upload(&server, File::bytes(content.clone())).parallel(2).into_future();
    (&mut first).await.unwrap_err();
    let state = first.state().unwrap();
    let text = serde_json::to_string(&state).unwrap();
    assert!(text.len() < 800, "{text}");
    assert!(!format!("{state:?}").contains("/files/"), "{state:?}");
    assert_eq!(state.url(), None);
    assert!((PART..400_000).contains(&state.offset()), "{state:?}");
    let state: Checkpoint = serde_json::from_str(&text).unwrap();

    // What it cannot be resumed with.
    let reader = File::reader(std::io::Cursor::new(content.clone()));
    let error = upload(&server, reader).resume(state.clone()).await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
    let error = upload(&server, File::bytes(vec![0; 400_000])).resume(state.clone()).await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
    let mut broken: serde_json::Value = serde_json::from_str(&text).unwrap();
    broken["parts"][0]["len"] = u64::MAX.into();
    let broken: Checkpoint = serde_json::from_value(broken).unwrap();
    let error = upload(&server, File::bytes(content.clone())).resume(broken).await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");

    let done = upload(&server, File::bytes(content.clone())).resume(state.clone()).await.unwrap();
    assert_eq!(server.stored(&done).bytes, content);
    // Two parts and what they make; of the four parts of 100,000 bytes, one was refused and sent again.
    assert_eq!((server.count(&Method::POST), server.count(&Method::OPTIONS)), (3, 1));
    assert!(server.count(&Method::PATCH) <= 6);

    // With nothing left to do.
    let patches = server.count(&Method::PATCH);
    upload(&server, File::bytes(content.clone())).resume(done).await.unwrap();
    assert_eq!((server.count(&Method::PATCH), server.count(&Method::POST)), (patches, 3));

    // To abort is to abort all of it.
    upload(&server, File::bytes(content.clone())).resume(state).abort().await.unwrap();
    assert_eq!(server.count(&Method::DELETE), 2);
}

#[tokio::test]
async fn a_file_that_changes_while_it_goes_out_side_by_side_is_refused() {
    for checksum in [false, true] {
        let server = Server::start(ALL).await;
        let path = std::env::temp_dir().join(format!("typed-endpoint-changed-{:x}", fastrand::u64(..)));
        std::fs::write(&path, content(800_000)).unwrap();
        let own = path.clone();
        let upload = upload(&server, File::path(&path)).parallel(2).checksum(checksum).on_state(move |state| {
            if (200_000..700_000).contains(&state.offset()) {
                std::fs::write(&own, b"something else").unwrap();
            }
        });
        let error = upload.await.unwrap_err();
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
        assert!(server.with(|inner| inner.uploads.values().all(|one| one.concat.as_deref() == Some("partial"))));
    }
}

#[tokio::test]
async fn what_is_put_together_wrongly_is_an_error() {
    let server = Server::start("creation,concatenation").await;
    server.with(|inner| inner.longer = 5);
    let error = upload(&server, File::bytes(content(400_000))).parallel(2).await.unwrap_err();
    assert!(format!("{error:#}").contains("400000 bytes into 400005"), "{error:#}");
}

#[tokio::test]
async fn the_urls_of_parts_are_redacted() {
    let server = Server::start("creation,concatenation").await;
    server.with(|inner| inner.refuse = Some((Method::POST, 2, 400)));
    let error = upload(&server, File::bytes(content(400_000))).parallel(2).await.unwrap_err();
    assert!(format!("{error:#}").contains("concatenating its parts"), "{error:#}");
    assert!(!format!("{error:?}").contains("/files/"), "{error:?}");
}
