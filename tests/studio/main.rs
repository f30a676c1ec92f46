//! The fake of Studio serves every operation of Studio, over a real socket, as the real one does.

mod differences;
mod exact;
mod facts;
mod lists;
mod operations;
mod replay;
mod webhooks;

use livepeer::mock::{self, RunningStudio, StudioFake};
use livepeer::{Client, Error, Retry};

type Result<T = ()> = std::result::Result<T, Error>;

/// A fake of Studio on a port.
async fn running(studio: &StudioFake) -> RunningStudio {
    studio.listen().await.unwrap()
}

/// A client that asks once.
fn once(server: &RunningStudio) -> Client {
    server.client().retry(Retry::never())
}

/// Sends an HTTP request that the typed operations cannot make, and gives status and body.
async fn raw(studio: &StudioFake, method: &str, path: &str, body: &str) -> (u16, serde_json::Value) {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"))
        .header("authorization", "Bearer key")
        .header("content-type", "application/json")
        .body(livepeer::Body::from(body.to_owned()))
        .unwrap();
    let response = studio.mock().respond(request).await;
    let status = response.status().as_u16();
    let body = response.into_body().bytes(usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

fn studio() -> StudioFake {
    mock::studio()
}
