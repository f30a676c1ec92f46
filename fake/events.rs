//! Events, and their delivery to webhooks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{Method, Request, Response};
use serde_json::{Value, json};

use super::core::Core;
use super::kept::Delivery;
use super::state::{StudioState, project, user};
use crate::Url;
use crate::endpoints::studio::types::*;
use crate::webhook::{
    EventKind, SIGNATURE_HEADER, Webhook, WebhookFailure, WebhookLog, WebhookRequest, WebhookResponse, WebhookStatus,
    sign,
};
use typed_endpoint::{Body, Secret, Transport};

/// How often an event is delivered at most.
const MAX_ATTEMPTS: u32 = 33;
/// How long the server waits before it delivers again, at first and at most.
const FIRST_PAUSE: i64 = 5_000;
const LONGEST_PAUSE: i64 = 3_600_000;
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much of a receiver's response is kept.
const MAX_RESPONSE: usize = 1 << 20;
/// How long after a delivery the status of its webhook shows it, in milliseconds.
const STATUS_AFTER: i64 = 60_000;
/// How many logs of deliveries are kept.
const MAX_LOGS: usize = 10_000;
/// What the server calls itself.
const USER_AGENT: &str = "livepeer.studio";

impl StudioState {
    /// What deliveries go through. The default one takes long to make, and most tests have no webhooks.
    pub(crate) fn transport(&mut self) -> Option<Arc<dyn Transport>> {
        if self.settings.transport.is_none() {
            self.settings.transport = typed_endpoint::default_transport(Some(PATIENCE)).ok();
        }
        self.settings.transport.clone()
    }

    /// Something has happened: every webhook that wants it will get it.
    pub(crate) fn emit(&mut self, event: EventKind, stream: Option<Value>, payload: Option<Value>) {
        let id: String = self.id();
        for webhook in &self.webhooks {
            let wants = webhook.events.iter().flatten().any(|wanted| *wanted == event);
            let about = stream.as_ref().and_then(|stream| stream["id"].as_str());
            let of_stream = webhook.stream_id.as_ref().map(StreamId::as_str).is_none_or(|wanted| about == Some(wanted));
            let Some(webhook) = webhook.id.clone().filter(|_| wants && of_stream) else { continue };
            self.outbox.push(Delivery {
                webhook,
                id: id.clone(),
                event: event.clone(),
                created_at: self.now,
                stream: stream.clone(),
                payload: payload.clone(),
                attempts: 0,
                due: self.now,
            });
        }
    }

    /// Notes how an attempt went, and gives the log of it.
    pub(crate) fn delivered(&mut self, mut delivery: Delivery, sent: &Sent, outcome: Outcome) -> WebhookLog {
        let success = (200..300).contains(&outcome.status);
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers =
            BTreeMap::from([header("content-type", "application/json"), header("user-agent", USER_AGENT)]);
        if let Some(signature) = &sent.signature {
            headers.insert("Livepeer-Signature".to_owned(), signature.clone());
        }
        let log = WebhookLog {
            id: self.id(),
            webhook_id: delivery.webhook.clone(),
            user_id: Some(user()),
            project_id: Some(project()),
            event: Some(delivery.event.clone()),
            created_at: Some(self.time()),
            duration: Some(Seconds::new(0.02)),
            success: Some(success),
            request: Some(WebhookRequest {
                url: Some(sent.url.clone()),
                method: Some("POST".into()),
                headers: Some(headers),
                body: Some(sent.body.clone()),
                ..WebhookRequest::default()
            }),
            response: Some(WebhookResponse {
                body: Some(BASE64_STANDARD.encode(&outcome.body)),
                status: Some(outcome.status),
                status_text: Some(outcome.text.clone()),
                ..WebhookResponse::default()
            }),
            ..WebhookLog::default()
        };
        self.logs.push(log.clone());
        if self.logs.len() > MAX_LOGS {
            self.logs.remove(0);
        }
        let time = self.time();
        let failure = (!success).then(|| WebhookFailure {
            timestamp: Some(time),
            error: Some(outcome.text),
            response: Some(BASE64_STANDARD.encode(&outcome.body)),
            status_code: Some(outcome.status),
            ..WebhookFailure::default()
        });
        let status = WebhookStatus { last_triggered_at: Some(time), last_failure: failure, ..WebhookStatus::default() };
        self.statuses.push((self.now.saturating_add(STATUS_AFTER), delivery.webhook.clone(), status));
        delivery.attempts += 1;
        // A response below 500 is final; 5xx and no response are not.
        if (outcome.status == 0 || outcome.status >= 500) && delivery.attempts < MAX_ATTEMPTS {
            let pause = FIRST_PAUSE.saturating_mul(1 << (delivery.attempts - 1).min(16)).min(LONGEST_PAUSE);
            delivery.due = self.now.saturating_add(pause);
            self.outbox.push(delivery);
        }
        log
    }
}

