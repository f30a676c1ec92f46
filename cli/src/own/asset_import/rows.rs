//! The rows of a list.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use livepeer::Studio;
use livepeer::dynamic::entry;
use livepeer::tus::fingerprint;
use serde_json::{Map, Value};

use crate::command::{column, kebab};
use crate::failure::Failure;
use crate::transfer::OPERATION;

/// Names of the column that says where a file is.
const SOURCE: &[&str] = &["source", "url", "file"];

#[derive(Clone, Debug)]
pub struct Row {
    /// Identifies the row in the journal, wherever in the list it is.
    pub key: String,
    pub source: Source,
    /// The arguments of the operation, the name among them.
    pub settings: Map<String, Value>,
}

#[derive(Clone, Debug)]
pub enum Source {
    Url(String),
    File(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => f.write_str(url),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Reads a list. A mistake is an error with its line, before anything is sent.
pub fn read(path: &Path) -> Result<Vec<Row>, Failure> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)
        .map_err(|error| Failure::other(format_args!("{} cannot be read: {error}", path.display())))?;
    let invalid = |error: csv::Error| Failure::usage(format_args!("{}: {error}", path.display()));
    let names: Vec<String> = reader.headers().map_err(invalid)?.iter().map(kebab).collect();
    let Some(source) = names.iter().position(|name| SOURCE.contains(&name.as_str())) else {
        return Err(Failure::usage(format_args!("{}: there is no column `source`", path.display())));
    };
    let (mut rows, mut seen) = (Vec::new(), HashSet::new());
    for record in reader.records() {
        let record = record.map_err(invalid)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<_> = names.iter().map(String::as_str).zip(record.iter()).collect();
        let row = row(&cells, source, path)
            .map_err(|failure| Failure::new(failure.code, format_args!("{}, line {line}: {}", path.display(), failure.text)))?;
        if seen.insert(row.key.clone()) {
            rows.push(row);
        }
    }
    Ok(rows)
}

fn row(cells: &[(&str, &str)], source: usize, list: &Path) -> Result<Row, Failure> {
    let word = cells.get(source).map_or("", |(_, word)| *word);
    if word.is_empty() {
        return Err(Failure::usage("the source is empty"));
    }
    let is_url = word.contains("://");
    let operation = entry::<Studio>(if is_url { "asset.upload_url" } else { OPERATION })?;
    let mut settings = Map::new();
    for (index, (name, word)) in cells.iter().enumerate() {
        if index == source || word.is_empty() {
            continue;
        }
        let (name, value) =
            column(operation, name, word)?.ok_or_else(|| Failure::usage(format_args!("an asset has no `{name}`")))?;
        settings.insert(name.to_owned(), value);
    }
    let file_name = word.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(word);
    let file_name = if is_url { file_name.split(['?', '#']).next().unwrap_or(file_name) } else { file_name };
    settings.entry("name").or_insert_with(|| file_name.into());
    let source = if is_url {
        settings.insert("url".to_owned(), word.into());
        Source::Url(word.to_owned())
    } else {
        // Files are named as the list sees them.
        Source::File(list.parent().unwrap_or(Path::new("")).join(word))
    };
    let key = fingerprint(format!("{word}\n{}", Value::from(settings.clone())).as_bytes());
    Ok(Row { key, source, settings })
}
