//! Playback: the URLs at which streams, recordings and assets are watched.
//!
//! One operation, for all of them: it takes a playback id and returns a URL for each format.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::playback;
//!
//! let info = client.call(playback::Get::new("PLAYBACK_ID")).await?;
//! println!("HLS: {:?}, WebRTC: {:?}", info.hls(), info.webrtc());
//! # Ok(())
//! # }
//! ```

use super::asset::StorageStatus;
use crate::endpoints::prelude::*;

operations! {
    endpoint! {
        /// Retrieves where something is played: a stream, an asset or a recording, by its playback id.
        ///
        /// An asset that is not ready gives 422, and the server remembers that for up to 120 seconds: to
        /// wait for an asset, ask for the asset or its task.
        pub Get: Studio = GET "/playback/{id}" (id: PlaybackId) query {
            /// For a live stream of your own: also looks for the running recording (default: no). The
            /// response has it as [`dvrPlayback`](PlaybackMeta::dvr_playback).
            recordings?: bool,
        } -> PlaybackInfo, id("getPlaybackInfo")
    }
}

model! {
    /// Where something is played.
    pub struct PlaybackInfo: Studio {
        /// What it is.
        kind as "type": PlaybackType,
        /// The addresses and what goes with them.
        meta: PlaybackMeta,
    }

    /// Addresses and what goes with them.
    pub struct PlaybackMeta: Studio {
        /// Whether a stream is live: 1 if so, 0 if not.
        live?: u32,
        /// Who may watch; missing means everyone.
        playback_policy?: PlaybackPolicy,
        /// The addresses: one for each format, and for MP4 each size.
        source: Vec<Source>,
        /// The running recording of a live stream, for going back in time.
        dvr_playback?: Vec<DvrSource>,
        /// The signed statement on the video's origin, if it was asked for by one.
        attestation?: Attestation,
    }

    /// An address at which something is played in one format.
    pub struct Source: Studio {
        /// Human-readable name of the format.
        hrn: SourceName,
        /// The format.
        kind as "type": SourceType,
        /// The address.
        url: Url,
        /// Bytes of the file.
        size?: u64,
        /// Width in pixels.
        width?: u64,
        /// Height in pixels.
        height?: u64,
        /// Bits per second.
        bitrate?: f64,
    }

    /// An address at which a running recording is played, or why there is none.
    pub struct DvrSource: Studio {
        /// Human-readable name of the format.
        hrn?: SourceName,
        /// The format.
        kind as "type"?: SourceType,
        /// The address.
        url?: Url,
        /// Why there is none.
        error?: String,
    }
}

model! {
    /// A statement on where a video comes from, signed by who made it (EIP-712).
    pub struct Attestation: Studio {
        /// Id.
        id?: String,
        /// Kind of the statement, as EIP-712 has it.
        primary_type: AttestationType,
        /// What the signature is for, so that it means nothing elsewhere.
        domain: AttestationDomain,
        /// What is stated.
        message: AttestationMessage,
        /// The signature over the message, in hexadecimal.
        signature: String,
        /// How it was signed.
        signature_type?: SignatureType,
        /// When it was created.
        created_at?: Timestamp,
        /// Where else it is stored.
        storage?: AttestationStorage,
    }

    /// What the signature of an attestation is for.
    pub struct AttestationDomain: Studio {
        /// Name, always `Verifiable Video`.
        name: String,
        /// Version, so far `1`.
        version: String,
    }

    /// What an attestation states.
    pub struct AttestationMessage: Studio {
        /// The video: an id, or where it is on IPFS.
        video: String,
        /// Who had which part in it.
        attestations: Vec<AttestationRole>,
        /// Address of who signed it.
        signer: String,
        /// When it was signed.
        timestamp: Timestamp,
    }

    /// A contributor to a video.
    pub struct AttestationRole: Studio {
        /// The part, such as `creator`.
        role: String,
        /// The address of who had it.
        address: String,
    }

    /// Where else an attestation is stored.
    pub struct AttestationStorage: Studio {
        /// On IPFS.
        ipfs?: AttestationIpfs,
        /// Progress of its export.
        status?: StorageStatus,
    }

    /// An attestation on IPFS.
    pub struct AttestationIpfs: Studio {
        /// CID.
        cid?: String,
        /// The attestation as an `ipfs://` URL.
        url?: Url,
        /// The attestation at an IPFS gateway, by HTTP.
        gateway_url?: Url,
        /// When it was last exported.
        updated_at?: Timestamp,
    }
}

