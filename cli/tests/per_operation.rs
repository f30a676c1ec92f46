//! That nothing is written per operation: counts the lines of code that know one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use livepeer::daydream::Daydream;
use livepeer::dynamic::{Catalog, entries};
use livepeer::network::AppApi;
use livepeer::network::operations::clearinghouse::Clearinghouse;
use livepeer::network::operations::gateway::Gateway;
use livepeer::network::operations::orchestrator::Orchestrator;
use livepeer::network::operations::signer::Signer;
use livepeer::network::operations::trickle::Trickle;
use livepeer::{Ai, Studio};

/// Where commands and tools are made of several operations, and which these are.
const BEYOND_ONE_CALL: &[(&str, &str)] = &[
    ("cli/src/own/asset_import.rs", "looks for what an interrupted import has created"),
    ("cli/src/own/asset_import/rows.rs", "reads a row as the request of an upload, of a file or by URL"),
    ("cli/src/own/chat.rs", "keeps the messages of a conversation"),
    ("cli/src/emulate/accounts.rs", "creates what a seed says is there"),
    ("cli/src/own/listen.rs", "delivers the events of webhooks again"),
    ("cli/src/own/login.rs", "checks a key"),
    ("cli/src/own/network_run.rs", "requests anything of an app, and pays for it"),
    ("cli/src/own/stream_watch.rs", "shows a stream and its viewers again and again"),
    ("cli/src/own/trigger.rs", "brings about what an event tells of"),
    ("cli/src/own/viewership.rs", "draws a chart of what it retrieves"),
    ("cli/src/own/wait.rs", "waits for what an id leads to, a task or an asset"),
    ("cli/src/mcp/wait.rs", "the same as a tool"),
    ("cli/src/transfer.rs", "creates an asset, encrypts its file and uploads it"),
];

/// How code may name an operation.
struct Words {
    /// The name and the id of a call.
    quoted: Vec<String>,
    resource: &'static str,
    /// The type.
    name: &'static str,
}

fn words<A: Catalog>() -> impl Iterator<Item = Words> {
    entries::<A>().map(|entry| {
        let operation = entry.operation();
        let quoted = [Some(entry.name()), operation.id.map(str::to_owned)].into_iter().flatten();
        Words {
            quoted: quoted.map(|name| format!("\"{name}\"")).collect(),
            resource: operation.resource(),
            name: operation.name,
        }
    })
}

impl Words {
    fn are_in(&self, line: &str) -> bool {
        // `stream::Create`, or `use stream::{Create, List}`.
        let in_module = || {
            line.split(&format!("{}::", self.resource)).skip(1).any(|rest| {
                let listed = rest.strip_prefix('{').and_then(|list| list.split('}').next());
                let names =
                    listed.unwrap_or_else(|| rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap());
                names.split(',').any(|name| name.trim() == self.name)
            })
        };
        self.quoted.iter().any(|name| line.contains(name)) || in_module()
    }
}

/// The sources in a folder, without tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.file_name().is_some_and(|name| name != "tests.rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_line_is_written_per_operation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let network = words::<Orchestrator>().chain(words::<Signer>()).chain(words::<Trickle>()).chain(words::<AppApi>());
    let network = network.chain(words::<Clearinghouse>()).chain(words::<Gateway>()).chain(words::<Daydream>());
    let words: Vec<_> = words::<Studio>().chain(words::<Ai>()).chain(network).collect();
    assert!(words.len() > 150, "{}", words.len());
    let mut files = vec![root.join("engine/src/dynamic.rs")];
    sources(&root.join("engine/src/dynamic"), &mut files);
    sources(&root.join("cli/src"), &mut files);
    let mut beyond = BTreeSet::new();
    let mut lines = Vec::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        for (number, line) in code.filter(|(_, line)| words.iter().any(|words| words.are_in(line))) {
            match BEYOND_ONE_CALL.iter().find(|(file, _)| *file == name) {
                Some((file, _)) => drop(beyond.insert(*file)),
                None => lines.push(format!("{name}:{}: {}", number + 1, line.trim())),
            }
        }
    }
    assert_eq!(lines.len(), 0, "{lines:#?}");
    let unused: Vec<_> = BEYOND_ONE_CALL.iter().filter(|(file, _)| !beyond.contains(file)).collect();
    assert!(unused.is_empty(), "these name no operation: {unused:?}");
}
