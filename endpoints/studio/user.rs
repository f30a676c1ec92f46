//! The account. None of these operations is in the public specification.

use crate::endpoints::prelude::*;

operations! {
    endpoint! {
        /// Sums up how much the account's live streams have used.
        ///
        /// What it was billed for is in [`metrics::GetUsage`](super::metrics::GetUsage). Not in the public
        /// specification.
        pub Usage: Studio = GET "/user/usage" query {
            /// Only sessions that began then or later.
            from_time: Timestamp,
            /// Only sessions that began before.
            to_time: Timestamp,
            /// Account (default: that of the API key; others are for the operators of Studio).
            user_id?: UserId,
        } -> UserUsage
    }
}

model! {
    /// How much an account's live streams have used.
    pub struct UserUsage: Studio {
        /// The day, if it is of one.
        id?: String,
        /// When that day began.
        date?: Timestamp,
        /// Number of segments received.
        source_segments?: u64,
        /// Number of segments transcoded.
        transcoded_segments?: u64,
        /// How long the segments received were.
        source_segments_duration?: Seconds,
        /// How long the segments transcoded were.
        transcoded_segments_duration?: Seconds,
        /// Number of sessions.
        stream_count?: u64,
    }
}
