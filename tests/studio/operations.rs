//! Each operation once, and none left out.
#![allow(deprecated)]

use std::collections::BTreeSet;
use std::time::Duration;

use livepeer::codec::Detail;
use livepeer::metrics::{
    Breakdown, GetCreatorViewership, GetPublicViewership, GetRealtimeViewership, GetUsage, GetViewership, TimeStep,
};
use livepeer::mock::{EncodeResponse, Mock, OperationVisitor, StudioFake, sample_request};
use livepeer::{
    ApiError, Client, CustomExport, Endpoint, ErrorKind, FieldError, HostedBy, Operation, PlaybackPolicy, Retry,
    Timestamp, access_control, asset, ingest, multistream, object_store, playback, project, room, session, stream,
    task, transcode, user, webhook,
};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Result, once, running, studio};

#[tokio::test]
async fn every_operation_has_a_response() -> Result {
    let server = running(&studio()).await;
    let (client, studio) = (once(&server), server.studio());
    streams(&client, studio).await?;
    pulls(&client).await?;
    targets(&client).await?;
    assets(&client, studio).await?;
    sessions_and_clips(&client, studio).await?;
    webhooks(&client, studio).await?;
    signing_keys(&client).await?;
    rooms(&client).await?;
    projects(&client).await?;
    metrics(&client, studio).await?;
    tasks(&client, studio).await?;
    object_stores(&client).await?;
    account(&client).await?;

    let served: BTreeSet<_> = studio.mock().seen().iter().filter_map(asked_for).collect();
    let wanted: BTreeSet<_> = livepeer::catalog()
        .filter(|operation| is_of_studio(operation) && operation.id.is_some())
        .map(Operation::qualified_name)
        .chain(OURS_ALONE.iter().map(|name| (*name).to_owned()))
        .collect();
    let left_out: Vec<_> = wanted.difference(&served).collect();
    assert!(left_out.is_empty(), "not asked for in tests/studio/operations.rs: {left_out:?}");
    Ok(())
}

/// Those of AI have tests of their own.
fn is_of_studio(operation: &Operation) -> bool {
    operation.api == <livepeer::Studio as livepeer::Api>::NAME && operation.resource() != "generate"
}

/// What the fake of Studio serves besides the operations of the public specification.
const OURS_ALONE: [&str; 31] = [
    "stream::UpsertPull",
    "stream::GetByPlaybackId",
    "stream::GetByKey",
    "stream::Info",
    "stream::DeleteMany",
    "stream::SetRecord",
    "stream::SetSuspended",
    "stream::GetSessions",
    "webhook::Patch",
    "webhook::DeleteMany",
    "webhook::Subscribed",
    "asset::Export",
    "asset::Retry",
    "asset::Restore",
    "asset::GetClips",
    "access_control::PublicKey",
    "task::Retry",
    "project::Create",
    "project::List",
    "project::Get",
    "project::Update",
    "project::Delete",
    "user::Usage",
    "user::Me",
    "clip::List",
    "ingest::List",
    "object_store::Create",
    "object_store::List",
    "object_store::Get",
    "object_store::Update",
    "object_store::Delete",
];

/// The operation that a request was for: of those that fit, the one with the most fixed segments.
fn asked_for(parts: &http::request::Parts) -> Option<String> {
    let given: Vec<_> = parts.uri.path().split('/').collect();
    let fits = |operation: &&Operation| {
        let wanted: Vec<_> = operation.path.split('/').collect();
        *operation.method == parts.method
            && wanted.len() == given.len()
            && wanted.iter().zip(&given).all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
    };
    let fixed = |operation: &&Operation| operation.path.split('/').filter(|part| !part.starts_with('{')).count();
    let of_studio = livepeer::catalog().filter(|operation| is_of_studio(operation));
    of_studio.filter(fits).max_by_key(fixed).map(Operation::qualified_name)
}

