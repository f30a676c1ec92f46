//! The depot's operations, called over a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use own_api::depot::*;
use typed_endpoint::mock::{Mock, MockServer, Received, Reply};
use typed_endpoint::{
    Auth, Body, BoxFuture, Client, ErrorKind, Operation, Retry, Token, Transport, TransportError, WithHeaders,
};

fn client(server: &MockServer) -> Client<Depot> {
    Client::new().server(format!("{}/api", server.url())).key("k").retry(Retry::never())
}

/// What a server received that responds so to everything: method and target, and the headers.
async fn sent<E>(request: E, reply: impl Fn() -> Reply + Send + Sync + 'static) -> Sent<E>
where
    E: typed_endpoint::HostedBy<Depot>,
{
    let mock = Mock::new().fallback(move |_| std::future::ready(reply()));
    let server = mock.listen().await.unwrap();
    let outcome = client(&server).call(request).await;
    let seen = mock.seen();
    let lines = seen.iter().map(|parts| format!("{} {}", parts.method, parts.uri)).collect();
    Sent { outcome, lines, headers: seen.into_iter().map(|parts| parts.headers).collect() }
}

struct Sent<E: typed_endpoint::Endpoint> {
    outcome: Result<E::Response, typed_endpoint::Error<E::Error>>,
    lines: Vec<String>,
    headers: Vec<http::HeaderMap>,
}

#[tokio::test]
async fn a_path_keeps_its_slashes_and_nothing_that_leads_elsewhere() {
    let read = |path: &str| ReadFile::new("a/b", path);
    let sent_to = async |path: &str| sent(read(path), || Reply::status(202)).await.lines.pop();
    for (path, line) in [
        ("docs/a b.md", "docs/a%20b.md"),
        ("x", "x"),
        ("folder/", "folder/"),
        ("a/%2e%2e/b", "a/%252e%252e/b"),
        ("a\\..\\b?c#d", "a%5C..%5Cb%3Fc%23d"),
        ("...", "..."),
    ] {
        assert_eq!(sent_to(path).await.unwrap(), format!("GET /api/files/a%2Fb/at/{line}/content"), "{path}");
    }
    for (path, why) in [
        ("", "is a path with an empty segment"),
        ("/", "is a path with an empty segment"),
        ("/etc", "is a path with an empty segment"),
        ("a//b", "is a path with an empty segment"),
        ("a//", "is a path with an empty segment"),
        ("a/../b", "is a path with a segment `..`"),
        ("a/.", "is a path with a segment `.`"),
        ("../", "is a path with a segment `..`"),
    ] {
        let sent = sent(read(path), || Reply::status(202)).await;
        assert!(sent.lines.is_empty(), "{path}");
        let error = format!("{:#}", sent.outcome.unwrap_err());
        assert!(error.contains(&format!("the path parameter `path` {why}")), "{path}: {error}");
    }
}

#[tokio::test]
async fn a_fake_server_reads_a_path_with_slashes() {
    let mock = Mock::new().on(async |read: ReadFile| {
        let content = format!("{} {}", read.folder, read.path).into_bytes().into();
        Ok(WithHeaders::new(ReadFileOutcome::Content(content), ReadFileHeaders::new().etag("v1").x_depot_age(7u64)))
    });
    let server = mock.listen().await.unwrap();
    for path in ["a", "a/b c/d%2Fe", "at/content/", "content"] {
        let read = client(&server).call(ReadFile::new("x/y", path)).await.unwrap();
        let ReadFileOutcome::Content(content) = read.value else { panic!("{:?}", read.value) };
        assert_eq!(String::from_utf8_lossy(&content), format!("x/y {path}"));
        assert_eq!((read.headers.etag.as_deref(), read.headers.x_depot_age), (Some("v1"), Some(7)));
    }
}

#[tokio::test]
async fn each_declared_status_has_its_response_and_any_other_is_an_error() {
    let reply = |status: u16| sent(ReadFile::new("a", "b"), move || Reply::text(status, "x").header("etag", "\"7\""));
    for (status, response) in
        [(200, "Content(b\"x\")"), (203, "Content(b\"x\")"), (202, "Pending"), (304, "NotModified")]
    {
        let sent = reply(status).await;
        let got = sent.outcome.unwrap();
        assert_eq!(format!("{:?}", got.value), response);
        assert_eq!(got.headers.etag.as_deref(), Some("\"7\""));
    }
    let error = reply(204).await.outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(format!("{error:#}").contains("the declaration has no response of status 204"), "{error:#}");
    for status in [302, 404, 500] {
        let error = reply(status).await.outcome.unwrap_err();
        assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Status, Some(status)));
    }
    let missing = sent(Weigh::new("a"), || Reply::text(404, "none")).await.outcome.unwrap();
    assert!(matches!(missing, WeighOutcome::Missing(text) if text == "none"));
}

