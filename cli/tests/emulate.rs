//! The program as its own server.

mod common;

use common::{Emulator, Ran, Studio, content, studio};
use livepeer::network::operations::app::Post;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_session_works_without_an_account() {
    let studio = studio().await;
    let emulator = Emulator::new(&studio);
    let run = |words: &[&str]| -> Ran {
        studio.command().envs(emulator.variables.iter().cloned()).args(words).output().unwrap().into()
    };
    let json = |words: &[&str]| -> serde_json::Value {
        let ran = run(words);
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    };
    assert_eq!(json(&["stream", "create", "my stream", "--record"])["record"], true);
    studio.file("film.mp4", content(9_000_000));
    let uploaded = json(&["asset", "upload", "film.mp4", "--wait"]);
    let playback_id = uploaded[0]["playbackId"].as_str().unwrap();
    let info = json(&["playback", "get", playback_id]);
    assert!(info["meta"]["source"][0]["url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{info}");
    assert_eq!(json(&["wait", uploaded[0]["taskId"].as_str().unwrap()])["status"]["phase"], "completed");
    assert_eq!(json(&["asset", "list", "--all"]).as_array().unwrap().len(), 1);
    assert_eq!(run(&["ai", "text-to-image", "a lighthouse", "-o", "one.png"]).code, 0);
    let generated = run(&["generate", "text-to-image", "a lighthouse", "-o", "two.png"]);
    assert_eq!(generated.code, 0, "{}", generated.err);
    assert!(std::fs::read(studio.home.path().join("two.png")).unwrap().starts_with(b"\x89PNG"));
    assert!(run(&["viewership", "--asset", uploaded[0]["assetId"].as_str().unwrap(), "--chart"]).code == 0);
}

/// An emulator with these arguments, and ways to call it.
fn emulator(studio: &Studio, words: &[&str]) -> Emulator {
    let mut command = studio.command();
    command.args(["emulate", "--port", "0", "--ai-port", "0"]).args(words);
    Emulator::from(command)
}

impl Emulator {
    fn url(&self) -> &str {
        self.variables[0].1.strip_suffix("/api").unwrap()
    }

    /// A request with these headers; gives status and body.
    async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<(u16, String), String> {
        let client = typed_endpoint::default_transport(None).unwrap();
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(livepeer::Body::from(body.to_owned())).unwrap();
        let response = client.send(request).await.map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let body = response.into_body().bytes(usize::MAX).await.map_err(|error| error.to_string())?;
        Ok((status, String::from_utf8_lossy(&body).into()))
    }

    async fn state(&self) -> serde_json::Value {
        let (status, text) = self.call("GET", "/_emulator/state", &[], "").await.unwrap();
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }
}

const KEY: (&str, &str) = ("authorization", "Bearer any");
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test(flavor = "multi_thread")]
async fn faults_come_by_rule_and_by_header() {
    let studio = studio().await;
    let faults =
        studio.file("faults.toml", "[[fault]]\nmethod = \"GET\"\npath = \"/asset\"\nstatus = 503\ntimes = 1\n");
    let emulator = emulator(&studio, &["--faults", faults.to_str().unwrap(), "--clock", "manual"]);
    let get = async |path: &str, fault: &str| {
        let headers = [KEY, ("emulator-fault", fault)];
        let headers = if fault.is_empty() { &headers[..1] } else { &headers[..] };
        emulator.call("GET", path, headers, "").await.map(|(status, _)| status)
    };
    assert_eq!(get("/api/stream", "").await, Ok(200));
    assert_eq!(get("/api/asset", "").await, Ok(503));
    assert_eq!(get("/api/asset", "").await, Ok(200));
    assert_eq!(get("/api/stream", "status=429, delay=1").await, Ok(429));
    assert!(get("/api/stream", "cut").await.is_err());
    let rules = r#"{"fault":[{"path":"/stream","status":500}]}"#;
    assert_eq!(emulator.call("PUT", "/_emulator/faults", &[JSON], rules).await.unwrap().0, 204);
    assert_eq!(get("/api/stream", "").await, Ok(500));
    let requests = emulator.state().await["requests"].clone();
    assert_eq!((&requests[0]["status"], &requests[0]["headers"]["authorization"]), (&500.into(), &"[redacted]".into()));
    let wrong = emulator.call("PUT", "/_emulator/faults", &[JSON], r#"{"fault":[{"colour":1}]}"#).await.unwrap();
    assert_eq!(wrong.0, 400, "{wrong:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_it_is_told_to_and_keeps_its_last_change() {
    let studio = studio().await;
    let data = studio.home.path().join("data");
    let words = ["--data", data.to_str().unwrap(), "--clock", "manual"];
    for signal in ["-TERM", "-INT"] {
        let emulator = emulator(&studio, &words);
        let (_, made) = emulator.call("POST", "/api/stream", &[KEY, JSON], r#"{"name":"kept"}"#).await.unwrap();
        let made: serde_json::Value = serde_json::from_str(&made).unwrap();
        assert_eq!(emulator.stop(signal), Some(0));
        let kept = std::fs::read_to_string(data.join("default.json")).unwrap();
        assert!(kept.contains(made["id"].as_str().unwrap()), "{kept}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn state_survives_a_restart_and_is_reset_and_restored() {
    let studio = studio().await;
    let data = studio.home.path().join("data");
    let words = ["--data", data.to_str().unwrap(), "--clock", "manual"];
    let first = emulator(&studio, &words);
    let (status, _) = first.call("POST", "/api/stream", &[KEY, JSON], r#"{"name":"kept"}"#).await.unwrap();
    assert_eq!(status, 201);
    let (_, ticket) =
        first.call("POST", "/api/asset/request-upload", &[KEY, JSON], r#"{"name":"film"}"#).await.unwrap();
    let ticket: serde_json::Value = serde_json::from_str(&ticket).unwrap();
    let upload = ticket["url"].as_str().unwrap().strip_prefix(first.url()).unwrap().to_owned();
    assert_eq!(first.call("PUT", &upload, &[("content-type", "video/mp4")], "film").await.unwrap().0, 200);
    let time = r#"{"seconds":60}"#;
    assert_eq!(first.call("POST", "/_emulator/advance", &[JSON], time).await.unwrap().0, 204);
    // It writes what has changed by itself.
    let kept = data.join("default.json");
    while !std::fs::read_to_string(&kept).is_ok_and(|text| text.contains("\"ready\"")) {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    drop(first);

    let second = emulator(&studio, &words);
    let state = second.state().await;
    assert_eq!(
        (&state["streams"][0]["name"], &state["assets"][0]["status"]["phase"]),
        (&"kept".into(), &"ready".into())
    );
    assert_eq!(state["streams"][0]["streamKey"], "[redacted]");
    let playback = ticket["asset"]["playbackId"].as_str().unwrap();
    let file = second.call("GET", &format!("/hls/{playback}/video"), &[], "").await.unwrap();
    assert_eq!(file, (200, "film".into()));

    let (_, snapshot) = second.call("GET", "/_emulator/snapshot", &[], "").await.unwrap();
    assert_eq!(second.call("POST", "/_emulator/reset", &[], "").await.unwrap().0, 204);
    assert_eq!(second.state().await["streams"], serde_json::json!([]));
    assert_eq!(second.call("PUT", "/_emulator/snapshot", &[JSON], &snapshot).await.unwrap().0, 204);
    assert_eq!(second.state().await["streams"][0]["name"], "kept");
    assert_eq!(second.call("PUT", "/_emulator/snapshot", &[JSON], "[7]").await.unwrap().0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_apart() {
    let studio = studio().await;
    let seed = "[[account]]\nname = \"one\"\nkeys = [\"key-1\"]\norigins = [\"http://localhost:5173\"]\nstream = [{ name = \"a\", record = true, live = true }]\n\
                asset = [{ name = \"film\" }]\n\n[[account]]\nname = \"two\"\nkeys = [\"key-2\", \"key-3\"]\n\
                webhook = [{ name = \"h\", url = \"http://127.0.0.1:9/\", events = [\"stream.started\"], secret = \"s\" }]\n";
    let seed = studio.file("seed.toml", seed);
    let emulator = emulator(&studio, &["--seed", seed.to_str().unwrap(), "--clock", "manual"]);
    assert_eq!(emulator.variables[1].1, "key-1");
    let list = async |path: &str, key: &str| {
        let key = format!("Bearer {key}");
        let (status, text) = emulator.call("GET", path, &[("authorization", &key)], "").await.unwrap();
        let list: serde_json::Value = serde_json::from_str(&text).unwrap();
        (status, list)
    };
    let (_, streams) = list("/api/stream?streamsonly=1", "key-1").await;
    assert_eq!((streams.as_array().unwrap().len(), &streams[0]["isActive"]), (1, &true.into()));
    assert_eq!(list("/api/stream", "key-2").await, (200, serde_json::json!([])));
    assert_eq!(list("/api/webhook", "key-3").await.1[0]["sharedSecret"], "s");
    let refused = list("/api/stream", "key-4").await;
    assert_eq!((refused.0, &refused.1["errors"][0]), (401, &"no token key-4 found".into()));
    // A key is accepted from the pages that it names; what is for players from all.
    let page = async |path: &str, key: &str, origin: &str| {
        let key = format!("Bearer {key}");
        emulator.call("GET", path, &[("authorization", &key), ("origin", origin)], "").await.unwrap()
    };
    assert_eq!(page("/api/stream", "key-1", "http://localhost:5173").await.0, 200);
    let (status, text) = page("/api/stream", "key-2", "http://localhost:5173").await;
    assert!(
        status == 403 && text.contains("credential disallows CORS access from origin http://localhost:5173"),
        "{text}"
    );
    assert_eq!(page("/api/playback/none", "key-2", "http://localhost:5173").await.0, 404);
    assert_eq!(emulator.call("OPTIONS", "/api/stream", &[("origin", "http://a.example")], "").await.unwrap().0, 204);
    // Without a key it is found by what is asked for.
    let playback = list("/api/asset", "key-1").await.1[0]["playbackId"].as_str().unwrap().to_owned();
    assert_eq!(emulator.call("GET", &format!("/api/playback/{playback}"), &[], "").await.unwrap().0, 200);
    let two = emulator.call("GET", "/_emulator/state", &[("emulator-account", "two")], "").await.unwrap().1;
    let two: serde_json::Value = serde_json::from_str(&two).unwrap();
    assert_eq!((&two["account"], &two["webhooks"][0]["sharedSecret"]), (&"two".into(), &"[redacted]".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_control_nothing() {
    let studio = studio().await;
    let emulator = emulator(&studio, &["--clock", "manual"]);
    let reset =
        async |headers: &[(&str, &str)]| emulator.call("POST", "/_emulator/reset", headers, "").await.unwrap().0;
    assert_eq!(reset(&[("origin", "https://evil.example")]).await, 403);
    assert_eq!(reset(&[("host", "evil.example:80")]).await, 403);
    assert_eq!(reset(&[("origin", emulator.url())]).await, 204);
    let (status, page) = emulator.call("GET", "/", &[], "").await.unwrap();
    assert!(status == 200 && page.starts_with("<!doctype html>"));
    // Nothing of it comes from elsewhere.
    assert!(!page.contains("http://") && !page.contains("https://"));
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_of_the_network_are_called_and_paid_for() {
    let studio = studio().await;
    let emulator = emulator(&studio, &["--clock", "manual"]);
    let variable = |name: &str| &emulator.variables.iter().find(|(own, _)| own == name).unwrap().1;
    let network = livepeer::network::Client::new()
        .orchestrator(variable("LIVEPEER_ORCHESTRATOR"))
        .signer(variable("LIVEPEER_SIGNER"));
    let say = || Post::new("say", serde_json::json!({ "text": "hello" }));

    let session = network.app("example/echo").reserve().await.unwrap();
    let echo = session.call(say()).await.unwrap();
    assert_eq!((&echo["path"], &echo["body"]), (&"/say".into(), &r#"{"text":"hello"}"#.into()));
    assert_eq!(session.paid().unwrap().payments, 1);
    session.close().await.unwrap();

    let free = network.app("example/free-echo").reserve().await.unwrap();
    assert!(free.paid().is_none());
    free.close().await.unwrap();

    let echo = network.run("example/hello-world", say()).await.unwrap();
    assert_eq!(echo["method"], "POST");

    // Its requests fail by rules of their own.
    let rules = r#"{"fault": [
        {"server": "orchestrator", "path": "/apps/free-echo", "status": 503},
        {"server": "signer", "path": "/generate-live-payment", "status": 483}
    ]}"#;
    assert_eq!(emulator.call("PUT", "/_emulator/faults", &[JSON], rules).await.unwrap().0, 204);
    let network = network.patience(std::time::Duration::ZERO);
    let error = network.app("example/free-echo").reserve().await.unwrap_err();
    assert!(error.to_string().contains("503"), "{error:#}");
    let error = network.app("example/echo").reserve().await.unwrap_err();
    assert!(matches!(error, livepeer::network::Error::InsufficientBalance(_)), "{error:?}");
}
