//! Where a fake is easily kinder than the real server: each with what was recorded there.

use std::time::Duration;

use livepeer::mock::StudioFake;
use livepeer::{
    Client, CustomExport, Error, FfmpegProfile, Filters, PlaybackPolicy, Retry, Storage, Timestamp, access_control,
    asset, multistream, playback, project, session, stream, task, transcode, user, webhook,
};
use serde_json::{Value, json};

use super::{Result, raw, studio};

/// Status and words of an error.
fn told<T, E>(result: std::result::Result<T, Error<E>>) -> (u16, String) {
    let error = result.err().expect("the real server refuses this");
    (error.status().map_or(0, |status| status.as_u16()), error.message().unwrap_or_default())
}

fn profile(name: &str, width: u64) -> FfmpegProfile {
    FfmpegProfile::new(name, width, 360u64, 800_000u64, 0u64)
}

#[tokio::test]
async fn a_finished_recording_is_an_asset_with_the_id_of_its_session() -> Result {
    let studio = studio();
    let client = studio.client();
    let stream = client.call(stream::Create::new("x").record(true)).await?;
    studio.go_live(&stream.id);
    studio.go_idle(&stream.id);
    studio.advance(Duration::from_secs(60));
    let session = client.call(session::List::new()).await?.remove(0);
    let asset = client.call(asset::Get::new(session.id.as_str())).await?;
    assert_eq!(asset.source.session_id.as_ref(), Some(&session.id));
    assert_eq!(asset.status.unwrap().phase, asset::Phase::Ready);
    assert_eq!(session.asset_id, Some(asset.id.clone()));
    let of_session = Filters::new().eq("sourceSessionId", session.id.as_str());
    let found = client.call(asset::List::new().filters(of_session)).await?;
    assert_eq!(found.len(), 1);
    assert_eq!(client.call(playback::Get::new(session.id.as_str())).await?.kind, playback::PlaybackType::Recording);
    assert_eq!(client.call(playback::Get::new(asset.playback_id.unwrap())).await?.kind, playback::PlaybackType::Vod);
    Ok(())
}

#[tokio::test]
async fn only_so_many_tasks_and_clips_are_taken_at_a_time() -> Result {
    let studio = studio().task_durations(Duration::from_secs(3_600), Duration::from_secs(60));
    let client = studio.client().retry(Retry::never());
    let stream = client.call(stream::Create::new("x").record(true)).await?;
    studio.go_live(&stream.id);
    let clip = || stream::CreateClip::new(stream.playback_id.clone().unwrap(), Timestamp::from_millis(0));
    for _ in 0..5 {
        client.call(clip()).await?;
    }
    let sixth = client.call(clip()).await;
    assert_eq!(told(sixth), (403, "Too many clips are being processed.".into()));
    let unknown = client.call(stream::CreateClip::new("none", Timestamp::from_millis(0))).await;
    assert_eq!(told(unknown), (404, "Content not found".into()));
    for n in 0..95 {
        client.call(asset::UploadUrl::new("a", format!("https://a.example/{n}"))).await?;
    }
    let (status, words) = told(client.call(asset::UploadUrl::new("a", "https://a.example/95")).await);
    assert_eq!(status, 429);
    assert!(words.ends_with("has reached the maximum number of pending tasks"), "{words}");
    assert_eq!(told(client.call(asset::RequestUpload::new("a")).await).0, 429);
    // What is there already is no new task.
    client.call(asset::UploadUrl::new("a", "https://a.example/94")).await?;
    studio.advance(Duration::from_secs(2 * 3_600));
    client.call(asset::RequestUpload::new("a")).await?;
    client.call(clip()).await?;
    Ok(())
}

