//! The operations of the app that the tests call.

use livepeer::network::AppApi;
use livepeer::{endpoint, model};

model! {
    /// What the echo app responds with.
    pub struct Echo: AppApi {
        /// The method.
        method: String,
        /// The path, with the query.
        path: String,
        /// The headers.
        headers: std::collections::BTreeMap<String, String>,
        /// The body.
        body: String,
    }
}

endpoint! {
    /// Has the request echoed.
    pub Say: AppApi = POST "/say" json {
        /// A text.
        text: String,
    } -> Echo
}

endpoint! {
    /// Fetches something below the path of a session.
    pub Fetch: AppApi = GET "/fetch/{what}" (what: String) query {
        /// How much.
        limit?: u32,
    } -> Echo
}

endpoint! {
    /// Sends three events.
    pub Watch: AppApi = GET "/sse" -> sse Number
}

endpoint! {
    /// Responds with a status.
    pub Status: AppApi = GET "/status/{status}" (status: u16) -> bytes
}

/// An event's number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Number(pub u32);

livepeer::field_newtype!(Number(u32));
livepeer::sse_json!(Number);
