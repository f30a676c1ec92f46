//! What servers say when they do not do the work.

use livepeer::Retry;
use livepeer::generate::*;

use crate::Outcome;
use crate::recorder::Recorder;

const RUNNER: &str = r#"{"detail":{"msg":"it is broken"}}"#;
const FRAMEWORK: &str = r#"{"detail":"it is broken"}"#;
const GATEWAY: &str = r#"{"error":{"message":"it is broken"}}"#;
const STUDIO: &str = r#"{"errors":["it is broken"]}"#;
const FIELDS: &str = r#"{"detail":[
    {"loc":["body","messages",0,"content"],"msg":"it is broken","type":"missing"},
    {"loc":["body","seed"],"msg":"no number","type":"int_parsing"}
]}"#;

fn shape(error: Option<&GenerateError>) -> &'static str {
    match error {
        Some(GenerateError::Gone(_)) => "gone",
        Some(GenerateError::Validation(_)) => "validation",
        Some(GenerateError::Http(_)) => "http",
        Some(GenerateError::Gateway(_)) => "gateway",
        Some(GenerateError::Studio(_)) => "studio",
        Some(GenerateError::Other(_)) => "other",
        _ => "none",
    }
}

#[tokio::test]
async fn the_shape_decides() {
    const STATUSES: [u16; 12] = [400, 401, 403, 404, 413, 415, 422, 429, 500, 502, 503, 504];
    const SHAPES: [(&str, &str); 8] = [
        (RUNNER, "http"),
        (FRAMEWORK, "http"),
        (GATEWAY, "gateway"),
        (STUDIO, "studio"),
        (FIELDS, "validation"),
        ("<html>it is broken", "other"),
        (r#"{"message":"it is broken"}"#, "other"),
        (r#"{"error":"it is broken"}"#, "other"),
    ];
    let cases = || STATUSES.into_iter().flat_map(|status| SHAPES.map(|(body, shape)| (status, body, shape)));
    let recorder = Recorder::new(cases().map(|(status, body, _)| (status, body))).await;
    let client = recorder.client().retry(Retry::never());
    for (status, body, wanted) in cases() {
        let error = client.call(TextToImage::new("x")).await.unwrap_err();
        assert_eq!(shape(error.body()), wanted, "{status} {body}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(error.raw_body(), body.as_bytes());
        let text = format!("{error:#}");
        assert!(text.contains("it is broken") && text.contains(&status.to_string()), "{text}");
        assert!(text.starts_with("generate::TextToImage (POST /text-to-image): "), "{text}");
    }
}

#[tokio::test]
async fn gone_says_so_in_words() {
    let bodies = [RUNNER, FRAMEWORK, GATEWAY, STUDIO, "it is broken\n", ""];
    let recorder = Recorder::new(bodies.map(|body| (410, body))).await;
    let client = recorder.client();
    for body in bodies {
        let error = client.call(TextToImage::new("x")).await.unwrap_err();
        assert!(error.is_gone());
        assert_eq!(shape(error.body()), "gone", "{body}");
        let text = format!("{error:#}");
        assert!(text.contains("retired the pipeline: use another server"), "{text}");
        assert_eq!(text.contains("(it says: it is broken)"), !body.is_empty(), "{text}");
        assert_eq!(error.attempts(), 1);
    }
    assert_eq!(recorder.seen().len(), bodies.len());
}

#[tokio::test]
async fn fields_and_reasons_are_reported() {
    let recorder = Recorder::new([(422, FIELDS)]).await;
    let error = recorder.client().call(TextToImage::new("x")).await.unwrap_err();
    let Some(GenerateError::Validation(validation)) = error.body() else { panic!("{error:?}") };
    let fields: Vec<_> = validation.detail.iter().flatten().map(|field| (field.field(), field.kind.as_str())).collect();
    assert_eq!(fields, [("messages.0.content".to_owned(), "missing"), ("seed".to_owned(), "int_parsing")]);
    let text = format!("{error:#}");
    assert!(text.contains("messages.0.content: it is broken; seed: no number"), "{text}");
}

#[tokio::test]
async fn a_long_body_is_kept_but_not_shown_whole() {
    let recorder = Recorder::new([(400, "x".repeat(1 << 20).as_str())]).await;
    let error = recorder.client().call(TextToImage::new("x")).await.unwrap_err();
    assert_eq!(error.raw_body().len(), 64 * 1024);
    assert!(format!("{error:#}").len() < 500);
}

#[tokio::test]
async fn operations_on_studio_fail_alike() -> Outcome {
    let recorder = Recorder::new([(422, STUDIO)]).await;
    let client = recorder.server.client::<livepeer::Client>();
    let error = client.call(TextToImage::new("x")).await.unwrap_err();
    assert_eq!(shape(error.body()), "studio");
    let error: livepeer::Error = client.call(StudioLlm::new("x")).await.unwrap_err().into();
    assert_eq!(shape(error.body_as()), "studio");
    Ok(())
}
