//! Calls of apps, which are passed on to their runners.

use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, HOST};
use http::{HeaderName, HeaderValue, Request, Response, Uri, request};
use http_body::Frame;
use typed_endpoint::{Body, BoxError};

use super::fault::{NetworkStep, afterwards, instead};
use super::net::Network;
use super::reply::{text, unread};
use super::upgrade::{self, Upgrade};
use crate::endpoints::network::orchestrator::Mode;

impl Network {
    pub(super) async fn run(
        self: &Arc<Self>,
        origin: &str,
        id: &str,
        parts: request::Parts,
        body: Body,
    ) -> Response<Body> {
        let session = {
            let state = self.lock();
            let own = |session: &super::state::Session| session.proxies.iter().find(|own| own.id == id).cloned();
            state.sessions.iter().find_map(|(id, session)| Some((id.clone(), own(session)?)))
        };
        match session {
            // Proxies belong to the host that they were made for.
            Some((_, proxy)) if proxy.origin != origin => text(404, "404 page not found"),
            Some((session, proxy)) => self.call(&session, proxy.target, 2, parts, body).await,
            None if self.lock().route(id).is_some() => self.single_shot(origin, id, 2, parts, body).await,
            None => text(404, "live runner proxy not found"),
        }
    }

    pub(super) async fn session_call(
        self: &Arc<Self>,
        id: &str,
        skip: usize,
        parts: request::Parts,
        body: Body,
    ) -> Response<Body> {
        {
            let state = self.lock();
            let route = parts.uri.path().split('/').nth(2).unwrap_or_default();
            let is_there = |runner: &super::state::Runner| runner.is_ready && !state.is_expired(runner);
            if !state.route(route).is_some_and(|(_, runner)| is_there(runner)) {
                return text(404, "runner not found");
            }
            if !state.sessions.contains_key(id) {
                return text(404, "runner session not found");
            }
        }
        self.call(id, String::new(), skip, parts, body).await
    }

    pub(super) async fn single_shot(
        self: &Arc<Self>,
        origin: &str,
        route: &str,
        skip: usize,
        parts: request::Parts,
        body: Body,
    ) -> Response<Body> {
        let is_challenge = self.reserving(route, &parts.headers) == NetworkStep::Challenge;
        if is_challenge {
            let fault = self.lock().faults.take(NetworkStep::Challenge);
            if let Some(response) = instead(NetworkStep::Challenge, fault).await {
                return response;
            }
        }
        let id = match self.take(origin, route, &Mode::SingleShot, &parts.headers) {
            Ok((_, id)) => id,
            Err(response) => return unread(&parts.headers, body, *response).await,
        };
        let occupied = Occupied { network: Arc::downgrade(self), session: id.clone() };
        let response = self.call(&id, String::new(), skip, parts, body).await;
        if let Some(upgrade) = response.extensions().get::<Upgrade>() {
            upgrade.hold(occupied);
            return response;
        }
        response.map(|body| Body::wrap(Relayed { body, occupied }))
    }

    /// Passes a call on to the app of a session, without so many segments of its path.
    async fn call(
        &self,
        id: &str,
        target: String,
        skip: usize,
        mut parts: request::Parts,
        body: Body,
    ) -> Response<Body> {
        let fault = self.lock().faults.take(NetworkStep::Call);
        if let Some(response) = instead(NetworkStep::Call, fault).await {
            return response;
        }
        let origin = self.origin(Some(&parts.uri), &parts.headers);
        let (serves, is_registered, uri) = {
            let mut state = self.lock();
            let Some(session) = state.sessions.get(id) else { return text(404, "runner session not found") };
            let (runner, token) = (session.runner.clone(), session.token.clone());
            let control = format!("{origin}/runner/{runner}/session/{id}");
            for (name, value) in [
                ("livepeer-runner-route", runner.as_str()),
                ("livepeer-session-id", id),
                ("livepeer-session-token", token.as_str()),
                ("livepeer-session-control", control.as_str()),
            ] {
                if let Ok(value) = HeaderValue::from_str(value) {
                    parts.headers.insert(HeaderName::from_static(name), value);
                }
            }
            parts.headers.remove(HOST);
            let forwarded = parts.headers.keys().filter(|name| name.as_str().starts_with("x-forwarded-"));
            for name in forwarded.cloned().collect::<Vec<_>>() {
                parts.headers.remove(name);
            }
            parts.headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip"));
            state.ledger.calls += 1;
            let registered = state.runners.get(&runner).and_then(|runner| runner.registered.as_ref());
            let base = registered.map_or("http://127.0.0.1:18950", |registered| &registered.url);
            let rest: String = parts.uri.path().split('/').skip(skip + 1).flat_map(|part| ["/", part]).collect();
            let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            (state.serves(&runner), registered.is_some(), format!("{base}{target}{rest}{query}").parse::<Uri>())
        };
        let (Some(serves), Ok(uri)) = (serves, uri) else { return text(404, "runner not found") };
        parts.uri = uri;
        if is_registered && upgrade::is_asked_for(&parts.headers) {
            let response = upgrade::send(parts).await;
            return response.map_or_else(|error| text(502, &error.to_string()), |response| afterwards(fault, response));
        }
        match serves.send(Request::from_parts(parts, body)).await {
            Ok(response) => afterwards(fault, response),
            Err(error) => text(502, &error.source.to_string()),
        }
    }
}

/// A call of a single-shot runner, whose capacity is free again when the response has been sent.
struct Occupied {
    network: Weak<Network>,
    session: String,
}

impl Drop for Occupied {
    fn drop(&mut self) {
        if let Some(network) = self.network.upgrade() {
            let mut state = network.lock();
            network.release(&mut state, &self.session);
        }
    }
}

struct Relayed {
    body: Body,
    occupied: Occupied,
}

impl http_body::Body for Relayed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let network = self.occupied.network.upgrade();
        if network.is_none_or(|network| !network.lock().sessions.contains_key(&self.occupied.session)) {
            return Poll::Ready(Some(Err("the credit is used up".into())));
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
