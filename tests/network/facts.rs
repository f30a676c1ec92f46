//! What the fake orchestrator and the fake signer do, request by request, as the real ones were measured or read.

use std::time::Duration;

use http::{HeaderMap, Request};
use livepeer::codec::{from_json, to_json};
use livepeer::mock::{self, FakeApp, FakeRunner, NetworkFake};
use livepeer::network::operations::orchestrator::{JsonError, OrchestratorError, PriceInfo, Reserve};
use livepeer::network::operations::runner::RunnerEvent;
use livepeer::network::operations::signer::GenerateLivePayment;
use livepeer::network::{Error, Price, Runner};
use livepeer::{Body, Retry, Transport};
use serde_json::{Value, json};
use tokio::time::sleep;

const PAYER: (&str, &str) = ("livepeer-payer-address", "0x2222222222222222222222222222222222222222");
const SECRET: (&str, &str) = ("authorization", "orch-secret");

struct Response {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Response {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A text, as Go's servers write errors.
    fn is(&self, status: u16, text: &str) {
        assert_eq!((self.status, self.body.as_str()), (status, format!("{text}\n").as_str()));
        assert_eq!(self.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(self.header("x-content-type-options"), "nosniff");
    }
}

async fn ask(fake: &NetworkFake, request: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let (method, path) = request.split_once(' ').unwrap();
    let mut builder = Request::builder().method(method).uri(format!("http://localhost{path}"));
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let (parts, body) = fake.send(builder.body(Body::from(body.to_owned())).unwrap()).await.unwrap().into_parts();
    let body = String::from_utf8(body.bytes(1 << 20).await.unwrap().into()).unwrap();
    Response { status: parts.status.as_u16(), headers: parts.headers, body }
}

fn heartbeat(more: Value) -> String {
    let mut body = json!({ "runner_id": "r", "runner_url": "http://127.0.0.1:9", "app": "x/a" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body.to_string()
}

/// The path below the host of a URL in a response.
fn path(url: &Value) -> String {
    url.as_str().unwrap().trim_start_matches("http://localhost").to_owned()
}

#[tokio::test(start_paused = true)]
async fn wrong_methods_and_paths_are_told_and_no_browser_is_welcome() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a").id("r"));
    for (request, allowed) in [
        ("OPTIONS /discovery", "GET, HEAD"),
        ("GET /apps/r/session", "POST"),
        ("GET /apps/r/session/s/stop", "POST"),
        ("PUT /runners/heartbeat", "POST"),
        ("GET /refresh-payment", "POST"),
        ("GET /runner/r/session/s/channels", "DELETE, POST"),
    ] {
        let response = ask(&fake, request, &[("origin", "https://a.example")], "").await;
        response.is(405, "Method Not Allowed");
        assert_eq!(response.header("allow"), allowed, "{request}");
        assert!(response.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{request}");
    }
    for request in ["GET /", "GET /none", "POST /runner/r/session/s/none", "POST /apps/r"] {
        ask(&fake, request, &[], "").await.is(404, "404 page not found");
    }
}

#[tokio::test(start_paused = true)]
async fn discovery_lists_what_is_ready_with_urls_by_mode_and_takes_no_filters() {
    let fake = mock::network();
    let empty = ask(&fake, "GET /discovery", &[], "").await;
    assert_eq!((empty.status, empty.body.as_str()), (200, r#"[{"address":"http://localhost"}]"#));
    fake.runner(FakeRunner::new("x/a").id("p"));
    fake.runner(FakeRunner::new("x/b").id("s").single_shot());
    fake.runner(FakeRunner::new("x/b").id("q").single_shot().proxy(true));
    ask(&fake, "POST /apps/p/session", &[], "any body").await;
    let listed = ask(&fake, "GET /discovery?app=x/none&gpu=H100&caps=c", &[], "").await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let runner = |id: &str| {
        let runners = listed[0]["runners"].as_array().unwrap();
        let own = |runner: &&Value| runner["url"].as_str().unwrap().split('/').any(|part| part == id);
        runners.iter().find(own).unwrap().clone()
    };
    assert_eq!(listed[0]["runners"].as_array().unwrap().len(), 3);
    assert_eq!(path(&runner("s")["url"]), "/apps/s/app");
    assert_eq!(path(&runner("q")["url"]), "/run/q");
    // A full runner stays listed, and nothing of it is private.
    let full = json!({
        "url": "http://localhost/apps/p/session", "app": "x/a", "mode": "persistent", "capacity": 1, "capacity_used": 1,
        "capacity_available": 0,
    });
    assert_eq!(runner("p"), full);
}

#[tokio::test(start_paused = true)]
async fn prices_are_whole_numbers_of_any_size() {
    let fake = mock::network().paid(true);
    for (id, price, unit, wei) in [
        ("h", json!(3.6), "hour", json!({ "price": 400_000_000_000_u64, "currency": "wei", "unit": "seconds" })),
        ("f", json!("0.01"), "fixed", json!({ "price": 4_000_000_000_000_u64, "currency": "wei", "unit": "fixed" })),
        ("v", json!(1), "720p", json!({ "price": 4018, "currency": "wei", "unit": "720p-pixel-seconds" })),
    ] {
        let body = heartbeat(json!({ "runner_id": id, "price_info": { "price": price, "unit": unit } }));
        assert_eq!(ask(&fake, "POST /runners/heartbeat", &[SECRET], &body).await.status, 200);
        let listed = ask(&fake, "GET /discovery", &[], "").await.json();
        let runners = listed[0]["runners"].as_array().unwrap();
        let runner = runners.iter().find(|runner| runner["url"].as_str().unwrap().contains(&format!("/apps/{id}/")));
        assert_eq!(runner.unwrap()["price_info"], wei, "{id}");
    }
    let text = r#"{"price":340282366920938463463374607431768211455,"currency":"wei","unit":"seconds"}"#;
    let info: PriceInfo = from_json(text).unwrap();
    assert_eq!((info.price.0, to_json(&info).as_str()), (u128::MAX, text));
}

#[tokio::test(start_paused = true)]
async fn sessions_are_reserved_and_stopped_as_often_as_anybody_likes() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a").id("p"));
    fake.runner(FakeRunner::new("x/b").id("s").single_shot());
    let session = ask(&fake, "POST /apps/p/session", &[], "").await.json();
    let id = session["session_id"].as_str().unwrap();
    assert!(id.starts_with("session_") && id.len() == 16, "{id}");
    assert_eq!(path(&session["app_url"]), format!("/apps/p/session/{id}/app"));
    assert_eq!(path(&session["control_url"]), format!("/apps/p/session/{id}"));
    let full = ask(&fake, "POST /apps/p/session", &[], "").await;
    full.is(503, "no capacity available for runner");
    assert_eq!(full.header("retry-after"), "");
    ask(&fake, "POST /apps/none/session", &[], "").await.is(404, "runner not found");
    ask(&fake, "POST /apps/s/session", &[], "").await.is(400, "only persistent runners have sessions");
    ask(&fake, "POST /apps/p/app/x", &[], "").await.is(400, "runner is not single-shot");
    // Nothing ends a free session but its stop.
    fake.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(fake.sessions(), 1);
    for _ in 0..2 {
        let stopped = ask(&fake, &format!("POST /apps/p/session/{id}/stop"), &[], "").await;
        assert_eq!((stopped.status, stopped.body.as_str(), stopped.header("content-length")), (204, "", ""));
    }
    assert_eq!(ask(&fake, "POST /apps/p/session/none/stop", &[], "").await.status, 204);
    ask(&fake, "POST /apps/none/session/x/stop", &[], "").await.is(404, "runner not found");
    ask(&fake, &format!("GET /apps/p/session/{id}/app/x"), &[], "").await.is(404, "runner session not found");
}

#[tokio::test(start_paused = true)]
async fn calls_reach_the_app_as_they_are_with_headers_of_the_orchestrator() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a").id("p"));
    let session = ask(&fake, "POST /apps/p/session", &[], "").await.json();
    let (id, app) = (session["session_id"].as_str().unwrap(), path(&session["app_url"]));
    for (request, to) in
        [(format!("GET {app}"), format!("{app}/")), (format!("GET {app}/a%2Fb/../c"), format!("{app}/c"))]
    {
        let response = ask(&fake, &request, &[], "").await;
        assert_eq!((response.status, response.header("location")), (307, to.as_str()));
    }
    let headers = [
        ("livepeer-session-id", "forged"),
        ("livepeer-session-token", "forged"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-host", "a.example"),
        ("x-forwarded-proto", "https"),
        ("authorization", "Bearer own"),
        ("cookie", "a=b"),
        ("livepeer-payment", "p"),
        ("x-own", "1"),
    ];
    let echo = ask(&fake, &format!("PUT {app}/a/b?x=%20&y"), &headers, "content").await.json();
    assert_eq!(
        (&echo["method"], &echo["path"], &echo["body"]),
        (&json!("PUT"), &json!("/a/b?x=%20&y"), &json!("content"))
    );
    let seen = &echo["headers"];
    assert_eq!((&seen["livepeer-session-id"], &seen["livepeer-runner-route"]), (&json!(id), &json!("p")));
    assert_eq!(seen["livepeer-session-control"], json!(format!("http://localhost/runner/p/session/{id}")));
    assert_eq!(seen["livepeer-session-token"].as_str().unwrap().len(), 52);
    for (name, value) in [("authorization", "Bearer own"), ("cookie", "a=b"), ("livepeer-payment", "p"), ("x-own", "1")]
    {
        assert_eq!(seen[name], value);
    }
    assert!(seen.as_object().unwrap().keys().all(|name| !name.starts_with("x-forwarded")), "{seen}");
    assert_eq!(seen["accept-encoding"], "gzip");
    assert_eq!(ask(&fake, &format!("GET {app}/status/418"), &[], "").await.status, 418);
    ask(&fake, "GET /apps/p/session/none/app/x", &[], "").await.is(404, "runner session not found");
    ask(&fake, "GET /apps/none/session/x/app/x", &[], "").await.is(404, "runner not found");

    fake.runner(FakeRunner::new("x/b").id("down").serves(FakeApp::refuses()));
    let session = ask(&fake, "POST /apps/down/session", &[], "").await.json();
    let call = format!("GET {}/x", path(&session["app_url"]));
    ask(&fake, &call, &[], "").await.is(502, "dial tcp 127.0.0.1:9: connect: connection refused");
}

#[tokio::test(start_paused = true)]
async fn a_challenge_reserves_nothing_and_is_one_of_three_kinds_of_402() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a").id("p").price(Price::per_second(400_000_000_000)));
    fake.runner(FakeRunner::new("x/b").id("s").single_shot().price(Price::fixed(4_000_000_000_000)));
    let mut ids = Vec::new();
    for request in ["POST /apps/p/session", "POST /apps/p/session", "POST /apps/s/app/hello"] {
        let response = ask(&fake, request, &[PAYER], "").await;
        assert_eq!((response.status, response.header("content-type")), (402, "application/json"));
        let challenge = response.json();
        let names: Vec<_> = challenge.as_object().unwrap().keys().collect();
        assert_eq!(names, ["manifest_id", "orchestrator", "payment_params", "payment_url"]);
        let id = challenge["manifest_id"].as_str().unwrap().to_owned();
        assert!(id.len() == 8 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
        let route = request.split('/').nth(2).unwrap();
        assert_eq!(path(&challenge["payment_url"]), format!("/apps/{route}/session/{id}/payment"));
        assert!(!ids.contains(&id));
        ids.push(id);
    }
    assert_eq!(fake.sessions(), 0);
    for address in ["", "0x22", "2222222222222222222222222222222222222222"] {
        let bad = ask(&fake, "POST /apps/p/session", &[("livepeer-payer-address", address)], "").await;
        assert_eq!(
            (bad.status, bad.json()["error"]["message"].as_str()),
            (402, Some("invalid live runner payment signer address"))
        );
    }
    let unreadable = [PAYER, ("livepeer-payment", "%%"), ("livepeer-segment", "abc")];
    ask(&fake, "POST /apps/p/session", &unreadable, "")
        .await
        .is(402, "base64 decode error: illegal base64 data at input byte 0");
    for half in [("livepeer-payment", "e30="), ("livepeer-segment", "abc")] {
        ask(&fake, "POST /apps/p/session", &[PAYER, half], "").await.is(403, "segment sig check failed");
    }
    // They are told apart by what they contain.
    let call = |request: Reserve| fake.orchestrator_client().call(request).retry(Retry::never());
    let error = call(Reserve::new("p").payer_address(PAYER.1)).await.unwrap_err();
    assert!(matches!(error.body(), Some(OrchestratorError::Payment(_))), "{error:?}");
    let error = call(Reserve::new("p")).await.unwrap_err();
    assert!(matches!(error.body(), Some(OrchestratorError::Json(JsonError { .. }))), "{error:?}");
    let error = call(Reserve::new("p").payment("%%").segment("abc")).await.unwrap_err();
    assert!(matches!(error.body(), Some(OrchestratorError::Text(_))), "{error:?}");
}

/// A payment of a session or a call, as the signer makes it.
async fn minted(fake: &NetworkFake, request: &str, kind: &str) -> (String, [(String, String); 3]) {
    let challenge = ask(fake, request, &[PAYER], "").await.json();
    let payment = GenerateLivePayment::new(challenge["payment_params"].as_str().unwrap()).kind(kind);
    let payment = fake.signer_client().call(payment).await.unwrap();
    let headers = [
        (PAYER.0.to_owned(), PAYER.1.to_owned()),
        ("livepeer-payment".to_owned(), payment.payment.expose().to_owned()),
        ("livepeer-segment".to_owned(), payment.seg_creds.expose().to_owned()),
    ];
    (challenge["manifest_id"].as_str().unwrap().to_owned(), headers)
}

fn as_headers(headers: &[(String, String); 3]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test(start_paused = true)]
async fn payments_are_for_their_own_session_and_end_with_it() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a").id("p").capacity(2).price(Price::per_second(400_000_000_000)));
    fake.runner(FakeRunner::new("x/b").id("q").price(Price::per_second(400_000_000_000)));
    fake.runner(FakeRunner::new("x/c").id("f").price(Price::fixed(4_000_000_000_000)));
    let (manifest, headers) = minted(&fake, "POST /apps/p/session", "live").await;
    ask(&fake, "POST /apps/q/session", &as_headers(&headers), "").await.is(403, "mismatched manifest and auth token");
    let session = ask(&fake, "POST /apps/p/session", &as_headers(&headers), "").await.json();
    assert_eq!(session["session_id"], json!(manifest), "a paid session is named by its challenge");
    ask(&fake, "POST /apps/p/session", &as_headers(&headers), "").await.is(409, "session already exists");

    let pay = format!("POST /apps/p/session/{manifest}/payment");
    ask(&fake, &pay, &[], "").await.is(403, "segment sig check failed");
    let (_, other) = minted(&fake, "POST /apps/p/session", "live").await;
    ask(&fake, &pay, &as_headers(&other), "").await.is(403, "mismatched session and payment manifest");
    ask(&fake, "POST /apps/p/session/none/payment", &as_headers(&other), "").await.is(404, "runner session not found");

    // The first payment is for ten seconds, and nobody says that they are over.
    sleep(Duration::from_secs(16)).await;
    assert_eq!(fake.sessions(), 0);
    ask(&fake, &pay, &as_headers(&headers), "").await.is(404, "runner session not found");

    let (manifest, headers) = minted(&fake, "POST /apps/f/session", "fixed").await;
    assert_eq!(ask(&fake, "POST /apps/f/session", &as_headers(&headers), "").await.status, 200);
    let pay = format!("POST /apps/f/session/{manifest}/payment");
    let text = "fixed-price live runner sessions do not accept follow-up payments";
    ask(&fake, &pay, &as_headers(&headers), "").await.is(409, text);
    sleep(Duration::from_secs(600)).await;
    assert_eq!(fake.sessions(), 1, "it is not metered");
}

#[tokio::test(start_paused = true)]
async fn a_refreshed_challenge_is_for_what_was_paid_and_has_another_url() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a").id("p").price(Price::per_second(400_000_000_000)));
    let refresh = async |sender: &str, manifest: &str| {
        let body = json!({ "sender": sender, "manifest_id": manifest }).to_string();
        ask(&fake, "POST /refresh-payment", &[], &body).await
    };
    let message =
        |response: Response| (response.status, response.json()["error"]["message"].as_str().unwrap().to_owned());
    assert_eq!(message(refresh("0x22", "x").await), (400, "invalid sender".into()));
    assert_eq!(message(refresh(PAYER.1, "").await), (400, "missing manifest_id".into()));
    let (manifest, headers) = minted(&fake, "POST /apps/p/session", "live").await;
    assert_eq!(message(refresh(PAYER.1, &manifest).await), (409, "fixed price not found for session".into()));
    ask(&fake, "POST /apps/p/session", &as_headers(&headers), "").await;
    // The price stays that of the first payment.
    fake.set_price("p", Price::per_second(900_000_000_000));
    let challenge = refresh(PAYER.1, &manifest).await.json();
    assert_eq!((&challenge["manifest_id"], path(&challenge["payment_url"]).as_str()), (&json!(manifest), "/payment"));
    let payment = GenerateLivePayment::new(challenge["payment_params"].as_str().unwrap()).kind("live");
    let payment = fake.signer_client().call(payment).await.unwrap();
    let (payment, segment) = (payment.payment.expose().to_owned(), payment.seg_creds.expose().to_owned());
    let paid = [PAYER, ("livepeer-payment", payment.as_str()), ("livepeer-segment", segment.as_str())];
    let pay = format!("POST /apps/p/session/{manifest}/payment");
    assert_eq!(ask(&fake, &pay, &paid, "").await.status, 200);
    assert_eq!(fake.ledger().highest_price, 400_000_000_000);
    // Its credentials are valid for 30 minutes.
    fake.advance(Duration::from_secs(9));
    assert_eq!(fake.sessions(), 1);
    let (_, old) = minted(&fake, "POST /apps/p/session", "live").await;
    fake.advance(Duration::from_secs(30 * 60 + 1));
    ask(&fake, "POST /apps/p/session", &as_headers(&old), "").await.is(403, "segment sig check failed");
}

#[tokio::test(start_paused = true)]
async fn heartbeats_are_checked_and_each_replaces_the_one_before() {
    let fake = mock::network();
    let send = async |headers: &[(&str, &str)], more: Value| {
        ask(&fake, "POST /runners/heartbeat", headers, &heartbeat(more)).await
    };
    for headers in [&[][..], &[("authorization", "wrong")], &[("authorization", "Bearer orch-secret")]] {
        send(headers, json!({})).await.is(401, "invalid registration authorization");
    }
    for (more, text) in [
        (json!({ "runner_url": "127.0.0.1:9" }), "invalid runner_url"),
        (json!({ "runner_url": "ftp://h" }), "invalid runner_url"),
        (json!({ "app": " x" }), "app must be trimmed"),
        (json!({ "app": "" }), "app must be trimmed"),
        (json!({ "capacity": -1 }), "capacity must be >= 0"),
        (json!({ "mode": "batch" }), "mode must be \"persistent\" or \"single-shot\""),
        (json!({ "status": "Ready" }), "status must be lowercase and trimmed"),
        (json!({ "metadata": "m".repeat(1025) }), "metadata must be at most 1024 bytes"),
    ] {
        send(&[SECRET], more).await.is(400, text);
    }
    let more = json!({ "capacity": 0, "version": "1", "metadata": "m".repeat(1024), "gpu": { "name": "H100" }, "mode": "single_shot" });
    let first = send(&[SECRET], more).await.json();
    assert_eq!((&first["heartbeat_interval"], &first["heartbeat_ttl"]), (&json!("5s"), &json!("20s")));
    let secret = first["heartbeat_secret"].as_str().unwrap();
    assert_eq!((secret.len(), &first["o2r"]["mime_type"]), (52, &json!("application/json")));
    let listed = async || ask(&fake, "GET /discovery", &[], "").await.json()[0]["runners"][0].clone();
    let runner = listed().await;
    assert_eq!(
        (&runner["capacity"], &runner["version"], &runner["mode"]),
        (&json!(1), &json!("1"), &json!("single-shot"))
    );
    // The secret is the runner's own from now on, and what is left out is gone.
    send(&[SECRET], json!({})).await.is(401, "invalid heartbeat authorization");
    let second = send(&[("authorization", secret)], json!({})).await.json();
    assert!(
        second["heartbeat_secret"].is_null() && second["o2r"].is_null() && second["session_ids"].is_array(),
        "{second}"
    );
    let runner = listed().await;
    assert!(runner["version"].is_null() && runner["metadata"].is_null() && runner["gpu"].is_null(), "{runner}");

    // A runner that is not ready has no calls, open sessions included.
    let session = ask(&fake, "POST /apps/r/session", &[], "").await.json();
    assert_eq!(send(&[("authorization", secret)], json!({ "status": "draining" })).await.status, 200);
    assert!(listed().await.is_null());
    ask(&fake, "POST /apps/r/session", &[], "").await.is(404, "runner not found");
    ask(&fake, &format!("GET {}/x", path(&session["app_url"])), &[], "").await.is(404, "runner not found");

    let unregister = async |headers: &[(&str, &str)]| ask(&fake, "POST /runners/r/unregister", headers, "").await;
    unregister(&[SECRET]).await.is(401, "invalid heartbeat authorization");
    assert_eq!(unregister(&[("authorization", secret)]).await.status, 204);
    unregister(&[("authorization", secret)]).await.is(404, "runner not found");
    assert_eq!(fake.sessions(), 0);
    fake.runner(FakeRunner::new("x/static").id("r"));
    assert_eq!(unregister(&[SECRET]).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_runner_with_a_label_is_reached_by_it() {
    let fake = mock::network();
    let body = heartbeat(json!({ "label": "studio", "capacity": 2 }));
    assert_eq!(ask(&fake, "POST /runners/heartbeat", &[SECRET], &body).await.status, 200);
    let listed = ask(&fake, "GET /discovery", &[], "").await.json().to_string();
    assert!(listed.contains("/apps/studio/session"), "{listed}");
    for route in ["studio", "r"] {
        assert_eq!(ask(&fake, &format!("POST /apps/{route}/session"), &[], "").await.status, 200, "{route}");
    }
}

#[tokio::test(start_paused = true)]
async fn orchestrators_may_have_no_runners_or_none_that_register() {
    let fake = mock::network();
    fake.registers_none(true);
    let text = "dynamic live runner registration is disabled";
    ask(&fake, "POST /runners/heartbeat", &[SECRET], &heartbeat(json!({}))).await.is(404, text);
    let runner = Runner::new("http://localhost", "orch-secret", "x/a", "http://127.0.0.1:9").transport(fake.clone());
    let Err(Error::Register(error)) = runner.start().await else { panic!("it is registered") };
    assert!(error.is_not_found() && format!("{error:#}").contains(text), "{error:#}");

    fake.supports_no_runners(true);
    ask(&fake, "GET /discovery", &[], "").await.is(404, "live runners are not supported");
    let Err(Error::Discovery(error)) = fake.client().discover().await else { panic!("it has a list") };
    assert!(error.is_not_found() && format!("{error:#}").contains("live runners are not supported"), "{error:#}");
}

#[tokio::test(start_paused = true)]
async fn prices_of_runners_are_checked_by_paid_orchestrators() {
    let fake = mock::network().paid(true);
    for (price, text) in [
        (json!({ "unit": "hour" }), "price_info.price is required"),
        (json!({ "price": 1, "unit": "hour", "currency": "eth" }), "price_info.currency must be usd"),
        (json!({ "price": 1, "unit": "day" }), "price_info.unit must be hour, 720p, or fixed"),
    ] {
        let body = heartbeat(json!({ "price_info": price }));
        ask(&fake, "POST /runners/heartbeat", &[SECRET], &body).await.is(400, text);
    }
    ask(&fake, "POST /runners/heartbeat", &[SECRET], &heartbeat(json!({})))
        .await
        .is(400, "price_info.price is required");
}

#[tokio::test(start_paused = true)]
async fn a_runner_without_heartbeats_is_gone_and_comes_back_only_after_the_next_tick() {
    let fake = mock::network();
    let first = ask(&fake, "POST /runners/heartbeat", &[SECRET], &heartbeat(json!({}))).await.json();
    let secret = first["heartbeat_secret"].as_str().unwrap();
    let again =
        async |secret| ask(&fake, "POST /runners/heartbeat", &[("authorization", secret)], &heartbeat(json!({}))).await;
    fake.advance(Duration::from_secs(3));
    assert_eq!(again(secret).await.status, 200);
    fake.advance(Duration::from_secs(21));
    assert!(ask(&fake, "GET /discovery", &[], "").await.json()[0]["runners"].is_null());
    for secret in [secret, SECRET.1] {
        again(secret).await.is(404, "runner not found");
    }
    fake.advance(Duration::from_secs(5));
    again(secret).await.is(401, "invalid registration authorization");
    assert_eq!(again(SECRET.1).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn the_channel_of_events_is_kept_open() {
    let fake = mock::network();
    let first = ask(&fake, "POST /runners/heartbeat", &[SECRET], &heartbeat(json!({}))).await.json();
    let channel = first["o2r"]["channel_name"].as_str().unwrap();
    assert_eq!(path(&first["o2r"]["url"]), format!("/ai/trickle/{channel}"));
    let id = ask(&fake, "POST /apps/r/session", &[], "").await.json()["session_id"].clone();
    sleep(Duration::from_secs(21)).await;
    let message = |seq| String::from_utf8(fake.trickle().content(channel, seq).unwrap()).unwrap();
    let event: RunnerEvent = from_json(&message(0)).unwrap();
    assert_eq!((event.session.unwrap().expose(), event.timestamp.is_some()), (id.as_str().unwrap(), true));
    for seq in [1, 2] {
        assert_eq!(message(seq), r#"{"keep":"alive"}"#);
        assert_eq!(from_json::<RunnerEvent>(&message(seq)).unwrap().event, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_runner_ignores_messages_that_only_keep_its_channel_open() {
    let fake = mock::network();
    let runner = Runner::new("http://localhost", "orch-secret", "x/mine", "http://127.0.0.1:9").transport(fake.clone());
    let mut runner = runner.connector(fake.trickle().connector()).start().await.unwrap();
    sleep(Duration::from_secs(65)).await;
    let session = fake.client().app("x/mine").reserve().await.unwrap();
    let update = tokio::time::timeout(Duration::from_secs(1), runner.next()).await.unwrap().unwrap();
    assert_eq!(update, livepeer::network::RunnerUpdate::Reserved(session.id().clone()));
}

#[tokio::test(start_paused = true)]
async fn channels_and_urls_of_a_session_are_made_for_who_has_its_token() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a").id("p"));
    let session = ask(&fake, "POST /apps/p/session", &[], "").await.json();
    let id = session["session_id"].as_str().unwrap().to_owned();
    let echo = ask(&fake, &format!("GET {}/x", path(&session["app_url"])), &[], "").await.json();
    let token = echo["headers"]["livepeer-session-token"].as_str().unwrap().to_owned();
    let (own, base) = ([("livepeer-session-token", token.as_str())], format!("/runner/p/session/{id}"));
    let post =
        async |what: &str, body: Value| ask(&fake, &format!("POST {base}/{what}"), &own, &body.to_string()).await;
    for what in ["channels", "proxy", "stop"] {
        ask(&fake, &format!("POST {base}/{what}"), &[("livepeer-session-token", "x")], "{}")
            .await
            .is(401, "invalid authorization");
    }
    post("channels", json!({ "channels": [] })).await.is(400, "channels is required");
    let many: Vec<_> = (0..26).map(|number| json!({ "name": format!("n{number}") })).collect();
    post("channels", json!({ "channels": many })).await.is(400, "channels cannot contain more than 25 entries");
    let text = "trickle channel name may only contain alphanumerics, underscores, or hyphens";
    post("channels", json!({ "channels": [{ "name": "a b" }] })).await.is(400, text);
    let made =
        post("channels", json!({ "channels": [{ "name": "in/1", "mime_type": "video/mp2t" }, { "name": "out" }] }))
            .await
            .json();
    let channel = &made["channels"][0];
    assert_eq!((&channel["name"], &channel["channel_name"]), (&json!("in-1"), &json!(format!("{id}-in-1"))));
    assert!(channel["internal_url"].is_string() && channel["url"].is_string());
    assert_eq!(made["channels"][1]["mime_type"], "application/octet-stream");
    // The first media type stays.
    let again = post("channels", json!({ "channels": [{ "name": "in-1", "mime_type": "text/plain" }] })).await.json();
    assert_eq!(again["channels"][0], *channel);

    let delete = async |name: &str| {
        ask(&fake, &format!("DELETE {base}/channels"), &own, &json!({ "channels": [name] }).to_string()).await
    };
    assert_eq!(delete("in-1").await.json(), json!({ "deleted": ["in-1"] }));
    delete("none").await.is(404, "trickle channel not found");
    // Anybody can delete a channel by its URL; its name is of no use any more.
    assert_eq!(ask(&fake, &format!("DELETE /ai/trickle/{id}-out"), &[], "").await.status, 200);
    assert_eq!(post("channels", json!({ "channels": [{ "name": "out" }] })).await.status, 200);
    assert_eq!(ask(&fake, &format!("POST /ai/trickle/{id}-out/0"), &[], "x").await.status, 404);
    delete("out").await.is(500, "Invalid stream");

    post("proxy", json!({ "target_url": "/ui" })).await.is(400, "target_url must be an absolute URL");
    let text = "target_url hostname must match registered runner_url hostname";
    post("proxy", json!({ "target_url": "http://other:1/" })).await.is(400, text);
    assert_eq!(post("proxy", json!({ "target_url": "http://127.0.0.1:18950/ui#part" })).await.status, 200);
    let made = post("proxy", json!({ "target_url": "http://127.0.0.1:18950/ui" })).await.json();
    let proxy = path(&made["url"]);
    assert_eq!(proxy, format!("/run/{}", made["proxy_id"].as_str().unwrap()));
    assert_eq!(ask(&fake, &format!("GET {proxy}/a?b=1"), &[], "").await.json()["path"], "/ui/a?b=1");
    let elsewhere = Request::builder().uri(format!("http://other.example{proxy}/a")).body(Body::empty()).unwrap();
    assert_eq!(fake.send(elsewhere).await.unwrap().status(), 404);
    assert_eq!(post("stop", json!({})).await.status, 204);
    ask(&fake, &format!("GET {proxy}/a"), &[], "").await.is(404, "live runner proxy not found");
    assert_eq!(fake.trickle().next_seq(&format!("{id}-in-1")), None);
}
