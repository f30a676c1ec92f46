//! The response of the fake gateway to each operation.

use bytes::Bytes;
use serde_json::json;

use super::super::png;
use super::gateway::{Gateway, Job};
use super::words::Completion;
use super::{AiFlavor, mp4, wav};
use crate::generate::*;
use crate::media::{Media, MediaUrl};
use typed_endpoint::File;
use typed_endpoint::mock::{Mock, Reply};

pub(super) fn mock(gateway: &Gateway) -> Mock {
    let (admitting, checking, wording, serving) = (gateway.clone(), gateway.clone(), gateway.clone(), gateway.clone());
    let mut mock = Mock::new()
        .first(move |parts| admitting.admit(parts))
        .check(move |operation, parts, body| checking.check(operation, parts, body))
        .unreadable(move |error| wording.state().unreadable(error))
        .fallback(move |request| {
            let reply = serving.file(request.uri().path());
            async { reply }
        });
    mock = gateway.on(mock, text_to_image);
    mock = gateway.on(mock, image_to_image);
    mock = gateway.on(mock, image_to_video);
    mock = gateway.on(mock, upscale);
    mock = gateway.on(mock, audio_to_text);
    mock = gateway.on(mock, segment_anything_2);
    mock = gateway.on(mock, llm);
    mock = gateway.on(mock, studio_llm);
    mock = gateway.on(mock, image_to_text);
    mock = gateway.on(mock, live_video_to_video);
    mock = gateway.on(mock, text_to_speech);
    gateway.on(mock, health)
}

/// Default size of pictures.
const SIZE: (u32, u32) = (1024, 576);

/// Longest side, and largest number, of pictures that the mock makes.
const MOST: u32 = 4096;
const MANY: u32 = 16;

async fn text_to_image(job: Job, request: TextToImage) -> Result<ImageResponse, Reply> {
    job.model(&request.model_id)?;
    let size = (request.width.unwrap_or(SIZE.0), request.height.unwrap_or(SIZE.1));
    let prompts = request.prompt.split('|').count() as u32;
    job.images(size, request.seed, prompts.saturating_mul(request.num_images_per_prompt.unwrap_or(1)))
}

async fn image_to_image(job: Job, request: ImageToImage) -> Result<ImageResponse, Reply> {
    job.model(&request.model_id)?;
    let size = png::size(&job.file(request.image, "image/").await?).unwrap_or(SIZE);
    job.images(size, request.seed, request.num_images_per_prompt.unwrap_or(1))
}

async fn upscale(job: Job, request: Upscale) -> Result<ImageResponse, Reply> {
    job.model(&request.model_id)?;
    let (width, height) = png::size(&job.file(request.image, "image/").await?).unwrap_or((256, 144));
    let larger = |side: u32| side.saturating_mul(4).min(MOST);
    job.images((larger(width), larger(height)), request.seed, 1)
}

async fn image_to_video(job: Job, request: ImageToVideo) -> Result<VideoResponse, Reply> {
    job.model(&request.model_id)?;
    job.file(request.image, "image/").await?;
    let (width, height) = (request.width.unwrap_or(SIZE.0), request.height.unwrap_or(SIZE.1));
    if width % 8 != 0 || height % 8 != 0 {
        return Err(job.refuse(400, &format!("height and width have to be multiples of 8, not {height} and {width}")));
    }
    job.check((width, height), 1)?;
    let (seed, fps) = (job.seed(request.seed), request.fps.unwrap_or(6).clamp(1, MANY));
    let frames: Vec<_> = (0..fps).map(|at| png::picture(width, height, seed as u64, at * 32)).collect();
    if job.gateway.state().flavor == AiFlavor::Runner {
        let frames = frames.into_iter().map(|frame| job.media("frame.png", "image/png", frame, seed));
        return Ok(VideoResponse { frames: Some(vec![frames.collect()]), ..VideoResponse::default() });
    }
    let video = job.media("video.mp4", "video/mp4", mp4::video(width, height, fps, &frames), seed);
    Ok(VideoResponse { images: Some(vec![video]), ..VideoResponse::default() })
}

