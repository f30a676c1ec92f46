//! Promises of the engine that hold whatever the operation.

use std::future::IntoFuture;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use livepeer::codec::Detail;
use livepeer::mock::{EncodeResponse, Mock, OperationVisitor, Received, Reply, sample_request};
use livepeer::operation::{Field, Place};
use livepeer::{
    AnyBody, Body, BoxFuture, Client, Endpoint, Error, ErrorKind, HostedBy, Retry, Studio, Transport, TransportError,
    TransportErrorKind, stream,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::JoinHandle;
use url::Url;

const WORD: usize = size_of::<usize>();

const _: () = {
    assert!(size_of::<Error>() <= 2 * WORD);
    assert!(size_of::<Error<<stream::Create as Endpoint>::Error>>() <= 2 * WORD);
    assert!(size_of::<Result<(), Error>>() <= 2 * WORD);
    assert!(size_of::<Client>() == WORD);
    assert!(size_of::<Option<Client>>() == WORD);
};

fn shareable<T: Send + Sync + 'static>() {}
fn sendable<T: Send + 'static>() {}

#[test]
fn clients_errors_and_calls_cross_threads() {
    shareable::<Client>();
    shareable::<Error>();
    shareable::<livepeer::Call<stream::Create>>();
    sendable::<livepeer::CallFuture<stream::Create>>();
    sendable::<livepeer::ResponseFuture<stream::List>>();
    sendable::<livepeer::Pages<stream::List>>();
}

/// Knows nothing of the operation but that Studio has it.
fn spawned<E: HostedBy<Studio>>(client: Client, request: E) -> JoinHandle<Result<E::Response, Error<E::Error>>> {
    tokio::spawn(async move { client.call(request).await })
}

async fn erased<E: HostedBy<Studio>>(client: &Client, request: E) -> Result<E::Response, Error<AnyBody>> {
    Ok(client.call(request).retry(Retry::never()).await?)
}

#[tokio::test]
async fn generic_code_spawns_calls_and_passes_errors_on() {
    let mock = Mock::new().on(async |get: stream::Get| {
        if get.id == "none" {
            return Err(Reply::error(404, "not found"));
        }
        let mut stream = stream::Stream::default();
        stream.id = get.id;
        Ok(stream)
    });
    let server = mock.listen().await.unwrap();
    let client: Client = server.client();
    assert_eq!(spawned(client.clone(), stream::Get::new("a")).await.unwrap().unwrap().id, "a");
    let error = erased(&client, stream::Get::new("none")).await.unwrap_err();
    assert!(error.is_not_found() && format!("{error:#}").contains("stream::Get"), "{error:#}");
}

/// Texts that are no id of anything, and would lead elsewhere if they were sent as they are.
const ODD: [&str; 22] = [
    "a/b?c#d é%",
    "..%2F..%2Fadmin",
    "%2e%2e",
    "%2E",
    "../../admin",
    "..\\..\\admin",
    "./x",
    "x/..",
    "?a=b",
    "#top",
    "&a=b",
    "//evil.example/x",
    "@evil.example",
    ":8080",
    "https://evil.example",
    " ",
    "\t\r\n",
    "\0",
    "\u{202e}\u{feff}",
    "...",
    "{id}",
    "👩‍🚀;v=1,2",
];

#[test]
fn odd_path_parameters_reach_their_own_operation_or_are_refused() {
    struct Odd(tokio::runtime::Runtime, usize);

    impl OperationVisitor for Odd {
        fn operation<E>(&mut self)
        where
            E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
            E::Format: EncodeResponse<E::Response>,
        {
            // Numbers are not odd, and what keeps its slashes leads to several segments.
            let is_text = |field: &&Field| {
                field.place == Place::Path && !field.slashes && field.ty.starts_with(char::is_uppercase)
            };
            let parameters: Vec<_> = E::OPERATION.fields.iter().filter(is_text).map(|field| field.rust).collect();
            let client = Client::<E::Api>::new().server("https://api.example:8443/base");
            let sample: E = sample_request(Detail::Minimal).unwrap();
            for parameter in &parameters {
                let with = |text: &str| {
                    let mut json = serde_json::to_value(&sample).unwrap();
                    json[*parameter] = text.into();
                    self.0.block_on(client.call(serde_json::from_value::<E>(json).unwrap()).request())
                };
                for refused in ["", ".", ".."] {
                    let error = with(refused).unwrap_err();
                    assert!(error.is_request() && format!("{error:#}").contains(parameter), "{error:#}");
                }
                for odd in ODD {
                    let request = with(odd).unwrap();
                    let url = Url::parse(&request.uri().to_string()).unwrap();
                    assert_eq!((url.host_str(), url.port(), url.username()), (Some("api.example"), Some(8443), ""));
                    assert_eq!((url.query(), url.fragment()), (None, None), "{url}");
                    let segments: Vec<_> = url.path_segments().unwrap().collect();
                    let template: Vec<_> = std::iter::once("base").chain(E::OPERATION.path[1..].split('/')).collect();
                    assert_eq!(segments.len(), template.len(), "{url}");
                    for (segment, wanted) in segments.into_iter().zip(template) {
                        let text = percent_encoding::percent_decode_str(segment).decode_utf8().unwrap();
                        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                            None => assert_eq!(segment, wanted, "{url}"),
                            Some(name) if name == *parameter => assert_eq!(text, odd, "{url}"),
                            Some(_) => {}
                        }
                    }
                }
                self.1 += 1;
            }
        }
    }

    let mut odd = Odd(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(), 0);
    livepeer::visit_catalog(&mut odd);
    assert!(odd.1 > 40, "{}", odd.1);
}

