//! The import graph has no large circles: a file can be read with few others open, and a folder without the rest.
//!
//! A circle is a strongly connected component of the graph "file imports from file". At most three files of one folder may
//! be one; a module is of the folder that it stands in, and of that of its parts. What an import names counts, not the file
//! that re-exports it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The most files that may import each other.
const MOST: usize = 3;

/// A module: its file, what it declares and what it brings into scope.
struct Module {
    file: PathBuf,
    /// Its folder, and that of its parts.
    folders: [PathBuf; 2],
    /// Names brought into scope, with the path that each stands for.
    imports: BTreeMap<String, Vec<String>>,
    /// All paths that begin with `crate`, `super`, `self` or a module of its own.
    paths: Vec<Vec<String>>,
}

type Modules = BTreeMap<Vec<String>, Module>;

#[test]
fn imports_make_no_large_circles() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut circles = Vec::new();
    for root in ["engine/src/lib.rs", "src/lib.rs"] {
        // Not there when the engine is built from its own package.
        let root = workspace.join(root);
        if root.exists() {
            circles.extend(circles_of(&root));
        }
    }
    let shown: Vec<_> = circles
        .iter()
        .map(|circle| circle.iter().map(|file| file.strip_prefix(workspace).unwrap().display().to_string()).collect())
        .map(|files: Vec<_>| files.join(" "))
        .collect();
    assert!(circles.is_empty(), "files that import each other:\n{}", shown.join("\n"));
}

#[test]
fn circles_are_found() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("structure");
    let _ = fs::remove_dir_all(&folder);
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let found = || {
        let name = |file: &PathBuf| file.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        circles_of(&folder.join("lib.rs"))
            .iter()
            .map(|circle| circle.iter().map(name).collect())
            .collect::<Vec<Vec<_>>>()
    };
    write("lib.rs", "mod a; mod b; mod c; mod d;\npub use d::D;");
    write("a.rs", "use crate::b::{self, B};");
    write("b.rs", "use crate::{c::C, D as E}; // use crate::a;\n#[cfg(test)]\nmod tests { use crate::a; }");
    write("c.rs", "struct C;");
    write("d.rs", "const A: &str = \"crate::a::A\";");
    assert!(found().is_empty(), "{:?}", found());
    write("d.rs", "fn f() { crate::a::g() }");
    assert!(found().is_empty(), "three are few enough");
    write("c.rs", "use super::a::A;");
    assert_eq!(found(), [["a.rs", "b.rs", "c.rs", "d.rs"]]);
    // In two folders.
    write("d.rs", "mod part; struct D;");
    write("d/part.rs", "use crate::c::C;");
    write("c.rs", "use crate::d::part::Part;");
    assert_eq!(found(), [["c.rs", "d/part.rs"]]);
}

/// The circles that are too large, by their files.
fn circles_of(root: &Path) -> Vec<Vec<PathBuf>> {
    let mut modules = Modules::new();
    read(root, Vec::new(), root.parent().unwrap(), &mut modules);
    let names: Vec<_> = modules.keys().cloned().collect();
    let edges: Vec<BTreeSet<usize>> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let targets = modules[name].paths.iter().filter_map(|path| resolve(&modules, name, path, 0));
            // The root only says what there is; a module that says what its parts are imports none of them by that.
            targets
                .filter(|target| !target.is_empty())
                .filter_map(|target| names.binary_search(&target).ok())
                .filter(|to| *to != at)
                .collect()
        })
        .collect();
    let reach: Vec<BTreeSet<usize>> = (0..names.len()).map(|from| reachable(&edges, from)).collect();
    let mut circles = BTreeSet::new();
    for from in 0..names.len() {
        let circle: BTreeSet<_> = reach[from].iter().copied().filter(|to| reach[*to].contains(&from)).collect();
        let folders = &modules[&names[from]].folders;
        let together = |folder| circle.iter().all(|at| modules[&names[*at]].folders.contains(folder));
        if circle.len() > MOST || !folders.iter().any(together) {
            circles.insert(circle);
        }
    }
    let files = |circle: BTreeSet<usize>| circle.iter().map(|at| modules[&names[*at]].file.clone()).collect();
    circles.into_iter().map(files).collect()
}

fn reachable(edges: &[BTreeSet<usize>], from: usize) -> BTreeSet<usize> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(at) = next.pop() {
        next.extend(edges[at].iter().copied().filter(|to| seen.insert(*to)));
    }
    seen
}

