//! Clips of streams, sessions and assets.
//!
//! A clip is made by [`stream::CreateClip`](super::stream::CreateClip), and is an asset.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::clip;
//!
//! for asset in client.pages(clip::List::new("PLAYBACK_ID")).items().collect().await? {
//!     println!("{}", asset.name);
//! }
//! # Ok(())
//! # }
//! ```

use super::asset::Asset;
use crate::endpoints::prelude::*;

operations! {
    endpoint! {
        /// Lists the clips made from a session, a stream or an asset, those changed last first.
        ///
        /// Fields to filter and to order by: `id`, `createdAt`, `updatedAt`, `playbackId`, `projectId`, `sourceType`,
        /// `sourceSessionId`, `sourceAssetId`. Not in the public specification.
        pub List: Studio = GET "/clip/{id}" (
            /// Id of a session or an asset, id or playback id of a stream, or an asset's CID.
            id: String,
        ) query { ..page } -> Vec<Asset>, paged
    }
}
