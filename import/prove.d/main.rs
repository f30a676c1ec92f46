//! Prints the requests of an API's operations, made of samples, one as JSON on each line.
#![recursion_limit = "1024"]
#![allow(deprecated)]

mod api;

use std::sync::{Arc, Mutex};

use typed_endpoint::codec::Detail;
use typed_endpoint::mock::{EncodeResponse, OperationVisitor, Operations, sample_request};
use typed_endpoint::{Api, Body, BoxFuture, Client, Endpoint, HostedBy, Retry, Transport, TransportError};

use api::@API@ as Imported;

impl Operations for Imported {
    fn visit(visitor: &mut impl OperationVisitor) {
@VISITS@
    }
}

/// Keeps the last request, and responds with nothing.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Option<serde_json::Value>>>);

impl Transport for Kept {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, mut body) = request.into_parts();
            let mut bytes = Vec::new();
            while let Ok(Some(chunk)) = body.chunk().await {
                bytes.extend_from_slice(&chunk);
            }
            let headers: Vec<_> = head.headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))).collect();
            *self.0.lock().unwrap() = Some(serde_json::json!({
                "method": head.method.as_str(),
                "url": head.uri.to_string(),
                "headers": headers,
                "body": String::from_utf8_lossy(&bytes),
            }));
            Ok(http::Response::builder().status(204).body(Body::default()).unwrap())
        })
    }
}

struct Printed(Kept, tokio::runtime::Runtime);

impl OperationVisitor for Printed {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api>,
        E::Format: EncodeResponse<E::Response>,
    {
        let operation = E::OPERATION;
        for (detail, label) in [(Detail::Minimal, "required"), (Detail::Full, "all")] {
            let request: E = match sample_request(detail) {
                Ok(request) => request,
                Err(error) => {
                    println!("{}", serde_json::json!({ "operation": operation.to_string(), "error": format!("{error:?}") }));
                    continue;
                }
            };
            // One of the only API that there is, which the compiler does not know here.
            let client: Client<E::Api> = Client::new().key("user:password").transport(self.0.clone()).retry(Retry::never());
            let result = self.1.block_on(async { client.call(request).await.map(drop).map_err(|error| format!("{error:#}")) });
            let mut kept = self.0.0.lock().unwrap().take().unwrap_or_else(|| serde_json::json!({ "error": format!("{result:?}") }));
            kept["operation"] = operation.to_string().into();
            kept["sample"] = label.into();
            kept["server"] = operation.server.unwrap_or(<E::Api as Api>::SERVERS[0]).into();
            println!("{kept}");
        }
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    Imported::visit(&mut Printed(Kept::default(), runtime));
}
