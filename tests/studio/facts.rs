//! Where the server differs from its specification, or surprises.
#![allow(deprecated)]

use std::time::Duration;

use livepeer::{
    ApiError, CreatorId, PlaybackPolicy, Retry, access_control, asset, multistream, playback, project, room, session,
    stream, task, webhook,
};
use serde_json::{Value, json};

use super::{Result, once, raw, running, studio};

#[tokio::test]
async fn statuses_that_the_specification_does_not_list() -> Result {
    let server = running(&studio()).await;
    let client = once(&server);
    let create = webhook::Create::new("x", "https://hook.example").events([webhook::EventKind::AssetReady]);
    let hook = client.call(create).with_response().await?;
    assert_eq!(hook.status, 201);
    let gone = client.call(webhook::Delete::new(hook.value.id.unwrap())).with_response().await?;
    assert_eq!((gone.status.as_u16(), gone.raw_body.len()), (204, 0));
    assert_eq!(client.call(access_control::Create::new()).with_response().await?.status, 201);
    assert_eq!(client.call(room::Create::new()).with_response().await?.status, 201);
    let stream = client.call(stream::Create::new("x")).with_response().await?;
    assert_eq!(stream.status, 201);
    let spec = stream::TargetSpec::new("rtmp://there.example/live/key");
    let add = stream::AddMultistreamTarget::new(stream.value.id, stream::TargetRef::new("source").spec(spec));
    let added = client.call(add).with_response().await?;
    assert!(added.status == 200 && added.value.is_some());
    Ok(())
}

#[tokio::test]
async fn unknown_fields_nulls_and_wrong_types_are_refused_in_json_within_json() -> Result {
    let studio = studio();
    for (body, field, keyword) in [
        (json!({ "name": "x", "colour": "red" }), "colour", "additionalProperties"),
        (json!({ "name": null }), "name", "type"),
        (json!({ "name": 7 }), "name", "type"),
        (json!({ "name": "x", "record": "true" }), "record", "type"),
        (json!({ "name": "x", "record": null }), "record", "type"),
        (json!({ "record": true }), "name", "required"),
        (json!({ "name": "x", "pull": { "source": "a", "colour": 1 } }), "pull.colour", "additionalProperties"),
        (json!({ "name": "x", "pull": { "source": null } }), "pull.source", "type"),
        (json!({ "name": "x", "playbackPolicy": { "type": "nobody" } }), "playbackPolicy.type", "enum"),
        (
            json!({ "name": "x", "pull": { "source": "a", "location": { "lat": "1", "lon": 2 } } }),
            "pull.location.lat",
            "type",
        ),
    ] {
        let (status, response) = raw(&studio, "POST", "/api/stream", &body.to_string()).await;
        assert_eq!(status, 422, "{body}");
        let error: ApiError = decode(&response);
        let fields = error.fields();
        assert_eq!(fields.len(), 1, "{body}: {response}");
        assert_eq!((fields[0].field.as_str(), fields[0].keyword.as_str()), (field, keyword), "{body}: {response}");
        assert!(!fields[0].reason.is_empty());
    }
    for allowed in [json!({ "name": "x", "profiles": null, "playbackPolicy": null })] {
        assert_eq!(raw(&studio, "POST", "/api/stream", &allowed.to_string()).await.0, 201);
    }

    // The same through a typed call, whose models let fields through that this version does not know.
    let mut pull = stream::Pull::new("https://source.example");
    pull.extra.insert("colour", "red");
    let error = studio.client().call(stream::Create::new("x").pull(pull)).await.unwrap_err();
    assert!(error.is_unprocessable());
    assert_eq!(error.body().unwrap().fields()[0].field, "pull.colour");
    Ok(())
}

fn decode(response: &Value) -> ApiError {
    livepeer::ErrorBody::decode(
        http::StatusCode::UNPROCESSABLE_ENTITY,
        &http::HeaderMap::new(),
        response.to_string().as_bytes(),
    )
    .unwrap()
}

