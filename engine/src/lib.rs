#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Nothing that comes from outside may end a program.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::exit))]
#![deny(missing_debug_implementations, unreachable_pub)]
// A library is silent, and its futures can be awaited on any thread.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro, clippy::future_not_send))]

#[doc = include_str!("../docs/any-api.md")]
pub mod any_api {}

#[doc = include_str!("../docs/coming-from-rustify.md")]
pub mod coming_from_rustify {}

#[doc = include_str!("../docs/compared.md")]
pub mod compared {}

#[doc = include_str!("../docs/guide.md")]
pub mod guide {}

#[cfg(target_family = "wasm")]
mod unsupported;

mod api;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "blocking")]
pub mod blocking;
mod body;
mod call;
mod case;
mod client;
pub mod codec;
mod context;
mod download;
#[cfg(feature = "dynamic")]
pub mod dynamic;
mod encode;
mod endpoint;
mod error;
mod file;
mod json_text;
pub mod link;
mod log;
mod macros;
#[cfg(feature = "mock")]
pub mod mock;
mod multipart;
pub mod observe;
mod options;
mod page;
mod rate;
mod redact;
#[cfg(feature = "replay")]
pub mod replay;
mod resolve;
mod response;
mod retry;
mod runtime;
#[cfg(any(feature = "dynamic", feature = "mock"))]
mod sample;
mod secret;
mod send;
#[cfg(feature = "serve")]
pub mod serve;
mod server;
mod settings;
pub mod source;
pub mod sse;
mod timeout;
mod token;
mod transport;
pub mod tus;
mod url;
mod wait;
mod watch;

// What the targets in fuzz/ call that is nobody else's.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;

pub use api::{Api, Auth};
pub use body::Body;
#[cfg(feature = "tokio")]
pub use body::BoxReader;
pub use call::{Call, CallFuture, ResponseFuture, WithResponse};
pub use case::Case;
pub use client::{ApiClient, Client};
pub use codec::error::DecodeError;
pub use codec::extra::Extra;
pub use codec::nullable::Nullable;
pub use download::Download;
pub use endpoint::{Endpoint, HostedBy, IntoField, Operation};
pub use error::{
    AnyBody, BodyError, BoxError, EarlierAttempt, Error, ErrorBody, ErrorKind, IdleTimeout, RequestError,
    TransportError, TransportErrorKind, Unmapped, write_causes,
};
pub use file::File;
pub use json_text::JsonText;
pub use multipart::Multipart;
pub use page::{ItemOf, Items, Page, PageOf, Pages, Paginated};
pub use rate::RateLimit;
pub use response::Response;
pub use response::headers::WithHeaders;
pub use response::own::Codec;
pub use retry::Retry;
pub use secret::Secret;
pub use settings::Timeouts;
pub use token::Token;
#[cfg(feature = "reqwest")]
pub use transport::configured_transport;
#[cfg(feature = "tower")]
pub use transport::tower::{TowerTransport, TransportService};
pub use transport::{AddedSecrets, BoxFuture, Transport, default_transport};
pub use url::Url;
pub use wait::{Awaitable, Stage, Update, Wait, WaitError, WaitFuture};

/// How the body of a successful response becomes a value: one type for each form that a declaration can name after `->`.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::{Endpoint, format::ResponseFormat};
///
/// type Format = <GetBook as Endpoint>::Format; // Json, for `-> Book`
/// assert_eq!(<Format as ResponseFormat<Book>>::ACCEPT, "application/json");
/// ```
pub mod format {
    pub use crate::response::headers::Headed;
    pub use crate::response::own::By;
    pub use crate::response::{
        ByStatus, Empty, Events, Json, JsonItems, JsonLines, Raw, RawResponse, ResponseFormat, Streamed, Text,
    };
}

/// The parts of an [`Operation`]: its fields and their places in the request, its paging, the APIs that host it.
///
/// ```
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// use typed_endpoint::{Endpoint, operation::Place};
///
/// let author = &ListBooks::OPERATION.fields[0];
/// assert_eq!((author.name, author.place), ("author", Place::Query));
/// ```
pub mod operation {
    pub use crate::endpoint::{Field, Host, Lists, Objects, Paging, Place};
}

/// What the macros expand to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use bytes::Bytes;
    pub use http::{HeaderMap, Request, StatusCode};
    pub use paste::paste;
    #[cfg(feature = "reqwest")]
    pub use reqwest;
    pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
    pub use serde_json::Value as Json;
    #[cfg(feature = "tower")]
    pub use tower_layer::Layer;

    pub use crate::case::{Name, name};
    pub use crate::endpoint::{Declaration, Methods, Value, Visit, check_cursor, method, optional, required};
    pub use crate::error::{ErrorContent, first_status};
    pub use crate::response::headers::ResponseHeaders;
    pub use crate::response::own::Coded;
    pub use crate::response::{first_accept, responses, undeclared};
    pub use crate::source::{deserialize_request, serialize_request};
}
