//! The lists of the API: by which fields they can be filtered, and in which order they are.

use super::lists::{LastPage, List};

/// What kind of value a field has that a list can be filtered by.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Any, compared as it is.
    Plain,
    /// Text, of which a part is enough.
    Name,
    /// A number; the database fails with anything else.
    Number,
    /// A flag; anything else is refused.
    Flag,
    /// Any, compared as JSON.
    Json,
}

/// The fields that a list can be filtered by.
pub(super) type Fields = &'static [(&'static str, Kind)];

const ID: (&str, Kind) = ("id", Kind::Plain);
const NAME: (&str, Kind) = ("name", Kind::Name);
const CREATED_AT: (&str, Kind) = ("createdAt", Kind::Number);
const USER: (&str, Kind) = ("userId", Kind::Plain);
const PROJECT: (&str, Kind) = ("projectId", Kind::Plain);
const RECORD: (&str, Kind) = ("record", Kind::Flag);
const PARENT: (&str, Kind) = ("parentId", Kind::Plain);
const LAST_SEEN: (&str, Kind) = ("lastSeen", Kind::Number);
const UPDATED_AT: (&str, Kind) = ("updatedAt", Kind::Number);
const PLAYBACK: (&str, Kind) = ("playbackId", Kind::Plain);
const SEGMENTS: [(&str, Kind); 4] = [
    ("sourceSegments", Kind::Json),
    ("transcodedSegments", Kind::Number),
    ("sourceSegmentsDuration", Kind::Number),
    ("transcodedSegmentsDuration", Kind::Number),
];

const STREAMS_FIELDS: Fields = &[
    ID,
    NAME,
    CREATED_AT,
    USER,
    PROJECT,
    RECORD,
    PARENT,
    LAST_SEEN,
    PLAYBACK,
    SEGMENTS[0],
    SEGMENTS[1],
    SEGMENTS[2],
    SEGMENTS[3],
    ("creatorId", Kind::Plain),
    ("pull.source", Kind::Plain),
    ("isActive", Kind::Flag),
    ("isHealthy", Kind::Flag),
    ("suspended", Kind::Flag),
    ("user.email", Kind::Name),
];
const SESSIONS_FIELDS: Fields = &[
    ID,
    NAME,
    CREATED_AT,
    USER,
    PROJECT,
    RECORD,
    PARENT,
    LAST_SEEN,
    SEGMENTS[0],
    SEGMENTS[1],
    SEGMENTS[2],
    SEGMENTS[3],
    ("sourceBytes", Kind::Number),
    ("transcodedBytes", Kind::Number),
    ("ingestRate", Kind::Number),
    ("outgoingRate", Kind::Number),
    ("recordingStatus", Kind::Plain),
    ("user.email", Kind::Name),
];
const ASSETS_FIELDS: Fields = &[
    ID,
    NAME,
    CREATED_AT,
    UPDATED_AT,
    USER,
    PROJECT,
    PLAYBACK,
    ("objectStoreId", Kind::Plain),
    ("creatorId", Kind::Plain),
    ("playbackRecordingId", Kind::Plain),
    ("phase", Kind::Plain),
    ("cid", Kind::Plain),
    ("nftMetadataCid", Kind::Plain),
    ("sourceUrl", Kind::Plain),
    ("sourceSessionId", Kind::Plain),
    ("sourceAssetId", Kind::Plain),
    ("sourceType", Kind::Plain),
    ("sourcePlaybackId", Kind::Plain),
    ("user.email", Kind::Name),
];
const CLIPS_FIELDS: Fields = &[
    ID,
    CREATED_AT,
    UPDATED_AT,
    USER,
    PROJECT,
    PLAYBACK,
    ("sourceType", Kind::Plain),
    ("sourceSessionId", Kind::Plain),
    ("sourceAssetId", Kind::Plain),
];
const TASKS_FIELDS: Fields = &[
    ID,
    NAME,
    CREATED_AT,
    UPDATED_AT,
    USER,
    PROJECT,
    ("type", Kind::Plain),
    ("inputAssetId", Kind::Plain),
    ("outputAssetId", Kind::Plain),
    ("user.email", Kind::Name),
];
const WEBHOOKS_FIELDS: Fields = &[
    ID,
    NAME,
    CREATED_AT,
    USER,
    PROJECT,
    ("url", Kind::Plain),
    ("blocking", Kind::Plain),
    ("deleted", Kind::Plain),
    ("sharedSecret", Kind::Plain),
    ("user.email", Kind::Name),
];
const LOGS_FIELDS: Fields = &[
    ID,
    CREATED_AT,
    USER,
    ("event", Kind::Plain),
    ("statusCode", Kind::Plain),
    ("success", Kind::Plain),
    ("resourceId", Kind::Name),
];
const KEYS_FIELDS: Fields = &[ID, NAME, CREATED_AT, USER, PROJECT, ("deleted", Kind::Flag)];
const PROJECTS_FIELDS: Fields = &[ID, NAME, CREATED_AT, USER];
const OBJECT_STORES_FIELDS: Fields = &[
    ID,
    NAME,
    ("url", Kind::Plain),
    ("publicUrl", Kind::Plain),
    ("disabled", Kind::Plain),
    ("createdAt", Kind::Plain),
    USER,
];
pub(super) const STREAMS: List =
    List { fields: STREAMS_FIELDS, order: "lastSeen-true,createdAt-true", last: LastPage::Unlinked };
pub(super) const SESSIONS: List =
    List { fields: SESSIONS_FIELDS, order: "lastSeen-true,createdAt-true", last: LastPage::Unlinked };
pub(super) const ASSETS: List =
    List { fields: ASSETS_FIELDS, order: "updatedAt-true,createdAt-true", last: LastPage::Unlinked };
pub(super) const CLIPS: List =
    List { fields: CLIPS_FIELDS, order: "updatedAt-true,createdAt-true", last: LastPage::Unlinked };
pub(super) const TASKS: List =
    List { fields: TASKS_FIELDS, order: "updatedAt-true,createdAt-true", last: LastPage::Undefined };
pub(super) const WEBHOOKS: List = List { fields: WEBHOOKS_FIELDS, order: "", last: LastPage::Undefined };
pub(super) const LOGS: List = List { fields: LOGS_FIELDS, order: "createdAt-true", last: LastPage::Undefined };
pub(super) const KEYS: List = List { fields: KEYS_FIELDS, order: "createdAt-true", last: LastPage::Undefined };
pub(super) const PROJECTS: List = List { fields: PROJECTS_FIELDS, order: "createdAt-true", last: LastPage::Unlinked };
pub(super) const OBJECT_STORES: List = List { fields: OBJECT_STORES_FIELDS, order: "", last: LastPage::Unlinked };
/// These ignore filters, order and count.
pub(super) const TARGETS: List = List { fields: &[], order: "", last: LastPage::Unlinked };
pub(super) const CHILDREN: List = List { fields: &[], order: "", last: LastPage::Unlinked };
pub(super) const RECORDED: List = List { fields: &[], order: "lastSeen", last: LastPage::NeverLinked };
