//! A channel: where it is, and what can be done with it in one request.

use std::fmt;
use std::io::IoSlice;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Uri;
use tokio::time::timeout;

use super::error::{Error, Result};
use super::wire::Connection;
use super::wire::head::{Head, number};
use crate::network::connect::Connector;

/// How much of an error response is kept, and of any response with a text.
const MAX_TEXT: usize = 1024;
/// How many connections wait to be used again.
const MAX_IDLE: usize = 4;

/// A channel of a trickle server, by its URL: a sequence of segments that publishers write and subscribers read.
///
/// Whoever knows the URL can write, read and delete the channel, so it is redacted in `Debug`. Clones share connections.
///
/// ```no_run
/// # async fn example() -> livepeer::network::trickle::Result<()> {
/// use livepeer::network::trickle::{Channel, Item};
///
/// let channel = Channel::new("https://orchestrator.example:8935/ai/trickle/9f3a-out")?;
/// let mut subscriber = channel.subscribe();
/// while let Some(item) = subscriber.next().await? {
///     match item {
///         Item::Segment(mut segment) => println!("{}: {} bytes", segment.seq(), segment.bytes().await?.len()),
///         Item::Gap(gap) => eprintln!("segments {} to {} are lost", gap.from, gap.to),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Channel(pub(super) Arc<Inner>);

pub(super) struct Inner {
    url: Uri,
    /// `path` of the URL without a slash at its end.
    path: String,
    host: String,
    connector: Connector,
    pub(super) stall: Duration,
    idle: Mutex<Vec<Connection>>,
}

impl Channel {
    /// Uses the channel at this URL.
    ///
    /// # Errors
    /// [`Error::Url`] when it is none of `http` or `https`, or has a query.
    pub fn new(url: impl AsRef<str>) -> Result<Self> {
        Self::with_connector(url, Connector::default())
    }

    /// Uses the channel at this URL, over connections that this connector makes.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with_connector(url: impl AsRef<str>, connector: Connector) -> Result<Self> {
        let url: Uri = url.as_ref().parse().map_err(|_| Error::Url("it cannot be parsed"))?;
        if !matches!(url.scheme_str(), Some("http" | "https")) {
            return Err(Error::Url("its scheme is neither http nor https"));
        }
        let authority = url.authority().ok_or(Error::Url("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(Error::Url("it has a user name"));
        }
        if url.query().is_some() {
            return Err(Error::Url("it has a query"));
        }
        let host = authority.as_str().to_owned();
        let path = url.path().trim_end_matches('/').to_owned();
        match path.rsplit('/').next() {
            None | Some("" | "." | "..") => return Err(Error::Url("its path does not end with the channel's name")),
            _ => {}
        }
        let stall = Duration::from_secs(20);
        Ok(Self(Arc::new(Inner { url, path, host, connector, stall, idle: Mutex::default() })))
    }

    /// Sets after how long without progress a connection counts as lost, and a waiting request is renewed (default: 20 seconds).
    #[must_use]
    pub fn stall(self, stall: Duration) -> Self {
        let Inner { url, path, host, connector, .. } = &*self.0;
        let (url, path, host, connector) = (url.clone(), path.clone(), host.clone(), connector.clone());
        Self(Arc::new(Inner { url, path, host, connector, stall, idle: Mutex::default() }))
    }

    /// Creates the channel with the media type of its segments. Only servers that create channels by themselves do so;
    /// orchestrators respond with 404.
    ///
    /// # Errors
    /// [`Error::NotFound`] from such a server, and any failure of the request.
    pub async fn create(&self, media_type: &str) -> Result<()> {
        if media_type.is_empty() || media_type.bytes().any(|byte| !(b' '..0x7f).contains(&byte)) {
            return Err(Error::Malformed("the media type is not one"));
        }
        let fields = format!("expect-content: {media_type}\r\ncontent-length: 0\r\n");
        self.0.once("POST", "", &fields).await.map(drop)
    }

    /// Asks for the sequence number of the next segment to be written.
    ///
    /// # Errors
    /// [`Error::NotFound`] without such a channel, and any failure of the request.
    pub async fn next_seq(&self) -> Result<u64> {
        let (head, text) = self.0.once("GET", "/next", "").await?;
        number(text.trim_ascii()).or(head.latest).ok_or(Error::Malformed("the next sequence number is none"))
    }

