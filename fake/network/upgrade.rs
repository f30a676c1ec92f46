//! Connections that become ones of another protocol, such as WebSockets: passed on to where a runner listens.

use std::any::Any;
use std::io;
use std::sync::{Arc, Mutex};

use http::header::{CONNECTION, HOST, UPGRADE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, request};
use hyper::client::conn::http1::handshake;
use hyper::upgrade::{OnUpgrade, on};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use typed_endpoint::{Body, BoxError};

use super::lock::lock;
use crate::network::Connector;

/// Marks a response after which the connection is another protocol's.
#[derive(Clone)]
pub(super) struct Upgrade(Arc<Mutex<Option<Upgraded>>>);

struct Upgraded {
    runner: OnUpgrade,
    /// What is kept as long as the connection lasts.
    held: Option<Box<dyn Any + Send>>,
}

/// Whether a request asks for another protocol.
pub(super) fn is_asked_for(headers: &HeaderMap) -> bool {
    let is_upgrade = |value: &HeaderValue| {
        value.as_bytes().split(|byte| *byte == b',').any(|option| option.trim_ascii().eq_ignore_ascii_case(b"upgrade"))
    };
    headers.contains_key(UPGRADE) && headers.get_all(CONNECTION).iter().any(is_upgrade)
}

/// Sends a request to the URL that it has, over a connection of its own.
pub(super) async fn send(mut parts: request::Parts) -> Result<Response<Body>, BoxError> {
    let stream = Connector::default().connect(&parts.uri).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection.with_upgrades());
    let host = parts.uri.authority().map_or("", |authority| authority.as_str());
    parts.headers.insert(HOST, HeaderValue::from_str(host)?);
    if let Some(path) = parts.uri.path_and_query() {
        parts.uri = Uri::from(path.clone());
    }
    let mut response = sender.send_request(Request::from_parts(parts, Body::default())).await?;
    let upgrade = (response.status() == StatusCode::SWITCHING_PROTOCOLS).then(|| on(&mut response));
    let mut response = response.map(Body::wrap);
    if let Some(runner) = upgrade {
        let upgraded = Upgraded { runner, held: None };
        response.extensions_mut().insert(Upgrade(Arc::new(Mutex::new(Some(upgraded)))));
    }
    Ok(response)
}

impl Upgrade {
    /// Keeps something until the connection ends.
    pub(super) fn hold(&self, held: impl Any + Send) {
        if let Some(upgraded) = &mut *lock(&self.0) {
            upgraded.held = Some(Box::new(held));
        }
    }

    /// Passes bytes on in both directions until both ends are reached. The first ones were received with the request.
    pub(super) async fn pass(self, client: &mut (impl AsyncRead + AsyncWrite + Unpin), first: &[u8]) -> io::Result<()> {
        let Some(Upgraded { runner, held }) = lock(&self.0).take() else { return Ok(()) };
        let mut runner = TokioIo::new(runner.await.map_err(io::Error::other)?);
        runner.write_all(first).await?;
        runner.flush().await?;
        copy_bidirectional(client, &mut runner).await?;
        drop(held);
        Ok(())
    }
}
