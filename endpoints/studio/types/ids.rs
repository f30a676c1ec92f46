//! Ids that appear in more than one resource.

use typed_endpoint::id;

id! {
    /// Id of a live stream. A session is stored by the server as a child of its stream, so some
    /// operations take a session's id in its place.
    pub struct StreamId;

    /// Id of a session: one stretch of uninterrupted streaming.
    pub struct SessionId;

    /// Id of an asset (a video or audio file on demand).
    pub struct AssetId;

    /// Id of a task (work that the server does in the background).
    pub struct TaskId;

    /// Id of a multistream target.
    pub struct TargetId;

    /// Id of a webhook.
    pub struct WebhookId;

    /// Id of a storage that recordings or assets are in.
    pub struct ObjectStoreId;

    /// Id of a project.
    pub struct ProjectId;

    /// Id of the Studio account that owns an object.
    pub struct UserId;

    /// Public id under which a stream, a recording or an asset is played.
    pub struct PlaybackId;
}
