//! Forms, as the server reads and checks those of its AI operations.

use serde_json::{Map, Value, json};

use super::bodies::{FLAG, INTEGER, NUMBER, TEXT, object};
use super::{Schema, check};

/// The schema of an AI operation that takes a form, or JSON; `None` for one that Studio does not host.
pub(crate) fn of_form(path: &str) -> Option<&'static Schema> {
    FORMS.iter().find(|(name, _)| path.ends_with(name)).map(|(_, schema)| schema)
}

/// Checks a form: its texts, and the names of its files.
pub(crate) fn check_form(schema: &Schema, texts: &[(String, String)], files: &[String]) -> Vec<String> {
    let mut fields: Map<String, Value> = texts.iter().map(|(name, text)| (name.clone(), read(text))).collect();
    // Of files only their being there counts.
    fields.extend(files.iter().map(|name| (name.clone(), Value::from("dummy"))));
    check(schema, &fields.into())
}

/// What the server takes a text of a form for.
fn read(text: &str) -> Value {
    match (parse_float(text), text) {
        (Some(number), _) => json!(number),
        (None, "true") => json!(true),
        (None, "false") => json!(false),
        (None, text) => json!(text),
    }
}

/// The number that JavaScript's `parseFloat` reads at the beginning of a text.
fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.starts_with("Infinity") {
        return Some(f64::MAX);
    }
    let after_point = unsigned.strip_prefix('.').unwrap_or(unsigned);
    if !after_point.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    // The longest beginning that is a number.
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !"+-.eE".contains(letter)).unwrap_or(text.len());
    (1..=end).rev().find_map(|end| text.get(..end)?.parse().ok())
}

type Fields = &'static [(&'static str, Schema)];

const FORMS: &[(&str, Schema)] = &[
    ("/text-to-image", object(&["prompt"], TEXT_TO_IMAGE)),
    ("/image-to-image", object(&["prompt", "image"], IMAGE_TO_IMAGE)),
    ("/image-to-video", object(&["image"], IMAGE_TO_VIDEO)),
    ("/upscale", object(&["prompt", "image"], UPSCALE)),
    ("/audio-to-text", object(&["audio"], AUDIO_TO_TEXT)),
    ("/segment-anything-2", object(&["image"], SEGMENT_ANYTHING)),
    ("/llm", object(&["prompt"], LLM)),
];

const TEXT_TO_IMAGE: Fields = &[
    ("model_id", TEXT),
    ("loras", TEXT),
    ("prompt", TEXT),
    ("height", INTEGER),
    ("width", INTEGER),
    ("guidance_scale", NUMBER),
    ("negative_prompt", TEXT),
    ("safety_check", FLAG),
    ("seed", INTEGER),
    ("num_inference_steps", INTEGER),
    ("num_images_per_prompt", INTEGER),
];
const IMAGE_TO_IMAGE: Fields = &[
    ("prompt", TEXT),
    ("image", TEXT),
    ("model_id", TEXT),
    ("loras", TEXT),
    ("strength", NUMBER),
    ("guidance_scale", NUMBER),
    ("image_guidance_scale", NUMBER),
    ("negative_prompt", TEXT),
    ("safety_check", FLAG),
    ("seed", INTEGER),
    ("num_inference_steps", INTEGER),
    ("num_images_per_prompt", INTEGER),
];
const IMAGE_TO_VIDEO: Fields = &[
    ("image", TEXT),
    ("model_id", TEXT),
    ("height", INTEGER),
    ("width", INTEGER),
    ("fps", INTEGER),
    ("motion_bucket_id", INTEGER),
    ("noise_aug_strength", NUMBER),
    ("safety_check", FLAG),
    ("seed", INTEGER),
    ("num_inference_steps", INTEGER),
];
const UPSCALE: Fields = &[
    ("prompt", TEXT),
    ("image", TEXT),
    ("model_id", TEXT),
    ("safety_check", FLAG),
    ("seed", INTEGER),
    ("num_inference_steps", INTEGER),
];
const AUDIO_TO_TEXT: Fields = &[("audio", TEXT), ("model_id", TEXT), ("return_timestamps", TEXT)];
const SEGMENT_ANYTHING: Fields = &[
    ("image", TEXT),
    ("model_id", TEXT),
    ("point_coords", TEXT),
    ("point_labels", TEXT),
    ("box", TEXT),
    ("mask_input", TEXT),
    ("multimask_output", FLAG),
    ("return_logits", FLAG),
    ("normalize_coords", FLAG),
];
const LLM: Fields = &[
    ("prompt", TEXT),
    ("model_id", TEXT),
    ("system_msg", TEXT),
    ("temperature", NUMBER),
    ("max_tokens", INTEGER),
    ("history", TEXT),
    ("stream", FLAG),
];
