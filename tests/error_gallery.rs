//! docs/errors.md: the errors of common mistakes. Every text in it is that of a real call.
//!
//! A mistake is a function below: its docs are the section's text, its body the code that is shown. `UPDATE=1 cargo test
//! --test error_gallery` writes the page.

use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use livepeer::asset::Upload;
use livepeer::mock::{self, Mock, Reply, StudioFake};
use livepeer::playback_access::PlaybackSigner;
use livepeer::webhook::{Event, SIGNATURE_HEADER, sign};
use livepeer::{Client, ErrorKind, File, Retry, Secret, Timestamp, asset, generate, stream, webhook};

type Shown = Result<(), Box<dyn std::error::Error>>;
type Mistake = (&'static str, Pin<Box<dyn Future<Output = Shown>>>);

/// A wrong key
///
/// No retry helps. The key is redacted in the server's message.
async fn wrong_key(studio: &StudioFake) -> Shown {
    let client = studio.client().key("a key that was deleted");
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// No key
async fn no_key(url: &str) -> Shown {
    let client = Client::new().server(url);
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// No key in the environment
///
/// [`Client::from_env`](https://docs.rs/livepeer/latest/livepeer/client/struct.Client.html) returns a `RequestError`, so a program
/// can report it at startup.
async fn no_key_in_the_environment() -> Shown {
    let client = Client::from_env()?;
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A wrong id
///
/// `error.is_not_found()` detects this. The server returns the same for an object of another account.
async fn wrong_id(client: &Client) -> Shown {
    client.call(stream::Get::new("no-such-id")).await?;
    Ok(())
}

/// An empty id
///
/// Nothing is sent, because a path without the id addresses another resource. The same holds for `.` and `..`.
async fn empty_id(client: &Client) -> Shown {
    client.call(stream::Delete::new("")).await?;
    Ok(())
}

/// An operation that the key does not permit
async fn forbidden(studio: &StudioFake, client: &Client) -> Shown {
    studio.reply_next(Reply::error(403, "user does not have access")); // as the server may
    client.call(stream::Delete::new("abc")).await?;
    Ok(())
}

/// A value that the server refuses
///
/// `error.body()` has the field and the reason as types: see `ApiError::fields`.
async fn wrong_value(studio: &StudioFake, client: &Client) -> Shown {
    let reply = r#"{"instancePath":"/profiles/0/width","keyword":"minimum","message":"must be >= 128"}"#;
    studio.reply_next(Reply::error(422, reply)); // as the server does
    let tiny = livepeer::FfmpegProfile::new("tiny", 16, 9, 1000, 30);
    client.call(stream::Create::new("my stream").profiles([tiny])).await?;
    Ok(())
}

/// A value outside the set that the server allows
async fn value_not_allowed(studio: &StudioFake, client: &Client) -> Shown {
    let reply = r#"{"instancePath":"/events/0","keyword":"enum","params":{"allowedValues":["stream.started","stream.idle"]},
        "message":"must be equal to one of the allowed values"}"#;
    studio.reply_next(Reply::error(422, reply)); // as the server does
    client.call(webhook::Create::new("hook", "https://example.com")).await?;
    Ok(())
}

/// A field that the server does not know
///
/// Omit the field: Studio refuses a request with a field that it does not know.
async fn unknown_field(studio: &StudioFake, client: &Client) -> Shown {
    let reply = r#"{"instancePath":"","keyword":"additionalProperties","params":{"additionalProperty":"colour"},
        "message":"must NOT have additional properties"}"#;
    studio.reply_next(Reply::error(422, reply)); // as the server does
    client.call(stream::Create::new("my stream")).await?;
    Ok(())
}

/// Not ready yet
///
/// Wait for the asset or its task. Do not poll the playback info: the server caches this response for two minutes.
async fn not_ready(client: &Client) -> Shown {
    let ticket = client.call(asset::RequestUpload::new("film")).await?;
    client.call(asset::Update::new(&ticket.asset.id).name("The film")).await?;
    Ok(())
}

/// The server is not reachable
///
/// Retried for every operation, because nothing was sent.
async fn server_down(nobody_listens: &str) -> Shown {
    let client = Client::studio("key").server(nobody_listens);
    client.call(stream::Create::new("my stream")).await?;
    Ok(())
}

/// A host that does not exist
async fn no_such_host() -> Shown {
    let client = Client::studio("key").server("https://livepeer.invalid/api").retry(Retry::never());
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A server that does not respond
async fn silence(silent: &Mock) -> Shown {
    let client = silent.client::<livepeer::Client>().retry(Retry::never());
    client.call(stream::Get::new("abc")).timeout(Duration::from_millis(20)).await?;
    Ok(())
}

/// A deadline that passes
async fn deadline(silent: &Mock) -> Shown {
    let client = silent.client::<livepeer::Client>();
    client.call(stream::Get::new("abc")).deadline(Duration::from_millis(20)).await?;
    Ok(())
}

/// A server that is overloaded
///
/// All attempts were used. `Retry` sets their number.
async fn overloaded(studio: &StudioFake, client: &Client) -> Shown {
    for _ in 0..3 {
        studio.reply_next(Reply::error(503, "overloaded"));
    }
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// An outage
///
/// After a hundred failed retries, the calls of a client are not retried, to avoid adding to the load.
async fn outage(broken: &Mock) -> Shown {
    let client = broken.client::<livepeer::Client>().retry(Retry::attempts(30).initial_backoff(Duration::ZERO));
    for _ in 0..4 {
        let _ = client.call(stream::Get::new("abc")).await;
    }
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A failure with an unknown outcome
///
/// The stream may have been created. Check before you create it again, or have all failures retried by
/// `Retry::default().non_idempotent(true)`.
async fn nobody_knows(studio: &StudioFake, client: &Client) -> Shown {
    studio.reply_next(Reply::error(500, "Internal server error: lost the database"));
    client.call(stream::Create::new("my stream")).await?;
    Ok(())
}

/// A deletion that was retried
///
/// `error.earlier_attempts()` has the attempts before the last.
async fn deleted_twice(studio: &StudioFake, client: &Client) -> Shown {
    studio.reply_next(Reply::error(500, "Internal server error: lost the database"));
    client.call(stream::Delete::new("abc")).await?;
    Ok(())
}

/// Too many requests
///
/// `Retry-After` was longer than `Retry::max_retry_after` allows.
async fn rate_limited(studio: &StudioFake, client: &Client) -> Shown {
    studio.reply_next(Reply::error(429, "too many requests").header("retry-after", "3600"));
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A base URL that is not a URL
///
/// Invalid settings fail every call, and `client.check()`.
async fn wrong_url() -> Shown {
    let client = Client::studio("key").server("livepeer.studio/api");
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A server that the API does not have
async fn wrong_server_index() -> Shown {
    let client = Client::studio("key").server_index(2);
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A key over plain http
async fn key_in_the_clear() -> Shown {
    let client = Client::studio("key").server("http://studio.example.com/api");
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A key with a line break in it
///
/// Line breaks at its start and end are removed.
async fn key_with_line_break() -> Shown {
    let client = Client::studio("half a key\nand the other half");
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A header with a line break in it
async fn wrong_header(client: &Client) -> Shown {
    client.call(stream::Get::new("abc")).header("x-note", "two\nlines").await?;
    Ok(())
}

/// A response that is not the API's
///
/// `error.raw_body()` has the whole body.
async fn not_json(studio: &StudioFake, client: &Client) -> Shown {
    studio.reply_next(Reply::text(200, "<!doctype html><title>Log in to the hotel's network</title>"));
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A response of another shape
///
/// A field that is missing, null or unknown is no error; only a response that cannot be read is.
async fn another_shape(studio: &StudioFake, client: &Client) -> Shown {
    studio.reply_next(Reply::json(200, &"a stream"));
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A response that is too large
async fn too_large(studio: &StudioFake, client: &Client) -> Shown {
    studio.reply_next(Reply::text(200, "x".repeat(2000)));
    let client = client.clone().max_response(1000);
    client.call(stream::Get::new("abc")).await?;
    Ok(())
}

/// A pipeline that a gateway no longer offers
async fn retired(retired: &Mock) -> Shown {
    let client = retired.client::<livepeer::Client<livepeer::Ai>>();
    client.call(generate::TextToImage::new("a lighthouse")).await?;
    Ok(())
}

/// A missing file
async fn missing_file(client: &Client) -> Shown {
    client.call(generate::Upscale::new("a lighthouse", File::path("missing.png"))).await?;
    Ok(())
}

/// A file that changes while it is sent
///
/// The server did not receive the whole request: call again when the file is complete.
async fn changed_file(client: &Client) -> Shown {
    let file = File::replayable(|| Ok(&b"less than was there"[..]), Some(1000)).name("growing.png");
    client.call(generate::Upscale::new("a lighthouse", file)).await?;
    Ok(())
}

/// A file that changed before its upload is resumed
async fn changed_upload(client: &Client) -> Shown {
    let saved = Arc::new(Mutex::new(None));
    let save = saved.clone();
    let upload = Upload::new(File::bytes(vec![1; 1000]).name("film.mp4"));
    client.upload(upload).on_state(move |state| *save.lock().unwrap() = Some(state.clone())).await?;

    let another = Upload::new(File::bytes(vec![2; 2000]).name("film.mp4"));
    let state = saved.lock().unwrap().take().ok_or("nothing saved")?;
    client.upload(another).resume(state).await?;
    Ok(())
}

/// A file that cannot be processed
///
/// The text after the colon is the server's. The server has already retried: upload another file.
async fn not_a_video(studio: &StudioFake, client: &Client) -> Shown {
    studio.fail_task(3, "unsupported codec"); // the server tries three times
    let made = client.call(asset::UploadUrl::new("film", "https://example.com/film.txt")).await?;
    studio.advance(Duration::from_secs(600));
    client.wait(&made.asset.id).await?;
    Ok(())
}

/// A wait that ends too soon
///
/// Wait again to continue.
async fn impatience(client: &Client) -> Shown {
    let made = client.call(asset::RequestUpload::new("film")).await?;
    client.wait(&made.asset.id).deadline(Duration::ZERO).await?;
    Ok(())
}

/// A webhook that is old
///
/// Respond with 401, as the extractors of axum do. If the clocks agree, it is a replay.
async fn old_webhook() -> Shown {
    let sent = (Timestamp::now() - Duration::from_secs(600)).as_millis();
    let body =
        format!(r#"{{"id": "1", "webhookId": "2", "createdAt": 3, "timestamp": {sent}, "event": "stream.idle"}}"#);
    let mut headers = http::HeaderMap::new();
    headers.insert(SIGNATURE_HEADER, sign("secret", body.as_bytes(), sent as u64).parse()?);
    Event::verify(&headers, body.as_bytes(), "secret", Duration::from_secs(300))?;
    Ok(())
}

/// A webhook with a wrong signature
async fn forged_webhook() -> Shown {
    let mut headers = http::HeaderMap::new();
    headers.insert(SIGNATURE_HEADER, sign("a guess", b"{}", 0).parse()?);
    Event::verify(&headers, b"{}", "secret", Duration::from_secs(300))?;
    Ok(())
}

/// A webhook without a signature
async fn unsigned_webhook() -> Shown {
    Event::verify(&http::HeaderMap::new(), b"{}", "secret", Duration::from_secs(300))?;
    Ok(())
}

/// A signing key that is not a key
async fn wrong_signing_key() -> Shown {
    PlaybackSigner::new("the public key", &Secret::from("the private key"))?;
    Ok(())
}

#[tokio::test]
async fn the_page_shows_what_a_person_sees() {
    // Bodies that are read from the source, below, must not be formatted into it by anything else.
    let running = Box::leak(Box::new(mock::studio().key("mock-key").listen().await.unwrap()));
    let studio: &'static StudioFake = running.studio();
    let (client, url): (&'static Client, &'static str) =
        (Box::leak(Box::new(running.client())), String::leak(running.url()));
    // Bound, so that nobody else gets the port, but not listening.
    let deaf = tokio::net::TcpSocket::new_v4().unwrap();
    deaf.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let unused = deaf.local_addr().unwrap();
    let nobody: &'static str = String::leak(format!("http://{unused}"));
    let leak = |mock: Mock| -> &'static Mock { Box::leak(Box::new(mock)) };
    let silent = leak(Mock::new().first(|_| std::future::pending()));
    let broken = leak(Mock::new().first(|_| async { Some(Reply::error(503, "down for maintenance")) }));
    let gone = leak(Mock::new().first(|_| async {
        Some(Reply::json(410, &serde_json::json!({"error": {"message": "batch pipelines are retired"}})))
    }));

    macro_rules! mistakes {
        ($($name:ident($($arg:expr),*)),* $(,)?) => {
            [$((stringify!($name), Box::pin($name($($arg),*)) as Pin<Box<dyn Future<Output = Shown>>>)),*]
        };
    }
    let mistakes: [Mistake; _] = mistakes![
        wrong_key(studio),
        no_key(url),
        no_key_in_the_environment(),
        wrong_id(client),
        empty_id(client),
        forbidden(studio, client),
        wrong_value(studio, client),
        value_not_allowed(studio, client),
        unknown_field(studio, client),
        not_ready(client),
        server_down(nobody),
        no_such_host(),
        silence(silent),
        deadline(silent),
        overloaded(studio, client),
        outage(broken),
        nobody_knows(studio, client),
        deleted_twice(studio, client),
        rate_limited(studio, client),
        wrong_url(),
        wrong_server_index(),
        key_in_the_clear(),
        key_with_line_break(),
        wrong_header(client),
        not_json(studio, client),
        another_shape(studio, client),
        too_large(studio, client),
        retired(gone),
        missing_file(client),
        changed_file(client),
        changed_upload(client),
        not_a_video(studio, client),
        impatience(client),
        old_webhook(),
        forged_webhook(),
        unsigned_webhook(),
        wrong_signing_key(),
    ];

    let mut page = String::from(HEAD);
    for (name, mistake) in mistakes {
        let (title, words, code) = section(name);
        let error = match mistake.await {
            Err(error) => error,
            // The machine that runs this may have a key; the text is the same on all others.
            Ok(()) if name == "no_key_in_the_environment" => return,
            Ok(()) => panic!("{name}: no error"),
        };
        page.push_str(&format!("\n## {title}\n\n```rs\n{code}```\n\n```text\n{}\n```\n", wrapped(&steady(&*error))));
        if let Some(says) = kind(&*error) {
            page.push_str(&format!("\n{says}\n"));
        }
        if !words.is_empty() {
            page.push_str(&format!("\n{words}\n"));
        }
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    if std::fs::read_to_string(&path).unwrap_or_default() != page {
        if std::env::var_os("UPDATE").is_none() {
            let made = std::env::temp_dir().join("errors.md");
            std::fs::write(&made, &page).unwrap();
            panic!("{} is out of date: compare with {}, or run with UPDATE=1", path.display(), made.display());
        }
        std::fs::write(path, page).unwrap();
    }
}

const HEAD: &str = "\
# Gallery of errors

Common mistakes and their errors. The page is generated from real calls: `UPDATE=1 cargo test --test error_gallery` writes it.

An error names the operation, what happened, the server's message, the number of attempts, and, if known, what to do. It never
contains a key. The texts below are those of `{error:#}`, with all causes, wrapped; `{error}` leaves the causes to
`error.source()`, and `{error:?}`, which a `main` that returns the error prints, begins with the same text.

In code, `error.kind()` and the `is_…` methods tell the cases apart, `error.body()` is the server's error response as a type, and
`error.is_retryable()` is whether a retry may succeed.
";

/// The title, the text and the code of a mistake, from this file.
fn section(name: &str) -> (String, String, String) {
    let source = include_str!("error_gallery.rs");
    let at = source.find(&format!("\nasync fn {name}(")).unwrap();
    let docs: Vec<_> = source[..at].lines().rev().map_while(|line| line.strip_prefix("///")).collect();
    let mut docs = docs.iter().rev().map(|line| line.strip_prefix(' ').unwrap_or(line));
    let title = docs.next().unwrap().to_owned();
    let words = docs.skip(1).collect::<Vec<_>>().join("\n");
    let body = source[at + 1..].lines().skip(1).take_while(|line| *line != "}").filter(|line| line.trim() != "Ok(())");
    (title, words, body.map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect())
}

/// What the error's methods return.
fn kind(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let error = plain(error)?;
    let kind = error.kind();
    let yes: Vec<_> = [
        ("is_unauthorized", error.is_unauthorized()),
        ("is_forbidden", error.is_forbidden()),
        ("is_not_found", error.is_not_found()),
        ("is_gone", error.is_gone()),
        ("is_unprocessable", error.is_unprocessable()),
        ("is_rate_limited", error.is_rate_limited()),
        ("is_server_error", error.is_server_error()),
        ("is_timeout", error.is_timeout()),
        ("is_connect", error.is_connect()),
        ("is_request", error.is_request()),
        ("is_decode", error.is_decode()),
        ("is_retryable", error.is_retryable()),
    ]
    .into_iter()
    .filter(|(_, yes)| *yes)
    .map(|(name, _)| format!("`{name}()`"))
    .collect();
    let status = match (kind, error.status()) {
        (ErrorKind::Status, _) | (_, None) => String::new(),
        (_, Some(status)) => format!(", status {}", status.as_u16()),
    };
    let yes = if yes.is_empty() { String::new() } else { format!(": {}", yes.join(", ")) };
    Some(format!("*`ErrorKind::{kind:?}`{status}{yes}*"))
}

/// The errors of operations have different types, but the same methods.
fn plain<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<Plain<'a>> {
    None.or_else(|| error.downcast_ref().map(Plain::Studio)).or_else(|| error.downcast_ref().map(Plain::Ai))
}

enum Plain<'a> {
    Studio(&'a livepeer::Error<livepeer::ApiError>),
    Ai(&'a livepeer::Error<generate::GenerateError>),
}

macro_rules! asked {
    ($($name:ident -> $ty:ty),* $(,)?) => {
        impl Plain<'_> {
            $(fn $name(&self) -> $ty {
                match self {
                    Self::Studio(error) => error.$name(),
                    Self::Ai(error) => error.$name(),
                }
            })*
        }
    };
}

asked! {
    kind -> ErrorKind, status -> Option<http::StatusCode>, is_unauthorized -> bool, is_forbidden -> bool,
    is_not_found -> bool, is_gone -> bool, is_unprocessable -> bool, is_rate_limited -> bool, is_server_error -> bool,
    is_timeout -> bool, is_connect -> bool, is_request -> bool, is_decode -> bool, is_retryable -> bool,
}

/// The text in lines that a page shows without scrolling.
fn wrapped(text: &str) -> String {
    let (mut lines, mut width) = (String::new(), 0);
    for word in text.split(' ') {
        let len = word.chars().count();
        if width > 0 {
            let breaks = width + 1 + len > 96;
            lines.push(if breaks { '\n' } else { ' ' });
            width = if breaks { 0 } else { width + 1 };
        }
        lines.push_str(word);
        width += len;
    }
    lines
}

/// The text, without what differs between runs and systems.
fn steady(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error:#}");
    if let Some((before, after)) = text.split_once(" attempts in ") {
        let (_, after) = after.split_once(')').unwrap();
        text = format!("{before} attempts in 0.4s){after}");
    }
    if let Some((before, after)) = text.split_once("lookup address information: ") {
        let after = after.find(';').map_or("", |at| &after[at..]);
        text = format!("{before}lookup address information: Name or service not known{after}");
    }
    if let Some((before, after)) = text.split_once("not done after ") {
        text = format!("{before}not done after 2.0s{}", &after[after.find(';').unwrap()..]);
    }
    if let Some((before, after)) = text.split_once("was sent 600.") {
        text = format!("{before}was sent 600s{}", after.trim_start_matches(|c: char| c != ' '));
    }
    text
}
