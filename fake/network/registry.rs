//! Runners that register themselves.

use std::sync::{Arc, Weak};
use std::time::Duration;

use http::{HeaderMap, Response, Uri};
use serde_json::Value;
use typed_endpoint::{Body, Secret, default_transport};

use super::net::Network;
use super::reply::{empty, json, text};
use super::runners::{FakeRunner, KEEP_ALIVE, TICK, TTL, price_info};
use super::state::{Registered, Runner, State};
use crate::endpoints::network::Wei;
use crate::endpoints::network::orchestrator::{Gpu, Mode, PriceInfo, PriceUnit};
use crate::endpoints::network::runner::{Registration, SessionChannel};

impl State {
    /// Forgets the runners whose last heartbeat is too old, at the registry's next tick, and names them.
    pub(super) fn forget_runners(&mut self) -> Vec<String> {
        let now = self.now();
        let mut gone = Vec::new();
        self.runners.retain(|id, runner| {
            let stays = runner.registered.as_ref().is_none_or(|registered| tick_after(registered.last + TTL) > now);
            if !stays {
                gone.push(id.clone());
            }
            stays
        });
        gone
    }

    pub(super) fn is_expired(&self, runner: &Runner) -> bool {
        runner.registered.as_ref().is_some_and(|registered| registered.last + TTL <= self.now())
    }
}

fn tick_after(time: Duration) -> Duration {
    TICK * (time.as_millis().div_ceil(TICK.as_millis()) as u32)
}

fn authorization(headers: &HeaderMap) -> &str {
    headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl Network {
    pub(super) fn heartbeat(self: &Arc<Self>, origin: &str, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        let mut state = self.lock();
        if state.registers_none {
            return text(404, "dynamic live runner registration is disabled");
        }
        let given = authorization(headers).to_owned();
        let body: Value = match serde_json::from_slice(body) {
            Ok(body) => body,
            Err(_) => return text(400, "invalid character 'o' in literal null (expecting 'u')"),
        };
        let get = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let id = get("runner_id").filter(|id| !id.is_empty());
        let known = id.as_ref().and_then(|id| state.runners.get(id));
        // Those that are not forgotten yet cannot come back before they are.
        if known.is_some_and(|runner| state.is_expired(runner)) {
            return text(404, "runner not found");
        }
        let secret = known.and_then(|runner| runner.registered.as_ref()).map(|registered| registered.secret.clone());
        match &secret {
            Some(secret) if *secret != given => return text(401, "invalid heartbeat authorization"),
            None if given != state.settings.secret => return text(401, "invalid registration authorization"),
            _ => {}
        }
        let (facts, url) = match facts(&body, &state) {
            Ok(facts) => facts,
            Err(reason) => return text(400, reason),
        };
        let id = id.unwrap_or_else(|| format!("runner_{}", state.text(8)));
        let mut response = Registration::default();
        let before = state.runners.remove(&id);
        let registered = match before {
            Some(Runner { registered: Some(registered), .. }) => Registered { last: state.now(), url, ..registered },
            _ => {
                let secret = state.text(52);
                let channel = format!("{id}-{}-o2r", state.text(16));
                self.trickle.create(&channel, "application/json");
                keep_alive(Arc::downgrade(self), id.clone(), channel.clone());
                response.heartbeat_secret = Some(Secret::from(secret.clone()));
                response.o2r = Some(named_channel(origin, "o2r", &channel, "application/json", false));
                Registered { url, secret, channel, last: state.now() }
            }
        };
        let is_ready = matches!(get("status").as_deref(), None | Some("" | "ready"));
        let label = get("label").filter(|label| !label.is_empty());
        state.runners.insert(id.clone(), Runner { facts, label, is_ready, registered: Some(registered) });
        response.runner_id.clone_from(&id);
        response.orchestrator = origin.into();
        (response.heartbeat_interval, response.heartbeat_ttl) = ("5s".into(), "20s".into());
        let mut sessions: Vec<_> = state.sessions.iter().filter(|(_, session)| session.runner == id).collect();
        sessions.sort_by_key(|(_, session)| session.age);
        response.session_ids = sessions.into_iter().map(|(id, _)| Secret::from(id.as_str())).collect();
        json(200, &response)
    }

    pub(super) fn unregister(&self, id: &str, headers: &HeaderMap) -> Response<Body> {
        let mut state = self.lock();
        let Some(runner) = state.runners.get(id) else { return text(404, "runner not found") };
        match &runner.registered {
            None => return text(400, "static runners cannot be unregistered"),
            Some(registered) if registered.secret != authorization(headers) => {
                return text(401, "invalid heartbeat authorization");
            }
            Some(registered) => drop(self.trickle.delete(&registered.channel)),
        }
        let own = |(id_of, session): (&String, &super::state::Session)| (session.runner == id).then(|| id_of.clone());
        let sessions: Vec<_> = state.sessions.iter().filter_map(own).collect();
        for session in sessions {
            self.release(&mut state, &session);
        }
        state.runners.remove(id);
        empty(204)
    }
}

/// Keeps the channel of a runner's events open as long as the runner is registered.
fn keep_alive(network: Weak<Network>, id: String, channel: String) {
    if tokio::runtime::Handle::try_current().is_err() {
        return;
    }
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(KEEP_ALIVE).await;
            let Some(network) = network.upgrade() else { return };
            let registered = |state: &State| {
                let registered = state.runners.get(&id).and_then(|runner| runner.registered.as_ref());
                registered.is_some_and(|registered| registered.channel == channel)
            };
            if !registered(&network.lock()) {
                return;
            }
            network.trickle.write(&channel, r#"{"keep":"alive"}"#.into());
        }
    });
}

