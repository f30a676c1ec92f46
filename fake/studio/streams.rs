//! Streams and their clips.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, json};

use super::super::fields;
use super::super::handler::{HandlerResult, already_there, check_text, crashed, find, not_found, remove};
use super::super::routes::Routes;
use super::super::state::{StudioState, object_store, project, typed, user};
use super::policies::check_stream_policy;
use super::targets::new_target;
use crate::endpoints::studio::multistream::Target;
use crate::endpoints::studio::session::Session;
use crate::endpoints::studio::stream::{
    AddMultistreamTarget, Create, Delete, DeleteMany, Get, GetByKey, GetByPlaybackId, GetSessions, Info, List,
    Multistream, PullKey, RemoveMultistreamTarget, SetRecord, SetSuspended, StartPull, Stream, StreamInfo, TargetRef,
    Terminate, Update, UpsertPull,
};
use crate::endpoints::studio::types::*;
use typed_endpoint::mock::Reply;

/// How long after one termination another is refused.
const BETWEEN_TERMINATIONS: Duration = Duration::from_secs(5);

/// How long the labels of a stream may be.
const MAX_TAGS: usize = 2048;

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = routes.on(create).on(list).on(get).on(update).on(delete).on(terminate).on(start_pull);
    let routes = routes.on(add_target).on(remove_target).on(upsert_pull).on(by_playback_id).on(by_key).on(info);
    routes.on(delete_many).on(set_record).on(set_suspended).on(children)
}

fn create(state: &mut StudioState, new: Create) -> HandlerResult<Stream> {
    let stream = make(state, new)?;
    Ok(stream)
}

fn make(state: &mut StudioState, new: Create) -> HandlerResult<Stream> {
    check_text(&new.name)?;
    if new.recording_spec.is_some() && new.record != Some(true) {
        return Err(Reply::error(400, "recordingSpec is only supported with record=true"));
    }
    check_stream_policy(state, new.playback_policy.as_set())?;
    let profiles = new.profiles.into_set().unwrap_or_else(default_profiles);
    let multistream = targets(state, &profiles, new.multistream)?;
    check_tags(new.user_tags.as_ref())?;
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
        is_active: Some(false),
        created_by_token_name: Some("mock".into()),
        created_at: Some(state.time()),
        stream_key: Some(state.stream_key()),
        pull: new.pull,
        playback_id: Some(state.playback_id()),
        playback_policy: new.playback_policy.into_set(),
        profiles: Some(profiles),
        project_id: Some(project()),
        record: Some(new.record.unwrap_or(false)),
        recording_spec: new.recording_spec,
        multistream: Some(multistream),
        suspended: Some(false),
        user_id: Some(user()),
        renditions: Some(Map::new()),
        ..Stream::default()
    };
    typed_endpoint::codec::mark_null(&mut stream, "lastTerminatedAt");
    state.streams.push(stream.clone());
    Ok(stream)
}

fn default_profiles() -> Vec<FfmpegProfile> {
    let profile = |name: &str, width: u64, height: u64, bitrate: u64| {
        FfmpegProfile::new(name, width, height, bitrate, 0u64).profile(H264Profile::ConstrainedHigh)
    };
    vec![
        profile("240p0", 426, 240, 250_000),
        profile("360p0", 640, 360, 800_000),
        profile("480p0", 854, 480, 1_600_000),
        profile("720p0", 1280, 720, 3_000_000),
    ]
}

/// The names of the renditions of a stream, its own first.
fn profile_names(profiles: &[FfmpegProfile]) -> HandlerResult<Vec<&str>> {
    let mut names: Vec<&str> = Vec::new();
    for name in profiles.iter().map(|profile| profile.name.as_str()).filter(|name| !name.is_empty()) {
        if name == "source" {
            return Err(Reply::error(400, "profile cannot be named \"source\""));
        }
        if names.contains(&name) {
            return Err(Reply::error(400, format!("duplicate profile name \"{name}\"")));
        }
        names.push(name);
    }
    names.push("source");
    Ok(names)
}

fn check_tags(tags: Option<&UserTags>) -> HandlerResult<()> {
    let length = tags.and_then(|tags| serde_json::to_string(tags).ok()).map_or(0, |tags| tags.chars().count());
    match length > MAX_TAGS {
        true => Err(Reply::error(400, format!("userTags object is too large. Max size is {MAX_TAGS} characters"))),
        false => Ok(()),
    }
}

/// The targets as the server keeps them: by their ids.
fn targets(
    state: &mut StudioState,
    profiles: &[FfmpegProfile],
    multistream: Option<Multistream>,
) -> HandlerResult<Multistream> {
    let names = profile_names(profiles)?;
    let refs = multistream.and_then(|multistream| multistream.targets).unwrap_or_default();
    let kept = refs.into_iter().map(|target| target_ref(state, &names, target)).collect::<HandlerResult<Vec<_>>>()?;
    check_unique(&kept)?;
    Ok(Multistream::new().targets(kept))
}

