//! Streams and their clips.

use std::time::Duration;

use super::super::handler::{Answer, created, find, not_found, remove};
use super::super::lists::{LastPage, listing};
use super::super::routes::Routes;
use super::super::state::{State, project, typed, user};
use super::super::work::NewTask;
use super::assets::{clips_of, new_asset};
use super::targets::new_target;
use crate::endpoints::studio::asset::{Asset, AssetSource, Phase, SourceType};
use crate::endpoints::studio::multistream::Target;
use crate::endpoints::studio::session::Session;
use crate::endpoints::studio::stream::{
    AddMultistreamTarget, Clip, Create, CreateClip, Delete, Get, GetByKey, GetByPlaybackId, GetClips, Info, List,
    Multistream, PullKey, RemoveMultistreamTarget, StartPull, Stream, StreamInfo, TargetRef, Terminate, Update,
    UpsertPull,
};
use crate::endpoints::studio::task::{ClipParams, ClipStrategy, TaskParams, TaskType};
use crate::endpoints::studio::types::*;
use typed_endpoint::mock::Reply;

/// How long after one termination another is refused.
const BETWEEN_TERMINATIONS: Duration = Duration::from_secs(5);

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = routes.on(create).on(list).on(get).on(update).on(delete).on(terminate).on(start_pull);
    let routes = routes.on(create_clip).on(clips).on(add_target).on(remove_target);
    routes.on(upsert_pull).on(by_playback_id).on(by_key).on(info)
}

fn create(state: &mut State, new: Create) -> Answer<Stream> {
    let stream = make(state, new)?;
    created(&stream)
}

fn make(state: &mut State, new: Create) -> Answer<Stream> {
    let multistream = new.multistream.map(|multistream| targets(state, multistream)).transpose()?;
    let mut stream = Stream {
        id: state.id(),
        name: new.name,
        kind: Some("stream".into()),
        creator_id: new.creator_id.map(typed),
        user_tags: new.user_tags,
        last_seen: Some(Timestamp::default()),
        source_segments: Some(0),
        transcoded_segments: Some(0),
        source_segments_duration: Some(Seconds::default()),
        transcoded_segments_duration: Some(Seconds::default()),
        source_bytes: Some(0),
        transcoded_bytes: Some(0),
        ingest_rate: Some(0.0),
        outgoing_rate: Some(0.0),
        is_active: Some(false),
        created_by_token_name: Some("mock".into()),
        created_at: Some(state.time()),
        stream_key: Some(state.stream_key()),
        pull: new.pull,
        playback_id: Some(state.playback_id()),
        playback_policy: new.playback_policy.into_set(),
        profiles: Some(new.profiles.into_set().unwrap_or_else(default_profiles)),
        project_id: Some(project()),
        record: Some(new.record.unwrap_or(false)),
        recording_spec: new.recording_spec,
        multistream: Some(multistream.unwrap_or_else(|| Multistream::new().targets([]))),
        suspended: Some(false),
        user_id: Some(user()),
        ..Stream::default()
    };
    for name in ["lastTerminatedAt", "isHealthy", "issues", "playbackPolicy"] {
        typed_endpoint::codec::mark_null(&mut stream, name);
    }
    state.streams.push(stream.clone());
    Ok(stream)
}

fn default_profiles() -> Vec<FfmpegProfile> {
    let profile = |name: &str, width: u64, height: u64, bitrate: u64| {
        FfmpegProfile::new(name, width, height, bitrate, 0u64).fps_den(1u64)
    };
    vec![
        profile("240p0", 426, 240, 250_000),
        profile("360p0", 640, 360, 800_000),
        profile("480p0", 854, 480, 1_600_000),
        profile("720p0", 1280, 720, 3_000_000),
    ]
}

/// The targets as the server keeps them: by their ids.
fn targets(state: &mut State, multistream: Multistream) -> Answer<Multistream> {
    let refs = multistream.targets.unwrap_or_default();
    let kept = refs.into_iter().map(|target| target_ref(state, target)).collect::<Answer<Vec<_>>>()?;
    Ok(Multistream::new().targets(kept))
}

fn target_ref(state: &mut State, target: TargetRef) -> Answer<TargetRef> {
    let id = match (target.id, target.spec) {
        (Some(id), None) => find(&mut state.targets, |own| own.id == id)
            .map(|own| own.id.clone())
            .map_err(|_| Reply::error(400, format!("multistream target not found: {id}")))?,
        (None, Some(spec)) => new_target(state, spec.url, spec.name, None).id,
        _ => return Err(Reply::error(400, "multistream target must have either an id or a spec")),
    };
    Ok(TargetRef { id: Some(id), spec: None, ..target })
}

fn list(state: &mut State, list: List) -> Answer<Vec<Stream>> {
    let children = state.sessions.iter().map(child);
    let all = state.streams.iter().cloned().chain(children).filter(|stream| {
        (list.streams_only != Some(true) || stream.parent_id.is_none())
            && (list.sessions_only != Some(true) || stream.parent_id.is_some())
            && (list.active != Some(true) || stream.is_active == Some(true))
    });
    state.page(all, &listing!(list), "lastSeen", LastPage::Unlinked)
}

