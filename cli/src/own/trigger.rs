//! `livepeer trigger`: sends an event as Studio would, with sample data from a fake.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use livepeer::mock::{self, Mock, Reply};
use livepeer::webhook::{self, EventKind, Payload};
use livepeer::{PlaybackPolicy, Retry, Timestamp, asset, multistream, stream};
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{Failure, code};
use crate::forward::{Forward, secret};

/// Every kind of event.
const KINDS: [&str; 20] = [
    "stream.started",
    "stream.detection",
    "stream.idle",
    "recording.ready",
    "recording.started",
    "recording.waiting",
    "multistream.connected",
    "multistream.error",
    "multistream.disconnected",
    "playback.user.new",
    "playback.accessControl",
    "asset.created",
    "asset.updated",
    "asset.failed",
    "asset.ready",
    "asset.deleted",
    "task.spawned",
    "task.updated",
    "task.completed",
    "task.failed",
];

pub fn build(command: Command) -> Command {
    command.about("Sends a webhook event to a program, signed as by Studio, with made-up data").args([
        Arg::new("event").value_name("EVENT").required(true).value_parser(KINDS).hide_possible_values(true).help("Kind of event, such as asset.ready"),
        Arg::new("to").long("forward-to").value_name("URL").required(true).help("Where to send it"),
        Arg::new("secret").long("secret-env").value_name("VARIABLE").help("Signs with the shared secret in this variable (default: no signature)"),
    ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let forward = Forward::new(text("to"))?;
    let secret = secret(matches.get_one("secret"))?;
    let mut body = event(text("event")).await?;
    let now = Timestamp::now().as_millis();
    body["timestamp"] = now.into();
    let sent = forward.deliver(&body.to_string(), now.unsigned_abs(), secret.as_ref()).await;
    let status = sent.map_err(|error| Failure::other(format_args!("{} could not be delivered: {error}", text("to"))))?;
    context.printer.value(&json!({ "event": text("event"), "id": body["id"], "status": status }))?;
    match status {
        200..300 => Ok(()),
        status => Err(Failure::new(code::OTHER, format_args!("the receiver responded with {status}"))),
    }
}

/// An event of this kind: a fake of Studio is brought to deliver it to a webhook.
async fn event(kind: &str) -> Result<Value, Failure> {
    let told: Arc<Mutex<Vec<Value>>> = Arc::default();
    let hearing = told.clone();
    let receiver = Mock::new().fallback(move |request| {
        let told = hearing.clone();
        async move {
            let bytes = request.into_body().bytes(usize::MAX).await.unwrap_or_default();
            let event = serde_json::from_slice(&bytes).unwrap_or_default();
            told.lock().unwrap_or_else(PoisonError::into_inner).push(event);
            Reply::status(204)
        }
    });
    let studio = mock::studio().per_request(Duration::ZERO).deliver_through(receiver);
    let client = studio.client().retry(Retry::never());
    let kinds: Vec<_> = KINDS.iter().map(|kind| EventKind::from(*kind)).collect();
    let hook = client.call(webhook::Create::new("trigger", "http://127.0.0.1/").events(kinds)).await?.id;
    let target = client.call(multistream::Create::new("rtmp://there.example/live/key")).await?.id;
    let targets = stream::Multistream::new().targets([stream::TargetRef::new("source").id(target)]);
    let policy = PlaybackPolicy::webhook(hook.unwrap_or_default());
    let create = stream::Create::new("my stream").record(true).multistream(targets).playback_policy(policy);
    let live = client.call(create).await?;
    studio.go_live(&live.id);
    let happen = |name: &str, value: Value| {
        studio.emit(Payload::Unknown { name: name.into(), value: Some(value) }, Some(&live.id));
    };
    happen("stream.detection", json!({ "seqNo": 1, "sceneClassification": [{ "name": "soccer", "probability": 0.9 }] }));
    happen("multistream.error", json!({ "target": { "id": "target", "name": "there.example", "profile": "source" } }));
    happen("playback.user.new", json!({ "playbackId": live.playback_id }));
    studio.may_play(&live.playback_id.clone().unwrap_or_default(), "an access key").await;
    studio.go_idle(&live.id);
    studio.fail_task(3, "the file is no video");
    client.call(asset::UploadUrl::new("my other film", "https://files.example/other.mp4")).await?;
    let film = client.call(asset::UploadUrl::new("my film", "https://files.example/film.mp4")).await?.asset;
    // Long enough for all three attempts.
    studio.advance(Duration::from_secs(600));
    client.call(asset::Delete::new(film.id)).await?;
    studio.delivered().await;
    let told = told.lock().unwrap_or_else(PoisonError::into_inner);
    let found = told.iter().find(|event| event["event"] == kind).cloned();
    found.ok_or_else(|| Failure::other(format_args!("the emulator causes no {kind}")))
}
