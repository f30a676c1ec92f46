//! Ingest: the hosts to which video is sent and from which it is played.
//!
//! Only needed with a server other than the production one, whose URLs
//! [`Stream::rtmp_url`](super::stream::Stream::rtmp_url) and [`Stream::whip_url`](super::stream::Stream::whip_url) return.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::{ingest, stream};
//!
//! let stream = client.call(stream::Get::new("STREAM_ID")).await?;
//! if let Some(ingest) = client.call(ingest::List::new()).await?.first() {
//!     println!("send video to {}", ingest.rtmp_url(&stream));
//! }
//! # Ok(())
//! # }
//! ```

use super::stream::Stream;
use crate::endpoints::prelude::*;

operations! {
    endpoint! {
        /// Lists where the server's environment takes video in and plays it, in any order: each entry will do.
        ///
        /// The URLs to send video to that a stream has ([RTMP](Stream::rtmp_url), [WHIP](Stream::whip_url)) are those of the
        /// production server; with any other, such as the staging server or one of your own, use those of this list. Not in the
        /// public specification.
        pub List: Studio = GET "/ingest" -> Vec<Ingest>, no_auth
    }
}

model! {
    /// Where video is sent to and played from.
    pub struct Ingest: Studio {
        /// Where video is sent to by RTMP, without the stream key: `rtmp://rtmp.livepeer.com/live` in production.
        ingest: Url,
        /// The same by the name of the protocol, such as `rtmp` and `srt`.
        ingests?: BTreeMap<String, Url>,
        /// Where HLS is played from, without the playback id.
        playback: Url,
        /// The same without the CDN.
        playback_direct?: Url,
        /// Base URL of the media servers.
        base?: Url,
        /// The same without the CDN.
        base_direct?: Url,
        /// Base URL of the API's own server.
        origin?: Url,
    }
}

impl Ingest {
    /// Where a streaming program sends a stream's video by RTMP, stream key included. Empty if the stream has no key.
    pub fn rtmp_url(&self, stream: &Stream) -> String {
        stream.ingest_url(&format!("{}/", self.ingest.as_str().trim_end_matches('/')))
    }

    /// Where a browser sends a stream's video by WebRTC (WHIP), stream key included. Empty if the stream has no key, or the
    /// environment does not list its media servers.
    pub fn whip_url(&self, stream: &Stream) -> String {
        match &self.base {
            Some(base) => stream.ingest_url(&format!("{}/webrtc/", base.as_str().trim_end_matches('/'))),
            None => String::new(),
        }
    }
}