/// A session in the form in which the list of streams has it.
fn child(session: &Session) -> Stream {
    Stream {
        id: session.id.to_string().into(),
        name: session.name.clone(),
        kind: Some("stream".into()),
        parent_id: session.parent_id.clone(),
        session_id: Some(session.id.clone()),
        last_seen: session.last_seen,
        source_segments: session.source_segments,
        transcoded_segments: session.transcoded_segments,
        is_active: session.is_active,
        created_at: session.created_at,
        record: session.record,
        user_id: session.user_id.clone(),
        project_id: session.project_id.clone(),
        ..Stream::default()
    }
}

fn get(state: &mut State, get: Get) -> Answer<Stream> {
    let session = state.sessions.iter().find(|session| session.id == get.id.as_str()).map(child);
    state.stream(get.id.as_str()).cloned().or_else(|reply| session.ok_or(reply))
}

fn update(state: &mut State, update: Update) -> Answer<()> {
    let live = state.stream(update.id.as_str())?.is_active == Some(true);
    for (name, given) in [("record", update.record.is_some()), ("profiles", !update.profiles.is_unset())] {
        if live && given {
            return Err(Reply::error(400, format!("cannot change '{name}' field while stream is active")));
        }
    }
    let multistream = update.multistream.map(|multistream| targets(state, multistream)).transpose()?;
    let stream = state.stream(update.id.as_str())?;
    if let Some(name) = update.name {
        stream.name = name;
    }
    stream.creator_id = update.creator_id.map(typed).or(stream.creator_id.take());
    // Null is taken, and changes nothing.
    stream.playback_policy = update.playback_policy.into_set().or(stream.playback_policy.take());
    stream.profiles = update.profiles.into_set().or(stream.profiles.take());
    stream.record = update.record.or(stream.record);
    stream.recording_spec = update.recording_spec.or(stream.recording_spec.take());
    stream.multistream = multistream.or(stream.multistream.take());
    stream.suspended = update.suspended.or(stream.suspended);
    stream.user_tags = update.user_tags.or(stream.user_tags.take());
    if update.suspended == Some(true) {
        state.go_idle(&update.id);
    }
    Ok(())
}

fn delete(state: &mut State, delete: Delete) -> Answer<()> {
    state.go_idle(&delete.id);
    remove(&mut state.streams, |stream| stream.id == delete.id).map(drop)
}

fn terminate(state: &mut State, terminate: Terminate) -> Answer<()> {
    let time = state.time();
    let stream = state.stream(terminate.id.as_str())?;
    if stream.last_terminated_at.is_some_and(|last| last > time - BETWEEN_TERMINATIONS) {
        return Err(Reply::error(429, "too many terminate requests"));
    }
    stream.last_terminated_at = Some(time);
    state.go_idle(&terminate.id);
    Ok(())
}

fn start_pull(state: &mut State, start: StartPull) -> Answer<()> {
    if state.stream(start.id.as_str())?.pull.is_none() {
        return Err(Reply::error(400, "stream does not have a pull source"));
    }
    state.go_live(&start.id);
    Ok(())
}

fn create_clip(state: &mut State, new: CreateClip) -> Answer<Clip> {
    if new.end_time.is_some_and(|end| end <= new.start_time) {
        return Err(Reply::error(400, "a clip must begin before it ends"));
    }
    let source = clip_source(state, &new)?;
    let (session_id, input_id) = (source.session_id.clone(), source.source_id.clone());
    let name = new.name.unwrap_or_else(|| format!("clip_{}", new.playback_id));
    let asset = new_asset(state, name, source, Phase::Waiting);
    let clip = ClipParams {
        clip_strategy: Some(ClipStrategy {
            start_time: Some(new.start_time),
            end_time: new.end_time,
            playback_id: Some(new.playback_id),
            ..ClipStrategy::default()
        }),
        session_id,
        input_id,
        ..ClipParams::default()
    };
    let params = TaskParams { clip: Some(clip), ..TaskParams::default() };
    let output = Some(asset.id.clone());
    let task = state.spawn(NewTask { kind: TaskType::Clip, input: None, output, params, begins: true });
    created(&Clip { asset, task: TaskRef { id: task.id.unwrap_or_default(), ..TaskRef::default() }, ..Clip::default() })
}

