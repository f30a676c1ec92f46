//! The files of the output.

use std::collections::HashSet;

use crate::api::Facts;
use crate::docs;
use crate::document::{Document, items, text};
use crate::operation::Operation;
use crate::print::{Printer, WIDTH};
use crate::rules::literal;
use crate::types::{Kind, Types};

/// A file, by its module; the first is `mod`.
#[derive(Debug)]
pub struct File {
    pub module: String,
    pub text: String,
}

/// Writes all files.
pub fn files(
    document: &Document,
    facts: &Facts,
    types: &Types,
    operations: &[Operation],
    modules: &[String],
    wanted: &HashSet<usize>,
) -> Vec<File> {
    let printer = Printer { types, facts };
    let mut written = Vec::new();
    let defs_of = |module: Option<usize>| -> Vec<String> {
        let of_module = types.defs.iter().enumerate().filter(|(id, def)| {
            let alone = if def.modules.len() == 1 { def.modules.first().copied() } else { None };
            wanted.contains(id) && alone == module && !matches!(def.kind, Kind::Alias(_))
        });
        let mut defs: Vec<_> = of_module.map(|(_, def)| def).collect();
        // Ids first, as what the others hold.
        defs.sort_by_key(|def| !matches!(def.kind, Kind::Id));
        defs.into_iter().map(|def| printer.def(def)).collect()
    };
    let shared = defs_of(None);
    let shared_names: HashSet<&str> = types
        .defs
        .iter()
        .enumerate()
        .filter(|(id, def)| wanted.contains(id) && def.modules.len() != 1)
        .map(|(_, def)| def.name.as_str())
        .collect();
    for (index, module) in modules.iter().enumerate() {
        let declared: Vec<String> =
            operations.iter().filter(|it| it.module == index).map(|it| printer.operation(it)).collect();
        if declared.is_empty() {
            continue;
        }
        let mut blocks = vec![format!("operations! {{\n{}}}\n", declared.concat())];
        blocks.extend(defs_of(Some(index)));
        let tag = items(&document.root, "tags")
            .iter()
            .find(|tag| text(tag, "name").is_some_and(|name| crate::names::module(name) == *module));
        let about = tag
            .and_then(|tag| text(tag, "description"))
            .map(|text| docs::plain(text, docs::OF_ITEM))
            .unwrap_or_default();
        written.push(File { module: module.clone(), text: module_text(&about, module, &blocks, facts, &shared_names) });
    }
    if !shared.is_empty() {
        let about = vec!["What several resources have in common.".to_owned()];
        written
            .push(File { module: "types".into(), text: module_text(&about, "types", &shared, facts, &HashSet::new()) });
    }
    let root = root_text(facts, &printer, operations, modules, &written);
    written.insert(0, File { module: "mod".into(), text: root });
    written
}

/// All files as one.
pub fn joined(files: &[File]) -> String {
    let Some((root, modules)) = files.split_first() else { return String::new() };
    let mut text = root.text.clone();
    for File { module, text: inner } in modules {
        let indented: String =
            inner.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect();
        text = text.replace(&format!("pub mod {module};\n"), &format!("pub mod {module} {{\n{indented}}}\n\n"));
    }
    // The last one has an empty line behind it already.
    text.replace("}\n\n\n", "}\n\n")
}

fn module_text(about: &[String], module: &str, blocks: &[String], facts: &Facts, shared: &HashSet<&str>) -> String {
    let code = blocks.join("\n");
    let about = if about.is_empty() {
        let words = crate::names::words(module).join(" ");
        let mut letters = words.chars();
        vec![format!("{}{}.", letters.next().map(|it| it.to_ascii_uppercase()).unwrap_or_default(), letters.as_str())]
    } else {
        about.to_vec()
    };
    let mut text: String =
        docs::lines(&about, 0).lines().map(|line| format!("{}\n", line.replacen("///", "//!", 1))).collect();
    text.push('\n');
    text.push_str(&imports(&code, facts, shared));
    text.push('\n');
    text.push_str(&code);
    text
}

/// What the code of a module uses.
fn imports(code: &str, facts: &Facts, shared: &HashSet<&str>) -> String {
    let words = words_in_code(code);
    let uses = |word: &str| words.contains(word);
    let group = |path: &str, names: Vec<&str>| match names.as_slice() {
        [] => String::new(),
        [only] => format!("use {path}::{only};\n"),
        several => {
            let line = format!("use {path}::{{{}}};\n", several.join(", "));
            if line.len() <= WIDTH { line } else { wrapped(path, several) }
        }
    };
    let types = |names: &[&'static str]| -> Vec<&'static str> {
        names.iter().copied().filter(|name| is_type(code, name)).collect()
    };
    let mut text = group("std::collections", types(&["BTreeMap"]));
    let mut others = group("http", types(&["HeaderMap", "StatusCode"]));
    others.push_str(&group("serde_json", types(&["Value"])));
    let mut engine: Vec<&str> =
        ["ErrorBody", "Page"].into_iter().filter(|name| code.contains(&format!("impl {name} for"))).collect();
    engine.extend(types(&["File", "Unmapped"]));
    engine.sort_unstable();
    engine.extend(code.contains("codec::").then_some("codec"));
    let macros = ["id", "model", "open_enum", "operations", "sse_json", "union"];
    engine.extend(macros.into_iter().filter(|name| code.lines().any(|line| line.starts_with(&format!("{name}!")))));
    others.push_str(&group("typed_endpoint::codec", types(&["Schema", "Schemas"])));
    others.push_str(&group("typed_endpoint", engine));
    if !text.is_empty() && !others.is_empty() {
        text.push('\n');
    }
    text.push_str(&others);
    let mut own = String::new();
    if uses(&facts.name) {
        own.push_str(&format!("use super::{};\n", facts.name));
    }
    if shared
        .iter()
        .any(|name| is_type(code, name) || code.contains(&format!("{name}>")) || code.contains(&format!("sse {name}")))
    {
        own.push_str("use super::types::*;\n");
    }
    if !text.is_empty() && !own.is_empty() {
        text.push('\n');
    }
    text.push_str(&own);
    text
}

fn wrapped(path: &str, names: &[&str]) -> String {
    let mut text = format!("use {path}::{{\n");
    let mut line = String::from("   ");
    for name in names {
        if line.len() + name.len() + 2 > WIDTH {
            text.push_str(&format!("{line}\n"));
            line = String::from("   ");
        }
        line.push_str(&format!(" {name},"));
    }
    text.push_str(&format!("{line}\n}};\n"));
    text
}

/// Whether a name stands in code where types do: no variant is there.
fn is_type(code: &str, name: &str) -> bool {
    let is_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    code.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(name).any(|(at, _)| {
            let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + name.len()..).unwrap_or_default());
            // Of a map's values, `, Value>`.
            let stands = [": ", "<", "(", "-> ", "&", "&mut "].iter().any(|end| before.ends_with(end))
                || (before.ends_with(", ") && after.starts_with('>'));
            stands && !after.starts_with(is_word)
        })
    })
}

