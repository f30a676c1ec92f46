//! What the program prints about itself, and what needs no server.

mod common;

use std::io::Write as _;
use std::process::{Command, Stdio};

use common::{Ran, studio};
use serde_json::Value;

/// Has a program read a script; `None` if it is not installed.
fn accepted(program: &str, words: &[&str], script: &str) -> Option<Ran> {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        eprintln!("LEFT OUT: {program} is not installed");
        return None;
    };
    // A program that refuses it may not read all of it.
    let _ = child.stdin.take().unwrap().write_all(script.as_bytes());
    Some(child.wait_with_output().unwrap().into())
}

#[tokio::test(flavor = "multi_thread")]
async fn completions_are_accepted_by_their_shells() {
    let studio = studio().await;
    for (shell, words) in [("bash", &["-n"][..]), ("zsh", &["-n"]), ("fish", &["--no-execute"])] {
        let script = studio.run(&["completions", shell]);
        assert_eq!(script.code, 0, "{}", script.err);
        assert!(script.out.contains("create-multistream-target") || script.out.contains("add-multistream-target"));
        if let Some(ran) = accepted(shell, words, &script.out) {
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        }
    }
    // What bash then offers.
    let script = studio.run(&["completions", "bash"]).out;
    let asked = format!(
        "{script}\nCOMP_WORDS=(livepeer stream cre); COMP_CWORD=2; _livepeer livepeer cre stream; echo \"${{COMPREPLY[*]}}\"\n\
         COMP_WORDS=(livepeer stream create --playback-policy.type ''); COMP_CWORD=4; \
         _livepeer livepeer '' --playback-policy.type; echo \"${{COMPREPLY[*]}}\"\n"
    );
    if let Some(ran) = accepted("bash", &[], &asked) {
        assert_eq!(ran.out, "create create-clip\npublic jwt webhook\n", "{}", ran.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_a_page_for_each_command() {
    let studio = studio().await;
    assert!(studio.run(&["man"]).out.contains(".TH"));
    assert_eq!(studio.run(&["man", "pages"]).code, 0);
    let page = std::fs::read_to_string(studio.home.path().join("pages/livepeer-stream-create.1")).unwrap();
    assert!(page.contains("Creates a live stream") && page.contains("pull"), "{page}");
}

fn forget_samples(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("x-codeSamples");
            members.values_mut().for_each(forget_samples);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_samples),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_the_one_in_the_repository() {
    let studio = studio().await;
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi"));
    for path in common::files(folder) {
        let api = path.file_stem().unwrap().to_str().unwrap();
        let mut expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let mut document = studio.json(&["openapi", api]);
        // In samples of code the members of objects are in another order.
        forget_samples(&mut expected);
        forget_samples(&mut document);
        assert!(document == expected, "{api}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_webhook_is_verified_and_a_token_lets_a_viewer_in() {
    let studio = studio().await;
    let body = r#"{"id":"1","webhookId":"w","createdAt":1714566600250,"timestamp":1714566600250,"event":"stream.started","payload":{}}"#;
    let signature = livepeer::webhook::sign("sesame", body.as_bytes(), 1_714_566_600_250);
    studio.file("body.json", body);
    let verify = |header: &str, words: &[&str]| -> Ran {
        let mut command = studio.command();
        command.env("SECRET", "sesame").args([
            "webhook",
            "verify",
            "--secret-env",
            "SECRET",
            "--header",
            header,
            "body.json",
        ]);
        command.args(words).output().unwrap().into()
    };
    let ran = verify(&format!("Livepeer-Signature: {signature}"), &["--any-age"]);
    assert!(ran.code == 0 && ran.out.contains("stream.started"), "{}", ran.err);
    assert_eq!(verify(&signature, &["--any-age"]).code, 0);
    let old = verify(&signature, &[]);
    assert!(old.code == 4 && old.err.contains("too long"), "{}", old.err);
    assert_eq!(verify(&signature.replace("v1=", "v1=00"), &["--any-age"]).code, 4);

    let key = studio.json(&["access-control", "create"]);
    let asset = studio.json(&["stream", "create", "members", "--playback-policy.type", "jwt"]);
    let playback_id = asset["playbackId"].as_str().unwrap();
    let mut command = studio.command();
    command.env("LIVEPEER_PRIVATE_KEY", key["privateKey"].as_str().unwrap());
    let words =
        ["playback", "token", playback_id, "--public-key", key["publicKey"].as_str().unwrap(), "--expires-in", "10m"];
    let token: Ran = command.args(words).output().unwrap().into();
    assert_eq!(token.code, 0, "{}", token.err);
    let server = studio.server.studio();
    assert!(server.may_play(&playback_id.into(), token.out.trim()).await);
    assert!(!server.may_play(&playback_id.into(), "another").await);
}
