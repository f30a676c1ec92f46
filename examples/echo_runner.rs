//! A runner of an app that echoes what it is sent, offered to an orchestrator, and a client that uses it.
//!
//! The orchestrator is a fake one; with `ORCHESTRATOR_URL` and `ORCHESTRATOR_SECRET` it is yours, which has to reach this machine.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use livepeer::mock;
use livepeer::network::operations::app::Post;
use livepeer::network::{Client, Runner};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fake = mock::network().listen().await?;
    let orchestrator = std::env::var("ORCHESTRATOR_URL").unwrap_or(fake.url());
    let secret = std::env::var("ORCHESTRATOR_SECRET").unwrap_or("orch-secret".into());

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let runner = Arc::new(Runner::new(&orchestrator, secret, "example/echo", url.as_str()).capacity(2).start().await?);
    let app = axum::Router::new().route("/echo", post(echo)).with_state(runner.clone());
    tokio::spawn(axum::serve(listener, app).into_future());

    let session = Client::new().orchestrator(&orchestrator).app("example/echo").reserve().await?;
    let response = session.call(Post::new("echo", json!({ "hello": "network" }))).await?;
    println!("{response:#}");
    session.close().await?;
    Ok(())
}

async fn echo(State(runner): State<Arc<Runner>>, headers: HeaderMap, body: String) -> String {
    match runner.session(&headers) {
        Some(session) => json!({ "echo": body, "session": format!("{:?}", session.id()) }).to_string(),
        None => json!({ "error": "call it through the orchestrator" }).to_string(),
    }
}
