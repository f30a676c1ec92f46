//! Webhooks: Studio calls a URL of yours when something happens, and keeps a log of those calls.

use crate::endpoints::prelude::*;

fields! {
    /// What [`webhook.create`](Create) and [`webhook.update`](Update) take alike.
    settings {
        /// Human-readable name.
        name: String,
        /// Where to send the events: an `http` or `https` URL.
        url: Url [starts_with = "http://" | "https://"],
        /// Which events to send. The server refuses (422) a webhook without.
        events?: Vec<EventKind>,
        /// Key with which each delivery is signed (default: deliveries are not signed).
        shared_secret?: Secret,
        /// Send only events of this stream (default: of all).
        stream_id?: StreamId,
    }
}

operations! {
    endpoint! {
        /// Creates a webhook.
        pub Create: Studio = POST "/webhook" json {
            ..settings,
            /// Project that it belongs to. The server uses the project of the API key instead.
            project_id?: ProjectId,
        } -> Webhook, id("createWebhook"), status(201)
    }
    endpoint! {
        /// Lists webhooks.
        ///
        /// Fields to filter and to order by: `id`, `name`, `url`, `createdAt`, `projectId`.
        #[doc(alias = "getAll")]
        pub List: Studio = GET "/webhook" query { ..page } -> Vec<Webhook>, paged, id("getWebhooks")
    }
    endpoint! {
        /// Retrieves a webhook.
        pub Get: Studio = GET "/webhook/{id}" (id: WebhookId) -> Webhook, id("getWebhook")
    }
    // The server reads the id from the body only: without it there, every update gets 404.
    endpoint! {
        /// Replaces a webhook: what is left out here is gone afterwards.
        ///
        /// The server responds with the id only; [`webhook.get`](Get) returns the rest. To change one thing and keep the
        /// others, use [`webhook.patch`](Patch), or send [all of it](Webhook) with the change.
        pub Update: Studio = PUT "/webhook/{id}" (id: WebhookId) json {
            id,
            ..settings,
            /// Project that it belongs to. The server keeps the present one whatever stands here.
            project_id?: ProjectId,
        } -> ReplacedWebhook, id("updateWebhook")
    }
    // Retryable, because it sets fields to given values.
    endpoint! {
        /// Changes some fields of a webhook and keeps the others.
        ///
        /// Not in the public specification.
        pub Patch: Studio = PATCH "/webhook/{id}" (id: WebhookId) json {
            /// Human-readable name.
            name?: String,
            /// Where to send the events: an `http` or `https` URL.
            url?: Url [starts_with = "http://" | "https://"],
            /// Which events to send.
            events?: Vec<EventKind>,
            /// Key with which each delivery is signed.
            shared_secret?: Secret,
            /// Send only events of this stream.
            stream_id?: StreamId,
        } -> (), retryable
    }
    endpoint! {
        /// Deletes a webhook.
        ///
        /// The specification promises the webhook as a response, the server sends none (204).
        pub Delete: Studio = DELETE "/webhook/{id}" (id: WebhookId) -> Option<Webhook>,
            id("deleteWebhook"), or_status(204)
    }
    endpoint! {
        /// Lists the calls that a webhook has made, the newest first.
        ///
        /// Fields to filter and to order by: `id`, `createdAt`, `event`, `statusCode`, `success`, `resourceId`.
        pub GetLogs: Studio = GET "/webhook/{id}/log" (id: WebhookId) query { ..page }
            -> Vec<WebhookLog>, paged, id("getWebhookLogs")
    }
    endpoint! {
        /// Retrieves one call that a webhook has made.
        pub GetLog: Studio = GET "/webhook/{id}/log/{log_id}" (id: WebhookId, log_id: WebhookLogId)
            -> WebhookLog, id("getWebhookLog")
    }
    // Not retryable: each request is one more delivery.
    endpoint! {
        /// Sends a webhook's call once more, for debugging, and gives the log of the new call.
        pub ResendLog: Studio = POST "/webhook/{id}/log/{log_id}/resend" (id: WebhookId, log_id: WebhookLogId)
            -> WebhookLog, id("resendWebhook")
    }
    endpoint! {
        /// Deletes several webhooks, all or none of them.
        ///
        /// Fails with 404 if one of the ids is unknown or deleted already. Not in the public specification.
        pub DeleteMany: Studio = DELETE "/webhook" json {
            /// The webhooks.
            ids: Vec<WebhookId>,
        } -> ()
    }
    endpoint! {
        /// Lists the webhooks to which an event is sent.
        ///
        /// Not in the public specification.
        pub Subscribed: Studio = GET "/webhook/subscribed/{event}" (event: EventKind) query {
            /// Leaves out those for other streams.
            stream_id?: StreamId,
        } -> Vec<Webhook>
    }
}

id! {
    /// Id of one logged call of a webhook.
    pub struct WebhookLogId;
}

