//! Receives webhooks with axum: checks that Studio sent them, handles each event once, and responds to the access gate, which
//! asks whether a viewer may watch.
//!
//! Without arguments it delivers itself what Studio would, and ends. To receive for real, with the shared secret of the
//! webhook: `LIVEPEER_WEBHOOK_SECRET=… cargo run --example webhook_receiver 0.0.0.0:3000`.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::post;
use livepeer::webhook::{AccessDecision, AccessRequest, Event, Payload, Verifier, sign};
use livepeer::{Api, Case, Client, Timestamp, Unmapped, endpoint};
use serde_json::json;

#[derive(Clone)]
struct App {
    verifier: Verifier,
    seen: Arc<Mutex<HashSet<String>>>,
}

// The extractors `Event` and `AccessRequest` find the secret by this.
impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

/// What happens to streams and assets. Respond quickly: what takes long belongs into a task of its own.
async fn hook(State(app): State<App>, event: Event) {
    // Studio delivers again what it has no response to, so the same event can come twice.
    if !app.seen.lock().is_ok_and(|mut seen| seen.insert(event.id.clone())) {
        return println!("{} again: nothing to do", event.kind());
    }
    match &event.payload {
        Payload::StreamStarted => {
            println!("live now: {}", event.stream.as_ref().map_or("a stream", |stream| &stream.name))
        }
        Payload::AssetReady(ready) => println!("{} can be watched", ready.asset.snapshot.name),
        Payload::AssetFailed(failed) => println!("{} could not be processed", failed.asset.id),
        _ => println!("{} is of no interest here", event.kind()),
    }
}

/// Whether a viewer may watch. The viewer waits for the response.
async fn gate(request: AccessRequest) -> AccessDecision {
    let may = request.access_key.expose() == "a ticket";
    println!("a viewer {}", if may { "comes in" } else { "stays out" });
    AccessDecision::from(may)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1);
    let secret = match &address {
        Some(_) => std::env::var("LIVEPEER_WEBHOOK_SECRET").map_err(|_| "set LIVEPEER_WEBHOOK_SECRET")?,
        None => "a shared secret".to_owned(),
    };
    let app = App { verifier: Verifier::new(secret.as_str()), seen: Arc::default() };
    let router = Router::new().route("/hook", post(hook)).route("/gate", post(gate)).with_state(app);
    let listener = tokio::net::TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!("listening on {url}");
    if address.is_some() {
        return Ok(axum::serve(listener, router).await?);
    }
    tokio::spawn(async move { axum::serve(listener, router).await });
    rehearse(&Client::new().server(url), &secret).await
}

/// The receiver, seen as an API: for the rehearsal only.
pub enum Receiver {}

impl Api for Receiver {
    const NAME: &'static str = "webhook receiver";
    const SERVERS: &'static [&'static str] = &["http://localhost:3000"];
    const CASE: Case = Case::Camel;
    type Error = Unmapped;
}

endpoint! {
    /// Delivers an event, or a question of the access gate.
    pub Deliver: Receiver = POST "/{to}" (to: String) headers {
        /// The signature.
        signature as "livepeer-signature": String,
    } body(content: Vec<u8>) -> text
}

/// Delivers what Studio would: an event twice, two viewers, and something that is not from Studio.
async fn rehearse(client: &Client<Receiver>, secret: &str) -> Result<(), Box<dyn std::error::Error>> {
    let now = Timestamp::now();
    let asset = json!({"id": "1", "snapshot": {"id": "1", "name": "The film"}});
    let event = json!({"id": "e1", "webhookId": "w1", "createdAt": now, "timestamp": now, "event": "asset.ready",
        "payload": {"asset": asset}});
    let viewer = |key: &str| json!({"context": {}, "accessKey": key, "timestamp": now});

    let deliver = |to: &str, body: serde_json::Value, secret: &str| {
        let body = body.to_string().into_bytes();
        client.call(Deliver::new(to, sign(secret, &body, now.as_millis() as u64), body))
    };
    for (to, body) in [("hook", &event), ("hook", &event), ("gate", &viewer("a ticket")), ("gate", &viewer("none"))] {
        match deliver(to, body.clone(), secret).await {
            Ok(_) => {}
            Err(error) if to == "gate" && error.is_forbidden() => {}
            Err(error) => return Err(error.into()),
        }
    }
    let forged = deliver("hook", event, "a guess").await.err().ok_or("a forged event was accepted")?;
    println!("forged: {forged}");
    Ok(())
}
