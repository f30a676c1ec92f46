//! The operations of orchestrators for runners of apps. [`Runner`](crate::network::Runner) makes these calls.

use super::orchestrator::{Gpu, Mode, Orchestrator};
use crate::endpoints::prelude::*;

operations! {
    // Retryable: each replaces what the one before said.
    endpoint! {
        /// Registers a runner, and keeps it registered. Each heartbeat replaces all that the one before said.
        pub Heartbeat: Orchestrator = POST "/runners/heartbeat" headers {
            /// The orchestrator's secret for the first one, the runner's own for those after it.
            authorization: Secret,
        } json {
            /// Where the orchestrator reaches the runner: an `http` or `https` URL.
            runner_url: Url,
            /// The app.
            app: String,
            /// Id of the runner (default: the orchestrator chooses one).
            runner_id?: String,
            /// Stands for the id in URLs.
            label?: String,
            /// Whether calls go to a URL of their own in place of a path of the runner's.
            proxy?: bool,
            /// Version of the app.
            version?: String,
            /// Text for whoever lists runners, at most 1,024 bytes.
            metadata?: String,
            /// Anything but `ready` hides the runner, and ends its sessions' calls (default: `ready`).
            status?: String,
            /// How it is used (default: by sessions).
            mode?: Mode,
            /// The GPU.
            gpu?: Gpu,
            /// How many sessions or calls it takes at once (default: 1).
            capacity?: u64,
            /// What it costs; required by orchestrators that are paid.
            price_info?: RunnerPrice,
            /// The sessions that the runner knows.
            session_ids?: Vec<Secret>,
        } -> Registration, retryable, no_auth
    }
    endpoint! {
        /// Removes a runner. Status 404 means that there is none.
        pub Unregister: Orchestrator = POST "/runners/{runner_id}/unregister" (
            /// Id of the runner.
            runner_id: String,
        ) headers {
            /// The runner's secret.
            authorization: Secret,
        } -> (), retryable, no_auth
    }
    // Retryable: channels that are there stay as they are.
    endpoint! {
        /// Creates channels of a session, at most 25.
        pub CreateChannels: Orchestrator = POST "/runner/{route}/session/{session_id}/channels" (
            /// What stands for the runner in URLs.
            route: String,
            /// Id of the session.
            session_id: Secret,
        )
        headers {
            /// The session's token.
            token as "livepeer-session-token": Secret,
        } json {
            /// The channels.
            channels: Vec<NewChannel>,
        } -> CreatedChannels, retryable, no_auth
    }
    endpoint! {
        /// Deletes channels of a session, by their names.
        pub DeleteChannels: Orchestrator = DELETE "/runner/{route}/session/{session_id}/channels" (
            /// What stands for the runner in URLs.
            route: String,
            /// Id of the session.
            session_id: Secret,
        )
        headers {
            /// The session's token.
            token as "livepeer-session-token": Secret,
        } json {
            /// The channels' names.
            channels: Vec<String>,
        } -> DeletedChannels, no_auth
    }
    // Not retryable: each makes another one.
    endpoint! {
        /// Creates a URL for a session, whose requests reach the runner.
        pub CreateProxy: Orchestrator = POST "/runner/{route}/session/{session_id}/proxy" (
            /// What stands for the runner in URLs.
            route: String,
            /// Id of the session.
            session_id: Secret,
        )
        headers {
            /// The session's token.
            token as "livepeer-session-token": Secret,
        } json {
            /// Where its requests go: an absolute URL with the runner's host (default: the runner's URL).
            target_url?: Url,
        } -> Proxy, no_auth
    }
    endpoint! {
        /// Ends a session, as the runner.
        pub StopSession: Orchestrator = POST "/runner/{route}/session/{session_id}/stop" (
            /// What stands for the runner in URLs.
            route: String,
            /// Id of the session.
            session_id: Secret,
        )
        headers {
            /// The session's token.
            token as "livepeer-session-token": Secret,
        } -> (), retryable, no_auth
    }
}

model! {
    /// The price of a runner, as it registers it.
    pub struct RunnerPrice: Orchestrator, input {
        /// How much for one unit, in the currency.
        price: f64,
        /// What the price is for.
        unit: RunnerPriceUnit,
        /// The currency (default: `usd`, the only one).
        currency?: String,
    }

    /// A runner's registration.
    pub struct Registration: Orchestrator {
        /// Id of the runner.
        runner_id: String,
        /// The orchestrator's URL.
        orchestrator: Url,
        /// How often to send a heartbeat, as Go writes durations: `5s`.
        heartbeat_interval: String,
        /// After what time without a heartbeat the runner is forgotten: `20s`.
        heartbeat_ttl: String,
        /// The secret for further heartbeats; only in the first response.
        heartbeat_secret?: Secret,
        /// The channel of events for the runner; only in the first response.
        o2r?: SessionChannel,
        /// The sessions that there are, oldest first.
        session_ids: Vec<Secret>,
    }

    /// A channel to be created.
    pub struct NewChannel: Orchestrator, input {
        /// Its name within the session.
        name: String,
        /// Media type of its segments (default: `application/octet-stream`).
        mime_type?: String,
    }

    /// A channel. Whoever knows its URL can read, write and delete it.
    pub struct SessionChannel: Orchestrator {
        /// Its name within the session.
        name: String,
        /// Its whole name.
        channel_name: Secret,
        /// Its URL for clients.
        url: Secret,
        /// Its URL for the runner.
        internal_url?: Secret,
        /// Media type of its segments.
        mime_type?: String,
    }

    /// The channels that were asked for.
    pub struct CreatedChannels: Orchestrator {
        /// The channels.
        channels: Vec<SessionChannel>,
    }

    /// The channels that are deleted.
    pub struct DeletedChannels: Orchestrator {
        /// Their names.
        deleted: Vec<String>,
    }

    /// A URL whose requests reach the runner.
    pub struct Proxy: Orchestrator {
        /// Its id.
        proxy_id: Secret,
        /// The URL.
        url: Secret,
    }

    /// What an orchestrator tells a runner.
    pub struct RunnerEvent: Orchestrator {
        /// What happened; left out of messages that only keep the channel open.
        event?: RunnerEventKind,
        /// The session.
        session?: Secret,
        /// When it happened (RFC 3339).
        timestamp?: String,
    }
}

open_enum! {
    /// What a runner's price is for.
    pub enum RunnerPriceUnit {
        /// An hour of a session.
        Hour = "hour",
        /// A pixel of 720p video, for each second.
        PixelSeconds = "720p",
        /// A whole session or call.
        Fixed = "fixed",
    }
    /// What happened to a session.
    pub enum RunnerEventKind {
        /// It was reserved.
        Reserved = "reserved",
        /// It is over.
        Released = "released",
    }
}
