//! Secrets stay secret: the key and every secret of every request, whatever is printed, logged or failed.

use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use livepeer::codec::Detail;
use livepeer::mock::{EncodeResponse, Mock, OperationVisitor, Reply, sample, sample_request};
use livepeer::{
    Auth, Body, BoxFuture, Case, Client, Endpoint, Error, HostedBy, Retry, Transport, TransportError,
    TransportErrorKind, Unmapped, asset, endpoint, webhook,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::field::{Field, Visit as Fields};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

/// With letters that JSON, URLs and HTML spell otherwise: however a server echoes it, `k3y` is in it.
const KEY: &str = r#"k3y-0f/th1s"cl&ent"#;

/// What none of the texts may hold: the key, and what secrets consist of.
const SECRET: [&str; 2] = ["k3y", "secret-"];

/// Everything that is logged, spans too, at the finest level; while it is quiet, without bodies.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>, Arc<AtomicBool>);

impl Log {
    fn be_quiet(&self, quiet: bool) {
        self.1.store(quiet, Ordering::Relaxed);
    }
}

impl Fields for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0.lock().unwrap(), "{field}={value:?} ");
    }
}

impl Subscriber for Log {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let quiet = self.1.load(Ordering::Relaxed) && *metadata.level() == Level::TRACE;
        ["typed_endpoint", "livepeer"].contains(&metadata.target()) && !quiet
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// How a server, or the way to it, repeats what it was set.
#[derive(Clone, Copy, Debug)]
enum Echo {
    /// As the reasons of an error.
    Reasons(u16),
    /// As text.
    Text(u16),
    /// As a page.
    Page(u16),
    /// As JSON, whatever was asked for.
    Json,
    /// There is no response, and the transport's error tells the whole request.
    Broken,
    /// The response breaks off, and the transport's error tells the whole request.
    Breaks,
}

impl Transport for Echo {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let echo = *self;
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = String::from_utf8_lossy(&body.bytes(usize::MAX).await.unwrap()).into_owned();
            let headers: Vec<_> =
                parts.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            let said = format!("no {} found for {} with {body}", headers.join(", "), parts.uri);
            let escaped = said.replace('&', "&amp;").replace('"', "&#34;").replace('/', "&#x2F;");
            let (status, response) = match echo {
                Self::Reasons(status) => (status, serde_json::json!({ "errors": [said] }).to_string()),
                Self::Text(status) => (status, said),
                Self::Page(status) => (status, format!("<p>{escaped}</p>")),
                Self::Json => (200, serde_json::json!(said).to_string()),
                Self::Broken => {
                    let error = std::io::Error::other(Told("the proxy hung up", said));
                    return Err(TransportError::new(TransportErrorKind::Sent, error));
                }
                Self::Breaks => {
                    return Ok(http::Response::new(Body::wrap(Breaking(Some(said)))));
                }
            };
            let mut response = http::Response::new(response.into());
            *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
            Ok(response)
        })
    }
}

/// An error whose cause says more.
#[derive(Debug)]
struct Told(&'static str, String);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0, self.1)
    }
}

impl std::error::Error for Told {}

/// A body that is nothing but its failure.
struct Breaking(Option<String>);

impl http_body::Body for Breaking {
    type Data = bytes::Bytes;
    type Error = Told;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Told>>> {
        Poll::Ready(self.0.take().map(|said| Err(Told("cut off", said))))
    }
}

/// Responds with a body and headers.
struct Fixed(Vec<u8>, http::HeaderMap);

impl Transport for Fixed {
    fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let mut response = http::Response::new(Body::from(self.0.clone()));
        *response.headers_mut() = self.1.clone();
        Box::pin(async { Ok(response) })
    }
}

/// The same, with secrets in all web addresses.
fn with_urls(json: &[u8]) -> String {
    let text = String::from_utf8(json.to_vec()).unwrap();
    let host = "https://me:secret-password@example.com/";
    let pieces = text.split("https://example.com/").map(|rest| match rest.split_once('"') {
        Some((path, rest)) => format!("{path}?token=secret-of-url\"{rest}"),
        None => rest.to_owned(),
    });
    // The first piece stands before any address.
    let first = text.split("https://example.com/").next().unwrap().len();
    let mut all = text[..first].to_owned();
    for piece in pieces.skip(1) {
        all += host;
        all += &piece;
    }
    all
}