#[tokio::test]
async fn a_body_that_does_not_say_that_it_is_json_is_empty() {
    let studio = studio();
    let request = http::Request::post("http://localhost/stream").header("authorization", "Bearer key");
    let response = studio.mock().respond(request.body(r#"{"name":"x"}"#.into()).unwrap()).await;
    assert_eq!(response.status(), 422);
}

#[tokio::test]
async fn keys() -> Result {
    let server = running(&studio().key("right")).await;
    assert!(server.client().call(stream::List::new()).await.is_ok());
    let wrong = once(&server).key("wrong-key");
    let error = wrong.call(stream::List::new()).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.message().unwrap(), "no token [key] found");
    assert!(!format!("{error} {error:?}").contains("wrong-key"));
    // Also where no key is needed.
    let error = wrong.call(playback::Get::new("x")).await.unwrap_err();
    assert!(error.is_unauthorized());

    let none = livepeer::Client::<livepeer::Studio>::new().server(server.url()).retry(Retry::never());
    let error = none.call(stream::List::new()).await.unwrap_err();
    assert_eq!(error.message().unwrap(), "request is not authenticated");
    assert!(none.call(playback::Get::new("x")).await.unwrap_err().is_not_found());
    assert!(none.call(access_control::PublicKey::new()).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn what_is_not_there() -> Result {
    let studio = studio();
    let client = studio.client();
    let error = client.call(stream::Get::new("none")).await.unwrap_err();
    assert_eq!(error.body().unwrap().errors, ["not found"]);
    assert_eq!(raw(&studio, "GET", "/api/no/such/route", "").await, (404, json!({ "errors": ["not found"] })));
    let error = client.call(project::Get::new("none")).await.unwrap_err();
    assert!(error.is_forbidden());
    let server = running(&studio).await;
    let error = once(&server).call(stream::Create::new("x".repeat(200_000))).await.unwrap_err();
    assert!(error.is_payload_too_large());
    Ok(())
}

#[tokio::test]
async fn deleting_twice() -> Result {
    let server = running(&studio()).await;
    let client = once(&server);
    let stream = client.call(stream::Create::new("x")).await?.id;
    let target = client.call(multistream::Create::new("rtmp://a.example")).await?.id;
    let hook = client.call(webhook::Create::new("x", "https://hook.example").events([])).await?.id.unwrap();
    let key = client.call(access_control::Create::new()).await?.id.unwrap();
    let room = client.call(room::Create::new()).await?.id.unwrap();
    let asset = client.call(asset::RequestUpload::new("x")).await?.asset.id;

    // Gone or not: no error.
    client.call(stream::RemoveMultistreamTarget::new(&stream, &target)).await?;
    client.call(room::DeleteUser::new(&room, "nobody")).await?;

    for first in [true, false] {
        let responses = [
            client.call(stream::Delete::new(&stream)).await.map_err(|error| error.is_not_found()),
            client.call(multistream::Delete::new(&target)).await.map_err(|error| error.is_not_found()),
            client.call(webhook::Delete::new(&hook)).await.map(drop).map_err(|error| error.is_not_found()),
            client.call(access_control::Delete::new(&key)).await.map_err(|error| error.is_not_found()),
            client.call(room::Delete::new(&room)).await.map_err(|error| error.is_not_found()),
            client.call(asset::Delete::new(&asset)).await.map_err(|error| {
                error.status().unwrap() == 400 && error.message().unwrap() == "asset is already deleted"
            }),
        ];
        assert_eq!(responses, [if first { Ok(()) } else { Err(true) }; 6]);
    }
    Ok(())
}

#[tokio::test]
async fn a_webhook_is_found_by_the_id_in_the_body_and_replaced_whole() -> Result {
    let studio = studio();
    let client = studio.client();
    let create = webhook::Create::new("x", "https://hook.example").shared_secret("s").events([]);
    let hook = client.call(create).await?;
    assert_eq!(hook.shared_secret.unwrap().expose(), "s");
    let id = hook.id.unwrap();
    let body = json!({ "name": "y", "url": "https://hook.example", "events": [] });
    assert_eq!(raw(&studio, "PUT", &format!("/api/webhook/{id}"), &body.to_string()).await.0, 404);

    let response =
        client.call(webhook::Update::new(&id, "y", "https://hook.example").events([])).with_response().await?;
    assert_eq!(serde_json::from_slice::<Value>(&response.raw_body).unwrap(), json!({ "id": id }));
    let hook = client.call(webhook::Get::new(&id)).await?;
    assert_eq!((hook.name.as_str(), hook.shared_secret), ("y", None));
    let error = client.call(webhook::Create::new("x", "https://hook.example")).await.unwrap_err();
    assert!(error.is_unprocessable());
    assert_eq!(error.message().unwrap(), "must provide \"events\" field with subscriptions");
    Ok(())
}

#[tokio::test]
async fn creators_come_back_with_their_type() -> Result {
    let client = studio().client();
    let typed = CreatorId::Typed(livepeer::TypedCreatorId::new(livepeer::CreatorIdType::Unverified, "me"));
    let made = client.call(stream::Create::new("x").creator_id("me")).await?;
    assert_eq!(made.creator_id, Some(typed.clone()));
    let made = client.call(stream::Create::new("x").creator_id(typed.clone())).await?;
    assert_eq!(made.creator_id, Some(typed));
    Ok(())
}

#[tokio::test]
async fn a_new_stream() -> Result {
    let client = studio().client();
    let made = client.call(stream::Create::new("x")).with_response().await?;
    let json: Value = serde_json::from_slice(&made.raw_body).unwrap();
    assert_eq!(json.get("lastTerminatedAt"), Some(&Value::Null));
    for absent in ["isHealthy", "issues", "playbackPolicy", "ingestRate", "outgoingRate", "region"] {
        assert_eq!(json.get(absent), None, "{absent}");
    }
    assert_eq!(json["renditions"], json!({}));
    assert_eq!(
        (&json["profiles"][0]["profile"], json["profiles"][0].get("fpsDen")),
        (&json!("H264ConstrainedHigh"), None)
    );
    assert_eq!(json["lastSeen"], 0);
    assert!(json["createdAt"].is_i64());
    let key = made.value.stream_key.unwrap();
    assert!(key.expose().len() == 19 && key.expose().split('-').all(|part| part.len() == 4));
    // The same in every run, so that tests can rely on it.
    let again = studio().client().call(stream::Create::new("x")).await?;
    assert_eq!((again.id, again.stream_key, again.playback_id), (made.value.id, Some(key), made.value.playback_id));
    Ok(())
}

#[tokio::test]
async fn null_takes_a_policy_away_from_an_asset_but_not_from_a_stream() -> Result {
    let studio = studio();
    let client = studio.client();
    let stream = client.call(stream::Create::new("x").playback_policy(PlaybackPolicy::jwt())).await?.id;
    client.call(stream::Update::new(&stream).playback_policy(None)).await?;
    assert_eq!(client.call(stream::Get::new(&stream)).await?.playback_policy, Some(PlaybackPolicy::jwt()));
    let asset = client.call(asset::RequestUpload::new("x").playback_policy(PlaybackPolicy::jwt())).await?.asset.id;
    studio.receive_upload(asset.as_str(), 1).unwrap();
    studio.advance(Duration::from_secs(60));
    assert_eq!(client.call(asset::Update::new(&asset).playback_policy(None)).await?.playback_policy, None);
    Ok(())
}

#[tokio::test]
async fn terminating_twice_within_five_seconds() -> Result {
    let server = running(&studio()).await;
    let client = once(&server);
    let stream = client.call(stream::Create::new("x")).await?.id;
    client.call(stream::Terminate::new(&stream)).await?;
    let error = client.call(stream::Terminate::new(&stream)).await.unwrap_err();
    assert!(error.is_rate_limited() && error.headers().get("retry-after").is_none());
    server.studio().advance(Duration::from_secs(5));
    client.call(stream::Terminate::new(&stream)).await?;
    assert!(client.call(stream::Get::new(&stream)).await?.last_terminated_at.is_some());
    Ok(())
}

#[tokio::test]
async fn the_open_source_server_wants_to_know_whose_targets() -> Result {
    let client = studio().open_source(true).client();
    let target = client.call(multistream::Create::new("rtmp://a.example/key")).await?;
    let error = client.call(multistream::List::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 400);
    let list = client.call(multistream::List::new().user_id(target.user_id.unwrap())).await?;
    assert_eq!((list.len(), &list[0].url), (1, &None));
    Ok(())
}

#[tokio::test]
async fn an_asset_must_be_ready_first() -> Result {
    let studio = studio().per_request(Duration::ZERO);
    let client = studio.client();
    let ticket = client.call(asset::RequestUpload::new("x")).await?;
    let (id, playback_id) = (ticket.asset.id, ticket.asset.playback_id.unwrap());
    let error = client.call(asset::Update::new(&id).name("y")).await.unwrap_err();
    assert!(error.is_unprocessable() && error.message().unwrap() == "asset is not ready");
    assert!(client.call(playback::Get::new(&playback_id)).await.unwrap_err().is_unprocessable());
    let export = asset::Export::new(&id, livepeer::CustomExport::new("https://put.example"));
    assert!(client.call(export).await.unwrap_err().is_precondition_failed());
    assert!(client.call(asset::Retry::new(&id)).await.is_err());
    assert!(client.call(asset::Restore::new(&id)).await.is_err());

    studio.receive_upload(playback_id.as_str(), 5).unwrap();
    assert_eq!(studio.receive_upload(id.as_str(), 5).unwrap_err().status, 422);
    assert_eq!(studio.receive_upload("none", 5).unwrap_err().status, 404);
    studio.advance(Duration::from_secs(10));
    client.call(asset::Update::new(&id).name("y")).await?;
    // Whoever has asked too early gets the same for two minutes.
    assert!(client.call(playback::Get::new(&playback_id)).await.unwrap_err().is_unprocessable());
    studio.advance(Duration::from_secs(110));
    assert!(client.call(playback::Get::new(&playback_id)).await?.hls().is_some());
    Ok(())
}

#[tokio::test]
async fn a_task_moves_through_its_phases_as_time_passes() -> Result {
    let studio = studio().per_request(Duration::ZERO);
    let client = studio.client();
    let ticket = client.call(asset::RequestUpload::new("x")).await?;
    let task_id = ticket.task.id;
    let both = async || -> Result<(task::TaskStatus, asset::AssetStatus)> {
        let task = client.call(task::Get::new(&task_id)).await?.status.unwrap();
        Ok((task, client.call(asset::Get::new(&ticket.asset.id)).await?.status.unwrap()))
    };
    let phases = async || -> Result<_> { both().await.map(|(task, asset)| (task.phase, asset.phase)) };
    assert_eq!(phases().await?, (task::Phase::Pending, asset::Phase::Uploading));
    studio.receive_upload(ticket.asset.id.as_str(), 5).unwrap();
    assert_eq!(phases().await?, (task::Phase::Waiting, asset::Phase::Waiting));
    assert_eq!(both().await?.0.progress, None);
    studio.advance(Duration::from_secs(3));
    assert_eq!(phases().await?, (task::Phase::Running, asset::Phase::Processing));
    let (task, asset) = both().await?;
    assert_eq!((task.progress, asset.progress), (Some(0.5), Some(0.5)));
    studio.advance(Duration::from_secs(3));
    assert_eq!(phases().await?, (task::Phase::Completed, asset::Phase::Ready));
    assert_eq!(both().await?.0.progress, None);
    let output = client.call(task::Get::new(&task_id)).await?.output.unwrap().upload.unwrap();
    let measured = output.asset_spec.unwrap();
    assert_eq!((measured.size, measured.name, measured.video_spec.is_some()), (Some(5), None, true));
    Ok(())
}

#[tokio::test]
async fn a_task_that_is_to_be_repeated_waits_with_an_error_message() -> Result {
    let studio = studio().per_request(Duration::ZERO);
    let client = studio.client();
    let status = async |id: &livepeer::TaskId| -> Result<task::TaskStatus> {
        Ok(client.call(task::Get::new(id)).await?.status.unwrap())
    };
    studio.fail_task(2, "no machine is free");
    let id = client.call(asset::UploadUrl::new("x", "https://files.example/a")).await?.task.id;
    studio.advance(Duration::from_secs(5));
    let waits = status(&id).await?;
    assert_eq!((waits.phase, waits.error_message.as_deref()), (task::Phase::Waiting, Some("no machine is free")));
    assert_eq!(waits.retries, Some(1));
    studio.advance(Duration::from_secs(29));
    assert_eq!(status(&id).await?.phase, task::Phase::Waiting);
    studio.advance(Duration::from_secs(5));
    assert_eq!(status(&id).await?.retries, Some(2));
    studio.advance(Duration::from_secs(180 + 4));
    let done = status(&id).await?;
    assert_eq!((done.phase, done.error_message), (task::Phase::Completed, None));

    studio.fail_task(3, "never");
    let id = client.call(asset::UploadUrl::new("x", "https://files.example/b")).await?.task.id;
    studio.advance(Duration::from_secs(600));
    let failed = status(&id).await?;
    assert_eq!((failed.phase, failed.error_message.as_deref()), (task::Phase::Failed, Some("never")));
    Ok(())
}

#[tokio::test]
async fn the_same_url_gives_the_same_asset_for_a_quarter_of_an_hour() -> Result {
    let studio = studio();
    let client = studio.client();
    let upload = || asset::UploadUrl::new("x", "https://files.example/a");
    let first = client.call(upload()).with_response().await?;
    let same = client.call(upload()).with_response().await?;
    assert_eq!((first.status.as_u16(), same.status.as_u16()), (201, 200));
    assert_eq!((&first.value.asset.id, &first.value.task), (&same.value.asset.id, &same.value.task));
    studio.advance(Duration::from_secs(15 * 60));
    let later = client.call(upload()).with_response().await?;
    assert_eq!(later.status, 201);
    assert_ne!(later.value.asset.id, first.value.asset.id);
    Ok(())
}

#[tokio::test]
async fn the_key_of_an_encrypted_file_is_not_shown() -> Result {
    let client = studio().client();
    let wrong = asset::RequestUpload::new("x").encryption(livepeer::Encryption::new("no base64!"));
    assert!(client.call(wrong.playback_policy(PlaybackPolicy::jwt())).await.unwrap_err().is_unprocessable());
    let encrypted = asset::RequestUpload::new("x").encryption(livepeer::Encryption::new("a2V5"));
    let error = client.call(encrypted.clone()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 400);
    assert_eq!(error.message().unwrap(), "a playbackPolicy is required when using encryption");
    let ticket = client.call(encrypted.playback_policy(PlaybackPolicy::jwt())).with_response().await?;
    let json: Value = serde_json::from_slice(&ticket.raw_body).unwrap();
    assert_eq!(json["asset"]["source"]["encryption"], json!({ "encryptedKey": "a2V5", "key": "***" }));
    Ok(())
}

#[tokio::test]
async fn sessions_are_streams_too() -> Result {
    let studio = studio();
    let client = studio.client();
    let stream = client.call(stream::Create::new("x").record(true)).await?;
    studio.go_live(&stream.id);
    let children = client.call(stream::List::new().sessions_only(true)).await?;
    let [child] = &children[..] else { panic!("{children:?}") };
    assert_eq!((&child.parent_id, child.session_id.is_some()), (&Some(stream.id.clone()), true));
    assert!(child.stream_key.is_none() && child.playback_id.is_none() && child.profiles.is_none());
    assert_eq!(client.call(stream::List::new()).await?.len(), 2);
    assert_eq!(
        client.call(stream::List::new().streams_only(true)).await?,
        [client.call(stream::Get::new(&stream.id)).await?]
    );

    let session = client.call(session::Get::new(child.session_id.clone().unwrap())).await?;
    assert_eq!((session.stream_id, session.parent_id), (None, Some(stream.id.clone())));
    assert_eq!(session.parent_stream, None);
    let error = client.call(stream::Update::new(&stream.id).record(false)).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 400);
    client.call(stream::Update::new(&stream.id).suspended(true)).await?;
    assert_eq!(client.call(stream::Get::new(&stream.id)).await?.is_active, Some(false));
    Ok(())
}

#[tokio::test]
async fn rooms_that_are_off_say_so_in_plain_text() {
    let client = studio().without_rooms().client();
    let error = client.call(room::Create::new()).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.raw_body()), (400, &b"not enabled"[..]));
}

