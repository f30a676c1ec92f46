//! Rooms: video conferences that can be sent to a live stream.
//!
//! Livepeer has discontinued them, and all operations are deprecated: servers without rooms respond 400 with the plain text
//! `not enabled`.

use crate::endpoints::prelude::*;

operations! {
    // Not retryable: each request makes a room.
    endpoint! {
        /// Creates a room.
        #[deprecated = "Livepeer has given up rooms"]
        pub Create: Studio = POST "/room" -> CreatedRoom, id("createRoom"), status(201)
    }
    endpoint! {
        /// Retrieves a room.
        #[deprecated = "Livepeer has given up rooms"]
        pub Get: Studio = GET "/room/{id}" (id: RoomId) -> Room, id("getRoom")
    }
    endpoint! {
        /// Deletes a room.
        #[deprecated = "Livepeer has given up rooms"]
        pub Delete: Studio = DELETE "/room/{id}" (id: RoomId) -> (), id("deleteRoom")
    }
    // Not retryable: once it runs, a repetition is an error (400).
    endpoint! {
        /// Sends a room to a live stream.
        #[deprecated = "Livepeer has given up rooms"]
        pub StartEgress: Studio = POST "/room/{id}/egress" (id: RoomId) json {
            /// The stream.
            stream_id: StreamId,
        } -> (), id("startRoomEgress")
    }
    endpoint! {
        /// Stops sending a room to a live stream.
        #[deprecated = "Livepeer has given up rooms"]
        pub StopEgress: Studio = DELETE "/room/{id}/egress" (id: RoomId) -> (), id("stopRoomEgress")
    }
    // Not retryable: each request makes a user.
    endpoint! {
        /// Adds a user to a room, and gives what lets that user in.
        #[deprecated = "Livepeer has given up rooms"]
        pub CreateUser: Studio = POST "/room/{id}/user" (id: RoomId) json {
            /// Name to show.
            name: String,
            /// Whether the user may send video and audio (default: yes).
            can_publish?: bool,
            /// Whether the user may send data messages (default: yes).
            can_publish_data?: bool,
            /// Any text of yours, kept with the user.
            metadata?: String,
        } -> CreatedRoomUser, id("createRoomUser"), status(201)
    }
    endpoint! {
        /// Retrieves a user who is in a room.
        #[deprecated = "Livepeer has given up rooms"]
        pub GetUser: Studio = GET "/room/{id}/user/{user_id}" (id: RoomId, user_id: RoomUserId)
            -> RoomUser, id("getRoomUser")
    }
    endpoint! {
        /// Changes what a user who is in a room may do.
        #[deprecated = "Livepeer has given up rooms"]
        pub UpdateUser: Studio = PUT "/room/{id}/user/{user_id}" (id: RoomId, user_id: RoomUserId) json {
            /// Whether the user may send video and audio.
            can_publish: bool,
            /// Whether the user may send data messages (default: yes).
            can_publish_data?: bool,
            /// Any text of yours, kept with the user.
            metadata?: String,
        } -> (), id("updateRoomUser")
    }
    endpoint! {
        /// Removes a user from a room.
        #[deprecated = "Livepeer has given up rooms"]
        pub DeleteUser: Studio = DELETE "/room/{id}/user/{user_id}" (id: RoomId, user_id: RoomUserId)
            -> (), id("deleteRoomUser")
    }
}

id! {
    /// Id of a room.
    pub struct RoomId;
    /// Id of a user in a room.
    pub struct RoomUserId;
}

model! {
    /// A room that was made just now.
    pub struct CreatedRoom: Studio {
        /// Its id.
        id?: RoomId,
    }

    /// A room.
    pub struct Room: Studio {
        /// Id.
        id: RoomId,
        /// When it was created.
        created_at?: Timestamp,
        /// When it last changed.
        updated_at?: Timestamp,
        /// What sends it to a live stream.
        egress_id?: String,
        /// Who is or was there, by id.
        participants: BTreeMap<String, Participant>,
        /// What happened there. The specification requires it and does not say what it is; the server shows it to its
        /// operators only.
        events?: Value,
    }

    /// Someone who is or was in a room.
    pub struct Participant: Studio {
        /// Id.
        identity?: RoomUserId,
        /// Name to show.
        name?: String,
        /// When they came.
        joined_at?: Timestamp,
        /// When they left.
        left_at?: Timestamp,
    }

    /// What lets a new user into a room.
    pub struct CreatedRoomUser: Studio {
        /// Id of the user.
        id?: RoomUserId,
        /// Livepeer's own page for the room. Whoever knows the URL is let in as that user.
        join_url?: Secret,
        /// Token for a page of your own.
        token?: Secret,
    }

    /// A user in a room.
    pub struct RoomUser: Studio {
        /// Id.
        id?: RoomUserId,
        /// State of the connection: 0 joining, 1 joined, 2 active, 3 disconnected.
        state?: i64,
        /// When they came.
        joined_at?: Timestamp,
        /// Name to show.
        name?: String,
        /// What they may do.
        permission?: RoomPermission,
        /// Whether they send video or audio.
        is_publisher?: bool,
        /// Text of yours, kept with the user.
        metadata?: String,
    }

    /// What a user in a room may do.
    pub struct RoomPermission: Studio {
        /// Send video and audio.
        can_publish?: bool,
        /// Send data messages.
        can_publish_data?: bool,
    }
}
