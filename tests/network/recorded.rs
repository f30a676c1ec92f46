//! Exchanges that were recorded with a real orchestrator, given by `ORCHESTRATOR_RECORDINGS`: a file with one JSON object a line. The
//! declared operations send the same requests, and read the responses without loss.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use http::{HeaderValue, Request, Response};
use livepeer::codec::{Encode, from_json, to_json};
use livepeer::mock::{EncodeResponse, Mock, Reply};
use livepeer::network::operations::orchestrator::{
    Challenge, Discover, Orchestrator, OrchestratorError, Pay, Reserve, Stop,
};
use livepeer::network::operations::runner::{
    CreateChannels, CreateProxy, DeleteChannels, Heartbeat, RunnerEvent, Unregister,
};
use livepeer::{Body, BoxFuture, Client, HostedBy, Retry, Transport, TransportError};
use serde_json::Value;

/// Responds as recorded, and keeps the request.
#[derive(Clone)]
struct Recorded(Arc<(Value, Mutex<Option<Request<bytes::Bytes>>>)>);

impl Transport for Recorded {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (case, seen) = &*self.0;
            let (parts, body) = request.into_parts();
            *seen.lock().unwrap() = Some(Request::from_parts(parts, body.bytes(1 << 20).await.unwrap()));
            let status = case["status"].as_str().unwrap().split(' ').nth(1).unwrap().parse::<u16>().unwrap();
            let mut response = Response::builder().status(status);
            for line in case["headers"].as_array().unwrap() {
                let (name, value) = line.as_str().unwrap().split_once(": ").unwrap();
                response = response.header(name, value);
            }
            Ok(response.body(Body::from(case["body"].as_str().unwrap().to_owned())).unwrap())
        })
    }
}