async fn streams(client: &Client, studio: &StudioFake) -> Result {
    let made = client.call(stream::Create::new("first").record(true).creator_id("me")).await?;
    assert_eq!(made.name, "first");
    assert_eq!(made.creator_id.as_ref().map(|id| id.as_str()), Some("me"));
    assert_eq!(made.profiles.as_ref().map(Vec::len), Some(4));
    let id = &made.id;

    client.call(stream::Update::new(id).name("renamed").user_tags([("a", "b")])).await?;
    let got = client.call(stream::Get::new(id)).await?;
    assert_eq!((got.name.as_str(), &got.stream_key), ("renamed", &made.stream_key));
    assert_eq!(client.call(stream::List::new()).await?.len(), 1);

    let key = made.stream_key.clone().unwrap();
    assert_eq!(client.call(stream::GetByKey::new(key)).await?.id, *id);
    assert_eq!(client.call(stream::GetByPlaybackId::new(made.playback_id.clone().unwrap())).await?.id, *id);

    studio.go_live(id);
    let info = client.call(stream::Info::new(id)).await?;
    assert_eq!(
        (info.stream.is_active, info.session.and_then(|session| session.parent_id)),
        (Some(true), Some(id.clone()))
    );
    assert!(client.call(playback::Get::new(made.playback_id.clone().unwrap())).await?.is_live());
    client.call(stream::Terminate::new(id)).await?;
    assert_eq!(client.call(stream::Get::new(id)).await?.is_active, Some(false));

    let spec = stream::TargetSpec::new("rtmp://elsewhere.example/live/secret");
    let target =
        client.call(stream::AddMultistreamTarget::new(id, stream::TargetRef::new("source").spec(spec))).await?;
    let target = target.unwrap();
    assert_eq!((target.name.as_deref(), target.url), (Some("elsewhere.example"), None));
    let used = client.call(stream::Get::new(id)).await?.multistream.and_then(|used| used.targets).unwrap();
    assert_eq!(used[0].id.as_ref(), Some(&target.id));
    client.call(stream::RemoveMultistreamTarget::new(id, &target.id)).await?;
    let used = client.call(stream::Get::new(id)).await?.multistream.and_then(|used| used.targets).unwrap();
    assert!(used.is_empty());

    client.call(stream::SetRecord::new(id, false)).await?;
    assert_eq!(client.call(stream::Get::new(id)).await?.record, Some(false));
    studio.go_live(id);
    assert_eq!(client.call(stream::SetRecord::new(id, true)).await.unwrap_err().status().unwrap(), 400);
    client.call(stream::SetSuspended::new(id, true)).await?;
    let got = client.call(stream::Get::new(id)).await?;
    assert_eq!((got.suspended, got.is_active), (Some(true), Some(false)));
    client.call(stream::SetSuspended::new(id, false)).await?;
    let sessions = client.call(stream::GetSessions::new(id)).await?;
    assert!(!sessions.is_empty() && sessions.iter().all(|session| session.parent_id.as_ref() == Some(id)));

    client.call(stream::Delete::new(id)).await?;
    assert!(client.call(stream::Get::new(id)).await.unwrap_err().is_not_found());

    let first = client.call(stream::Create::new("a")).await?.id;
    let second = client.call(stream::Create::new("b")).await?.id;
    let error = client.call(stream::DeleteMany::new([first.clone(), id.clone()])).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(client.call(stream::Get::new(&first)).await?.name, "a", "all or none");
    client.call(stream::DeleteMany::new([first.clone(), second])).await?;
    assert!(client.call(stream::Get::new(&first)).await.unwrap_err().is_not_found());
    assert!(client.call(stream::DeleteMany::new([])).await.unwrap_err().is_unprocessable());
    Ok(())
}

async fn pulls(client: &Client) -> Result {
    let pull = stream::Pull::new("https://source.example/live.m3u8");
    let first = client.call(stream::UpsertPull::new("pulled", pull.clone())).await?;
    assert_eq!(first.is_active, Some(true));
    let second = client.call(stream::UpsertPull::new("again", pull.clone())).await?;
    assert_eq!((second.id, second.name.as_str()), (first.id.clone(), "again"));
    let made = client.call(stream::Create::new("to be pulled").pull(pull)).await?;
    client.call(stream::StartPull::new(&made.id)).await?;
    assert_eq!(client.call(stream::Get::new(&made.id)).await?.is_active, Some(true));
    let plain = client.call(stream::Create::new("plain")).await?;
    assert_eq!(client.call(stream::StartPull::new(&plain.id)).await.unwrap_err().status().unwrap(), 400);
    Ok(())
}

async fn targets(client: &Client) -> Result {
    let target = client.call(multistream::Create::new("rtmp://there.example/live/key").name("there")).await?;
    assert_eq!(target.url, None);
    client.call(multistream::Update::new(&target.id).disabled(true)).await?;
    let got = client.call(multistream::Get::new(&target.id)).await?;
    assert_eq!((got.disabled, got.name.as_deref()), (Some(true), Some("there")));
    assert!(client.call(multistream::List::new()).await?.contains(&got));
    client.call(multistream::Delete::new(&target.id)).await?;
    assert!(client.call(multistream::Get::new(&target.id)).await.unwrap_err().is_not_found());
    Ok(())
}

