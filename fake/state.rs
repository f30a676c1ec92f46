//! The state of the server.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;

use super::handler::{HandlerResult, find};
use super::kept::{Delivery, Uploads, Work};
use super::query::Query;
use super::views::View;
use crate::endpoints::studio::access_control::SigningKey;
use crate::endpoints::studio::asset::Asset;
use crate::endpoints::studio::multistream::Target;
use crate::endpoints::studio::object_store::ObjectStore;
use crate::endpoints::studio::project::Project;
use crate::endpoints::studio::room::{Room, RoomId, RoomUser};
use crate::endpoints::studio::session::Session;
use crate::endpoints::studio::stream::Stream;
use crate::endpoints::studio::types::*;
use crate::webhook::{Webhook, WebhookLog, WebhookStatus};
use typed_endpoint::mock::Reply;
use typed_endpoint::{Secret, Transport};

/// For how long a deleted asset can be brought back.
const RESTORABLE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

pub(super) struct Settings {
    pub keys: Vec<String>,
    pub public_url: Option<String>,
    pub per_request: Duration,
    /// What ids and keys are drawn from.
    pub seed: u64,
    pub waiting: Duration,
    pub running: Duration,
    pub link_host: Option<String>,
    pub open_source: bool,
    pub rooms: bool,
    pub transport: Option<Arc<dyn Transport>>,
    /// The public RSA key that keys of encrypted files are encrypted with, as SPKI in DER.
    pub encryption_key: Vec<u8>,
}

/// Where the request that is being handled was sent to.
#[derive(Default)]
pub(super) struct Asked {
    /// Scheme and host, or the public URL.
    pub origin: String,
    pub path: String,
    pub query: Query,
    pub raw_query: String,
    pub body: Bytes,
    /// Whether it has a key.
    pub has_key: bool,
}

/// An RSA key of 2048 bits, of which nobody has the private half.
const ENCRYPTION_KEY: &str = concat!(
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoWaSS4p0eVQ7VKy5RJi+37SK/PbTHuBoCKYC0CO1j0yHH9D5BUVz1/RT",
    "Gcce3rr02D0YVz7484ym0HTOS6UH2onMN65qqO00jf9hkwht+dKOhKjGj079VmPGhUsm7CVYBYCKpbhXYAiDKgqBqiCiYNBw5Yjb",
    "LqzHoOCRnATyiXDTu2OY2391umRAVFCbvvVNotPQ2Z/TfxqbtyrF3Koxt5iNmFo46FuDK/+yENOVSfEl5Fn65oGMfLRHGLNALpR8",
    "M7/6lykPLJN522M6hGfT70IqWP8y41FWGE8SEXVVXDSsINXPBOMDPu+tsFvtu7/dFuTJk3Xj/PyD2HeERMGjGwIDAQAB",
);

pub(super) struct StudioState {
    pub settings: Settings,
    /// Milliseconds since the Unix epoch.
    pub now: i64,
    pub asked: Asked,
    pub random: fastrand::Rng,
    /// Replies prepared for the next requests.
    pub replies: VecDeque<Reply>,
    /// How often the next tasks fail, and why.
    pub failures: VecDeque<(u32, String)>,
    pub streams: Vec<Stream>,
    pub sessions: Vec<Session>,
    pub targets: Vec<Target>,
    pub webhooks: Vec<Webhook>,
    pub logs: Vec<WebhookLog>,
    pub assets: Vec<Asset>,
    pub work: Vec<Work>,
    pub rooms: Vec<Room>,
    pub room_users: Vec<(RoomId, RoomUser)>,
    pub keys: Vec<SigningKey>,
    pub projects: Vec<Project>,
    pub object_stores: Vec<ObjectStore>,
    /// The ids of what was deleted and is still known in some way.
    pub deleted: BTreeSet<String>,
    pub views: Vec<View>,
    /// Until when the playback info of an object that was not ready is cached.
    pub not_ready_until: BTreeMap<PlaybackId, i64>,
    /// The assets that wait for their files, by the tokens of their upload URLs.
    pub tokens: BTreeMap<String, AssetId>,
    pub uploads: Uploads,
    pub outbox: Vec<Delivery>,
    /// What is to be written into webhooks, and when.
    pub statuses: Vec<(i64, WebhookId, WebhookStatus)>,
    /// Deliveries under way.
    pub in_flight: usize,
}