#[tokio::test]
async fn a_fake_server_responds_with_the_status_of_each_response() {
    let mock = Mock::new().on(async |weigh: Weigh| {
        Ok(match weigh.id.as_str() {
            "a" => WeighOutcome::Weighed(Parcel::new("a")),
            _ => WeighOutcome::Missing("none".into()),
        })
    });
    let client = mock.client::<Client<Depot>>();
    assert_eq!(client.call(Weigh::new("a")).with_response().await.unwrap().status, 201);
    assert_eq!(client.call(Weigh::new("b")).with_response().await.unwrap().status, 404);
}

#[tokio::test]
async fn headers_of_a_response_are_read_by_their_types() {
    let patch = |reply: fn() -> Reply| sent(PatchFile::new("a/b", Parcel::new("x")), reply);
    let reply = patch(|| {
        Reply::json(200, &serde_json::json!({ "name": "x" }))
            .header("etag", "7")
            .header("warning", "a")
            .header("warning", "b, c")
    });
    let changed = reply.await.outcome.unwrap();
    assert_eq!((changed.value.name.as_str(), changed.headers.etag.as_str()), ("x", "7"));
    assert_eq!(changed.headers.warning, Some(vec!["a".to_owned(), "b, c".to_owned()]));

    let error = patch(|| Reply::json(200, &serde_json::json!({ "name": "x" }))).await.outcome.unwrap_err();
    assert!(format!("{error:#}").contains("the header `etag` is missing"), "{error:#}");

    // One that may be missing is as good as that when it cannot be read.
    let odd = sent(ReadFile::new("a", "b"), || Reply::status(202).header("x-depot-age", "soon")).await.outcome.unwrap();
    assert_eq!(odd.headers.x_depot_age, None);
}

#[tokio::test]
async fn headers_of_a_declaration_go_before_the_engines() {
    let read = sent(ReadFile::new("a", "b").if_none_match("\"7\""), || Reply::status(304)).await;
    assert_eq!(read.headers[0]["accept"], "application/vnd.depot.raw+json");
    assert_eq!(read.headers[0].get_all("accept").iter().count(), 1);
    // Hyphens, though the API's names have underscores.
    assert_eq!(read.headers[0]["if-none-match"], "\"7\"");

    let patch = PatchFile::new("a/b", Parcel::new("x"));
    let reply = || Reply::json(200, &serde_json::json!({ "name": "x" })).header("etag", "7");
    let sent_patch = sent(patch.clone(), reply).await;
    assert_eq!(sent_patch.lines, ["PATCH /api/files/a/b"]);
    assert_eq!(sent_patch.headers[0]["content-type"], "application/merge-patch+json");
    let json = sent(patch.content_type("application/json-patch+json"), reply).await;
    assert_eq!(json.headers[0]["content-type"], "application/json-patch+json");
}

#[tokio::test]
async fn the_clients_accept_header_goes_before_the_engines_but_not_before_the_declarations() {
    let mock = Mock::new().fallback(async |_| Reply::json(200, &serde_json::json!({ "name": "x" })));
    let client = mock.client::<Client<Depot>>().header("accept", "application/hal+json");
    client.call(GetParcel::new("a")).await.unwrap();
    client.call(ReadFile::new("a", "b")).await.unwrap();
    client.call(GetParcel::new("a")).header("accept", "text/x").await.unwrap();
    let accepts: Vec<_> =
        mock.seen().iter().map(|parts| parts.headers["accept"].to_str().unwrap().to_owned()).collect();
    assert_eq!(accepts, ["application/hal+json", "application/vnd.depot.raw+json", "text/x"]);
}

