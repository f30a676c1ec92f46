//! The files of assets, for players: unchanged since their upload.

use super::core::Core;
use crate::endpoints::studio::asset::Phase;
use typed_endpoint::mock::Reply;

/// Below which paths they are.
pub(super) const FILES: &str = "/hls/";

/// A playlist of one file.
const PLAYLIST: &str = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:11\n#EXT-X-PLAYLIST-TYPE:VOD\n\
                        #EXTINF:10.5,\nvideo\n#EXT-X-ENDLIST\n";

/// Serves `/hls/PLAYBACK_ID/FILE`: `None` if there is no such file, or somebody may not play it.
pub(super) fn file(core: &Core, path: &str) -> Option<Reply> {
    let (playback_id, file) = path.strip_prefix(FILES)?.split_once('/')?;
    let content = core.set(|state| {
        let asset = state.assets.iter().find(|asset| {
            let is_ready = asset.status.as_ref().is_some_and(|status| status.phase == Phase::Ready);
            is_ready
                && asset.deleted != Some(true)
                && asset.playback_policy.is_none()
                && asset.playback_id.as_ref().is_some_and(|id| id.as_str() == playback_id)
        })?;
        state.uploads.files.get(&asset.id).cloned()
    })?;
    match file {
        "index.m3u8" => {
            Some(Reply::status(200).header("content-type", "application/vnd.apple.mpegurl").with_body(PLAYLIST))
        }
        file if file == "video" || file.ends_with(".mp4") => {
            Some(Reply::status(200).header("content-type", "video/mp4").with_body(content))
        }
        _ => None,
    }
}
