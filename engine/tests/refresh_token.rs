//! The example with refresh tokens, against a token endpoint on a real socket that takes each of them once.
#![allow(missing_docs)]

#[allow(dead_code)]
#[path = "../examples/refresh_token.rs"]
mod example;

use std::sync::{Arc, Mutex};

use example::*;
use tokio::sync::Semaphore;
use typed_endpoint::mock::{Mock, MockServer, Received, Reply};
use typed_endpoint::{Client, ErrorKind, Retry};

/// What both servers know.
struct Known {
    /// The one refresh token that is valid is of this number.
    refresh: u32,
    /// So are access tokens.
    access: u32,
    /// How long these are.
    expires_in: u64,
    /// The refresh tokens that came.
    used: Vec<String>,
}

struct Servers {
    known: Arc<Mutex<Known>>,
    /// How many renewals get a response.
    permits: Arc<Semaphore>,
    _accounts: MockServer,
    _notes: MockServer,
    client: Client<Notes>,
}

async fn servers(expires_in: u64) -> Servers {
    let known = Known { refresh: 0, access: 0, expires_in, used: Vec::new() };
    let (known, permits) = (Arc::new(Mutex::new(known)), Arc::new(Semaphore::new(100)));
    let (at_accounts, at_notes, at_renewal) = (known.clone(), known.clone(), permits.clone());
    let accounts = Mock::new().on_received(move |renew: Received<Renew>| {
        let (known, at_renewal) = (at_accounts.clone(), at_renewal.clone());
        async move {
            assert_eq!(renew.parts.headers["authorization"], "Basic Y2xpZW50LWlkOmNsaWVudC1zZWNyZXQ=");
            let issued = {
                let mut known = known.lock().unwrap();
                let used = renew.request.refresh_token.expose().to_owned();
                let valid = used == format!("refresh {}", known.refresh);
                known.used.push(used);
                if !valid {
                    return Err(Reply::json(400, &serde_json::json!({ "error": "invalid_grant" })));
                }
                known.refresh += 1;
                known.access += 1;
                Issued::new(format!("access {}", known.access))
                    .expires_in(known.expires_in)
                    .refresh_token(format!("refresh {}", known.refresh))
            };
            at_renewal.acquire().await.unwrap().forget();
            Ok(issued)
        }
    });
    let notes = Mock::new().fallback(move |request| {
        let valid = format!("Bearer access {}", at_notes.lock().unwrap().access);
        let is_valid = request.headers()["authorization"] == *valid;
        async move { if is_valid { Reply::text(200, valid) } else { Reply::status(401) } }
    });
    let (accounts, notes) = (accounts.listen().await.unwrap(), notes.listen().await.unwrap());
    let at_accounts = Client::new().server(accounts.url()).key("client-id:client-secret");
    let at_notes = Client::new().server(notes.url()).retry(Retry::never());
    let client = renewing(at_notes, at_accounts, "refresh 0".into());
    Servers { known, permits, _accounts: accounts, _notes: notes, client }
}

impl Servers {
    /// The token that a call was made with.
    async fn read(&self) -> Result<String, typed_endpoint::Error> {
        Ok(self.client.call(ReadNote::new(1)).await?)
    }

    async fn read_at_once(&self) -> Vec<String> {
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let client = self.client.clone();
                tokio::spawn(async move { client.call(ReadNote::new(1)).await.unwrap() })
            })
            .collect();
        let mut read = Vec::new();
        for call in calls {
            read.push(call.await.unwrap());
        }
        read
    }

    fn used(&self) -> Vec<String> {
        self.known.lock().unwrap().used.clone()
    }
}

#[tokio::test]
async fn each_refresh_token_is_used_once_however_many_calls_wait() {
    let servers = servers(3600).await;
    assert_eq!(servers.read_at_once().await, ["Bearer access 1"; 8]);
    assert_eq!(servers.used(), ["refresh 0"]);

    // The server forgets the access token: all calls are refused, and one renews it.
    servers.known.lock().unwrap().access += 1;
    assert_eq!(servers.read_at_once().await, ["Bearer access 3"; 8]);
    assert_eq!(servers.used(), ["refresh 0", "refresh 1"]);
}

#[tokio::test]
async fn a_token_that_is_about_to_expire_is_renewed_before_a_call() {
    let servers = servers(0).await;
    assert_eq!(servers.read().await.unwrap(), "Bearer access 1");
    assert_eq!(servers.read().await.unwrap(), "Bearer access 2");
    assert_eq!(servers.used(), ["refresh 0", "refresh 1"]);
}

#[tokio::test]
async fn a_call_that_is_given_up_loses_no_refresh_token() {
    let servers = servers(3600).await;
    servers.permits.forget_permits(100);
    let client = servers.client.clone();
    let call = tokio::spawn(async move { client.call(ReadNote::new(1)).await });
    while servers.used().is_empty() {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    servers.permits.add_permits(100);
    assert_eq!(servers.read().await.unwrap(), "Bearer access 2");
    assert_eq!(servers.used(), ["refresh 0", "refresh 1"]);
}

#[tokio::test]
async fn a_refused_refresh_token_is_the_error_of_the_call() {
    let servers = servers(3600).await;
    servers.known.lock().unwrap().refresh = 7;
    let error = servers.read().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let text = format!("{error:#}");
    assert!(text.contains("400") && text.contains("invalid_grant"), "{text}");
    assert!(!text.contains("refresh 0"), "{text}");
}
