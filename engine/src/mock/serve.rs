//! A mock on a loopback port.

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::body::Body;
use crate::client::{ApiClient, Client};
use crate::mock::reply::Cut;
use crate::mock::{Mock, mock_key};

/// How long no connection is accepted after one could not be: without it a lack of file descriptors would be a busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// A mock that listens. Dropping it closes the port and all connections.
pub struct MockServer {
    mock: Mock,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Mock {
    /// Listens on a loopback port that the system chooses.
    ///
    /// # Errors
    /// When no port is available.
    pub async fn listen(&self) -> io::Result<MockServer> {
        self.listen_at((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Listens at an address. Whoever can reach it can use the mock.
    ///
    /// # Errors
    /// When the address is not available.
    pub async fn listen_at(&self, address: SocketAddr) -> io::Result<MockServer> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let mock = self.clone();
        let task = tokio::spawn(async move {
            // The connections end with this task, which owns them.
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let stream = match listener.accept().await {
                    Ok((stream, _)) => stream,
                    // A connection that is gone already, or no file descriptor left for it: those after it can be served.
                    Err(_) => {
                        sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                };
                let mock = mock.clone();
                connections.spawn(async move {
                    let service = service_fn(move |request: hyper::Request<Incoming>| {
                        let mock = mock.clone();
                        async move {
                            let (parts, incoming) = request.into_parts();
                            let incoming = Shared(Arc::new(Mutex::new(incoming)));
                            let body = Body::wrap(incoming.clone());
                            let response = mock.respond(hyper::Request::from_parts(parts, body)).await;
                            if response.extensions().get::<Cut>().is_some() {
                                return Err(io::Error::from(io::ErrorKind::ConnectionAborted));
                            }
                            incoming.drain().await;
                            Ok(response)
                        }
                    });
                    // A client that goes away in the middle is its own affair.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(MockServer { mock: self.clone(), address, task })
    }
}

/// A request's body, of which the server keeps a hold: whoever is still sending what no handler reads would see a broken
/// connection in place of the response.
#[derive(Clone)]
struct Shared(Arc<Mutex<Incoming>>);

impl Shared {
    fn with<T>(&self, poll: impl FnOnce(Pin<&mut Incoming>) -> T) -> T {
        poll(Pin::new(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Reads what nobody else will read.
    async fn drain(self) {
        while Arc::strong_count(&self.0) == 1
            && let Some(Ok(_)) = poll_fn(|cx| self.with(|body| body.poll_frame(cx))).await
        {}
    }
}

impl http_body::Body for Shared {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.with(|body| body.poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.with(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|body| body.size_hint())
    }
}

impl MockServer {
    /// The base URL, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The mock behind it.
    pub fn mock(&self) -> &Mock {
        &self.mock
    }

    /// A client of this server, over the network.
    pub fn client<C: ApiClient>(&self) -> C {
        Client::new().server(self.url()).key(mock_key::<C>()).into()
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer").field("address", &self.address).finish_non_exhaustive()
    }
}