#[tokio::test]
async fn a_filter_has_to_fit_the_list() -> Result {
    let client = studio().client();
    client.call(stream::Create::new("x")).await?;
    let filters = |field: &str, value: Value| stream::List::new().filters(Filters::new().eq(field, value));
    let (status, words) = told(client.call(filters("colour", "red".into())).await);
    assert_eq!((status, words.as_str()), (400, "error parsing filters: Error: unknown field: \"colour\""));
    assert_eq!(told(client.call(filters("createdAt", "abc".into())).await).0, 500);
    let (status, words) = told(client.call(filters("createdAt", json!({ "eq": 1 }))).await);
    assert_eq!((status, words.as_str()), (400, "error parsing filters: Error: unknown comparison: \"eq\""));
    assert_eq!(told(client.call(filters("isActive", "yes".into())).await).0, 400);
    assert_eq!(told(client.call(filters("name", "a\0b".into())).await).0, 500);
    assert_eq!(client.call(filters("isActive", false.into())).await?.len(), 1);
    let wrong = || Filters::new().eq("colour", "red");
    assert_eq!(told(client.call(asset::List::new().filters(wrong())).await).0, 400);
    assert_eq!(told(client.call(task::List::new().filters(wrong())).await).0, 400);
    assert_eq!(told(client.call(session::List::new().filters(wrong())).await).0, 400);
    assert_eq!(told(client.call(access_control::List::new().filters(wrong())).await).0, 400);
    // These are ignored.
    let targets = multistream::List::new().filters(wrong()).count(true);
    let mut targets = client.pages(targets);
    assert!(targets.next().await.unwrap()?.is_empty());
    assert_eq!(targets.total(), None);
    Ok(())
}

#[tokio::test]
async fn queries_are_not_checked_as_bodies_are() -> Result {
    let studio = studio();
    let client = studio.client();
    let stream = client.call(stream::Create::new("x").record(true)).await?.id;
    studio.go_live(&stream);
    let length = async |path: &str| {
        let (status, list) = raw(&studio, "GET", path, "").await;
        (status, list.as_array().map(Vec::len))
    };
    let recorded = format!("/api/stream/{stream}/sessions");
    assert_eq!(length(&format!("{recorded}?record=1")).await, (200, Some(1)));
    assert_eq!(length(&format!("{recorded}?record=0")).await, (200, Some(0)));
    assert_eq!(length(&format!("{recorded}?record=maybe")).await, (200, Some(1)));
    assert_eq!(length("/api/stream?streamsonly=1").await, (200, Some(1)));
    assert_eq!(length("/api/stream?limit=abc&active=1&count=1").await, (200, Some(2)));
    assert_eq!(length("/api/stream?filters=%7Bnot%20json").await.0, 400);
    assert_eq!(length("/api/stream?limit=1x").await, (200, Some(1)));
    assert_eq!(length("/api/stream?streamsonly=false&sessionsonly=yes").await, (200, Some(1)));
    // The cursor of the last page of some lists leads to nothing.
    assert_eq!(length("/api/stream?cursor=undefined").await, (200, Some(0)));
    // Without an order that it knows, a list is ordered by id.
    let (_, list) = raw(&studio, "GET", "/api/stream?order=colour-true", "").await;
    let ids: Vec<_> = list.as_array().unwrap().iter().map(|stream| stream["id"].as_str().unwrap().to_owned()).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    // Bodies are.
    let body = json!({ "name": "x", "record": 1 }).to_string();
    assert_eq!(raw(&studio, "POST", "/api/stream", &body).await.0, 422);
    Ok(())
}

#[tokio::test]
async fn addresses_need_a_scheme_that_fits() -> Result {
    let client = studio().client();
    for url in ["nonsense", "ftp://files.example/a"] {
        let (status, words) = told(client.call(asset::UploadUrl::new("x", url)).await);
        assert_eq!((status, words.as_str()), (422, "url: must match pattern \"^(https?|ipfs|ar)://\""));
        let storage =
            || transcode::OutputStorage::s3("https://s3.example", "bucket", transcode::Credentials::s3("id", "secret"));
        let outputs = transcode::Outputs::new().hls("/out");
        assert_eq!(told(client.call(transcode::Create::new(url, storage(), outputs)).await).0, 422);
        assert_eq!(told(client.call(webhook::Create::new("x", url).events([])).await).0, 422);
    }
    for url in ["http://there.example/live", "nonsense"] {
        let (status, words) = told(client.call(multistream::Create::new(url)).await);
        assert_eq!((status, words.as_str()), (422, "url: must match pattern \"^(srt|rtmps?)://\""));
    }
    Ok(())
}

