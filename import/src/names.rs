//! Names as the project writes them, made from those of a document.

use std::collections::HashSet;

/// The words of a name, in lower case: at other characters than letters and digits, and at capital letters.
pub fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins = letter.is_ascii_uppercase()
            && (before.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
                || (before.is_some_and(char::is_ascii_uppercase)
                    && after.is_some_and(char::is_ascii_lowercase)
                    // `IDs`, `URLs`: the `s` belongs to the word.
                    && (after != Some(&'s') || letters.get(at + 2).is_some_and(char::is_ascii_alphanumeric))));
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(letter.to_ascii_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `creatorId` as `creator_id`.
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// `creator_id` as `CreatorId`.
pub fn pascal(name: &str) -> String {
    pascal_of(&words(name))
}

/// Words as the name of a type.
pub fn pascal_of(words: &[String]) -> String {
    let mut name = String::new();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    if name.starts_with(|letter: char| letter.is_ascii_digit()) { format!("N{name}") } else { name }
}

/// A word for one of several: `policies` as `policy`, `boxes` as `box`.
pub fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let sibilant = ["sses", "xes", "ches", "shes", "zes"].iter().any(|end| word.ends_with(end));
    if sibilant {
        return word.strip_suffix("es").unwrap_or(word).to_owned();
    }
    let is_plural = word.len() > 2 && !["ss", "us", "is", "as", "os"].iter().any(|end| word.ends_with(end));
    word.strip_suffix('s').filter(|_| is_plural).unwrap_or(word).to_owned()
}

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The name of a field, and whether it could be written without `r#`.
pub fn field(wire: &str) -> String {
    let sign = match wire.chars().next() {
        Some('+') => "plus_",
        Some('-') => "minus_",
        _ => "",
    };
    let mut name = snake(wire);
    if !sign.is_empty() && name.starts_with(|letter: char| letter.is_ascii_digit()) {
        name = format!("{sign}{name}");
    }
    name.truncate(80);
    match name.as_str() {
        "" => "other".to_owned(),
        "self" | "super" | "crate" | "new" | "extra" => format!("{name}_"),
        _ if KEYWORDS.contains(&name.as_str()) => format!("r#{name}"),
        _ if name.starts_with(|letter: char| letter.is_ascii_digit()) => format!("n{name}"),
        _ => name,
    }
}

/// The name of a path parameter, which stands in a template, too: no raw identifier.
pub fn parameter(wire: &str) -> String {
    let name = field(wire);
    name.strip_prefix("r#").map(|name| format!("{name}_")).unwrap_or(name)
}

/// The name of a module.
pub fn module(name: &str) -> String {
    let name = field(name);
    match name.strip_prefix("r#") {
        Some(name) => format!("{name}_"),
        // Files that the output has in any case.
        None if matches!(name.as_str(), "types" | "lib" | "main" | "std" | "core") => format!("{name}_"),
        None => name,
    }
}

/// How an API spells its names: the engine's `Case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Snake,
    Camel,
    Pascal,
    Kebab,
}

impl Case {
    pub const ALL: [Self; 4] = [Self::Snake, Self::Camel, Self::Pascal, Self::Kebab];

    /// The name on the wire that the engine makes of a field's name.
    pub fn wire(self, field: &str) -> String {
        let field = field.strip_prefix("r#").unwrap_or(field);
        let mut wire = String::new();
        let mut upper = self == Self::Pascal;
        for letter in field.chars() {
            match (letter, self) {
                ('_', Self::Kebab) => wire.push('-'),
                ('_', Self::Camel | Self::Pascal) => upper = true,
                _ if upper => {
                    wire.push(letter.to_ascii_uppercase());
                    upper = false;
                }
                _ => wire.push(letter),
            }
        }
        wire
    }
}

/// Names that stand for something else where declarations are.
const RESERVED: &[&str] = &[
    "Self",
    "Api",
    "Auth",
    "BTreeMap",
    "Box",
    "Case",
    "Client",
    "Default",
    "Err",
    "Error",
    "ErrorBody",
    "File",
    "From",
    "HeaderMap",
    "Into",
    "Iterator",
    "Lists",
    "None",
    "Nullable",
    "Objects",
    "Ok",
    "Option",
    "Page",
    "Result",
    "Schema",
    "Schemas",
    "Secret",
    "Some",
    "StatusCode",
    "String",
    "ToString",
    "Unmapped",
    "Value",
    "Vec",
];

/// Names that are taken.
#[derive(Debug)]
pub struct Taken(HashSet<String>);

impl Taken {
    pub fn new() -> Self {
        Self(RESERVED.iter().map(|&name| name.to_owned()).collect())
    }

    pub fn is_free(&self, name: &str) -> bool {
        !name.is_empty() && !self.0.contains(name)
    }

    /// Marks a name as used.
    pub fn reserve(&mut self, name: String) {
        self.0.insert(name);
    }

    /// The first of these names that is free, else the last with a number.
    pub fn take(&mut self, candidates: &[String]) -> String {
        let fallback = candidates.last().filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| "Item".to_owned());
        let free = candidates.iter().find(|name| self.is_free(name)).cloned();
        let name = free.unwrap_or_else(|| {
            // There are fewer names than numbers.
            (2_u32..).map(|number| format!("{fallback}{number}")).find(|name| self.is_free(name)).unwrap_or(fallback)
        });
        self.0.insert(name.clone());
        name
    }
}

/// Makes a name differ from those that are there already.
pub fn distinct(name: String, taken: &mut HashSet<String>) -> String {
    let mut free = name.clone();
    let mut number = 2_u32;
    while !taken.insert(free.clone()) {
        free = format!(
            "{name}{}{number}",
            if name.contains('_') || name.chars().all(|it| !it.is_ascii_uppercase()) { "_" } else { "" }
        );
        number += 1;
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        for (name, want) in [
            ("listForOrg", "list_for_org"),
            ("HTMLUrl", "html_url"),
            ("created[gte]", "created_gte"),
            ("sha256Hash", "sha256_hash"),
            ("userIDs", "user_ids"),
            ("repos/list-for-org", "repos_list_for_org"),
            ("", ""),
        ] {
            assert_eq!(snake(name), want);
        }
    }

    #[test]
    fn fields_are_identifiers() {
        for (wire, want) in [
            ("type", "r#type"),
            ("+1", "plus_1"),
            ("-1", "minus_1"),
            ("@id", "id"),
            ("self", "self_"),
            ("ß", "other"),
            ("1d", "n1d"),
        ] {
            assert_eq!(field(wire), want);
        }
        assert_eq!(parameter("ref"), "ref_");
    }

    #[test]
    fn several_are_of_one() {
        for (word, want) in [
            ("policies", "policy"),
            ("boxes", "box"),
            ("status", "status"),
            ("addresses", "address"),
            ("files", "file"),
        ] {
            assert_eq!(singular(word), want);
        }
    }
}