impl StudioState {
    pub(crate) fn new() -> Self {
        Self {
            settings: Settings {
                keys: Vec::new(),
                public_url: None,
                per_request: Duration::from_secs(1),
                seed: 1,
                waiting: Duration::from_secs(1),
                running: Duration::from_secs(4),
                link_host: None,
                open_source: false,
                rooms: true,
                transport: None,
                encryption_key: BASE64_STANDARD.decode(ENCRYPTION_KEY).unwrap_or_default(),
            },
            now: Timestamp::now().as_millis(),
            asked: Asked::default(),
            // The same ids in every run.
            random: fastrand::Rng::with_seed(1),
            replies: VecDeque::new(),
            failures: VecDeque::new(),
            streams: Vec::new(),
            sessions: Vec::new(),
            targets: Vec::new(),
            webhooks: Vec::new(),
            logs: Vec::new(),
            assets: Vec::new(),
            work: Vec::new(),
            rooms: Vec::new(),
            room_users: Vec::new(),
            keys: Vec::new(),
            projects: vec![Project {
                id: Some(project()),
                name: "Default Project".into(),
                created_at: Some(Timestamp::now()),
                user_id: Some(user()),
                ..Project::default()
            }],
            object_stores: Vec::new(),
            deleted: BTreeSet::new(),
            views: Vec::new(),
            not_ready_until: BTreeMap::new(),
            tokens: BTreeMap::new(),
            uploads: Uploads::default(),
            outbox: Vec::new(),
            statuses: Vec::new(),
            in_flight: 0,
        }
    }

    pub(crate) fn time(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.now = self.now.saturating_add(millis(time));
        self.work();
        self.finish_recordings();
        self.write_statuses();
        self.remove_files();
    }

    /// Removes the files of assets that can no longer be brought back.
    fn remove_files(&mut self) {
        let since = Timestamp::from_millis(self.now.saturating_sub(millis(RESTORABLE)));
        let assets = self.assets.iter().filter(|asset| asset.deleted == Some(true));
        let gone = assets.filter(|asset| asset.deleted_at.is_some_and(|time| time <= since));
        gone.for_each(|asset| self.uploads.files.remove(&asset.id));
    }

    /// A new id, such as `66e2161c-7670-4d05-b71d-ad1fc7b5f84b`.
    pub(crate) fn id<T: From<String>>(&mut self) -> T {
        let bits = self.random.u128(..);
        let hex = format!("{bits:032x}");
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..]).into()
    }

    /// A new playback id, such as `bd73uj7hxzdbvpen`.
    pub(crate) fn playback_id(&mut self) -> PlaybackId {
        self.letters(16).into()
    }

    /// A new stream key, such as `abcd-1234-efgh-5678`.
    pub(crate) fn stream_key(&mut self) -> Secret {
        let parts: Vec<_> = (0..4).map(|_| self.letters(4)).collect();
        parts.join("-").into()
    }

    pub(crate) fn letters(&mut self, count: usize) -> String {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        (0..count).map(|_| char::from(LETTERS[self.random.usize(..LETTERS.len())])).collect()
    }

    /// The asset with this id, unless it is deleted.
    pub(crate) fn asset(&mut self, id: &str) -> HandlerResult<&mut Asset> {
        find(&mut self.assets, |asset| asset.id == *id && asset.deleted != Some(true))
    }

    pub(crate) fn stream(&mut self, id: &str) -> HandlerResult<&mut Stream> {
        find(&mut self.streams, |stream| stream.id == *id)
    }
}

/// The account that everything belongs to.
pub(super) fn user() -> UserId {
    "2d1b6a7e-0f5c-4a53-9d2b-5d9ec1f3a001".into()
}

/// The project that everything belongs to.
pub(super) fn project() -> ProjectId {
    "aa7f1dd2-3c2e-4c7b-8e8b-0d3b6c1f2002".into()
}

/// The storage that everything is in.
pub(super) fn object_store() -> ObjectStoreId {
    "b7c1a1c4-6f3d-4f0e-9a52-4a7d2f5b3003".into()
}

pub(super) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// The server returns a creator id with its type, even if it was given without.
pub(super) fn typed(creator: CreatorId) -> CreatorId {
    match creator {
        CreatorId::Plain(value) => CreatorId::Typed(TypedCreatorId::new(CreatorIdType::Unverified, value)),
        other => other,
    }
}