/// Reads a file and the modules that it declares.
fn read(file: &Path, name: Vec<String>, parts: &Path, modules: &mut Modules) {
    let text = code(&fs::read_to_string(file).unwrap());
    let words = words(&text);
    let mut children = Vec::new();
    for at in 0..words.len() {
        let declares = words[at] == "mod" && words.get(at + 2).is_some_and(|word| word == ";");
        if declares {
            children.push(words[at + 1].clone());
        }
    }
    let folders = [file.parent().unwrap().to_owned(), parts.to_owned()];
    let (mut imports, mut paths) = (BTreeMap::new(), Vec::new());
    let mut at = 0;
    while at < words.len() {
        let begins = words[at].as_str();
        let imported = at > 0 && words[at - 1] == "use";
        let inner = at > 0 && (words[at - 1] == "::" || words[at - 1] == "$");
        let own = matches!(begins, "crate" | "super" | "self") || children.iter().any(|child| child == begins);
        if own && !inner && words.get(at + 1).is_some_and(|word| word == "::") || imported && begins == "crate" {
            let mut found = Vec::new();
            at = tree(&words, at, &mut Vec::new(), &mut found);
            for (path, alias) in found {
                if imported {
                    imports.insert(alias, path.clone());
                }
                paths.push(path);
            }
        } else {
            at += 1;
        }
    }
    for child in children {
        let attribute = format!("\"]\nmod {child};");
        let given = text_path(file, &child, &attribute);
        let candidates = [parts.join(format!("{child}.rs")), parts.join(&child).join("mod.rs")];
        let Some(path) = given.into_iter().chain(candidates).find(|path| path.exists()) else { continue };
        let below = if path.ends_with("mod.rs") { path.parent().unwrap().to_owned() } else { parts.join(&child) };
        // Tests may import what they like.
        if child != "tests" {
            read(&path, [name.clone(), vec![child]].concat(), &below, modules);
        }
    }
    modules.insert(name, Module { file: file.to_owned(), folders, imports, paths });
}

/// The file of a module that is declared with `#[path = "…"]`.
fn text_path(file: &Path, child: &str, attribute: &str) -> Option<PathBuf> {
    let text = fs::read_to_string(file).unwrap();
    let text = text.replace("\"]\npub mod ", "\"]\nmod ");
    let before = &text[..text.find(attribute)?];
    let path = before.rsplit_once("#[path = \"")?.1;
    assert!(!path.contains('\n'), "{child}: {path}");
    Some(file.parent().unwrap().join(path).canonicalize().unwrap())
}

/// The paths of an import or of one in an expression, with the names that they are brought into scope by.
fn tree(words: &[String], mut at: usize, prefix: &mut Vec<String>, found: &mut Vec<(Vec<String>, String)>) -> usize {
    let mark = prefix.len();
    loop {
        match words.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                while words.get(at).is_some_and(|word| word != "}") {
                    at = tree(words, at, prefix, found);
                    at += usize::from(words.get(at).is_some_and(|word| word == ","));
                }
                at += 1;
                break;
            }
            Some(word) => {
                if word != "self" || prefix.is_empty() {
                    prefix.push(word.into());
                }
                at += 1;
                if words.get(at).is_some_and(|word| word == "::") {
                    at += 1;
                    continue;
                }
                let mut alias = prefix.last().cloned().unwrap_or_default();
                if words.get(at).is_some_and(|word| word == "as") {
                    alias.clone_from(&words[at + 1]);
                    at += 2;
                }
                found.push((prefix.clone(), alias));
                break;
            }
            None => break,
        }
    }
    prefix.truncate(mark);
    at
}

/// The module that a path leads to, through what others re-export.
fn resolve(modules: &Modules, from: &[String], path: &[String], depth: u8) -> Option<Vec<String>> {
    let (first, mut rest) = path.split_first()?;
    let mut at = match first.as_str() {
        "crate" => Vec::new(),
        "self" => from.to_vec(),
        "super" => from.split_last()?.1.to_vec(),
        child => [from, &[child.to_owned()]].concat(),
    };
    while let Some((step, after)) = rest.split_first() {
        let child = [at.clone(), vec![step.clone()]].concat();
        if step == "super" {
            at.pop();
        } else if modules.contains_key(&child) {
            at = child;
        } else {
            return match modules.get(&at)?.imports.get(step) {
                Some(other) if depth < 8 => {
                    let whole = [other.as_slice(), after].concat();
                    resolve(modules, &at, &whole, depth + 1)
                }
                _ => Some(at),
            };
        }
        rest = after;
    }
    Some(at)
}

/// A file's code: without comments, texts, and modules of tests.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if rest.starts_with("r#\"") {
            let end = rest[3..].find("\"#").map_or(rest.len(), |end| end + 5);
            rest = &rest[end..];
        } else if letter == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|letter| {
                let ends = letter == '"' && !escaped;
                escaped = letter == '\\' && !escaped;
                ends
            });
            rest = &rest[end.map_or(rest.len(), |end| end + 2)..];
            code.push('_');
        } else if rest.starts_with("'\"'") || rest.starts_with("'{'") || rest.starts_with("'}'") {
            rest = &rest[3..];
        } else if rest.starts_with("'\\") {
            rest = &rest[rest[2..].find('\'').map_or(rest.len(), |end| end + 3).max(4).min(rest.len())..];
        } else if rest.starts_with("#[cfg(test)]") {
            let body = rest.find(['{', ';']).unwrap_or(rest.len() - 1);
            let mut depth = 0;
            let end = rest[body..].find(|letter| {
                depth += match letter {
                    '{' => 1,
                    '}' => -1,
                    _ => 0,
                };
                depth == 0
            });
            rest = &rest[end.map_or(rest.len(), |end| body + end + 1)..];
        } else {
            code.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    code
}

fn words(code: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut word = String::from(letter);
        if letter.is_alphanumeric() || letter == '_' {
            while let Some(next) = letters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                word.push(next);
            }
        } else if letter == ':' && letters.next_if_eq(&':').is_some() {
            word.push(':');
        } else if letter.is_whitespace() {
            continue;
        }
        words.push(word);
    }
    words
}