open_enum! {
    /// What has happened.
    pub enum EventKind {
        /// A stream has begun.
        StreamStarted = "stream.started",
        /// The pictures of a stream were recognized as something.
        StreamDetection = "stream.detection",
        /// A stream has ended, or sends nothing.
        StreamIdle = "stream.idle",
        /// A recording can be played.
        RecordingReady = "recording.ready",
        /// A session that is being recorded has begun.
        RecordingStarted = "recording.started",
        /// A session has ended and its recording is being processed.
        RecordingWaiting = "recording.waiting",
        /// A multistream target accepts the stream.
        MultistreamConnected = "multistream.connected",
        /// Pushing a stream to a multistream target has failed.
        MultistreamError = "multistream.error",
        /// Pushing a stream to a multistream target has stopped.
        MultistreamDisconnected = "multistream.disconnected",
        /// A viewer has begun to play something.
        PlaybackUserNew = "playback.user.new",
        /// A viewer asks for something whose playback policy leaves the decision to this webhook. The
        /// server waits for the response: any 2xx lets the viewer in.
        PlaybackAccessControl = "playback.accessControl",
        /// An asset was created.
        AssetCreated = "asset.created",
        /// An asset has changed.
        AssetUpdated = "asset.updated",
        /// Processing an asset has failed.
        AssetFailed = "asset.failed",
        /// An asset can be played.
        AssetReady = "asset.ready",
        /// An asset was deleted.
        AssetDeleted = "asset.deleted",
        /// A task was created.
        TaskSpawned = "task.spawned",
        /// A task has changed.
        TaskUpdated = "task.updated",
        /// A task is done.
        TaskCompleted = "task.completed",
        /// A task has failed for good.
        TaskFailed = "task.failed",
    }
}

model! {
    /// A webhook.
    pub struct Webhook: Studio {
        /// Id.
        id?: WebhookId,
        /// Human-readable name.
        name: String,
        /// Always `webhook`. Deprecated by the API.
        kind?: String,
        /// Account that it belongs to. Deprecated by the API.
        user_id?: UserId,
        /// Project that it belongs to.
        project_id?: ProjectId,
        /// When it was created.
        created_at?: Timestamp,
        /// Which events it sends.
        events?: Vec<EventKind>,
        /// Where it sends them.
        url: Url,
        /// Key with which its deliveries are signed.
        shared_secret?: Secret,
        /// The stream whose events it sends; none: all of them.
        stream_id?: StreamId,
        /// How its deliveries went.
        status?: WebhookStatus,
    }

    /// A webhook that was replaced. The specification promises all of the webhook, the server sends its id.
    pub struct ReplacedWebhook: Studio {
        /// Id.
        id?: WebhookId,
    }

    /// How a webhook's deliveries went. The server writes this up to a minute after a delivery.
    pub struct WebhookStatus: Studio {
        /// The last one that failed.
        last_failure?: WebhookFailure,
        /// When it was last called.
        last_triggered_at?: Timestamp,
    }

    /// A delivery that failed.
    pub struct WebhookFailure: Studio {
        /// When.
        timestamp?: Timestamp,
        /// What went wrong.
        error?: String,
        /// Body of your server's response, in base64.
        response?: String,
        /// HTTP status of your server's response.
        status_code?: u16,
    }

    /// One call that a webhook has made.
    pub struct WebhookLog: Studio {
        /// Id.
        id: WebhookLogId,
        /// The webhook.
        webhook_id: WebhookId,
        /// Account that it belongs to.
        user_id?: UserId,
        /// Project that it belongs to.
        project_id?: ProjectId,
        /// What had happened.
        event?: EventKind,
        /// When the call was made.
        created_at?: Timestamp,
        /// How long it took.
        duration?: Seconds,
        /// Whether your server accepted it.
        success?: bool,
        /// What was sent.
        request?: WebhookRequest,
        /// What your server responded.
        response?: WebhookResponse,
    }

    /// What a webhook has sent.
    pub struct WebhookRequest: Studio {
        /// Where to.
        url?: Url,
        /// HTTP method.
        method?: String,
        /// HTTP headers.
        headers?: BTreeMap<String, String>,
        /// Body: the event, as JSON text.
        body?: String,
    }

    /// What your server has responded to a webhook.
    pub struct WebhookResponse: Studio {
        /// Body, in base64.
        body?: String,
        /// HTTP status.
        status?: u16,
        /// The status, as text.
        status_text?: String,
    }
}

/// The request that leaves the webhook as it is: change what shall be different, and send it.
impl From<Webhook> for Update {
    fn from(webhook: Webhook) -> Self {
        let mut update = Self::new(webhook.id.unwrap_or_default(), webhook.name, webhook.url);
        update.events = webhook.events;
        update.shared_secret = webhook.shared_secret;
        update.stream_id = webhook.stream_id;
        update.project_id = webhook.project_id;
        update
    }
}
