//! Responses to every operation: any status, any body.
//!
//! Input: the operation, the status, where and how much of a generated response to cut out (three bytes; a cut of 0 leaves
//! nothing of it), and what stands there instead.

#![no_main]

use libfuzzer_sys::fuzz_target;
use livepeer::codec::Detail;
use livepeer::mock::{EncodeResponse, OperationVisitor, Reply, sample_request};
use livepeer::{Body, BoxFuture, Client, Endpoint, HostedBy, Retry, Transport, TransportError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Runtime;

const KEY: &str = "key-that-no-error-shows";

/// The statuses between which the second byte chooses; the first is by far the most often of interest.
const STATUSES: [u16; 16] = [200, 201, 204, 206, 301, 304, 307, 400, 401, 403, 404, 409, 422, 429, 500, 503];

const HEADERS: [&[(&str, &str)]; 4] = [
    &[("content-type", "application/json")],
    &[],
    &[("content-type", "text/html; charset=utf-8"), ("retry-after", "3")],
    &[("content-type", "text/event-stream"), ("link", "<?cursor=skip1>; rel=next"), ("location", "/elsewhere")],
];

thread_local! {
    static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    /// A generated response to each operation.
    static SAMPLES: Vec<Vec<u8>> = {
        let mut samples = Samples(Vec::new());
        livepeer::visit_catalog(&mut samples);
        samples.0
    };
}

struct Samples(Vec<Vec<u8>>);

impl OperationVisitor for Samples {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Format: EncodeResponse<E::Response>,
    {
        let reply = E::Format::encode(E::Format::sample(Detail::Full));
        self.0.push(written(reply));
    }
}

fn written(reply: Reply) -> Vec<u8> {
    RUNTIME.with(|runtime| runtime.block_on(reply.body.bytes(1 << 24))).unwrap().to_vec()
}

/// Responds to every request with the same.
struct Same {
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: Vec<u8>,
}

impl Transport for Same {
    fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let reply = Reply::status(self.status).with_body(self.body.clone());
        let reply = self.headers.iter().fold(reply, |reply, (name, value)| reply.header(name, value));
        let mut response = http::Response::new(reply.body);
        *response.status_mut() = reply.status;
        *response.headers_mut() = *reply.headers;
        Box::pin(async { Ok(response) })
    }
}

struct One {
    /// How many operations come before it.
    before: usize,
    response: Option<Same>,
}

impl OperationVisitor for One {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Format: EncodeResponse<E::Response>,
    {
        if self.before > 0 {
            self.before -= 1;
            return;
        }
        let Some(response) = self.response.take() else { return };
        stays::<E>(&response.body);

        let status = response.status;
        let client = Client::<E::Api>::new().key(KEY).retry(Retry::never()).transport(response);
        let request: E = sample_request(Detail::Minimal).unwrap();
        match RUNTIME.with(|runtime| runtime.block_on(client.call(request).into_future())) {
            Ok(response) => {
                assert!((200..300).contains(&status), "{status} is no success");
                written(E::Format::encode(response));
            }
            Err(error) => {
                let shown = format!("{error} {error:?} {:?} {:?}", error.message(), error.body());
                // A server that was not told the key has no business knowing it.
                assert!(!E::OPERATION.auth || !shown.contains(KEY), "{shown}");
                assert!(error.operation().is_some() && error.attempts() > 0, "{shown}");
                assert!(error.status().is_some_and(|told| told == status), "{shown}");
            }
        }
    }
}

/// What was read once is written, read and written again as the same.
fn stays<E>(body: &[u8])
where
    E: Endpoint,
    E::Format: EncodeResponse<E::Response>,
{
    let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or(Value::Null);
    let Some(Ok(first)) = E::Format::parse(body) else { return };
    let once = written(E::Format::encode(first));
    if once.is_empty() {
        return;
    }
    let second = E::Format::parse(&once).unwrap();
    let second = second.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&once)));
    let twice = written(E::Format::encode(second));
    assert_eq!(json(&once), json(&twice));
}

fuzz_target!(|data: &[u8]| {
    let [operation, status, at, finer, cut, rest @ ..] = data else { return };
    let operation = usize::from(*operation) % livepeer::catalog().count();
    let body = match cut {
        0 => rest.to_vec(),
        cut => SAMPLES.with(|samples| {
            let sample = &samples[operation];
            let at = usize::from(u16::from_be_bytes([*at, *finer])) % (sample.len() + 1);
            let end = (at + usize::from(*cut) - 1).min(sample.len());
            [&sample[..at], rest, &sample[end..]].concat()
        }),
    };
    let response = Same {
        status: STATUSES[usize::from(*status) % STATUSES.len()],
        headers: HEADERS[usize::from(*status) / STATUSES.len() % HEADERS.len()],
        body,
    };
    livepeer::visit_catalog(&mut One { before: operation, response: Some(response) });
});
