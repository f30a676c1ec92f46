//! The emulator's own paths: the page, and the API by which it is controlled.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, request::Parts};
use livepeer::Body;
use livepeer::mock::Reply;
use livepeer::replay::Redaction;
use livepeer::{PlaybackId, StreamId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::accounts::Account;
use super::{Emulator, body, events, lock};

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

/// Where the API is.
const BASE: &str = "/_emulator/";

/// How large a body may be, in bytes: that of a snapshot.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// How many logs of deliveries are shown.
const LOGS: usize = 50;

pub fn is_own(path: &str) -> bool {
    path == "/" || path == "/favicon.ico" || path.starts_with(BASE)
}

pub async fn respond(emulator: &Arc<Emulator>, request: Request<Body>) -> Reply {
    let (parts, body) = request.into_parts();
    if let Some(reason) = refused(&parts) {
        return Reply::text(403, reason);
    }
    let path = parts.uri.path();
    let method = parts.method.as_str();
    match (method, path.strip_prefix(BASE).unwrap_or(path)) {
        ("GET", "/") => file("text/html", PAGE),
        ("GET", "page.js") => file("text/javascript", SCRIPT),
        ("GET", "page.css") => file("text/css", STYLE),
        ("GET", "/favicon.ico") => Reply::status(204),
        ("GET", "events") => Reply::event_stream(events::body(emulator.changes())).header("cache-control", "no-store"),
        (method, name) => {
            let Some(account) = account(emulator, &parts) else {
                return Reply::text(404, "there is no such account\n");
            };
            let Ok(text) = body::read(body, MAX_BODY).await else {
                return Reply::text(413, format!("the body has more than {MAX_BODY} bytes\n"));
            };
            let json = match serde_json::from_slice::<Value>(&text) {
                Ok(json) => json,
                Err(_) if text.is_empty() && method != "PUT" => json!({}),
                Err(error) => return Reply::text(400, format!("the body is no JSON: {error}\n")),
            };
            let reply = call(emulator, account, method, name, json);
            if method != "GET" {
                emulator.note_change();
            }
            reply
        }
    }
}

fn file(kind: &'static str, text: &'static str) -> Reply {
    let policy = "default-src 'self'; media-src 'self' blob:; img-src 'self' data:; frame-ancestors 'none'";
    Reply::status(200)
        .header("content-type", &format!("{kind}; charset=utf-8"))
        .header("content-security-policy", policy)
        .header("cache-control", "no-cache")
        .with_body(text)
}

/// Why a request is not served: pages of other sites must not control the emulator.
fn refused(parts: &Parts) -> Option<&'static str> {
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let host = header("host").unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_local = name.parse::<std::net::Ipv4Addr>().is_ok() || name.starts_with('[') || !name.contains('.');
    if !is_local {
        return Some("the emulator is called by an address or by a name without a dot\n");
    }
    let own = |origin: &str| origin.split_once("://").is_some_and(|(_, rest)| rest == host);
    header("origin").filter(|origin| !own(origin)).map(|_| "pages of other sites cannot control the emulator\n")
}

/// The account in the header, else the first.
fn account<'a>(emulator: &'a Emulator, parts: &Parts) -> Option<&'a Account> {
    match parts.headers.get("emulator-account") {
        Some(name) => emulator.accounts.iter().find(|account| account.name.as_bytes() == name.as_bytes()),
        None => emulator.accounts.first(),
    }
}

fn call(emulator: &Emulator, account: &Account, method: &str, name: &str, json: Value) -> Reply {
    match (method, name) {
        ("GET", "state") => Reply::json(200, &state(emulator, account)),
        ("GET", "snapshot") => Reply::json(200, &account.studio.snapshot()),
        ("PUT", "snapshot") => match account.studio.restore(json) {
            Ok(()) => Reply::status(204),
            Err(error) => Reply::text(400, format!("{error}\n")),
        },
        ("POST", "reset") => {
            account.studio.reset();
            lock(&emulator.journal).clear();
            Reply::status(204)
        }
        ("GET", "faults") => Reply::json(200, &*lock(&emulator.faults)),
        ("PUT", "faults") => match serde_json::from_value(json) {
            Ok(faults) => {
                *lock(&emulator.faults) = faults;
                Reply::status(204)
            }
            Err(error) => Reply::text(400, format!("{error}\n")),
        },
        ("POST", action) => act(emulator, account, action, json).map_or_else(|reply| reply, |()| Reply::status(204)),
        _ => Reply::text(404, "not found\n"),
    }
}

