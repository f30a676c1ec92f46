//! How connections to the network are made.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use typed_endpoint::BoxFuture;

/// A connection: bytes in both directions.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Makes connections: over TCP by default, or in any other way, such as through a proxy or in memory.
pub trait Connect: Send + Sync + 'static {
    /// Connects to the origin of a URL.
    fn connect<'a>(&'a self, url: &'a Uri) -> BoxFuture<'a, io::Result<Box<dyn Io>>>;
}

/// A shared [`Connect`]. Clones are the same one.
#[derive(Clone)]
pub struct Connector(Arc<dyn Connect>);

impl Connector {
    /// Uses a connector of your own.
    pub fn new(connect: impl Connect) -> Self {
        Self(Arc::new(connect))
    }

    pub(crate) async fn connect(&self, url: &Uri) -> io::Result<Box<dyn Io>> {
        self.0.connect(url).await
    }
}

impl Default for Connector {
    fn default() -> Self {
        Self::new(Tcp::default())
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}

/// Connects over TCP, with TLS for `https`.
#[derive(Debug)]
pub struct Tcp {
    timeout: Duration,
    #[cfg(any(feature = "rustls", feature = "aws-lc"))]
    tls: super::tls::Tls,
}

impl Default for Tcp {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            #[cfg(any(feature = "rustls", feature = "aws-lc"))]
            tls: super::tls::Tls::default(),
        }
    }
}

impl Tcp {
    /// Sets how long a connection may take until it is ready, TLS included (default: 10 seconds).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets which certificates are trusted (default: those that the system trusts).
    #[cfg(any(feature = "rustls", feature = "aws-lc"))]
    #[must_use]
    pub fn tls(mut self, tls: super::tls::Tls) -> Self {
        self.tls = tls;
        self
    }

    async fn open(&self, url: &Uri) -> io::Result<Box<dyn Io>> {
        let invalid = |reason: &'static str| io::Error::new(io::ErrorKind::InvalidInput, reason);
        let host = url.host().ok_or_else(|| invalid("the URL has no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let encrypted = match url.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(invalid("the URL has a scheme other than http and https")),
        };
        let port = url.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let stream = TcpStream::connect((host, port)).await?;
        // A segment's bytes are wanted at once.
        stream.set_nodelay(true)?;
        match encrypted {
            false => Ok(Box::new(stream)),
            #[cfg(any(feature = "rustls", feature = "aws-lc"))]
            true => self.tls.connect(host, stream).await,
            #[cfg(not(any(feature = "rustls", feature = "aws-lc")))]
            true => Err(io::Error::new(io::ErrorKind::Unsupported, "https needs the feature `rustls` or `aws-lc`")),
        }
    }
}

impl Connect for Tcp {
    fn connect<'a>(&'a self, url: &'a Uri) -> BoxFuture<'a, io::Result<Box<dyn Io>>> {
        Box::pin(async move {
            match timeout(self.timeout, self.open(url)).await {
                Ok(result) => result,
                Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the connection was not ready in time")),
            }
        })
    }
}
