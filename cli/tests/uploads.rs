//! Uploads and imports by processes that are killed, and started again.

mod common;

use std::process::Child;

use common::{Ran, Studio, content, studio, until};
use livepeer::asset;
use livepeer::mock::{UploadFault, UploadStep};

/// The size of three parts.
const LARGE: usize = 20_000_000;

async fn assets(studio: &Studio) -> Vec<asset::Asset> {
    studio.server.client().pages(asset::List::new()).items().collect().await.unwrap()
}

fn kill(mut child: Child) {
    // SIGKILL on Unix.
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Whether the first part has arrived, and the second one is on its way.
fn has_sent(studio: &Studio) -> bool {
    studio.server.studio().mock().seen().iter().filter(|request| request.method == "PATCH").count() == 2
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_uploaded_with_their_settings() {
    let studio = studio().await;
    studio.file("small.mp4", content(1000));
    studio.file("large.mov", content(LARGE));
    let done = studio.json(&[
        "asset",
        "upload",
        "small.mp4",
        "large.mov",
        "--jobs",
        "2",
        "--static-mp4",
        "--creator-id",
        "me",
    ]);
    let done = done.as_array().unwrap();
    assert_eq!(done.len(), 2);
    for upload in done {
        let id = upload["assetId"].as_str().unwrap().into();
        let expected = if upload["file"] == "small.mp4" { content(1000) } else { content(LARGE) };
        assert!(studio.server.studio().uploaded(&id).unwrap() == expected, "{upload}");
    }
    let assets = assets(&studio).await;
    assert!(assets.iter().all(|asset| asset.creator_id.is_some()), "{assets:?}");
    assert!(studio.kept().is_empty());

    let waited = studio.json(&["asset", "upload", "small.mp4", "--name", "Another", "--wait"]);
    assert_eq!((&waited[0]["phase"], waited[0]["file"].as_str()), (&"ready".into(), Some("small.mp4")));
    assert_eq!(studio.json(&["asset", "get", waited[0]["assetId"].as_str().unwrap()])["name"], "Another");

    let ran = studio.run(&["asset", "upload", "small.mp4", "nothing.mp4"]);
    assert!(
        ran.code == 9 && ran.err.contains("nothing.mp4") && ran.out.contains("small.mp4"),
        "{}{}",
        ran.err,
        ran.out
    );
    let ran = studio.run(&["asset", "upload", "nothing.mp4"]);
    assert!(ran.code == 1 && ran.err.contains("No such file"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_killed_continues() {
    for words in [
        &["asset", "upload", "film.mp4"][..],
        &["asset", "upload", "film.mp4", "--encrypt", "--playback-policy.type", "jwt"],
    ] {
        let studio = studio().await;
        studio.file("film.mp4", content(LARGE));
        // The second part stays on its way until the program is killed.
        studio.server.studio().inject_upload_fault(UploadStep::Send, UploadFault::Lie(8_388_608));
        studio.server.studio().inject_upload_fault(UploadStep::Send, UploadFault::Stall);
        let child = studio.command().args(words).spawn().unwrap();
        until("the first part", || has_sent(&studio));
        kill(child);
        let ran = studio.run(words);
        assert!(ran.code == 0 && ran.err.contains("continues after 8.00 MiB"), "{}", ran.err);
        assert!(studio.kept().is_empty());
        let assets = assets(&studio).await;
        assert_eq!(assets.len(), 1, "{assets:?}");
        let stored = studio.server.studio().uploaded(&assets[0].id).unwrap();
        match words.contains(&"--encrypt") {
            true => assert!(stored.len() as u64 == livepeer::encryption::Encryptor::encrypted_len(LARGE as u64)),
            false => assert!(stored == content(LARGE)),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_has_changed_starts_again() {
    let studio = studio().await;
    studio.file("film.mp4", content(LARGE));
    studio.server.studio().inject_upload_fault(UploadStep::Send, UploadFault::Lie(8_388_608));
    studio.server.studio().inject_upload_fault(UploadStep::Send, UploadFault::Stall);
    let child = studio.command().args(["asset", "upload", "film.mp4"]).spawn().unwrap();
    until("the first part", || has_sent(&studio));
    kill(child);
    studio.file("film.mp4", content(LARGE + 1));
    let ran = studio.run(&["asset", "upload", "film.mp4"]);
    assert!(ran.code == 0 && ran.err.contains("it starts again"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_again_and_again_makes_each_asset_once() {
    let studio = studio().await;
    let mut list = "source,name\n".to_owned();
    for number in 0..40 {
        list.push_str(&format!("https://example.com/{number}.mp4,film {number}\n"));
    }
    for number in 0..10 {
        studio.file(&format!("{number}.mp4"), content(1000 + number));
        list.push_str(&format!("{number}.mp4,file {number}\n"));
    }
    // Equal rows are one.
    list.push_str("https://example.com/7.mp4,film 7\n");
    studio.file("films.csv", &list);
    let done = || {
        let journal = std::fs::read_to_string(studio.home.path().join("films.csv.journal")).unwrap_or_default();
        journal.matches(r#""done""#).count()
    };
    let words = ["asset", "import", "films.csv", "--jobs", "3", "--output", "ndjson"];
    for kills in 1..=4 {
        let child = studio.command().args(words).spawn().unwrap();
        until("some rows", || done() >= kills * 9);
        kill(child);
    }
    // As after a crash in the middle of writing a line.
    use std::io::Write as _;
    let mut journal = std::fs::File::options().append(true).open(studio.home.path().join("films.csv.journal")).unwrap();
    journal.write_all(br#"{"row":"cut of"#).unwrap();
    drop(journal);
    // Long afterwards: the server no longer takes the same URL for the same asset by itself.
    studio.server.studio().advance(std::time::Duration::from_secs(3600));
    let ran = studio.run(&words);
    assert!(ran.code == 0 && ran.err.contains("0 failed, of 50"), "{}", ran.err);
    let mut names: Vec<_> = assets(&studio).await.into_iter().map(|asset| (asset.name, asset.size.is_some())).collect();
    names.sort();
    let urls = names.iter().filter(|(name, _)| name.starts_with("film ")).count();
    assert_eq!(urls, 40, "{names:?}");
    // A killed upload may leave an asset that has no file; none has two.
    let mut files: Vec<_> = names.iter().filter(|(name, has_file)| name.starts_with("file ") && *has_file).collect();
    assert_eq!(files.len(), 10, "{names:?}");
    files.dedup();
    assert_eq!(files.len(), 10, "{names:?}");
    let again = studio.run(&words);
    assert!(again.err.contains("0 created, 50 done before"), "{}", again.err);
    let printed: Vec<serde_json::Value> = again.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: std::collections::HashSet<_> = printed.iter().filter_map(|row| row["assetId"].as_str()).collect();
    assert!(printed.len() == 50 && ids.len() == 50, "{}", again.out);
    assert_eq!(printed[0]["source"], "https://example.com/0.mp4");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_tells_mistakes_before_it_begins_and_failures_at_the_end() {
    let studio = studio().await;
    for (list, text) in [
        ("name\nx\n", "there is no column `source`"),
        ("source,nom\nhttps://a.example/x,x\n", "films.csv, line 2: an asset has no `nom`"),
        ("source,name\nhttps://a.example/x\n", "films.csv"),
        ("source,playback-policy\nhttps://a.example/x,{\n", "line 2: `playback_policy` is no JSON"),
    ] {
        studio.file("films.csv", list);
        let ran = studio.run(&["asset", "import", "films.csv"]);
        assert!(ran.code == 2 && ran.err.contains(text), "{}", ran.err);
    }
    studio.file("films.csv", "url,staticMp4\nhttps://a.example/x.mp4?y=1,true\nftp://a.example/y,\n");
    let ran: Ran = studio.run(&["asset", "import", "films.csv", "--rate", "100", "--output", "csv"]);
    assert!(ran.err.contains("of 2"), "{}{}", ran.err, ran.out);
    let assets = assets(&studio).await;
    assert!(assets.iter().any(|asset| asset.name == "x.mp4"), "{assets:?}");
    studio.file("here.mp4", content(1000));
    studio.file("films.csv", "file\nnothing.mp4\nhere.mp4\n");
    // The second run lists what the first has done, too.
    for (created, before) in [(1, 0), (0, 1)] {
        let ran = studio.run(&["asset", "import", "films.csv", "--output", "ndjson"]);
        assert!(
            ran.code == 9 && ran.out.contains("nothing.mp4") && ran.out.contains("here.mp4"),
            "{}{}",
            ran.out,
            ran.err
        );
        assert!(ran.err.contains(&format!("{created} created, {before} done before, 1 failed, of 2")), "{}", ran.err);
    }
}
