//! `livepeer mcp`, used by the official Python SDK, which checks every result by its schema.

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use common::{Ran, Studio, content, studio, until};
use livepeer::asset;
use livepeer::mock::{UploadFault, UploadStep};

const SIZE: usize = 20 * 1024 * 1024;

/// Python with the SDK, as `.ci/setup python` installs it.
fn python() -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let python = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(target).join("ci/bin/python");
    let has_sdk = || Command::new(&python).args(["-c", "import mcp, jsonschema"]).output();
    has_sdk().is_ok_and(|ran| ran.status.success()).then_some(python)
}

/// A server that is killed at the end.
struct Server {
    child: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(studio: &Studio, words: &[&str]) -> Server {
    let mut child =
        studio.command().env("TOKEN", "secret").args(["mcp", "--http", "127.0.0.1:0"]).args(words).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap_or_else(|| panic!("{line}"));
    Server { url: url.trim_end_matches(',').to_owned(), child }
}

/// Runs steps of the client against a server of its own.
async fn client(python: &PathBuf, over_http: bool, mode: &str) {
    let studio = studio().await;
    studio.file("film.bin", content(SIZE));
    studio.file("slow.bin", content(SIZE));
    let folder = studio.home.path().to_str().unwrap();
    let server = over_http.then(|| serve(&studio, &["--files", folder, "--max-bytes", "8192", "--token-env", "TOKEN"]));
    let target = server.as_ref().map_or(env!("CARGO_BIN_EXE_livepeer"), |server| &server.url);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/client.py");
    let start = |steps: &[&str]| {
        let mut command = Command::new(python);
        command.env("LIVEPEER_BASE_URL", studio.url()).env("LIVEPEER_API_KEY", "any").env("HOME", studio.home.path());
        command.env("MCP_TOKEN", "secret").args([script, target, folder, mode]).args(steps);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let end = |child: Child| {
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert!(ran.code == 0, "{mode}, over HTTP: {over_http}: {}\n{}", ran.out, ran.err);
        ran.out
    };
    let out = end(start(&["calls", "upload"]));
    assert!(
        ["tools", "create, get", "list", "errors", "docs", "upload"].iter().all(|step| out.contains(step)),
        "{out}"
    );
    // The second part stays on its way until the client cancels.
    studio.server.studio().inject_upload_fault(UploadStep::Send, UploadFault::Lie(8_388_608));
    studio.server.studio().inject_upload_fault(UploadStep::Send, UploadFault::Stall);
    let parts = || studio.server.studio().mock().seen().iter().filter(|request| request.method == "PATCH").count();
    let before = parts();
    let child = start(&["cancel"]);
    until("the second part", || parts() == before + 2);
    studio.file("cancel", "");
    let out = end(child);
    assert!(out.contains("cancel") && out.contains("continue"), "{out}");
    let assets: Vec<_> = studio.server.client().pages(asset::List::new()).items().collect().await.unwrap();
    assert_eq!(assets.len(), 2, "what was cancelled was continued, not begun again: {assets:?}");
    for asset in assets {
        assert!(studio.server.studio().uploaded(&asset.id).unwrap() == content(SIZE), "{asset:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_sdk_uses_it() {
    let Some(python) = python() else {
        // Not by `eprintln!`, which is not shown of tests that pass.
        let _ = writeln!(std::io::stderr(), "LEFT OUT: the Python SDK is not installed: `.ci/setup python` does it");
        return;
    };
    for over_http in [false, true] {
        for mode in ["legacy", "auto"] {
            client(&python, over_http, mode).await;
        }
    }
}

/// The status of a response to a request with these headers.
fn status(server: &Server, path: &str, headers: &str) -> String {
    let address = server.url.trim_start_matches("http://").trim_end_matches("/mcp");
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
    let mut connection = TcpStream::connect(address).unwrap();
    let headers = headers.replace("ADDRESS", address);
    write!(
        connection,
        "POST {path} HTTP/1.1\r\n{headers}accept: application/json, text/event-stream\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut line = String::new();
    BufReader::new(connection).read_line(&mut line).unwrap();
    line.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_web_pages_and_strangers_are_refused() {
    let studio = studio().await;
    let open = serve(&studio, &[]);
    for (path, headers, expected) in [
        ("/mcp", "host: ADDRESS\r\n", "200"),
        ("/mcp", "host: localhost:1\r\n", "200"),
        // A name that a web page has had resolved to this address.
        ("/mcp", "host: attacker.example\r\n", "403"),
        ("/mcp", "host: ADDRESS\r\norigin: https://attacker.example\r\n", "403"),
        ("/mcp", "host: ADDRESS\r\norigin: null\r\n", "403"),
        ("/mcp", "", "400"),
        ("/", "host: ADDRESS\r\n", "404"),
    ] {
        assert_eq!(status(&open, path, headers), expected, "{path} {headers}");
    }
    let closed =
        serve(&studio, &["--token-env", "TOKEN", "--allow-host", "mcp.example", "--allow-origin", "https://a.example"]);
    for (headers, expected) in [
        ("host: ADDRESS\r\n", "401"),
        ("host: ADDRESS\r\nauthorization: Bearer wrong\r\n", "401"),
        ("host: ADDRESS\r\nauthorization: Basic secret\r\n", "401"),
        ("host: ADDRESS\r\nauthorization: bearer secret\r\n", "200"),
        ("host: mcp.example\r\nauthorization: Bearer secret\r\norigin: https://a.example\r\n", "200"),
        ("host: mcp.example\r\nauthorization: Bearer secret\r\norigin: https://b.example\r\n", "403"),
    ] {
        assert_eq!(status(&closed, "/mcp", headers), expected, "{headers}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_before_it_serves() {
    let studio = studio().await;
    for (words, text) in [
        (&["--http", "0.0.0.0:0"][..], "0.0.0.0:0 can be reached by others: give `--token-env"),
        (&["--http", "127.0.0.1:0", "--token-env", "NOTHING"], "NOTHING is not set"),
        (&["--only", "streams"], "there is no resource and no tool `streams`"),
        (&["--token-env", "TOKEN"], "--http"),
    ] {
        let ran = studio.run(&[&["mcp"], words].concat());
        assert!(ran.code == 2 && ran.err.contains(text), "{words:?}: {}", ran.err);
    }
    // A client that goes away at once.
    let ran = studio.run(&["mcp"]);
    assert!(ran.code == 0 && ran.out.is_empty() && ran.err.is_empty(), "{}{}", ran.out, ran.err);
}
