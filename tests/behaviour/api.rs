//! What the server has.

use livepeer::{Api, Auth, Case, File, Unmapped, endpoint, model};

/// The server of these tests.
#[derive(Debug)]
pub struct Fake;

impl Api for Fake {
    const NAME: &'static str = "Fake";
    // Each test gives its own.
    const SERVERS: &'static [&'static str] = &["http://fake.invalid"];
    const AUTH: Auth = Auth::Bearer;
    const CASE: Case = Case::Camel;
    type Error = Unmapped;
}

endpoint! {
    /// Returns the request.
    pub Echo: Fake = POST "/echo" json {
        /// A text.
        text: String,
    } -> Echoed
}

endpoint! {
    /// Returns the request.
    pub Read: Fake = GET "/echo" -> Echoed
}

endpoint! {
    /// Sends a file.
    pub Send: Fake = POST "/echo" multipart {
        /// The file.
        file: File,
    } -> Echoed
}

endpoint! {
    /// Fails twice.
    pub Flaky: Fake = GET "/flaky/{name}" (name: String) -> Made
}

endpoint! {
    /// Has nothing.
    pub Missing: Fake = GET "/missing" -> Made
}

endpoint! {
    /// Never responds.
    pub Stall: Fake = GET "/stall/{name}" (name: String) -> Made
}

endpoint! {
    /// Never ends.
    pub Endless: Fake = GET "/endless/{name}" (name: String) -> download
}

endpoint! {
    /// Whether the connection of another request is closed.
    pub IsClosed: Fake = GET "/closed/{name}" (name: String) -> Closed
}

endpoint! {
    /// Sends three events.
    pub Events: Fake = GET "/events" -> sse Item
}

endpoint! {
    /// Sends an event, and closes the connection in the middle of another.
    pub CutEvents: Fake = GET "/cut-events" -> sse Item
}

endpoint! {
    /// Lists numbers.
    pub List: Fake = GET "/list" query {
        /// Where the page begins.
        cursor?: String,
    } -> Vec<Item>, paged
}

endpoint! {
    /// Lists numbers, of which only the first page is there.
    pub BrokenList: Fake = GET "/broken-list" query {
        /// Where the page begins.
        cursor?: String,
    } -> Vec<Item>, paged
}

endpoint! {
    /// Is compressed.
    pub Compressed: Fake = GET "/gzip" -> Text
}

endpoint! {
    /// Redirects.
    pub RedirectedRead: Fake = GET "/redirect" -> Echoed
}

endpoint! {
    /// Redirects.
    pub RedirectedWrite: Fake = POST "/redirect" json {
        /// A text.
        text: String,
    } -> Echoed
}

endpoint! {
    /// Is not for pages.
    pub Hidden: Fake = GET "/closed-to-pages" -> Made
}

endpoint! {
    /// What of an upload is stored.
    pub Uploaded: Fake = GET "/tus/{name}" (name: String) -> Stored
}

model! {
    /// A request.
    pub struct Echoed: Fake {
        /// Its headers.
        headers: std::collections::BTreeMap<String, String>,
        /// Its body.
        body: String,
        /// The length of that.
        length: u64,
        /// When the server responded, in milliseconds.
        now: u64,
    }
}
model! {
    /// How often it was called.
    pub struct Made: Fake {
        /// That.
        made: u64,
    }
}
model! {
    /// Whether a connection is closed.
    pub struct Closed: Fake {
        /// That.
        closed: bool,
    }
}
model! {
    /// A number.
    pub struct Item: Fake {
        /// That.
        number: u64,
    }
}
livepeer::sse_json!(Item);

model! {
    /// A text.
    pub struct Text: Fake {
        /// That.
        text: String,
    }
}
model! {
    /// A stored upload.
    pub struct Stored: Fake {
        /// Its length.
        length: u64,
        /// Its checksum.
        sum: u64,
    }
}
