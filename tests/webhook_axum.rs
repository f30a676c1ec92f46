//! Webhook deliveries to an axum server, over a socket.
#![cfg(feature = "axum")]

use std::time::{SystemTime, UNIX_EPOCH};

use axum::{Router, extract::FromRef, routing::post};
use livepeer::webhook::{AccessDecision, AccessRequest, Event, Verifier, sign};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

#[derive(Clone)]
struct App {
    verifier: Verifier,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

async fn hook(event: Event) -> String {
    event.payload.name().to_owned()
}

async fn gate(request: AccessRequest) -> AccessDecision {
    AccessDecision::from(request.access_key.expose() == "letmein")
}

async fn serve() -> String {
    let app = Router::new()
        .route("/hook", post(hook))
        .route("/gate", post(gate))
        .with_state(App { verifier: Verifier::new("shh") });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// Status line and body of the response.
async fn send(address: &str, path: &str, signature: Option<&str>, body: &str) -> (u16, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let signature = signature.map(|value| format!("Livepeer-Signature: {value}\r\n")).unwrap_or_default();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n{signature}\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    // A server that refuses a long body may close before it has read it.
    let _ = socket.write_all(body.as_bytes()).await;
    let mut response = Vec::new();
    let _ = socket.read_to_end(&mut response).await;
    let response = String::from_utf8(response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[tokio::test]
async fn a_handler_runs_only_for_what_studio_sent() {
    let address = serve().await;
    let now = now();
    let body =
        json!({"id": "e", "webhookId": "w", "createdAt": now, "timestamp": now, "event": "stream.idle"}).to_string();
    let signed = |secret: &str| sign(secret, body.as_bytes(), now);

    assert_eq!(send(&address, "/hook", Some(&signed("shh")), &body).await, (200, "stream.idle".to_owned()));
    assert_eq!(send(&address, "/hook", None, &body).await.0, 401);
    assert_eq!(send(&address, "/hook", Some("nonsense"), &body).await.0, 400);
    assert_eq!(send(&address, "/hook", Some(&signed("shh")), &body.replace("idle", "gone")).await.0, 401);
    let (status, text) = send(&address, "/hook", Some(&signed("wrong")), &body).await;
    assert_eq!(status, 401);
    assert!(text.contains("signature") && !text.contains("shh") && !text.contains(&signed("shh")[20..]), "{text}");

    let odd = r#"{"timestamp":"my-private-text"}"#;
    let (status, text) = send(&address, "/hook", Some(&sign("shh", odd.as_bytes(), now)), odd).await;
    assert_eq!(status, 500);
    assert!(!text.contains("my-private-text"), "{text}");

    let long = " ".repeat(3 << 20);
    assert_eq!(send(&address, "/hook", Some(&sign("shh", long.as_bytes(), now)), &long).await.0, 413);
}

#[tokio::test]
async fn the_gate_allows_and_denies() {
    let address = serve().await;
    let ask = async |key: &str, secret: &str| {
        let now = now();
        let body = json!({"context": {}, "accessKey": key, "timestamp": now}).to_string();
        send(&address, "/gate", Some(&sign(secret, body.as_bytes(), now)), &body).await
    };
    assert_eq!(ask("letmein", "shh").await, (200, "{}".to_owned()));
    assert_eq!(ask("nothanks", "shh").await, (403, r#"{"ret":403}"#.to_owned()));
    assert_eq!(ask("letmein", "wrong").await.0, 401);
}