#[tokio::test]
async fn odd_ids_arrive_over_a_socket() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = seen.clone();
    let mock = Mock::new()
        .on_received(move |get: Received<stream::Get>| {
            note.lock().unwrap().push(get.request.id.to_string());
            async { Ok(stream::Stream::default()) }
        })
        .fallback(async |request| panic!("{} {}", request.method(), request.uri()));
    let server = mock.listen().await.unwrap();
    let client: Client = server.client();
    for odd in ODD {
        client.call(stream::Get::new(odd)).retry(Retry::never()).await.unwrap();
    }
    assert_eq!(*seen.lock().unwrap(), ODD);
    for refused in ["", ".", ".."] {
        let error = client.call(stream::Get::new(refused)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Request, 0));
    }
    assert_eq!(mock.seen().len(), ODD.len());
}

/// Fails in the same way each time, and counts.
#[derive(Clone)]
struct Fails(TransportErrorKind, Arc<AtomicU32>);

impl Transport for Fails {
    fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let error = TransportError::new(self.0, "so it is");
        Box::pin(async { Err(error) })
    }
}

#[test]
fn what_may_have_arrived_is_sent_again_only_if_the_operation_says_so() {
    struct Count(tokio::runtime::Runtime, [u32; 2]);

    impl OperationVisitor for Count {
        fn operation<E>(&mut self)
        where
            E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
            E::Format: EncodeResponse<E::Response>,
        {
            let operation = E::OPERATION;
            for detail in [Detail::Minimal, Detail::Full] {
                let request: E = sample_request(detail).unwrap();
                let may = operation.is_retryable(&request);
                // What changes things is repeated only where somebody has said so in its declaration.
                let reads = operation.method == "GET";
                assert!(may || !reads, "{operation} only reads");
                for (kind, may) in [
                    (TransportErrorKind::Sent, may),
                    (TransportErrorKind::Timeout, may),
                    (TransportErrorKind::Connect, true),
                ] {
                    let server = Fails(kind, Arc::default());
                    let retry = Retry::attempts(3).initial_backoff(Duration::ZERO);
                    let client = Client::<E::Api>::new().key("the-key").retry(retry).transport(server.clone());
                    let error = self.0.block_on(client.call(request.clone()).into_future()).err().unwrap();
                    let sent = server.1.load(Ordering::SeqCst);
                    assert_eq!((sent, error.attempts()), if may { (3, 3) } else { (1, 1) }, "{kind:?}: {error}");
                    let text = format!("{error:#}");
                    let begins = text.starts_with(&format!("{operation}: "));
                    assert!(begins && text.contains("so it is") && text.contains("after "), "{text}");
                    self.1[usize::from(may)] += 1;
                }
            }
        }
    }

    let mut count = Count(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(), [0; 2]);
    livepeer::visit_catalog(&mut count);
    assert!(count.1.iter().all(|calls| *calls > 100), "{:?}", count.1);
}
