//! The orchestrator: which request is for what.

use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, request};
use http_body::Frame;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use typed_endpoint::{Body, BoxError};

use super::fault::{NetworkStep, afterwards, instead};
use super::net::Network;
use super::payments::is_unpaid;
use super::registry::named_channel;
use super::reply::{cut, empty, json, not_allowed, raw_json, text};
use super::state::State;
use crate::endpoints::network::orchestrator::{Mode, OrchestratorInfo, PriceUnit, Reservation, RunnerInfo};
use crate::endpoints::network::runner::{CreatedChannels, DeletedChannels, Proxy};

/// How large a body may be that is no app's.
const MAX_BODY: usize = 1 << 20;
/// How many channels one request may create.
const MAX_CHANNELS: usize = 25;

impl Network {
    pub(super) async fn orchestrator(self: &Arc<Self>, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let origin = self.origin(Some(&parts.uri), &parts.headers);
        {
            let mut state = self.lock();
            state.seen.push(parts.clone());
            self.settle(&mut state);
        }
        let path = parts.uri.path().to_owned();
        let segments: Vec<_> =
            path.split('/').skip(1).map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        match (&parts.method, segments.as_slice()) {
            (_, ["apps", _, "session", _, "app"] | ["apps", _, "app"] | ["run", _]) => redirect(&format!("{path}/")),
            (_, ["apps", _, "session", id, "app", ..]) => self.session_call(id, 5, parts.clone(), body).await,
            (_, ["apps", route, "app", ..]) => self.single_shot(&origin, route, 3, parts.clone(), body).await,
            (_, ["run", id, ..]) => self.run(&origin, id, parts.clone(), body).await,
            _ => {
                let Ok(body) = body.bytes(MAX_BODY).await else { return text(400, "the body cannot be read") };
                self.control(&origin, &segments, &parts, &body).await
            }
        }
    }

    /// What is no app's.
    async fn control(
        self: &Arc<Self>,
        origin: &str,
        segments: &[&str],
        parts: &request::Parts,
        body: &[u8],
    ) -> Response<Body> {
        let headers = &parts.headers;
        let step = match segments {
            ["discovery"] => Some(NetworkStep::Discover),
            ["refresh-payment"] => Some(NetworkStep::Refresh),
            ["runners", "heartbeat"] => Some(NetworkStep::Heartbeat),
            ["apps", route, "session"] => Some(self.reserving(route, headers)),
            ["apps", _, "session", _, "payment"] => Some(NetworkStep::Pay),
            ["apps", _, "session", _, "stop"] => Some(NetworkStep::Stop),
            _ => None,
        };
        let fault = step.and_then(|step| self.lock().faults.take(step));
        if let Some(step) = step
            && let Some(response) = instead(step, fault).await
        {
            return response;
        }
        afterwards(fault, self.do_control(origin, segments, parts, body))
    }

    fn do_control(
        self: &Arc<Self>,
        origin: &str,
        segments: &[&str],
        parts: &request::Parts,
        body: &[u8],
    ) -> Response<Body> {
        let headers = &parts.headers;
        match (&parts.method, segments) {
            (&Method::GET | &Method::HEAD, ["discovery"]) => json(200, &vec![self.info(&self.lock(), origin)]),
            (_, ["discovery"]) => not_allowed("GET, HEAD"),
            (&Method::POST, ["refresh-payment"]) => self.refresh(origin, body),
            (&Method::POST, ["runners", "heartbeat"]) => self.heartbeat(origin, headers, body),
            (&Method::POST, ["runners", id, "unregister"]) => self.unregister(id, headers),
            (&Method::POST, ["apps", route, "session"]) => self.reserve(origin, route, headers),
            (&Method::POST, ["apps", route, "session", id, "stop"]) => {
                let mut state = self.lock();
                if state.route(route).is_none() {
                    return text(404, "runner not found");
                }
                self.release(&mut state, id);
                empty(204)
            }
            (&Method::POST, ["apps", _, "session", id, "payment"]) => self.pay(id, headers),
            (method, ["runner", _, "session", id, what]) => self.callback(origin, method, id, what, headers, body),
            (
                _,
                ["refresh-payment"]
                | ["runners", "heartbeat"]
                | ["runners", _, "unregister"]
                | ["apps", _, "session"]
                | ["apps", _, "session", _, "stop" | "payment"],
            ) => not_allowed("POST"),
            _ => text(404, "404 page not found"),
        }
    }

