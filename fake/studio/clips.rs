//! Clips.

use super::super::fields;
use super::super::handler::{HandlerResult, crashed};
use super::super::routes::Routes;
use super::super::state::{StudioState, object_store};
use super::super::work::NewTask;
use super::assets::new_asset;
use crate::endpoints::studio::asset::{self, Asset, AssetSource, Phase, SourceType};
use crate::endpoints::studio::stream::{Clip, CreateClip, GetClips, Stream};
use crate::endpoints::studio::task::{ClipParams, ClipStrategy, TaskParams, TaskType};
use crate::endpoints::studio::types::*;
use crate::endpoints::studio::{clip, session};
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(create_clip).on(of_stream).on(of_session).on(of_asset).on(of_anything)
}

fn create_clip(state: &mut StudioState, new: CreateClip) -> HandlerResult<Clip> {
    let (source, input_id) = clip_source(state, &new)?;
    if new.end_time.is_some_and(|end| end <= new.start_time) {
        return Err(Reply::error(422, "endTime must occur after startTime"));
    }
    let session_id = source.session_id.clone();
    let base = format!("{}/recordings/{}", state.asked.origin, input_id);
    let requester = requester(&new.playback_id);
    let asset = new_asset(state, new.name.clone().unwrap_or_default(), source, Phase::Waiting);
    let asset = match new.name.is_some_and(|name| !name.is_empty()) {
        true => asset,
        // By the id that the clip has by then.
        false => {
            let own = state.asset(asset.id.as_str())?;
            own.name = format!("clip-{}", own.playback_id.clone().unwrap_or_default());
            own.clone()
        }
    };
    let clip = ClipParams {
        clip_strategy: Some(ClipStrategy {
            start_time: Some(new.start_time),
            end_time: new.end_time,
            playback_id: Some(new.playback_id),
            ..ClipStrategy::default()
        }),
        url: Some(format!("{base}/index.m3u8").into()),
        session_id,
        input_id: Some(input_id),
        source_object_store_id: Some(object_store()),
        ..ClipParams::default()
    };
    let params = TaskParams { clip: Some(clip), ..TaskParams::default() };
    let output = Some(asset.id.clone());
    let task = state.spawn(NewTask { kind: TaskType::Clip, input: None, output, params, begins: true });
    let id = task.id.unwrap_or_default();
    if let Some(work) = state.work.iter_mut().find(|work| work.task.id.as_ref() == Some(&id)) {
        work.task.requester_id = Some(requester);
    }
    Ok(Clip { asset, task: TaskRef { id, ..TaskRef::default() }, ..Clip::default() })
}

/// Who asked for a clip, as far as the server can tell without an address.
fn requester(playback_id: &PlaybackId) -> String {
    format!("UNKNOWN-{playback_id}")
}

/// What is clipped, and its id: a session of a stream that is recorded. Assets cannot be clipped.
fn clip_source(state: &StudioState, new: &CreateClip) -> HandlerResult<(AssetSource, String)> {
    let source =
        AssetSource { kind: SourceType::Clip, playback_id: Some(new.playback_id.clone()), ..AssetSource::default() };
    let is_it =
        |stream: &&Stream| stream.playback_id.as_ref() == Some(&new.playback_id) && stream.suspended != Some(true);
    let stream = state.streams.iter().find(is_it).ok_or_else(|| Reply::error(404, "Content not found"))?;
    state.check_clips(&requester(&new.playback_id))?;
    let mut sessions = state.sessions.iter().filter(|session| session.parent_id.as_ref() == Some(&stream.id));
    let session = match new.session_id.as_ref().filter(|id| !id.is_empty()) {
        Some(id) if !state.sessions.iter().any(|session| session.id == *id) => {
            return Err(Reply::error(404, "Session not found"));
        }
        Some(id) => {
            let message = "The provided session id does not belong to this stream";
            sessions.find(|session| session.id == *id).ok_or_else(|| Reply::error(404, message))?
        }
        None => sessions.next_back().filter(|_| stream.record == Some(true)).ok_or_else(|| crashed("Error"))?,
    };
    Ok((AssetSource { session_id: Some(session.id.clone()), ..source }, stream.id.to_string()))
}

