//! What holds for every operation of the catalog: its requests and responses, minimal and full, go
//! over a socket and through JSON without loss.

mod apis;

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use livepeer::codec::Detail;
use livepeer::mock::{EncodeResponse, Mock, OperationVisitor, Received, fake, sample_request};
use livepeer::{Endpoint, HostedBy, Retry};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

type Checks = Vec<(String, Pin<Box<dyn Future<Output = ()>>>)>;

/// Runs a check for each operation, and tells all that fail.
fn each(visitor: impl FnOnce() -> Checks) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let checks = visitor();
    assert_eq!(checks.len(), 2 * livepeer::catalog().count());
    let failed: Vec<_> = checks
        .into_iter()
        .filter_map(|(name, check)| {
            let run = std::panic::AssertUnwindSafe(|| runtime.block_on(check));
            std::panic::catch_unwind(run).is_err().then_some(name)
        })
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
}

macro_rules! each_operation {
    ($check:ident) => {{
        struct Each(Checks);

        impl OperationVisitor for Each {
            fn operation<E>(&mut self)
            where
                E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
                E::Format: EncodeResponse<E::Response>,
            {
                for detail in [Detail::Minimal, Detail::Full] {
                    let name = format!("{} ({detail:?})", E::OPERATION.qualified_name());
                    self.0.push((name, Box::pin($check::<E>(detail))));
                }
            }
        }

        each(|| {
            let mut each = Each(Vec::new());
            livepeer::visit_catalog(&mut each);
            each.0
        });
    }};
}

/// A request as JSON. A file that has no media type of its own is read back with the one it was sent with.
fn json(request: &impl Serialize) -> Value {
    let mut json = serde_json::to_value(request).unwrap();
    for field in json.as_object_mut().unwrap().values_mut() {
        let file = field.as_object_mut().filter(|file| file.contains_key("bytes"));
        if let Some(file) = file {
            file.entry("content_type").or_insert_with(|| "application/octet-stream".into());
        }
    }
    json
}

#[test]
fn every_request_is_read_back_from_a_socket_as_it_was_sent() {
    each_operation!(over_a_socket);
}

async fn over_a_socket<E>(detail: Detail)
where
    E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize,
    E::Format: EncodeResponse<E::Response>,
{
    let received = Arc::new(Mutex::new(Vec::new()));
    let seen = received.clone();
    let mock = Mock::new().on_received(move |request: Received<E>| {
        seen.lock().unwrap().push((json(&request.request), request.unknown));
        async move { Ok(E::Format::sample(detail)) }
    });
    let server = mock.listen().await.unwrap();
    let request: E = sample_request(detail).unwrap();
    let sent = json(&request);
    let response =
        server.client::<livepeer::Client<E::Api>>().call(request).retry(Retry::never()).with_response().await.unwrap();
    let received = std::mem::take(&mut *received.lock().unwrap());
    assert_eq!(received, [(sent, Vec::<String>::new())]);

    // What was sent is what arrives, and what is written again.
    let body = |reply: livepeer::mock::Reply| async { reply.body.bytes(1 << 20).await.unwrap() };
    let generated = body(E::Format::encode(E::Format::sample(detail))).await;
    let arrived = body(E::Format::encode(response.value)).await;
    let parse =
        |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into());
    assert_eq!(parse(&arrived), parse(&generated));
}

#[test]
fn a_fake_without_handlers_responds_to_every_request() {
    each_operation!(from_a_fake);
}

async fn from_a_fake<E>(detail: Detail)
where
    E: Endpoint + HostedBy<<E as Endpoint>::Api>,
    E::Format: EncodeResponse<E::Response>,
{
    let server = (apis::named(E::OPERATION.api).fake)().listen().await.unwrap();
    let client = server.client::<livepeer::Client<E::Api>>().retry(Retry::never());
    let response = client.call(sample_request::<E>(detail).unwrap()).with_response().await.unwrap();
    assert_eq!((response.status.as_u16(), response.skipped_count), (E::OPERATION.status, 0), "{:?}", response.skipped);
    let body = E::Format::encode(response.value).body.bytes(1 << 20).await.unwrap();
    assert!(!body.is_empty() || E::OPERATION.status == 204);
}

#[tokio::test]
async fn lists_and_streams_of_a_fake_end() {
    let studio = fake::<livepeer::Studio>().client::<livepeer::Client>();
    let mut streams = studio.pages(livepeer::stream::List::new()).items();
    assert!(streams.next().await.unwrap().is_ok());
    assert!(streams.next().await.is_none());
    let ai = fake::<livepeer::Ai>().client::<livepeer::Client<livepeer::Ai>>();
    let llm = livepeer::generate::Llm::new("some-model", [livepeer::generate::LlmMessage::user("hello")]);
    assert!(!ai.call(llm.clone()).await.unwrap().text().is_empty());
    let chunks = ai.call(llm.stream()).await.unwrap().collect().await.unwrap();
    assert_eq!(chunks.len(), 1);
}

#[test]
fn every_request_goes_through_json() {
    each_operation!(through_json);
}

async fn through_json<E: Endpoint + Serialize + DeserializeOwned + Clone + Debug>(detail: Detail) {
    let request: E = sample_request(detail).unwrap();
    let text = serde_json::to_string(&request.clone()).unwrap();
    let again: E = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::to_value(&request).unwrap());
    // What is secret is shown by its JSON and by nothing else.
    let shown = format!("{request:?}");
    assert!(!shown.contains("secret-"), "{shown}");
}

#[test]
fn an_unknown_field_is_refused_when_a_request_is_read() {
    let wrong = serde_json::from_str::<livepeer::stream::Get>(r#"{"id": "x", "recrod": true}"#).unwrap_err();
    assert!(wrong.to_string().contains("recrod"), "{wrong}");
    let wrong = serde_json::from_str::<livepeer::stream::Get>("{}").unwrap_err();
    assert!(wrong.to_string().contains("`id` is missing"), "{wrong}");
}
