//! How a stream is changed.

use super::Daydream;
use super::weighted::{Prompt, Seed};
use crate::endpoints::prelude::*;

open_enum! {
    /// What changes a video.
    pub enum Pipeline {
        /// StreamDiffusion.
        StreamDiffusion = "streamdiffusion",
    }
    /// A model of StreamDiffusion.
    pub enum Model {
        /// SD Turbo.
        SdTurbo = "stabilityai/sd-turbo",
        /// SDXL Turbo, which takes a picture as style, too.
        SdxlTurbo = "stabilityai/sdxl-turbo",
        /// A model of SD 1.5, which takes a picture as style, too.
        Dreamshaper8 = "Lykon/dreamshaper-8",
        /// A model of SD 1.5, which takes a picture as style, too.
        OpenjourneyV4 = "prompthero/openjourney-v4",
    }
    /// How it goes from one to the other of several.
    pub enum Interpolation {
        /// In a straight line.
        Linear = "linear",
        /// Spherically, which is smoother.
        Slerp = "slerp",
    }
    /// What speeds it up.
    pub enum Acceleration {
        /// Nothing.
        None = "none",
        /// xFormers.
        Xformers = "xformers",
        /// TensorRT, the fastest.
        Tensorrt = "tensorrt",
    }
}

model! {
    /// How StreamDiffusion changes a stream. Without a value, the server has a default of its own.
    pub struct Params: Daydream, input {
        /// The model.
        model_id: Model,
        /// What the pictures should show: a text, or several with their weights.
        prompt?: Prompt,
        /// How it goes from one prompt to the other.
        prompt_interpolation_method?: Interpolation,
        /// Whether the weights of the prompts are scaled to 1 in all.
        normalize_prompt_weights?: bool,
        /// Whether the weights of the seeds are scaled to 1 in all.
        normalize_seed_weights?: bool,
        /// What the pictures should not show.
        negative_prompt?: String,
        /// How closely the pictures keep to the prompt.
        guidance_scale?: f64,
        /// How far one picture goes on from the one before: low values are steadier and softer.
        delta?: f64,
        /// The length of the schedule that `t_index_list` counts in.
        num_inference_steps?: u32,
        /// The steps of the schedule that are taken for each picture, one to four in rising order: each costs time, low ones change more.
        t_index_list?: Vec<u32>,
        /// Whether results are checked for content that is not for everybody.
        use_safety_checker?: bool,
        /// Width in pixels: 384 to 1024, a multiple of 64.
        width?: u32 [range = 384..=1024] [sample = 512],
        /// Height in pixels: 384 to 1024, a multiple of 64.
        height?: u32 [range = 384..=1024] [sample = 512],
        /// LoRA models with their weights.
        lora_dict?: Nullable<BTreeMap<String, f64>>,
        /// Whether the LoRA of latent consistency is used, which is faster.
        use_lcm_lora?: bool,
        /// The LoRA of latent consistency.
        lcm_lora_id?: String,
        /// What speeds it up.
        acceleration?: Acceleration,
        /// Whether the steps of a picture are taken in one batch.
        use_denoising_batch?: bool,
        /// Whether noise is added to the input, which makes the result steadier.
        do_add_noise?: bool,
        /// The start of the random numbers: one, or several with their weights.
        seed?: Seed,
        /// How it goes from one seed to the other.
        seed_interpolation_method?: Interpolation,
        /// Whether pictures that are much like the one before are left out.
        enable_similar_image_filter?: bool,
        /// From which similarity on.
        similar_image_filter_threshold?: f64,
        /// How many in a row at most.
        similar_image_filter_max_skip_frame?: u32,
        /// Whether only the processors are run. A change reloads the pipeline.
        skip_diffusion?: bool,
        /// What is done to pictures before.
        image_preprocessing?: Processing,
        /// What is done to pictures after.
        image_postprocessing?: Processing,
        /// What is done to latents before.
        latent_preprocessing?: Processing,
        /// What is done to latents after.
        latent_postprocessing?: Processing,
        /// What else guides the pictures. While the stream runs, only `conditioning_scale` can be changed.
        controlnets?: Vec<ControlNet>,
        /// How a picture serves as style. Not for SD Turbo.
        ip_adapter?: IpAdapter,
        /// The picture that serves as style: an `https` or `data` URL, at most 5 MB. Not for SD Turbo.
        ip_adapter_style_image_url?: Url,
        /// What of earlier pictures is used again. Not for SD Turbo. A change reloads the pipeline.
        cached_attention?: CachedAttention,
    }

    /// A row of processors.
    pub struct Processing: Daydream, input {
        /// The processors, the first one first.
        processors: Vec<Processor>,
        /// Whether they are run.
        enabled?: bool,
    }

    /// A processor.
    pub struct Processor: Daydream, input {
        /// What it does: `canny`, `depth`, `latent_feedback` …
        kind as "type": String,
        /// Whether it is run.
        enabled?: bool,
        /// Its own parameters.
        params?: Map<String, Value>,
    }

    /// A ControlNet.
    pub struct ControlNet: Daydream, input {
        /// Its model, which has to fit the stream's. Each at most once.
        model_id: String,
        /// How strongly it guides: 0 to 1.
        conditioning_scale: f64,
        /// What makes its input of a picture.
        preprocessor: String,
        /// Whether it is used.
        enabled: bool,
        /// The parameters of the preprocessor.
        preprocessor_params?: Map<String, Value>,
        /// From which part of a picture's steps on: 0 to 1.
        control_guidance_start?: f64,
        /// Up to which part of a picture's steps: 0 to 1.
        control_guidance_end?: f64,
    }

    /// How a picture serves as style.
    pub struct IpAdapter: Daydream, input {
        /// `regular`, or `faceid` for faces.
        kind as "type"?: String,
        /// Whether it does.
        enabled?: bool,
        /// How strongly.
        scale?: f64,
        /// How its weight changes within a picture's steps: `linear`, `ease in` …
        weight_type?: String,
    }

    /// What of earlier pictures is used again.
    pub struct CachedAttention: Daydream, input {
        /// Whether anything is.
        enabled: bool,
        /// Of how many pictures.
        max_frames: u32,
        /// After how many pictures it is taken again.
        interval: u32 [range = 1..=240],
    }
}
