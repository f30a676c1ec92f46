//! Responses of an upload server: any status, with any `Location`, `Upload-Offset` and `Upload-Length`.
//!
//! Input: how large a part is; then responses, each ended by a line feed: a byte that chooses the status and says of what
//! upload it may be told, then the values of the three headers, with 0xFF between.

#![no_main]

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::{AUTHORIZATION, LOCATION};
use http::{HeaderName, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use livepeer::tus::{Checkpoint, UploadError};
use livepeer::{Body, BoxFuture, Client, File, Retry, Transport, TransportError};
use tokio::runtime::Runtime;

const STATUSES: [u16; 16] = [201, 204, 200, 200, 204, 204, 204, 302, 400, 401, 404, 409, 410, 423, 460, 500];
const CONTENT: &[u8] = b"what is uploaded";
const TOKEN: &str = "token-of-the-endpoint";
const ENDPOINT: &str = "https://a.example/tus?token=token-of-the-endpoint";

/// More requests than that no upload of so few bytes takes, whatever the server says.
const MOST: usize = 2_000;

#[derive(Default)]
struct Seen {
    responses: usize,
    requests: usize,
}

struct Server {
    responses: Vec<Vec<u8>>,
    seen: Arc<Mutex<Seen>>,
}

impl Transport for Server {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let mut seen = self.seen.lock().unwrap();
        seen.requests += 1;
        assert!(seen.requests < MOST, "it does not end");
        let uri = request.uri().clone();
        assert_eq!((uri.scheme_str(), uri.authority().map(|host| host.as_str())), (Some("https"), Some("a.example")));
        assert!(!request.headers().contains_key(AUTHORIZATION));
        if request.method() == Method::POST {
            assert_eq!(uri.to_string(), ENDPOINT);
        }

        let response = self.responses.get(seen.responses).map_or(&[][..], Vec::as_slice);
        seen.responses += 1;
        let (choice, values) = response.split_first().unwrap_or((&0, &[]));
        let mut response = http::Response::new(Body::from(format!("no such upload: {uri}")));
        *response.status_mut() = http::StatusCode::from_u16(STATUSES[usize::from(*choice) % STATUSES.len()]).unwrap();
        let names = [LOCATION, HeaderName::from_static("upload-offset"), HeaderName::from_static("upload-length")];
        for (name, value) in names.into_iter().zip(values.split(|byte| *byte == 0xff)) {
            if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_bytes(value)) {
                response.headers_mut().insert(name, value);
            }
        }

        let offset = request.headers().get("upload-offset").map(|value| value.to_str().unwrap().parse::<usize>());
        let body = request.into_body();
        Box::pin(async move {
            let bytes = body.bytes(1 << 20).await.unwrap();
            if let Some(offset) = offset {
                let offset = offset.unwrap();
                assert_eq!(CONTENT[offset..offset + bytes.len()], bytes[..], "other bytes than those at {offset}");
            }
            Ok(response)
        })
    }
}

thread_local! {
    static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
}

fn run<F: IntoFuture>(future: F) -> F::Output {
    RUNTIME.with(|runtime| runtime.block_on(future.into_future()))
}

fuzz_target!(|data: &[u8]| {
    let [part, rest @ ..] = data else { return };
    let server =
        Server { responses: rest.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect(), seen: Arc::default() };
    let client = Client::studio("the-key").transport(server);
    let states = Arc::new(Mutex::new(Vec::new()));
    let kept = states.clone();
    let upload = |file: File| {
        let kept = kept.clone();
        client
            .tus(ENDPOINT, file)
            .part_size(u64::from(part % 32))
            .retry(Retry::attempts(3).initial_backoff(Duration::ZERO).max_backoff(Duration::ZERO))
            .on_state(move |state| kept.lock().unwrap().push(state.clone()))
    };
    let file = || File::replayable(|| Ok(CONTENT), (part % 2 == 0).then_some(CONTENT.len() as u64));
    match run(upload(file())) {
        Ok(state) => assert!(state.offset() == CONTENT.len() as u64, "{state:?}"),
        Err(error) => {
            let told = format!("{error} {error:?}");
            assert!(!told.contains(TOKEN), "{told}");
            assert!(!told.contains(['\r', '\0']), "{told}");
            if let UploadError::Call(error) = error {
                assert!(!String::from_utf8_lossy(error.raw_body()).contains(TOKEN), "{error}");
            }
        }
    }

    // Whatever it came to, it is saved and resumed.
    let states = std::mem::take(&mut *states.lock().unwrap());
    for state in &states {
        // As long as nobody knows the length, a server may claim to have more.
        assert!(state.len().is_none_or(|len| state.offset() <= len), "{state:?}");
        assert!(!format!("{state:?}").contains(TOKEN), "{state:?}");
    }
    if let Some(last) = states.last() {
        let saved = serde_json::to_string(last).unwrap();
        let again: Checkpoint = serde_json::from_str(&saved).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), saved);
        let _ = run(upload(file()).resume(again));
    }
});