async fn assets(client: &Client, studio: &StudioFake) -> Result {
    let ticket = client.call(asset::RequestUpload::new("file")).await?;
    assert_eq!(ticket.asset.status.as_ref().unwrap().phase, asset::Phase::Uploading);
    assert!(ticket.url.expose().contains("?token=") && ticket.tus_endpoint.expose().contains("?token="));
    let id = &ticket.asset.id;
    studio.receive_upload(id.as_str(), 12_345).unwrap();
    studio.advance(Duration::from_secs(60));
    let ready = client.call(asset::Get::new(id)).await?;
    assert_eq!((&ready.status.as_ref().unwrap().phase, ready.size), (&asset::Phase::Ready, Some(12_345)));
    assert!(ready.video_spec.as_ref().unwrap().tracks.is_none());
    let detailed = client.call(asset::Get::new(id).details(true)).await?;
    assert_eq!(detailed.video_spec.unwrap().tracks.unwrap().len(), 2);

    let changed =
        client.call(asset::Update::new(id).name("new name").playback_policy(PlaybackPolicy::public())).await?;
    assert_eq!((changed.name.as_str(), changed.playback_policy.is_some()), ("new name", true));
    let changed = client.call(asset::Update::new(id).playback_policy(None)).await?;
    assert_eq!(changed.playback_policy, None);
    let private = asset::Update::new(id).playback_policy(PlaybackPolicy::jwt());
    assert!(client.call(private).await.unwrap_err().is_unprocessable());
    let ready_now = client.call(asset::List::new().phase(asset::Phase::Ready)).await?;
    assert!(ready_now.iter().any(|asset| asset.id == *id));
    assert_eq!(client.call(playback::Get::new(ready.playback_id.unwrap())).await?.mp4().len(), 2);

    let export = client.call(asset::Export::new(id, CustomExport::new("https://bucket.example/put"))).await?;
    assert_eq!(export.task.kind, Some(task::TaskType::Export));
    let stored = client.call(asset::Update::new(id).storage(livepeer::Storage::new().ipfs(true))).await?;
    assert_eq!(stored.storage.unwrap().status.unwrap().phase, asset::StoragePhase::Waiting);
    studio.advance(Duration::from_secs(60));
    let stored = client.call(asset::Get::new(id)).await?.storage.unwrap();
    let cid = stored.ipfs.unwrap().cid;
    assert!(cid.is_some());
    assert_eq!(client.call(asset::List::new().cid(cid.unwrap())).await?.len(), 1);

    client.call(asset::Delete::new(id)).await?;
    assert!(client.call(asset::Get::new(id)).await.unwrap_err().is_not_found());
    client.call(asset::Restore::new(id)).await?;
    assert_eq!(client.call(asset::Get::new(id)).await?.name, "new name");

    studio.fail_task(3, "no video in it");
    let other = client.call(asset::UploadUrl::new("other", "https://files.example/other.mp4")).await?;
    studio.advance(Duration::from_secs(600));
    let failed = client.call(asset::Get::new(&other.asset.id)).await?.status.unwrap();
    assert_eq!((failed.phase, failed.error_message.as_deref()), (asset::Phase::Failed, Some("no video in it")));
    client.call(asset::Retry::new(&other.asset.id)).await?;
    studio.advance(Duration::from_secs(60));
    let asset = client.call(asset::Get::new(&other.asset.id)).await?;
    assert_eq!(asset.status.unwrap().phase, asset::Phase::Ready);

    // The server clips nothing but streams.
    assert_eq!(client.call(asset::GetClips::new(&other.asset.id)).await?, []);
    Ok(())
}

