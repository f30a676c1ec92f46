//! Exchanges that were recorded with the real server, given by `TRICKLE_RECORDINGS`: a file with one JSON object a line. The fake gives
//! the same responses.

use std::io::Write as _;
use std::time::Duration;

use livepeer::mock;
use serde_json::Value;
use tokio::time::timeout;

use super::raw::Raw;

/// What happened between the recorded cases: before a case, requests are sent, or (`…`) left open.
const BEFORE: &[(&str, &[&str])] = &[
    ("next after the gap", &["POST a/9 x"]),
    ("next during the writing of 0", &["POST pre/0 … AAAAAAAAAA"]),
    ("re-POST of the whole segment to the same seq (fin)", &["POST die/0 ✂ part1-"]),
    ("re-POST of the whole segment to the same seq (rst)", &["POST die/1 ✂ part1-"]),
    ("... content of 1", &["POST two/0 x", "POST two/1 PQ"]),
    (
        "GET 2",
        &[
            "POST slow/0 s0",
            "POST slow/1 s1",
            "POST slow/2 s2",
            "POST slow/3 s3",
            "POST slow/4 s4",
            "POST slow/5 s5",
            "POST slow/6 s6",
            "POST slow/7 s7",
        ],
    ),
    ("subscribe the empty one", &["POST emp/0 "]),
    ("DELETE seq 0 while a subscriber waits", &["GET ds/0 … "]),
    ("GET that seq", &["POST ds/0 x"]),
    ("DELETE seq 1 with a preconnected publisher", &["POST ds/1 … "]),
    ("autocreate: POST create", &["autocreate"]),
    ("... next", &["POST ac10/xx x"]),
];

#[tokio::test]
async fn recorded_exchanges_repeat() {
    let Some(text) = std::env::var_os("TRICKLE_RECORDINGS").and_then(|path| std::fs::read_to_string(path).ok()) else {
        let _ = writeln!(
            std::io::stderr(),
            "LEFT OUT: recorded exchanges with the real trickle server, because TRICKLE_RECORDINGS names no file"
        );
        return;
    };
    let mut trickle = mock::trickle();
    let running = trickle.listen().await.unwrap();
    for name in ["a", "fresh", "pre", "die", "two", "slow", "emp", "cl", "ds"] {
        trickle.create(name, "video/MP2T");
    }
    trickle.create("ct", "application/json");
    let (mut open, mut compared, mut wrong) = (Vec::new(), 0, Vec::new());
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (name, Some(line)) = (case["case"].as_str().unwrap(), case["request"].as_str()) else { continue };
        // Where negative numbers have broken the real server.
        if line.contains("/neg/") {
            continue;
        }
        for before in BEFORE.iter().filter(|(own, _)| *own == name).flat_map(|(_, before)| *before) {
            if *before == "autocreate" {
                trickle = trickle.autocreate(true);
                continue;
            }
            let mut raw = Raw::connect(running.address()).await;
            let (line, body) = before.rsplit_once(' ').unwrap();
            let (method, path) = line.split_once(' ').unwrap();
            let (path, length) = match path.split_once(' ') {
                Some((path, _)) => (path, body.len() + 1),
                None => (path, body.len()),
            };
            let length = if method == "GET" { 0 } else { length };
            raw.send(&format!("{method} /ai/trickle/{path} HTTP/1.1\nHost: h\nContent-Length: {length}\n\n{body}"))
                .await;
            match (before.contains('…'), before.contains('✂')) {
                (false, false) => drop(raw.response(method).await),
                (is_open, _) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    open.extend(is_open.then_some(raw));
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
        let mut raw = Raw::connect(running.address()).await;
        let headers = case["req_headers"].as_object().unwrap();
        let headers: String =
            headers.iter().map(|(name, value)| format!("{name}: {}\n", value.as_str().unwrap())).collect();
        raw.send(&format!("{line} HTTP/1.1\nHost: h\n{headers}\n")).await;
        raw.bytes(case["req_body"].as_str().unwrap_or_default().as_bytes()).await;
        if let Some(chunks) = case["req_chunks"].as_array() {
            let mut rest = "onexxxxxx";
            for size in chunks.iter().map(|size| size.as_u64().unwrap() as usize) {
                let (chunk, left) = rest.split_at(size);
                rest = left;
                raw.send(&format!("{size:x}\n{chunk}\n")).await;
            }
            raw.send("0\n\n").await;
        }
        let limit = Duration::from_millis(if case["result"].is_string() { 100 } else { 5000 });
        let response = timeout(limit, raw.response(line.split(' ').next().unwrap())).await;
        compared += 1;
        let Ok(response) = response else {
            if !case["result"].is_string() {
                wrong.push(format!("{name}: no response"));
            }
            continue;
        };
        let Some(response) = response.filter(|_| case["status"].is_string()) else {
            wrong.push(format!("{name}: cut, or a response where there is none"));
            continue;
        };
        let mut headers: Vec<_> =
            case["headers"].as_array().unwrap().iter().map(|line| line.as_str().unwrap().trim_end()).collect();
        headers.sort();
        let closed = timeout(Duration::from_millis(30), raw.is_closed()).await.unwrap_or(false);
        let same = response.status == case["status"].as_str().unwrap()
            && response.headers == headers
            && response.body == case["body"].as_str().unwrap().as_bytes()
            && closed == (case["after"] == "peer closed");
        if !same {
            wrong.push(format!("{name}: {response:?}, closed: {closed}\n    recorded: {case}"));
        }
    }
    assert!(compared > 50, "{compared}");
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}
