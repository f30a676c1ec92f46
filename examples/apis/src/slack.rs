//! Slack: errors with status 200, cursors in the body, forms with JSON, uploads to URLs that a response gives.

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use typed_endpoint::operation::Objects;
use typed_endpoint::{Api, Case, Page, Url, codec, model, operations};

/// Slack's Web API.
#[derive(Clone, Copy, Debug)]
pub enum Slack {}

impl Api for Slack {
    const NAME: &'static str = "Slack";
    const SERVERS: &'static [&'static str] = &["https://slack.com/api"];
    const CASE: Case = Case::Snake;
    const OBJECTS: Objects = Objects::Json;
    type Error = Failure;

    /// Every response has `ok`.
    fn error_status(_: StatusCode, _: &HeaderMap, body: &[u8]) -> Option<StatusCode> {
        let failure: Failure = codec::from_json(std::str::from_utf8(body).ok()?).ok()?;
        (failure.ok == Some(false)).then(|| match failure.error.as_str() {
            "ratelimited" => StatusCode::TOO_MANY_REQUESTS,
            "not_authed" | "invalid_auth" => StatusCode::UNAUTHORIZED,
            name if name.ends_with("_not_found") => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        })
    }
}

operations! {
    endpoint! {
        /// Says who the token is of.
        pub AuthTest: Slack = POST "/auth.test" -> Identity
    }
    endpoint! {
        /// Posts a message.
        pub PostMessage: Slack = POST "/chat.postMessage" json {
            channel: String,
            text?: String,
            blocks?: Vec<Value>,
            thread_ts?: String,
        } -> Posted
    }
    endpoint! {
        /// Changes a message: the blocks are JSON in a form.
        pub UpdateMessage: Slack = POST "/chat.update" form {
            channel: String,
            ts: String,
            metadata?: Value,
        } -> Posted
    }
    endpoint! {
        /// Lists channels: a page may be empty, and an empty cursor is the end.
        pub ListChannels: Slack = GET "/conversations.list" query {
            types?: Vec<String> [lists = Comma],
            limit?: u32,
            cursor?: String,
        } -> Channels, paged
    }
    endpoint! {
        /// Lists messages of a channel.
        pub History: Slack = GET "/conversations.history" query {
            channel: String,
            oldest?: String,
            cursor?: String,
        } -> Messages, paged
    }
    endpoint! {
        /// Asks where to upload a file to.
        pub UploadUrl: Slack = GET "/files.getUploadURLExternal" query {
            filename: String,
            length: u64,
        } -> UploadTarget
    }
    endpoint! {
        /// Uploads a file there: without the token, which the URL does not need.
        pub Upload: Slack = POST "{url}" (url: Url) body(content: Vec<u8>) -> text
    }
    endpoint! {
        /// Shares what was uploaded.
        pub CompleteUpload: Slack = POST "/files.completeUploadExternal" json {
            files: Vec<FileTitle>,
            channel_id?: String,
        } -> Shared
    }
}

model! {
    /// Who somebody is.
    pub struct Identity: Slack {
        user_id: String,
        team_id: String,
    }

    /// A message that was posted.
    pub struct Posted: Slack {
        ts: String,
        channel: String,
    }

    /// A channel.
    pub struct Channel: Slack {
        id: String,
        name: String,
    }

    /// A page of channels.
    pub struct Channels: Slack {
        channels: Vec<Channel>,
        response_metadata?: ListMetadata,
    }

    /// A message.
    pub struct Message: Slack {
        ts: String,
        text?: String,
    }

    /// A page of messages.
    pub struct Messages: Slack {
        messages: Vec<Message>,
        has_more?: bool,
        response_metadata?: ListMetadata,
    }

    /// What lists have.
    pub struct ListMetadata: Slack {
        next_cursor?: String,
    }

    /// Where to upload to.
    pub struct UploadTarget: Slack {
        upload_url: Url,
        file_id: String,
    }

    /// A file and its title.
    pub struct FileTitle: Slack, input {
        id: String,
        title?: String,
    }

    /// What was shared.
    pub struct Shared: Slack {
        files: Vec<FileTitle>,
    }

    /// Why a request has failed.
    pub struct Failure: Slack {
        ok?: bool,
        error: String,
    }
}

crate::errors::json_error!(Failure, |failure| failure.error.clone());

fn next(metadata: &Option<ListMetadata>) -> Option<String> {
    metadata.as_ref()?.next_cursor.clone().filter(|cursor| !cursor.is_empty())
}

impl Page for Channels {
    type Item = Channel;

    fn len(&self) -> usize {
        self.channels.len()
    }

    fn into_items(self) -> Vec<Channel> {
        self.channels
    }

    fn next_cursor(&self) -> Option<String> {
        next(&self.response_metadata)
    }
}

impl Page for Messages {
    type Item = Message;

    fn len(&self) -> usize {
        self.messages.len()
    }

    fn into_items(self) -> Vec<Message> {
        self.messages
    }

    fn next_cursor(&self) -> Option<String> {
        next(&self.response_metadata)
    }
}
