//! What a caller sets for one call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use crate::error::RequestError;
use crate::retry::Retry;
use crate::secret;
use crate::server::Server;

/// The settings of one call, each in place of the client's.
#[derive(Clone, Default)]
pub(crate) struct CallOptions {
    pub(crate) retry: Option<Arc<Retry>>,
    pub(crate) idle: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) server: Option<Arc<Server>>,
    /// In place of the operation's path and query.
    pub(crate) url: Option<String>,
    pub(crate) config_error: Option<RequestError>,
}

/// With names only, as the values of headers and of the query may be secrets.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("retry", &self.retry)
            .field("idle", &self.idle)
            .field("deadline", &self.deadline)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("query", &self.query.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("server", &self.server)
            .field("url", &self.url.as_deref().map(secret::redacted_url))
            .finish()
    }
}
