//! Livepeer AI: pictures, video, speech, transcripts and text, made by models that run on the Livepeer network.
//!
//! ```no_run
//! # async fn example() -> Result<(), livepeer::Error> {
//! use livepeer::{Client, generate::TextToImage};
//!
//! let client = Client::ai(); // the community gateway, which needs no key
//! let response = client.call(TextToImage::new("a lighthouse in a storm").seed(7)).await?;
//! println!("{} pictures", response.images.len());
//! # Ok(())
//! # }
//! ```
//!
//! A gateway has all of these operations; Studio hosts some of them, which a Studio client can call.
//!
//! - **Only what you set is sent.** The defaults named here are the servers'; a gateway may have others.
//! - **The work is billed**, so nothing is sent again once it may have begun. A call that was rejected before that (429,
//!   503, no connection) is retried by the client's policy.
//! - **A model that is not loaded takes from 30 seconds to 5 minutes to start**: the default time-out is 300 seconds.
//! - **Studio reads the texts of forms as numbers** where they begin with one: every operation that takes a file, and
//!   [`StudioLlm`], refuses a prompt such as `1 cat`, `.5`, `true` or `false` (422 `must be string`). Begin the text with a
//!   word. Other servers, and [`TextToImage`], accept any text.
//! - **Studio accepts 20 calls a minute** (429 with `Retry-After`), and 10 MiB in all files of a call.
//! - **Results are fetched in a second step**, soon, because gateways keep them for a short time only:
//!   [`Media::bytes`](super::media::Media::bytes) and [`Media::save`](super::media::Media::save).

mod arrays;
mod errors;
mod llm;
mod models;

pub use arrays::{Array, ArrayError, ArrayText};
pub use errors::{
    GatewayError, GatewayErrorDetail, GenerateError, Gone, HttpError, HttpErrorDetail, InvalidField, Location,
    ValidationError,
};
pub use llm::{FinishReason, LlmChoice, LlmChunk, LlmMessage, LlmResponse, LlmRole, LlmUsage, StudioLlmResponse};
pub use models::{
    AudioResponse, HealthCheck, HealthStatus, ImageResponse, ImageToTextResponse, LiveVideoToVideoResponse, Loras,
    MasksResponse, ModelId, ReturnTimestamps, TextChunk, TextResponse, VideoResponse,
};

use crate::endpoints::prelude::*;

fields! {
    /// A picture to work on, and by what.
    picture {
        /// The picture: at most 50 MB, at Studio 10 MiB.
        image: File,
        /// Model (default: the server's choice).
        model_id?: ModelId,
    }
}

fields! {
    /// What everything that makes pictures takes.
    seeded {
        /// Looks for offensive or harmful content and reports it as [`nsfw`](super::media::Media::nsfw) (default: yes).
        safety_check?: bool,
        /// Start of the random numbers: the same request with the same seed gives the same result (default: another one
        /// each time, given in the response).
        seed?: i64,
    }
}

fields! {
    /// What both forms of `/llm` take.
    conversation {
        /// Model.
        model: ModelId,
        /// The conversation so far, oldest message first.
        messages: Vec<LlmMessage>,
        /// How freely words are chosen, from 0 (always the likeliest) to 2 (default: 0.7).
        temperature?: f64,
        /// Length of the response at most, in tokens (256 unless you set it; gateways need it said).
        max_tokens?: u32 = 256,
        /// Chooses among the likeliest words whose chances add up to this, from 0 to 1 (default: 1, all).
        top_p?: f64,
        /// Chooses among this many of the likeliest words (default: -1, all).
        top_k?: i64,
    }
}

