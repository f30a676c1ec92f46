//! Results of a bounded size.

use livepeer::dynamic::Document;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value, json};

use super::conform::conform;
use super::schema::NEXT_CURSOR;

/// A result: its JSON, what was left out of it, and its schema.
pub struct Outcome<'a> {
    pub value: Value,
    pub note: Option<String>,
    pub schema: Option<&'a Map<String, Value>>,
}

impl Outcome<'_> {
    /// As a tool's result: JSON as text, and as structured content where the tool has a schema.
    pub fn into_result(mut self) -> CallToolResult {
        let mut content = vec![ContentBlock::text(self.value.to_string())];
        content.extend(self.note.map(ContentBlock::text));
        let mut result = CallToolResult::success(content);
        if let Some(schema) = self.schema
            && conform(&mut self.value, schema)
        {
            result.structured_content = Some(self.value);
        }
        result
    }
}

/// A result that is an error, with its words.
pub fn failed(words: impl Into<String>) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(words)])
}

/// How large a result may be, and whether secrets are in it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// In bytes of JSON.
    pub most_bytes: usize,
    pub show_secrets: bool,
}

/// Left for what stands around the items of a list.
const FRAME: usize = 512;

impl Limits {
    pub fn shown(&self, document: &Document) -> Value {
        if self.show_secrets { document.to_value() } else { document.redacted() }
    }

    /// A list from an item on, as far as there is room, and where it goes on: `page` is the cursor of this page, `next` that of the
    /// next one.
    pub fn list(&self, items: Vec<Value>, at: &Position, next: Option<String>) -> (Value, Option<String>) {
        let of = items.len();
        let mut taken = Vec::new();
        let mut cut = None;
        let mut left = self.most_bytes.saturating_sub(FRAME);
        for mut item in items.into_iter().skip(at.skip) {
            // There is at least one item, so that the list ends.
            if taken.is_empty() && size(&item) > left {
                cut = self.fit(&mut item, left);
            }
            let size = size(&item) + 1;
            if size > left && !taken.is_empty() {
                break;
            }
            left = left.saturating_sub(size);
            taken.push(item);
        }
        let reached = at.skip.saturating_add(taken.len());
        let (next, mut note) = if reached < of {
            let next = Position { skip: reached, page: at.page.clone() }.to_string();
            (Some(next), Some(format!("{} more fetched items are left out to keep the result small.", of - reached)))
        } else {
            (next.map(|page| Position { skip: 0, page: Some(page) }.to_string()), None)
        };
        let mut list = json!({ "items": taken });
        if let Some(next) = next {
            let text = note.unwrap_or_else(|| "There are more items.".to_owned());
            note = Some(format!("{text} Call again with the same arguments and this `cursor`: {next}"));
            list[NEXT_CURSOR] = next.into();
        }
        let note = [note, cut].into_iter().flatten().collect::<Vec<_>>().join("\n");
        (list, (!note.is_empty()).then_some(note))
    }

    /// Makes a value small by shortening its texts and lists; tells so.
    pub fn fit(&self, value: &mut Value, most: usize) -> Option<String> {
        let whole = size(value);
        if whole <= most {
            return None;
        }
        for text in [16_384, 4096, 1024, 256, 64, 16] {
            shorten(value, text, text / 4);
            if size(value) <= most {
                let note = format!(
                    "The result was {whole} bytes, more than the {most} that it may have: texts longer than {text} bytes end \
                     with …, and lists have their first {} items.",
                    text / 4
                );
                return Some(note);
            }
        }
        *value = match value {
            Value::Object(_) => json!({}),
            Value::Array(_) => json!([]),
            _ => Value::Null,
        };
        Some(format!("The result was {whole} bytes, more than the {most} that it may have, and is left out."))
    }
}

fn size(value: &Value) -> usize {
    value.to_string().len()
}

/// The start of a text, of at most so many bytes.
pub fn start(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

fn shorten(value: &mut Value, text: usize, items: usize) {
    match value {
        Value::String(long) if long.len() > text => {
            long.truncate(start(long, text).len());
            long.push('…');
        }
        Value::Array(list) => {
            list.truncate(items);
            list.iter_mut().for_each(|item| shorten(item, text, items));
        }
        Value::Object(members) => members.values_mut().for_each(|member| shorten(member, text, items)),
        _ => {}
    }
}

/// A place in a list: how many items of a page were given, and the page's own cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub skip: usize,
    pub page: Option<String>,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.page {
            Some(page) => write!(f, "{}:{page}", self.skip),
            None => write!(f, "{}", self.skip),
        }
    }
}

impl std::str::FromStr for Position {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (skip, page) = match text.split_once(':') {
            Some((skip, page)) => (skip, Some(page.to_owned())),
            None => (text, None),
        };
        let skip = skip.parse().map_err(|_| format!("`cursor` is not a `next_cursor` of this server: {text}"))?;
        Ok(Self { skip, page })
    }
}
