//! What the real server says about mistakes, word by word. Each row is one request to a server with a stream (`{stream}`),
//! an asset that is not ready (`{asset}`) and one that is (`{ready}`), a webhook (`{hook}`) and a target (`{target}`).

use std::time::Duration;

use http::Request;
use livepeer::mock::StudioFake;
use livepeer::{asset, multistream, stream, webhook};
use serde_json::{Value, json};

use super::{Result, studio};

/// A server with one of each, and what stands for their ids.
async fn stocked() -> Result<(StudioFake, Vec<(&'static str, String)>)> {
    let studio = studio().open_source(true);
    let client = studio.client();
    let ready = client.call(asset::RequestUpload::new("ready")).await?.asset;
    studio.receive_upload(ready.id.as_str(), 10).unwrap();
    studio.advance(Duration::from_secs(60));
    let asset = client.call(asset::RequestUpload::new("waiting")).await?.asset;
    let stream = client.call(stream::Create::new("x").record(true)).await?;
    let create = webhook::Create::new("x", "https://hook.example").events([webhook::EventKind::StreamIdle]);
    let hook = client.call(create).await?.id.unwrap();
    let target = client.call(multistream::Create::new("rtmp://there.example/live")).await?.id;
    let ids = vec![
        ("{ready}", ready.id.to_string()),
        ("{asset}", asset.id.to_string()),
        ("{assetPlayback}", ready.playback_id.unwrap().to_string()),
        ("{stream}", stream.id.to_string()),
        ("{streamPlayback}", stream.playback_id.unwrap().to_string()),
        ("{hook}", hook.to_string()),
        ("{target}", target.to_string()),
    ];
    Ok((studio, ids))
}

/// The headers of a request with a key and JSON.
const USUAL: &[(&str, &str)] = &[("authorization", "Bearer key"), ("content-type", "application/json")];

async fn send(studio: &StudioFake, headers: &[(&str, &str)], method: &str, path: &str, body: &str) -> (u16, Value) {
    let mut request = Request::builder().method(method).uri(format!("http://localhost/api{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = studio.mock().respond(request.body(livepeer::Body::from(body.to_owned())).unwrap()).await;
    let status = response.status().as_u16();
    let body = response.into_body().bytes(usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::String(String::from_utf8_lossy(&body).into())))
}

/// An error of the schema checker, with its members in their order.
fn ajv(path: &str, rule: &str, keyword: &str, params: &str, message: &str) -> String {
    let message = json!(message);
    format!(
        r##"{{"instancePath":"{path}","schemaPath":"#{rule}/{keyword}","keyword":"{keyword}","params":{params},"message":{message}}}"##
    )
}

fn unknown(path: &str, rule: &str, name: &str) -> String {
    let params = format!(r#"{{"additionalProperty":"{name}"}}"#);
    ajv(path, rule, "additionalProperties", &params, "must NOT have additional properties")
}

fn missing(path: &str, rule: &str, name: &str) -> String {
    let params = format!(r#"{{"missingProperty":"{name}"}}"#);
    ajv(path, rule, "required", &params, &format!("must have required property '{name}'"))
}

fn kind(path: &str, rule: &str, kind: &str) -> String {
    ajv(path, rule, "type", &format!(r#"{{"type":"{kind}"}}"#), &format!("must be {kind}"))
}

fn pattern(path: &str, rule: &str, pattern: &str) -> String {
    let message = format!("must match pattern \"{pattern}\"");
    ajv(path, rule, "pattern", &format!(r#"{{"pattern":"{pattern}"}}"#), &message)
}

fn limit(path: &str, rule: &str, keyword: &str, comparison: &str, limit: i64) -> String {
    let params = format!(r#"{{"comparison":"{comparison}","limit":{limit}}}"#);
    ajv(path, rule, keyword, &params, &format!("must be {comparison} {limit}"))
}

fn values(path: &str, rule: &str, allowed: &[&str]) -> String {
    let params = format!(r#"{{"allowedValues":{}}}"#, json!(allowed));
    ajv(path, rule, "enum", &params, "must be equal to one of the allowed values")
}

fn none_fits(path: &str, rule: &str) -> String {
    ajv(path, rule, "oneOf", r#"{"passingSchemas":null}"#, "must match exactly one schema in oneOf")
}

type Row = (&'static str, &'static str, Value, u16, Vec<String>);

fn one(method: &'static str, path: &'static str, body: Value, status: u16, text: impl Into<String>) -> Row {
    (method, path, body, status, vec![text.into()])
}

async fn compare(rows: Vec<Row>) -> Result {
    let (studio, ids) = stocked().await?;
    let mut different = Vec::new();
    for (method, path, body, status, texts) in rows {
        let filled = |text: &str| ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(name, id));
        let body = if body.is_null() { String::new() } else { filled(&body.to_string()) };
        let (got, response) = send(&studio, USUAL, method, &filled(path), &body).await;
        let wanted: Vec<_> = texts.iter().map(|text| filled(text)).collect();
        let response = response.get("errors").cloned().unwrap_or(response);
        if got != status || response != json!(wanted) {
            different.push(format!(
                "{method} {path} {body}\n  got    {got} {response}\n  wanted {status} {}",
                json!(wanted)
            ));
        }
    }
    assert!(different.is_empty(), "{} rows differ:\n{}", different.len(), different.join("\n"));
    Ok(())
}

#[tokio::test]
async fn bodies_that_do_not_fit_the_schema() -> Result {
    let target = "^(srt|rtmps?)://";
    let source = "^(https?|ipfs|ar)://";
    let http = "^http(s)?://";
    let profile = |changes: Value| {
        let mut profile = json!({ "name": "a", "width": 640, "height": 360, "bitrate": 1000, "fps": 0 });
        for (name, value) in changes.as_object().unwrap() {
            profile[name] = value.clone();
        }
        json!({ "name": "x", "profiles": [profile] })
    };
    let at = "/properties/profiles/items/properties";
    compare(vec![
        one("POST", "/stream", json!({}), 422, missing("", "", "name")),
        one("POST", "/stream", json!({ "name": 7 }), 422, kind("/name", "/properties/name", "string")),
        one("POST", "/stream", json!({ "name": "x", "nme": 1 }), 422, unknown("", "", "nme")),
        one(
            "POST",
            "/stream",
            json!({ "name": "x", "record": 1 }),
            422,
            kind("/record", "/properties/record", "boolean"),
        ),
        one("POST", "/stream", json!({ "name": "x", "pull": {} }), 422, missing("/pull", "/properties/pull", "source")),
        (
            "POST",
            "/stream",
            json!({ "name": "x", "pull": { "source": "a", "isMobile": 7 } }),
            422,
            vec![
                ajv(
                    "/pull/isMobile",
                    "/properties/pull/properties/isMobile/oneOf/0",
                    "enum",
                    r#"{"allowedValues":[0,1,2]}"#,
                    "must be equal to one of the allowed values",
                ),
                kind("/pull/isMobile", "/properties/pull/properties/isMobile/oneOf/1", "boolean"),
                none_fits("/pull/isMobile", "/properties/pull/properties/isMobile"),
            ],
        ),
        (
            "POST",
            "/stream",
            json!({ "name": "x", "creatorId": 7 }),
            422,
            vec![
                kind("/creatorId", "/properties/creatorId/oneOf/0", "object"),
                kind("/creatorId", "/properties/creatorId/oneOf/1", "string"),
                none_fits("/creatorId", "/properties/creatorId"),
            ],
        ),
        (
            "POST",
            "/stream",
            json!({ "name": "x", "userTags": { "a": true } }),
            422,
            vec![
                kind("/userTags/a", "/properties/userTags/additionalProperties/oneOf/0", "string"),
                kind("/userTags/a", "/properties/userTags/additionalProperties/oneOf/1", "number"),
                kind("/userTags/a", "/properties/userTags/additionalProperties/oneOf/2", "array"),
                none_fits("/userTags/a", "/properties/userTags/additionalProperties"),
            ],
        ),
        one(
            "POST",
            "/stream",
            json!({ "name": "x", "playbackPolicy": 7 }),
            422,
            ajv(
                "/playbackPolicy",
                "/properties/playbackPolicy",
                "type",
                r#"{"type":["object","null"]}"#,
                "must be object,null",
            ),
        ),
        one(
            "POST",
            "/stream",
            json!({ "name": "x", "playbackPolicy": { "type": "nobody" } }),
            422,
            values(
                "/playbackPolicy/type",
                "/properties/playbackPolicy/properties/type",
                &["public", "jwt", "webhook", "lit_signing_condition"],
            ),
        ),
        one(
            "POST",
            "/stream",
            profile(json!({ "width": 64 })),
            422,
            limit("/profiles/0/width", &format!("{at}/width"), "minimum", ">=", 128),
        ),
        one(
            "POST",
            "/stream",
            profile(json!({ "quality": 45 })),
            422,
            limit("/profiles/0/quality", &format!("{at}/quality"), "maximum", "<=", 44),
        ),
        one(
            "POST",
            "/stream",
            profile(json!({ "width": 640.5 })),
            422,
            kind("/profiles/0/width", &format!("{at}/width"), "integer"),
        ),
        one(
            "POST",
            "/stream",
            profile(json!({ "name": "" })),
            422,
            ajv(
                "/profiles/0/name",
                &format!("{at}/name"),
                "minLength",
                r#"{"limit":1}"#,
                "must NOT have fewer than 1 characters",
            ),
        ),
        one(
            "POST",
            "/stream",
            json!({ "name": "x", "profiles": [{ "name": "a" }] }),
            422,
            missing("/profiles/0", "/properties/profiles/items", "width"),
        ),
        one("PATCH", "/stream/{stream}", json!({ "colour": 1 }), 422, unknown("", "", "colour")),
        // The body is checked before the stream is looked for.
        one("PATCH", "/stream/none", json!({ "record": "yes" }), 422, kind("/record", "/properties/record", "boolean")),
        one(
            "POST",
            "/multistream/target",
            json!({ "url": "http://a.example" }),
            422,
            pattern("/url", "/properties/url", target),
        ),
        one("POST", "/multistream/target", json!({}), 422, missing("", "", "url")),
        one(
            "POST",
            "/multistream/target",
            json!({ "url": "rtmp://a.example/a b" }),
            422,
            ajv("/url", "/properties/url", "format", r#"{"format":"uri"}"#, "must match format \"uri\""),
        ),
        one("POST", "/asset/upload/url", json!({ "name": "x" }), 422, missing("", "", "url")),
        one(
            "POST",
            "/asset/upload/url",
            json!({ "name": "x", "url": "ftp://a.example" }),
            422,
            pattern("/url", "/properties/url", source),
        ),
        one("POST", "/asset/request-upload", json!({ "name": null }), 422, kind("/name", "/properties/name", "string")),
        one("POST", "/asset/request-upload", json!({}), 422, missing("", "", "name")),
        one(
            "POST",
            "/webhook",
            json!({ "name": "x", "url": "ftp://a.example", "events": [] }),
            422,
            pattern("/url", "/properties/url", http),
        ),
        one("PUT", "/webhook/{hook}", json!({ "name": "x" }), 422, missing("", "", "url")),
        one("PATCH", "/webhook/{hook}", json!({ "events": "x" }), 422, kind("/events", "/properties/events", "array")),
        one("POST", "/clip", json!({ "playbackId": "x" }), 422, missing("", "", "startTime")),
        one(
            "POST",
            "/clip",
            json!({ "playbackId": "x", "startTime": "1" }),
            422,
            kind("/startTime", "/properties/startTime", "number"),
        ),
        one("POST", "/access-control/signing-key", json!({ "nme": 1 }), 422, unknown("", "", "nme")),
        one(
            "PATCH",
            "/access-control/signing-key/none",
            json!({ "disabled": 1 }),
            422,
            kind("/disabled", "/properties/disabled", "boolean"),
        ),
        one("POST", "/room/none/egress", json!({}), 422, missing("", "", "streamId")),
        one("POST", "/room/none/user", json!({}), 422, missing("", "", "name")),
        one("PUT", "/room/none/user/none", json!({}), 422, missing("", "", "canPublish")),
        one("POST", "/object-store", json!({}), 422, missing("", "", "url")),
        one("POST", "/transcode", json!({}), 422, missing("", "", "input")),
        (
            "POST",
            "/transcode",
            json!({ "input": { "url": "ftp://a" }, "storage": { "type": "s3" }, "outputs": {} }),
            422,
            vec![
                pattern("/input/url", "/properties/input/oneOf/0/properties/url", source),
                missing("/input", "/properties/input/oneOf/1", "type"),
                none_fits("/input", "/properties/input"),
            ],
        ),
        (
            "POST",
            "/asset/{ready}/export",
            json!({}),
            422,
            vec![missing("", "/oneOf/0", "custom"), missing("", "/oneOf/1", "ipfs"), none_fits("", "")],
        ),
    ])
    .await
}

#[tokio::test]
async fn requests_that_cannot_be_carried_out() -> Result {
    let nothing = || Value::Null;
    let profile = |name: &str| json!({ "name": name, "width": 640, "height": 360, "bitrate": 1000, "fps": 0 });
    let policy = json!({ "type": "webhook", "webhookId": "none" });
    compare(vec![
        one("GET", "/nowhere", nothing(), 404, "not found"),
        one("DELETE", "/asset/upload", nothing(), 404, "Asset not found"),
        one("GET", "/stream?projectId=x", nothing(), 400, "projectId as query param not supported"),
        one("POST", "/stream", json!({ "name": "x", "playbackPolicy": policy }), 400, "webhook none not found"),
        one(
            "POST",
            "/stream",
            json!({ "name": "x", "playbackPolicy": { "type": "lit_signing_condition" } }),
            400,
            "playbackPolicy type \"lit_signing_condition\" with a resourceId or unifiedAccessControlConditions is not supported for streams",
        ),
        one("POST", "/stream", json!({ "name": "x", "recordingSpec": {} }), 400, "recordingSpec is only supported with record=true"),
        one("POST", "/stream", json!({ "name": "x", "profiles": [profile("source")] }), 400, "profile cannot be named \"source\""),
        one("POST", "/stream", json!({ "name": "x", "profiles": [profile("a"), profile("a")] }), 400, "duplicate profile name \"a\""),
        one(
            "POST",
            "/stream",
            json!({ "name": "x", "profiles": [profile("a")], "multistream": { "targets": [{ "profile": "b", "id": "{target}" }] } }),
            400,
            "multistream target profile not found: \"b\". available: [\"a\",\"source\"]",
        ),
        one(
            "POST",
            "/stream",
            json!({ "name": "x", "multistream": { "targets": [{ "profile": "source" }] } }),
            400,
            "multistream target must have either an \"id\" or a \"spec\"",
        ),
        one(
            "POST",
            "/stream",
            json!({ "name": "x", "multistream": { "targets": [{ "profile": "source", "id": "none" }] } }),
            400,
            "multistream target not found: \"none\"",
        ),
        one(
            "POST",
            "/stream",
            json!({ "name": "x", "multistream": { "targets": [
                { "profile": "source", "id": "{target}" }, { "profile": "source", "id": "{target}" },
            ] } }),
            400,
            "multistream target {id,profile} must be unique",
        ),
        one("POST", "/stream", json!({ "name": "a\0b" }), 500, "Internal server error: error"),
        one("GET", "/stream/none", nothing(), 404, "not found"),
        one("PATCH", "/stream/none", json!({}), 404, "not found"),
        one("DELETE", "/stream/none", nothing(), 404, "not found"),
        one("DELETE", "/stream", json!({ "ids": [] }), 422, "missing ids"),
        one("DELETE", "/stream", nothing(), 422, "missing ids"),
        one("DELETE", "/stream", json!({ "ids": ["none"] }), 500, "Internal server error: TypeError"),
        one("DELETE", "/stream", json!({ "ids": ["none", "{stream}"] }), 404, "not found"),
        one("PATCH", "/stream/{stream}/suspended", json!({}), 422, "missing suspended property"),
        one("PATCH", "/stream/{stream}/record", json!({}), 400, "record field required"),
        one("POST", "/stream/none/create-multistream-target", json!({ "profile": "source" }), 404, "stream not found"),
        one("POST", "/stream/{stream}/start-pull", nothing(), 400, "stream does not have a pull source"),
        one("GET", "/stream/none/clips", nothing(), 404, "Stream not found"),
        one("GET", "/stream?filters=%7Bnot%20json", nothing(), 400, "error parsing filters: SyntaxError: Unexpected token n in JSON at position 1"),
        one("GET", "/stream?filters=%5B", nothing(), 400, "error parsing filters: SyntaxError: Unexpected end of JSON input"),
        one("GET", "/stream?filters=%7B%7D", nothing(), 400, "error parsing filters: Error: must be an array"),
        one("GET", "/stream?filters=%5B%7B%22id%22:%22name%22%7D%5D", nothing(), 400, "error parsing filters: Error: missing filter value for id \"name\""),
        one("GET", "/stream?filters=%5B%7B%22id%22:%22x%22,%22value%22:1%7D%5D", nothing(), 400, "error parsing filters: Error: unknown field: \"x\""),
        one(
            "GET",
            "/stream?filters=%5B%7B%22id%22:%22isActive%22,%22value%22:%22yes%22%7D%5D",
            nothing(),
            400,
            "error parsing filters: Error: expected boolean value for field \"isActive\", got: \"yes\"",
        ),
        one("GET", "/stream?filters=%5B%7B%22id%22:%22createdAt%22,%22value%22:%22abc%22%7D%5D", nothing(), 500, "Internal server error: error"),
        one("GET", "/stream?cursor=skipx", nothing(), 500, "Internal server error: error"),
        one("POST", "/clip", json!({ "playbackId": "none", "startTime": 1 }), 404, "Content not found"),
        // Assets cannot be clipped.
        one("POST", "/clip", json!({ "playbackId": "{assetPlayback}", "startTime": 1 }), 404, "Content not found"),
        one("POST", "/clip", json!({ "playbackId": "{streamPlayback}", "startTime": 1, "sessionId": "none" }), 404, "Session not found"),
        one("POST", "/clip", json!({ "playbackId": "{streamPlayback}", "startTime": 1 }), 500, "Internal server error: Error"),
        one("GET", "/clip/none", nothing(), 404, "Content not found"),
        one("GET", "/multistream/target", nothing(), 400, "required query parameter: userId"),
        one("GET", "/multistream/target?userId=other", nothing(), 403, "users can only access their own multistream targets"),
        one("GET", "/multistream/target/none", nothing(), 404, "not found"),
        one("POST", "/webhook", json!({ "name": "x", "url": "https://a.example" }), 422, "must provide \"events\" field with subscriptions"),
        one("GET", "/webhook/none", nothing(), 404, "not found"),
        one("PUT", "/webhook/{hook}", json!({ "name": "x", "url": "https://a.example" }), 404, "not found"),
        one("PATCH", "/webhook/none", json!({}), 404, "webhook not found"),
        one("PATCH", "/webhook/{hook}", json!({ "streamId": "none" }), 404, "stream not found"),
        one("DELETE", "/webhook", json!({}), 422, "missing ids"),
        one("DELETE", "/webhook", json!({ "ids": [7] }), 422, "missing ids"),
        one("GET", "/webhook/none/log/none", nothing(), 404, "webhook not found"),
        one("GET", "/webhook/{hook}/log/none", nothing(), 404, "webhook log not found"),
        one("POST", "/webhook/{hook}/log/none/resend", nothing(), 404, "webhook log not found"),
        one("GET", "/asset/none", nothing(), 404, "Asset not found"),
        one("PATCH", "/asset/none", json!({}), 404, "asset not found"),
        one("PATCH", "/asset/{asset}", json!({ "name": "y" }), 422, "asset is not ready"),
        one(
            "PATCH",
            "/asset/{ready}",
            json!({ "playbackPolicy": { "type": "jwt" } }),
            422,
            "cannot update playback policy from private to public or vice versa",
        ),
        one("DELETE", "/asset/none", nothing(), 404, "Asset not found"),
        one("POST", "/asset/none/restore", nothing(), 404, "asset not found"),
        one("POST", "/asset/{ready}/restore", nothing(), 400, "asset is not deleted"),
        one("POST", "/asset/none/retry", nothing(), 500, "Internal server error: TypeError"),
        one("POST", "/asset/{ready}/retry", nothing(), 400, "Asset is not failed"),
        one("POST", "/asset/none/export", json!({ "ipfs": {} }), 404, "Asset not found with id none"),
        one("POST", "/asset/{asset}/export", json!({ "ipfs": {} }), 412, "asset is not ready to be exported"),
        one("GET", "/asset/none/clips", nothing(), 404, "Asset not found"),
        one("POST", "/asset/request-upload", json!({ "name": "x", "profiles": [] }), 400, "assets must have at least one profile"),
        one("POST", "/asset/request-upload", json!({ "name": "x", "encryption": { "encryptedKey": "no!" } }), 422, "encryptedKey must be valid base64"),
        one(
            "POST",
            "/asset/upload/url",
            json!({ "name": "x", "url": "https://a.example", "encryption": { "encryptedKey": "no!" } }),
            422,
            "\"encryptedKey\" must be valid base64",
        ),
        one(
            "POST",
            "/asset/request-upload",
            json!({ "name": "x", "encryption": { "encryptedKey": "a2V5" } }),
            400,
            "a playbackPolicy is required when using encryption",
        ),
        one("GET", "/session/none", nothing(), 404, "not found"),
        one("GET", "/session/none/clips", nothing(), 404, "Session not found"),
        one("GET", "/stream/none/sessions", nothing(), 404, "not found"),
        one("GET", "/room/none", nothing(), 404, "room not found"),
        one("POST", "/room/none/egress", json!({ "streamId": "none" }), 404, "room not found"),
        one("DELETE", "/room/none/egress", nothing(), 404, "room not found"),
        one("POST", "/room/none/user", json!({ "name": "x" }), 404, "room not found"),
        one("GET", "/task/none", nothing(), 404, "not found"),
        one("POST", "/task/none/retry", nothing(), 404, "task not found"),
        one("GET", "/playback/none", nothing(), 404, "No playback URL found for none"),
        one("GET", "/playback/{ready}", nothing(), 404, "No playback URL found for {ready}"),
        one("GET", "/project/none", nothing(), 403, "project not found"),
        one("PATCH", "/project/none", json!({ "name": "x" }), 404, "project not found"),
        one("DELETE", "/project/none", nothing(), 404, "project not found"),
        one("GET", "/user/usage", nothing(), 400, "should specify time range"),
        one("GET", "/access-control/signing-key/none", nothing(), 404, "not found"),
        one("GET", "/object-store/none", nothing(), 403, "user can only request information on their own user object"),
        one("DELETE", "/object-store/none", nothing(), 404, "not found"),
    ])
    .await
}

#[tokio::test]
async fn keys_and_bodies_in_the_order_of_the_server() -> Result {
    const JSON: (&str, &str) = ("content-type", "application/json");

    let (studio, _) = stocked().await?;
    let studio = studio.key("right");
    let key = ("authorization", "Bearer right");
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(200_000));
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let rows: &[(Headers<'_>, &str, &str, &str, u16, &str)] = &[
        (&[], "GET", "/stream", "", 401, "request is not authenticated"),
        (&[], "GET", "/nowhere", "", 404, "not found"),
        (&[("authorization", "Bearer wrong")], "GET", "/nowhere", "", 401, "no token wrong found"),
        (&[("authorization", "bearer  wrong ")], "GET", "/stream", "", 401, "no token wrong found"),
        (&[("authorization", "Bearer wrong")], "GET", "/playback/x", "", 401, "no token wrong found"),
        (&[("authorization", "right")], "GET", "/stream", "", 401, "request is not authenticated"),
        (
            &[("authorization", "Digest x")],
            "GET",
            "/stream",
            "",
            401,
            "unsupported authorization header scheme: Digest",
        ),
        (&[("authorization", "JWT x")], "GET", "/stream", "", 401, "jwt malformed"),
        (&[("authorization", "Basic eDp3cm9uZw==")], "GET", "/stream", "", 401, "no token wrong found"),
        // The body is parsed before it is known who sends it, and checked after.
        (&[JSON], "POST", "/stream", "{not", 400, "Unexpected token n in JSON at position 1"),
        (&[JSON], "POST", "/stream", "{}", 401, "request is not authenticated"),
        (&[key, JSON], "POST", "/stream", "\"x\"", 400, "Unexpected token \" in JSON at position 0"),
        (&[key, JSON], "POST", "/stream", "{\"a\":", 400, "Unexpected end of JSON input"),
        (&[key, JSON], "POST", "/stream", &long, 413, "request entity too large"),
        (
            &[key, ("content-type", "application/json; charset=latin1")],
            "POST",
            "/stream",
            "{}",
            415,
            "unsupported charset \"LATIN1\"",
        ),
    ];
    let mut different = Vec::new();
    for (headers, method, path, body, status, text) in rows {
        let (got, response) = send(&studio, headers, method, path, body).await;
        if (got, &response["errors"][0]) != (*status, &json!(text)) {
            different.push(format!("{headers:?} {method} {path}: {got} {response}, not {status} {text}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    // What is checked before the key.
    let (status, response) = send(&studio, &[JSON], "POST", "/access-control/signing-key", "{\"x\":1}").await;
    assert_eq!((status, &response["errors"][0]), (422, &json!(unknown("", "", "x"))));
    Ok(())
}