fn check_unique(targets: &[TargetRef]) -> HandlerResult<()> {
    let mut seen = BTreeSet::new();
    let mut pairs = targets.iter().map(|target| (&target.profile, &target.id));
    match pairs.all(|pair| seen.insert(pair)) {
        true => Ok(()),
        false => Err(Reply::error(400, "multistream target {id,profile} must be unique")),
    }
}

fn target_ref(state: &mut StudioState, names: &[&str], target: TargetRef) -> HandlerResult<TargetRef> {
    if !names.contains(&target.profile.as_str()) {
        let available = json!(names);
        let message = format!("multistream target profile not found: \"{}\". available: {available}", target.profile);
        return Err(Reply::error(400, message));
    }
    let id = match (target.id, target.spec) {
        (Some(id), None) => find(&mut state.targets, |own| own.id == id)
            .map(|own| own.id.clone())
            .map_err(|_| Reply::error(400, format!("multistream target not found: \"{id}\"")))?,
        (None, Some(spec)) => new_target(state, spec.url, spec.name, None).id,
        _ => return Err(Reply::error(400, "multistream target must have either an \"id\" or a \"spec\"")),
    };
    Ok(TargetRef { id: Some(id), spec: None, ..target })
}

fn list(state: &mut StudioState, _: List) -> HandlerResult<Vec<Stream>> {
    let query = &state.asked.query;
    let streams_only = query.flag("streamsonly");
    let sessions_only = !streams_only && query.flag("sessionsonly");
    let active = query.flag("active");
    let children = state.sessions.iter().map(child);
    let all = state.streams.iter().cloned().chain(children).filter(|stream| {
        (!streams_only || stream.parent_id.is_none())
            && (!sessions_only || stream.parent_id.is_some())
            && (!active || stream.is_active == Some(true))
    });
    state.page(all, fields::STREAMS)
}