/// A stream.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfStream {
    id: StreamId,
}

/// A viewer of a playback id.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Watch {
    id: PlaybackId,
    #[serde(default)]
    seconds: Time,
}

/// Time that passes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    #[serde(default)]
    seconds: Time,
}

/// A number of seconds (default: 60).
#[derive(Deserialize)]
#[serde(try_from = "f64")]
struct Time(Duration);

impl Default for Time {
    fn default() -> Self {
        Self(Duration::from_secs(60))
    }
}

impl TryFrom<f64> for Time {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Self, String> {
        Duration::try_from_secs_f64(seconds)
            .map(Self)
            .map_err(|_| format!("`seconds` is a number from 0 on, not {seconds}"))
    }
}

/// A task that fails.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FailTask {
    times: u32,
    message: String,
}

impl Default for FailTask {
    fn default() -> Self {
        Self { times: 3, message: "the task failed".into() }
    }
}

/// A file that has arrived.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arrived {
    /// Of its asset.
    id: String,
    #[serde(default = "mebibyte")]
    size: u64,
}

fn mebibyte() -> u64 {
    1_048_576
}

/// What happens in the world outside.
fn act(emulator: &Emulator, account: &Account, action: &str, json: Value) -> Result<(), Reply> {
    let studio = &account.studio;
    let known = |is_known: bool, what: &str| match is_known {
        true => Ok(()),
        false => Err(Reply::text(404, format!("account {:?} has no {what} of this id\n", account.name))),
    };
    match action {
        "go-live" => known(studio.go_live(&read::<OfStream>(json)?.id), "stream"),
        "go-idle" => known(studio.go_idle(&read::<OfStream>(json)?.id), "stream"),
        "watch" => {
            let watch: Watch = read(json)?;
            known(studio.watch(&watch.id, watch.seconds.0), "stream or asset with a playback id")
        }
        "advance" => {
            emulator.advance(read::<Advance>(json)?.seconds.0);
            Ok(())
        }
        "fail-task" => {
            let fail: FailTask = read(json)?;
            studio.fail_task(fail.times, fail.message);
            Ok(())
        }
        "receive-upload" => {
            let arrived: Arrived = read(json)?;
            studio.receive_upload(&arrived.id, arrived.size)
        }
        _ => Err(Reply::text(404, "not found\n")),
    }
}

/// The body of an action.
fn read<T: DeserializeOwned>(json: Value) -> Result<T, Reply> {
    if !json.is_object() {
        return Err(Reply::text(400, "the body is no object\n"));
    }
    serde_json::from_value(json).map_err(|error| Reply::text(400, format!("{error}\n")))
}

/// All that the page shows, without secrets.
fn state(emulator: &Emulator, account: &Account) -> Value {
    let mut state = account.studio.snapshot();
    if let Some(logs) = state["logs"].as_array_mut() {
        logs.reverse();
        logs.truncate(LOGS);
    }
    let tasks = state["work"].as_array().into_iter().flatten().map(|work| work["task"].clone());
    let tasks: Vec<_> = tasks.collect();
    let uploads = account.studio.uploading().into_iter();
    let uploads: Vec<_> = uploads
        .map(|(asset, received, length)| json!({ "assetId": asset, "received": received, "length": length }))
        .collect();
    let shown = json!({
        "accounts": emulator.accounts.iter().map(|account| &account.name).collect::<Vec<_>>(),
        "account": account.name,
        "clock": emulator.clock.name(),
        "now": state["now"],
        "streams": state["streams"],
        "sessions": state["sessions"],
        "assets": state["assets"],
        "tasks": tasks,
        "uploads": uploads,
        "webhooks": state["webhooks"],
        "logs": state["logs"],
        "pending": state["outbox"],
        "views": state["views"],
    });
    let mut redaction = Redaction::new();
    account.studio.secrets().iter().for_each(|secret| redaction.add(secret.expose()));
    let mut shown = redaction.shown().json(shown);
    // A key of the emulator is no secret: the page itself calls with it.
    shown["apiKey"] = account.keys.first().map_or("any", String::as_str).into();
    shown["requests"] = lock(&emulator.journal).entries().cloned().collect();
    shown["faults"] = serde_json::to_value(&*lock(&emulator.faults)).unwrap_or_default();
    shown
}
