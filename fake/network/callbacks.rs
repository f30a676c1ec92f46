//! What runners do with their sessions.

use http::{HeaderMap, Method, Response, Uri};
use serde_json::Value;
use typed_endpoint::Body;

use super::net::Network;
use super::registry::named_channel;
use super::reply::{empty, json, text};
use super::state::SessionProxy;
use crate::endpoints::network::runner::{CreatedChannels, DeletedChannels, Proxy};

/// How many channels one request may create.
const MAX_CHANNELS: usize = 25;

impl Network {
    /// What runners do with their sessions.
    pub(super) fn callback(
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
                if wanted.is_empty() {
                    return text(400, "channels is required");
                }
                if wanted.len() > MAX_CHANNELS {
                    return text(400, "channels cannot contain more than 25 entries");
                }
                for channel in wanted {
                    let get = |name: &str| channel.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
                    let Some(name) = get("name").map(|name| name.replace('/', "-")) else {
                        return text(400, "trickle channel name is required");
                    };
                    if name.bytes().any(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-')) {
                        return text(
                            400,
                            "trickle channel name may only contain alphanumerics, underscores, or hyphens",
                        );
                    }
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
                    session.proxies.push(SessionProxy { id: proxy.clone(), target, origin: origin.to_owned() });
                }
                let url = format!("{origin}/run/{proxy}").into();
                let response = Proxy { proxy_id: proxy.into(), url, ..Proxy::default() };
                json(200, &response)
            }
            _ => text(404, "404 page not found"),
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
