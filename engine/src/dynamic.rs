//! Operations by name: calls with JSON in and out, and descriptions of all operations of an API (feature `dynamic`).
//!
//! For programs that do not know at compile time what they will call: command lines, tools for agents, generators of documents. An
//! API that implements [`Catalog`] gets [`Client::call_named`](crate::Client::call_named) and [`openapi()`], with nothing written per
//! operation.
//!
//! ```
//! # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
//! # use typed_endpoint::mock::Mock;
//! use serde_json::json;
//! use typed_endpoint::dynamic::{self, Catalog, Entry};
//!
//! impl Catalog for Library {
//!     const ENTRIES: &'static [&'static [Entry]] = &[library::ENTRIES];
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mock = Mock::new().on(async |add: AddBook| Ok(Book { title: add.title, ..Book::default() }));
//! # let client = mock.client::<typed_endpoint::Client<Library>>();
//! let output = client.call_named("library.add_book", json!({ "title": "Moby-Dick" })).await?;
//! assert_eq!(output.into_json().unwrap()["title"], "Moby-Dick");
//!
//! let error = client.call_named("library.add_book", json!({ "titel": "Emma" })).await.unwrap_err();
//! assert!(format!("{error:#}").contains("there is no argument `titel`; did you mean `title`?"));
//!
//! let document = dynamic::openapi::<Library>();
//! assert_eq!(document["paths"]["/book"]["post"]["requestBody"]["required"], true);
//! # Ok(())
//! # }
//! ```

mod arguments;
mod call;
mod docs;
mod entry;
mod format;
mod merge;
mod openapi;
mod output;
mod sample;
mod similar;

pub use crate::error::ErrorContent;
pub use call::NamedCall;
pub use docs::plain_text;
pub use entry::{Catalog, Entry, FieldEntry, Named, entries, entry};
pub use format::{Content, FormatOutput};
pub use openapi::openapi;
pub use output::{Document, Documents, NamedPage, Output};
