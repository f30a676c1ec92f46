//! The server's half of an upload from a web page. It has the API key, creates the asset, and gives the page the URL of the
//! upload, which is good for that one file and nothing else. The bytes go from the page to Livepeer.
//!
//! ```sh
//! livepeer emulate &   # or an account of your own, by LIVEPEER_API_KEY alone
//! export LIVEPEER_BASE_URL=http://127.0.0.1:3004/api LIVEPEER_API_KEY=any
//! cargo run -p browser-server -- page/www   # in examples/browser
//! ```

use std::error::Error;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use livepeer::{Client, Secret, asset};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or("page/www".into());
    let app = Router::new()
        .route("/uploads", post(request_upload))
        .with_state(Client::from_env()?)
        .fallback_service(ServeDir::new(folder));
    let listener = TcpListener::bind(("127.0.0.1", port()?)).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

fn port() -> Result<u16, Box<dyn Error>> {
    std::env::var("PORT").map_or(Ok(8080), |port| Ok(port.parse()?))
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
}

#[derive(Serialize)]
struct Ticket {
    asset: String,
    endpoint: Secret,
}

/// Asks for an upload. A real server asks first who wants it: whoever gets a ticket can fill your account.
async fn request_upload(
    State(client): State<Client>,
    Json(wanted): Json<Wanted>,
) -> Result<Json<Ticket>, (StatusCode, String)> {
    let ticket = client.call(asset::RequestUpload::new(wanted.name)).await;
    // What went wrong at Livepeer is for the server's log, not for the page.
    let ticket = ticket.map_err(|error| {
        eprintln!("{error:#}");
        (StatusCode::BAD_GATEWAY, "the upload cannot be created now".to_owned())
    })?;
    Ok(Json(Ticket { asset: ticket.asset.id.to_string(), endpoint: ticket.tus_endpoint }))
}
