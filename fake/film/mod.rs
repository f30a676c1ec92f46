//! What players fetch: a made-up film of ten seconds, for everything that can be played.

mod h264;
mod mp4;
mod playlist;

use std::sync::Arc;

use bytes::Bytes;
use http::header::RANGE;
use http::request::Parts;
use http::{HeaderMap, Method};

use super::access;
use super::core::Core;
use super::files::Stored;
use super::png::picture;
use super::query::Query;
use super::state::StudioState;
use super::work::phase;
use crate::endpoints::studio::asset::{Asset, Phase};
use crate::endpoints::studio::session::{RecordingStatus, Session};
use crate::endpoints::studio::stream::Stream;
use crate::endpoints::studio::types::*;
use typed_endpoint::mock::Reply;

/// Length of the film, in seconds.
const SECONDS: u32 = 10;

/// Where files of the film are.
const FOLDERS: [&str; 2] = ["/hls/", "/recordings/"];

/// What is played.
enum Played {
    /// A stream that is live, since so many seconds.
    Live(u32),
    /// An asset or a recording, with its file if it was uploaded.
    File(Option<Stored>),
}

/// Whether a path is one of the film.
pub(super) fn is_film(path: &str) -> bool {
    FOLDERS.iter().any(|folder| path.starts_with(folder))
}

/// Serves a file of the film.
pub(super) async fn respond(core: &Arc<Core>, parts: &Parts) -> Reply {
    let allow = |reply: Reply| reply.header("access-control-allow-origin", "*");
    if parts.method == Method::OPTIONS {
        let reply = Reply::status(204).header("access-control-allow-headers", "*");
        return allow(reply);
    }
    let path = parts.uri.path();
    let Some((id, name)) = FOLDERS.iter().find_map(|folder| path.strip_prefix(folder)?.split_once('/')) else {
        return allow(Reply::text(404, "not found\n"));
    };
    let Some((played, guarded)) = core.set(|state| state.find_played(id)) else {
        return allow(Reply::text(404, "not found\n"));
    };
    if guarded {
        let query = Query::new(parts.uri.query().unwrap_or_default());
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let credential = ["jwt", "accessKey"].iter().find_map(|name| query.get(name));
        let credential = credential.or(header("livepeer-jwt")).or(header("livepeer-access-key"));
        if !access::may_play(core, &id.into(), credential.unwrap_or_default()).await {
            return allow(Reply::text(403, "access denied\n"));
        }
    }
    let token = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    allow(file(name, &played, &token, &parts.headers))
}

fn file(name: &str, played: &Played, query: &str, headers: &HeaderMap) -> Reply {
    const PLAYLIST: &str = "application/vnd.apple.mpegurl";

    let segment = |extension: &str| name.strip_suffix(extension)?.parse::<u32>().ok();
    let picture_at = |second: u32| picture(160, 90, 7, second);
    match name {
        "index.m3u8" | "dvr.m3u8" | "output.m3u8" | "source.m3u8" => text(PLAYLIST, playlist::main(query)),
        "video.m3u8" => text(PLAYLIST, playlist::media(played, query)),
        "init.mp4" => bytes("video/mp4", mp4::beginning().into(), headers),
        "thumbnails/thumbnails.vtt" => text("text/vtt", playlist::thumbnails()),
        "latest.jpg" | "latest.png" => bytes("image/png", picture_at(0).into(), headers),
        // The original, if there is one.
        "video" => match played {
            Played::File(Some(file)) => part_of("application/octet-stream", file, headers),
            _ => bytes("video/mp4", mp4::file(SECONDS).into(), headers),
        },
        _ if name.ends_with(".mp4") => bytes("video/mp4", mp4::file(SECONDS).into(), headers),
        _ => match (segment(".m4s"), name.strip_prefix("thumbnails/keyframes_")) {
            (Some(number), _) => {
                let start = number.saturating_mul(playlist::SEGMENT).min(u32::MAX / 2_000);
                bytes("video/iso.segment", mp4::segment(number, start..start + playlist::SEGMENT).into(), headers)
            }
            (None, Some(second)) => {
                let second = second.trim_end_matches(".png").parse().unwrap_or_default();
                bytes("image/png", picture_at(second).into(), headers)
            }
            (None, None) => Reply::text(404, "not found\n"),
        },
    }
}

fn text(media_type: &'static str, text: String) -> Reply {
    Reply::status(200).header("content-type", media_type).header("cache-control", "no-store").with_body(text)
}

fn bytes(media_type: &'static str, bytes: Bytes, headers: &HeaderMap) -> Reply {
    part_of(media_type, &Stored::Memory(bytes), headers)
}

/// A file, or the part of it that is asked for.
fn part_of(media_type: &'static str, file: &Stored, headers: &HeaderMap) -> Reply {
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-'));
    let last = file.len().saturating_sub(1);
    let bounds = range.map(|(from, to)| match (from.parse::<u64>().ok(), to.parse::<u64>().ok()) {
        (Some(from), to) => (from, to.unwrap_or(last).min(last)),
        (None, count) => (file.len().saturating_sub(count.unwrap_or_default()), last),
    });
    let reply = |status| Reply::status(status).header("content-type", media_type).header("accept-ranges", "bytes");
    match bounds {
        None => reply(200).header("content-length", &file.len().to_string()).with_body(file.part(0, file.len())),
        Some((from, to)) if from <= to && from < file.len() => reply(206)
            .header("content-range", &format!("bytes {from}-{to}/{}", file.len()))
            .header("content-length", &(to - from + 1).to_string())
            .with_body(file.part(from, to - from + 1)),
        Some(_) => reply(416).header("content-range", &format!("bytes */{}", file.len())),
    }
}

impl StudioState {
    /// What can be played by this id now, and whether its policy has to be asked.
    fn find_played(&self, id: &str) -> Option<(Played, bool)> {
        let has_id = |playback_id: &Option<PlaybackId>| playback_id.as_ref().is_some_and(|own| own == id);
        let guarded = |policy: &Option<PlaybackPolicy>| {
            policy.as_ref().is_some_and(|policy| policy.kind != PlaybackPolicyType::Public)
        };
        let is_live = |stream: &&Stream| has_id(&stream.playback_id) && stream.suspended != Some(true);
        if let Some(stream) = self.streams.iter().find(is_live) {
            let session = |session: &&Session| session.parent_id.as_ref() == Some(&stream.id);
            let since = self.sessions.iter().rfind(session).and_then(|session| session.created_at);
            let seconds = (self.now - since?.as_millis()) / 1000;
            let seconds = u32::try_from(seconds).unwrap_or_default();
            return (stream.is_active == Some(true)).then(|| (Played::Live(seconds), guarded(&stream.playback_policy)));
        }
        let is_asset = |asset: &&Asset| has_id(&asset.playback_id) && asset.deleted != Some(true);
        if let Some(asset) = self.assets.iter().find(is_asset) {
            let file = self.uploads.files.get(&asset.id);
            return (phase(asset) == Phase::Ready).then(|| (Played::File(file), guarded(&asset.playback_policy)));
        }
        let is_ready =
            |session: &&Session| session.id == id && session.recording_status == Some(RecordingStatus::Ready);
        self.sessions.iter().find(is_ready).map(|_| (Played::File(None), false))
    }
}
