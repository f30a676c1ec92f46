//! The first session of README.md, with the program as its own server.

mod common;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use common::{Ran, Studio, content, studio};

struct Emulator {
    child: Child,
    variables: Vec<(String, String)>,
}

impl Emulator {
    fn new(studio: &Studio) -> Self {
        let mut command = studio.command();
        let mut child = command.args(["emulate", "--port", "0"]).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(3);
        let variables = lines.map(|line| {
            let line = line.unwrap();
            let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        Self { variables: variables.collect(), child }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