#[tokio::test]
async fn a_policy_needs_a_webhook_that_is_there() -> Result {
    let studio = studio();
    let client = studio.client();
    let policy = || PlaybackPolicy::webhook("none");
    let unknown = (400, "webhook none not found".to_owned());
    assert_eq!(told(client.call(stream::Create::new("x").playback_policy(policy())).await), unknown);
    assert_eq!(told(client.call(asset::RequestUpload::new("x").playback_policy(policy())).await), unknown);
    let hook = client.call(webhook::Create::new("x", "https://hook.example").events([])).await?.id.unwrap();
    client.call(stream::Create::new("x").playback_policy(PlaybackPolicy::webhook(hook))).await?;
    Ok(())
}

/// An asset that is ready.
async fn ready(studio: &StudioFake, client: &Client) -> Result<asset::Asset> {
    let id = client.call(asset::RequestUpload::new("x")).await?.asset.id;
    studio.receive_upload(id.as_str(), 10).unwrap();
    studio.advance(Duration::from_secs(60));
    Ok(client.call(asset::Get::new(id)).await?)
}

#[tokio::test]
async fn what_an_asset_cannot_become() -> Result {
    let studio = studio();
    let client = studio.client();
    let id = ready(&studio, &client).await?.id;
    let private = asset::Update::new(&id).playback_policy(PlaybackPolicy::jwt());
    let words = "cannot update playback policy from private to public or vice versa".to_owned();
    assert_eq!(told(client.call(private).await), (422, words));
    client.call(asset::Update::new(&id).storage(Storage::new().ipfs(true))).await?;
    studio.advance(Duration::from_secs(60));
    let back = asset::Update::new(&id).storage(Storage::new().ipfs(false));
    assert_eq!(told(client.call(back).await), (400, "Cannot remove asset from IPFS".to_owned()));
    let stored = client.call(asset::Get::new(&id)).with_response().await?;
    let stored: Value = serde_json::from_slice(&stored.raw_body).unwrap();
    let ipfs = &stored["storage"]["ipfs"];
    assert_eq!(ipfs["spec"], json!({}));
    assert!(ipfs["gatewayUrl"].is_string() && ipfs["nftMetadata"]["url"].is_string(), "{ipfs}");

    let nothing = asset::Export::new(&id, livepeer::ExportParams::new());
    assert_eq!(told(client.call(nothing).await).0, 422);
    let export = client.call(asset::Export::new(&id, CustomExport::new("https://put.example"))).await?;
    assert_eq!(export.task.scheduled_at, None);

    client.call(asset::Delete::new(&id)).await?;
    client.call(asset::Restore::new(&id)).await?;
    let restored = client.call(asset::Get::new(&id)).with_response().await?;
    let restored: Value = serde_json::from_slice(&restored.raw_body).unwrap();
    assert_eq!((&restored["deleted"], restored.get("deletedAt")), (&json!(false), Some(&Value::Null)));
    Ok(())
}

#[tokio::test]
async fn what_a_stream_is_refused_for() -> Result {
    let client = studio().client();
    let with = |profiles: Vec<FfmpegProfile>| stream::Create::new("x").profiles(profiles);
    let (status, words) = told(client.call(with(vec![profile("", 640)])).await);
    assert_eq!((status, words.as_str()), (422, "profiles[0].name: must NOT have fewer than 1 characters"));
    let (status, words) = told(client.call(with(vec![profile("small", 120)])).await);
    assert_eq!((status, words.as_str()), (422, "profiles[0].width: must be >= 128"));
    assert_eq!(
        told(client.call(with(vec![profile("a", 640), profile("a", 640)])).await),
        (400, "duplicate profile name \"a\"".to_owned())
    );
    assert_eq!(
        told(client.call(with(vec![profile("source", 640)])).await),
        (400, "profile cannot be named \"source\"".to_owned())
    );

    let target = |profile: &str| {
        stream::Multistream::new()
            .targets([stream::TargetRef::new(profile).spec(stream::TargetSpec::new("rtmp://there.example/key"))])
    };
    let unknown = told(client.call(with(vec![profile("a", 640)]).multistream(target("b"))).await);
    let words = "multistream target profile not found: \"b\". available: [\"a\",\"source\"]".to_owned();
    assert_eq!(unknown, (400, words));
    client.call(with(vec![profile("a", 640)]).multistream(target("a"))).await?;

    let spec = stream::Create::new("x").recording_spec(livepeer::RecordingSpec::new());
    let words = "recordingSpec is only supported with record=true".to_owned();
    assert_eq!(told(client.call(spec).await), (400, words));
    let tags = stream::Create::new("x").user_tags([("a", "b".repeat(2048))]);
    let words = "userTags object is too large. Max size is 2048 characters".to_owned();
    assert_eq!(told(client.call(tags).await), (400, words));
    assert_eq!(told(client.call(stream::Create::new("a\0b")).await).0, 500);

    let pull = stream::UpsertPull::new("x", stream::Pull::new("https://a.example")).key(stream::PullKey::CreatorId);
    assert_eq!(told(client.call(pull.clone()).await).0, 400);
    client.call(pull.creator_id("me")).await?;
    Ok(())
}

