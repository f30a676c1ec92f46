//! An MCP server: a tool for each operation of an API, made from its declarations, and a few more. README.md describes it.

mod call;
mod conform;
mod files;
mod guide;
mod http;
mod outcome;
mod own;
mod progress;
mod schema;
mod select;
mod server;
#[cfg(test)]
mod tests;
mod tool;
mod upload;
mod wait;

pub use files::Files;
pub use guide::SearchDocs;
pub use http::{Http, PATH, serve as serve_http};
pub use outcome::Limits;
pub use own::OwnTool;
pub use select::{Selection, defaults};
pub use server::{Server, Settings};
pub use upload::UploadFile;
pub use wait::WaitFor;
