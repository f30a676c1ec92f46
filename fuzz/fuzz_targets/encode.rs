//! Requests with any text anywhere: it arrives as what it is, and makes nothing else of the request.
//!
//! Input, with 0xFF between: a path parameter, another, a value in the query, a header's value, a text field, a file's
//! name, its content, its media type, a name in the query, its value, a field's name, a base URL.

#![no_main]

use std::future::IntoFuture;

use libfuzzer_sys::fuzz_target;
use livepeer::File;
use livepeer::Multipart;
use livepeer::{Api, Body, BoxFuture, Case, Client, Transport, TransportError, Unmapped, endpoint};
use tokio::runtime::Runtime;
use url::{Host, Url};

/// An API of everything.
pub struct All;

impl Api for All {
    const NAME: &'static str = "All";
    const SERVERS: &'static [&'static str] = &["https://a.example:8443/api"];
    const CASE: Case = Case::Snake;
    type Error = Unmapped;
}

endpoint! {
    /// Takes all kinds of text.
    pub Take: All = POST "/one/{id}/two/{other}" (id: String, other: String)
        query { q?: String, many as "many[]"?: Vec<String> }
        headers { note as "x-note"?: String }
        multipart { text?: String, file?: File } -> ()
}

endpoint! {
    /// Takes a form.
    pub Form: All = POST "/form" form { a: String, b: Vec<String> } -> ()
}

/// Nothing is sent here.
struct Nowhere;

impl Transport for Nowhere {
    fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async { Ok(http::Response::default()) })
    }
}

thread_local! {
    static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
}

fn run<F: IntoFuture>(future: F) -> F::Output {
    RUNTIME.with(|runtime| runtime.block_on(future.into_future()))
}

fn whole(body: Body) -> Vec<u8> {
    run(body.bytes(1 << 24)).unwrap().to_vec()
}

#[derive(Debug, PartialEq)]
struct Part {
    name: Option<String>,
    file: Option<String>,
    media_type: Option<String>,
    content: Vec<u8>,
}

fn parts(content_type: &str, body: Vec<u8>) -> Vec<Part> {
    let boundary = multer::parse_boundary(content_type).unwrap();
    let mut form = multer::Multipart::with_reader(&body[..], boundary);
    run(async {
        let mut parts = Vec::new();
        while let Some(part) = form.next_field().await.unwrap() {
            parts.push(Part {
                name: part.name().map(str::to_owned),
                file: part.file_name().map(str::to_owned),
                media_type: part.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned()),
                content: part.bytes().await.unwrap().to_vec(),
            });
        }
        parts
    })
}

/// What the names of parts cannot hold is escaped.
fn escaped(name: &str) -> String {
    let escape = |letter: char| match letter {
        '"' => "%22".to_owned(),
        letter if letter.is_ascii_control() => format!("%{:02X}", u32::from(letter)),
        letter => letter.to_string(),
    };
    let mut name: String = name.chars().map(escape).collect();
    if name.ends_with('\\') {
        name.pop();
        name.push_str("%5C");
    }
    name
}

