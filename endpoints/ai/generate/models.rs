//! What the operations of [`generate`](super) take and give, language models aside.

use super::super::media::Media;
use super::arrays::ArrayText;
use crate::endpoints::prelude::*;

id! {
    /// Name of a model, mostly as on Hugging Face, such as `SG161222/RealVisXL_V4.0_Lightning`.
    ///
    /// Do not send an empty one: some gateways look for a model of that name. Left out, the server chooses.
    pub struct ModelId;
}

/// LoRA models, each with its weight: small models that change a large one.
pub type Loras = JsonText<BTreeMap<String, f64>>;

open_enum! {
    /// Which parts of a transcript get a time of their own.
    pub enum ReturnTimestamps {
        /// Each sentence: the same as [`sentence`](Self::Sentence).
        // Spelled as in Python: Studio refuses `true` and `false`, and runners take either.
        On = "True",
        /// None.
        Off = "False",
        /// Each sentence.
        Sentence = "sentence",
        /// Each word.
        Word = "word",
    }
}

impl IntoField<ReturnTimestamps> for bool {
    fn into_field(self) -> ReturnTimestamps {
        if self { ReturnTimestamps::On } else { ReturnTimestamps::Off }
    }
}

model! {
    /// Pictures that were made.
    pub struct ImageResponse: Ai {
        /// The pictures.
        images: Vec<Media>,
    }

    /// A video that was made, as a file or as pictures.
    pub struct VideoResponse: Ai {
        /// Videos, each an MP4 file: what gateways give.
        images?: Vec<Media>,
        /// Videos, each a list of pictures: what runners give.
        frames?: Vec<Vec<Media>>,
    }

    /// What was said.
    pub struct TextResponse: Ai {
        /// The whole text.
        text: String,
        /// The text in parts with their times: empty if none were asked for.
        chunks: Vec<TextChunk>,
    }

    /// A part of a transcript.
    pub struct TextChunk: Ai {
        /// Start and end of the part, as the server wrote them: [`start`](Self::start) and [`end`](Self::end)
        /// read them.
        timestamp: Vec<Value>,
        /// What was said.
        text: String,
    }

    /// Outlines of objects, each as an array written as text.
    pub struct MasksResponse: Ai {
        /// The masks: for each one a row of numbers for each row of the picture.
        masks: ArrayText,
        /// How good the model thinks each mask is: one number each, from 0 to 1.
        scores: ArrayText,
        /// The masks as the model's raw numbers, at a low resolution: the input for a next round.
        logits: ArrayText,
    }

    /// A text about a picture.
    pub struct ImageToTextResponse: Ai {
        /// The text.
        text: String,
    }

    /// Speech that was made.
    pub struct AudioResponse: Ai {
        /// The recording, a WAV file.
        audio: Media,
    }

    /// A live video job that was started.
    pub struct LiveVideoToVideoResponse: Ai {
        /// Where the video comes from.
        subscribe_url: Url,
        /// Where the changed video goes.
        publish_url: Url,
        /// Where the job takes new parameters.
        control_url?: Url,
        /// Where the job reports its state and its log.
        events_url?: Url,
        /// Id of the request.
        request_id?: String,
        /// Id of the job's manifest at the orchestrator.
        manifest_id?: String,
    }

    /// How a runner is.
    pub struct HealthCheck: Ai {
        /// In a word.
        status: HealthStatus,
    }
}

open_enum! {
    /// Whether a runner takes work.
    pub enum HealthStatus {
        /// It does.
        Ok = "OK",
        /// It is broken.
        Error = "ERROR",
        /// It does, and has none.
        Idle = "IDLE",
        /// Not yet: its model is being loaded.
        Loading = "LOADING",
    }
}

impl VideoResponse {
    /// All that was made: MP4 files from a gateway, single pictures from a runner.
    pub fn media(&self) -> impl Iterator<Item = &Media> {
        let videos = self.images.iter().flatten();
        videos.chain(self.frames.iter().flatten().flatten())
    }
}

impl TextChunk {
    /// When the part begins, counted from the start of the recording.
    pub fn start(&self) -> Option<Seconds> {
        self.time(0)
    }

    /// When the part ends, counted from the start of the recording; `None` if the server does not know, as it
    /// happens where a recording is cut.
    pub fn end(&self) -> Option<Seconds> {
        self.time(1)
    }

    fn time(&self, index: usize) -> Option<Seconds> {
        self.timestamp.get(index)?.as_f64().map(Seconds::new)
    }
}
