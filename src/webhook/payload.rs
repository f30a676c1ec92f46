//! What the deliveries of a webhook hold, one type a kind of event.

use std::fmt;

use http::StatusCode;

#[cfg(doc)]
use super::{Event, Verifier};
use typed_endpoint::codec::{Mode, Options, from_json, to_json};

use crate::asset::Asset;
use crate::endpoints::prelude::*;
use crate::session::Session;
use crate::task::{Task, TaskType};

/// One line a kind: its name on the wire, its variant, and what it carries.
macro_rules! kinds {
    ($( $(#[$doc:meta])* $name:literal => $variant:ident $(($payload:ty))?, )*) => {
        /// What happened, with its data.
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Payload {
            $( $(#[$doc])* $variant $(($payload))?, )*
            /// A kind that this version does not know.
            Unknown {
                /// Its name.
                name: String,
                /// Its data.
                value: Option<Value>,
            },
        }

        impl Payload {
            /// The name of the kind, such as `asset.ready`.
            pub fn name(&self) -> &str {
                match self {
                    $( Self::$variant { .. } => $name, )*
                    Self::Unknown { name, .. } => name,
                }
            }

            /// Takes what the kind carries, and leaves what it has no place for.
            pub(super) fn read(name: &str, payload: &mut Option<RawJson>, mode: Mode) -> Result<Self, DecodeError> {
                Ok(match name {
                    $( $name => Self::$variant $((required::<$payload>(payload.take(), mode)?))?, )*
                    _ => Self::Unknown { name: name.to_owned(), value: payload.take().and_then(RawJson::into_value) },
                })
            }

            pub(crate) fn write(&self) -> Option<RawJson> {
                match self {
                    $( $( Self::$variant(payload) => Some(RawJson(to_json::<$payload>(payload))), )? )*
                    Self::Unknown { value, .. } => value.as_ref().map(|value| RawJson(to_json(value))),
                    _ => None,
                }
            }

            /// A payload of each kind in turn.
            pub(super) fn sample(sampler: &mut Sampler) -> Self {
                let kinds = [$( (|_sampler: &mut Sampler| Self::$variant $((<$payload>::sample(_sampler)))?) as fn(&mut Sampler) -> Self, )*];
                let kind = sampler.variant(kinds.len());
                kinds.get(kind).map_or_else(Self::default, |sample| sample(sampler))
            }
        }

        /// Without the data of an unknown kind, which may be a secret.
        impl fmt::Debug for Payload {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $( $( Self::$variant(payload) => {
                        let payload: &$payload = payload;
                        f.debug_tuple(stringify!($variant)).field(payload).finish()
                    } )? )*
                    Self::Unknown { name, .. } => f.debug_struct("Unknown").field("name", name).finish_non_exhaustive(),
                    plain => f.debug_tuple("Payload").field(&plain.name()).finish(),
                }
            }
        }
    };
}

kinds! {
    /// A live stream started: media arrive.
    "stream.started" => StreamStarted,
    /// Something was recognised in the picture of a live stream.
    "stream.detection" => StreamDetection(Detection),
    /// A live stream ended: media no longer arrive.
    "stream.idle" => StreamIdle,
    /// The recording of a session can be played.
    "recording.ready" => RecordingReady(Box<RecordingReady>),
    /// A session began to be recorded.
    "recording.started" => RecordingStarted(Box<Recording>),
    /// A session ended, and its recording is being made.
    "recording.waiting" => RecordingWaiting(Box<Recording>),
    /// A live stream is now sent on to a target.
    "multistream.connected" => MultistreamConnected(Multistream),
    /// Sending a live stream on to a target failed, repeatedly.
    "multistream.error" => MultistreamError(Multistream),
    /// A live stream is no longer sent on to a target.
    "multistream.disconnected" => MultistreamDisconnected(Multistream),
    /// A viewer came. Its data is not fixed: it stands in the event's [`extra`](Event::extra), as
    /// `payload`.
    "playback.user.new" => PlaybackUserNew,
    /// The access gate asks whether a viewer may play. The response to the delivery decides: see [`AccessDecision`].
    "playback.accessControl" => PlaybackAccessControl(AccessRequest),
    /// An asset was created.
    "asset.created" => AssetCreated(Box<AssetPayload>),
    /// An asset changed, which includes its progress.
    "asset.updated" => AssetUpdated(Box<AssetPayload>),
    /// An asset could not be processed.
    "asset.failed" => AssetFailed(Box<AssetPayload>),
    /// An asset can be played.
    "asset.ready" => AssetReady(Box<AssetPayload>),
    /// An asset was deleted.
    "asset.deleted" => AssetDeleted(Box<AssetPayload>),
    /// A task was created.
    "task.spawned" => TaskSpawned(Box<TaskPayload>),
    /// A task changed, which includes its progress.
    "task.updated" => TaskUpdated(Box<TaskPayload>),
    /// A task ended well.
    "task.completed" => TaskCompleted(Box<TaskPayload>),
    /// A task failed for good.
    "task.failed" => TaskFailed(Box<TaskPayload>),
}

impl Default for Payload {
    fn default() -> Self {
        Self::Unknown { name: String::new(), value: None }
    }
}

fn required<T: Field>(payload: Option<RawJson>, mode: Mode) -> Result<T, DecodeError> {
    let RawJson(payload) = payload.ok_or_else(|| DecodeError::custom("no payload"))?;
    Options::new().mode(mode).decode(&payload).map(|decoded| decoded.value)
}

/// JSON as it stands: [`Value`] would round numbers that 64 bits cannot hold.
#[derive(Clone, PartialEq)]
pub(crate) struct RawJson(String);

impl RawJson {
    pub(crate) fn into_value(self) -> Option<Value> {
        from_json(&self.0).ok()
    }
}

/// Without the data, which may be a secret.
impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawJson").finish_non_exhaustive()
    }
}