#[tokio::test]
async fn a_header_for_the_key_is_spelled_in_any_way() {
    let get = sent(GetParcel::new("a"), || Reply::json(200, &serde_json::json!({ "name": "x" }))).await;
    assert_eq!(get.headers[0]["x-depot-key"], "k");
    Client::<Depot>::new().key("k").check().unwrap();
}

#[tokio::test]
async fn a_url_that_a_response_gave_gets_the_key_only_on_the_servers_own_origin() {
    let here = Mock::new().fallback(async |_| Reply::json(200, &serde_json::json!({ "name": "here" })));
    let there = Mock::new().fallback(async |_| Reply::json(200, &serde_json::json!({ "name": "there" })));
    let (here_server, there_server) = (here.listen().await.unwrap(), there.listen().await.unwrap());
    let client = client(&here_server).header("x-team", "7");
    let get = || GetParcel::new("ignored");
    let own = format!("{}/other/1?page=2#x", here_server.url());
    let foreign = format!("{}/b/2?signature=secret", there_server.url());
    assert_eq!(client.call(get()).at(&own).query("q", 1).await.unwrap().name, "here");
    assert_eq!(client.call(get()).at("/root?x=1").await.unwrap().name, "here");
    assert_eq!(client.call(get()).at(&foreign).await.unwrap().name, "there");
    client.call(PutContent::new(own.as_str(), *b"abc").part(3u32)).await.unwrap();
    client.call(PutContent::new(foreign.as_str(), *b"abc")).await.unwrap();

    let seen = |mock: &Mock| -> Vec<_> {
        let line = |parts: http::request::Parts| {
            let has = |name| parts.headers.contains_key(name);
            format!("{} {} {} {}", parts.method, parts.uri, has("x-depot-key"), has("x-team"))
        };
        mock.seen().into_iter().map(line).collect()
    };
    assert_eq!(
        seen(&here),
        ["GET /other/1?page=2&q=1 true true", "GET /root?x=1 true true", "PUT /other/1?page=2&part=3 true true"]
    );
    assert_eq!(seen(&there), ["GET /b/2?signature=secret false false", "PUT /b/2?signature=secret false false"]);
}

