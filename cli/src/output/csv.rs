//! Comma-separated values.

use serde_json::Value;

use super::rows::at;
use crate::failure::Failure;

/// A line of values, with its line feed.
pub fn row(cells: impl IntoIterator<Item = String>) -> Result<String, Failure> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells).map_err(Failure::other)?;
    let bytes = writer.into_inner().map_err(Failure::other)?;
    String::from_utf8(bytes).map_err(Failure::other)
}

/// The values of an item: texts as they are, all else as JSON.
pub fn cells<'a>(item: &'a Value, columns: &'a [String]) -> impl Iterator<Item = String> + 'a {
    columns.iter().map(|column| match at(item, column) {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}
