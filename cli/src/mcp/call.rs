//! Calls an operation for a tool.

use livepeer::dynamic::{Catalog, Documents, Output};
use livepeer::{Client, Error};
use rmcp::model::CallToolResult;
use serde_json::{Map, Value, json};

use super::outcome::{Limits, Outcome, Position, failed};
use super::schema::{CURSOR, Form};
use super::tool::OperationTool;

/// Calls an operation; an error is a result with its words.
pub async fn call<A: Catalog>(
    client: &Client<A>,
    limits: &Limits,
    tool: &OperationTool,
    arguments: Map<String, Value>,
) -> CallToolResult {
    match outcome(client, limits, tool, arguments).await {
        Ok(outcome) => outcome.into_result(),
        Err(words) => failed(words),
    }
}

async fn outcome<'a, A: Catalog>(
    client: &Client<A>,
    limits: &Limits,
    tool: &'a OperationTool,
    mut arguments: Map<String, Value>,
) -> Result<Outcome<'a>, String> {
    let name = tool.entry.name();
    let outcome = |value, note| Outcome { value, note, schema: tool.output_schema() };
    if tool.form == Form::List {
        let at = match arguments.remove(CURSOR) {
            None | Some(Value::Null) => Position::default(),
            Some(Value::String(text)) => text.parse()?,
            Some(_) => return Err(format!("`{CURSOR}` is not text")),
        };
        let call = client.call_named(&name, arguments.into());
        let (items, next) = if tool.entry.operation().paged.is_some() {
            let page = call.page(at.page.clone()).await.map_err(words)?;
            (page.items.iter().map(|item| limits.shown(item)).collect(), page.next_cursor)
        } else {
            match call.await.map_err(words)? {
                Output::Json(document) => (items_of(limits.shown(&document)), None),
                _ => (Vec::new(), None),
            }
        };
        let (list, note) = limits.list(items, &at, next);
        return Ok(outcome(list, note));
    }
    let value = match client.call_named(&name, arguments.into()).await.map_err(words)? {
        Output::Empty if tool.form == Form::Wrapped => json!({ "result": null }),
        Output::Empty => json!({ "done": true }),
        Output::Json(document) => {
            let mut value = limits.shown(&document);
            let note = limits.fit(&mut value, limits.most_bytes);
            let value = if tool.form == Form::Wrapped { json!({ "result": value }) } else { value };
            return Ok(outcome(value, note));
        }
        Output::Text(text) => json!({ "text": text }),
        Output::Bytes(bytes) => in_base64(&bytes, limits)?,
        Output::Download(mut download) => {
            let mut bytes = Vec::new();
            while let Some(chunk) = download.chunk().await.map_err(words)? {
                bytes.extend_from_slice(&chunk);
                in_base64(&bytes, limits)?;
            }
            in_base64(&bytes, limits)?
        }
        Output::Events(events) => {
            let (list, note) = collect(events, limits).await?;
            return Ok(outcome(list, note));
        }
        other => return Err(format!("a result of an unknown kind: {other:?}")),
    };
    let mut value = value;
    let note = limits.fit(&mut value, limits.most_bytes);
    Ok(outcome(value, note))
}

/// An error with its causes.
fn words(error: Error) -> String {
    format!("{error:#}")
}

fn items_of(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        other => vec![other],
    }
}

/// A part of a file is of no use, so that one that is too large is an error.
fn in_base64(bytes: &[u8], limits: &Limits) -> Result<Value, String> {
    use base64::Engine as _;
    let most = limits.most_bytes / 4 * 3;
    if bytes.len() > most {
        return Err(format!("the result is a file of more than {most} bytes, the most that a result may have"));
    }
    Ok(json!({ "base64": base64::engine::general_purpose::STANDARD.encode(bytes) }))
}

async fn collect(mut events: Documents, limits: &Limits) -> Result<(Value, Option<String>), String> {
    let mut items = Vec::new();
    let mut left = limits.most_bytes;
    while let Some(event) = events.next().await {
        let event = limits.shown(&event.map_err(words)?);
        let size = event.to_string().len() + 1;
        if size > left {
            let note = format!("Only the first {} events: more would be larger than a result may be.", items.len());
            return Ok((json!({ "items": items }), Some(note)));
        }
        left -= size;
        items.push(event);
    }
    Ok((json!({ "items": items }), None))
}
