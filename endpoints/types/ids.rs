//! Ids that appear in more than one resource, and web addresses.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::id;
use crate::secret;

/// A web address, kept as the text it came as: it is not checked and not normalized.
///
/// `Debug` shows the address, but not what else may stand in it: passwords, what is in the query (signatures, tokens),
/// and beyond the web (`rtmp:`, `srt:`) the path, which holds stream keys.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Url(String);

crate::__text_type! { Url }

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Url").field(&secret::shown_url(&self.0)).finish()
    }
}

impl Serialize for Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        secret::note_url(&self.0);
        serializer.serialize_str(&self.0)
    }
}

id! {
    /// Id of a live stream. A session is stored by the server as a child of its stream, so some
    /// operations take a session's id in its place.
    pub struct StreamId;

    /// Id of a session: one stretch of uninterrupted streaming.
    pub struct SessionId;

    /// Id of an asset (a video or audio file on demand).
    pub struct AssetId;

    /// Id of a task (work that the server does in the background).
    pub struct TaskId;

    /// Id of a multistream target.
    pub struct TargetId;

    /// Id of a webhook.
    pub struct WebhookId;

    /// Id of a project.
    pub struct ProjectId;

    /// Id of the Studio account that owns an object.
    pub struct UserId;

    /// Public id under which a stream, a recording or an asset is played.
    pub struct PlaybackId;
}
