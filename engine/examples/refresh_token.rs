//! OAuth 2 with refresh tokens, each of which may be used once: an access token is renewed before it expires and when the server refuses
//! it, once for all calls, and no refresh token is lost or used twice.
//!
//! `cargo run -p typed-endpoint --example refresh_token` calls servers that it starts by itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use typed_endpoint::mock::{Mock, Reply};
use typed_endpoint::{Api, Auth, BoxError, Case, Client, Secret, Token, Unmapped, endpoint, model};

/// The server that issues tokens.
pub enum Accounts {}

impl Api for Accounts {
    const NAME: &'static str = "Accounts";
    const SERVERS: &'static [&'static str] = &["https://accounts.example"];
    const CASE: Case = Case::Snake;
    // The client's id and secret. A client without a secret has `client_id` among the fields below.
    const AUTH: Auth = Auth::Basic;
    type Error = Unmapped;
}

endpoint! {
    /// Renews an access token. Not `retryable`: an attempt that got lost may have used up the refresh token.
    pub Renew: Accounts = POST "/oauth2/token" form {
        const grant_type: String = "refresh_token",
        /// The refresh token.
        refresh_token: Secret,
    } -> Issued
}

model! {
    /// Tokens.
    pub struct Issued: Accounts, input {
        /// The access token.
        access_token: Secret,
        /// How many seconds it is valid.
        expires_in?: u64,
        /// The next refresh token; without one, the last remains valid.
        refresh_token?: Secret,
    }
}

/// The server that takes the access tokens.
pub enum Notes {}

impl Api for Notes {
    const NAME: &'static str = "Notes";
    const SERVERS: &'static [&'static str] = &["https://notes.example"];
    const CASE: Case = Case::Snake;
    type Error = Unmapped;
}

endpoint! {
    /// Reads a note.
    pub ReadNote: Notes = GET "/notes/{id}" (id: u32) -> text
}

/// Has the client renew its access token by refresh tokens, of which this is the first.
pub fn renewing(client: Client<Notes>, accounts: Client<Accounts>, refresh_token: Secret) -> Client<Notes> {
    let current = Arc::new(Mutex::new(refresh_token));
    client.token_provider(move || {
        let (accounts, current) = (accounts.clone(), current.clone());
        async move {
            // In a task of its own: a call that is given up while it waits must not lose the next refresh token.
            let renewal = tokio::spawn(async move {
                let mut current = current.lock().await;
                let issued = accounts.call(Renew::new(current.clone())).await?;
                if let Some(next) = issued.refresh_token {
                    // A program that is started again would store it here, before it goes on.
                    *current = next;
                }
                let token = Token::new(issued.access_token);
                Ok::<_, BoxError>(match issued.expires_in {
                    Some(seconds) => token.expires_in(Duration::from_secs(seconds)),
                    None => token,
                })
            });
            renewal.await?
        }
    })
}

// The lines above are all that a client needs. The rest uses it.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let accounts = Mock::new().on(async |renew: Renew| {
        println!("renewed");
        let next = Issued::new(format!("access after {}", renew.refresh_token.expose()));
        Ok(next.expires_in(3600).refresh_token("second"))
    });
    let notes = Mock::new().fallback(async |_| Reply::text(200, "Buy milk."));
    let (accounts, notes) = (accounts.listen().await?, notes.listen().await?);
    let accounts = Client::new().server(accounts.url()).key("client-id:client-secret");
    let client = renewing(Client::new().server(notes.url()), accounts, "first".into());
    for id in 1..=3 {
        println!("note {id}: {}", client.call(ReadNote::new(id)).await?);
    }
    Ok(())
}