/// The words of code outside of comments and texts.
fn words_in_code(code: &str) -> HashSet<&str> {
    let mut words = HashSet::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for (at, part) in line.split('"').enumerate() {
            if at % 2 == 0 {
                words.extend(
                    part.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').filter(|word| !word.is_empty()),
                );
            }
        }
    }
    words
}

fn root_text(
    facts: &Facts,
    printer: &Printer<'_>,
    operations: &[Operation],
    modules: &[String],
    written: &[File],
) -> String {
    let Facts { name, title, .. } = facts;
    let mut code = String::new();
    // As rustfmt sorts them.
    let mut sorted: Vec<&File> = written.iter().collect();
    sorted.sort_by(|one, other| one.module.cmp(&other.module));
    for file in sorted {
        let index = modules.iter().position(|module| *module == file.module);
        if index.is_some_and(|index| operations.iter().any(|it| it.module == index && it.deprecated)) {
            code.push_str("#[allow(deprecated)]\n");
        }
        code.push_str(&format!("pub mod {};\n", file.module));
    }
    let about = if facts.docs.is_empty() { vec![format!("{title}.")] } else { facts.docs.clone() };
    code.push_str(&format!("\n{}#[derive(Clone, Copy, Debug)]\npub enum {name} {{}}\n\n", docs::lines(&about, 0)));
    code.push_str(&format!("impl Api for {name} {{\n    const NAME: &'static str = {};\n", literal(title)));
    if let Some(version) = &facts.version {
        code.push_str(&format!("    const VERSION: &'static str = {};\n", literal(version)));
    }
    let servers: Vec<String> = facts.servers.iter().map(|url| literal(url)).collect();
    let line = format!("    const SERVERS: &'static [&'static str] = &[{}];\n", servers.join(", "));
    if line.len() <= WIDTH {
        code.push_str(&line);
    } else {
        let servers: String = servers.iter().map(|url| format!("        {url},\n")).collect();
        code.push_str(&format!("    const SERVERS: &'static [&'static str] = &[\n{servers}    ];\n"));
    }
    code.push_str(&format!("    const CASE: Case = Case::{:?};\n", facts.case));
    if let Some(auth) = &facts.auth {
        code.push_str(&format!("    const AUTH: Auth = {auth};\n"));
    }
    if let Some(limit) = &facts.limit {
        code.push_str(&format!(
            "    // guessed: the parameter that says how many items a page has.\n    const LIMIT: &'static str = {};\n",
            literal(limit)
        ));
    }
    let error = facts.error.as_ref().map_or_else(|| "Unmapped".to_owned(), |ty| printer.ty(ty));
    code.push_str(&format!("    type Error = {error};\n}}\n"));
    let most = most_fields(printer.types, operations);
    let mut text = format!("//! {title}, declared.\n");
    if most > 90 {
        text.push_str(&format!(
            "//!\n//! An object has {most} fields, for which the crate needs `#![recursion_limit = \"{}\"]` in its root.\n",
            (most + 64).next_power_of_two().max(256)
        ));
    }
    let mut engine = vec!["Api"];
    if facts.auth.is_some() {
        engine.push("Auth");
    }
    engine.push("Case");
    if facts.error.is_none() {
        engine.push("Unmapped");
    }
    text.push_str(&format!("\nuse typed_endpoint::{{{}}};\n", engine.join(", ")));
    if facts.error.is_some() {
        text.push_str(&format!("\nuse types::{error};\n"));
    }
    format!("{text}\n{code}")
}

/// The most fields that a type or a request has.
fn most_fields(types: &Types, operations: &[Operation]) -> usize {
    let of_types = types.defs.iter().map(|def| match &def.kind {
        Kind::Model(fields) => fields.len(),
        Kind::Enum(variants) => variants.len() / 4,
        _ => 0,
    });
    let of_operations = operations.iter().map(|it| {
        let body = match &it.body {
            crate::body::Body::Json(fields)
            | crate::body::Body::Form(fields)
            | crate::body::Body::Multipart(fields) => fields.len(),
            _ => 1,
        };
        it.parameters.len() + it.query.len() + it.headers.len() + body
    });
    of_types.chain(of_operations).max().unwrap_or(0)
}
