//! The account: who the API key belongs to, and how much its live streams have used.
//!
//! None of these operations is in the public specification.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::user;
//!
//! let account = client.call(user::Me::new()).await?;
//! println!("{} ({})", account.email, account.id);
//! # Ok(())
//! # }
//! ```

use crate::endpoints::prelude::*;

operations! {
    endpoint! {
        /// Sums up how much the account's live streams have used.
        ///
        /// What it was billed for is in [`metrics.get_usage`](super::metrics::GetUsage). Not in the public specification.
        pub Usage: Studio = GET "/user/usage" query {
            /// Only sessions that began then or later.
            from_time: Timestamp,
            /// Only sessions that began before.
            to_time: Timestamp,
            /// Account (default: that of the API key; others are for the operators of Studio).
            user_id?: UserId,
        } -> UserUsage
    }
    endpoint! {
        /// Retrieves the account that the API key belongs to.
        ///
        /// Its id is what [`multistream.list`](super::multistream::List::user_id) wants. Not in the public specification.
        pub Me: Studio = GET "/user/me" -> User
    }
}

model! {
    /// An account. What it is billed by is in [`extra`](Self::extra).
    pub struct User: Studio {
        /// Id.
        id: UserId,
        /// Email address.
        email: String,
        /// Whether the email address was verified.
        email_valid?: bool,
        /// First name.
        first_name?: String,
        /// Last name.
        last_name?: String,
        /// Organization.
        organization?: String,
        /// Phone number.
        phone?: String,
        /// Project of objects that belong to no other.
        default_project_id?: ProjectId,
        /// Whether playback goes past the CDN.
        direct_playback?: bool,
        /// Whether the account may do nothing.
        disabled?: bool,
        /// Whether its streams are refused.
        suspended?: bool,
        /// Whether it is an administrator's.
        admin?: bool,
        /// When it was created.
        created_at?: Timestamp,
        /// When its password was last used.
        last_seen?: Timestamp,
        /// When it last streamed.
        last_streamed_at?: Timestamp,
        /// Always `user`.
        kind?: String,
    }

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
