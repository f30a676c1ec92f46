//! The operations of gateways and clearinghouses, in the shapes that their documentation and their code have.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::request::Parts;
use livepeer::mock::{Mock, Reply, fake};
use livepeer::network::operations::byoc::{
    GetToken, Job, JobOrchestrators, JobParameters, JobRequest, Process, Register, StartStream, StopStream, StreamData,
    StreamStatus, StreamWhip, Unregister, UpdateStream,
};
use livepeer::network::operations::clearinghouse::{Clearinghouse, ExchangeToken, GetBalance, GetUsage};
use livepeer::network::operations::gateway::{Gateway, LiveStatus, LiveWhep, LiveWhip, StartLive, UpdateLive};
use livepeer::network::operations::orchestrator::Orchestrator;
use livepeer::{Api, Client, Retry};
use serde_json::{Map, Value, json};

type Seen = Arc<Mutex<Vec<(Parts, String)>>>;

/// A client of a server that gives this reply to everything, and what it receives.
fn server<A: Api>(reply: fn() -> Reply) -> (Client<A>, Seen) {
    let seen = Seen::default();
    let keep = seen.clone();
    let mock = Mock::new().fallback(move |request: http::Request<livepeer::Body>| {
        let keep = keep.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = String::from_utf8(body.bytes(1 << 20).await.unwrap().into()).unwrap();
            keep.lock().unwrap().push((parts, body));
            reply()
        }
    });
    (mock.client::<Client<A>>().retry(Retry::never()), seen)
}

fn last(seen: &Seen) -> (String, Parts, String) {
    let (parts, body) = seen.lock().unwrap().pop().unwrap();
    (format!("{} {}", parts.method, parts.uri.path_and_query().unwrap()), parts, body)
}

fn job() -> Job {
    let request = JobRequest::new().stream_id("s1");
    let parameters = JobParameters::new()
        .enable_video_ingress(true)
        .orchestrators(JobOrchestrators::new().include(["https://a.example".into()]));
    Job::new(30u32).capability("text-reversal").request(request).parameters(parameters)
}

