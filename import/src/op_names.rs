//! Names of operations, without what their module says already.

use std::collections::{HashMap, HashSet};

use crate::names::{self, Taken};
use crate::operation::Operation;
use crate::response::Response;
use crate::types::{Ty, Types};

/// Names all operations: each name once in its module, and none that a type has.
pub fn name(operations: &mut [Operation], modules: &[String], types: &Types, taken: &Taken) {
    let mut used: HashMap<usize, HashSet<String>> = HashMap::new();
    for operation in operations.iter_mut() {
        let module = modules.get(operation.module).map(String::as_str).unwrap_or_default();
        let used = used.entry(operation.module).or_default();
        let short = short(operation, module, types);
        let long = names::pascal_of(&words_of(operation));
        let by_path = names::pascal_of(&by_path(operation, "", types));
        let candidates = [short.clone(), long.clone(), by_path, format!("{short}Operation")];
        let is_free = |name: &String| {
            !name.is_empty()
                && taken.is_free(name)
                && !used.contains(name)
                && ["Outcome", "Error", "Headers"].iter().all(|end| taken.is_free(&format!("{name}{end}")))
        };
        let free = candidates.iter().find(|name| is_free(name)).cloned();
        let fallback = if long.is_empty() { "Call".to_owned() } else { long };
        let name = free
            .or_else(|| (2_u32..1_000_000).map(|number| format!("{fallback}{number}")).find(is_free))
            .unwrap_or(fallback);
        used.insert(name.clone());
        operation.name = name;
    }
}

fn words_of(operation: &Operation) -> Vec<String> {
    match &operation.id {
        Some(id) => names::words(id),
        None => {
            let mut words = vec![operation.method.to_ascii_lowercase()];
            words.extend(names::words(&operation.wire_path));
            words
        }
    }
}

fn short(operation: &Operation, module: &str, types: &Types) -> String {
    let words = words_of(operation);
    if operation.id.is_none() || is_made_of_path(operation, &words) {
        return names::pascal_of(&by_path(operation, module, types));
    }
    let module: Vec<String> = names::words(module);
    let mut rest = words.clone();
    // `repos/list-for-org`: what stands before the slash is the module.
    if let Some((front, back)) = operation.id.as_deref().and_then(|id| id.split_once('/')) {
        if names::words(front).iter().all(|word| is_of(word, &module)) {
            rest = names::words(back);
        }
    } else {
        let start = longest_run(&rest, &module);
        if let Some((start, length)) = start {
            let without: Vec<String> = rest
                .iter()
                .enumerate()
                .filter(|(at, _)| *at < start || *at >= start + length)
                .map(|(_, word)| word.clone())
                .collect();
            if !without.is_empty() {
                rest = without;
            }
        }
    }
    // A name that is only a preposition or an adjective says nothing.
    if rest.first().is_some_and(|word| ["for", "of", "by", "in", "to", "with", "and"].contains(&word.as_str())) {
        rest = words;
    }
    names::pascal_of(&rest)
}

fn is_of(word: &str, module: &[String]) -> bool {
    module.iter().any(|other| other == word || names::singular(other) == names::singular(word))
}

/// Where the words of the module stand in a name, all in a row.
fn longest_run(words: &[String], module: &[String]) -> Option<(usize, usize)> {
    let same = |window: &[String]| window.iter().zip(module).all(|(a, b)| names::singular(a) == names::singular(b));
    let length = module.len();
    words.windows(length.max(1)).position(|window| !module.is_empty() && same(window)).map(|start| (start, length))
}

/// Whether an id only repeats the method and the path, as some generators write them.
fn is_made_of_path(operation: &Operation, words: &[String]) -> bool {
    let path: HashSet<String> = names::words(&operation.wire_path).iter().map(|word| names::singular(word)).collect();
    let method = operation.method.to_ascii_lowercase();
    words.first() == Some(&method)
        && words.len() > 1
        && words
            .iter()
            .skip(1)
            .all(|word| path.contains(&names::singular(word)) || ["by", "id"].contains(&word.as_str()))
}

/// A name made of the method and the path: `List`, `Get`, `Create`, `Update`, `Delete`, and what is beyond the module.
fn by_path(operation: &Operation, module: &str, types: &Types) -> Vec<String> {
    let module: Vec<String> = names::words(module);
    let parts: Vec<&str> = operation.wire_path.split('/').filter(|part| !part.is_empty()).collect();
    let ends_with_parameter = parts.last().is_some_and(|part| part.starts_with('{'));
    let is_list = match &operation.response {
        Response::Of(ty) => {
            let (ty, _) = types.resolved(ty);
            matches!(ty, Ty::List(_))
                || types.model(&ty).is_some_and(|(_, fields)| {
                    fields.iter().any(|field| {
                        matches!(field.wire.as_str(), "data" | "items" | "results")
                            && matches!(types.resolved(&field.ty).0, Ty::List(_))
                    })
                })
        }
        _ => false,
    };
    let literal: Vec<&str> = parts.iter().filter(|part| !part.contains('{')).copied().collect();
    let is_version = |part: &str| part.starts_with('v') && part.bytes().skip(1).all(|it| it.is_ascii_digit());
    let mut words = Vec::new();
    let mut left: Vec<&str> = literal.into_iter().filter(|part| !is_version(part)).collect();
    if left.first().is_some_and(|part| names::words(part).iter().all(|word| is_of(word, &module))) {
        left.remove(0);
    }
    // `/charges/{id}/capture`: the last part is what is done.
    let is_action = operation.method == "POST"
        && !ends_with_parameter
        && left.len() == 1
        && parts.len() > 2
        && parts.iter().rev().nth(1).is_some_and(|part| part.starts_with('{'))
        && left.last().is_some_and(|part| names::singular(part) == *part);
    if !is_action {
        words.push(
            match (operation.method.as_str(), ends_with_parameter) {
                ("GET", false) if is_list => "list",
                ("GET", _) => "get",
                ("POST", true) => "update",
                ("POST", false) => "create",
                ("PUT", _) => "put",
                ("PATCH", _) => "patch",
                ("DELETE", _) => "delete",
                ("HEAD", _) => "head",
                _ => "call",
            }
            .to_owned(),
        );
    }
    let one = ends_with_parameter || operation.method != "GET";
    for (at, part) in left.iter().enumerate() {
        let mut part = names::words(part);
        if (one || at + 1 < left.len())
            && let Some(last) = part.last_mut()
        {
            *last = names::singular(last);
        }
        words.extend(part);
    }
    words
}
