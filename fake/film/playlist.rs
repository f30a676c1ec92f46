//! Playlists of HLS, and the list of the thumbnails.

use std::fmt::Write as _;

use super::{Played, SECONDS};

/// Length of a segment, in seconds.
pub(super) const SEGMENT: u32 = 2;

/// How many segments of a live stream are listed.
const WINDOW: u32 = 5;

/// The renditions: one.
pub(super) fn main(query: &str) -> String {
    format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n\
         #EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=128x80,CODECS=\"avc1.42c01e\"\nvideo.m3u8{query}\n"
    )
}

/// The segments: all of a file, and the latest of a live stream.
pub(super) fn media(played: &Played, query: &str) -> String {
    let (numbers, kind) = match played {
        Played::File(_) => (0..SECONDS / SEGMENT, "#EXT-X-PLAYLIST-TYPE:VOD\n"),
        Played::Live(seconds) => {
            let end = seconds / SEGMENT + 1;
            (end.saturating_sub(WINDOW)..end, "")
        }
    };
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{SEGMENT}\n#EXT-X-MEDIA-SEQUENCE:{}\n{kind}\
         #EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4{query}\"\n",
        numbers.start
    );
    for number in numbers {
        // Writing to a String cannot fail.
        let _ = write!(text, "#EXTINF:{SEGMENT}.0,\n{number}.m4s{query}\n");
    }
    if matches!(played, Played::File(_)) {
        text.push_str("#EXT-X-ENDLIST\n");
    }
    text
}

/// A picture for every second segment.
pub(super) fn thumbnails() -> String {
    let mut text = "WEBVTT\n".to_owned();
    for second in (0..SECONDS).step_by(SEGMENT as usize) {
        let end = second + SEGMENT;
        // Writing to a String cannot fail.
        let _ = write!(text, "\n00:00:{second:02}.000 --> 00:00:{end:02}.000\nkeyframes_{second}.png\n");
    }
    text
}
