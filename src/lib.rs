// The README's links are relative, which is nothing where the docs are read. Of two definitions of a link the first counts.
//! [guide]: crate::guide
//! [gallery]: crate::guide::gallery
//! [SDKs]: crate::guide::coming_from
//! [examples]: https://docs.rs/crate/livepeer/latest/source/examples/README.md
//! [cli]: https://docs.rs/crate/livepeer-cli/latest/source/README.md
//! [apps]: crate::guide::apps
//! [ledger]: https://docs.rs/crate/livepeer/latest/source/docs/ledger.md
//! [faults]: https://docs.rs/crate/livepeer/latest/source/docs/faults.md
//! [architecture]: https://docs.rs/crate/livepeer/latest/source/ARCHITECTURE.md
//! [contributing]: https://docs.rs/crate/livepeer/latest/source/CONTRIBUTING.md
//! [changelog]: https://docs.rs/crate/livepeer/latest/source/CHANGELOG.md
//!
#![doc = include_str!("../docs/quickstart.svg.link")]
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Nothing that comes from outside may end a program.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::exit))]
#![deny(missing_debug_implementations, unreachable_pub)]
// A library is silent, and its futures can be awaited on any thread.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro, clippy::future_not_send))]

#[cfg(feature = "blocking")]
pub mod blocking;
mod catalog;
mod client;
#[cfg(any(feature = "jwt", feature = "webhook"))]
mod clock;
#[cfg(feature = "encrypt")]
pub mod encryption;
#[path = "../endpoints/mod.rs"]
mod endpoints;
#[cfg(feature = "mock")]
#[path = "../fake/mod.rs"]
mod fake;
pub mod media;
#[cfg(feature = "network")]
pub mod network;
#[cfg(feature = "jwt")]
pub mod playback_access;
mod upload;
mod wait;
pub mod webhook;

#[cfg(any(doc, doctest, feature = "dynamic"))]
#[path = "../docs/guide.rs"]
pub mod guide;

/// Fake servers for tests: one made of typed handlers ([`Mock`](mock::Mock)), an in-memory fake of Livepeer Studio
/// ([`studio`](fn@mock::studio)), and one of an AI gateway ([`ai`](fn@mock::ai)).
///
/// All of them run in the test's process. `client()` returns a client that needs no network, `listen()` opens a port.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), livepeer::Error> {
/// use livepeer::{mock, stream};
///
/// let studio = mock::studio();
/// let stream = studio.client().call(stream::Create::new("my stream")).await?;
/// studio.go_live(&stream.id);
/// assert_eq!(studio.client().call(stream::Get::new(&stream.id)).await?.is_active, Some(true));
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "mock")]
pub mod mock {
    pub use typed_endpoint::mock::{
        EncodeResponse, Mock, MockServer, OperationVisitor, Operations, Received, Reply, fake, sample, sample_request,
        sample_requests,
    };

    pub use crate::fake::*;
}

/// Assets: video and audio files on demand, from upload to export.
///
/// [`Upload`](asset::Upload) sends a file, [`UploadUrl`](asset::UploadUrl) names one that Studio fetches. An asset can be played once its phase is
/// [`Ready`](asset::Phase::Ready).
///
/// ```no_run
/// # async fn example(client: livepeer::Client) -> Result<(), livepeer::asset::UploadWaitError> {
/// use livepeer::asset::Upload;
///
/// let asset = client.upload(Upload::file("film.mp4").name("The film")).wait().await?;
/// println!("{:?}", asset.playback_id);
/// # Ok(())
/// # }
/// ```
pub mod asset {
    #[doc(inline)]
    pub use crate::endpoints::studio::asset::*;
    // rustdoc drops the aliases of what a glob re-exports.
    #[doc(alias = "getAll")]
    pub use crate::endpoints::studio::asset::List;
    #[doc(alias = "create")]
    pub use crate::endpoints::studio::asset::RequestUpload;
    #[doc(alias = "createViaUrl")]
    pub use crate::endpoints::studio::asset::UploadUrl;
    pub use crate::upload::{Upload, UploadFuture, UploadState, UploadWait, UploadWaitError, Uploaded, Uploading};
}

pub use catalog::catalog;
#[cfg(feature = "mock")]
pub use catalog::visit_catalog;
pub use client::Client;
pub use endpoints::studio::types::{
    AssetId, CreatorId, CreatorIdType, CustomExport, Encoder, Encryption, ExportParams, FfmpegProfile, H264Profile,
    IpfsExport, IpfsSpec, IpfsStorage, NftMetadataTemplate, ObjectStoreId, Pinata, PlaybackId, PlaybackPolicy,
    PlaybackPolicyType, ProjectId, RecordingSpec, Seconds, SessionId, Storage, StorageIpfs, StreamId, TargetId, TaskId,
    TaskRef, Timestamp, TranscodeProfile, TypedCreatorId, UserId, UserTag, UserTags, WebhookId,
};
#[doc(inline)]
pub use endpoints::{
    ai::{Ai, generate},
    daydream,
    studio::{
        ApiError, FieldError, Studio, access_control, clip, ingest, list::Cursor, list::Filters, list::Order, metrics,
        multistream, object_store, playback, project, room, session, stream, task, transcode, user,
    },
};
#[cfg(feature = "tokio")]
pub use typed_endpoint::BoxReader;
#[cfg(feature = "dynamic")]
pub use typed_endpoint::dynamic;
#[cfg(feature = "replay")]
pub use typed_endpoint::replay;
pub use typed_endpoint::{
    AddedSecrets, AnyBody, Api, Auth, Awaitable, Body, BodyError, BoxError, BoxFuture, Call, CallFuture, Case,
    DecodeError, Download, EarlierAttempt, Endpoint, Error, ErrorBody, ErrorKind, Extra, File, HostedBy, IdleTimeout,
    IntoField, ItemOf, Items, JsonText, Multipart, Nullable, Operation, Page, PageOf, Pages, Paginated, RateLimit,
    RequestError, Response, ResponseFuture, Retry, Secret, Stage, Timeouts, Transport, TransportError,
    TransportErrorKind, Unmapped, Update, Url, Wait, WaitError, WaitFuture, WithResponse, default_transport,
};
#[cfg(feature = "tower")]
pub use typed_endpoint::{TowerTransport, TransportService};
// The macros, and the modules that hold more of the engine. `endpoint` is both.
pub use typed_endpoint::{
    codec, endpoint, errors, field_newtype, field_via_serde, fields, format, id, link, model, observe, open_enum,
    operation, operations, serde_via_codec, source, sse, sse_json, tus,
};

/// What filters choose its logs by.
const LOG_TARGET: &str = "livepeer";

/// What the client calls itself.
const USER_AGENT: &str = concat!("livepeer-rust/", env!("CARGO_PKG_VERSION"));
