//! HTTP/2 for short calls.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request;
use http::uri::Authority;
use http_body::{Frame, SizeHint};
use reqwest::ClientBuilder;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::route::Route;
use super::target::Target;
use crate::body::Body;
use crate::error::BoxError;
use crate::transport::marks::ShortCall;

/// How many calls of a client share connections. Servers commonly allow 100; what is beyond their limit would wait in the
/// connection, unseen.
const STREAMS: usize = 90;

/// How often an HTTP/2 connection is asked whether it is alive, and how long the response may take: a peer that went away
/// without a word would otherwise hold up every later call.
const PING: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));

/// How many servers are remembered that do not offer HTTP/2.
const MAX_KNOWN: usize = 64;

pub(super) fn choose(builder: ClientBuilder, route: Route) -> ClientBuilder {
    match route.is_http2() {
        false => builder.http1_only(),
        true => {
            builder.http2_keep_alive_interval(PING.0).http2_keep_alive_timeout(PING.1).http2_keep_alive_while_idle(true)
        }
    }
}

/// Which calls use HTTP/2.
pub(super) struct Multiplexing {
    on: bool,
    streams: Arc<Semaphore>,
    /// Servers that turned out not to offer it, or to refuse it.
    http1: Mutex<Vec<Authority>>,
    /// Their number, so that nobody takes the lock where all offer it.
    known: AtomicUsize,
}

impl Multiplexing {
    pub(super) fn new(on: bool) -> Self {
        let streams = Arc::new(Semaphore::new(STREAMS));
        Self { on, streams, http1: Mutex::default(), known: AtomicUsize::new(0) }
    }

    /// A place for a request on a shared connection, if it is for that and there is one.
    pub(super) fn place(&self, target: &Target, request: &request::Parts) -> Option<OwnedSemaphorePermit> {
        if !self.on || target.plain || request.extensions.get::<ShortCall>().is_none() {
            return None;
        }
        let authority = request.uri.authority().filter(|authority| !self.is_http1(authority));
        authority.and_then(|_| self.streams.clone().try_acquire_owned().ok())
    }

    fn is_http1(&self, authority: &Authority) -> bool {
        self.known.load(Ordering::Relaxed) > 0
            && self.http1.lock().unwrap_or_else(PoisonError::into_inner).contains(authority)
    }

    pub(super) fn remember_http1(&self, authority: Option<Authority>) {
        let mut http1 = self.http1.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(authority) = authority.filter(|authority| http1.len() < MAX_KNOWN && !http1.contains(authority)) {
            http1.push(authority);
            self.known.store(http1.len(), Ordering::Relaxed);
        }
    }
}

/// A response's body, which has its place on the connection for as long as it is there.
pub(super) fn occupying(place: OwnedSemaphorePermit, body: Body) -> Body {
    Body::wrap(Stream { body, _place: place })
}

struct Stream {
    body: Body,
    _place: OwnedSemaphorePermit,
}

impl http_body::Body for Stream {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