#[tokio::test]
async fn a_container_is_called_with_its_job_in_a_header() {
    let (client, seen) = server::<Gateway>(|| {
        Reply::status(200)
            .header("livepeer-balance", "12")
            .header("x-orchestrator-url", "https://orchestrator.example:8935")
            .with_body(r#"{"reversed":"olleh"}"#)
    });
    let response = client.call(Process::new("reverse/text", job(), json!({ "text": "hello" }))).await.unwrap();
    assert_eq!(response.value["reversed"], "olleh");
    assert_eq!(response.headers.balance.as_deref(), Some("12"));
    assert_eq!(response.headers.orchestrator.unwrap(), "https://orchestrator.example:8935");
    let (line, parts, body) = last(&seen);
    assert_eq!((line.as_str(), body.as_str()), ("POST /process/request/reverse/text", r#"{"text":"hello"}"#));
    let header = BASE64_STANDARD.decode(parts.headers["livepeer"].as_bytes()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    // What is inside is JSON as text.
    let inner = |name: &str| serde_json::from_str::<Value>(header[name].as_str().unwrap()).unwrap();
    assert_eq!((&header["capability"], &header["timeout_seconds"]), (&json!("text-reversal"), &json!(30)));
    assert_eq!(inner("request"), json!({ "stream_id": "s1" }));
    let parameters = json!({ "orchestrators": { "include": ["https://a.example"] }, "enable_video_ingress": true });
    assert_eq!(inner("parameters"), parameters);
}

#[tokio::test]
async fn a_stream_of_a_container_is_started_changed_watched_and_stopped() {
    let (client, seen) = server::<Gateway>(|| {
        let urls = json!({
            "stream_id": "s1", "whip_url": "https://g.example/process/stream/s1/whip", "whep_url": "https://g.example/whep",
            "rtmp_url": "rtmp://g.example/s1", "rtmp_output_url": "", "update_url": "https://g.example/process/stream/s1/update",
            "status_url": "https://g.example/process/stream/s1/status", "data_url": "", "stop_url": "https://g.example/process/stream/s1/stop",
        });
        Reply::status(200).with_body(urls.to_string())
    });
    let urls = client.call(StartStream::new(job()).stream_name("cam").params("{}")).await.unwrap();
    assert_eq!((urls.stream_id.as_str(), urls.whep_url.unwrap().expose()), ("s1", "https://g.example/whep"));
    let (line, _, body) = last(&seen);
    assert_eq!(
        (line.as_str(), body.as_str()),
        ("POST /process/stream/start", r#"{"stream_name":"cam","params":"{}"}"#)
    );

    client.call(UpdateStream::new("s1", job(), json!({ "prompt": "x" }))).await.unwrap();
    assert_eq!(last(&seen).0, "POST /process/stream/s1/update");
    client.call(StopStream::new("s1")).await.unwrap();
    assert_eq!(last(&seen).0, "POST /process/stream/s1/stop");

    let (client, _) = server::<Gateway>(|| {
        Reply::status(200).with_body(
            r#"{"whep_url":"https://g.example/whep","orchestrator":"https://o.example","ingest_metrics":{"stats":{}}}"#,
        )
    });
    let status = client.call(StreamStatus::new("s1")).await.unwrap();
    assert_eq!(status.orchestrator.unwrap(), "https://o.example");

    let (client, _) = server::<Gateway>(|| {
        Reply::status(200)
            .header("content-type", "text/event-stream")
            .with_body("data: {\"n\":1}\n\ndata: {\"n\":2}\n\n")
    });
    let events = client.call(StreamData::new("s1")).await.unwrap().collect().await.unwrap();
    assert_eq!(events.iter().map(|event| event.extra.get("n").unwrap()).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn offers_are_sent_as_sdp() {
    let (client, seen) = server::<Gateway>(|| {
        Reply::status(201)
            .header("content-type", "application/sdp")
            .header("location", "/live/video-to-video/cam/whip/1")
            .header("livepeer-playback-url", "https://g.example/whep")
            .with_body("v=0 other")
    });
    let whip = LiveWhip::new("cam", "v=0 offer").pipeline("comfyui").params(r#"{"prompt":"x"}"#).stream_id("s1");
    let response = client.call(whip).await.unwrap();
    assert_eq!(
        (response.value.as_str(), response.headers.playback_url.unwrap().expose()),
        ("v=0 other", "https://g.example/whep")
    );
    let (line, parts, body) = last(&seen);
    assert_eq!(
        line,
        "POST /live/video-to-video/cam/whip?pipeline=comfyui&params=%7B%22prompt%22%3A%22x%22%7D&streamId=s1"
    );
    assert_eq!((parts.headers["content-type"].to_str().unwrap(), body.as_str()), ("application/sdp", "v=0 offer"));
    assert_eq!(client.call(LiveWhep::new("cam-out", "v=0 offer")).await.unwrap(), "v=0 other");
    assert_eq!(last(&seen).0, "POST /live/video-to-video/cam-out/whep");
    assert_eq!(client.call(StreamWhip::new("s1", "v=0 offer")).await.unwrap(), "v=0 other");
    assert_eq!(last(&seen).1.headers["content-type"], "application/sdp");
}

#[tokio::test]
async fn live_video_is_started_changed_and_watched() {
    let (client, seen) = server::<Gateway>(|| Reply::status(200));
    client.call(StartLive::new("cam", "conn-1", "rtmpConn").query("pipeline=comfyui")).await.unwrap();
    let (line, parts, body) = last(&seen);
    assert_eq!(
        (line.as_str(), body.as_str()),
        ("POST /live/video-to-video/cam/start", "source_id=conn-1&source_type=rtmpConn&query=pipeline%3Dcomfyui")
    );
    assert_eq!(parts.headers["content-type"], "application/x-www-form-urlencoded");
    let params = Map::from_iter([("prompt".to_owned(), json!("night"))]);
    client.call(UpdateLive::new("cam", params)).await.unwrap();
    assert_eq!(last(&seen).2, r#"{"prompt":"night"}"#);

    let (client, _) = server::<Gateway>(|| {
        let status =
            json!({ "state": "ONLINE", "gateway_status": { "whep_url": "https://g.example/whep", "last_error": "" } });
        Reply::status(200).with_body(status.to_string())
    });
    let status = client.call(LiveStatus::new("s1")).await.unwrap();
    assert_eq!(status.extra.get("state"), Some("ONLINE".into()));
    assert_eq!(status.gateway_status.unwrap().whep_url.unwrap().expose(), "https://g.example/whep");

    // Plain text, with the line's end of Go.
    let (client, _) = server::<Gateway>(|| Reply::status(404).with_body("Stream not found\n"));
    let error = client.call(LiveStatus::new("none")).await.unwrap_err();
    assert_eq!((error.is_not_found(), error.body().unwrap().text.as_str()), (true, "Stream not found\n"));
    let error = fake::<Gateway>().on(async |_: LiveStatus| Err(Reply::error(404, "Stream not found")));
    let error = error.client::<Client<Gateway>>().call(LiveStatus::new("none")).await.unwrap_err();
    assert_eq!(error.body().unwrap().text, "Stream not found\n");
}

#[tokio::test]
async fn a_container_is_offered_with_the_bare_secret() {
    let (client, seen) =
        server::<Orchestrator>(|| Reply::status(200).header("content-type", "application/json").with_body("ok"));
    let register = Register::new("orch-secret", "text-reversal", "http://10.0.0.5:5000")
        .capacity(1u32)
        .price_per_unit(0)
        .price_scaling(1)
        .currency("wei");
    assert_eq!(client.call(register).await.unwrap(), "ok");
    let (line, parts, body) = last(&seen);
    assert_eq!(
        (line.as_str(), parts.headers["authorization"].to_str().unwrap()),
        ("POST /capability/register", "orch-secret")
    );
    let wanted = json!({
        "name": "text-reversal", "url": "http://10.0.0.5:5000", "capacity": 1, "price_per_unit": 0, "price_scaling": 1, "currency": "wei",
    });
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), wanted);
    client.call(Unregister::new("orch-secret", "text-reversal")).await.unwrap();
    assert_eq!(last(&seen).2, "text-reversal");

    let (client, seen) = server::<Orchestrator>(|| {
        let token = json!({
            "sender_address": { "addr": "0x22", "sig": "0x33" }, "ticket_params": { "recipient": "ERE=" }, "balance": 5,
            "price": { "pricePerUnit": 10, "pixelsPerUnit": 1 }, "service_addr": "https://o.example:8935", "available_capacity": 1,
        });
        Reply::status(200).with_body(token.to_string())
    });
    let token = client.call(GetToken::new("eyJhZGRyIjoiMHgyMiJ9", "text-reversal")).await.unwrap();
    assert_eq!(
        (token.balance, token.price.unwrap().price_per_unit, token.available_capacity),
        (Some(5), Some(10), Some(1))
    );
    let (line, parts, _) = last(&seen);
    assert_eq!(
        (line.as_str(), &parts.headers["livepeer-capability"]),
        ("GET /process/token", &"text-reversal".parse().unwrap())
    );
}

#[tokio::test]
async fn a_key_is_exchanged_for_a_token_of_the_signer() {
    let (client, seen) = server::<Clearinghouse>(|| {
        let token = json!({
            "access_token": "ey.a.b", "issued_token_type": "urn:ietf:params:oauth:token-type:access_token", "token_type": "Bearer",
            "expires_in": 900, "scope": "sign:job",
        });
        Reply::status(200).with_body(token.to_string())
    });
    let token = client.call(ExchangeToken::new("sk_live_1").scope("sign:job")).await.unwrap();
    assert_eq!((token.access_token.expose(), token.expires_in), ("ey.a.b", Some(900)));
    assert!(!format!("{token:?}").contains("ey.a.b"));
    let (line, parts, body) = last(&seen);
    assert_eq!(line, "POST /api/v1/oidc/token");
    assert_eq!(parts.headers["content-type"], "application/x-www-form-urlencoded");
    let form: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let wanted = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", "sk_live_1"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("scope", "sign:job"),
    ];
    assert_eq!(form, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));

    let (client, _) = server::<Clearinghouse>(|| {
        Reply::status(400).with_body(r#"{"error":"invalid_grant","error_description":"it has expired"}"#)
    });
    let error = client.call(ExchangeToken::new("sk_live_1")).await.unwrap_err();
    assert_eq!(error.body().unwrap().error, "invalid_grant");
    assert!(format!("{error:#}").contains("it has expired (invalid_grant)"), "{error:#}");
}

#[tokio::test]
async fn usage_and_balance_are_read_with_the_users_key() {
    let (client, seen) = server::<Clearinghouse>(|| {
        Reply::status(200).with_body(
            r#"{"balanceUsdMicros":"5000000","lifetimeGrantedUsdMicros":"9000000","hasAccess":true,"source":"x"}"#,
        )
    });
    let client = client.key("sk_live_1");
    let balance = client.call(GetBalance::new()).await.unwrap();
    assert_eq!((balance.balance_usd_micros.as_deref(), balance.has_access), (Some("5000000"), Some(true)));
    let (line, parts, _) = last(&seen);
    assert_eq!(
        (line.as_str(), parts.headers["authorization"].to_str().unwrap()),
        ("GET /api/v1/users/me/usage/balance", "Bearer sk_live_1")
    );
    assert_eq!(client.call(GetUsage::new()).await.unwrap()["source"], "x");
    assert_eq!(last(&seen).0, "GET /api/v1/users/me/usage");
}
