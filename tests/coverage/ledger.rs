//! `docs/ledger.md`: what exists for each operation, and where.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use http::Request;
use livepeer::mock::{self, Mock, Reply, RunningNetwork};
use livepeer::{Body, Operation, Transport, default_transport, operation::Paging};

use super::apis::named;
use super::{facts, is_specified, listed, ours_alone};

/// The ledger, like a lock file, follows the catalog by itself when the tests run. On a build server (`CI` is set) it
/// has to be up to date already, unless `UPDATE` is set, too.
#[tokio::test]
async fn the_ledger_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("docs/ledger.md");
    let ledger = ledger(root).await;
    if std::fs::read_to_string(&path).is_ok_and(|there| there.replace("\r\n", "\n") == ledger) {
        return;
    }
    let fixed = std::env::var_os("CI").is_some() && std::env::var_os("UPDATE").is_none();
    assert!(!fixed, "docs/ledger.md is out of date: run with UPDATE=1 and commit it");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, ledger).unwrap();
    println!("docs/ledger.md has been brought up to date: commit it");
}

const INTRODUCTION: &str = "\
# Ledger

Every operation that this crate declares. The page is generated from `livepeer::catalog()` and the files of the repository:
`UPDATE=1 cargo test --test coverage` writes it. An operation's name links to its docs.

- *declaration*: method, path and response; the number of required + optional fields; how a list continues.
- *retryable*: whether it may be sent again after it may have arrived.
- *request*: snapshots of the request with required fields only, and with all fields.
- *shown in*: up to three examples or pages of the guide, or else the page for users of another SDK.
- *SDKs*: the method of the generated clients for Python, TypeScript and Go (within the group of the same name, unless one is given), and
  the operation id, both by the public specification.
";

async fn ledger(root: &Path) -> String {
    let listed = listed();
    let samples = samples(root);
    let fakes = Fakes::new().await;
    let mut text = String::from(INTRODUCTION);
    let (total, ours) = (livepeer::catalog().count(), ours_alone().len());
    let without = livepeer::catalog().filter(|operation| !is_specified(operation)).count();
    let specified = total - ours - without;
    let _ = writeln!(
        text,
        "\n{total} operations: {specified} of the public specifications, {ours} [beyond them](#beyond-the-public-specifications), {without} of \
         APIs without\na specification."
    );
    let mut resource = "";
    for operation in livepeer::catalog() {
        if operation.resource() != resource {
            resource = operation.resource();
            let alike: Vec<_> = livepeer::catalog().filter(|other| other.resource() == resource).collect();
            let errors: BTreeSet<_> = alike.iter().map(|operation| errors(operation)).collect();
            let mut served = BTreeSet::new();
            for operation in alike {
                served.insert(fakes.serving(operation).await);
            }
            let _ = writeln!(
                text,
                "\n## {resource}\n\nErrors: {}. In tests served by {}.\n\n\
                 | operation | declaration | retryable | request | shown in | SDKs |\n\
                 |---|---|---|---|---|---|",
                join(errors.iter().map(String::as_str)),
                join(served.into_iter()),
            );
        }
        let peers: BTreeSet<_> = facts(operation)
            .iter()
            .filter_map(|fact| listed.iter().find(|listed| listed.fact == *fact))
            .map(|listed| match listed.peers.split_once('.') {
                Some((group, method)) if group.to_lowercase() == resource.replace('_', "") => format!("`{method}`"),
                _ => format!("`{}`", listed.peers),
            })
            .collect();
        let id = operation.id.map(|id| format!("`{id}`")).filter(|id| !peers.contains(id));
        let name = operation.qualified_name();
        let _ = writeln!(
            text,
            "| {} | {}{} | {} | {} | {} | {} |",
            docs(operation),
            declaration(operation),
            match operation.paged {
                None => "",
                Some(Paging::Offset) => "; pages by offset",
                Some(_) => "; pages by cursor",
            },
            match (operation.retryable, operation.retryable_if) {
                (false, _) => "no",
                (true, None) => "yes",
                (true, Some(_)) => "depends on its fields",
            },
            or_dash(&snapshots(root, &name)),
            or_dash(&shown_in(&samples, &name)),
            or_dash(&peers.into_iter().chain(id).collect::<Vec<_>>()),
        );
    }
    text.push_str(
        "\n## Beyond the public specifications\n\nOperations that the servers have but the public specifications lack, or specify with another \
         form of\nresponse only.\n\n",
    );
    for operation in ours_alone() {
        let name = operation.qualified_name();
        let (method, path, summary) = (operation.method, operation.path, operation.summary.trim());
        let _ = writeln!(text, "- `{name}`: `{method} {path}`. {summary}");
    }
    text
}

fn join<'a>(pieces: impl Iterator<Item = &'a str>) -> String {
    pieces.collect::<Vec<_>>().join(", ")
}

fn or_dash(pieces: &[String]) -> String {
    if pieces.is_empty() { "–".to_owned() } else { pieces.join(", ") }
}

fn docs(operation: &Operation) -> String {
    let (name, resource, ty) = (operation.qualified_name(), operation.resource(), operation.name);
    let folder = named(operation.api).docs;
    let deprecated = if operation.deprecated { " (deprecated)" } else { "" };
    format!("[`{name}`](https://docs.rs/livepeer/latest/livepeer/{folder}{resource}/struct.{ty}.html){deprecated}")
}