async fn sessions_and_clips(client: &Client, studio: &StudioFake) -> Result {
    let stream = client.call(stream::Create::new("recorded").record(true)).await?;
    studio.go_live(&stream.id);
    let session = client.call(session::List::new().parent_id(&stream.id)).await?.remove(0);
    assert_eq!(session.parent_stream.map(|parent| parent.id), Some(stream.id.clone()));

    let start = studio.now() - Duration::from_secs(10);
    let clip = stream::CreateClip::new(stream.playback_id.clone().unwrap(), start).name("goal");
    let clip = client.call(clip).await?;
    studio.advance(Duration::from_secs(60));
    assert_eq!(client.call(asset::Get::new(&clip.asset.id)).await?.status.unwrap().phase, asset::Phase::Ready);
    for clips in
        [client.call(stream::GetClips::new(&stream.id)).await?, client.call(session::GetClips::new(&session.id)).await?]
    {
        let [found] = &clips[..] else { panic!("{clips:?}") };
        assert_eq!((&found.id, &found.playback_url, &found.download_url), (&clip.asset.id, &None, &None));
    }
    for id in [stream.id.as_str(), session.id.as_str(), stream.playback_id.as_ref().unwrap().as_str()] {
        assert_eq!(client.call(livepeer::clip::List::new(id)).await?[0].id, clip.asset.id);
    }
    let error = client.call(livepeer::clip::List::new("nothing")).await.unwrap_err();
    assert!(error.is_not_found() && error.message().unwrap() == "Content not found");

    studio.go_idle(&stream.id);
    studio.advance(Duration::from_secs(60));
    let ended = client.call(session::Get::new(&session.id).source_recording(true)).await?;
    assert_eq!(ended.recording_status, Some(session::RecordingStatus::Ready));
    assert!(ended.recording_url.is_some() && ended.mp4_url.is_some() && ended.source_recording_url.is_some());
    assert_eq!(client.call(session::GetRecorded::new(&stream.id).record(true)).await?.len(), 1);
    assert_eq!(client.call(session::GetRecorded::new(&stream.id).record(false)).await?.len(), 0);
    Ok(())
}

async fn webhooks(client: &Client, studio: &StudioFake) -> Result {
    let receiver = livepeer::mock::Mock::new().fallback(async |_| livepeer::mock::Reply::text(200, "thanks"));
    let receiver = receiver.listen().await.unwrap();
    let create = webhook::Create::new("hook", receiver.url()).events([webhook::EventKind::StreamStarted]);
    let hook = client.call(create).await?;
    let id = hook.id.clone().unwrap();
    client.call(webhook::Patch::new(&id).name("patched")).await?;
    let got = client.call(webhook::Get::new(&id)).await?;
    assert_eq!(got.name, "patched");
    let mut update = webhook::Update::from(got);
    update.name = "put".into();
    let response = client.call(update).await?;
    assert_eq!(response.id, Some(id.clone()));
    assert_eq!(client.call(webhook::List::new()).await?[0].name, "put");

    let stream = client.call(stream::Create::new("told")).await?;
    studio.go_live(&stream.id);
    studio.delivered().await;
    let log = client.call(webhook::GetLogs::new(&id)).await?.remove(0);
    assert_eq!((log.success, log.event.clone()), (Some(true), Some(webhook::EventKind::StreamStarted)));
    assert_eq!(client.call(webhook::GetLog::new(&id, &log.id)).await?, log);
    let again = client.call(webhook::ResendLog::new(&id, &log.id)).await?;
    assert!(again.id != log.id && again.success == Some(true));
    assert_eq!(receiver.mock().seen().len(), 2);

    let subscribed = client.call(webhook::Subscribed::new(webhook::EventKind::StreamStarted)).await?;
    assert_eq!(subscribed[0].id.as_ref(), Some(&id));
    assert_eq!(client.call(webhook::Subscribed::new(webhook::EventKind::TaskFailed)).await?, []);

    assert_eq!(client.call(webhook::Delete::new(&id)).await?, None);
    assert!(client.call(webhook::Get::new(&id)).await.unwrap_err().is_not_found());

    let other = client.call(webhook::Create::new("other", receiver.url()).events([])).await?.id.unwrap();
    assert!(client.call(webhook::DeleteMany::new([other.clone(), id])).await.unwrap_err().is_not_found());
    client.call(webhook::DeleteMany::new([other])).await?;
    assert_eq!(client.call(webhook::List::new()).await?, []);
    Ok(())
}

async fn signing_keys(client: &Client) -> Result {
    let key = client.call(access_control::Create::new().name("mine")).await?;
    let id = key.id.clone().unwrap();
    client.call(access_control::Update::new(&id).disabled(true)).await?;
    let got = client.call(access_control::Get::new(&id)).await?;
    assert_eq!((got.disabled, &got.public_key, &got.private_key), (Some(true), &key.public_key, &None));
    assert_eq!(client.call(access_control::List::new()).await?, [got]);
    client.call(access_control::Delete::new(&id)).await?;
    assert!(client.call(access_control::PublicKey::new()).await?.spki_public_key.is_some());
    Ok(())
}

