//! Logs as a user turns them on: by `RUST_LOG`, which tracing-subscriber reads, in a process of its own.
#![allow(missing_docs)]

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use livepeer::mock::{Mock, Reply, sample};
use livepeer::{Client, stream};

const KEY: &str = "0a1b2c3d-KEY";

/// What the process below prints with this setting.
fn printed(setting: Option<&str>) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child_that_logs", "--ignored", "--nocapture"]).env_remove("RUST_LOG");
    let output = command.envs(setting.map(|setting| ("RUST_LOG", setting))).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("the name is film"), "{text}");
    text
}

#[tokio::test]
#[ignore = "run by another test"]
async fn child_that_logs() {
    tracing_subscriber::fmt::init();
    static FAILED: AtomicBool = AtomicBool::new(false);
    let mock = Mock::new().on(async |_: stream::Get| {
        if !FAILED.swap(true, Ordering::Relaxed) {
            return Err(Reply::status(503));
        }
        let mut stream: stream::Stream = sample();
        stream.name = "film".into();
        Ok(stream)
    });
    let client = Client::studio(KEY).transport(mock);
    println!("the name is {}", client.call(stream::Get::new("abc")).await.unwrap().name);
}

#[test]
fn debug_shows_attempts_and_retries() {
    let text = printed(Some("livepeer=debug"));
    for part in
        ["DEBUG", "sending", "stream::Get", "http.response.status_code=503", "retrying", "wait=", "responded", "done"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("TRACE") && !text.contains(KEY), "{text}");
}

#[test]
fn trace_shows_headers_without_the_key() {
    let text = printed(Some("livepeer=trace"));
    for part in ["TRACE", "authorization", "film"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains(KEY), "{text}");
}

#[test]
fn nothing_is_shown_unasked() {
    for setting in [None, Some("livepeer=off"), Some("other=trace")] {
        let text = printed(setting);
        assert!(!text.contains("livepeer:"), "{setting:?}: {text}");
    }
}