    fn reserving(&self, route: &str, headers: &HeaderMap) -> NetworkStep {
        let state = self.lock();
        let has_price = state.route(route).is_some_and(|(_, runner)| runner.facts.price.is_some());
        match has_price && is_unpaid(headers) {
            true => NetworkStep::Challenge,
            false => NetworkStep::Reserve,
        }
    }

    /// The list of runners that are ready.
    pub(super) fn info(&self, state: &State, origin: &str) -> OrchestratorInfo {
        let ready = state.runners.iter().filter(|(_, runner)| runner.is_ready && !state.is_expired(runner));
        let runners: Vec<_> = ready
            .map(|(id, runner)| {
                let facts = &runner.facts;
                let (route, used) = (runner.label.as_ref().unwrap_or(id), state.used(id));
                let url = match (&facts.mode, facts.proxy) {
                    (Mode::SingleShot, true) => format!("{origin}/run/{route}"),
                    (Mode::SingleShot, false) => format!("{origin}/apps/{route}/app"),
                    _ => format!("{origin}/apps/{route}/session"),
                };
                RunnerInfo {
                    url: url.into(),
                    app: facts.app.clone(),
                    mode: Some(facts.mode.clone()),
                    capacity: Some(facts.capacity),
                    capacity_used: Some(used),
                    capacity_available: Some(facts.capacity.saturating_sub(used)),
                    gpu: facts.gpu.clone(),
                    version: facts.version.clone(),
                    metadata: facts.metadata.clone(),
                    price_info: facts.price.clone(),
                    ..RunnerInfo::default()
                }
            })
            .collect();
        let runners = Some(runners).filter(|runners| !runners.is_empty());
        OrchestratorInfo { address: origin.into(), runners, ..OrchestratorInfo::default() }
    }

    /// The runner of a route that takes sessions or calls, with its id.
    fn usable(&self, state: &State, route: &str, mode: &Mode) -> Result<String, Box<Response<Body>>> {
        let found = state.route(route).filter(|(_, runner)| runner.is_ready && !state.is_expired(runner));
        let Some((id, runner)) = found else { return Err(text(404, "runner not found").into()) };
        match (&runner.facts.mode == mode, mode) {
            (true, _) => Ok(id.clone()),
            (false, Mode::SingleShot) => Err(text(400, "runner is not single-shot").into()),
            (false, _) => Err(text(400, "only persistent runners have sessions").into()),
        }
    }

    /// Takes the payment if there is one to be made, and begins a session.
    fn take(
        self: &Arc<Self>,
        origin: &str,
        route: &str,
        mode: &Mode,
        headers: &HeaderMap,
    ) -> Result<(String, String), Box<Response<Body>>> {
        let mut state = self.lock();
        let runner = self.usable(&state, route, mode)?;
        let manifest = self.paid(&mut state, origin, &runner, headers)?;
        if manifest.as_ref().is_some_and(|manifest| state.sessions.contains_key(manifest)) {
            return Err(text(409, "session already exists").into());
        }
        let capacity = state.runners.get(&runner).map_or(0, |runner| runner.facts.capacity);
        if state.used(&runner) >= capacity {
            return Err(text(503, "no capacity available for runner").into());
        }
        let is_metered = manifest
            .as_ref()
            .and_then(|manifest| state.manifests.get(manifest))
            .is_some_and(|manifest| manifest.unit != PriceUnit::Fixed);
        let id = manifest.unwrap_or_else(|| format!("session_{}", state.text(8)));
        self.begin(&mut state, id.clone(), &runner);
        if is_metered {
            let now = state.now();
            if let Some(session) = state.sessions.get_mut(&id) {
                session.debited = Some(now);
            }
            debit(Arc::downgrade(self), state.settings.debit);
        }
        Ok((runner, id))
    }