async fn audio_to_text(job: Job, request: AudioToText) -> Result<TextResponse, Reply> {
    job.model(&request.model_id)?;
    job.file(request.audio, "audio/").await?;
    let text = job.gateway.state().transcript.clone();
    // Runners read it in any case.
    let timestamps = request.return_timestamps.map(|timestamps| timestamps.as_str().to_lowercase());
    let parts: Vec<&str> = match timestamps.as_deref() {
        Some("false" | "0") => Vec::new(),
        Some("word") => text.split_inclusive(' ').collect(),
        None | Some("true" | "1" | "sentence") => text.split_inclusive(['.', '!', '?']).collect(),
        Some(other) => {
            let message = format!("return_timestamps is `true`, `false`, `sentence` or `word`, not `{other}`");
            return Err(job.refuse(400, &message));
        }
    };
    let count = parts.len();
    let seconds = |words: usize| json!(words as f64 / 2.0);
    let mut words = 0;
    let chunks = parts.into_iter().enumerate().map(|(at, part)| {
        let start = words;
        words += part.split_whitespace().count();
        // Where a recording ends in the middle of a word, the end of the last part is not known.
        let end = if at + 1 == count { json!(null) } else { seconds(words) };
        TextChunk { timestamp: vec![seconds(start), end], text: part.to_owned(), ..TextChunk::default() }
    });
    let chunks = chunks.collect();
    Ok(TextResponse { text, chunks, ..TextResponse::default() })
}

async fn segment_anything_2(job: Job, request: SegmentAnything2) -> Result<MasksResponse, Reply> {
    const LOGITS: usize = 256;

    job.model(&request.model_id)?;
    let (width, height) = png::size(&job.file(request.image, "image/").await?).unwrap_or((64, 64));
    let points = request.point_coords.map(|points| points.0).unwrap_or_default();
    let labels = request.point_labels.map(|labels| labels.0).unwrap_or_default();
    if points.len() != labels.len() {
        let message = format!("there are {} points, but {} labels", points.len(), labels.len());
        return Err(job.refuse(400, &message));
    }
    if let Some(mask) = request.mask_input {
        match mask.parse() {
            Ok(mask) if mask.shape() == [1, LOGITS, LOGITS] => {}
            Ok(mask) => return Err(job.refuse(400, &format!("the mask has the shape {:?}", mask.shape()))),
            Err(error) => return Err(job.refuse(400, &format!("the mask: {error}"))),
        }
    }
    // Around the first point, or the box, or all.
    let (width, height) = (width.min(LOGITS as u32) as usize, height.min(LOGITS as u32) as usize);
    let bounds = match (request.bounds, points.first()) {
        (Some(bounds), _) => bounds.0,
        (None, Some([x, y])) => [x - 8.0, y - 8.0, x + 8.0, y + 8.0],
        (None, None) => [0.0, 0.0, f64::MAX, f64::MAX],
    };
    let masks = if request.multimask_output == Some(false) { 1 } else { 3 };
    let [outside, inside] = if request.return_logits == Some(false) { [0.0, 1.0] } else { [-1.5, 1.5] };
    let text = |masks: usize, width: usize, height: usize| {
        let numbers = (0..masks * height * width).map(|at| {
            let (x, y) = ((at % width) as f64, (at / width % height) as f64);
            let is_inside = (bounds[0]..bounds[2]).contains(&x) && (bounds[1]..bounds[3]).contains(&y);
            if is_inside { inside } else { outside }
        });
        Array::new([masks, height, width], numbers.collect()).map(|array| ArrayText::from(&array)).unwrap_or_default()
    };
    let scores = Array::new([masks], vec![0.75; masks]);
    Ok(MasksResponse {
        masks: text(masks, width, height),
        scores: scores.map(|scores| ArrayText::from(&scores)).unwrap_or_default(),
        logits: text(masks, LOGITS, LOGITS),
        ..MasksResponse::default()
    })
}

async fn llm(job: Job, request: Llm) -> Result<LlmResponse, Reply> {
    let asks_all = request.max_tokens.is_some() && request.streamed.is_some();
    if job.gateway.state().flavor != AiFlavor::Runner && !asks_all {
        return Err(job.refuse(400, "max_tokens and stream have to be there"));
    }
    job.model(&Some(request.model.clone()))?;
    let (response, delivery) = {
        let mut state = job.gateway.state();
        let id = format!("chatcmpl-{}", state.next_id());
        let question = request.messages.last().map(|message| message.content.clone());
        let text = state.llm_reply.clone().or(question).unwrap_or_default();
        (Completion::new(&request, id, &text), state.delivery.clone())
    };
    match request.streamed {
        Some(true) => Err(Reply::event_stream(response.streamed(&delivery))),
        _ => response.whole().map_err(|error| job.refuse(500, &error.to_string())),
    }
}

async fn studio_llm(job: Job, request: StudioLlm) -> Result<StudioLlmResponse, Reply> {
    let response = job.gateway.state().llm_reply.clone().unwrap_or_else(|| request.prompt.clone());
    let tokens_used = [&request.prompt, &response].iter().map(|text| text.split_whitespace().count() as u64).sum();
    Ok(StudioLlmResponse { response, tokens_used: Some(tokens_used), ..StudioLlmResponse::default() })
}

