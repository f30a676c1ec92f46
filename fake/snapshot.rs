//! The state of the server as JSON, to keep it or to look at it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::StudioFake;
use super::kept::{Delivery, Work};
use super::state::StudioState;
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
use typed_endpoint::Secret;
use typed_endpoint::codec::{Encode as _, Writer};

/// What is kept. Uploads under way are not, and files only by their assets' ids.
macro_rules! snapshot {
    ($($field:ident: $type:ty),+ $(,)?) => {
        #[derive(Default, Serialize, Deserialize)]
        #[serde(default)]
        struct Snapshot {
            seed: u64,
            $($field: $type,)+
        }

        impl StudioState {
            fn snapshot(&self) -> Snapshot {
                Snapshot { seed: self.random.get_seed(), $($field: self.$field.clone(),)+ }
            }

            fn restore(&mut self, snapshot: Snapshot) {
                self.random = fastrand::Rng::with_seed(snapshot.seed);
                $(self.$field = snapshot.$field;)+
            }
        }
    };
}

snapshot! {
    now: i64,
    streams: Vec<Stream>,
    sessions: Vec<Session>,
    targets: Vec<Target>,
    webhooks: Vec<Webhook>,
    logs: Vec<WebhookLog>,
    assets: Vec<Asset>,
    work: Vec<Work>,
    rooms: Vec<Room>,
    room_users: Vec<(RoomId, RoomUser)>,
    keys: Vec<SigningKey>,
    projects: Vec<Project>,
    object_stores: Vec<ObjectStore>,
    deleted: BTreeSet<String>,
    views: Vec<View>,
    tokens: BTreeMap<String, AssetId>,
    outbox: Vec<Delivery>,
    statuses: Vec<(i64, WebhookId, WebhookStatus)>,
}

/// Its state, as a whole.
impl StudioFake {
    /// All that the server keeps, as JSON. It holds every secret. Uploads under way and the bytes of files are left out.
    pub fn snapshot(&self) -> Value {
        let snapshot = self.core.set(|state| state.snapshot());
        // Models are always JSON.
        serde_json::to_value(snapshot).unwrap_or_default()
    }

    /// All that the server keeps which its declarations say is secret: keys of streams, URLs of multistream targets, passwords in URLs.
    pub fn secrets(&self) -> Vec<Secret> {
        let mut writer = Writer::recording();
        self.core.set(|state| {
            state.streams.encode(&mut writer);
            state.sessions.encode(&mut writer);
            state.targets.encode(&mut writer);
            state.webhooks.encode(&mut writer);
            state.logs.encode(&mut writer);
            state.assets.encode(&mut writer);
            state.work.iter().for_each(|work| work.task.encode(&mut writer));
            state.rooms.encode(&mut writer);
            state.room_users.iter().for_each(|(_, user)| user.encode(&mut writer));
            state.keys.encode(&mut writer);
            state.object_stores.encode(&mut writer);
            state.tokens.keys().for_each(|token| writer.redact(token));
        });
        writer.into_secrets().into_iter().map(Secret::from).collect()
    }

    /// Replaces all that the server keeps by what [`snapshot`](Self::snapshot) has given. Files of assets that are not in it are removed.
    ///
    /// # Errors
    /// When it is no snapshot. The server keeps what it has.
    pub fn restore(&self, snapshot: Value) -> Result<(), serde_json::Error> {
        // A list would be read as the members in their order.
        if !snapshot.is_object() {
            return Err(serde::de::Error::custom("a snapshot is an object"));
        }
        let snapshot = serde_json::from_value(snapshot)?;
        self.core.set(|state| {
            let before: Vec<_> = state.assets.iter().map(|asset| asset.id.clone()).collect();
            state.restore(snapshot);
            let is_gone = |id: &&AssetId| !state.assets.iter().any(|asset| asset.id == **id);
            before.iter().filter(is_gone).for_each(|id| state.uploads.files.remove(id));
        });
        self.core.dispatch();
        Ok(())
    }

    /// Forgets everything but its settings, and removes the files of all assets.
    pub fn reset(&self) {
        self.core.set(|state| {
            let mut fresh = StudioState::new();
            std::mem::swap(&mut state.settings, &mut fresh.settings);
            std::mem::swap(&mut state.uploads.files, &mut fresh.uploads.files);
            // Other servers' ids are drawn from other seeds.
            fresh.random = fastrand::Rng::with_seed(fresh.settings.seed);
            let forgotten = std::mem::replace(state, fresh);
            forgotten.assets.iter().for_each(|asset| state.uploads.files.remove(&asset.id));
        });
    }

    /// Whether a request without a key is about something that this server has: a path with a playback id, or an upload URL.
    pub fn serves(&self, path: &str, query: Option<&str>) -> bool {
        self.core.set(|state| {
            let is_playback = |id: &Option<PlaybackId>| id.as_ref().is_some_and(|id| path.contains(id.as_str()));
            state.streams.iter().any(|stream| is_playback(&stream.playback_id))
                || state.assets.iter().any(|asset| is_playback(&asset.playback_id) || path.contains(asset.id.as_str()))
                || state.sessions.iter().any(|session| path.contains(session.id.as_str()))
                || query.is_some_and(|query| state.tokens.keys().any(|token| query.contains(token.as_str())))
        })
    }
}