async fn rooms(client: &Client) -> Result {
    let id = client.call(room::Create::new()).await?.id.unwrap();
    let user = client.call(room::CreateUser::new(&id, "Ishmael")).await?;
    let user_id = user.id.unwrap();
    client.call(room::UpdateUser::new(&id, &user_id, false).metadata("m")).await?;
    let got = client.call(room::GetUser::new(&id, &user_id)).await?;
    assert_eq!((got.metadata.as_deref(), got.permission.unwrap().can_publish), (Some("m"), Some(false)));
    let stream = client.call(stream::Create::new("egress")).await?;
    client.call(room::StartEgress::new(&id, &stream.id)).await?;
    // Only operators are told.
    assert_eq!(client.call(room::Get::new(&id)).await?.egress_id, None);
    assert!(client.call(room::StartEgress::new(&id, &stream.id)).await.is_err());
    client.call(room::StopEgress::new(&id)).await?;
    client.call(room::DeleteUser::new(&id, &user_id)).await?;
    assert!(client.call(room::Get::new(&id)).await?.participants[user_id.as_str()].left_at.is_some());
    client.call(room::Delete::new(&id)).await?;
    assert!(client.call(room::Get::new(&id)).await.unwrap_err().is_not_found());
    Ok(())
}

async fn projects(client: &Client) -> Result {
    let id = client.call(project::Create::new("p")).await?.id.unwrap();
    client.call(project::Update::new(&id).name("q")).await?;
    client.call(project::Delete::new(&id)).await?;
    assert_eq!(client.call(project::Get::new(&id)).await?.name, "q");
    let names: Vec<_> = client.call(project::List::new()).await?.into_iter().map(|project| project.name).collect();
    assert_eq!(names, ["q", "Default Project"]);
    Ok(())
}

async fn object_stores(client: &Client) -> Result {
    let url = "s3://key:secret@region/bucket";
    let made = client.call(object_store::Create::new(url).name("mine").public_url("https://files.example")).await?;
    assert_eq!((made.name.as_deref(), &made.url), (Some("mine"), &None));
    assert_eq!(client.call(object_store::Get::new(&made.id)).await?, made);
    client.call(object_store::Update::new(&made.id, url).disabled(true)).await?;
    assert_eq!(client.call(object_store::List::new()).await?[0].disabled, Some(true));
    client.call(object_store::Delete::new(&made.id)).await?;
    assert!(client.call(object_store::Get::new(&made.id)).await.unwrap_err().is_not_found());
    Ok(())
}

async fn account(client: &Client) -> Result {
    let me = client.call(user::Me::new()).await?;
    let target = client.call(multistream::Create::new("rtmp://there.example/live/key")).await?;
    assert!(client.call(multistream::List::new().user_id(me.id)).await?.contains(&target));
    let hosts = client.call(ingest::List::new()).await?;
    let stream = client.call(stream::Create::new("x")).await?;
    let key = stream.stream_key.clone().unwrap();
    assert_eq!(hosts[0].rtmp_url(&stream), format!("rtmp://127.0.0.1/live/{}", key.expose()));
    let whip = hosts[0].whip_url(&stream);
    assert!(whip.starts_with("http://127.0.0.1:") && whip.ends_with(&format!("/webrtc/{}", key.expose())), "{whip}");
    assert_eq!(hosts[0].rtmp_url(&stream::Stream::default()), "");
    Ok(())
}

