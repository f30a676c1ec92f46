//! Operations as commands: what is sent, what is printed, how it ends.

mod common;

use std::io::Write as _;
use std::process::Stdio;

use common::{studio, with};
use livepeer::{mock, mock::Reply, stream};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_command_sends_the_request_and_prints_the_response() {
    let studio = studio().await;
    let created = studio.json(&[
        "stream",
        "create",
        "my stream",
        "--record",
        "--pull.source",
        "https://a.example/x",
        "--creator-id",
        "me",
    ]);
    assert_eq!((&created["name"], &created["record"]), (&json!("my stream"), &json!(true)));
    assert_eq!(created["pull"], json!({ "source": "https://a.example/x" }));
    assert_eq!(created["creatorId"], json!({ "type": "unverified", "value": "me" }));
    // The order is that of the declaration.
    let text = studio.run(&["stream", "get", created["id"].as_str().unwrap()]).out;
    assert!(text.starts_with("{\n  \"id\": ") && text.find("\"name\"") < text.find("\"createdAt\""), "{text}");
    let by_name = studio.json(&["call", "stream.get", "--json", &format!(r#"{{"id": {}}}"#, created["id"])]);
    assert_eq!(by_name["id"], created["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_when_it_is_created_and_then_only_when_asked_for() {
    let studio = studio().await;
    let created = studio.json(&["stream", "create", "x"]);
    let (id, key) = (created["id"].as_str().unwrap(), created["streamKey"].as_str().unwrap());
    assert_ne!(key, "[redacted]");
    let ran = studio.run(&["stream", "get", id]);
    assert!(!ran.out.contains(key) && ran.out.contains("[redacted]"), "{}", ran.out);
    assert!(ran.err.contains("--show-secrets"), "{}", ran.err);
    assert_eq!(studio.run(&["stream", "get", id, "--quiet"]).err, "");
    assert_eq!(studio.json(&["stream", "get", id, "--show-secrets"])["streamKey"], key);
    for format in ["json", "ndjson", "table", "csv"] {
        let ran = studio.run(&["stream", "list", "--output", format]);
        assert!(ran.code == 0 && !ran.out.contains(key), "{}", ran.out);
    }
    let curl = studio.run(&["curl", "stream", "get-by-key", key]);
    assert!(curl.code == 0 && !curl.out.contains(key) && curl.out.starts_with("curl "), "{}", curl.out);
    let curl = studio.run(&["curl", "stream", "get-by-key", key, "--show-secrets"]);
    assert!(curl.out.contains(key) && curl.out.contains("Bearer any"), "{}", curl.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_followed_to_its_end_and_streamed() {
    let studio = studio().await;
    let client = studio.server.client();
    for number in 0..230 {
        client.call(stream::Create::new(format!("stream {number}"))).await.unwrap();
    }
    assert_eq!(studio.json(&["stream", "list", "--limit", "7"]).as_array().unwrap().len(), 7);
    assert_eq!(studio.json(&["stream", "list", "--all", "--limit", "50"]).as_array().unwrap().len(), 230);
    let lines = studio.run(&["stream", "list", "--all", "--output", "ndjson"]).out;
    assert_eq!(lines.lines().count(), 230);
    assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    let csv = studio.run(&["stream", "list", "--all", "--output", "csv"]).out;
    assert!(csv.starts_with("id,name,") && csv.lines().count() == 231, "{csv}");
    let table = studio.run(&["stream", "list", "--all", "--output", "table"]).out;
    assert!(table.starts_with("ID") && table.contains("CREATED AT") && table.lines().count() == 231, "{table}");
    assert!(!table.contains('\x1b'), "{table}");
    // Whoever has read enough ends it, and nothing is said.
    let mut child =
        studio.command().args(["stream", "list", "--all", "--limit", "10", "--output", "ndjson"]).spawn().unwrap();
    drop(child.stdout.take());
    let ran: common::Ran = child.wait_with_output().unwrap().into();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_is_the_same_with_standard_error_closed() {
    let studio = studio().await;
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", r#"exec "$0" "$@" 2>&-"#, env!("CARGO_BIN_EXE_livepeer"), "stream", "get", "none"]);
    let like = studio.command();
    shell.env_clear().envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert_eq!(shell.status().unwrap().code(), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_tell_failures_apart() {
    let studio = with(mock::studio().key("right")).await;
    let run = |words: &[&str]| studio.command().env("LIVEPEER_API_KEY", "right").args(words).output().unwrap().into();
    let check = |ran: common::Ran, code: i32, text: &str| {
        assert!(
            ran.code == code && ran.err.contains(text) && ran.out.is_empty(),
            "{} {}\n{}",
            ran.code,
            ran.err,
            ran.out
        );
    };
    check(run(&["stream", "create"]), 2, "<NAME>");
    check(run(&["stream", "create", "x", "--playback-policy.type", "jw"]), 2, "known are public, jwt, webhook");
    check(run(&["call", "stream.creat"]), 2, "did you mean `stream.create`");
    let upload = run(&["call", "asset.upload", "--json", r#"{"path": "film.mp4"}"#]);
    check(upload, 2, "`asset.upload` is more than one call: it is the command `livepeer asset upload`");
    check(run(&["stream", "get", "nothing"]), 3, "404");
    check(studio.run(&["user", "me"]), 4, "401");
    check(
        studio.command().env_remove("LIVEPEER_API_KEY").args(["user", "me"]).output().unwrap().into(),
        4,
        "livepeer login",
    );
    check(run(&["user", "me", "--server", "http://127.0.0.1:1/api", "--retries", "0"]), 5, "error: ");
    for (status, code) in [(429, 6), (500, 7), (422, 8)] {
        studio.server.studio().reply_next(Reply::error(status, "so it is"));
        check(run(&["user", "me", "--retries", "0"]), code, "so it is");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_needs_a_yes() {
    let studio = studio().await;
    let id = studio.json(&["stream", "create", "x"])["id"].as_str().unwrap().to_owned();
    let ran = studio.run(&["stream", "delete", &id]);
    assert!(ran.code == 2 && ran.err.contains("--yes"), "{}", ran.err);
    assert_eq!(studio.run(&["stream", "get", &id]).code, 0);
    assert_eq!(studio.run(&["stream", "delete", &id, "--yes"]).code, 0);
    assert_eq!(studio.run(&["stream", "get", &id]).code, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_come_from_files_and_the_standard_input() {
    let studio = studio().await;
    let file = studio.file("arguments.json", r#"{"name": "from a file"}"#);
    assert_eq!(
        studio.json(&["call", "createStream", "--json", &format!("@{}", file.display())])["name"],
        "from a file"
    );
    let mut child =
        studio.command().args(["call", "stream.create", "--json", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(br#"{"name": "from a pipe"}"#).unwrap();
    let ran: common::Ran = child.wait_with_output().unwrap().into();
    assert!(ran.code == 0 && ran.out.contains("from a pipe"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gateway_has_made_is_stored_and_a_model_talks() {
    let studio = studio().await;
    let gateway = mock::ai().llm_reply("It is, indeed.").listen().await.unwrap();
    let run = |words: &[&str]| -> common::Ran {
        studio
            .command()
            .env_remove("LIVEPEER_API_KEY")
            .env("LIVEPEER_GATEWAY", gateway.url())
            .args(words)
            .output()
            .unwrap()
            .into()
    };
    let ran = run(&["ai", "text-to-image", "a lighthouse", "--width", "64", "--height", "64", "-o", "out.png"]);
    assert!(ran.code == 0 && ran.out.is_empty(), "{}", ran.err);
    assert!(std::fs::read(studio.home.path().join("out.png")).unwrap().starts_with(b"\x89PNG"));
    let ran = run(&["ai", "text-to-image", "x", "--num-images-per-prompt", "2", "-o", "two.png"]);
    assert!(ran.code == 0, "{}", ran.err);
    assert!(studio.home.path().join("two-1.png").exists() && studio.home.path().join("two-2.png").exists());
    // A file as an argument.
    let ran = run(&["ai", "upscale", "a lighthouse", "out.png", "-o", "large.png"]);
    assert!(ran.code == 0, "{}", ran.err);
    assert_eq!(run(&["chat", "Is it?"]).out, "It is, indeed.\n");
    let events = run(&["ai", "llm-stream", "model", r#"[{"role": "user", "content": "Is it?"}]"#]);
    assert!(events.code == 0 && events.out.lines().count() > 1, "{}{}", events.out, events.err);
}
