//! Object stores: storages of your own, such as S3 buckets, for recordings and as input of transcodes.
//!
//! None of these operations is in the public specification.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::object_store;
//!
//! let store = object_store::Create::new("s3://key:secret@eu-west-1/recordings").name("recordings");
//! let id = client.call(store).await?.id;
//! # Ok(())
//! # }
//! ```

use crate::endpoints::prelude::*;

operations! {
    // Not retryable: each request makes an object store.
    endpoint! {
        /// Creates an object store.
        ///
        /// Not in the public specification.
        pub Create: Studio = POST "/object-store" json {
            /// Where it is, with the credentials: `s3://key:secret@region/bucket`, or `s3+https://key:secret@host/bucket`.
            /// The server never shows it again.
            url: Secret,
            /// Human-readable name.
            name?: String,
            /// Where its content is fetched from.
            public_url?: Url,
        } -> ObjectStore, status(201)
    }
    endpoint! {
        /// Lists object stores.
        ///
        /// Fields to filter by: `id`, `name`, `url`, `publicUrl`, `disabled`, `createdAt`. The open-source server respects
        /// neither order nor count. Not in the public specification.
        pub List: Studio = GET "/object-store" query { ..page } -> Vec<ObjectStore>, paged
    }
    endpoint! {
        /// Retrieves an object store.
        ///
        /// Not in the public specification.
        pub Get: Studio = GET "/object-store/{id}" (id: ObjectStoreId) -> ObjectStore
    }
    // Retryable, because it sets fields to given values.
    endpoint! {
        /// Gives an object store another address, and switches it off or on.
        ///
        /// Not in the public specification.
        pub Update: Studio = PATCH "/object-store/{id}" (id: ObjectStoreId) json {
            /// Where it is, with the credentials. The server refuses (400) a change without.
            url: Secret,
            /// Whether no recordings go there (left out: they do).
            disabled?: bool,
        } -> (), retryable
    }
    endpoint! {
        /// Deletes an object store. What is in it stays.
        ///
        /// Not in the public specification.
        pub Delete: Studio = DELETE "/object-store/{id}" (id: ObjectStoreId) -> ()
    }
}

model! {
    /// A storage of your own.
    pub struct ObjectStore: Studio {
        /// Id.
        id: ObjectStoreId,
        /// Human-readable name.
        name?: String,
        /// Where it is. The server never returns it.
        url?: Secret,
        /// Where its content is fetched from.
        public_url?: Url,
        /// Whether no recordings go there.
        disabled?: bool,
        /// Whether it is deleted.
        deleted?: bool,
        /// Account that it belongs to.
        user_id?: UserId,
        /// When it was created.
        created_at?: Timestamp,
    }
}