async fn metrics(client: &Client, studio: &StudioFake) -> Result {
    let stream = client.call(stream::Create::new("watched")).await?;
    let playback_id = stream.playback_id.unwrap();
    studio.watch(&playback_id, Duration::from_secs(90));
    studio.watch(&playback_id, Duration::from_secs(30));
    assert_eq!(client.call(GetRealtimeViewership::new()).await?[0].view_count, 2);
    assert_eq!(client.call(GetViewership::new().playback_id(&playback_id)).await?[0].playtime_mins, 2.0);
    assert_eq!(client.call(GetCreatorViewership::new().stream_id(&stream.id)).await?[0].view_count, 2);
    assert_eq!(client.call(GetCreatorViewership::new()).await.unwrap_err().status().unwrap(), 400);
    assert_eq!(client.call(GetPublicViewership::new(&playback_id)).await?.view_count, Some(2));
    assert_eq!(client.call(GetUsage::new()).await?.sums()[0].delivery_usage_mins, Some(2.0));
    let by_country = GetViewership::new().stream_id(&stream.id).breakdown_by([Breakdown::Country, Breakdown::Os]);
    let rows = client.call(by_country.clone()).await?;
    let row = |at: usize| (rows[at].country.as_deref(), rows[at].os.as_deref(), rows[at].playtime_mins);
    assert_eq!(
        (rows.len(), row(0), row(1)),
        (2, (Some("Germany"), Some("macOS"), 1.5), (Some("United States"), Some("iOS"), 0.5))
    );
    // Nobody watches any longer; what was watched stays, in its step of time.
    let began = studio.now();
    studio.advance(Duration::from_secs(86_400));
    studio.watch(&playback_id, Duration::from_secs(60));
    assert_eq!(client.call(GetRealtimeViewership::new()).await?[0].view_count, 1);
    let steps = client.call(GetViewership::new().time_step(TimeStep::Day)).await?;
    assert_eq!(steps.iter().map(|row| row.view_count).collect::<Vec<_>>(), [2, 1]);
    assert!(steps[0].timestamp.is_some_and(|day| day.as_millis() % 86_400_000 == 0 && day <= began));
    let later = by_country.from(began + Duration::from_secs(3_600));
    assert_eq!(client.call(later.clone()).await?[0].country.as_deref(), Some("India"));
    assert_eq!(client.call(later.to((began + Duration::from_secs(7_200)).to_string())).await?.len(), 0);
    assert_eq!(client.call(GetViewership::new().creator_id("nobody")).await?[0].view_count, 0);
    let usage = client.call(user::Usage::new(Timestamp::default(), studio.now() + Duration::from_secs(60))).await?;
    assert!(usage.stream_count > Some(0));
    Ok(())
}

async fn tasks(client: &Client, studio: &StudioFake) -> Result {
    let storage =
        transcode::OutputStorage::s3("https://s3.example", "bucket", transcode::Credentials::s3("id", "secret"));
    let outputs = transcode::Outputs::new().hls("/out");
    studio.fail_task(3, "broken");
    let made = client.call(transcode::Create::new("https://files.example/in.mp4", storage, outputs)).await?;
    let id = made.id.unwrap();
    assert_eq!(made.kind, Some(task::TaskType::TranscodeFile));
    studio.advance(Duration::from_secs(600));
    assert_eq!(client.call(task::Get::new(&id)).await?.status.unwrap().phase, task::Phase::Failed);
    client.call(task::Retry::new(&id)).await?;
    studio.advance(Duration::from_secs(60));
    assert_eq!(client.call(task::Get::new(&id)).await?.status.unwrap().phase, task::Phase::Completed);
    assert!(client.call(task::List::new()).await?.iter().any(|task| task.id.as_ref() == Some(&id)));
    Ok(())
}

/// Sends every request, minimal and full: whatever comes back, no typed field is unknown or wrong.
#[test]
fn whatever_can_be_said_is_understood() {
    struct Understood(tokio::runtime::Runtime, StudioFake);

    impl OperationVisitor for Understood {
        fn operation<E>(&mut self)
        where
            E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
            E::Format: EncodeResponse<E::Response>,
        {
            if !is_of_studio(E::OPERATION) {
                return;
            }
            for detail in [Detail::Minimal, Detail::Full] {
                let call = self
                    .1
                    .mock()
                    .client::<livepeer::Client<E::Api>>()
                    .retry(Retry::never())
                    .call(sample_request::<E>(detail).unwrap());
                let Err(error) = self.0.block_on(async { call.await }) else { continue };
                let fields = error.body_as::<ApiError>().map(ApiError::fields).unwrap_or_default();
                // The least of some models is one of several kinds, which the type does not say; only responses have the
                // key of an encryption.
                let is_one_of = fields.iter().any(|error| error.keyword == "oneOf");
                let expected = |error: &FieldError| is_one_of || error.field == "encryption.key";
                let wrong: Vec<_> = fields.iter().filter(|error| !expected(error)).collect();
                assert!(wrong.is_empty(), "{error} {wrong:?}");
                // These do not look whether there is anything.
                let crashing = ["asset::Retry", "stream::DeleteMany", "webhook::DeleteMany"];
                let crashes = crashing.contains(&E::OPERATION.qualified_name().to_string().as_str());
                assert!(error.kind() == ErrorKind::Status && (!error.is_server_error() || crashes), "{error}");
            }
        }
    }

    let runtime = tokio::runtime::Runtime::new().unwrap();
    livepeer::visit_catalog(&mut Understood(runtime, studio().deliver_through(Mock::new())));
}