#[tokio::test]
async fn a_clip_of_what_is_not_there() -> Result {
    let studio = studio();
    let client = studio.client();
    let stream = client.call(stream::Create::new("x").record(true)).await?;
    let plain = client.call(stream::Create::new("y")).await?;
    studio.go_live(&stream.id);
    studio.go_live(&plain.id);
    let (id, now) = (stream.playback_id.unwrap(), studio.now());
    let clip = |start: Timestamp| stream::CreateClip::new(&id, start);
    let backwards = told(client.call(clip(now).end_time(now - Duration::from_secs(1))).await);
    assert_eq!(backwards, (422, "endTime must occur after startTime".to_owned()));
    assert_eq!(told(client.call(clip(now).session_id("none")).await), (404, "Session not found".to_owned()));
    assert_eq!(told(client.call(stream::CreateClip::new("none", now)).await), (404, "Content not found".to_owned()));
    assert_eq!(told(client.call(stream::CreateClip::new(plain.playback_id.unwrap(), now)).await).0, 500);
    let made = client.call(clip(now - Duration::from_secs(5))).with_response().await?;
    assert_eq!(made.status, 200);
    assert_eq!((&made.value.asset.source.requester_id, &made.value.asset.source.source_id), (&None, &None));
    let task = client.call(task::Get::new(&made.value.task.id)).await?;
    let params = task.params.unwrap().clip.unwrap();
    assert!(task.requester_id.is_some() && params.url.is_some() && params.source_object_store_id.is_some());
    assert!(client.call(stream::GetClips::new(&stream.id)).await?[0].object_store_id.is_some());
    Ok(())
}

#[tokio::test]
async fn statuses_of_what_is_made_and_of_what_is_not_there() -> Result {
    let client = studio().client();
    let storage =
        transcode::OutputStorage::s3("https://s3.example", "bucket", transcode::Credentials::s3("id", "secret"));
    let outputs = transcode::Outputs::new().hls("/out");
    let made = client.call(transcode::Create::new("https://files.example/a", storage, outputs)).with_response().await?;
    assert_eq!(made.status, 200);
    assert_eq!(client.call(webhook::GetLogs::new("none")).await?, []);
    assert_eq!(told(client.call(project::Update::new("none").name("x")).await), (404, "project not found".to_owned()));
    assert_eq!(told(client.call(project::Get::new("none")).await), (403, "project not found".to_owned()));
    assert_eq!(told(client.call(asset::Get::new("none")).await).1, "Asset not found");
    let export = asset::Export::new("none", CustomExport::new("https://put.example"));
    assert_eq!(told(client.call(export).await).1, "Asset not found with id none");
    assert_eq!(
        told(client.call(asset::Retry::new("none")).await),
        (500, "Internal server error: TypeError".to_owned())
    );
    assert_eq!(told(client.call(webhook::Patch::new("none")).await).1, "webhook not found");
    assert_eq!(told(client.call(session::GetClips::new("none")).await).1, "Session not found");
    assert_eq!(told(client.call(stream::GetClips::new("none")).await).1, "Stream not found");
    assert_eq!(told(client.call(task::Retry::new("none")).await).1, "task not found");
    assert_eq!(told(client.call(playback::Get::new("none")).await).1, "No playback URL found for none");
    let list = studio().open_source(true).client().call(multistream::List::new()).await;
    assert_eq!(told(list).1, "required query parameter: userId");
    Ok(())
}