#[tokio::test]
async fn a_url_that_a_response_gave_is_checked_and_its_secrets_stay_secret() {
    let client = Client::<Depot>::new().server("http://127.0.0.1:9").key("k").retry(Retry::never());
    for url in ["", "parcels/1", "ftp://a.example/x", "file:///etc/passwd", "http://"] {
        let error = client.call(GetParcel::new("a")).at(url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{url}: {error:#}");
    }
    let call = client.call(GetParcel::new("a")).at("https://storage.example/x?sig=secret");
    assert!(!format!("{call:?}").contains("secret"), "{call:?}");
    let curl = call.to_curl().unwrap();
    assert!(
        curl.contains("https://storage.example/x") && !curl.contains("secret") && !curl.contains("depot-key"),
        "{curl}"
    );
    let put = client.call(PutContent::new("https://storage.example/x?sig=secret", *b"abc"));
    assert!(!format!("{put:?} {}", put.to_curl().unwrap()).contains("secret"));
}

#[tokio::test]
async fn a_fake_server_takes_requests_for_urls_that_it_gave() {
    let mock = Mock::new().on(async |get: GetParcel| Ok(Parcel::new(get.id))).on_received(
        async |put: Received<PutContent>| {
            assert_eq!((put.request.url.as_str(), put.request.part), ("/uploads/1", Some(2)));
            Ok(())
        },
    );
    let server = mock.listen().await.unwrap();
    let client = client(&server);
    client.call(PutContent::new(format!("{}/uploads/1", server.url()).as_str(), *b"abc").part(2u32)).await.unwrap();
    assert_eq!(client.call(GetParcel::new("a")).await.unwrap().name, "a");
}

#[tokio::test]
async fn objects_and_lists_are_written_as_the_api_or_the_field_says_and_read_back_so() {
    let mock = Mock::new().on_received(async |send: Received<Ship>| {
        assert!(send.unknown.is_empty(), "{:?}", send.unknown);
        let line = send.parts.uri.query().unwrap_or_default().to_owned();
        let form = String::from_utf8_lossy(&send.body).into_owned();
        let note = format!("{line} {form}\n{:?}", send.request);
        Err(Reply::text(400, note))
    });
    let server = mock.listen().await.unwrap();
    let next = Parcel::new("b").links(Links::new().next("https://x.example"));
    let send = Ship::new(Parcel::new("a b"))
        .expand(["x", "y,z"])
        .sizes([1, 2])
        .filter([("k", "1"), ("l", "m")])
        .raw_filter([("k", "1")])
        .more([Parcel::new("c"), next])
        .metadata([("7", 1u32), ("x", 2)]);
    let sent = format!("{send:?}");
    let note = client(&server).call(send).await.unwrap_err().raw_body().to_owned();
    let note = String::from_utf8_lossy(&note).into_owned();
    let (wire, read) = note.split_once('\n').unwrap();
    let wire = wire.replace("%5B", "[").replace("%5D", "]");
    assert_eq!(
        wire,
        "expand[]=x&expand[]=y%2Cz&sizes=1%2C2&filter.k=1&filter.l=m&raw_filter=%7B%22k%22%3A%221%22%7D \
         parcel[name]=a%20b&more[0][name]=c&more[1][name]=b&more[1][links][next]=https%3A%2F%2Fx.example\
         &metadata[7]=1&metadata[x]=2"
    );
    assert_eq!(read, sent);
}

#[tokio::test]
async fn an_object_that_nothing_says_how_to_write_is_refused() {
    typed_endpoint::endpoint! {
        /// Limits a token.
        pub Limit: Accounts = POST "/limit" form { scopes?: std::collections::BTreeMap<String, String> } -> ()
    }
    let client = Client::<Accounts>::new().server("http://127.0.0.1:9").key("a:b").retry(Retry::never());
    let error = client.call(Limit::new().scopes([("a", "b")])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(format!("{error:#}").contains("say it by `Api::OBJECTS`"), "{error:#}");
    let error = Client::<Depot>::new().call(Ship::new(Parcel::new("a")).sizes([])).to_curl();
    assert!(!error.unwrap().contains("sizes"));
}

#[tokio::test]
async fn an_error_with_the_status_of_a_success_is_an_error() {
    let get = || GetParcel::new("a");
    let missing = sent(get(), || Reply::text(200, r#"{"ok":false,"error":"gone"}"#)).await.outcome.unwrap_err();
    assert!(missing.is_not_found() && missing.kind() == ErrorKind::Status);
    assert!(format!("{missing:#}").contains("gone"), "{missing:#}");

    let mock = Mock::new().fallback(async |_| Reply::text(200, r#"{"ok":false,"error":"busy"}"#));
    let client = mock.client::<Client<Depot>>().retry(Retry::attempts(3).initial_backoff(Duration::ZERO));
    // Not a retryable operation, but busy is refused before any work.
    let error = client.call(Weigh::new("a")).await.unwrap_err();
    assert_eq!((error.attempts(), error.status().map(|status| status.as_u16())), (3, Some(429)));
}

#[tokio::test]
async fn user_and_password_and_a_second_key() {
    let mock = Mock::new().fallback(async |request| {
        let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        Reply::text(400, format!("{:?} {:?} {}", header("authorization"), header("x-second"), request.uri()))
    });
    let server = mock.listen().await.unwrap();
    let client = Client::<Accounts>::new()
        .server(server.url())
        .key("Aladdin:open sesame")
        .another_key(Auth::Header("X-Second"), "second secret")
        .another_key(Auth::Query("third"), "third secret")
        .retry(Retry::never());
    client.check().unwrap();
    let call = client.call(IssueToken::new());
    let request = call.clone().request().await.unwrap();
    assert_eq!(request.headers()["authorization"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_eq!(request.headers()["x-second"], "second secret");
    assert_eq!(request.uri().query(), Some("third=third%20secret"));
    let curl = call.to_curl().unwrap();
    let error = format!("{:#}", call.await.unwrap_err());
    for secret in ["open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "second secret", "third secret", "third%20secret"] {
        assert!(!error.contains(secret) && !curl.contains(secret), "{error}\n{curl}");
    }
    let error = Client::<Accounts>::new().key("no colon").check().unwrap_err();
    assert!(format!("{error:#}").contains("`user:password`"), "{error:#}");
}

/// A server that takes one token only, and a client that fetches them: what it counts, and how often a token was fetched.
async fn with_tokens(valid: Arc<AtomicU32>, lifetime: Option<Duration>) -> (Mock, Client<Depot>, Arc<AtomicU32>) {
    let fetched = Arc::new(AtomicU32::new(0));
    let counted = fetched.clone();
    let mock = Mock::new().fallback(move |request| {
        let key = request.headers()["x-depot-key"].to_str().unwrap().to_owned();
        let ok = key == format!("token {}", valid.load(SeqCst));
        async move { if ok { Reply::json(201, &serde_json::json!({ "name": key })) } else { Reply::status(401) } }
    });
    let client = mock.client::<Client<Depot>>().retry(Retry::never()).token_provider(move || {
        let counted = counted.clone();
        async move {
            tokio::task::yield_now().await;
            let token = Token::new(format!("token {}", counted.fetch_add(1, SeqCst) + 1));
            Ok(match lifetime {
                Some(lifetime) => token.expires_in(lifetime),
                None => token,
            })
        }
    });
    (mock, client, fetched)
}

#[tokio::test]
async fn a_token_is_fetched_once_for_all_calls_and_again_when_it_is_refused() {
    let valid = Arc::new(AtomicU32::new(1));
    let (mock, client, fetched) = with_tokens(valid.clone(), Some(Duration::from_secs(3600))).await;
    let weigh = || {
        let client = client.clone();
        tokio::spawn(async move { client.call(Weigh::new("a")).await.map_err(|error| error.status()) })
    };
    let all: Vec<_> = (0..8).map(|_| weigh()).collect();
    for one in all {
        assert!(matches!(one.await.unwrap(), Ok(WeighOutcome::Weighed(parcel)) if parcel.name == "token 1"));
    }
    assert_eq!((fetched.load(SeqCst), mock.seen().len()), (1, 8));

    // The server forgets it: each call finds out by itself, and one fetches another. A POST is repeated, too.
    valid.store(2, SeqCst);
    let all: Vec<_> = (0..8).map(|_| weigh()).collect();
    for one in all {
        assert!(matches!(one.await.unwrap(), Ok(WeighOutcome::Weighed(parcel)) if parcel.name == "token 2"));
    }
    assert_eq!(fetched.load(SeqCst), 2);

    // It accepts none: one more is fetched, and no more than that.
    valid.store(99, SeqCst);
    let before = mock.seen().len();
    assert_eq!(weigh().await.unwrap().unwrap_err().map(|status| status.as_u16()), Some(401));
    assert_eq!((fetched.load(SeqCst), mock.seen().len() - before), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_expires() {
    let valid = Arc::new(AtomicU32::new(1));
    let (mock, client, fetched) = with_tokens(valid.clone(), Some(Duration::from_secs(3600))).await;
    client.call(Weigh::new("a")).await.unwrap();
    tokio::time::advance(Duration::from_secs(3539)).await;
    client.call(Weigh::new("a")).await.unwrap();
    assert_eq!(fetched.load(SeqCst), 1);
    valid.store(2, SeqCst);
    tokio::time::advance(Duration::from_secs(2)).await;
    client.call(Weigh::new("a")).await.unwrap();
    assert_eq!((fetched.load(SeqCst), mock.seen().len()), (2, 3));
}

#[tokio::test]
async fn a_token_that_lasts_longer_than_time_is_fetched_once() {
    let (mock, client, fetched) = with_tokens(Arc::new(AtomicU32::new(1)), Some(Duration::MAX)).await;
    for _ in 0..3 {
        client.call(Weigh::new("a")).await.unwrap();
    }
    assert_eq!((fetched.load(SeqCst), mock.seen().len()), (1, 3));
}

#[tokio::test]
async fn a_token_that_cannot_be_fetched_is_the_error_of_the_call() {
    let mock = Mock::new();
    let client = mock.client::<Client<Depot>>().token_provider(async || Err("no more tokens".into()));
    let error = client.call(Weigh::new("a")).await.unwrap_err();
    assert_eq!((error.kind(), mock.seen().len()), (ErrorKind::Request, 0));
    assert!(format!("{error:#}").contains("no more tokens"), "{error:#}");
}

/// Notes which operation a request is of.
struct Noting(Arc<dyn Transport>, Arc<std::sync::Mutex<Vec<String>>>, &'static str);

impl Transport for Noting {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let operation = request.extensions().get::<&'static Operation>().map(|operation| operation.name);
        let signature = request.headers().get("x-signature").map(|value| value.to_str().unwrap().to_owned());
        self.1.lock().unwrap().push(format!("{} {operation:?} {signature:?}", self.2));
        self.0.send(request)
    }
}

#[tokio::test]
async fn layers_see_each_attempt_and_sign_it() {
    let noted = Arc::new(std::sync::Mutex::new(Vec::new()));
    let note = |name: &'static str| {
        let noted = noted.clone();
        move |inner| Noting(inner, noted.clone(), name)
    };
    let mock = Mock::new().fallback(async |_| Reply::status(503));
    let client = Client::<Depot>::new()
        .key("k")
        .retry(Retry::attempts(2).initial_backoff(Duration::ZERO))
        .layer(note("inner"))
        .sign(|request| {
            let body = request.body().as_bytes().ok_or("only what is in memory can be signed")?.len();
            let signature = format!("{} {} {body}", request.uri().path(), request.headers()["x-depot-key"].to_str()?);
            request.headers_mut().insert("x-signature", signature.parse()?);
            Ok(())
        })
        .layer(note("outer"))
        // Whatever the transport is, and whenever it is set.
        .transport(mock.clone());
    let put = PutContent::new("/uploads/1", *b"abc");
    assert_eq!(client.call(put).await.unwrap_err().attempts(), 2);
    let expected = [r#"outer Some("PutContent") None"#, r#"inner Some("PutContent") Some("/uploads/1 k 3")"#];
    assert_eq!(*noted.lock().unwrap(), [expected, expected].concat());

    let refuses = Client::<Depot>::new().transport(mock.clone()).sign(|_| Err("no signature today".into()));
    let error = refuses.call(GetParcel::new("a")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Request, 0));
    assert!(format!("{error:#}").contains("no signature today"), "{error:#}");
}

#[tokio::test]
async fn the_error_of_a_removed_operation_says_what_to_use_in_its_place() {
    for status in [404, 405, 410] {
        let error = sent(Forget::new(), move || Reply::status(status)).await.outcome.unwrap_err();
        assert!(error.to_string().contains("; removed in 2.0: use `Store` (after 1 attempt)"), "{error}");
    }
    for status in [403, 500] {
        let error = sent(Forget::new(), move || Reply::status(status)).await.outcome.unwrap_err();
        assert!(!error.to_string().contains("removed"), "{error}");
    }

    // One that was there at first may have been carried out.
    let mock = Mock::new().fallback({
        let attempts = AtomicU32::new(0);
        move |_| std::future::ready(Reply::status(if attempts.fetch_add(1, SeqCst) == 0 { 500 } else { 404 }))
    });
    let server = mock.listen().await.unwrap();
    let client = client(&server).retry(Retry::attempts(2).initial_backoff(Duration::ZERO));
    let error = client.call(Forget::new()).await.unwrap_err();
    assert!(error.to_string().contains("an earlier attempt may have deleted it already"), "{error}");
}
