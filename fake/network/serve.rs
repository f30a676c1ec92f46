//! The connections of a fake trickle server: over TCP, or in memory.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use typed_endpoint::Body;

use super::lock::lock;
use super::reply::Cut;
use super::upgrade::Upgrade;

/// How long no connection is accepted after one could not be.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);
/// How much that nobody has read is thrown away before a connection is closed, and for how long: without it the client would
/// lose the response.
const LINGER: (u64, Duration) = (256 * 1024, Duration::from_millis(500));

/// A side of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// Requests that write a segment.
    Publisher = 1,
    /// Requests that read one.
    Subscriber = 2,
}

/// What responds to requests.
pub(super) trait Service: Send + Sync + 'static {
    /// Responds to a request, with a mark where the connection is cut in place of a response.
    fn respond(&self, request: Request<Body>, link: Option<&Link>) -> impl Future<Output = Response<Body>> + Send;

    /// Sides whose connections are cut.
    fn cuts(&self) -> broadcast::Receiver<Side>;
}

#[derive(Debug)]
pub(super) enum Stream {
    Tcp(TcpStream),
    Memory(DuplexStream),
}

/// A connection, as its requests see it.
#[derive(Clone, Debug)]
pub(super) struct Link {
    stream: Arc<Mutex<Stream>>,
    side: Arc<AtomicU8>,
}

impl Link {
    pub(super) fn set_side(&self, side: Side) {
        self.side.store(side as u8, Ordering::Relaxed);
    }

    /// Sends an interim response. Nothing else is sent while a request has none.
    pub(super) async fn interim(&self) {
        let mut left: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
        while !left.is_empty() {
            let mut stream = self.clone();
            match poll_fn(|cx| Pin::new(&mut stream).poll_write(cx, left)).await {
                Ok(written) if written > 0 => left = left.get(written..).unwrap_or_default(),
                _ => return,
            }
        }
    }

    /// Resets the connection, rather than to end it in good order.
    fn reset(&self) {
        if let Stream::Tcp(stream) = &*lock(&self.stream) {
            let _ = stream.set_zero_linger();
        }
    }
}

/// Listens until the task is aborted, which ends the connections as well.
pub(super) fn listen(listener: TcpListener, server: Arc<impl Service>) -> JoinHandle<()> {
    tokio::spawn(async move {
        // The connections end with this task, which owns them.
        let mut connections = JoinSet::new();
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let _ = stream.set_nodelay(true);
                    connections.spawn(serve(server.clone(), Stream::Tcp(stream)));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
            while connections.try_join_next().is_some() {}
        }
    })
}

/// Waits for whichever future is ready first; for the first of them if both are.
pub(super) async fn first<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> T {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| match one.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(value),
        Poll::Pending => other.as_mut().poll(cx),
    })
    .await
}

/// Serves a connection until it ends or is cut.
pub(super) async fn serve(server: Arc<impl Service>, stream: Stream) {
    let link = Link { stream: Arc::new(Mutex::new(stream)), side: Arc::default() };
    let mut cuts = server.cuts();
    let upgrade = Mutex::new(None);
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let (server, link, upgrade) = (server.clone(), link.clone(), &upgrade);
        Box::pin(async move {
            let mut response = server.respond(request.map(Body::wrap), Some(&link)).await;
            *lock(upgrade) = response.extensions_mut().remove::<Upgrade>();
            match response.extensions().get::<Cut>() {
                Some(Cut) => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
                None => Ok(response),
            }
        })
    });
    let mut connection = http1::Builder::new()
        .title_case_headers(true)
        .half_close(true)
        .serve_connection(TokioIo::new(link.clone()), service);
    let cut = async {
        wait_for_cut(&mut cuts, &link.side).await;
        false
    };
    let served = first(cut, async { poll_fn(|cx| connection.poll_without_shutdown(cx)).await.is_ok() }).await;
    let first = connection.into_parts().read_buf;
    let upgrade = lock(&upgrade).take();
    match (served, upgrade) {
        (true, None) => linger(link).await,
        (true, Some(upgrade)) => {
            let mut client = link.clone();
            // Whichever end breaks off, the other one sees the end of its connection.
            let _ = upgrade.pass(&mut client, &first).await;
        }
        (false, _) => link.reset(),
    }
}

async fn wait_for_cut(cuts: &mut broadcast::Receiver<Side>, own: &AtomicU8) {
    loop {
        match cuts.recv().await {
            Ok(side) if own.load(Ordering::Relaxed) == side as u8 => return,
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

async fn linger(mut link: Link) {
    let (limit, time) = LINGER;
    let _ = poll_fn(|cx| Pin::new(&mut link).poll_shutdown(cx)).await;
    let mut rest = link.take(limit);
    let _ = timeout(time, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
}

macro_rules! forward {
    ($self:ident, $stream:ident => $call:expr) => {
        match &mut *lock(&$self.stream) {
            Stream::Tcp(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
            Stream::Memory(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
        }
    };
}

impl AsyncRead for Link {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        forward!(self, stream => stream.poll_read(cx, buffer))
    }
}

impl AsyncWrite for Link {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        forward!(self, stream => stream.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        forward!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        forward!(self, stream => stream.poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        forward!(self, stream => stream.poll_write_vectored(cx, parts))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
