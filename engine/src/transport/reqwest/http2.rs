//! HTTP/2 for short calls, where it is turned on.

/// Has a client use only the protocol that is meant: by itself reqwest offers HTTP/2 when any crate of the program turns that on.
#[cfg(not(feature = "http2"))]
pub(super) fn choose(builder: reqwest::ClientBuilder, _: super::clients::Route) -> reqwest::ClientBuilder {
    builder.http1_only()
}

#[cfg(feature = "http2")]
pub(super) use on::{Multiplexing, choose};

#[cfg(feature = "http2")]
mod on {
    use std::pin::Pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, PoisonError};
    use std::task::{Context, Poll};
    use std::time::Duration;

    use bytes::Bytes;
    use http::uri::Authority;
    use http::{Response, Version, request};
    use http_body::{Frame, SizeHint};
    use reqwest::ClientBuilder;
    use tokio::runtime::Handle;
    use tokio::sync::{OwnedSemaphorePermit, Semaphore};

    use super::super::Default;
    use super::super::clients::Route;
    use super::super::failure::needs_http1;
    use super::super::target::Target;
    use crate::body::Body;
    use crate::error::{BoxError, TransportError};
    use crate::transport::marks::ShortCall;

    /// How many calls share a connection. Servers commonly allow 100; what is beyond their limit waits in the connection, unseen.
    const STREAMS: usize = 90;

    /// How often an HTTP/2 connection is asked whether it is alive, and how long the response may take: a peer that went away
    /// without a word would otherwise hold up every later call.
    const PING: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));

    /// How many servers are remembered that do not offer HTTP/2.
    const MAX_KNOWN: usize = 64;

    pub(in super::super) fn choose(builder: ClientBuilder, route: Route) -> ClientBuilder {
        match route.is_http2() {
            false => builder.http1_only(),
            true => builder
                .http2_keep_alive_interval(PING.0)
                .http2_keep_alive_timeout(PING.1)
                .http2_keep_alive_while_idle(true),
        }
    }

    /// Which calls use HTTP/2.
    pub(in super::super) struct Multiplexing {
        on: bool,
        streams: Arc<Semaphore>,
        /// Servers that turned out not to offer it, or to refuse it.
        http1: Mutex<Vec<Authority>>,
        /// Their number, so that nobody takes the lock where all offer it.
        known: AtomicUsize,
    }

    impl Multiplexing {
        pub(in super::super) fn new(on: bool) -> Self {
            let streams = Arc::new(Semaphore::new(STREAMS));
            Self { on, streams, http1: Mutex::default(), known: AtomicUsize::new(0) }
        }

        pub(in super::super) fn wants(&self, target: &Target, request: &request::Parts) -> bool {
            let authority = request.uri.authority();
            self.on
                && !target.plain
                && request.extensions.get::<ShortCall>().is_some()
                && authority.is_some_and(|authority| !self.is_http1(authority))
        }

        fn is_http1(&self, authority: &Authority) -> bool {
            self.known.load(Ordering::Relaxed) > 0
                && self.http1.lock().unwrap_or_else(PoisonError::into_inner).contains(authority)
        }

        fn remember_http1(&self, authority: Option<Authority>) {
            let mut http1 = self.http1.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(authority) = authority.filter(|authority| http1.len() < MAX_KNOWN && !http1.contains(authority))
            {
                http1.push(authority);
                self.known.store(http1.len(), Ordering::Relaxed);
            }
        }
    }

    /// A response's body, which takes up room on its connection for as long as it is there.
    struct Stream {
        body: Body,
        _permit: Option<OwnedSemaphorePermit>,
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

    impl Default {
        /// Sends a request by HTTP/2; by HTTP/1.1 if the server requires that.
        pub(in super::super) async fn multiplexed(
            &self,
            runtime: &Handle,
            route: Route,
            target: Target,
            parts: request::Parts,
            body: Body,
        ) -> Result<Response<Body>, TransportError> {
            let multiplexing = &self.clients.multiplexing;
            let permit = multiplexing.streams.clone().acquire_owned().await.ok();
            let authority = parts.uri.authority().cloned();
            let again = body.as_bytes().cloned().map(|bytes| (target.clone(), parts.clone(), Body::from(bytes)));
            match self.exchange(runtime, route.by_http2(), target, parts, body).await {
                Ok(response) if response.version() < Version::HTTP_2 => {
                    multiplexing.remember_http1(authority);
                    Ok(response)
                }
                Ok(response) => Ok(response.map(|body| Body::wrap(Stream { body, _permit: permit }))),
                Err(error) if needs_http1(&error) => {
                    multiplexing.remember_http1(authority);
                    drop(permit);
                    let Some((target, parts, body)) = again else { return Err(error) };
                    self.exchange(runtime, route, target, parts, body).await
                }
                Err(error) => Err(error),
            }
        }
    }
}
