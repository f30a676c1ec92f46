//! Secrets stay secret: the key and every secret of every request, whatever is printed, logged or failed.

use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::future::IntoFuture;
use std::sync::{Arc, Mutex};

use livepeer::mock::{Encode, Fullness, Visit, sample, sample_request};
use livepeer::{
    Auth, Body, BoxFuture, Case, Client, Endpoint, Error, On, Retry, Transport, TransportError, Unmapped, asset,
    endpoint, stream, webhook,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::field::{Field, Visit as Fields};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const KEY: &str = "k3y-0f-th1s-client";

/// Everything that is logged, spans too, at the finest level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Fields for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0.lock().unwrap(), "{field}={value:?} ");
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("livepeer")
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// A server that says back all it was told: the key, the path, the body.
struct Echo(u16);

impl Transport for Echo {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = String::from_utf8_lossy(&body.bytes(usize::MAX).await.unwrap()).into_owned();
            let key = parts.headers.get("authorization").map_or("", |value| value.to_str().unwrap());
            let said = format!("no token {key} found for {} with {body}", parts.uri);
            let text = match self.0 {
                401 => serde_json::json!({ "errors": [said] }).to_string(),
                _ => said,
            };
            let mut response = http::Response::new(text.into());
            *response.status_mut() = http::StatusCode::from_u16(self.0).unwrap();
            Ok(response)
        })
    }
}

struct Look {
    runtime: tokio::runtime::Runtime,
    /// What was printed of what.
    shown: Vec<(String, String)>,
    /// The secrets made up, by the names of their fields.
    planted: usize,
}

impl Look {
    fn show(&mut self, what: &str, text: String) {
        self.shown.push((what.into(), text));
    }

    fn error<B>(&mut self, what: &str, error: &Error<B>) {
        self.show(what, error.to_string());
        self.show(what, format!("{error:?} {error:#?} {:?}", error.message()));
        self.show(what, String::from_utf8_lossy(error.text()).into_owned());
        if let Some(error) = error.decode_error() {
            self.show(what, format!("{error} {error:?}"));
        }
    }
}

impl Visit for Look {
    fn operation<E>(&mut self)
    where
        E: Endpoint + On<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Codec: Encode<E::Response>,
    {
        let what = E::OPERATION.qualified_name();
        let request: E = sample_request(Fullness::Fullest).unwrap();
        self.planted += serde_json::to_string(&request).unwrap().matches("secret-").count();
        self.show(&what, format!("{request:?} {request:#?}"));
        let client = Client::<E::Api>::new().key(KEY).server("https://a.example").retry(Retry::attempts(2));
        let call = client.call(request.clone()).header("x-token", "secret-header").query("token", "secret-query");
        self.show(&what, format!("{call:?} {client:?}"));
        for status in [401, 404, 200] {
            let client = client.clone().transport(Echo(status));
            let call = client.call(request.clone()).with_response();
            match self.runtime.block_on(call.into_future()) {
                Err(error) => {
                    self.error(&what, &error);
                    self.show(
                        &what,
                        format!(
                            "{:?}",
                            error.body().map(|body| (livepeer::ErrorBody::message(body), format!("{body:?}")))
                        ),
                    );
                    self.error(&what, &Error::<livepeer::Any>::from(error));
                }
                // What was asked for is given as it is; only what is printed by the way may not show it.
                Ok(response) => self.show(&what, format!("{:?} {:?}", response.status, response.attempts)),
            }
        }
    }
}

#[test]
fn no_secret_shows_in_what_is_printed_logged_or_failed() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut look = Look { runtime, shown: Vec::new(), planted: 0 };
    livepeer::visit_catalog(&mut look);
    assert!(look.planted > 20, "only {} secrets were planted", look.planted);

    for (what, text) in [
        ("stream", format!("{:?}", sample::<stream::Stream>().unwrap())),
        ("asset", format!("{:?}", sample::<asset::Asset>().unwrap())),
        ("webhook", format!("{:?}", sample::<webhook::Webhook>().unwrap())),
    ] {
        look.show(what, text);
    }
    let logged = log.0.lock().unwrap().clone();
    assert!(logged.contains("sending") && logged.contains("failed"), "{logged}");
    look.show("the log", logged);

    let mut wrong = BTreeSet::new();
    for (what, text) in &look.shown {
        for secret in [KEY, "secret-"] {
            if let Some(at) = text.find(secret) {
                let from = text[..at].char_indices().rev().nth(60).map_or(0, |(at, _)| at);
                let to = text[at..].char_indices().nth(40).map_or(text.len(), |(more, _)| at + more);
                wrong.insert(format!("{what}: …{}…", &text[from..to]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn no_snapshot_shows_the_key() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let keys = text.lines().filter_map(|line| line.strip_prefix("authorization: "));
        for key in keys {
            assert_eq!(key, "Bearer [key]", "{text}");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

/// An API with its key in the query.
pub struct Keyed;

impl livepeer::Api for Keyed {
    const NAME: &'static str = "Keyed";
    const SERVERS: &'static [&'static str] = &["https://a.example"];
    const CASE: Case = Case::Snake;
    const AUTH: Auth = Auth::Query("api_key");
    type Error = Unmapped;
}

endpoint! {
    /// Tells words.
    pub Words: Keyed = GET "/words" -> sse Word
}

/// A word.
#[derive(Debug, serde::Deserialize, Serialize)]
pub struct Word {
    #[allow(dead_code)]
    word: String,
}

livepeer::sse_json!(Word);

#[tokio::test]
async fn a_key_in_the_query_shows_neither_in_errors_nor_in_streams() {
    let client = Client::<Keyed>::new().key(KEY);
    let error = client.clone().transport(Echo(404)).call(Words::new()).await.unwrap_err();
    let text = format!("{error} {error:?} {:?} {}", error.body(), String::from_utf8_lossy(error.text()));
    assert!(text.contains("api_key=[key]") && !text.contains(KEY), "{text}");

    struct Failing(&'static str);
    impl Transport for Failing {
        fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
            let text = self.0.replace("KEY", KEY);
            Box::pin(async { Ok(http::Response::new(text.into())) })
        }
    }
    for events in ["data: {\"error\": \"no KEY\"}\n\n", "data: KEY\n\n", "event: error\ndata: KEY is wrong\n\n"] {
        let mut words = client.clone().transport(Failing(events)).call(Words::new()).await.unwrap();
        let error = words.next().await.unwrap().unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains("[key]") && !text.contains(KEY), "{text}");
        assert!(error.to_string().starts_with("secrets::Words (GET /words): "), "{text}");
    }
}
