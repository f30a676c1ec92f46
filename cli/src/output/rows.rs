//! Objects as rows: which columns there are, and what stands in a cell.

use livepeer::Timestamp;
use serde_json::Value;

use crate::named::Named;

/// What people look for first, in this order.
const FIRST: &[&str] = &[
    "id",
    "file",
    "source",
    "name",
    "status.phase",
    "phase",
    "type",
    "event",
    "isActive",
    "disabled",
    "email",
    "url",
    "assetId",
    "error",
    "playbackId",
    "timestamp",
    "country",
    "device",
    "browser",
    "viewCount",
    "playtimeMins",
    "size",
    "createdAt",
    "lastSeen",
];

/// How many columns a table has at most, and at least if there is more to show.
const MOST: usize = 6;
const LEAST: usize = 2;

/// The paths of all values in an object that are no lists; members of members are `a.b`.
fn paths<'a>(value: &'a Value, prefix: &str, depth: usize, add: &mut dyn FnMut(String, &'a Value)) {
    for (name, member) in value.as_object().into_iter().flatten() {
        let path = format!("{prefix}{name}");
        match member {
            Value::Object(_) if depth > 0 => paths(member, &format!("{path}."), depth - 1, add),
            Value::Array(_) | Value::Object(_) => {}
            _ => add(path, member),
        }
    }
}

/// A few columns that say most, chosen by what the items have.
pub fn chosen_columns(items: &[Value]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for item in items {
        paths(item, "", 1, &mut |path, value| {
            if !value.is_null() && !seen.contains(&path) {
                seen.push(path);
            }
        });
    }
    let mut columns: Vec<_> =
        FIRST.iter().filter(|name| seen.iter().any(|path| path == *name)).map(|name| (*name).to_owned()).collect();
    // The time of creation says more than the rest when there is too much.
    if columns.len() > MOST {
        let last = columns.iter().position(|name| name == "createdAt").map(|at| columns.remove(at));
        columns.truncate(MOST - usize::from(last.is_some()));
        columns.extend(last);
    }
    if columns.len() < LEAST {
        let more: Vec<_> = seen.into_iter().filter(|path| !columns.contains(path)).take(MOST - columns.len()).collect();
        columns.extend(more);
    }
    columns
}

/// All columns that the items of a schema may have, as `a.b`; lists are one column each.
pub fn columns_of(schema: &Value, named: &Named) -> Vec<String> {
    let mut columns = Vec::new();
    add_columns(schema, named, "", 2, &mut columns);
    columns
}

fn add_columns(schema: &Value, named: &Named, prefix: &str, depth: usize, columns: &mut Vec<String>) {
    let schema = named.resolve(schema);
    match schema["properties"].as_object() {
        Some(properties) if depth > 0 || prefix.is_empty() => {
            for (name, member) in properties {
                add_columns(member, named, &format!("{prefix}{name}."), depth.saturating_sub(1), columns);
            }
        }
        _ if !prefix.is_empty() => columns.push(prefix.trim_end_matches('.').to_owned()),
        _ => {}
    }
}

/// All columns that an item has.
pub fn own_columns(item: &Value) -> Vec<String> {
    item.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// The value at a path.
pub fn at<'a>(item: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(item, |value, name| &value[name])
}

/// What stands in a cell of a table: times as dates, nothing that could steer a terminal.
pub fn cell(name: &str, value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) if is_time(name) => match number.as_f64() {
            Some(millis) if millis >= 1e11 => {
                let time = Timestamp::from_millis(millis as i64).to_string();
                // Nobody reads the milliseconds.
                time.split_once('.').map_or(time.clone(), |(seconds, _)| format!("{seconds}Z"))
            }
            Some(0.0) => "never".to_owned(),
            _ => number.to_string(),
        },
        other => other.to_string(),
    };
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn is_time(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    name.ends_with("At") || name.ends_with("Seen") || name.ends_with("Time") || name == "timestamp"
}
