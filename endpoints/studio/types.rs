//! Types that several Studio resources share.

use super::Studio;

mod creator;
mod ids;
mod policy;
mod profile;
mod storage;
mod tags;
mod time;

pub use creator::{CreatorId, CreatorIdType, TypedCreatorId};
pub use ids::{
    AssetId, ObjectStoreId, PlaybackId, ProjectId, SessionId, StreamId, TargetId, TaskId, UserId, WebhookId,
};
pub use policy::{PlaybackPolicy, PlaybackPolicyType};
pub use profile::{Encoder, FfmpegProfile, H264Profile, RecordingSpec, TranscodeProfile};
pub use storage::{
    CustomExport, Encryption, ExportParams, IpfsExport, IpfsSpec, IpfsStorage, NftMetadataTemplate, Pinata, Storage,
    StorageIpfs, TaskRef,
};
pub use tags::{UserTag, UserTags};
pub use time::{Seconds, Timestamp};
