//! The URLs that people need: where a stream is sent to, and where what is played is found.

use livepeer::playback::PlaybackInfo;
use livepeer::stream::Stream;
use livepeer::{Client, mock, stream};
use serde_json::{Value, json};

#[tokio::test]
async fn a_stream_is_sent_to_addresses_with_its_key() {
    let client: Client = mock::studio().client();
    let made = client.call(stream::Create::new("show")).await.unwrap();
    let mut stored = serde_json::to_value(&made).unwrap();
    for (key, rtmp, whip) in [
        (
            json!("abcd-ef01-2345-6789"),
            "rtmp://rtmp.livepeer.com/live/abcd-ef01-2345-6789",
            "https://playback.livepeer.studio/webrtc/abcd-ef01-2345-6789",
        ),
        // Sessions have none.
        (Value::Null, "", ""),
    ] {
        stored["streamKey"] = key;
        let stream: Stream = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!((stream.rtmp_url().as_str(), stream.whip_url().as_str()), (rtmp, whip));
    }
}

/// Everything that is played in one format, each in one place.
const FORMATS: [(&str, &str); 7] = [
    ("html5/application/vnd.apple.mpegurl", "hls"),
    ("html5/video/h264", "webrtc"),
    ("html5/video/mp4", "mp4"),
    ("text/vtt", "vtt"),
    ("image/png", "png"),
    ("image/jpeg", "jpeg"),
    ("video/x-flv", "flv"),
];

fn info(sources: Vec<Value>) -> PlaybackInfo {
    serde_json::from_value(json!({"type": "vod", "meta": {"source": sources}})).unwrap()
}

/// What each of them gives, as far as it gives anything.
fn urls(info: &PlaybackInfo) -> Vec<(&'static str, &str)> {
    let one = [
        ("hls", info.hls()),
        ("webrtc", info.webrtc()),
        ("thumbnails", info.thumbnails()),
        ("picture", info.picture()),
    ];
    let one = one.into_iter().filter_map(|(name, url)| Some((name, url?.as_str())));
    one.chain(info.mp4().into_iter().map(|file| ("mp4", file.url.as_str()))).collect()
}

#[test]
fn each_format_is_found_by_its_type_and_by_nothing_else() {
    let source = |(kind, url): (&str, &str)| json!({"hrn": "for people", "type": kind, "url": url});
    for (format, expected) in FORMATS.into_iter().zip([
        Some(("hls", "hls")),
        Some(("webrtc", "webrtc")),
        Some(("mp4", "mp4")),
        Some(("thumbnails", "vtt")),
        Some(("picture", "png")),
        Some(("picture", "jpeg")),
        None,
    ]) {
        assert_eq!(urls(&info(vec![source(format)])), Vec::from_iter(expected), "{format:?}");
    }
    // Among all the others, whatever their order; of two pictures, the one without losses.
    let all = [("hls", "hls"), ("webrtc", "webrtc"), ("thumbnails", "vtt"), ("picture", "png"), ("mp4", "mp4")];
    assert_eq!(urls(&info(FORMATS.map(source).into())), all);
    assert_eq!(urls(&info(FORMATS.into_iter().rev().map(source).collect())), all);
    assert_eq!(urls(&info(Vec::new())), []);
}

#[test]
fn of_the_mp4_files_the_best_is_first() {
    let file = |url: &str, height: Value, bitrate: Value| {
        let file = json!({"hrn": "MP4", "type": "html5/video/mp4", "url": url, "height": height, "bitrate": bitrate});
        // What is not known is not there.
        file.as_object()
            .unwrap()
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    };
    let info = info(vec![
        file("360", json!(360), json!(900_000)),
        file("unknown", json!(null), json!(null)),
        file("1080 thin", json!(1080), json!(2_000_000)),
        file("720", json!(720), json!(9_000_000)),
        file("1080", json!(1080), json!(4_000_000.5)),
        file("1080 unknown", json!(1080), json!(null)),
    ]);
    let order: Vec<_> = info.mp4().into_iter().map(|file| file.url.as_str()).collect();
    assert_eq!(order, ["1080", "1080 thin", "1080 unknown", "720", "360", "unknown"]);
}