fn declaration(operation: &Operation) -> String {
    let needed = operation.fields.iter().filter(|field| field.required && !field.copy).count();
    let free = operation.fields.iter().filter(|field| !field.required).count();
    let hosted = operation.hosted.iter().map(|host| format!(", on {} below `{}`", host.api, host.prefix));
    let response = if operation.response == "nothing" { "()" } else { operation.response };
    let (method, path) = (operation.method, operation.path);
    format!("`{method} {path}`{} → `{response}`; {needed} + {free}", hosted.collect::<String>())
}

fn errors(operation: &Operation) -> String {
    let default = named(operation.api).error;
    format!("`{}`", operation.error.unwrap_or(default).replace('|', "\\|"))
}

/// Links to the snapshots that there are of an operation.
fn snapshots(root: &Path, name: &str) -> Vec<String> {
    let file = name.replace("::", "/");
    [("minimal", format!("{file}.snap")), ("full", format!("{file}-full.snap"))]
        .into_iter()
        .filter(|(_, file)| root.join("snapshots").join(file).exists())
        .map(|(what, file)| format!("[{what}](../snapshots/{file})"))
        .collect()
}

/// A text with code to copy, as a link from the ledger.
struct Sample {
    link: String,
    text: String,
}

fn samples(root: &Path) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (folder, extension, there) in [("examples", "rs", "../examples"), ("docs/guide", "md", "guide")] {
        let mut paths: Vec<_> =
            std::fs::read_dir(root.join(folder)).unwrap().map(|file| file.unwrap().path()).collect();
        paths.sort();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|own| own == extension)) {
            let (name, file) =
                (path.file_stem().unwrap().to_str().unwrap(), path.file_name().unwrap().to_str().unwrap());
            // Pages of the guide are numbered.
            let name = name.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '-');
            let link = format!("[{name}]({there}/{file})");
            samples.push(Sample { link, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
    let text = std::fs::read_to_string(root.join("docs/coming-from.md")).unwrap();
    samples.push(Sample { link: "[SDKs](coming-from.md)".to_owned(), text });
    samples
}

/// How many samples are named for an operation: one is looked for, not a list.
const SAMPLES: usize = 3;

/// Links to the first samples that have an operation by its name, `stream::Get`.
fn shown_in(samples: &[Sample], name: &str) -> Vec<String> {
    let part_of_a_name = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let has = |text: &str| {
        text.match_indices(name).any(|(at, _)| {
            let (before, after) = (text[..at].chars().next_back(), text[at + name.len()..].chars().next());
            !part_of_a_name(before) && !part_of_a_name(after)
        })
    };
    samples.iter().filter(|sample| has(&sample.text)).take(SAMPLES).map(|sample| sample.link.clone()).collect()
}

/// A fake that behaves as the real server does.
struct Served {
    name: &'static str,
    apis: &'static [&'static str],
    base: String,
    fake: Arc<dyn Transport>,
}

/// What the fakes of Go programs respond to a path that is none of theirs.
const NOT_SERVED: &str = "404 page not found";

impl Served {
    async fn status(&self, operation: &Operation) -> Option<u16> {
        let path = operation.path.replace(['{', '}'], "");
        self.response(operation.method, &path).await
    }

    async fn response(&self, method: &str, path: &str) -> Option<u16> {
        let uri = format!("{}{path}", self.base);
        let request = Request::builder().method(method).uri(uri).header("authorization", "Bearer key");
        let response = self.fake.send(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = body.bytes(1 << 20).await.unwrap();
        // A mock without a handler, or a Go program without a path.
        let is_served = match self.base.is_empty() {
            true => parts.status != 501,
            false => text.trim_ascii() != NOT_SERVED.as_bytes(),
        };
        is_served.then_some(parts.status.as_u16())
    }
}

/// All of them.
struct Fakes {
    served: Vec<Served>,
    _network: RunningNetwork,
}

impl Fakes {
    async fn new() -> Self {
        let network = mock::network().listen().await.unwrap();
        let listening = default_transport(None).unwrap();
        let mock = |mock: &Mock| -> Arc<dyn Transport> {
            Arc::new(mock.clone().fallback(async |_| Reply::error(501, "no handler")))
        };
        let (studio, ai) = (mock(mock::studio().mock()), mock(mock::ai().mock()));
        let served = |name, apis, base: &str, fake: &Arc<dyn Transport>| Served {
            name,
            apis,
            base: base.into(),
            fake: fake.clone(),
        };
        let (orchestrator, signer) = (network.url(), network.signer_url());
        let served = vec![
            served("`mock::studio()`", &["Livepeer Studio"], "", &studio),
            served("`mock::ai()`", &["Livepeer AI"], "", &ai),
            served("`mock::network()`", &["Livepeer orchestrator"], &orchestrator, &listening),
            served("`mock::network()`", &["Livepeer signer"], &signer, &listening),
            served("`mock::network()`", &["Trickle"], &format!("{orchestrator}/ai/trickle"), &listening),
        ];
        for fake in &served {
            assert_eq!(fake.response("GET", "/no/such/operation").await, None, "{}", fake.name);
        }
        Self { served, _network: network }
    }

    /// The fake that serves an operation.
    async fn serving(&self, operation: &Operation) -> &'static str {
        let hosts: Vec<_> = operation.hosted.iter().map(|host| host.api).chain([operation.api]).collect();
        for fake in self.served.iter().filter(|fake| hosts.iter().any(|host| fake.apis.contains(host))) {
            if fake.status(operation).await.is_some() {
                return fake.name;
            }
        }
        "`mock::fake()` alone"
    }
}
