//! The program as its own server.

mod common;

use common::{Emulator, Ran, content, studio};

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