    fn reserve(self: &Arc<Self>, origin: &str, route: &str, headers: &HeaderMap) -> Response<Body> {
        let (runner, id) = match self.take(origin, route, &Mode::Persistent, headers) {
            Ok(taken) => taken,
            Err(response) => return *response,
        };
        let mut state = self.lock();
        let app_url = match state.runners.get(&runner).is_some_and(|runner| runner.facts.proxy) {
            true => {
                let proxy = state.text(26);
                if let Some(session) = state.sessions.get_mut(&id) {
                    session.proxies.push((proxy.clone(), String::new()));
                }
                format!("{origin}/run/{proxy}").into()
            }
            false => format!("{origin}/apps/{route}/session/{id}/app").into(),
        };
        let control_url = format!("{origin}/apps/{route}/session/{id}").into();
        let reservation =
            Reservation { session_id: id.as_str().into(), app_url, control_url, ..Reservation::default() };
        json(200, &reservation)
    }

    /// What runners do with their sessions.
    fn callback(
        &self,
        origin: &str,
        method: &Method,
        id: &str,
        what: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Response<Body> {
        let mut state = self.lock();
        let Some(session) = state.sessions.get_mut(id) else { return text(404, "runner session not found") };
        if headers.get("livepeer-session-token").is_none_or(|token| *token != session.token) {
            return text(401, "invalid authorization");
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let list = || body.get("channels").and_then(Value::as_array).cloned().unwrap_or_default();
        match (method, what) {
            (&Method::POST, "stop") => {
                self.release(&mut state, id);
                empty(204)
            }
            (&Method::POST, "channels") => {
                let mut created = CreatedChannels::default();
                let wanted = list();
                if wanted.is_empty() || wanted.len() > MAX_CHANNELS {
                    return text(400, "between 1 and 25 channels are required");
                }
                for channel in wanted {
                    let get = |name: &str| channel.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
                    let Some(name) = get("name").map(|name| name.replace('/', "-")) else {
                        return text(400, "invalid channel name");
                    };
                    let known = session.channels.iter().find(|channel| channel.name == name).cloned();
                    created.channels.push(known.unwrap_or_else(|| {
                        let whole = format!("{id}-{name}");
                        let media_type = get("mime_type").unwrap_or("application/octet-stream");
                        self.trickle.create(&whole, media_type);
                        let channel = named_channel(origin, &name, &whole, media_type, true);
                        session.channels.push(channel.clone());
                        channel
                    }));
                }
                json(200, &created)
            }
            (&Method::DELETE, "channels") => {
                let mut deleted = DeletedChannels::default();
                for name in list() {
                    let name = name.as_str().unwrap_or_default();
                    let Some(at) = session.channels.iter().position(|channel| channel.name == name) else {
                        return text(404, "trickle channel not found");
                    };
                    // Another client has deleted it: its name is of no use for this session any more.
                    if !self
                        .trickle
                        .delete(session.channels.get(at).map_or("", |channel| channel.channel_name.expose()))
                    {
                        return text(500, "Invalid stream");
                    }
                    session.channels.remove(at);
                    deleted.deleted.push(name.to_owned());
                }
                json(200, &deleted)
            }
            (&Method::POST, "proxy") => {
                let target = body.get("target_url").and_then(Value::as_str).unwrap_or_default().to_owned();
                let runner = session.runner.clone();
                let target =
                    match target_path(&target, state.runners.get(&runner).and_then(|own| own.registered.as_ref())) {
                        Ok(path) => path,
                        Err(reason) => return text(400, reason),
                    };
                let proxy = state.text(26);
                if let Some(session) = state.sessions.get_mut(id) {
                    session.proxies.push((proxy.clone(), target));
                }
                let url = format!("{origin}/run/{proxy}").into();
                let response = Proxy { proxy_id: proxy.into(), url, ..Proxy::default() };
                json(200, &response)
            }
            _ => not_allowed("POST"),
        }
    }

    async fn run(self: &Arc<Self>, origin: &str, id: &str, parts: request::Parts, body: Body) -> Response<Body> {
        let session = {
            let state = self.lock();
            let own = |session: &super::state::Session| session.proxies.iter().find(|(own, _)| own == id).cloned();
            state.sessions.iter().find_map(|(id, session)| Some((id.clone(), own(session)?.1)))
        };
        match session {
            Some((session, target)) => self.call(&session, target, 2, parts, body).await,
            None if self.lock().route(id).is_some() => self.single_shot(origin, id, 2, parts, body).await,
            None => text(404, "live runner proxy not found"),
        }
    }

    async fn session_call(
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

    async fn single_shot(
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
            Err(response) => return *response,
        };
        let occupied = Occupied { network: Arc::downgrade(self), session: id.clone() };
        let response = self.call(&id, String::new(), skip, parts, body).await;
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
        let (serves, uri) = {
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
            parts.headers.remove("x-forwarded-for");
            parts.headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip"));
            state.ledger.calls += 1;
            let registered = state.runners.get(&runner).and_then(|runner| runner.registered.as_ref());
            let base = registered.map_or("http://127.0.0.1:18950", |registered| &registered.url);
            let rest: String = parts.uri.path().split('/').skip(skip + 1).flat_map(|part| ["/", part]).collect();
            let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            (state.serves(&runner), format!("{base}{target}{rest}{query}").parse::<Uri>())
        };
        let (Some(serves), Ok(uri)) = (serves, uri) else { return text(404, "runner not found") };
        parts.uri = uri;
        match serves.send(Request::from_parts(parts, body)).await {
            Ok(response) => afterwards(fault, response),
            Err(error) => text(502, &error.source.to_string()),
        }
    }

    /// Where a request went, for the URLs in its response.
    pub(super) fn origin(&self, uri: Option<&Uri>, headers: &HeaderMap) -> String {
        if let Some(url) = &self.lock().settings.url {
            return url.clone();
        }
        match uri.and_then(|uri| Some((uri.scheme_str()?, uri.authority()?))) {
            Some((scheme, authority)) => format!("{scheme}://{authority}"),
            None => {
                let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
                format!("http://{host}")
            }
        }
    }
}

/// The path of a proxy's target.
fn target_path(target: &str, runner: Option<&super::state::Registered>) -> Result<String, &'static str> {
    if target.is_empty() {
        return Ok(String::new());
    }
    let uri: Uri = target.parse().map_err(|_| "target_url must be an absolute URL")?;
    let own: Option<Uri> = runner.and_then(|runner| runner.url.parse().ok());
    let own = own.as_ref().and_then(Uri::host).unwrap_or("127.0.0.1");
    match uri.host() {
        None => Err("target_url must be an absolute URL"),
        Some(host) if host != own => Err("target_url hostname must match registered runner_url hostname"),
        Some(_) => Ok(uri.path().trim_end_matches('/').to_owned()),
    }
}

/// Makes the debits of a session in time, even if nothing else happens.
fn debit(network: Weak<Network>, interval: std::time::Duration) {
    if tokio::runtime::Handle::try_current().is_err() {
        return;
    }
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(interval).await;
            let Some(network) = network.upgrade() else { return };
            let mut state = network.lock();
            network.settle(&mut state);
            if state.sessions.values().all(|session| session.debited.is_none()) {
                return;
            }
        }
    });
}

fn redirect(to: &str) -> Response<Body> {
    let mut response = raw_json(307, format!("<a href=\"{to}\">Temporary Redirect</a>.\n\n"));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    match HeaderValue::from_str(to) {
        Ok(to) => drop(response.headers_mut().insert(LOCATION, to)),
        Err(_) => return cut(),
    }
    response
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
