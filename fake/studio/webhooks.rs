//! Webhooks and their logs.

use std::sync::Arc;

use super::super::core::Core;
use super::super::events::{Sent, resend, send};
use super::super::handler::{Answer, created, find, remove};
use super::super::kept::Delivery;
use super::super::lists::{LastPage, listing};
use super::super::routes::Routes;
use super::super::state::{State, project, user};
use crate::Url;
use crate::endpoints::studio::types::*;
use crate::webhook::{
    Create, Delete, EventKind, Get, GetLog, GetLogs, List, Patch, ResendLog, Update, Webhook, WebhookLog,
};
use typed_endpoint::Transport;
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = routes.on(create).on(list).on(get).on(update).on(patch).on(delete);
    routes.on(logs).on(log).on_async(once_more)
}

/// The server needs to know which events, though its specification says otherwise.
fn events(events: Option<Vec<EventKind>>) -> Answer<Option<Vec<EventKind>>> {
    events.map(Some).ok_or_else(|| {
        let error = serde_json::json!({
            "instancePath": "",
            "schemaPath": "#/required",
            "keyword": "required",
            "params": { "missingProperty": "events" },
            "message": "must have required property 'events'",
        });
        Reply::error(422, error.to_string())
    })
}

fn checked(url: Url) -> Answer<Url> {
    match url.as_str().starts_with("http://") || url.as_str().starts_with("https://") {
        true => Ok(url),
        false => Err(Reply::error(422, format!("Bad URL: {url}"))),
    }
}

fn create(state: &mut State, new: Create) -> Answer<Webhook> {
    let webhook = Webhook {
        id: Some(state.id()),
        name: new.name,
        kind: Some("webhook".into()),
        user_id: Some(user()),
        project_id: Some(project()),
        created_at: Some(state.time()),
        events: events(new.events)?,
        url: checked(new.url)?,
        shared_secret: new.shared_secret,
        stream_id: new.stream_id,
        ..Webhook::default()
    };
    state.webhooks.push(webhook.clone());
    created(&webhook)
}

fn list(state: &mut State, list: List) -> Answer<Vec<Webhook>> {
    state.page(&state.webhooks, &listing!(list), "createdAt", LastPage::Undefined)
}

fn webhook<'a>(state: &'a mut State, id: &WebhookId) -> Answer<&'a mut Webhook> {
    find(&mut state.webhooks, |webhook| webhook.id.as_ref() == Some(id))
}

fn get(state: &mut State, get: Get) -> Answer<Webhook> {
    webhook(state, &get.id).cloned()
}

/// Replaces the webhook whose id stands in the body; the answer tells nothing but that.
fn update(state: &mut State, update: Update) -> Answer<Webhook> {
    let (events, url) = (events(update.events)?, checked(update.url)?);
    let body: serde_json::Value = serde_json::from_slice(&state.asked.body).unwrap_or_default();
    let id: WebhookId = body["id"].as_str().unwrap_or_default().into();
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
    Err(Reply::json(200, &serde_json::json!({ "id": id })))
}

fn patch(state: &mut State, patch: Patch) -> Answer<()> {
    let url = patch.url.map(checked).transpose()?;
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

fn delete(state: &mut State, delete: Delete) -> Answer<Option<Webhook>> {
    remove(&mut state.webhooks, |webhook| webhook.id.as_ref() == Some(&delete.id)).map(|_| None)
}

fn logs(state: &mut State, list: GetLogs) -> Answer<Vec<WebhookLog>> {
    webhook(state, &list.id)?;
    let logs = state.logs.iter().filter(|log| log.webhook_id == list.id);
    state.page(logs, &listing!(list), "createdAt", LastPage::Undefined)
}

fn log(state: &mut State, get: GetLog) -> Answer<WebhookLog> {
    find(&mut state.logs, |log| log.id == get.log_id && log.webhook_id == get.id).cloned()
}

/// Delivers at once what was delivered before, and answers with how that went.
async fn once_more(core: Arc<Core>, again: ResendLog) -> Answer<WebhookLog> {
    let (delivery, sent, transport) = core.set(|state| prepare(state, again))?;
    let outcome = send(&sent, transport).await;
    Ok(core.set(|state| state.delivered(delivery, &sent, outcome)))
}

fn prepare(state: &mut State, again: ResendLog) -> Answer<(Delivery, Sent, Arc<dyn Transport>)> {
    let old = log(state, GetLog::new(&again.id, &again.log_id))?;
    let transport =
        state.transport().ok_or_else(|| Reply::error(500, "there is no transport to deliver webhooks through"))?;
    let (delivery, sent) = resend(webhook(state, &again.id)?, &old);
    Ok((delivery, sent, transport))
}