/// A session in the form in which the list of streams has it.
fn child(session: &Session) -> Stream {
    let mut child = Stream {
        id: session.id.to_string().into(),
        name: session.name.clone(),
        kind: Some("stream".into()),
        parent_id: session.parent_id.clone(),
        session_id: Some(session.id.clone()),
        last_seen: session.last_seen,
        source_segments: session.source_segments,
        transcoded_segments: session.transcoded_segments,
        source_segments_duration: session.source_segments_duration,
        transcoded_segments_duration: session.transcoded_segments_duration,
        source_bytes: session.source_bytes,
        transcoded_bytes: session.transcoded_bytes,
        is_active: session.is_active,
        created_at: session.created_at,
        record: session.record,
        recording_spec: session.recording_spec.clone(),
        region: Some("mock".into()),
        renditions: Some(Map::new()),
        suspended: Some(false),
        user_id: session.user_id.clone(),
        project_id: session.project_id.clone(),
        ..Stream::default()
    };
    typed_endpoint::codec::mark_null(&mut child, "lastTerminatedAt");
    child
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<Stream> {
    let session = state.sessions.iter().find(|session| session.id == get.id.as_str()).map(child);
    state.stream(get.id.as_str()).cloned().or_else(|reply| session.ok_or(reply))
}

fn update(state: &mut StudioState, update: Update) -> HandlerResult<()> {
    if state.sessions.iter().any(|session| session.id == update.id.as_str()) {
        return Err(Reply::error(400, "can't patch stream session"));
    }
    let stream = state.stream(update.id.as_str())?;
    let live = stream.is_active == Some(true);
    let changes_record = update.record.is_some() && update.record != stream.record;
    for (name, changes) in [("record", changes_record), ("profiles", update.profiles.as_set().is_some())] {
        if live && changes {
            return Err(Reply::error(400, format!("cannot change '{name}' field while stream is active")));
        }
    }
    if update.recording_spec.is_some() && update.record.or(stream.record) != Some(true) {
        return Err(Reply::error(400, "recordingSpec is only supported with record=true"));
    }
    let profiles = stream.profiles.clone().unwrap_or_default();
    let multistream = match update.multistream {
        Some(multistream) => Some(targets(state, &profiles, Some(multistream))?),
        None => None,
    };
    check_stream_policy(state, update.playback_policy.as_set())?;
    check_tags(update.user_tags.as_ref())?;
    update.name.as_deref().map_or(Ok(()), check_text)?;
    let stream = state.stream(update.id.as_str())?;
    if let Some(name) = update.name {
        stream.name = name;
    }
    stream.creator_id = update.creator_id.map(typed).or(stream.creator_id.take());
    // The real server accepts null, and changes nothing.
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

fn delete(state: &mut StudioState, delete: Delete) -> HandlerResult<()> {
    state.go_idle(&delete.id);
    remove(&mut state.streams, |stream| stream.id == delete.id).map(drop)
}

fn terminate(state: &mut StudioState, terminate: Terminate) -> HandlerResult<()> {
    let time = state.time();
    let stream = state.stream(terminate.id.as_str())?;
    if stream.last_terminated_at.is_some_and(|last| last > time - BETWEEN_TERMINATIONS) {
        return Err(Reply::error(429, "too many terminate requests"));
    }
    stream.last_terminated_at = Some(time);
    state.go_idle(&terminate.id);
    Ok(())
}

fn start_pull(state: &mut StudioState, start: StartPull) -> HandlerResult<()> {
    if state.stream(start.id.as_str())?.pull.is_none() {
        return Err(Reply::error(400, "stream does not have a pull source"));
    }
    state.go_live(&start.id);
    Ok(())
}

fn add_target(state: &mut StudioState, add: AddMultistreamTarget) -> HandlerResult<Option<Target>> {
    let stream = state.stream(add.id.as_str()).map_err(|_| Reply::error(404, "stream not found"))?;
    let profiles = stream.profiles.clone().unwrap_or_default();
    let mut targets = stream.multistream.clone().and_then(|multistream| multistream.targets).unwrap_or_default();
    let target = target_ref(state, &profile_names(&profiles)?, add.target)?;
    let id = target.id.clone();
    targets.push(target);
    check_unique(&targets)?;
    state.stream(add.id.as_str())?.multistream = Some(Multistream::new().targets(targets));
    let target = find(&mut state.targets, |target| Some(&target.id) == id.as_ref())?;
    Ok(Some(Target { project_id: Some(project()), ..super::targets::shown(target) }))
}

fn remove_target(state: &mut StudioState, gone: RemoveMultistreamTarget) -> HandlerResult<()> {
    let stream = state.stream(gone.id.as_str())?;
    if let Some(targets) = stream.multistream.as_mut().and_then(|multistream| multistream.targets.as_mut()) {
        targets.retain(|target| target.id.as_ref() != Some(&gone.target_id));
    }
    Ok(())
}

fn upsert_pull(state: &mut StudioState, new: UpsertPull) -> HandlerResult<Stream> {
    let creator = new.creator_id.clone().map(typed);
    if new.key == Some(PullKey::CreatorId) && creator.is_none() {
        let message = "key must be one of creatorId,pull.source and must be present in the payload";
        return Err(Reply::error(400, message));
    }
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
        return get(state, Get::new(&made.id));
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
    already_there(&get(state, Get::new(&old.id))?)
}

fn by_playback_id(state: &mut StudioState, get: GetByPlaybackId) -> HandlerResult<Stream> {
    find(&mut state.streams, |stream| stream.playback_id.as_ref() == Some(&get.id)).cloned()
}

fn by_key(state: &mut StudioState, get: GetByKey) -> HandlerResult<Stream> {
    find(&mut state.streams, |stream| stream.stream_key.as_ref() == Some(&get.key)).cloned()
}

fn info(state: &mut StudioState, info: Info) -> HandlerResult<StreamInfo> {
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
    let session = session.or(last).map(raw_form);
    let has_none = session.is_none();
    let mut info = StreamInfo {
        stream: stream.clone(),
        session,
        is_playback_id: Some(stream.playback_id.as_ref().map(PlaybackId::as_str) == Some(id)),
        is_session: Some(state.sessions.iter().any(|session| session.id == id)),
        is_stream_key: Some(stream.stream_key.as_ref().is_some_and(|key| key.expose() == id)),
        ..StreamInfo::default()
    };
    if has_none {
        typed_endpoint::codec::mark_null(&mut info, "session");
    }
    Ok(info)
}

/// A session in the form of a stream, in which it is listed next to its stream, with what lists leave out.
fn raw_form(session: &Session) -> Session {
    let child = serde_json::to_value(child(session)).unwrap_or_default();
    let mut raw: Session = serde_json::from_value(child).unwrap_or_default();
    if session.record == Some(true) {
        raw.extra.insert("recordObjectStoreId", object_store().to_string());
    }
    raw
}

/// All or none.
fn delete_many(state: &mut StudioState, delete: DeleteMany) -> HandlerResult<()> {
    let known = state.streams.iter().filter(|stream| delete.ids.contains(&stream.id)).count();
    check_many(known, delete.ids.len())?;
    state.streams.retain(|stream| !delete.ids.contains(&stream.id));
    Ok(())
}

/// The server takes many ids only if all are known, and fails when none is.
pub(super) fn check_many(known: usize, all: usize) -> HandlerResult<()> {
    match known {
        0 if all == 0 => Err(crashed("Error")),
        0 => Err(crashed("TypeError")),
        known if known == all => Ok(()),
        _ => Err(not_found()),
    }
}

fn set_record(state: &mut StudioState, set: SetRecord) -> HandlerResult<()> {
    let stream = state.stream(set.id.as_str())?;
    if stream.is_active == Some(true) && stream.record != Some(set.record) {
        return Err(Reply::error(400, "cannot change 'record' field while stream is active"));
    }
    stream.record = Some(set.record);
    Ok(())
}

fn set_suspended(state: &mut StudioState, set: SetSuspended) -> HandlerResult<()> {
    state.stream(set.id.as_str())?.suspended = Some(set.suspended);
    if set.suspended {
        state.go_idle(&set.id);
    }
    Ok(())
}

fn children(state: &mut StudioState, list: GetSessions) -> HandlerResult<Vec<Stream>> {
    state.stream(list.parent_id.as_str())?;
    let children =
        state.sessions.iter().filter(|session| session.parent_id.as_ref() == Some(&list.parent_id)).map(child);
    state.page(children, fields::CHILDREN)
}