#[tokio::test]
async fn a_signing_key_is_real_and_its_private_half_is_returned_once() -> Result {
    let client = studio().client();
    let key = client.call(access_control::Create::new()).await?;
    let token = key.sign_playback("playback-id").token().unwrap();
    assert_eq!(token.expose().split('.').count(), 3);
    assert_eq!(client.call(access_control::Get::new(key.id.unwrap())).await?.private_key, None);
    for _ in 1..=10 {
        client.call(access_control::Create::new()).await?;
    }
    assert!(client.call(access_control::Create::new()).await.unwrap_err().is_forbidden());
    Ok(())
}

#[tokio::test]
async fn replies_can_be_prepared() -> Result {
    let studio = studio();
    let client = studio.client();
    studio.reply_next(livepeer::mock::Reply::error(500, "Internal server error: oops"));
    let streams = client.call(stream::List::new()).with_response().await?;
    assert_eq!(streams.attempts, 2);
    Ok(())
}

#[tokio::test]
async fn no_length_of_time_is_too_long() -> Result {
    let studio = studio().task_durations(Duration::MAX, Duration::MAX);
    let client = studio.client();
    let upload = client.call(asset::UploadUrl::new("x", "https://files.example/a")).await?;
    studio.advance(Duration::MAX);
    studio.advance(Duration::MAX);
    assert!(client.call(playback::Get::new(upload.asset.playback_id.unwrap())).await.is_err());
    client.call(stream::Create::new("x")).await?;
    Ok(())
}
