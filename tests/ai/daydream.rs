//! Daydream: what is sent and what is read, in the shapes that its own clients document.

use http::Method;
use livepeer::daydream::{
    Create, Daydream, Delete, Get, List, Model, Params, Pipeline, Processing, Processor, Prompt, Seed, Update,
};
use livepeer::mock::{Mock, Reply, fake};
use livepeer::{Client, ErrorKind, Retry};
use serde_json::{Value, json};

use super::Outcome;

/// A stream, as the API returns it, with a member that nobody knows yet.
fn stream(params: Value) -> Value {
    json!({
        "id": "str_1", "stream_key": "stk_1", "created_at": "2026-01-02T03:04:05.678Z", "output_playback_id": "abc123", "name": "sea",
        "author": "user_1", "from_playground": false, "gateway_host": "gateway.example", "is_smoke_test": false,
        "whip_url": "https://gateway.example/live/video-to-video/stk_1/whip", "pipeline": "streamdiffusion", "params": params,
        "region": "eu",
    })
}

/// Responds to all requests alike, and keeps method, URI and body of the last one.
async fn asked<T, F>(status: u16, body: Value, call: impl FnOnce(Client<Daydream>) -> F) -> (T, String, Value)
where
    F: Future<Output = T>,
{
    let seen = std::sync::Arc::new(std::sync::Mutex::new((String::new(), Value::Null)));
    let keep = seen.clone();
    let mock = Mock::new().fallback(move |request: http::Request<livepeer::Body>| {
        let (keep, body) = (keep.clone(), body.to_string());
        async move {
            let (parts, sent) = request.into_parts();
            assert_eq!(parts.headers["authorization"], "Bearer the-key");
            let sent = sent.bytes(1 << 20).await.unwrap();
            let sent = serde_json::from_slice(&sent).unwrap_or_default();
            *keep.lock().unwrap() = (format!("{} {}", parts.method, parts.uri.path_and_query().unwrap()), sent);
            Reply::status(status).with_body(body)
        }
    });
    let client = mock.client::<Client<Daydream>>().key("the-key").retry(Retry::never());
    let value = call(client).await;
    let (line, sent) = seen.lock().unwrap().clone();
    (value, line, sent)
}

#[tokio::test]
async fn a_stream_is_created_and_its_secrets_are_not_shown() -> Outcome {
    let params = json!({ "model_id": "stabilityai/sdxl-turbo", "prompt": [["sea", 0.7], ["paper", 0.3]], "seed": 7, "width": 512 });
    let wanted = Params::new(Model::SdxlTurbo)
        .prompt([("sea".to_owned(), 0.7), ("paper".to_owned(), 0.3)])
        .seed(7)
        .width(512u32);
    let create = Create::new(Pipeline::StreamDiffusion, wanted).name("sea");
    let (created, line, sent) = asked(201, stream(params.clone()), async |client| client.call(create).await).await;
    let created = created?;
    assert_eq!(line, "POST /v1/streams");
    assert_eq!(sent, json!({ "pipeline": "streamdiffusion", "name": "sea", "params": params }));
    assert_eq!((created.id.as_str(), created.params.seed.clone()), ("str_1", Some(Seed::One(7))));
    assert!(matches!(&created.params.prompt, Some(Prompt::Weighted(prompts)) if prompts.len() == 2));
    assert_eq!(created.extra.get("region"), Some("eu".into()));
    assert_eq!(serde_json::to_value(&created)?, stream(params));
    let shown = format!("{created:?}");
    assert!(!shown.contains("stk_1"), "{shown}");
    Ok(())
}

#[tokio::test]
async fn streams_are_listed_read_changed_and_deleted() -> Outcome {
    let one = || stream(json!({ "model_id": "Lykon/dreamshaper-8", "prompt": "a sea" }));
    let page = json!({ "success": true, "data": [one()] });
    let (listed, line, _) = asked(200, page, async |client| client.call(List::new().user_id("me")).await).await;
    assert_eq!((listed?.data.len(), line.as_str()), (1, "GET /v1/streams?user_id=me"));

    let (got, line, _) = asked(200, one(), async |client| client.call(Get::new("str_1")).await).await;
    assert_eq!((got?.params.model_id, line.as_str()), (Model::Dreamshaper8, "GET /v1/streams/str_1"));

    let blur = Processing::new([Processor::new("blur").enabled(true)]);
    let params = Params::new(Model::Dreamshaper8).prompt("night").t_index_list([6u32, 12]).image_preprocessing(blur);
    let update = Update::new("str_1", Pipeline::StreamDiffusion, params);
    let (_, line, sent) = asked(200, one(), async |client| client.call(update).await).await;
    assert_eq!(line, "PATCH /v1/streams/str_1");
    let params = json!({
        "model_id": "Lykon/dreamshaper-8", "prompt": "night", "t_index_list": [6, 12],
        "image_preprocessing": { "processors": [{ "type": "blur", "enabled": true }] },
    });
    assert_eq!(sent, json!({ "pipeline": "streamdiffusion", "params": params }));

    // The id is in the query.
    let gone = json!({ "success": true, "data": {} });
    let (deleted, line, _) = asked(200, gone, async |client| client.call(Delete::new("str_1")).await).await;
    assert!(deleted?.success);
    assert_eq!(line, format!("{} /v1/streams?id=str_1", Method::DELETE));
    Ok(())
}

#[tokio::test]
async fn errors_are_read_with_their_codes() {
    let body = json!({
        "success": false, "error": "Stream not found", "code": "STREAMS/NOT_FOUND", "status": 404, "requestId": "req_1",
        "details": { "id": "none" },
    });
    for status in [400, 401, 403, 404, 409, 429, 500] {
        let mut body = body.clone();
        body["status"] = status.into();
        let (result, _, _) = asked(status, body, async |client| client.call(Get::new("none")).await).await;
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Status, status));
        let read = error.body().unwrap();
        assert_eq!((read.code.as_str(), read.status), ("STREAMS/NOT_FOUND", Some(status)));
        assert_eq!(read.request_id.as_deref(), Some("req_1"));
        assert!(format!("{error:#}").contains("Stream not found (STREAMS/NOT_FOUND)"), "{error:#}");
    }
}

#[tokio::test]
async fn sizes_are_checked_before_they_are_sent() {
    let client = fake::<Daydream>().client::<Client<Daydream>>();
    let params = Params::new(Model::SdTurbo).width(200u32);
    let error = client.call(Create::new(Pipeline::StreamDiffusion, params)).await.unwrap_err();
    assert!(error.is_request() && format!("{error:#}").contains("width"), "{error:#}");
}