    /// Deletes the channel: its subscribers see its end.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was deleted before, and any failure of the request.
    pub async fn delete(&self) -> Result<()> {
        match self.0.once("DELETE", "", "").await {
            Err(Error::Status { status: 400, text }) if text.trim_end() == "Invalid stream" => Err(Error::NotFound),
            result => result.map(drop),
        }
    }

    /// Ends a segment that nobody will complete, so that those who wait for the rest of it continue.
    ///
    /// # Errors
    /// [`Error::Status`] when there is no such segment, [`Error::NotFound`] without such a channel, and any failure of the
    /// request.
    pub async fn close_segment(&self, seq: u64) -> Result<()> {
        self.0.once("DELETE", &format!("/{seq}"), "").await.map(drop)
    }
}

/// Without the path, which is the secret.
impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("host", &self.0.host).finish_non_exhaustive()
    }
}

impl Inner {
    /// The head of a request. `below` and `fields` are ours: nothing in them needs escaping.
    pub(super) fn head(&self, method: &str, below: impl fmt::Display, fields: impl fmt::Display) -> String {
        let Self { path, host, .. } = self;
        format!("{method} {path}{below} HTTP/1.1\r\nhost: {host}\r\nuser-agent: {}\r\n{fields}\r\n", crate::USER_AGENT)
    }

    /// A connection that waits to be used again, if there is one that the server has not closed.
    pub(super) fn idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(mut connection) = idle.pop() {
            if connection.is_reusable() {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection for the next request, if it can be used again.
    pub(super) fn keep(&self, mut connection: Connection) {
        if connection.is_reusable() {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < MAX_IDLE {
                idle.push(connection);
            }
        }
    }

    pub(super) async fn fresh(&self) -> Result<Connection> {
        self.connector.connect(&self.url).await.map(Connection::new).map_err(Error::Connect)
    }

    /// Sends the head of a request, on a connection that waits or else a fresh one.
    pub(super) async fn begin(&self, head: &str) -> Result<Connection> {
        if let Some(mut connection) = self.idle()
            && send(&mut connection, head).await.is_ok()
        {
            return Ok(connection);
        }
        self.begin_fresh(head).await
    }

    /// Sends the head of a request on a fresh connection.
    pub(super) async fn begin_fresh(&self, head: &str) -> Result<Connection> {
        let mut connection = self.fresh().await?;
        send(&mut connection, head).await?;
        Ok(connection)
    }

    /// Makes a request with a short response. It is sent once more if a connection that waited turns out to be closed.
    async fn once(&self, method: &str, below: &str, fields: &str) -> Result<(Head, Vec<u8>)> {
        let head = self.head(method, below, fields);
        let mut connection = self.begin(&head).await?;
        let was_used = connection.was_used();
        match self.short(&mut connection).await {
            Err(Error::Cut(_)) if was_used => {
                connection = self.fresh().await?;
                send(&mut connection, &head).await?;
                let response = self.short(&mut connection).await?;
                self.keep(connection);
                Ok(response)
            }
            Ok(response) => {
                self.keep(connection);
                Ok(response)
            }
            Err(error) => Err(error),
        }
    }

    async fn short(&self, connection: &mut Connection) -> Result<(Head, Vec<u8>)> {
        let response = async {
            let head = connection.head().await?;
            let text = text(connection).await;
            check(&head, &text)?;
            Ok((head, text))
        };
        timeout(self.stall, response).await.map_err(|_| Error::Stalled(self.stall))?
    }

    /// The error of a response that is no success.
    pub(super) async fn refused(&self, head: &Head, connection: &mut Connection) -> Error {
        let text = timeout(Duration::from_secs(1), text(connection)).await.unwrap_or_default();
        check(head, &text).err().unwrap_or(Error::Malformed("the response has an unexpected status"))
    }
}

async fn send(connection: &mut Connection, head: &str) -> Result<()> {
    connection.begin();
    Ok(connection.write(&mut [IoSlice::new(head.as_bytes())]).await?)
}

/// The start of a response's text; the status is what counts, even if the text breaks off.
async fn text(connection: &mut Connection) -> Vec<u8> {
    let mut text = Vec::new();
    while text.len() < MAX_TEXT
        && let Ok(Some(chunk)) = connection.chunk().await
    {
        text.extend(chunk.iter().take(MAX_TEXT - text.len()));
    }
    text
}

fn check(head: &Head, text: &[u8]) -> Result<()> {
    match head.status {
        200..300 => Ok(()),
        404 => Err(Error::NotFound),
        status => Err(Error::Status { status, text: String::from_utf8_lossy(text).trim_end().to_owned() }),
    }
}