/// Names that sound like those of secrets, of what is none. (`key` is the name that is generated where any may stand.)
const PUBLIC: [&str; 12] = [
    "publicKey",
    "public_key",
    "spki_public_key",
    "createdByTokenName",
    "signature",
    "signatureType",
    "key",
    "author",
    "token_type",
    "issued_token_type",
    "requested_token_type",
    "subject_token_type",
];

struct Inspection {
    log: Log,
    runtime: tokio::runtime::Runtime,
    /// What was printed of what.
    shown: Vec<(String, String)>,
    /// How many secrets were planted: in requests, in responses, in web addresses.
    planted: [usize; 3],
    /// Fields that are shown, and sound as if they should not be.
    suspect: BTreeSet<String>,
    /// The responses that were looked at.
    types: BTreeSet<&'static str>,
}

impl Inspection {
    fn show(&mut self, what: &str, text: String) {
        self.shown.push((what.into(), text));
    }

    fn error<B>(&mut self, what: &str, error: &Error<B>) {
        self.show(what, format!("{error} {error:#}"));
        self.show(what, format!("{error:?} {error:#?} {:?} {:?}", error.message(), error.earlier_attempts()));
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            self.show(what, format!("{inner} {inner:#} {inner:?}"));
            cause = inner.source();
        }
        if let Some(error) = error.decode_error() {
            self.show(what, format!("{error} {error:?} {} {}", error.path(), error.reason()));
        }
    }

    /// Looks for fields that are no secrets but are named like some.
    fn suspect(&mut self, what: &str, json: &Value) {
        match json {
            Value::Array(items) => items.iter().for_each(|item| self.suspect(what, item)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.suspect(what, value);
                    let words =
                        ["key", "secret", "token", "password", "credential", "jwt", "proof", "signature", "auth"];
                    let sounds = words.iter().any(|word| name.to_ascii_lowercase().contains(word));
                    let text = value.as_str().is_some_and(|text| !text.starts_with("secret-"));
                    if sounds && text && !PUBLIC.contains(&&**name) {
                        self.suspect.insert(format!("{what}: {name}"));
                    }
                }
            }
            _ => {}
        }
    }
}