fn of_stream(state: &mut StudioState, list: GetClips) -> HandlerResult<Vec<Asset>> {
    let id = stream_of(state, list.id.as_str()).ok_or_else(|| Reply::error(404, "Stream not found"))?;
    let clips = clips_of(state, |source| is_of_stream(state, source, &id));
    state.page(clips, fields::CLIPS)
}

fn of_session(state: &mut StudioState, list: session::GetClips) -> HandlerResult<Vec<Asset>> {
    if !state.sessions.iter().any(|session| session.id == list.id) {
        return Err(Reply::error(404, "Session not found"));
    }
    let clips = clips_of(state, |source| source.session_id.as_ref() == Some(&list.id));
    state.page(clips, fields::CLIPS)
}

fn of_asset(state: &mut StudioState, list: asset::GetClips) -> HandlerResult<Vec<Asset>> {
    let is_it =
        |asset: &&Asset| asset.id == list.id || asset.playback_id.as_ref().is_some_and(|own| own == list.id.as_str());
    let asset = state.assets.iter().find(is_it).ok_or_else(|| Reply::error(404, "Asset not found"))?;
    let id = asset.id.clone();
    let clips = clips_of(state, |source| source.asset_id.as_ref() == Some(&id));
    state.page(clips, fields::CLIPS)
}

/// The clips of a session, stream or asset, with their URLs.
fn of_anything(state: &mut StudioState, list: clip::List) -> HandlerResult<Vec<Asset>> {
    let id = list.id.as_str();
    let is_session = state.sessions.iter().any(|session| session.id == id);
    let stream = stream_of(state, id).filter(|_| !is_session);
    let asset = state.assets.iter().find(|asset| {
        let cid = asset.storage.as_ref().and_then(|storage| storage.ipfs.as_ref()?.cid.as_ref());
        asset.id == id || asset.playback_id.as_ref().is_some_and(|own| own == id) || cid.is_some_and(|cid| cid == id)
    });
    let asset = asset.map(|asset| asset.id.clone());
    if !is_session && stream.is_none() && asset.is_none() {
        return Err(Reply::error(404, "Content not found"));
    }
    let clips = state.assets.iter().filter(|clip| {
        let source = &clip.source;
        let is_of_this = match &stream {
            _ if is_session => source.session_id.as_ref().is_some_and(|own| own == id),
            Some(stream) => is_of_stream(state, source, stream),
            None => source.asset_id == asset,
        };
        source.kind == SourceType::Clip && clip.deleted != Some(true) && is_of_this
    });
    state.page(clips, fields::CLIPS)
}

/// The stream that has this id or playback id.
fn stream_of(state: &StudioState, id: &str) -> Option<StreamId> {
    let is_it = |stream: &&Stream| stream.id == id || stream.playback_id.as_ref().is_some_and(|own| own == id);
    state.streams.iter().find(is_it).map(|stream| stream.id.clone())
}

fn is_of_stream(state: &StudioState, source: &AssetSource, stream: &StreamId) -> bool {
    let session = |id: &SessionId| state.sessions.iter().find(|session| session.id == *id);
    let session = source.session_id.as_ref().and_then(session);
    session.is_some_and(|session| session.parent_id.as_ref() == Some(stream))
}

/// The clips of something, as lists return them: without URLs.
fn clips_of(state: &StudioState, of: impl Fn(&AssetSource) -> bool) -> Vec<Asset> {
    let clips = state
        .assets
        .iter()
        .filter(|asset| asset.source.kind == SourceType::Clip && asset.deleted != Some(true) && of(&asset.source));
    let object_store_id = Some(object_store());
    let bare = |clip: Asset| Asset {
        playback_url: None,
        download_url: None,
        object_store_id: object_store_id.clone(),
        ..clip
    };
    clips.cloned().map(bare).collect()
}