/// A channel, as the registry names it.
pub(super) fn named_channel(origin: &str, name: &str, whole: &str, media_type: &str, internal: bool) -> SessionChannel {
    let url = format!("{origin}/ai/trickle/{whole}");
    SessionChannel {
        name: name.into(),
        channel_name: whole.into(),
        internal_url: internal.then(|| url.clone().into()),
        url: url.into(),
        mime_type: Some(media_type.into()),
        ..SessionChannel::default()
    }
}

/// What a heartbeat says of its runner, and the runner's URL; or what is wrong with it.
fn facts(body: &Value, state: &State) -> Result<(FakeRunner, String), &'static str> {
    let get = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let url = get("runner_url");
    let is_url = url.parse::<Uri>().is_ok_and(|url| matches!(url.scheme_str(), Some("http" | "https")));
    if !is_url {
        return Err("invalid runner_url");
    }
    let app = get("app");
    if app.is_empty() || app.trim() != app {
        return Err("app must be trimmed");
    }
    let mode = match get("mode") {
        "" | "persistent" => Mode::Persistent,
        "single-shot" | "single_shot" => Mode::SingleShot,
        _ => return Err("mode must be \"persistent\" or \"single-shot\""),
    };
    let capacity = match body.get("capacity").and_then(Value::as_i64).unwrap_or(0) {
        0 => 1,
        capacity => u64::try_from(capacity).map_err(|_| "capacity must be >= 0")?,
    };
    let status = get("status");
    if status.trim().to_lowercase() != status {
        return Err("status must be lowercase and trimmed");
    }
    if get("metadata").len() > 1024 {
        return Err("metadata must be at most 1024 bytes");
    }
    let price = match body.get("price_info") {
        Some(price) if state.settings.is_paid => Some(price_of(price, state.settings.rate)?),
        None if state.settings.is_paid => return Err("price_info.price is required"),
        _ => None,
    };
    let text = |name: &str| Some(get(name).to_owned()).filter(|text| !text.is_empty());
    let gpu = body.get("gpu").filter(|gpu| gpu.is_object());
    let facts = FakeRunner {
        app: app.into(),
        id: None,
        mode,
        proxy: body.get("proxy").and_then(Value::as_bool).unwrap_or(false),
        capacity,
        price,
        gpu: gpu.and_then(|gpu| serde_json::from_value::<Gpu>(gpu.clone()).ok()),
        version: text("version"),
        metadata: text("metadata"),
        health: None,
        serves: match default_transport(None) {
            Ok(transport) => transport,
            Err(_) => Arc::new(super::apps::FakeApp::refuses()),
        },
    };
    Ok((facts, url.trim_end_matches('/').to_owned()))
}

fn price_of(info: &Value, rate: u128) -> Result<PriceInfo, &'static str> {
    let price = match info.get("price") {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let price = price.filter(|price| *price > 0.0).ok_or("price_info.price is required")?;
    if !matches!(info.get("currency").and_then(Value::as_str), None | Some("" | "usd")) {
        return Err("price_info.currency must be usd");
    }
    // In millionths of a dollar, which no price is below.
    let wei = (price * 1e6).round() as u128 * rate / 1_000_000;
    match info.get("unit").and_then(Value::as_str) {
        Some("hour") => Ok(price_info(Wei(wei / 3600), PriceUnit::Seconds)),
        Some("720p") => Ok(price_info(Wei(wei / 3600 / super::money::PIXELS), PriceUnit::PixelSeconds)),
        Some("fixed") => Ok(price_info(Wei(wei), PriceUnit::Fixed)),
        _ => Err("price_info.unit must be hour, 720p, or fixed"),
    }
}