impl OperationVisitor for Inspection {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Format: EncodeResponse<E::Response>,
        E::Response: fmt::Debug,
    {
        let what = E::OPERATION.qualified_name();
        let plain: E = sample_request(Detail::Full).unwrap();
        let json = with_urls(&serde_json::to_vec(&plain).unwrap());
        self.planted[0] += json.matches("secret-").count();
        self.planted[2] += json.matches("secret-password").count();
        self.suspect(&what, &serde_json::from_str(&json).unwrap());
        let request: E = serde_json::from_str(&json).unwrap();
        self.show(&what, format!("{request:?} {request:#?}"));
        let retry = Retry::attempts(2).initial_backoff(Duration::ZERO);
        let client = Client::<E::Api>::new().key(KEY).server("https://a.example").retry(retry);
        let observed = self.log.clone();
        let client = client.header("x-client-token", "secret-of-client");
        let client = client.observer(move |step| {
            let _ = write!(observed.0.lock().unwrap(), "{step} {step:?} ");
        });
        let call = |client: &Client<E::Api>| {
            client.call(request.clone()).header("x-token", "secret-header").query("token", "secret-query")
        };
        self.show(&what, format!("{:?} {client:?}", call(&client)));
        let curl = call(&client).to_curl().unwrap();
        assert!(curl.contains("[key]"), "{curl}");
        self.show(&what, curl);
        let errors = [Echo::Reasons(401), Echo::Page(404), Echo::Text(422), Echo::Reasons(500)];
        for echo in errors.into_iter().chain([Echo::Text(200), Echo::Json, Echo::Broken, Echo::Breaks]) {
            let client = client.clone().transport(echo);
            match self.runtime.block_on(call(&client).with_response().into_future()) {
                Err(error) => {
                    let what = format!("{what}, {echo:?}");
                    self.error(&what, &error);
                    // Of an error response: that to a request that was carried out holds what it holds.
                    self.show(&what, String::from_utf8_lossy(error.raw_body()).into_owned());
                    self.show(
                        &what,
                        format!(
                            "{:?}",
                            error.body().map(|body| (livepeer::ErrorBody::message(body), format!("{body:?}")))
                        ),
                    );
                    self.error(&what, &Error::<livepeer::AnyBody>::from(error));
                }
                // What was asked for is given as it is; only what is printed in passing may not show it.
                Ok(response) => self.show(&what, format!("{:?} {:?}", response.status, response.attempts)),
            }
        }

        // What the server has to tell.
        let reply = E::Format::encode(E::Format::sample(Detail::Full));
        let headers = *reply.headers;
        let json = with_urls(&self.runtime.block_on(reply.body.bytes(1 << 24)).unwrap());
        self.planted[1] += json.matches("secret-").count();
        self.planted[2] += json.matches("secret-password").count();
        if let Ok(json) = serde_json::from_str(&json) {
            self.suspect(&what, &json);
        }
        let mut responses = vec![json.clone(), r#""secret-text""#.into(), r#"{"field":"secret-field"}"#.into()];
        // Cut anywhere.
        responses.extend((1..8).filter_map(|eighth| json.get(..json.len() * eighth / 8)).map(str::to_owned));
        responses.retain(|response| response.starts_with(['{', '[', '"']));
        let whole = responses.len();
        // A secret in the place of any value: it may well be shown where a text is due, but not where none is. Once for
        // each type.
        let fresh = self.types.insert(std::any::type_name::<E::Response>());
        responses.extend(
            json.match_indices("\":").filter(|_| fresh).map(|(at, _)| format!("{}\"secret-value\"}}", &json[..at + 2])),
        );
        for (at, response) in responses.into_iter().enumerate() {
            // Of what is no secret by its type or its name, a log of bodies cannot know.
            let undeclared = ["secret-text", "secret-field", "secret-value"];
            let is_undeclared = undeclared.iter().any(|secret| response.contains(secret));
            self.log.be_quiet(is_undeclared);
            // What has no type of its own is given as it is.
            let is_raw = matches!(E::OPERATION.response, "Value" | "Option<Value>" | "text" | "bytes");
            let client = client.clone().transport(Fixed(response.into(), headers.clone()));
            match self.runtime.block_on(call(&client).with_response().into_future()) {
                Ok(response) if at < whole && !(is_raw && is_undeclared) => {
                    self.show(&what, format!("{response:?} {response:#?}"))
                }
                Ok(_) => {}
                Err(error) => self.error(&what, &error),
            }
        }
        self.log.be_quiet(false);
    }
}

#[test]
fn no_secret_shows_in_what_is_printed_logged_or_failed() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut inspection = Inspection {
        log: log.clone(),
        runtime,
        shown: Vec::new(),
        planted: [0; 3],
        suspect: BTreeSet::new(),
        types: BTreeSet::new(),
    };
    livepeer::visit_catalog(&mut inspection);
    let [requests, responses, urls] = inspection.planted;
    assert!(requests > 20 && responses > 20 && urls > 20, "{:?} secrets were planted", inspection.planted);

    inspection.show("viewer", format!("{:?}", sample::<webhook::AccessRequest>()));
    for kind in ["playback.accessControl", "playback.somethingNew"] {
        let payload = serde_json::json!({ "accessKey": "secret-of-viewer", "context": {}, "timestamp": 1, "timeless": "secret-new" });
        let event = serde_json::json!({ "id": "1", "webhookId": "2", "event": kind, "payload": payload, "new": "secret-extra" });
        let event: webhook::Event = serde_json::from_value(event).unwrap();
        assert!(serde_json::to_string(&event).unwrap().contains("secret-of-viewer"));
        inspection.show("event", format!("{event:?}"));
    }
    inspection.show("verifier", format!("{:?}", webhook::Verifier::new("secret-of-webhook").also("secret-before")));
    let logged = log.0.lock().unwrap().clone();
    for word in ["sending", "failed", "GET /stream/{id}", "request", "response body", "is sent"] {
        assert!(logged.contains(word), "nothing says {word}");
    }
    inspection.show("the log", logged);

