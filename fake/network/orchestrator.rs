//! The orchestrator: which request is for what.

use std::sync::{Arc, Weak};

use http::header::{CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderMap, HeaderValue, Request, Response, Uri, request};
use percent_encoding::percent_decode_str;
use typed_endpoint::Body;

use super::fault::{NetworkStep, afterwards, instead};
use super::net::Network;
use super::path::Path;
use super::payments::{is_unpaid, named_manifest};
use super::reply::{cut, empty, json, not_allowed, raw_json, text, unread};
use super::state::{SessionProxy, State};
use crate::endpoints::network::orchestrator::{Mode, OrchestratorInfo, PriceUnit, Reservation, RunnerInfo};

/// How large a body may be that is no app's.
const MAX_BODY: usize = 1 << 20;

impl Network {
    pub(super) async fn orchestrator(self: &Arc<Self>, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let origin = self.origin(Some(&parts.uri), &parts.headers);
        {
            let mut state = self.lock();
            state.note(parts.clone());
            self.settle(&mut state);
        }
        let path = parts.uri.path().to_owned();
        let segments: Vec<_> =
            path.split('/').skip(1).map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        if let Some(clean) = cleaned(&path) {
            return redirect(&clean);
        }
        match Path::of(&segments) {
            Path::Redirect => redirect(&format!("{path}/")),
            Path::SessionCall(id) => self.session_call(id, 5, parts.clone(), body).await,
            Path::SingleShot(route) => self.single_shot(&origin, route, 3, parts.clone(), body).await,
            Path::Run(id) => self.run(&origin, id, parts.clone(), body).await,
            // Its body is ignored.
            control @ Path::Reserve(_) => {
                let response = self.control(&origin, control, &parts, &[]).await;
                unread(&parts.headers, body, response).await
            }
            control => {
                let Ok(body) = body.bytes(MAX_BODY).await else { return text(400, "the body cannot be read") };
                self.control(&origin, control, &parts, &body).await
            }
        }
    }

    /// What is no app's.
    async fn control(
        self: &Arc<Self>,
        origin: &str,
        path: Path<'_>,
        parts: &request::Parts,
        body: &[u8],
    ) -> Response<Body> {
        let Some(methods) = path.methods() else { return text(404, "404 page not found") };
        if methods.split(", ").all(|method| *method != *parts.method.as_str()) {
            return not_allowed(methods);
        }
        let step = match path {
            Path::Reserve(route) => Some(self.reserving(route, &parts.headers)),
            path => path.step(),
        };
        let fault = step.and_then(|step| self.lock().faults.take(step));
        if let Some(step) = step
            && let Some(response) = instead(step, fault).await
        {
            return response;
        }
        afterwards(fault, self.do_control(origin, path, parts, body))
    }

    fn do_control(
        self: &Arc<Self>,
        origin: &str,
        path: Path<'_>,
        parts: &request::Parts,
        body: &[u8],
    ) -> Response<Body> {
        let headers = &parts.headers;
        match path {
            Path::Discovery if self.lock().has_no_runners => text(404, "live runners are not supported"),
            Path::Discovery => json(200, &vec![self.info(&self.lock(), origin)]),
            Path::Refresh => self.refresh(origin, body),
            Path::Heartbeat => self.heartbeat(origin, headers, body),
            Path::Unregister(id) => self.unregister(id, headers),
            Path::Reserve(route) => self.reserve(origin, route, headers),
            Path::Stop(route, id) => {
                let mut state = self.lock();
                if state.route(route).is_none() {
                    return text(404, "runner not found");
                }
                self.release(&mut state, id);
                empty(204)
            }
            Path::Pay(id) => self.pay(id, headers),
            Path::Callback(id, what) => self.callback(origin, &parts.method, id, what, headers, body),
            Path::Redirect | Path::SessionCall(_) | Path::SingleShot(_) | Path::Run(_) | Path::Unknown => {
                text(404, "404 page not found")
            }
        }
    }

    pub(super) fn reserving(&self, route: &str, headers: &HeaderMap) -> NetworkStep {
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

    /// Begins a session, and takes the payment if there is one to be made.
    pub(super) fn take(
        self: &Arc<Self>,
        origin: &str,
        route: &str,
        mode: &Mode,
        headers: &HeaderMap,
    ) -> Result<(String, String), Box<Response<Body>>> {
        let mut state = self.lock();
        let runner = self.usable(&state, route, mode)?;
        self.challenged(&mut state, origin, &runner, headers)?;
        // A place is taken before the payment is.
        if named_manifest(headers).is_some_and(|manifest| state.sessions.contains_key(manifest)) {
            return Err(text(409, "session already exists").into());
        }
        let capacity = state.runners.get(&runner).map_or(0, |runner| runner.facts.capacity);
        if state.used(&runner) >= capacity {
            return Err(text(503, "no capacity available for runner").into());
        }
        let manifest = self.paid(&mut state, &runner, headers)?;
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
                    let origin = origin.to_owned();
                    session.proxies.push(SessionProxy { id: proxy.clone(), target: String::new(), origin });
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

/// A path without `.`, `..` and empty segments, if it has any, as Go's router cleans it.
fn cleaned(path: &str) -> Option<String> {
    let segments: Vec<_> = path.split('/').skip(1).collect();
    let inner = segments.get(..segments.len().saturating_sub(1)).unwrap_or_default();
    let last = segments.last().copied().unwrap_or_default();
    if !matches!(last, "." | "..") && inner.iter().all(|part| !matches!(*part, "" | "." | "..")) {
        return None;
    }
    let mut clean = Vec::new();
    for segment in &segments {
        match *segment {
            "" | "." => {}
            ".." => drop(clean.pop()),
            segment => clean.push(segment),
        }
    }
    let end = if last.is_empty() && !clean.is_empty() { "/" } else { "" };
    Some(format!("/{}{end}", clean.join("/")))
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