open_enum! {
    /// Kind of an attestation, as EIP-712 has it.
    pub enum AttestationType {
        /// On where a video comes from.
        VideoAttestation = "VideoAttestation",
    }

    /// How an attestation was signed.
    pub enum SignatureType {
        /// With an Ethereum key, by EIP-712.
        Eip712 = "eip712",
        /// With a key on Flow.
        Flow = "flow",
    }
}

impl PlaybackInfo {
    /// Whether it is a stream that is live now.
    pub fn is_live(&self) -> bool {
        self.meta.live == Some(1)
    }

    /// The address for HLS players: works everywhere, some seconds late.
    pub fn hls(&self) -> Option<&Url> {
        self.first(SourceType::Hls)
    }

    /// The address for WebRTC players (WHEP): less than a second late. Live streams only.
    pub fn webrtc(&self) -> Option<&Url> {
        self.first(SourceType::WebRtc)
    }

    /// The MP4 files, the best first: by height, then by bit rate. Assets only.
    pub fn mp4(&self) -> Vec<&Source> {
        let mut files: Vec<_> = self.sources(SourceType::Mp4).collect();
        let quality = |file: &Source| (file.height.unwrap_or(0), file.bitrate.unwrap_or(0.0));
        files.sort_by(|a, b| {
            let ((a_height, a_bitrate), (b_height, b_bitrate)) = (quality(a), quality(b));
            b_height.cmp(&a_height).then(b_bitrate.total_cmp(&a_bitrate))
        });
        files
    }

    /// The list of thumbnails over time (WebVTT), for the bar below a video. Assets only.
    pub fn thumbnails(&self) -> Option<&Url> {
        self.first(SourceType::Thumbnails)
    }

    /// A picture of what is on (PNG or JPEG). Live streams only.
    pub fn picture(&self) -> Option<&Url> {
        self.first(SourceType::Png).or_else(|| self.first(SourceType::Jpeg))
    }

    fn first(&self, kind: SourceType) -> Option<&Url> {
        self.sources(kind).next().map(|source| &source.url)
    }

    fn sources(&self, kind: SourceType) -> impl Iterator<Item = &Source> {
        self.meta.source.iter().filter(move |source| source.kind == kind)
    }
}

open_enum! {
    /// What is played.
    pub enum PlaybackType {
        /// A live stream.
        Live = "live",
        /// An asset.
        Vod = "vod",
        /// The recording of a session.
        Recording = "recording",
    }
}

open_enum! {
    /// Format of what is played.
    pub enum SourceType {
        /// HLS.
        Hls = "html5/application/vnd.apple.mpegurl",
        /// An MP4 file.
        Mp4 = "html5/video/mp4",
        /// WebRTC with H.264 (WHEP).
        WebRtc = "html5/video/h264",
        /// FLV.
        Flv = "video/x-flv",
        /// A JPEG picture.
        Jpeg = "image/jpeg",
        /// A PNG picture.
        Png = "image/png",
        /// Thumbnails over time (WebVTT).
        Thumbnails = "text/vtt",
    }
}

open_enum! {
    /// Human-readable name of a format.
    pub enum SourceName {
        /// HLS.
        Hls = "HLS (TS)",
        /// MP4.
        Mp4 = "MP4",
        /// WebRTC.
        WebRtc = "WebRTC (H264)",
        /// FLV.
        Flv = "FLV (H264)",
        /// A JPEG picture.
        Jpeg = "Thumbnail (JPEG)",
        /// A PNG picture.
        Png = "Thumbnail (PNG)",
        /// Thumbnails over time.
        Thumbnails = "Thumbnails",
    }
}