    let mut wrong = BTreeSet::new();
    for (what, text) in &inspection.shown {
        for secret in SECRET {
            if let Some(at) = text.find(secret) {
                let from = text[..at].char_indices().rev().nth(60).map_or(0, |(at, _)| at);
                let to = text[at..].char_indices().nth(40).map_or(text.len(), |(more, _)| at + more);
                wrong.insert(format!("{what}: …{}…", &text[from..to]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} leaks:\n{}", wrong.len(), wrong.into_iter().collect::<Vec<_>>().join("\n"));
    assert!(inspection.suspect.is_empty(), "named like secrets, but shown: {:#?}", inspection.suspect);
}

#[tokio::test]
async fn a_client_shows_its_settings_and_neither_it_nor_its_requests_show_secrets() {
    let client = Client::studio(KEY).server("https://a.example/api/").header("x-api-key", "secret-of-client");
    assert_eq!(
        format!("{client:?}"),
        "Client { api: \"Livepeer Studio\", server: https://a.example/api, key: \"set\", retry: Retry { max_attempts: 3, \
         initial_backoff: 200ms, max_backoff: Some(10s), multiplier: 2.0, max_elapsed: None, max_retry_after: Some(60s), jitter: true, \
         connection_errors: true, non_idempotent: false, statuses: [408, 425, 429, 500, 502, 503, 504] }, timeouts: \
         Timeouts { connect: Some(10s), idle: None, deadline: None }, .. }"
    );
    let asked = client.clone().key_provider(|| async { Ok("secret-of-function".into()) });
    let wrong = client.clone().server("https://me:secret-password@a.example");
    assert!(format!("{asked:?}").contains("by a function"));
    for client in [client, asked, wrong] {
        let call = client.call(asset::Get::new("one")).header("cookie", "secret-cookie");
        let shown = format!("{client:?} {call:?}");
        let shown = format!("{shown} {:?}", call.request().await);
        assert!(shown.contains("cookie") || shown.contains("password"), "{shown}");
        assert!(SECRET.iter().all(|secret| !shown.contains(secret)), "{shown}");
    }
}

#[test]
fn no_snapshot_shows_the_key() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots");
    let mut seen = 0;
    let files =
        std::fs::read_dir(folder).unwrap().flat_map(|resource| std::fs::read_dir(resource.unwrap().path()).unwrap());
    for file in files {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let keys = text.lines().filter_map(|line| line.strip_prefix("authorization: "));
        for key in keys {
            // Runners send secrets that are fields of their requests.
            assert!(["Bearer [key]", "secret-authorization"].contains(&key), "{text}");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

/// An API with its key in the query.
pub struct Keyed;

impl livepeer::Api for Keyed {
    const NAME: &'static str = "Keyed";
    const SERVERS: &'static [&'static str] = &["https://a.example"];
    const CASE: Case = Case::Snake;
    const AUTH: Auth = Auth::Query("api_key");
    type Error = Unmapped;
}

endpoint! {
    /// Tells words.
    pub Words: Keyed = GET "/words" -> sse Word
}

/// A word.
#[derive(Debug, Default, serde::Deserialize, Serialize)]
pub struct Word {
    #[allow(dead_code)]
    word: String,
}

livepeer::field_via_serde!(Word);
livepeer::sse_json!(Word);

#[tokio::test]
async fn a_key_in_the_query_shows_neither_in_errors_nor_in_streams() {
    let client = Client::<Keyed>::new().key(KEY);
    let error = client.clone().transport(Echo::Text(404)).call(Words::new()).await.unwrap_err();
    let text = format!("{error} {error:?} {:?} {}", error.body(), String::from_utf8_lossy(error.raw_body()));
    assert!(text.contains("api_key=[key]") && !text.contains(KEY), "{text}");

    let broken = client.clone().transport(Echo::Breaks);
    let mut words = broken.call(Words::new()).await.unwrap();
    let of_stream = Error::from(words.next().await.unwrap().unwrap_err());
    let of_download = broken.download("/word").await.unwrap().bytes().await.unwrap_err();
    for error in [of_stream, of_download] {
        let text = format!("{error} {error:#} {error:?} {:?}", std::error::Error::source(&error));
        assert!(text.contains("api_key=[key]") && !text.contains("k3y"), "{text}");
    }

    struct Failing(&'static str);
    impl Transport for Failing {
        fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
            let text = self.0.replace("KEY", KEY);
            Box::pin(async { Ok(http::Response::new(text.into())) })
        }
    }
    for events in ["data: {\"error\": \"no KEY\"}\n\n", "data: KEY\n\n", "event: error\ndata: KEY is wrong\n\n"] {
        let mut words = client.clone().transport(Failing(events)).call(Words::new()).await.unwrap();
        let error = words.next().await.unwrap().unwrap_err();
        let text = format!("{error} {error:#} {error:?}");
        assert!(text.contains("[key]") && !text.contains(KEY), "{text}");
        assert!(format!("{error:#}").starts_with("secrets::Words (GET /words): "), "{text}");
    }
}

#[tokio::test]
async fn a_token_of_an_upload_url_shows_neither_in_errors_nor_in_logs() {
    const TOKEN: &str = "eyJhbGciOi.J-t0ken_of/an+upload";
    const PLACE: &str = "directUpload%2Fcapab1lity";
    let log = Log::default();
    let _logging = tracing::subscriber::set_default(log.clone());
    let token = percent_encoding::utf8_percent_encode(TOKEN, percent_encoding::NON_ALPHANUMERIC).to_string();

    /// Says back where it was asked, as that came and decoded, and of where it all began; only this method it takes.
    async fn says(passes: &str, status: u16, token: &str) -> livepeer::mock::MockServer {
        let (passes, token) = (passes.to_owned(), token.to_owned());
        let server = Mock::new().fallback(move |request| {
            let asked = request.uri().to_string();
            let said = format!("{asked} {} {token}", percent_encoding::percent_decode_str(&asked).decode_utf8_lossy());
            let passes = request.method().as_str() == passes;
            async move {
                request.into_body().bytes(usize::MAX).await.unwrap();
                match passes {
                    true => Reply::status(201).header("location", &format!("/files/{PLACE}")),
                    false => Reply::text(status, said.clone()).header("x-asked", &said).header("location", &said),
                }
            }
        });
        server.listen().await.unwrap()
    }
    for (passes, status) in [("", 403), ("", 422), ("", 503), ("POST", 400), ("POST", 503), ("POST", 302)] {
        let server = says(passes, status, &token).await;
        let url = format!("{}/files?token={token}", server.url());
        let mut ticket: asset::UploadTicket = livepeer::mock::sample();
        (ticket.url, ticket.tus_endpoint) = (url.as_str().into(), url.as_str().into());
        let studio = Mock::new().on(move |_: asset::RequestUpload| std::future::ready(Ok(ticket.clone())));
        let running = studio.listen().await.unwrap();
        let client = running.client::<livepeer::Client>().retry(Retry::never());
        for len in [10, 9 * 1024 * 1024] {
            let upload = asset::Upload::new(livepeer::File::bytes(vec![1; len]));
            let mut upload = client.upload(upload).into_future();
            let error = (&mut upload).await.unwrap_err();
            let mut shown = format!("{upload:?} {error} {error:?} {error:#?}");
            let livepeer::tus::UploadError::Call(error) = error else { panic!("{error:#}") };
            shown += &format!("{:?} {:?} {:?}", error.headers(), error.message(), error.body_as::<Unmapped>());
            shown += &String::from_utf8_lossy(error.raw_body());
            assert!(shown.contains("[key]"), "{shown}");
            shown += &log.0.lock().unwrap();
            assert!(shown.contains("upload (") && shown.contains("sending") && shown.contains("response"), "{shown}");
            for secret in [TOKEN, &token, "directUpload", "capab1lity"] {
                assert!(!shown.contains(secret), "{passes} {status} {len}: {secret} in {shown}");
            }
        }
    }
}

#[tokio::test]
async fn a_key_that_names_a_field_shows_not_even_in_the_path() {
    let key = "k3y-0f-this-client";
    let response = format!(r#"{{"name": "x", "a {key}": nul}}"#);
    let mock = Mock::new().fallback(move |_| std::future::ready(Reply::text(200, &response)));
    let error = mock.client::<livepeer::Client>().key(key).call(livepeer::stream::Get::new("s")).await.unwrap_err();
    assert_eq!(error.decode_error().unwrap().path(), "a [key]", "{error:#}");
    assert!(!format!("{error} {error:?}").contains(key), "{error:?}");
}
