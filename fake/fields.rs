//! By which fields each list can be filtered.

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
    ("sourceSegments", Kind::Number),
    ("transcodedSegments", Kind::Number),
    ("sourceSegmentsDuration", Kind::Number),
    ("transcodedSegmentsDuration", Kind::Number),
];

pub(super) const STREAMS: Fields = &[
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
pub(super) const SESSIONS: Fields = &[
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
pub(super) const ASSETS: Fields = &[
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
pub(super) const CLIPS: Fields = &[
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
pub(super) const TASKS: Fields = &[
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
pub(super) const WEBHOOKS: Fields = &[
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
pub(super) const LOGS: Fields = &[
    ID,
    CREATED_AT,
    USER,
    ("event", Kind::Plain),
    ("statusCode", Kind::Plain),
    ("success", Kind::Plain),
    ("resourceId", Kind::Name),
];
pub(super) const KEYS: Fields = &[ID, NAME, CREATED_AT, USER, PROJECT, ("deleted", Kind::Flag)];
pub(super) const PROJECTS: Fields = &[ID, NAME, CREATED_AT, USER];
pub(super) const OBJECT_STORES: Fields = &[
    ID,
    NAME,
    ("url", Kind::Plain),
    ("publicUrl", Kind::Plain),
    ("disabled", Kind::Plain),
    ("createdAt", Kind::Plain),
    USER,
];
/// For a list that ignores its filters.
pub(super) const NO_FIELDS: Fields = &[];
