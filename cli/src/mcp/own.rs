//! Tools that are no operations.

use std::future::Future;
use std::pin::Pin;

use rmcp::model::Tool;
use serde_json::{Map, Value};

use super::progress::Progress;

pub type Running<'a> = Pin<Box<dyn Future<Output = Result<Value, String>> + Send + 'a>>;

/// A tool that is no operation.
pub trait OwnTool: Send + Sync {
    /// Its name, docs, schemas and hints.
    fn tool(&self) -> Tool;

    /// The resources that it belongs to: `--only` names them. None: it is always there.
    fn resources(&self) -> &'static [&'static str];

    /// Runs it; the result is structured content, an error its words. It is dropped when the client cancels the request.
    fn call<'a>(&'a self, arguments: Map<String, Value>, progress: &'a Progress) -> Running<'a>;
}

/// An argument that is text.
pub fn text(arguments: &Map<String, Value>, name: &str) -> Result<String, String> {
    match arguments.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(format!("the argument `{name}` is not text")),
        None => Err(format!("the argument `{name}` is missing")),
    }
}
