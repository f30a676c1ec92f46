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
    // A mistake is no request without a fault.
    for fault in
        ["statsu=503", "status=abc", "status=99", "status=600", "status=503 cut", "delay=long", "cut=1", "", "stall,"]
    {
        let (status, text) = emulator.call("GET", "/api/stream", &[KEY, ("emulator-fault", fault)], "").await.unwrap();
        assert!(status == 400 && text.contains("Emulator-Fault: "), "{fault}: {status} {text}");
    }
    assert!(get("/api/stream", "cut").await.is_err());
    // The AI gateway's own port does the same.
    let gateway = &emulator.variables.iter().find(|(name, _)| name == "LIVEPEER_GATEWAY").unwrap().1;
    let ask = async |fault: Option<&str>| {
        let mut client = livepeer::Client::ai().server(gateway).retry(livepeer::Retry::never());
        if let Some(fault) = fault {
            client = client.header("emulator-fault", fault);
        }
        let asked = client.call(livepeer::generate::TextToImage::new("a lighthouse")).await;
        asked.map(|_| ()).map_err(|error| (error.status().map(|status| status.as_u16()), format!("{error:#}")))
    };
    assert_eq!(ask(None).await, Ok(()));
    assert_eq!(ask(Some("status=429")).await.unwrap_err().0, Some(429));
    assert_eq!(ask(Some("cut")).await.unwrap_err().0, None);
    let (status, error) = ask(Some("statsu=503")).await.unwrap_err();
    assert!(status == Some(400) && error.contains("Emulator-Fault: "), "{error}");
    let rules = r#"{"fault":[{"server":"ai","path":"/text-to-image","status":503,"times":1}]}"#;
    assert_eq!(emulator.call("PUT", "/_emulator/faults", &[JSON], rules).await.unwrap().0, 204);
    assert_eq!(ask(None).await.unwrap_err().0, Some(503));
    assert_eq!(ask(None).await, Ok(()));
    let rules = r#"{"fault":[{"path":"/stream","status":500}]}"#;
    assert_eq!(emulator.call("PUT", "/_emulator/faults", &[JSON], rules).await.unwrap().0, 204);
    assert_eq!(get("/api/stream", "").await, Ok(500));
    let requests = emulator.state().await["requests"].clone();
    assert_eq!((&requests[0]["status"], &requests[0]["headers"]["authorization"]), (&500.into(), &"[redacted]".into()));
    for (rule, reason) in [
        (r#"{"colour":1}"#, "unknown field `colour`"),
        (r#"{"statsu":503}"#, "unknown field `statsu`"),
        (r#"{"status":"abc"}"#, "invalid type"),
        (r#"{"status":99}"#, "fault 1: `status` is a number from 200 to 599, not 99"),
        (r#"{"path":"/stream"}"#, "fault 1: there is none of `status`"),
        (r#"{"path":"stream","status":503}"#, "fault 1: `path` begins with `/`"),
        (r#"{"method":"GTE","status":503}"#, "fault 1: `method` is one of"),
    ] {
        let rules = format!("{{\"fault\":[{rule}]}}");
        let wrong = emulator.call("PUT", "/_emulator/faults", &[JSON], &rules).await.unwrap();
        assert!(wrong.0 == 400 && wrong.1.contains(reason), "{rule}: {wrong:?}");
    }
    assert_eq!(emulator.call("PUT", "/_emulator/faults", &[JSON], "{").await.unwrap().0, 400);
    // The rules are still those that were right.
    assert_eq!(get("/api/stream", "").await, Ok(500));
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
async fn mistakes_in_the_control_of_it_are_told() {
    let studio = studio().await;
    let emulator = emulator(&studio, &["--clock", "manual"]);
    for (path, body, status, reason) in [
        ("go-live", r#"{"id":"none"}"#, 404, "no stream of this id"),
        ("go-idle", r#"{"id":"none"}"#, 404, "no stream of this id"),
        ("watch", r#"{"id":"none"}"#, 404, "no stream or asset with a playback id of this id"),
        ("receive-upload", r#"{"id":"none"}"#, 404, "not found"),
        ("go-live", "", 400, "missing field `id`"),
        ("advance", "{", 400, "no JSON"),
        ("reset", "{", 400, "no JSON"),
        ("advance", "[60]", 400, "no object"),
        ("advance", r#"{"seconds":"ten"}"#, 400, "expected f64"),
        ("advance", r#"{"seconds":null}"#, 400, "expected f64"),
        ("advance", r#"{"seconds":-1}"#, 400, "`seconds` is a number from 0 on, not -1"),
        ("advance", r#"{"seconds":1e300}"#, 400, "`seconds` is a number"),
        ("advance", r#"{"minutes":60}"#, 400, "unknown field `minutes`"),
        ("fail-task", r#"{"times":-1}"#, 400, "expected u32"),
    ] {
        let (got, text) = emulator.call("POST", &format!("/_emulator/{path}"), &[JSON], body).await.unwrap();
        assert!(got == status && text.contains(reason), "{path} {body}: {got} {text}");
    }
    assert_eq!(emulator.state().await["views"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_shown_nowhere() {
    let studio = studio().await;
    let emulator = emulator(&studio, &["--clock", "manual"]);
    let post = async |path: &str, body: &str| {
        let (status, text) = emulator.call("POST", path, &[KEY, JSON], body).await.unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap_or_else(|_| panic!("{path}: {status} {text}"))
    };
    let rtmp = "rtmp://live.example/app/sk-SECRETKEY?auth=zzz1";
    post("/api/multistream/target", &format!(r#"{{"name":"there","url":"{rtmp}"}}"#)).await;
    let target = format!(r#"{{"profile":"source","spec":{{"url":"{rtmp}"}}}}"#);
    let stream = post("/api/stream", &format!(r#"{{"name":"s","multistream":{{"targets":[{target}]}}}}"#)).await;
    let hook = r#"{"name":"h","events":["stream.started"],"url":"http://user:pa55w@127.0.0.1:9/hook"}"#;
    post("/api/webhook", hook).await;
    let signed = "https://u:pw9@a.example/f.mp4?X-Amz-Signature=sig77";
    post("/api/asset/upload/url", &format!(r#"{{"name":"f","url":"{signed}"}}"#)).await;
    // Not as it is declared, and no JSON at all.
    post("/api/stream", &format!(r#"{{"name":7,"multistream":{{"targets":[{target}]}}}}"#)).await;
    post("/api/stream", &format!(r#"{{"name":"s","multistream":{{"targets":[{target}"#)).await;
    let key = stream["streamKey"].as_str().unwrap();
    let by_key = emulator.call("GET", &format!("/api/stream/key/{key}"), &[KEY], "").await.unwrap();
    assert_eq!(by_key.0, 200, "{by_key:?}");
    let id = format!(r#"{{"id":{}}}"#, stream["id"]);
    assert_eq!(emulator.call("POST", "/_emulator/go-live", &[JSON], &id).await.unwrap().0, 204);
    // The delivery is logged once it has failed.
    let state = loop {
        let state = emulator.state().await;
        if !state["logs"].as_array().unwrap().is_empty() {
            break state;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let text = state.to_string();
    for secret in ["SECRETKEY", "zzz1", "pa55w", "pw9", "sig77", key] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    // What is no secret is still there.
    for shown in [
        "http://…@127.0.0.1:9/hook",
        "https://…@a.example/f.mp4?…",
        "bytes that are no JSON",
        "/api/stream/key/[redacted]",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_bounded() {
    let studio = studio().await;
    let emulator = emulator(&studio, &["--clock", "manual"]);
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(2 * 1024 * 1024));
    assert_eq!(emulator.call("POST", "/api/stream", &[KEY, JSON], &long).await.unwrap().0, 413);
    let long = " ".repeat(65 * 1024 * 1024);
    assert_eq!(emulator.call("POST", "/_emulator/advance", &[JSON], &long).await.unwrap().0, 413);
    #[cfg(target_os = "linux")]
    assert!(emulator.peak_memory() < 150 * 1024, "{} KiB", emulator.peak_memory());
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_similar_names_do_not_share_their_state() {
    let studio = studio().await;
    let seed = "[[account]]\nname = \"a.b\"\nkeys = [\"1\"]\n\n[[account]]\nname = \"a_b\"\nkeys = [\"2\"]\n";
    let path = studio.file("seed.toml", seed);
    let data = studio.home.path().join("data");
    let words = ["--data", data.to_str().unwrap(), "--seed", path.to_str().unwrap(), "--clock", "manual"];
    let streams = async |emulator: &Emulator, name: &str| {
        let (_, text) = emulator.call("GET", "/_emulator/state", &[("emulator-account", name)], "").await.unwrap();
        let state: serde_json::Value = serde_json::from_str(&text).unwrap();
        state["streams"].as_array().unwrap().iter().map(|stream| stream["name"].clone()).collect::<Vec<_>>()
    };
    #[cfg(unix)]
    {
        let first = emulator(&studio, &words);
        for key in ["1", "2"] {
            let headers = [("authorization", &*format!("Bearer {key}")), JSON];
            let made = first.call("POST", "/api/stream", &headers, &format!(r#"{{"name":"of {key}"}}"#)).await.unwrap();
            assert_eq!(made.0, 201);
        }
        assert_eq!(first.stop("-TERM"), Some(0));
        let second = emulator(&studio, &words);
        assert_eq!(streams(&second, "a.b").await, ["of 1"]);
        assert_eq!(streams(&second, "a_b").await, ["of 2"]);
    }
    studio.file("seed.toml", seed.replace("a_b", "a.b"));
    let refused: Ran = studio.command().args(["emulate", "--port", "0"]).args(words).output().unwrap().into();
    assert!(refused.code == 2 && refused.err.contains("there are two accounts of the name \"a.b\""), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_on_disk_as_long_as_their_assets_are_there() {
    let studio = studio().await;
    let data = studio.home.path().join("data");
    let words = ["--data", data.to_str().unwrap(), "--clock", "manual"];
    let first = emulator(&studio, &words);
    let files = data.join("files/default");
    let own = files.join("notes.txt");
    std::fs::write(&own, "mine").unwrap();
    let ticket = async |name: &str| {
        let body = format!(r#"{{"name":"{name}"}}"#);
        let (_, ticket) = first.call("POST", "/api/asset/request-upload", &[KEY, JSON], &body).await.unwrap();
        serde_json::from_str::<serde_json::Value>(&ticket).unwrap()
    };
    // Large, and streamed.
    let large = studio.home.path().join("large");
    std::fs::File::create(&large).unwrap().set_len(200 * 1024 * 1024).unwrap();
    let large_ticket = ticket("large").await;
    let request = http::Request::builder().method("PUT").uri(large_ticket["url"].as_str().unwrap());
    let request =
        request.header("content-type", "video/mp4").body(livepeer::Body::file(&large).await.unwrap()).unwrap();
    let client = typed_endpoint::default_transport(None).unwrap();
    assert_eq!(client.send(request).await.unwrap().status(), 200);
    #[cfg(target_os = "linux")]
    assert!(first.peak_memory() < 100 * 1024, "{} KiB", first.peak_memory());

    // By tus, in parts.
    let content = content(9_000_000);
    studio.file("film.mp4", content.clone());
    let words_of_upload = ["asset", "upload", "film.mp4"];
    let uploaded: Ran =
        studio.command().envs(first.variables.iter().cloned()).args(words_of_upload).output().unwrap().into();
    assert_eq!(uploaded.code, 0, "{}", uploaded.err);
    let uploaded: serde_json::Value = serde_json::from_str(&uploaded.out).unwrap();
    let film = files.join(uploaded[0]["assetId"].as_str().unwrap());
    assert!(std::fs::read(&film).unwrap() == content);
    // Nothing is left of the parts.
    let mut there = common::files(&files);
    there.sort();
    let mut expected = vec![film.clone(), files.join(large_ticket["asset"]["id"].as_str().unwrap()), own.clone()];
    expected.sort();
    assert_eq!(there, expected);

    let advance = async |seconds: u64| {
        let body = format!(r#"{{"seconds":{seconds}}}"#);
        assert_eq!(first.call("POST", "/_emulator/advance", &[JSON], &body).await.unwrap().0, 204);
    };
    advance(60).await;
    let playback = uploaded[0]["playbackId"].as_str().unwrap();
    let (status, text) =
        first.call("GET", &format!("/hls/{playback}/video"), &[("range", "bytes=5-8")], "").await.unwrap();
    assert_eq!((status, text), (206, String::from_utf8_lossy(&content[5..9]).into_owned()));

    // A deleted asset can be brought back for a week.
    let asset = format!("/api/asset/{}", uploaded[0]["assetId"].as_str().unwrap());
    assert_eq!(first.call("DELETE", &asset, &[KEY], "").await.unwrap().0, 204);
    advance(6 * 24 * 60 * 60).await;
    assert!(film.exists());
    advance(24 * 60 * 60).await;
    assert!(!film.exists());

    assert_eq!(first.call("POST", "/_emulator/reset", &[], "").await.unwrap().0, 204);
    assert_eq!(common::files(&files), [own]);
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