/// Reads a recorded request as an operation, sends it again, and compares it and what the response is read as.
async fn repeat<E>(case: &Value, written: fn(&E::Response) -> Option<String>)
where
    E: HostedBy<Orchestrator, Error = OrchestratorError>,
    E::Format: EncodeResponse<E::Response>,
{
    let name = case["case"].as_str().unwrap();
    let (method, path) = case["request"].as_str().unwrap().split_once(' ').unwrap();
    let body = case["req_body"].as_str().unwrap_or_default();
    let mut request = Request::builder().method(method).uri(format!("http://localhost{path}"));
    for (name, value) in case["req_headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    request.headers_mut().unwrap().insert("content-type", HeaderValue::from_static("application/json"));
    let read = Arc::new(Mutex::new(None));
    let keep = read.clone();
    let mock = Mock::new().on(move |request: E| {
        *keep.lock().unwrap() = Some(request);
        async { Err(Reply::status(500)) }
    });
    mock.respond(request.body(Body::from(body.to_owned())).unwrap()).await;
    let Some(request) = read.lock().unwrap().take() else {
        panic!("{name}: it is not read as {}", E::OPERATION.qualified_name());
    };

    let recorded = Recorded(Arc::new((case.clone(), Mutex::new(None))));
    let client = Client::<Orchestrator>::new().server("http://localhost").transport(recorded.clone());
    let result = client.call(request).retry(Retry::never()).await;
    let sent = recorded.0.1.lock().unwrap().take().unwrap();
    assert_eq!((sent.method().as_str(), sent.uri().path()), (method, path), "{name}");
    for (name, value) in case["req_headers"].as_object().unwrap() {
        if name.starts_with("Livepeer") || name == "Authorization" {
            assert_eq!(sent.headers().get(name).map_or("", |value| value.to_str().unwrap()), value.as_str().unwrap());
        }
    }
    if !sent.body().is_empty() {
        // A price may also be written as text.
        let body = body.replace("\"0.01\"", "0.01");
        let json = |text: &[u8]| serde_json::from_slice::<Value>(text).unwrap();
        assert_eq!(json(sent.body()), json(body.as_bytes()), "{name}");
    }
    let text = case["body"].as_str().unwrap();
    match result {
        Ok(response) => {
            if let Some(written) = written(&response) {
                assert_eq!(written, text, "{name}");
            }
        }
        Err(error) => {
            let status = case["status"].as_str().unwrap();
            assert!(status.contains(error.status().unwrap().as_str()), "{name}: {error:#}");
            match error.body().unwrap() {
                OrchestratorError::Payment(challenge) => assert_eq!(to_json(challenge), text, "{name}"),
                OrchestratorError::Json(error) => assert_eq!(to_json(error), text.trim_end(), "{name}"),
                OrchestratorError::Text(error) => assert_eq!(error.text, text, "{name}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

fn json<T: Encode>(value: &T) -> Option<String> {
    Some(to_json(value))
}

#[tokio::test]
async fn recorded_exchanges_are_sent_and_read_as_declared() {
    let Some(text) = std::env::var_os("ORCHESTRATOR_RECORDINGS").and_then(|path| std::fs::read_to_string(path).ok())
    else {
        let _ = writeln!(
            std::io::stderr(),
            "LEFT OUT: recorded exchanges with a real orchestrator, because ORCHESTRATOR_RECORDINGS names no file"
        );
        return;
    };
    let mut repeated = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let Some(request) = case["request"].as_str().filter(|_| case["status"].is_string()) else { continue };
        // Its body is not JSON, or no heartbeat that can be declared.
        if case["req_body"] == "nope" || case["case"] == "register: capacity -1" {
            continue;
        }
        let path: Vec<_> = request.split(['/', ' ']).collect();
        match path.as_slice() {
            ["GET", "", "discovery"] => repeat::<Discover>(&case, json).await,
            ["POST", "", "apps", _, "session"] => repeat::<Reserve>(&case, json).await,
            ["POST", "", "apps", _, "session", _, "stop"] => repeat::<Stop>(&case, |()| None).await,
            ["POST", "", "apps", _, "session", _, "payment"] if case["req_headers"]["Livepeer-Segment"].is_string() => {
                repeat::<Pay>(&case, |_| None).await;
            }
            ["POST", "", "runners", "heartbeat"] => repeat::<Heartbeat>(&case, json).await,
            ["POST", "", "runners", _, "unregister"] => repeat::<Unregister>(&case, |()| None).await,
            ["POST", "", "runner", _, "session", _, "channels"] => repeat::<CreateChannels>(&case, json).await,
            ["DELETE", "", "runner", _, "session", _, "channels"] => repeat::<DeleteChannels>(&case, json).await,
            ["POST", "", "runner", _, "session", _, "proxy"] => repeat::<CreateProxy>(&case, json).await,
            ["GET", "", "ai", "trickle", channel, "0"] if channel.ends_with("o2r") => {
                let text = case["body"].as_str().unwrap();
                assert_eq!(to_json(&from_json::<RunnerEvent>(text).unwrap()), text);
            }
            _ => continue,
        }
        repeated += 1;
    }
    assert!(repeated > 40, "{repeated}");
    // What is no challenge is none.
    for text in ["{}", "[]", "", "null", r#"{"error":{"message":"x"}}"#, r#"{"payment_params":"x"}"#] {
        let headers = http::HeaderMap::new();
        let status = http::StatusCode::PAYMENT_REQUIRED;
        assert!(<Challenge as livepeer::ErrorBody>::decode(status, &headers, text.as_bytes()).is_none(), "{text}");
    }
}

#[test]
fn documents_are_made_of_the_declarations() {
    let document = livepeer::dynamic::openapi::<Orchestrator>();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.contains_key("/discovery") && paths.contains_key("/runners/heartbeat"), "{paths:?}");
    let document = livepeer::dynamic::openapi::<livepeer::network::operations::signer::Signer>();
    let payment = &document["paths"]["/generate-live-payment"]["post"];
    assert!(["480", "481", "482", "483"].iter().all(|status| payment["responses"][status].is_object()), "{payment}");
}
