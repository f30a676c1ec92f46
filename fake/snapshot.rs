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

    /// Replaces all that the server keeps by what [`snapshot`](Self::snapshot) has given.
    ///
    /// # Errors
    /// When it is no snapshot. The server keeps what it has.
    pub fn restore(&self, snapshot: Value) -> Result<(), serde_json::Error> {
        // A list would be read as the members in their order.
        if !snapshot.is_object() {
            return Err(serde::de::Error::custom("a snapshot is an object"));
        }
        let snapshot = serde_json::from_value(snapshot)?;
        self.core.set(|state| state.restore(snapshot));
        self.core.dispatch();
        Ok(())
    }

    /// Forgets everything but its settings.
    pub fn reset(&self) {
        self.core.set(|state| {
            let fresh = StudioState::new();
            let settings = std::mem::replace(&mut state.settings, fresh.settings);
            *state = StudioState { settings, ..StudioState::new() };
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