impl Encode for RawJson {
    fn encode(&self, writer: &mut Writer) {
        writer.raw(&self.0);
    }
}

impl Field for RawJson {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.raw().map(|json| Self(json.to_owned()))
    }

    fn sample(sampler: &mut Sampler) -> Self {
        Self(to_json(sampler.name()))
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::any()
    }
}

model! {
    /// What was recognised in a segment of a live stream.
    pub struct Detection: Studio {
        /// Number of the segment.
        seq_no?: u64,
        /// The classes of scene that were looked for.
        scene_classification?: Vec<SceneClass>,
    }
    /// A class of scene, and how likely it is.
    pub struct SceneClass: Studio {
        /// Its name, such as `soccer`.
        name: String,
        /// From 0 to 1.
        probability?: f64,
    }
    /// A session whose recording began, or is being made.
    pub struct Recording: Studio {
        /// The session.
        session: Session,
    }
    /// A session whose recording can be played.
    pub struct RecordingReady: Studio {
        /// The recording as HLS.
        recording_url?: Url,
        /// The recording as a file.
        mp4_url?: Url,
        /// The session.
        session: Session,
    }
    /// A target that a live stream is sent on to.
    pub struct Multistream: Studio {
        /// The target.
        target: MultistreamTarget,
    }
    /// Which target, and which rendition it gets.
    pub struct MultistreamTarget: Studio {
        /// Id of the target.
        id: String,
        /// Name of the target.
        name?: String,
        /// Name of the rendition; `source` is the one that is sent in.
        profile?: String,
    }
    /// An asset, as it was when the event happened.
    pub struct AssetPayload: Studio {
        /// The asset.
        asset: AssetSnapshot,
    }
    /// An asset at one point in time.
    pub struct AssetSnapshot: Studio {
        /// Id of the asset.
        id: AssetId,
        /// The asset.
        snapshot: Asset,
    }
    /// A task, as it was when the event happened.
    pub struct TaskPayload: Studio {
        /// Whether the task ended well. Present only once it ended.
        success?: bool,
        /// The task.
        task: TaskSnapshot,
    }
    /// A task at one point in time.
    pub struct TaskSnapshot: Studio {
        /// Id of the task.
        id: TaskId,
        /// What it does, such as `transcode`.
        kind as "type": TaskType,
        /// The task.
        snapshot: Task,
    }
    /// A request of the access gate: may a viewer play this?
    ///
    /// Comes when the playback policy of a stream or asset names a webhook, and expects an
    /// [`AccessDecision`]. The viewer waits meanwhile.
    pub struct AccessRequest: Studio {
        /// What the playback policy says under `webhookContext`.
        context: Map<String, Value>,
        /// The key that the viewer presented; empty if none.
        access_key: Secret,
        /// When the request was sent.
        timestamp: Timestamp,
    }
}

/// The response to an [`AccessRequest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessDecision {
    /// The viewer may play.
    Allow,
    /// The viewer may not.
    Deny,
}

impl AccessDecision {
    /// The status of the response: 200 or 403.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Allow => StatusCode::OK,
            Self::Deny => StatusCode::FORBIDDEN,
        }
    }

    /// The JSON of the response. It denies by itself too: the gate respects `ret` even where something on
    /// the way turned the status into a 200.
    pub fn body(self) -> &'static str {
        match self {
            Self::Allow => "{}",
            Self::Deny => r#"{"ret":403}"#,
        }
    }
}

impl From<bool> for AccessDecision {
    fn from(allow: bool) -> Self {
        if allow { Self::Allow } else { Self::Deny }
    }
}

impl<B: From<&'static str>> From<AccessDecision> for http::Response<B> {
    fn from(decision: AccessDecision) -> Self {
        let mut response = Self::new(decision.body().into());
        *response.status_mut() = decision.status();
        response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        response
    }
}