async fn image_to_text(job: Job, request: ImageToText) -> Result<ImageToTextResponse, Reply> {
    job.model(&request.model_id)?;
    let image = job.file(request.image, "image/").await?;
    let prompt = request.prompt.map(|prompt| prompt + " ").unwrap_or_default();
    let text = match png::size(&image) {
        Some((width, height)) => format!("{prompt}a picture of {width} × {height} pixels"),
        None => format!("{prompt}a file of {} bytes", image.len()),
    };
    Ok(ImageToTextResponse { text, ..ImageToTextResponse::default() })
}

async fn live_video_to_video(job: Job, request: LiveVideoToVideo) -> Result<LiveVideoToVideoResponse, Reply> {
    // Gateways take live video by other protocols.
    if job.gateway.state().flavor != AiFlavor::Runner {
        return Err(Reply::text(404, "404 page not found\n"));
    }
    job.model(&request.model_id)?;
    let mut state = job.gateway.state();
    Ok(LiveVideoToVideoResponse {
        request_id: Some(state.next_id()),
        manifest_id: Some(state.next_id()),
        subscribe_url: request.subscribe_url,
        publish_url: request.publish_url,
        control_url: request.control_url,
        events_url: request.events_url,
        ..LiveVideoToVideoResponse::default()
    })
}

async fn text_to_speech(job: Job, request: TextToSpeech) -> Result<AudioResponse, Reply> {
    job.model(&request.model_id)?;
    let words = request.text.split_whitespace().count().clamp(1, 40);
    let url = job.publish("speech.wav", "audio/wav", wav::tone(words as f64 / 4.0));
    Ok(AudioResponse { audio: Media { url, ..Media::default() }, ..AudioResponse::default() })
}

async fn health(job: Job, _: Health) -> Result<HealthCheck, Reply> {
    if job.gateway.state().flavor != AiFlavor::Runner {
        return Err(Reply::text(404, "404 page not found\n"));
    }
    Ok(HealthCheck { status: HealthStatus::Ok, ..HealthCheck::default() })
}

impl Job {
    fn refuse(&self, status: u16, message: &str) -> Reply {
        self.gateway.state().refuse(status, message)
    }

    /// A gateway looks for a worker with the model of an empty name, and finds none; to a runner it is no name.
    fn model(&self, model: &Option<ModelId>) -> Result<(), Reply> {
        let is_runner = self.gateway.state().flavor == AiFlavor::Runner;
        match model {
            Some(model) if model.is_empty() && !is_runner => Err(self.refuse(503, "no worker has a model named ``")),
            _ => Ok(()),
        }
    }

    /// The content of a file, if it claims to be of that kind, or of none.
    async fn file(&self, file: File, kind: &str) -> Result<Bytes, Reply> {
        let media_type = file.media_type().to_owned();
        let sound_in_video = kind == "audio/" && media_type.starts_with("video/");
        if !media_type.starts_with(kind) && !sound_in_video && media_type != "application/octet-stream" {
            return Err(self.refuse(415, &format!("expected {kind}*, got {media_type}")));
        }
        let content = match file.into_body().await {
            Ok(body) => body.bytes(usize::MAX).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match content {
            Ok(content) if content.is_empty() => Err(self.refuse(400, "the file is empty")),
            Ok(content) => Ok(content),
            Err(error) => Err(self.refuse(400, &error)),
        }
    }

    fn check(&self, (width, height): (u32, u32), count: u32) -> Result<(), Reply> {
        let sides = 1..=MOST;
        if sides.contains(&width) && sides.contains(&height) && (1..=MANY).contains(&count) {
            return Ok(());
        }
        Err(self.refuse(400, &format!("{count} of {width} × {height} pixels is more, or less, than can be made")))
    }

    fn images(&self, size: (u32, u32), seed: Option<i64>, count: u32) -> Result<ImageResponse, Reply> {
        self.check(size, count)?;
        let first = self.seed(seed);
        let images = (0..count).map(|at| {
            let seed = first.wrapping_add(i64::from(at));
            self.media("image.png", "image/png", png::picture(size.0, size.1, seed as u64, 0), seed)
        });
        Ok(ImageResponse { images: images.collect(), ..ImageResponse::default() })
    }

    fn seed(&self, seed: Option<i64>) -> i64 {
        seed.unwrap_or_else(|| {
            let mut state = self.gateway.state();
            state.count += 1;
            state.count as i64
        })
    }

    fn media(&self, name: &str, media_type: &'static str, content: Vec<u8>, seed: i64) -> Media {
        let url = self.publish(name, media_type, content);
        Media { url, seed: Some(seed), nsfw: Some(false), ..Media::default() }
    }

    fn publish(&self, name: &str, media_type: &'static str, content: Vec<u8>) -> MediaUrl {
        self.gateway.publish(&self.origin, name, media_type, content)
    }
}
