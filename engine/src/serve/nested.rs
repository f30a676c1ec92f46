//! Objects and lists of queries and forms, read back as an API writes them.

use serde_json::{Map, Value};

use crate::endpoint::{Field, Lists, Objects, Operation, Style};
use crate::source::{Found, ReadError, ReadErrorKind};

/// How many parts the path in a name may have: trees are built and read by recursion, and a name may be as long as a body.
const DEEPEST: usize = 64;

/// Takes the value of a field from the pairs of a query or form.
pub(super) fn take(
    pairs: &mut Vec<(String, String)>,
    field: &Field,
    operation: &Operation,
) -> Result<Option<Found>, ReadError> {
    let style = operation.style_of(field);
    // `created` and `created[gte]` may both be declared.
    let is_other = |name: &str| operation.fields.iter().any(|other| other.place == field.place && other.name == name);
    let mut taken = Vec::new();
    pairs.retain(|(name, text)| match path(name, field.name, style) {
        Some(path) if path.is_empty() || !is_other(name) => {
            taken.push((path, text.clone()));
            false
        }
        _ => true,
    });
    if taken.iter().any(|(path, _)| path.len() > DEEPEST) {
        let reason = format!("is nested more than {DEEPEST} levels deep");
        return Err(ReadError::new(ReadErrorKind::Form, field.name, reason));
    }
    let is_flat = taken.iter().all(|(path, _)| path.is_empty() || *path == [String::new()]);
    if !is_flat {
        let mut tree = Value::Null;
        taken.into_iter().for_each(|(path, text)| insert(&mut tree, &path, text));
        return Ok(Some(Found::Tree(tree)));
    }
    let texts = taken.into_iter().map(|(_, text)| text);
    Ok(match style.lists {
        Lists::Comma if field.ty.starts_with("Vec") => {
            Found::texts(texts.flat_map(|text| text.split(',').map(str::to_owned).collect::<Vec<_>>()).collect(), field)
        }
        _ => Found::texts(texts.collect(), field),
    })
}

/// The path that follows a field's name: nothing for the name itself. One that is too deep is cut off after one part too many.
fn path(name: &str, field: &str, style: Style) -> Option<Vec<String>> {
    let rest = name.strip_prefix(field)?;
    if rest.is_empty() {
        return Some(Vec::new());
    }
    if style.objects == Objects::Dots && rest.starts_with('.') {
        return Some(
            rest[1..].split(['.', '[']).take(DEEPEST + 1).map(|part| part.trim_end_matches(']').to_owned()).collect(),
        );
    }
    if style.objects != Objects::Brackets && !matches!(style.lists, Lists::Brackets | Lists::Index) {
        return None;
    }
    let rest = rest.strip_prefix('[')?.strip_suffix(']')?;
    Some(rest.split("][").take(DEEPEST + 1).map(str::to_owned).collect())
}

/// Puts a text into a tree of objects; the items of lists without an index are numbered.
fn insert(tree: &mut Value, path: &[String], text: String) {
    let [first, rest @ ..] = path else {
        *tree = Value::String(text);
        return;
    };
    if !tree.is_object() {
        *tree = Value::Object(Map::new());
    }
    if let Value::Object(members) = tree {
        let name = if first.is_empty() { members.len().to_string() } else { first.clone() };
        insert(members.entry(name).or_insert(Value::Null), rest, text);
    }
}
