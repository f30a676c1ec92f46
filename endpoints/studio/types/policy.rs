//! Who may play what.

use serde_json::{Map, Value};

use super::{Seconds, Studio, WebhookId};
use typed_endpoint::{model, open_enum};

model! {
    /// Who may play a stream or an asset.
    ///
    /// ```
    /// use livepeer::{PlaybackPolicy, stream};
    ///
    /// let members = PlaybackPolicy::jwt().allowed_origins(["https://example.com"]);
    /// let request = stream::Create::new("for members").playback_policy(members);
    /// # let _ = request;
    /// ```
    pub struct PlaybackPolicy: Studio, input {
        /// Kind of the check.
        kind as "type": PlaybackPolicyType,
        /// Webhook that decides, if the kind is [`webhook`](PlaybackPolicyType::Webhook).
        webhook_id?: WebhookId,
        /// Anything, handed to that webhook with every question.
        webhook_context?: Map<String, Value>,
        /// How often, in seconds, a viewer who is watching is checked again (default: 600).
        refresh_interval?: Seconds,
        /// Sites that may play it in a browser, each as `scheme://host` or `scheme://host:port`
        /// (default: all).
        allowed_origins?: Vec<String>,
    }
}

impl PlaybackPolicy {
    /// Everyone may play it.
    pub fn public() -> Self {
        Self::new(PlaybackPolicyType::Public)
    }

    /// Viewers need a token that one of your signing keys has signed.
    pub fn jwt() -> Self {
        Self::new(PlaybackPolicyType::Jwt)
    }

    /// This webhook (of the event `playback.accessControl`) is asked about each viewer.
    pub fn webhook(webhook_id: impl Into<WebhookId>) -> Self {
        Self::new(PlaybackPolicyType::Webhook).webhook_id(webhook_id.into())
    }
}

open_enum! {
    /// How Studio decides whether a viewer may play something.
    pub enum PlaybackPolicyType {
        /// Everyone may.
        Public = "public",
        /// Whoever has a token signed with one of the account's signing keys.
        Jwt = "jwt",
        /// A webhook of yours decides.
        Webhook = "webhook",
    }
}
