//! The table in docs/coming-from.md: for every operation that the public specifications have, the call of the other SDKs
//! next to ours. Our side is made from the catalog, theirs is tests/data/peers.tsv.
//!
//! `UPDATE=1 cargo test --test coming_from` writes the table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use livepeer::{Operation, catalog};

const BEGIN: &str = "<!-- The table is written by tests/coming_from.rs. -->\n";
const END: &str = "<!-- The end of the table. -->\n";

#[test]
fn every_operation_has_its_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let peers = std::fs::read_to_string(root.join("tests/data/peers.tsv")).unwrap();
    let peers: BTreeMap<&str, Vec<&str>> = peers
        .lines()
        .skip(1)
        .map(|line| line.split_once('\t').unwrap())
        .map(|(ours, theirs)| (ours, theirs.split('\t').collect()))
        .collect();
    let ours: BTreeMap<String, &Operation> = catalog()
        .filter(|operation| operation.id.is_some())
        .map(|operation| (operation.qualified_name(), operation))
        .collect();
    let (known, declared): (BTreeSet<_>, BTreeSet<_>) =
        (peers.keys().copied().collect(), ours.keys().map(String::as_str).collect());
    assert_eq!(declared.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "not in tests/data/peers.tsv");
    assert_eq!(known.difference(&declared).collect::<Vec<_>>(), Vec::<&&str>::new(), "not in the catalog");

    let mut table = String::from(BEGIN);
    let mut resource = "";
    for operation in catalog().filter(|operation| operation.id.is_some()) {
        if operation.resource() != resource {
            resource = operation.resource();
            table.push_str(&format!("\n**{resource}**\n\n| Rust | Python | TypeScript | Go |\n|---|---|---|---|\n"));
        }
        let Some([python, typescript, go]) = peers.get(&*operation.qualified_name()).map(Vec::as_slice) else {
            panic!("{}: not three names", operation.qualified_name());
        };
        let call = |name: &str| match name {
            "-" => "–".to_owned(),
            // Every call of theirs begins with the client.
            name => format!("`{}`", name.split_once('.').map_or(name, |(_client, method)| method)),
        };
        table.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            our_request(operation),
            call(python),
            call(typescript),
            call(go)
        ));
    }
    table.push('\n');

    let path = root.join("docs/coming-from.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("where the table begins");
    let (_, after) = rest.split_once(END).expect("where the table ends");
    let made = [before, &table, END, after].concat();
    if made != page {
        assert!(std::env::var_os("UPDATE").is_some(), "{} is out of date: run with UPDATE=1", path.display());
        std::fs::write(path, made).unwrap();
    }
}

/// rustdoc's search ignores case and underscores, so only a method of another name needs an alias.
#[test]
fn the_docs_are_searched_by_the_names_of_other_sdks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let peers = std::fs::read_to_string(root.join("tests/data/peers.tsv")).unwrap();
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    for line in peers.lines().skip(1) {
        let names: Vec<_> = line.split('\t').collect();
        let [ours, python, typescript, go] = names[..] else { panic!("{line}") };
        let (resource, name) = ours.split_once("::").unwrap();
        let theirs: BTreeSet<_> = [python, typescript, go]
            .iter()
            .filter_map(|call| call.rsplit_once('.'))
            .map(|(_, name)| plain(name))
            .collect();
        let source = ["studio", "ai"].map(|api| root.join(format!("endpoints/{api}/{resource}.rs")));
        let source = source.iter().find_map(|path| std::fs::read_to_string(path).ok()).expect(resource);
        let alias = source.split(&format!("pub {name}: ")).next().unwrap().trim_end().lines().last().unwrap().trim();
        let alias = alias.strip_prefix("#[doc(alias = \"").and_then(|rest| rest.strip_suffix("\")]"));
        // rustdoc drops the aliases of what a glob re-exports: they must be repeated there.
        let exports =
            ["src/lib.rs", "src/webhook/mod.rs"].map(|path| std::fs::read_to_string(root.join(path)).unwrap());
        let (exports, module) = (exports.concat(), format!("pub use crate::endpoints::studio::{resource}::"));
        if let Some(alias) = alias.filter(|_| exports.contains(&format!("{module}*;"))) {
            let lines: Vec<_> = exports.lines().map(str::trim).collect();
            let repeated = [format!("#[doc(alias = \"{alias}\")]"), format!("{module}{name};")];
            assert!(lines.windows(2).any(|pair| pair == repeated), "{repeated:?} is missing");
        }
        for theirs in theirs.iter().filter(|theirs| **theirs != plain(name)) {
            assert_eq!(alias.map(plain).as_ref(), Some(theirs), "{ours} lacks an alias for {theirs}");
        }
    }
}

/// `stream::Get::new(id)`.
fn our_request(operation: &Operation) -> String {
    let arguments: Vec<_> = operation
        .fields
        .iter()
        .filter(|field| field.required && !field.copy)
        .map(|field| field.rust.trim_start_matches("r#"))
        .collect();
    format!("{}::new({})", operation.qualified_name(), arguments.join(", "))
}
