//! Every example runs without a key, against a server that it starts by itself, and ends.
//!
//! `cargo test` builds the examples before it runs this; by itself (`cargo test --test examples`), what an earlier build
//! has left is run.
#![allow(missing_docs)]

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn run(name: &str, arguments: &[&str], key: Option<&str>) -> Output {
    let mut program = PathBuf::from(std::env::current_exe().unwrap().parent().unwrap().parent().unwrap());
    program.extend(["examples", name]);
    program.set_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(&program);
    command.args(arguments);
    match key {
        Some(key) => command.env("LIVEPEER_API_KEY", key),
        None => command.env_remove("LIVEPEER_API_KEY"),
    };
    let mut child = command
        .env_remove("LIVEPEER_BASE_URL")
        .env_remove("LIVEPEER_AI_URL")
        .env_remove("GITHUB_TOKEN")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}: `cargo build --examples` makes it", program.display()));
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(120) {
            child.kill().unwrap();
            panic!("{name} does not end: {:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

#[test]
fn every_example_runs_and_ends() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    let index = std::fs::read_to_string(directory.join("README.md")).unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(index.contains(&format!("]({name}.rs)")), "{name} is missing in the index");
        let output = run(name, &[], None);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{name}: {}\n{out}\n{err}", output.status);
        assert!(!out.trim().is_empty(), "{name} says nothing");
        seen += 1;
    }
    assert!(seen >= 4, "{seen}");
}

#[test]
fn an_error_that_main_returns_is_printed_as_text() {
    let output = run("quickstart", &[], Some(" "));
    assert!(!output.status.success());
    let expected = "Error: there is no API key: set the environment variable LIVEPEER_API_KEY\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
}

#[test]
fn what_ffmpeg_writes_is_published_and_read() {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("LEFT OUT: a stream made by ffmpeg, because it is not installed");
        return;
    }
    let source = "ffmpeg -loglevel error -re -f lavfi -i testsrc=duration=2 -f mpegts -";
    let output = run("trickle", &source.split(' ').collect::<Vec<_>>(), None);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && err.is_empty(), "{out}\n{err}");
    let (segments, sums): (Vec<_>, Vec<_>) = out.lines().partition(|line| line.starts_with("segment "));
    assert!(segments.len() >= 2, "{out}");
    let [sum] = sums[..] else { panic!("something is lost: {out}") };
    let (published, read) = sum.split_once(" bytes published, ").unwrap();
    let published: u64 = published.parse().unwrap();
    assert_eq!(read, format!("{published} read"));
    assert!(published > 10_000 && published.is_multiple_of(188), "whole packets of MPEG-TS: {published}");
}
