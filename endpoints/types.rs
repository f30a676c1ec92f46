//! Types that several Studio resources share.

use std::collections::BTreeMap;

use super::studio::Studio;
use crate::IntoField;

mod creator;
mod ids;
mod policy;
mod profile;
mod storage;
mod tags;
mod time;

pub use creator::{CreatorId, CreatorIdType, TypedCreatorId};
pub use ids::{AssetId, PlaybackId, ProjectId, SessionId, StreamId, TargetId, TaskId, Url, UserId, WebhookId};
pub use policy::{PlaybackPolicy, PlaybackPolicyType};
pub use profile::{Encoder, FfmpegProfile, H264Profile, RecordingSpec, TranscodeProfile};
pub use storage::{
    CustomExport, Encryption, ExportParams, IpfsExport, IpfsSpec, IpfsStorage, NftMetadataTemplate, Pinata, Storage,
    StorageIpfs, TaskRef,
};
pub use tags::{UserTag, UserTags};
pub use time::{Seconds, Timestamp};

impl<K: Into<String>, V, W: Into<V>, const N: usize> IntoField<BTreeMap<String, V>> for [(K, W); N] {
    fn into_field(self) -> BTreeMap<String, V> {
        self.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }
}
