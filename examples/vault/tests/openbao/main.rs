//! OpenBao, a real server: every operation that it has, once at least. `examples/apis/servers` starts a new one, sealed, and runs this.
//!
//! Every response is compared with what is written back of its decoded form: nothing may be lost.

mod auth;
mod database;
mod engines;
mod identity;
mod pki;
#[path = "../../../fleet/tests/support/postgres.rs"]
mod postgres;
mod sys;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use typed_endpoint::codec::{self, Encode};
use typed_endpoint::{Client, Endpoint, Error, HostedBy, Operation, Retry};
use vault::{Errors, Vault};

/// What the operations are called with, and which have been.
#[derive(Clone)]
struct Server {
    client: Client<Vault>,
    succeeded: Arc<Mutex<BTreeSet<String>>>,
    refused: Arc<Mutex<BTreeSet<String>>>,
}

fn name(operation: &Operation) -> String {
    format!("{} ({} {})", operation.qualified_name(), operation.method, operation.path)
}

impl Server {
    fn new(client: Client<Vault>) -> Self {
        Self { client: client.retry(Retry::never()), succeeded: Arc::default(), refused: Arc::default() }
    }

    fn with(&self, client: Client<Vault>) -> Self {
        Self { client, ..self.clone() }
    }

    /// Calls an operation, which has to succeed and to lose nothing of the response.
    async fn call<E>(&self, request: E) -> E::Response
    where
        E: HostedBy<Vault> + Endpoint<Api = Vault, Error = Errors>,
        E::Response: Encode,
    {
        let name = name(E::OPERATION);
        let response = match self.client.call(request).with_response().await {
            Ok(response) => response,
            Err(error) => panic!("{name}: {error:#}"),
        };
        assert!(response.skipped.is_empty(), "{name}: {:?}", response.skipped);
        let received: Value = match &response.raw_body[..] {
            [] => Value::Null,
            body => serde_json::from_slice(body).unwrap(),
        };
        let written: Value = serde_json::from_str(&codec::to_json(&response.value)).unwrap();
        assert_eq!(written, received, "{name}");
        self.succeeded.lock().unwrap().insert(name);
        response.value
    }

    /// Calls an operation whose counterpart is not here; the server has to say so.
    async fn refuse<E>(&self, request: E, reason: &str)
    where
        E: HostedBy<Vault> + Endpoint<Api = Vault, Error = Errors>,
        E::Response: std::fmt::Debug,
    {
        let name = name(E::OPERATION);
        let error: Error<Errors> = self.client.call(request).await.expect_err(&name);
        let errors = error.body().map(|body| body.errors.join("; "));
        assert!(errors.as_ref().is_some_and(|errors| errors.contains(reason)), "{name}: {error:#}");
        self.refused.lock().unwrap().insert(name);
    }
}

/// All operations but those of AWS, whose engine and auth method OpenBao does not have.
fn all() -> BTreeSet<String> {
    vault::operations().filter(|operation| operation.module.split("::").all(|part| part != "aws")).map(name).collect()
}

#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn openbao() {
    let url = std::env::var("OPENBAO_URL").expect("OPENBAO_URL is not set: examples/apis/servers sets it");
    let client = Client::new().server(format!("{url}/v1")).allow_plain_http(true).header("X-Vault-Request", "true");
    let (server, key) = sys::begin(Server::new(client)).await;
    let mut failures = Vec::new();
    macro_rules! run {
        ($($section:path),+ $(,)?) => {$(
            if let Err(failure) = tokio::spawn($section(server.clone())).await {
                failures.push(format!("{}: {failure}", stringify!($section)));
            }
        )+};
    }
    run!(
        engines::kv1,
        engines::kv2,
        engines::cubbyhole,
        engines::transit,
        engines::ssh,
        pki::roots,
        pki::issuers,
        database::all,
        identity::entities,
        identity::groups,
        auth::tokens,
        auth::approle,
        auth::userpass,
        auth::cert,
        auth::jwt,
        auth::oidc,
        auth::kubernetes,
        sys::mounts,
    );
    sys::end(&server, key).await;

    assert!(failures.is_empty(), "{failures:#?}");
    let all = all();
    let succeeded = &*server.succeeded.lock().unwrap() & &all;
    let refused = &*server.refused.lock().unwrap() - &succeeded;
    println!("{} of {} operations succeeded, {} were refused: {refused:#?}", succeeded.len(), all.len(), refused.len());
    let left = &(&all - &succeeded) - &refused;
    assert!(left.is_empty(), "not called: {left:#?}");
}