operations! {
    endpoint! {
        /// Makes pictures from a text.
        pub TextToImage: Ai = POST "/text-to-image" json {
            /// What the pictures should show. Some models take several prompts with `|` between them.
            prompt: String,
            /// Model (default: the server's choice).
            model_id?: ModelId,
            /// LoRA models to lay over the model, each with its weight.
            loras?: Loras,
            /// Height in pixels (default: 576).
            height?: u32,
            /// Width in pixels (default: 1024).
            width?: u32,
            /// How closely the pictures keep to the prompt (default: 7.5). High values cost quality.
            guidance_scale?: f64,
            /// What the pictures should not show. Without effect if `guidance_scale` is below 1.
            negative_prompt?: String,
            ..seeded,
            /// Steps of denoising (default: 50). More take longer and mostly look better.
            num_inference_steps?: u32,
            /// Pictures for each prompt (default: 1).
            num_images_per_prompt?: u32,
        } -> ImageResponse, id("genTextToImage"), hosted(Studio, "/generate")
    }
    endpoint! {
        /// Makes pictures from a picture and a text.
        pub ImageToImage: Ai = POST "/image-to-image" multipart {
            /// What to make of the picture.
            prompt: String,
            ..picture,
            /// LoRA models to lay over the model, each with its weight.
            loras?: Loras,
            /// How much of the picture may change, from 0 (nothing) to 1 (default: 0.8).
            strength?: f64,
            /// How closely the result keeps to the prompt (default: 7.5). High values cost quality.
            guidance_scale?: f64,
            /// How closely the result keeps to the picture (default: 1.5).
            image_guidance_scale?: f64,
            /// What the result should not show. Without effect if `guidance_scale` is below 1.
            negative_prompt?: String,
            ..seeded,
            /// Steps of denoising (default: 100). `strength` decides how many of them are made.
            num_inference_steps?: u32,
            /// Pictures for each prompt (default: 1).
            num_images_per_prompt?: u32,
        } -> ImageResponse, id("genImageToImage"), hosted(Studio, "/generate")
    }
    endpoint! {
        /// Makes a short video from a picture.
        pub ImageToVideo: Ai = POST "/image-to-video" multipart {
            ..picture,
            /// Height in pixels: a multiple of 8 (default: 576).
            height?: u32,
            /// Width in pixels: a multiple of 8 (default: 1024).
            width?: u32,
            /// Frames a second (default: 6).
            fps?: u32,
            /// How much moves (default: 127). Higher is more.
            motion_bucket_id?: u32,
            /// How much noise is added to the picture first (default: 0.02). More gives more motion and
            /// less likeness.
            noise_aug_strength?: f64,
            ..seeded,
            /// Steps of denoising (default: 25). More take longer and mostly look better.
            num_inference_steps?: u32,
        } -> VideoResponse, id("genImageToVideo"), hosted(Studio, "/generate")
    }
    endpoint! {
        /// Makes a picture larger, with the details that it would have at that size.
        pub Upscale: Ai = POST "/upscale" multipart {
            /// What the picture shows.
            prompt: String,
            ..picture,
            ..seeded,
            /// Steps of denoising (default: 75). More take longer and mostly look better.
            num_inference_steps?: u32,
        } -> ImageResponse, id("genUpscale"), hosted(Studio, "/generate")
    }
    endpoint! {
        /// Writes down what is said in a recording.
        pub AudioToText: Ai = POST "/audio-to-text" multipart {
            /// The recording: at most 50 MB, at Studio 10 MiB.
            audio: File,
            /// Model (default: the server's choice).
            model_id?: ModelId,
            /// What gets a time of its own in the [`chunks`](TextResponse::chunks) of the response (default: each sentence).
            return_timestamps?: ReturnTimestamps,
        } -> TextResponse, id("genAudioToText"), hosted(Studio, "/generate")
    }
    endpoint! {
        /// Finds the outlines of the objects in a picture, with Segment Anything 2.
        ///
        /// Say which object you mean by points, by a box, or by both.
        pub SegmentAnything2: Ai = POST "/segment-anything-2" multipart {
            ..picture,
            /// Points `[x, y]` in pixels from the top left corner.
            point_coords?: JsonText<Vec<[f64; 2]>>,
            /// For each point: 1 if it lies on the object, 0 if it lies outside.
            point_labels?: JsonText<Vec<u8>>,
            /// A box around the object: left, top, right and bottom edge in pixels.
            bounds as "box"?: JsonText<[f64; 4]>,
            /// A rough mask to refine, of the shape 1 × 256 × 256: mostly a [part](Array::part) of the
            /// [`logits`](MasksResponse::logits) of an earlier response.
            mask_input?: ArrayText,
            /// Gives three masks to choose from where the object is not clear (default: yes).
            multimask_output?: bool,
            /// Gives the masks as the model's raw numbers, not as 0 and 1 (default: yes).
            return_logits?: bool,
            /// The coordinates are pixels of the picture, and the server scales them to the range 0 to 1
            /// itself (default: yes).
            normalize_coords?: bool,
        } -> MasksResponse, id("genSegmentAnything2"), hosted(Studio, "/generate")
    }
    endpoint! {
        /// Continues a conversation with a language model, as a whole.
        ///
        /// [`generate.llm_stream`](Llm::stream) makes the same request give the response piece by piece. Studio's own operation
        /// of this name takes other fields: [`generate.studio_llm`](StudioLlm).
        // Gateways fail on a request without `max_tokens` or `stream`, hence the two values that are set by default.
        pub Llm: Ai = POST "/llm" json {
            ..conversation,
            /// Has to stay `false` here: a streamed response has an operation of its own, [`generate.llm_stream`](LlmStream).
            streamed as "stream"?: bool [sample = false] = false,
        } -> LlmResponse, id("genLLM")
    }
    endpoint! {
        /// Continues a conversation with a language model, piece by piece as the words come.
        ///
        /// The stream ends after the chunk with a [`FinishReason`]. One that breaks off before that ends with an
        /// error, which holds what had arrived if [the whole of it](crate::sse::Sse::collect) was asked for.
        pub LlmStream: Ai = POST "/llm" json {
            ..conversation,
            /// Has to stay `true` here: [`generate.llm`](Llm) is the way to a whole response.
            streamed as "stream"?: bool = true,
        } -> sse LlmChunk
    }
    endpoint! {
        /// Completes a prompt with a language model, as Studio offers it.
        ///
        /// An older form of [`generate.llm`](Llm).
        // The public spec has it URL-encoded, but the server reads only multipart.
        #[doc(alias = "llm")]
        pub StudioLlm: Studio = POST "/generate/llm" multipart {
            /// The prompt.
            prompt: String,
            /// Model (default: the server's choice).
            model_id as "model_id"?: ModelId,
            /// Says how the model should behave (default: nothing).
            system_msg as "system_msg"?: String,
            /// How freely words are chosen, from 0 (always the likeliest) to 2 (default: 0.7).
            temperature?: f64,
            /// Length of the response at most, in tokens (default: 256).
            max_tokens as "max_tokens"?: u32,
            /// The conversation before the prompt, oldest message first.
            history?: JsonText<Vec<LlmMessage>>,
            /// Streams the response. Of no use here: Studio passes it on only when it is whole, and then it is no JSON.
            streamed as "stream"?: bool,
        } -> StudioLlmResponse, id("genLLM"), error(GenerateError), timeout(300)
    }
    endpoint! {
        /// Describes a picture as text.
        pub ImageToText: Ai = POST "/image-to-text" multipart {
            /// The picture: at most 50 MB.
            image: File,
            /// What to say about it, or how a caption should begin (default: nothing).
            prompt?: String,
            /// Model (default: the server's choice).
            model_id?: ModelId,
        } -> ImageToTextResponse, id("genImageToText")
    }
    endpoint! {
        /// Starts changing a live video on its way from one address to another.
        ///
        /// Only runners and orchestrators have this, for a client of their address. Gateways respond with 404: they take live
        /// video over the network's own protocols.
        pub LiveVideoToVideo: Ai = POST "/live-video-to-video" json {
            /// Where the video comes from.
            subscribe_url: Url,
            /// Where the changed video goes.
            publish_url: Url,
            /// Where new `params` for the running job come from, over the Trickle protocol.
            control_url?: Url,
            /// Where the job reports its state and its log, over the Trickle protocol.
            events_url?: Url,
            /// Name of the pipeline, which is no model on Hugging Face here (default: the server's choice).
            model_id?: ModelId,
            /// What the pipeline starts with: free-form, each pipeline has its own.
            params?: Map<String, Value>,
            /// Id of the gateway's request, for logs.
            gateway_request_id?: String,
            /// Id of the job's manifest, for logs.
            manifest_id?: String,
            /// Id of the stream, for logs.
            stream_id?: String,
        } -> LiveVideoToVideoResponse, id("genLiveVideoToVideo")
    }
    endpoint! {
        /// Reads a text aloud.
        pub TextToSpeech: Ai = POST "/text-to-speech" json {
            /// The text.
            text: String,
            /// Model (default: the server's choice).
            model_id?: ModelId,
            /// Description of the speaker's voice (default: a man who speaks with some expression, at a moderate speed
            /// and pitch).
            description?: String,
        } -> AudioResponse, id("genTextToSpeech")
    }
    endpoint! {
        /// Reports whether a runner is ready.
        ///
        /// Runners serve this, gateways do not: for a client of your own runner's address.
        pub Health: Ai = GET "/health" -> HealthCheck, timeout(60)
    }
}

impl Llm {
    /// The same request, with a response that comes piece by piece.
    ///
    /// ```no_run
    /// use livepeer::Client;
    /// use livepeer::generate::{Llm, LlmMessage};
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::ai();
    /// let question = Llm::new("meta-llama/Meta-Llama-3.1-8B-Instruct", [LlmMessage::user("Why is the sky blue?")]);
    /// let mut response = client.call(question.stream()).await?;
    /// while let Some(chunk) = response.next().await {
    ///     print!("{}", chunk?.text());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> LlmStream {
        LlmStream {
            model: self.model,
            messages: self.messages,
            temperature: self.temperature,
            max_tokens: self.max_tokens,
            top_p: self.top_p,
            top_k: self.top_k,
            streamed: Some(true),
        }
    }
}
