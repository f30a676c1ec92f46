//! Webhooks and their logs.

use std::sync::Arc;

use super::super::core::Core;
use super::super::events::{Sent, resend, send};
use super::super::fields;
use super::super::handler::{HandlerResult, check_text, find, not_found, remove};
use super::super::kept::Delivery;
use super::super::routes::Routes;
use super::super::state::{StudioState, project, user};
use super::streams::check_many;
use crate::endpoints::studio::types::*;
use crate::webhook::{
    Create, Delete, DeleteMany, EventKind, Get, GetLog, GetLogs, List, Patch, ReplacedWebhook, ResendLog, Subscribed,
    Update, Webhook, WebhookLog,
};
use typed_endpoint::Transport;
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = routes.on(create).on(list).on(get).on(update).on(patch).on(delete);
    routes.on(logs).on(log).on_async(once_more).on(delete_many).on(subscribed)
}

/// The server needs to know which events, though its specification says otherwise. It takes a single one, too.
fn events(state: &StudioState, events: Option<Vec<EventKind>>) -> HandlerResult<Option<Vec<EventKind>>> {
    let body: serde_json::Value = serde_json::from_slice(&state.asked.body).unwrap_or_default();
    let single = || body["event"].as_str().map(|event| vec![EventKind::from(event)]);
    let message = "must provide \"events\" field with subscriptions";
    events.or_else(single).map(Some).ok_or_else(|| Reply::error(422, message))
}

/// The schema takes a URL without a host, and JavaScript does not.
fn check_host(url: &str) -> HandlerResult<()> {
    let host = url.split("://").nth(1).unwrap_or_default().trim_start_matches('/');
    match host.starts_with(['?', '#', ':']) || host.is_empty() {
        true => Err(Reply::error(422, format!("bad url: {url}"))),
        false => Ok(()),
    }
}

fn create(state: &mut StudioState, new: Create) -> HandlerResult<Webhook> {
    check_host(new.url.as_str())?;
    let events = events(state, new.events)?;
    check_text(&new.name)?;
    let webhook = Webhook {
        id: Some(state.id()),
        name: new.name,
        kind: Some("webhook".into()),
        user_id: Some(user()),
        project_id: Some(project()),
        created_at: Some(state.time()),
        events,
        url: new.url,
        shared_secret: new.shared_secret,
        stream_id: new.stream_id,
        ..Webhook::default()
    };
    state.webhooks.push(webhook.clone());
    Ok(webhook)
}

fn list(state: &mut StudioState, _: List) -> HandlerResult<Vec<Webhook>> {
    state.page(&state.webhooks, fields::WEBHOOKS)
}

fn webhook<'a>(state: &'a mut StudioState, id: &WebhookId) -> HandlerResult<&'a mut Webhook> {
    find(&mut state.webhooks, |webhook| webhook.id.as_ref() == Some(id))
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<Webhook> {
    webhook(state, &get.id).cloned()
}

/// Replaces the webhook whose id stands in the body; the response has nothing but that.
fn update(state: &mut StudioState, update: Update) -> HandlerResult<ReplacedWebhook> {
    let body: serde_json::Value = serde_json::from_slice(&state.asked.body).unwrap_or_default();
    let id: WebhookId = body["id"].as_str().unwrap_or_default().into();
    webhook(state, &id)?;
    check_host(update.url.as_str())?;
    let (events, url) = (events(state, update.events)?, update.url);
    let own = webhook(state, &id)?;
    *own = Webhook {
        id: own.id.take(),
        name: update.name,
        kind: own.kind.take(),
        user_id: own.user_id.take(),
        project_id: own.project_id.take(),
        created_at: own.created_at,
        events,
        url,
        shared_secret: update.shared_secret,
        stream_id: update.stream_id,
        ..Webhook::default()
    };
    Ok(ReplacedWebhook { id: Some(id), ..ReplacedWebhook::default() })
}

fn patch(state: &mut StudioState, patch: Patch) -> HandlerResult<()> {
    if state.deleted.contains(patch.id.as_str()) {
        return Err(not_found());
    }
    webhook(state, &patch.id).map_err(|_| Reply::error(404, "webhook not found"))?;
    if let Some(stream) = patch.stream_id.as_ref().filter(|id| !id.is_empty()) {
        state.stream(stream.as_str()).map_err(|_| Reply::error(404, "stream not found"))?;
    }
    let url = patch.url;
    let own = webhook(state, &patch.id)?;
    if let Some(name) = patch.name {
        own.name = name;
    }
    if let Some(url) = url {
        own.url = url;
    }
    own.events = patch.events.or(own.events.take());
    own.shared_secret = patch.shared_secret.or(own.shared_secret.take());
    own.stream_id = patch.stream_id.or(own.stream_id.take());
    Ok(())
}

fn delete(state: &mut StudioState, delete: Delete) -> HandlerResult<Option<Webhook>> {
    remove(&mut state.webhooks, |webhook| webhook.id.as_ref() == Some(&delete.id))?;
    state.deleted.insert(delete.id.to_string());
    Ok(None)
}

/// All or none.
fn delete_many(state: &mut StudioState, delete: DeleteMany) -> HandlerResult<()> {
    let is_meant = |webhook: &&Webhook| webhook.id.as_ref().is_some_and(|id| delete.ids.contains(id));
    check_many(state.webhooks.iter().filter(is_meant).count(), delete.ids.len())?;
    state.webhooks.retain(|webhook| webhook.id.as_ref().is_none_or(|id| !delete.ids.contains(id)));
    Ok(())
}

fn subscribed(state: &mut StudioState, list: Subscribed) -> HandlerResult<Vec<Webhook>> {
    let is_told = |webhook: &&Webhook| {
        webhook.events.iter().flatten().any(|event| *event == list.event)
            && (list.stream_id.is_none() || webhook.stream_id.is_none() || webhook.stream_id == list.stream_id)
    };
    Ok(state.webhooks.iter().filter(is_told).cloned().collect())
}

fn logs(state: &mut StudioState, list: GetLogs) -> HandlerResult<Vec<WebhookLog>> {
    // An unknown webhook has no logs.
    let logs = state.logs.iter().filter(|log| log.webhook_id == list.id);
    state.page(logs, fields::LOGS)
}

fn log(state: &mut StudioState, get: GetLog) -> HandlerResult<WebhookLog> {
    webhook(state, &get.id).map_err(|_| Reply::error(404, "webhook not found"))?;
    let log = find(&mut state.logs, |log| log.id == get.log_id);
    let log = log.map_err(|_| Reply::error(404, "webhook log not found"))?;
    match log.webhook_id == get.id {
        true => Ok(log.clone()),
        false => Err(Reply::error(400, "mismatch between webhook and webhook log")),
    }
}

/// Delivers at once what was delivered before, and responds with how that went.
async fn once_more(core: Arc<Core>, again: ResendLog) -> HandlerResult<WebhookLog> {
    let (delivery, sent, transport) = core.set(|state| prepare(state, again))?;
    let outcome = send(&sent, transport).await;
    Ok(core.set(|state| state.delivered(delivery, &sent, outcome)))
}

fn prepare(state: &mut StudioState, again: ResendLog) -> HandlerResult<(Delivery, Sent, Arc<dyn Transport>)> {
    let old = log(state, GetLog::new(&again.id, &again.log_id))?;
    let transport =
        state.transport().ok_or_else(|| Reply::error(500, "there is no transport to deliver webhooks through"))?;
    let (delivery, sent) = resend(webhook(state, &again.id)?, &old);
    Ok((delivery, sent, transport))
}
