//! Mastodon: OAuth tokens, lists by links, media that are ready later, nested forms, streams.

use typed_endpoint::operation::{Lists, Objects};
use typed_endpoint::{Api, Case, File, Secret, Url, model, open_enum, operations, sse_json};

/// A server of Mastodon's API.
#[derive(Clone, Copy, Debug)]
pub enum Mastodon {}

impl Api for Mastodon {
    const NAME: &'static str = "Mastodon";
    const SERVERS: &'static [&'static str] = &["https://mastodon.social"];
    const CASE: Case = Case::Snake;
    const CURSOR: &'static str = "max_id";
    const OBJECTS: Objects = Objects::Brackets;
    const LISTS: Lists = Lists::Brackets;
    type Error = Failure;
}

operations! {
    endpoint! {
        /// Registers a program.
        pub RegisterApp: Mastodon = POST "/api/v1/apps" form {
            client_name: String,
            redirect_uris: String,
            scopes?: String,
        } -> App, no_auth
    }
    endpoint! {
        /// Issues a token for a program.
        pub IssueToken: Mastodon = POST "/oauth/token" form {
            const grant_type: String = "client_credentials",
            client_id: String,
            client_secret: Secret,
        } -> Token, no_auth, retryable
    }
    endpoint! {
        /// Reads the home timeline, by links.
        pub Home: Mastodon = GET "/api/v1/timelines/home" query {
            limit?: u32,
            min_id?: String,
        } -> Vec<Status>, paged(Link)
    }
    endpoint! {
        /// Reads what an account has posted, by the last id.
        pub AccountStatuses: Mastodon = GET "/api/v1/accounts/{id}/statuses" (id: String) query {
            exclude_replies?: bool,
            max_id?: String,
        } -> Vec<Status>, paged
    }
    endpoint! {
        /// Posts a status, with a poll.
        pub Post: Mastodon = POST "/api/v1/statuses" headers {
            idempotency_key?: String,
        } form {
            status?: String,
            media_ids?: Vec<String>,
            visibility?: Visibility,
            poll?: Poll,
        } -> Status, retryable_if(|post| post.idempotency_key.is_some())
    }
    endpoint! {
        /// Uploads media, which may be ready later.
        pub UploadMedia: Mastodon = POST "/api/v2/media" multipart {
            file: File,
            description?: String,
        } -> match {
            200 => Ready(Media),
            202 => Processing(Media),
        }
    }
    endpoint! {
        /// Waits until media are ready.
        pub GetMedia: Mastodon = GET "/api/v1/media/{id}" (id: String) -> match {
            200 => Ready(Media),
            206 => retry,
        }
    }
    endpoint! {
        /// Searches for statuses and accounts, by offset.
        pub Search: Mastodon = GET "/api/v2/search" query {
            q: String,
            r#type?: String,
            offset?: u32,
        } -> Found
    }
    endpoint! {
        /// Follows what is posted.
        pub Stream: Mastodon = GET "/api/v1/streaming/public" -> sse Status, timeout(300)
    }
}

open_enum! {
    /// Who sees a status.
    pub enum Visibility {
        /// Everybody.
        Public = "public",
        /// Who follows.
        Private = "private",
        /// Who is mentioned.
        Direct = "direct",
    }
}

model! {
    /// A program.
    pub struct App: Mastodon {
        id: String,
        client_id: String,
        client_secret: Secret,
    }

    /// A token.
    pub struct Token: Mastodon {
        access_token: Secret,
        scope?: String,
    }

    /// An account.
    pub struct Account: Mastodon {
        id: String,
        acct: String,
    }

    /// A status.
    pub struct Status: Mastodon {
        id: String,
        content: String,
        visibility?: Visibility,
        account?: Account,
        url?: Url,
    }

    /// A poll.
    pub struct Poll: Mastodon, input {
        options: Vec<String>,
        expires_in: u32,
    }

    /// Media.
    pub struct Media: Mastodon {
        id: String,
        r#type?: String,
        url?: Url,
    }

    /// What was found.
    pub struct Found: Mastodon {
        accounts?: Vec<Account>,
        statuses?: Vec<Status>,
    }

    /// Why a request has failed.
    pub struct Failure: Mastodon {
        error: String,
        error_description?: String,
    }
}

crate::errors::json_error!(Failure, |failure| failure
    .error_description
    .clone()
    .unwrap_or_else(|| failure.error.clone()));
sse_json!(Status);