impl StudioState {
    /// Writes down how the deliveries of webhooks went, some time after them.
    pub(crate) fn write_statuses(&mut self) {
        let now = self.now;
        for (_, id, new) in self.statuses.extract_if(.., |(due, ..)| *due <= now) {
            let Some(webhook) = self.webhooks.iter_mut().find(|webhook| webhook.id.as_ref() == Some(&id)) else {
                continue;
            };
            let status = webhook.status.get_or_insert_default();
            status.last_triggered_at = new.last_triggered_at;
            status.last_failure = new.last_failure.or(status.last_failure.take());
        }
    }
}

/// What was sent to a webhook.
pub(super) struct Sent {
    pub url: Url,
    pub body: String,
    pub signature: Option<String>,
}

/// What came of it; status 0 is no response.
pub(super) struct Outcome {
    pub status: u16,
    pub text: String,
    pub body: Vec<u8>,
}

/// Writes and signs a delivery.
fn compose(delivery: &Delivery, webhook: &Webhook) -> Sent {
    // The receiver compares this with its own clock, which knows nothing of the time in here.
    let timestamp = Timestamp::now().as_millis();
    let mut body = json!({
        "id": delivery.id,
        "webhookId": delivery.webhook,
        "createdAt": delivery.created_at,
        "timestamp": timestamp,
        "event": delivery.event,
    });
    for (name, value) in [("stream", &delivery.stream), ("payload", &delivery.payload)] {
        if let Some(value) = value {
            body[name] = value.clone();
        }
    }
    let secret = webhook.shared_secret.as_ref().filter(|secret| !secret.is_empty());
    seal(webhook.url.clone(), secret, body.to_string(), timestamp)
}

/// Signs a body, if there is a secret to sign with.
pub(super) fn seal(url: Url, secret: Option<&Secret>, body: String, timestamp: i64) -> Sent {
    let signature = secret.map(|secret| sign(secret.clone(), body.as_bytes(), timestamp.unsigned_abs()));
    Sent { url, body, signature }
}

/// Sends once more what a log has recorded.
pub(super) fn resend(webhook: &Webhook, log: &WebhookLog) -> (Delivery, Sent) {
    let request = log.request.clone().unwrap_or_default();
    let mut body: Value = serde_json::from_str(&request.body.unwrap_or_default()).unwrap_or_default();
    let timestamp = Timestamp::now().as_millis();
    body["timestamp"] = timestamp.into();
    let delivery = Delivery {
        webhook: log.webhook_id.clone(),
        id: body["id"].as_str().unwrap_or_default().to_owned(),
        event: log.event.clone().unwrap_or_default(),
        created_at: body["createdAt"].as_i64().unwrap_or_default(),
        stream: body.get("stream").cloned(),
        payload: body.get("payload").cloned(),
        // A resent call is not repeated by itself.
        attempts: MAX_ATTEMPTS,
        due: 0,
    };
    (delivery, seal(webhook.url.clone(), webhook.shared_secret.as_ref(), body.to_string(), timestamp))
}

/// Sends every delivery that is due, each on its own.
pub(super) fn dispatch(core: &Arc<Core>) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let due = core.set(|state| {
        let now = state.now;
        if !state.outbox.iter().any(|delivery| delivery.due <= now) {
            return Vec::new();
        }
        let Some(transport) = state.transport() else { return Vec::new() };
        let due: Vec<_> = state.outbox.extract_if(.., |delivery| delivery.due <= now).collect();
        let webhook = |id: &WebhookId| state.webhooks.iter().find(|webhook| webhook.id.as_ref() == Some(id));
        let composed: Vec<_> = due
            .into_iter()
            // What a deleted webhook was to be told is lost.
            .filter_map(|delivery| Some((compose(&delivery, webhook(&delivery.webhook)?), delivery, transport.clone())))
            .collect();
        state.in_flight += composed.len();
        composed
    });
    for (sent, delivery, transport) in due {
        let core = core.clone();
        runtime.spawn(async move {
            let outcome = send(&sent, transport).await;
            core.set(|state| {
                state.delivered(delivery, &sent, outcome);
                state.in_flight -= 1;
            });
            core.quiet.notify_waiters();
        });
    }
}

/// Makes one attempt.
pub(super) async fn send(sent: &Sent, transport: Arc<dyn Transport>) -> Outcome {
    let failed = |text: String| Outcome { status: 0, text, body: Vec::new() };
    let mut request = Request::builder().method(Method::POST).uri(sent.url.as_str());
    request = request.header("content-type", "application/json").header("user-agent", USER_AGENT);
    if let Some(signature) = &sent.signature {
        request = request.header(SIGNATURE_HEADER, signature);
    }
    let request = match request.body(Body::from(sent.body.clone())) {
        Ok(request) => request,
        Err(error) => return failed(error.to_string()),
    };
    let attempt = async {
        let response: Response<Body> = transport.send(request).await.map_err(|error| error.to_string())?;
        let (parts, body) = response.into_parts();
        let body = body.bytes(MAX_RESPONSE).await.map_err(|error| error.to_string())?;
        Ok(Outcome {
            status: parts.status.as_u16(),
            text: parts.status.canonical_reason().unwrap_or_default().to_owned(),
            body: body.to_vec(),
        })
    };
    match tokio::time::timeout(PATIENCE, attempt).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => failed(error),
        Err(_) => failed("timed out".into()),
    }
}