#[tokio::test]
async fn members_that_are_there_and_that_are_not() -> Result {
    let studio = studio();
    let client = studio.client();
    let json = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap();

    let since = Timestamp::default();
    let usage = client.call(user::Usage::new(since, studio.now())).with_response().await?;
    assert_eq!(json(&usage.raw_body)["sourceSegments"], Value::Null);
    let key = client.call(access_control::Create::new()).with_response().await?;
    assert_eq!(json(&key.raw_body).get("disabled"), None);
    let asset = client.call(asset::RequestUpload::new("x").static_mp4(true)).await?;
    assert_eq!(asset.asset.static_mp4, None);
    let task = client.call(task::Get::new(&asset.task.id)).await?;
    assert!(task.params.unwrap().upload.unwrap().url.is_some());
    let ready = ready(&studio, &client).await?;
    let info = client.call(playback::Get::new(ready.playback_id.unwrap())).with_response().await?;
    assert_eq!(json(&info.raw_body)["meta"].get("playbackPolicy"), Some(&Value::Null));

    let stream = client.call(stream::Create::new("x").record(true)).await?;
    let info = client.call(stream::Info::new(&stream.id)).with_response().await?;
    assert_eq!(json(&info.raw_body).get("session"), Some(&Value::Null));
    studio.go_live(&stream.id);
    let live = client.call(stream::Get::new(&stream.id)).await?;
    assert!(live.region.is_some());
    let info = client.call(stream::Info::new(&stream.id)).await?.session.unwrap();
    assert_eq!((info.kind.as_deref(), info.session_id.is_some()), (Some("stream"), true));
    let session = client.call(session::Get::new(&info.id)).with_response().await?;
    let session = json(&session.raw_body);
    assert_eq!((&session["kind"], session.get("version"), session.get("isActive")), (&json!("session"), None, None));
    let playback = client.call(playback::Get::new(stream.playback_id.unwrap()).recordings(true)).await?;
    assert!(playback.meta.source.iter().any(|source| source.hrn == playback::SourceName::Jpeg));
    client.call(stream::Terminate::new(&stream.id)).await?;
    let idle = client.call(stream::Get::new(&stream.id)).await?;
    assert_eq!((idle.is_active, idle.is_healthy), (Some(false), Some(true)), "until the next report says otherwise");
    Ok(())
}

#[tokio::test]
async fn the_status_of_a_webhook_is_written_later() -> Result {
    let studio = studio().deliver_through(livepeer::mock::Mock::new());
    let client = studio.client();
    let create = webhook::Create::new("x", "http://hook.example").events([webhook::EventKind::StreamStarted]);
    let hook = client.call(create).await?.id.unwrap();
    let stream = client.call(stream::Create::new("x")).await?.id;
    studio.go_live(&stream);
    studio.delivered().await;
    assert_eq!(client.call(webhook::Get::new(&hook)).await?.status, None);
    studio.advance(Duration::from_secs(60));
    assert!(client.call(webhook::Get::new(&hook)).await?.status.unwrap().last_failure.is_some());
    Ok(())
}

#[tokio::test]
async fn a_task_that_is_run_again_still_tells_why_it_failed() -> Result {
    let studio = studio().per_request(Duration::ZERO);
    let client = studio.client();
    studio.fail_task(3, "no machine is free");
    let id = client.call(asset::UploadUrl::new("x", "https://files.example/a")).await?.task.id;
    studio.advance(Duration::from_secs(600));
    client.call(task::Retry::new(&id)).await?;
    let status = client.call(task::Get::new(&id)).await?.status.unwrap();
    assert_eq!((status.phase, status.error_message.as_deref()), (task::Phase::Waiting, Some("no machine is free")));
    assert_eq!(status.retries, Some(2));
    Ok(())
}
