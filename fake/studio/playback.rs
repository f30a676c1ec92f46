//! Playback info.

use std::time::Duration;

use super::super::handler::HandlerResult;
use super::super::routes::Routes;
use super::super::state::{StudioState, millis};
use super::super::work::phase;
use crate::endpoints::studio::asset::{Asset, Phase};
use crate::endpoints::studio::playback::{
    DvrSource, Get, PlaybackInfo, PlaybackMeta, PlaybackType, Source, SourceName, SourceType,
};
use crate::endpoints::studio::session::RecordingStatus;
use crate::endpoints::studio::stream::Stream;
use crate::endpoints::studio::types::*;
use typed_endpoint::mock::Reply;

/// How long the server caches that something is not ready.
const REMEMBERED: Duration = Duration::from_secs(120);

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(get)
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<PlaybackInfo> {
    let base = format!("{}/hls/{}", state.asked.origin, get.id);
    let id = &get.id;
    let is_stream = |stream: &&Stream| stream.playback_id.as_ref() == Some(id) && stream.suspended != Some(true);
    if let Some(stream) = state.streams.iter().find(is_stream) {
        let live = stream.is_active == Some(true);
        let mut info = info(PlaybackType::Live, stream.playback_policy.clone(), live_sources(&state.asked.origin, id));
        info.meta.live = Some(live.into());
        let session = state.sessions.iter().rfind(|session| session.parent_id.as_ref() == Some(&stream.id));
        if state.asked.query.get("recordings") == Some("true") {
            if !state.asked.has_key {
                return Err(Reply::error(401, "authentication is required to access recordings"));
            }
            let dvr = match session {
                Some(_) => DvrSource {
                    hrn: Some(SourceName::Hls),
                    kind: Some(SourceType::Hls),
                    url: Some(format!("{base}/dvr.m3u8").into()),
                    ..DvrSource::default()
                },
                None => DvrSource {
                    error: Some("no running recordings available for this stream.".into()),
                    ..DvrSource::default()
                },
            };
            info.meta.dvr_playback = Some(vec![dvr]);
        }
        if session.is_some() {
            let thumbnail = format!("{base}/latest.jpg");
            info.meta.source.push(source(SourceName::Jpeg, SourceType::Jpeg, thumbnail));
        }
        return Ok(info);
    }
    if let Some(session) = state.sessions.iter().find(|session| session.id == id.as_str()) {
        return match (&session.recording_status, &session.recording_url) {
            (Some(RecordingStatus::Ready), Some(url)) => {
                let sources = vec![source(SourceName::Hls, SourceType::Hls, url.to_string())];
                Ok(info(PlaybackType::Recording, None, sources))
            }
            _ => Err(unknown(id)),
        };
    }
    let asset = |asset: &&Asset| {
        let cid = asset.storage.as_ref().and_then(|storage| storage.ipfs.as_ref()?.cid.as_ref());
        asset.deleted != Some(true)
            && (asset.playback_id.as_ref() == Some(id) || cid.is_some_and(|cid| *cid == id.as_str()))
    };
    if let Some(asset) = state.assets.iter().find(asset) {
        let remembered = state.not_ready_until.get(id).copied().filter(|until| state.now < *until);
        if phase(asset) != Phase::Ready || remembered.is_some() {
            let until = remembered.unwrap_or(state.now.saturating_add(millis(REMEMBERED)));
            state.not_ready_until.insert(id.clone(), until);
            return Err(Reply::error(422, "asset is not ready for playback"));
        }
        let mut info = info(PlaybackType::Vod, asset.playback_policy.clone(), file_sources(asset, &base));
        typed_endpoint::codec::mark_null(&mut info.meta, "playbackPolicy");
        return Ok(info);
    }
    Err(unknown(id))
}

fn unknown(id: &PlaybackId) -> Reply {
    Reply::error(404, format!("No playback URL found for {id}"))
}

fn info(kind: PlaybackType, playback_policy: Option<PlaybackPolicy>, source: Vec<Source>) -> PlaybackInfo {
    let meta = PlaybackMeta { playback_policy, source, ..PlaybackMeta::default() };
    PlaybackInfo { kind, meta, ..PlaybackInfo::default() }
}

fn source(hrn: SourceName, kind: SourceType, url: String) -> Source {
    Source { hrn, kind, url: url.into(), ..Source::default() }
}

fn live_sources(origin: &str, id: &PlaybackId) -> Vec<Source> {
    vec![
        source(SourceName::Hls, SourceType::Hls, format!("{origin}/hls/{id}/index.m3u8")),
        source(SourceName::WebRtc, SourceType::WebRtc, format!("{origin}/webrtc/{id}")),
    ]
}

fn file_sources(asset: &Asset, base: &str) -> Vec<Source> {
    let mp4 = |width: u64, height: u64, bitrate: f64| Source {
        size: asset.size,
        width: Some(width),
        height: Some(height),
        bitrate: Some(bitrate),
        ..source(SourceName::Mp4, SourceType::Mp4, format!("{base}/{height}p0.mp4"))
    };
    vec![
        mp4(1920, 1080, 4_000_000.0),
        mp4(640, 360, 800_000.0),
        source(SourceName::Hls, SourceType::Hls, format!("{base}/index.m3u8")),
        source(SourceName::Thumbnails, SourceType::Thumbnails, format!("{base}/thumbnails/thumbnails.vtt")),
    ]
}
