//! An operation as a tool.

use std::sync::Arc;

use livepeer::dynamic::{Catalog, Entry, entries, plain_text};
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value};

use super::schema::{self, Form};

/// An operation as a tool.
pub struct OperationTool {
    pub entry: &'static Entry,
    pub tool: Tool,
    pub form: Form,
}

impl OperationTool {
    pub fn new<A: Catalog>(entry: &'static Entry) -> Self {
        let facts = entry.operation();
        let (form, output) = schema::output(entry);
        let mut description = plain_text(entry.docs());
        // As this list has them.
        for other in entries::<A>() {
            description = description.replace(&format!("`{}`", other.name()), &format!("`{}`", name(other)));
        }
        if facts.deprecated {
            description.push_str("\n\nDeprecated.");
        }
        let input = schema::input::<A>(entry, form == Form::List);
        let mut tool = Tool::new(name(entry), description, Arc::new(input)).with_annotations(annotations(entry));
        tool.output_schema = output.map(Arc::new);
        Self { entry, tool, form }
    }

    pub fn output_schema(&self) -> Option<&Map<String, Value>> {
        self.tool.output_schema.as_deref()
    }
}

/// `stream_create`: names of tools have no dots.
pub fn name(entry: &Entry) -> String {
    entry.name().replace('.', "_")
}

pub fn is_read_only(entry: &Entry) -> bool {
    matches!(entry.operation().method, "GET" | "HEAD")
}

fn annotations(entry: &Entry) -> ToolAnnotations {
    let facts = entry.operation();
    // PUT and PATCH replace what was there.
    let replaces = matches!(facts.method, "DELETE" | "PUT" | "PATCH");
    ToolAnnotations::new()
        .read_only(is_read_only(entry))
        .destructive(replaces)
        .idempotent(facts.retryable)
        // What the server returns was written by others, too.
        .open_world(true)
}