/// Servers drop blanks around a header's value, so that values with them are not sent.
fn is_header(text: &str) -> bool {
    text.trim_matches([' ', '\t']) == text && text.bytes().all(|byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
}

fuzz_target!(|data: &[u8]| {
    let mut texts = data.split(|byte| *byte == 0xff).map(String::from_utf8_lossy);
    let mut text = || texts.next().unwrap_or_default().into_owned();
    let (id, other, q, note, field, file) = (text(), text(), text(), text(), text(), text());
    let (content, media_type, name, value, part, server) = (text(), text(), text(), text(), text(), text());

    let client = Client::<All>::new().key("the-key").transport(Nowhere);
    let sent = File::bytes(content.clone()).name(&*file).content_type(&*media_type);
    let request = Take::new(&id, &other).q(&*q).many([&*q, &*value]).note(&*note).text(&*field).file(sent);
    let outcome = run(client.call(request).query(&name, &value).request());

    let refused = |text: &str| matches!(text, "" | "." | "..");
    let is_type = !media_type.is_empty() && media_type.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    match outcome {
        Err(error) => {
            assert!(error.is_request() && error.attempts() == 0, "{error:#}");
            assert!(!error.to_string().contains(['\r', '\n', '\0']), "{error:#}");
            assert!(refused(&id) || refused(&other) || !is_header(&note) || !is_type, "{error:#}");
        }
        Ok(request) => {
            assert!(!refused(&id) && !refused(&other) && is_header(&note) && is_type);
            let url = Url::parse(&request.uri().to_string()).unwrap();
            assert_eq!((url.scheme(), url.host_str(), url.port()), ("https", Some("a.example"), Some(8443)));
            assert_eq!((url.username(), url.password(), url.fragment()), ("", None, None));
            let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
            let segments: Vec<_> = url.path_segments().unwrap().map(decoded).collect();
            assert_eq!(segments, ["api", "one", &id, "two", &other]);

            let mut wanted = vec![("q", &*q), ("many[]", &*q), ("many[]", &*value)];
            wanted.retain(|(other, _)| *other != name);
            wanted.push((&name, &value));
            let pairs: Vec<_> = url.query_pairs().collect();
            assert_eq!(pairs.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>(), wanted);

            let headers = request.headers();
            assert_eq!(headers.get_all("x-note").iter().collect::<Vec<_>>(), [note.as_bytes()]);
            assert_eq!(headers["authorization"], "Bearer the-key");
            let kind = headers["content-type"].to_str().unwrap().to_owned();
            let text = Part { name: Some("text".into()), file: None, media_type: None, content: field.clone().into() };
            // What is around a header's value is no part of it.
            let media_type = Some(media_type.trim_matches(' ').to_owned());
            let name = Some("file".into());
            let sent = Part { name, file: Some(escaped(&file)), media_type, content: content.clone().into() };
            assert_eq!(parts(&kind, whole(request.into_body())), [text, sent]);
        }
    }

    let form = run(client.call(Form::new(&field, [&*value, &*name])).request()).unwrap();
    let body = whole(form.into_body());
    let pairs: Vec<_> = url::form_urlencoded::parse(&body).collect();
    let wanted = [("a", &*field), ("b", &*value), ("b", &*name)];
    assert_eq!(pairs.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>(), wanted);

    // multer looks for the names' names within names, too.
    let part = part.replace("name", "n_me");
    let (kind, body) = run(Multipart::new().text(&*part, &*field).text("next", "x").into_body()).unwrap();
    let first = Part { name: Some(escaped(&part)), file: None, media_type: None, content: field.into() };
    let next = Part { name: Some("next".into()), file: None, media_type: None, content: b"x".to_vec() };
    assert_eq!(parts(&kind, whole(body)), [first, next]);

    // Names of headers and the base URL: taken or refused, and nothing else.
    let by_name = client.call(Form::new("a", ["b"])).header(&name, &note);
    if let Err(error) = run(by_name.request()) {
        assert!(error.is_request() && !error.to_string().contains(['\r', '\n', '\0']), "{error:#}");
    }
    let elsewhere = client.server(&server);
    let outcome = run(elsewhere.call(Form::new("a", ["b"])).request());
    assert_eq!(elsewhere.check().is_ok(), outcome.is_ok(), "{server}");
    // Some hosts are none to a URL parser.
    let parsed = outcome.ok().and_then(|request| Some((Url::parse(&request.uri().to_string()).ok()?, request)));
    if let Some((url, request)) = parsed {
        let segments = |path: &str| path.split('/').count();
        assert!(url.path().ends_with("/form"), "{url}");
        assert_eq!(segments(url.path()), segments(request.uri().path()), "{url}");
        assert_eq!((url.query(), url.fragment(), url.username(), url.password()), (None, None, "", None), "{url}");
        let local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        assert!(url.scheme() == "https" || local, "{url}");
    }
});
