//! Multistream targets: other services to which the video of streams is forwarded.
//!
//! A target holds the address at the other service, with the key of your account there. A stream uses it once it refers to
//! it, in [`stream::Create::multistream`](super::stream::Create::multistream) or by
//! [`stream::AddMultistreamTarget`](super::stream::AddMultistreamTarget).
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::{multistream, stream, stream::TargetRef};
//!
//! let target = client.call(multistream::Create::new("rtmps://live.example.com/app/key")).await?;
//! let reference = TargetRef::new("source").id(target.id);
//! client.call(stream::AddMultistreamTarget::new("STREAM_ID", reference)).await?;
//! # Ok(())
//! # }
//! ```

use crate::endpoints::prelude::*;

operations! {
    endpoint! {
        /// Creates a multistream target. Streams use it once their `multistream` refers to it.
        pub Create: Studio = POST "/multistream/target" json {
            /// Where to send the video: an `rtmp`, `rtmps` or `srt` address. It holds the key of your account there, so
            /// the server never shows it again.
            url: Secret [starts_with = "rtmp://" | "rtmps://" | "srt://"]
                [sample = "rtmp://there.example/live/secret-key"],
            /// Human-readable name (default: the host of the address).
            name?: String,
            /// Sends nothing for now, whatever streams refer to it (default: no).
            disabled?: bool,
        } -> Target, id("createMultistreamTarget"), status(201)
    }
    endpoint! {
        /// Lists multistream targets.
        ///
        /// The open-source server respects order, filters and count only where an administrator asks without `user_id`.
        #[doc(alias = "getAll")]
        pub List: Studio = GET "/multistream/target" query {
            /// Your account ([`user.me`](super::user::Me) returns it). The open-source server refuses the list without it;
            /// Livepeer's own finds it from the key.
            user_id?: UserId,
            ..page,
        } -> Vec<Target>, paged, id("getMultistreamTargets")
    }
    endpoint! {
        /// Retrieves a multistream target.
        pub Get: Studio = GET "/multistream/target/{id}" (id: TargetId) -> Target, id("getMultistreamTarget")
    }
    // Retryable, because it sets fields to given values.
    endpoint! {
        /// Changes a multistream target. What is not set stays as it is; streams that are live follow at once.
        pub Update: Studio = PATCH "/multistream/target/{id}" (id: TargetId) json {
            /// Where to send the video: an `rtmp`, `rtmps` or `srt` address, with the key of your account there.
            url?: Secret [starts_with = "rtmp://" | "rtmps://" | "srt://"]
                [sample = "rtmp://there.example/live/secret-key"],
            /// Human-readable name.
            name?: String,
            /// Sends nothing for now, whatever streams refer to it.
            disabled?: bool,
        } -> (), id("updateMultistreamTarget"), retryable
    }
    endpoint! {
        /// Deletes a multistream target. Remove it from the streams that refer to it first.
        ///
        /// Deleting it again gives 404.
        pub Delete: Studio = DELETE "/multistream/target/{id}" (id: TargetId) -> (), id("deleteMultistreamTarget")
    }
}

model! {
    /// A service that the video of streams can be sent on to.
    pub struct Target: Studio {
        /// Id.
        id: TargetId,
        /// Human-readable name.
        name?: String,
        /// The account it belongs to. Deprecated.
        user_id?: UserId,
        /// Where the video is sent. The server never returns it.
        url?: Secret,
        /// Whether nothing is sent for now.
        disabled?: bool,
        /// When the target was made.
        created_at?: Timestamp,
        /// The project it belongs to.
        project_id?: ProjectId,
    }
}
