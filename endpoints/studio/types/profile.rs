//! What video is transcoded into.

use super::Studio;
use typed_endpoint::{model, open_enum};

model! {
    /// One rendition into which a live stream is transcoded.
    pub struct FfmpegProfile: Studio, input {
        /// Name of the rendition, such as `720p0`.
        name: String [length = 1..=500],
        /// Width in pixels.
        width: u64 [range = 128..] [sample = 1280],
        /// Height in pixels.
        height: u64 [range = 128..] [sample = 720],
        /// Bits per second.
        bitrate: u64 [range = 400..] [sample = 3000000],
        /// Frames per second (0: as in the source), to be divided by `fps_den`.
        fps: u64,
        /// Denominator of the frame rate (default: 1).
        fps_den?: u64 [range = 1..],
        /// Constant quality, 0 (best) to 44 (smallest): bounds the size of the output. Transcoders
        /// that cannot do it ignore it.
        quality?: u32 [range = 0..=44],
        /// Length of a group of pictures: seconds, or `intra` for key frames only.
        gop?: String [sample = "2.0"],
        /// H.264 profile.
        profile?: H264Profile,
        /// Codec of the output (default and, for live streams, only choice: H.264).
        encoder?: Encoder,
    }

    /// One rendition into which a recording, an asset or a file is transcoded.
    pub struct TranscodeProfile: Studio, input {
        /// Bits per second.
        bitrate: u64 [range = 400..] [sample = 3000000],
        /// Name of the rendition, such as `720p0`.
        name?: String [length = 1..=500],
        /// Width in pixels.
        width?: u64 [range = 128..] [sample = 1280],
        /// Height in pixels.
        height?: u64 [range = 128..] [sample = 720],
        /// Frames per second (0: as in the source), to be divided by `fps_den`.
        fps?: u64,
        /// Denominator of the frame rate (default: 1).
        fps_den?: u64 [range = 1..],
        /// Constant quality, 0 (best) to 44 (smallest): bounds the size of the output. Transcoders
        /// that cannot do it ignore it.
        quality?: u32 [range = 0..=44],
        /// Length of a group of pictures: seconds, or `intra` for key frames only.
        gop?: String [sample = "2.0"],
        /// H.264 profile.
        profile?: H264Profile,
        /// Codec of the output (default: H.264).
        encoder?: Encoder,
    }

    /// How recordings of a stream are processed.
    pub struct RecordingSpec: Studio, input {
        /// Renditions of the recording (default: chosen by the server from the source). The source
        /// itself is always kept.
        profiles?: Vec<TranscodeProfile>,
    }
}

open_enum! {
    /// Profile of the H.264 encoder: which features of the codec a player must know.
    pub enum H264Profile {
        /// Baseline: for the weakest players.
        Baseline = "H264Baseline",
        /// Main.
        Main = "H264Main",
        /// High.
        High = "H264High",
        /// High, without what low-latency players can't do.
        ConstrainedHigh = "H264ConstrainedHigh",
    }
}

open_enum! {
    /// A video codec.
    pub enum Encoder {
        /// H.264 (AVC).
        H264 = "H.264",
        /// HEVC (H.265).
        Hevc = "HEVC",
        /// VP8.
        Vp8 = "VP8",
        /// VP9.
        Vp9 = "VP9",
    }
}
