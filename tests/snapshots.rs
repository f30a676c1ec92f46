//! The HTTP request of every operation, as text, in `snapshots/`, a folder for each resource: minimal, (`-full`) full where
//! that is another, with every alternative of its fields, and (`-studio`) as Studio is sent it where it hosts another API's operation. The requests are generated from
//! the types, so that a new operation needs nothing but an accepted snapshot: run with `INSTA_UPDATE=always` and look at
//! the difference.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use livepeer::codec::Detail;
use livepeer::mock::{EncodeResponse, OperationVisitor, sample_request, sample_requests};
use livepeer::{Api, Endpoint, HostedBy, Studio, generate};
use serde::Serialize;
use serde::de::DeserializeOwned;

const KEY: &str = "the-key-of-the-snapshots";

#[test]
fn every_operation_sends_what_its_snapshot_shows() {
    let mut snapshots = Snapshots { runtime: tokio::runtime::Runtime::new().unwrap(), taken: Vec::new() };
    livepeer::visit_catalog(&mut snapshots);
    snapshots.hosted();
    let operations: Vec<_> = livepeer::catalog().map(|operation| operation.qualified_name()).collect();
    let seen: BTreeSet<_> = snapshots.taken.iter().map(|(name, _)| name.split('-').next().unwrap()).collect();
    let declared: BTreeSet<_> = operations.iter().map(|name| name.replace("::", ".")).collect();
    assert_eq!(declared.len(), operations.len(), "two operations of one name");
    assert!(seen.into_iter().eq(&declared), "the catalog and the types disagree");

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut wrong = Vec::new();
    for (name, text) in &snapshots.taken {
        let (resource, operation) = name.split_once('.').unwrap();
        settings.set_snapshot_path(folder.join(resource));
        let check = || settings.bind(|| insta::assert_snapshot!(operation, text));
        if catch_unwind(AssertUnwindSafe(check)).is_err() {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{} snapshots are missing or differ: {wrong:?}", wrong.len());

    let taken: BTreeSet<_> =
        snapshots.taken.iter().map(|(name, _)| format!("{}.snap", name.replacen('.', "/", 1))).collect();
    let entries =
        |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let files =
        entries(&folder).into_iter().flat_map(|entry| if entry.is_dir() { entries(&entry) } else { vec![entry] });
    let names = files.map(|file| file.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/"));
    let unused: Vec<_> = names.filter(|file| file.ends_with(".snap") && !taken.contains(file)).collect();
    assert!(unused.is_empty(), "snapshots of nothing: delete {unused:?}");
}

/// Takes the snapshots.
struct Snapshots {
    runtime: tokio::runtime::Runtime,
    taken: Vec<(String, String)>,
}

impl OperationVisitor for Snapshots {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Format: EncodeResponse<E::Response>,
    {
        let name = E::OPERATION.qualified_name().replace("::", ".");
        let minimal = self.runtime.block_on(show::<E, E::Api>(sample_request(Detail::Minimal).unwrap()));
        // Each alternative of each field stands in one of them. Of the later ones the headers would say nothing new.
        let mut full = String::new();
        for request in sample_requests::<E>().unwrap() {
            let shown = self.runtime.block_on(show::<E, E::Api>(request));
            match full.is_empty() {
                true if shown == minimal => break,
                true => full = shown,
                false => {
                    let headers = |line: &&str| line.split_once(": ").is_none_or(|(name, _)| name.contains([' ', '"']));
                    let rest: Vec<_> = shown.lines().filter(headers).collect();
                    full.push_str(&format!("\n\n# or\n\n{}", rest.join("\n")));
                }
            }
        }
        if !full.is_empty() {
            self.taken.push((format!("{name}-full"), full));
        }
        self.taken.push((name, minimal));
    }
}

impl Snapshots {
    /// Those of other APIs' operations that Studio hosts, as Studio is sent them.
    fn hosted(&mut self) {
        let before = self.taken.len();
        macro_rules! taken {
            ($($name:ident)*) => {$(
                let shown = self.runtime.block_on(show::<generate::$name, Studio>(sample_request(Detail::Minimal).unwrap()));
                self.taken.push((concat!("generate.", stringify!($name), "-studio").to_owned(), shown));
            )*};
        }
        taken! { TextToImage ImageToImage ImageToVideo Upscale AudioToText SegmentAnything2 }
        let hosted = livepeer::catalog().filter(|operation| !operation.hosted.is_empty()).count();
        assert_eq!(self.taken.len() - before, hosted, "an operation that Studio hosts is missing above");
    }
}

/// The request as an API is sent it.
async fn show<E: HostedBy<A>, A: Api>(request: E) -> String {
    let client = livepeer::Client::<A>::new().key(KEY);
    let request = client.call(request).request().await.unwrap();
    let (parts, body) = request.into_parts();
    let body = String::from_utf8(body.bytes(1 << 20).await.unwrap().into()).unwrap();

    let mut text = format!("{} {}\n", parts.method, parts.uri);
    let mut headers: Vec<_> =
        parts.headers.iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap())).collect();
    headers.sort();
    text.extend(headers);
    if !body.is_empty() {
        text.push('\n');
        text.push_str(&if body.starts_with(['{', '[']) { indented(&body) } else { body.replace("\r\n", "\n") });
    }
    // What is another in each build or at each request.
    let text = match text.split_once("boundary=") {
        Some((_, rest)) => text.replace(rest.lines().next().unwrap(), "[boundary]"),
        None => text,
    };
    text.replace(KEY, "[key]").replace(env!("CARGO_PKG_VERSION"), "[version]")
}

/// JSON on several lines, and else as it is: not sorted, no number rewritten.
fn indented(json: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0, false, false);
    let mut chars = json.chars().peekable();
    while let Some(char) = chars.next() {
        if quoted {
            quoted = char != '"' || escaped;
            escaped = char == '\\' && !escaped;
            out.push(char);
            continue;
        }
        let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
        match char {
            '{' | '[' if chars.peek().is_some_and(|next| matches!(next, '}' | ']')) => out.push(char),
            '{' | '[' => {
                depth += 1;
                out.push(char);
                out.push_str(&line(depth));
            }
            '}' | ']' if out.ends_with(['{', '[']) => out.push(char),
            '}' | ']' => {
                depth -= 1;
                out.push_str(&line(depth));
                out.push(char);
            }
            ',' => {
                out.push(char);
                out.push_str(&line(depth));
            }
            ':' => out.push_str(": "),
            _ => {
                quoted = char == '"';
                out.push(char);
            }
        }
    }
    out
}

#[test]
fn json_is_shown_as_it_is() {
    let json = r#"{"b":1.0,"a":[{},[],"x,{\"y\":1}\\"],"c":null}"#;
    let shown = "{\n  \"b\": 1.0,\n  \"a\": [\n    {},\n    [],\n    \"x,{\\\"y\\\":1}\\\\\"\n  ],\n  \"c\": null\n}";
    assert_eq!(indented(json), shown);
}