/// What is clipped: an asset, or a session of a stream that is recorded.
fn clip_source(state: &State, new: &CreateClip) -> Answer<AssetSource> {
    let source = AssetSource {
        kind: SourceType::Clip,
        playback_id: Some(new.playback_id.clone()),
        requester_id: Some("UNKNOWN".into()),
        ..AssetSource::default()
    };
    if let Some(asset) = state.assets.iter().find(|asset| asset.playback_id.as_ref() == Some(&new.playback_id)) {
        let (asset_id, source_id) = (Some(asset.id.clone()), Some(asset.id.to_string()));
        return Ok(AssetSource { asset_id, source_id, ..source });
    }
    let stream = state.streams.iter().find(|stream| stream.playback_id.as_ref() == Some(&new.playback_id));
    let stream = stream.ok_or_else(not_found)?;
    if stream.record != Some(true) {
        return Err(Reply::error(400, "recording must be enabled on a stream to clip it"));
    }
    let mut sessions = state.sessions.iter().filter(|session| session.parent_id.as_ref() == Some(&stream.id));
    let session = match &new.session_id {
        Some(id) => sessions.find(|session| session.id == *id),
        None => sessions.next_back(),
    };
    let session = session.ok_or_else(|| Reply::error(400, "the stream has no session to clip"))?;
    let (session_id, source_id) = (Some(session.id.clone()), Some(stream.id.to_string()));
    Ok(AssetSource { session_id, source_id, ..source })
}

fn clips(state: &mut State, list: GetClips) -> Answer<Vec<Asset>> {
    let id = find(&mut state.streams, |stream| {
        stream.id == list.id || stream.playback_id.as_ref().map(PlaybackId::as_str) == Some(list.id.as_str())
    })?
    .id
    .to_string();
    let clips = clips_of(state, |source| source.source_id.as_ref() == Some(&id));
    state.page(clips, &listing!(list), "updatedAt", LastPage::Unlinked)
}

fn add_target(state: &mut State, add: AddMultistreamTarget) -> Answer<Option<Target>> {
    state.stream(add.id.as_str())?;
    let target = target_ref(state, add.target)?;
    let id = target.id.clone();
    let multistream = state.stream(add.id.as_str())?.multistream.get_or_insert_default();
    multistream.targets.get_or_insert_default().push(target);
    find(&mut state.targets, |target| Some(&target.id) == id.as_ref()).map(|target| Some(super::targets::shown(target)))
}

fn remove_target(state: &mut State, gone: RemoveMultistreamTarget) -> Answer<()> {
    let stream = state.stream(gone.id.as_str())?;
    if let Some(targets) = stream.multistream.as_mut().and_then(|multistream| multistream.targets.as_mut()) {
        targets.retain(|target| target.id.as_ref() != Some(&gone.target_id));
    }
    Ok(())
}

fn upsert_pull(state: &mut State, new: UpsertPull) -> Answer<Stream> {
    let creator = new.creator_id.clone().map(typed);
    let same = |stream: &&mut Stream| match &new.key {
        Some(PullKey::CreatorId) => creator.is_some() && stream.creator_id == creator,
        _ => stream.pull.as_ref().is_some_and(|pull| pull.source == new.pull.source),
    };
    let found = state.streams.iter_mut().find(same).map(|stream| stream.clone());
    let mut create = Create::new(new.name).pull(new.pull);
    create.creator_id = new.creator_id;
    create.playback_policy = new.playback_policy;
    create.profiles = new.profiles;
    create.record = new.record;
    create.recording_spec = new.recording_spec;
    create.multistream = new.multistream;
    create.user_tags = new.user_tags;
    let made = make(state, create)?;
    let Some(old) = found else {
        state.go_live(&made.id);
        return created(&get(state, Get::new(&made.id))?);
    };
    state.streams.retain(|stream| stream.id != made.id);
    let kept = state.stream(old.id.as_str())?;
    *kept = Stream {
        id: old.id.clone(),
        stream_key: old.stream_key,
        playback_id: old.playback_id,
        created_at: old.created_at,
        is_active: old.is_active,
        last_seen: old.last_seen,
        ..made
    };
    state.go_live(&old.id);
    get(state, Get::new(&old.id))
}

fn by_playback_id(state: &mut State, get: GetByPlaybackId) -> Answer<Stream> {
    find(&mut state.streams, |stream| stream.playback_id.as_ref() == Some(&get.id)).cloned()
}

fn by_key(state: &mut State, get: GetByKey) -> Answer<Stream> {
    find(&mut state.streams, |stream| stream.stream_key.as_ref() == Some(&get.key)).cloned()
}

fn info(state: &mut State, info: Info) -> Answer<StreamInfo> {
    let id = info.id.as_str();
    let session = state.sessions.iter().find(|session| session.id == id);
    let stream = state.streams.iter().find(|stream| {
        stream.id == id
            || stream.playback_id.as_ref().map(PlaybackId::as_str) == Some(id)
            || stream.stream_key.as_ref().is_some_and(|key| key.expose() == id)
            || session.is_some_and(|session| session.parent_id.as_ref() == Some(&stream.id))
    });
    let stream = stream.ok_or_else(not_found)?;
    let last = state.sessions.iter().rfind(|session| session.parent_id.as_ref() == Some(&stream.id));
    Ok(StreamInfo {
        stream: stream.clone(),
        session: session.or(last).cloned(),
        is_playback_id: Some(stream.playback_id.as_ref().map(PlaybackId::as_str) == Some(id)),
        is_session: Some(session.is_some()),
        is_stream_key: Some(stream.stream_key.as_ref().is_some_and(|key| key.expose() == id)),
        ..StreamInfo::default()
    })
}
