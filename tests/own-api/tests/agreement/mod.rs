//! A client and a server that are made from one declaration agree: what is sent is what arrives, in both directions, for random
//! requests and responses of every operation, over sockets.

mod depot;
mod random;

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use fastrand::Rng;
use futures_core::Stream;
use own_api::library::{self, *};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;
use typed_endpoint::axum::ApiRouter;
use typed_endpoint::codec::Schemas;
use typed_endpoint::dynamic::{Content, Entry};
use typed_endpoint::mock::{EncodeResponse, OperationVisitor};
use typed_endpoint::operation::{Field, Place};
use typed_endpoint::sse::Sse;
use typed_endpoint::{Body, Client, Download, Endpoint, File, HostedBy, Retry, model, operations};

operations! {
    endpoint! {
        /// Has values of every kind in the URL and the headers.
        pub Probe: Library = GET "/probe/{text}/{number}/{flag}" (text: String, number: i64, flag: bool) query {
            /// Text.
            word?: String,
            /// Texts.
            words?: Vec<String>,
            /// A number.
            ratio?: f64,
            /// A number.
            count?: u64,
            /// A truth.
            truth?: bool,
            /// Kinds.
            kinds?: Vec<Kind>,
            /// Text or null.
            nothing?: Nullable<String>,
        } headers {
            /// Text.
            note as "x-note"?: String,
            /// Texts.
            notes as "x-notes"?: Vec<String>,
            /// A number.
            size as "x-size"?: i32,
        } -> Everything
    }
    endpoint! {
        /// Has values of every kind in JSON.
        pub Deep: Library = POST "/deep" json {
            /// All of it.
            everything: Everything,
            /// All of it, often.
            many?: Vec<Everything>,
        } -> Vec<Everything>
    }
    endpoint! {
        /// Has values of every kind in a form.
        pub Fill: Library = POST "/fill" form {
            /// Text.
            word: String,
            /// Texts.
            words?: Vec<String>,
            /// A number.
            ratio?: f64,
            /// A truth.
            truth?: bool,
        } -> BTreeMap<String, Value>
    }
    endpoint! {
        /// Has values of every kind in a multipart form.
        pub Attach: Library = POST "/attach" multipart {
            /// Text.
            word: String,
            /// Texts.
            words?: Vec<String>,
            /// A number.
            ratio?: f64,
            /// A file.
            file?: File,
        } -> Option<String>
    }
}

model! {
    /// Values of every kind.
    pub struct Everything: Library, input {
        /// Text.
        text: String,
        /// Bytes.
        small: i8,
        /// Large.
        large?: u64,
        /// Very small.
        negative?: i64,
        /// Not whole.
        ratio?: f64,
        /// Text or null.
        nothing?: Nullable<String>,
        /// Anything.
        any?: Value,
        /// By name.
        map?: BTreeMap<String, f64>,
        /// In lists.
        lists?: Vec<Vec<String>>,
        /// In itself.
        inner?: Box<Everything>,
    }
}

/// As many requests of each operation as in every run of the tests, which take about three seconds.
const FEW: usize = 150;

#[test]
fn client_and_server_agree() {
    agree(FEW);
}

/// `.ci/check agreement`
#[test]
#[ignore = "takes two minutes"]
fn client_and_server_agree_on_ten_thousand_requests_of_each_operation() {
    agree(10_000);
}

fn agree(count: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut each = Each { count, tasks: JoinSet::new() };
        library::visit_operations(&mut each);
        visit_operations(&mut each);
        assert_eq!(each.tasks.len(), library::OPERATIONS.len() + OPERATIONS.len());
        while let Some(result) = each.tasks.join_next().await {
            result.unwrap();
        }
    });
}

struct Each {
    count: usize,
    tasks: JoinSet<()>,
}

impl OperationVisitor for Each {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Format: EncodeResponse<E::Response>,
    {
        self.tasks.spawn(agree_on::<E>(self.count));
    }
}

async fn agree_on<E>(count: usize)
where
    E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
    E::Format: EncodeResponse<E::Response>,
{
    let received = Arc::new(Mutex::new(None));
    let response = Arc::new(Mutex::new(None));
    let (seen, given) = (received.clone(), response.clone());
    let router = ApiRouter::<E::Api>::new().on(move |request: E| {
        let (seen, response) = (seen.clone(), given.lock().unwrap().take().unwrap());
        async move {
            let request = in_memory(request).await;
            *seen.lock().unwrap() = Some(request);
            Ok(response)
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router.into_router()).await.unwrap() });

    let mut entries = library::ENTRIES.iter().chain(ENTRIES);
    let described = Described::of(entries.find(|entry| entry.operation().name == E::OPERATION.name).unwrap());
    let client = Client::<E::Api>::new().server(server).key("7").retry(Retry::never());
    let mut rng = Rng::with_seed(E::OPERATION.path.len() as u64);
    for _ in 0..count {
        let request: E = serde_json::from_value(described.request(&mut rng)).unwrap();
        let sent = serde_json::to_value(&request).unwrap();
        let wanted = described.response(&mut rng);
        *response.lock().unwrap() = Some(described.written::<E>(&wanted));
        let result = client.call(request).await;
        if !described.can_be_sent(&sent) {
            assert!(result.is_err(), "{}: {sent}", E::OPERATION);
            continue;
        }
        let value = result.unwrap_or_else(|error| panic!("{}: {sent}: {error:#}", E::OPERATION));
        let arrived = serde_json::to_value(received.lock().unwrap().take()).unwrap();
        assert_eq!(arrived, described.arrives(sent), "{}", E::OPERATION);
        let wanted = described.read::<E>(described.written::<E>(&wanted)).await;
        assert_eq!(described.read::<E>(value).await, wanted, "{}", E::OPERATION);
    }
    serving.abort();
}

/// The request, with what of it was still arriving.
async fn in_memory<E: Endpoint>(request: E) -> E {
    let Some(replace) = (&request as &dyn Any).downcast_ref::<Replace>().cloned() else { return request };
    let content_type = replace.text.media_type().to_owned();
    let bytes = replace.text.into_body().await.unwrap().bytes(usize::MAX).await.unwrap();
    as_type(Replace::new(replace.id, File::bytes(bytes).content_type(content_type))).unwrap()
}

fn as_type<T: 'static>(value: impl Any) -> Option<T> {
    (Box::new(value) as Box<dyn Any>).downcast().ok().map(|value| *value)
}

/// What an operation sends and receives, by its schemas.
struct Described {
    fields: Vec<(&'static Field, Value)>,
    content: Content,
    named: BTreeMap<String, Value>,
}

impl Described {
    fn of(entry: &Entry) -> Self {
        let mut schemas = Schemas::new("#/");
        let fields = entry.fields().filter(|(field, _)| !field.copy);
        let fields = fields.map(|(field, described)| (field, described.schema(&mut schemas).into_value())).collect();
        let content = entry.content(&mut schemas);
        Self { fields, content, named: schemas.into_named() }
    }

    fn request(&self, rng: &mut Rng) -> Value {
        let mut request = Map::new();
        for (field, schema) in &self.fields {
            if field.required || rng.bool() {
                let value = match field.place {
                    Place::Body if field.ty == "File" => random::file(rng, false),
                    _ => random::value(rng, schema, &self.named),
                };
                request.insert(field.rust.to_owned(), value);
            }
        }
        request.into()
    }

    fn response(&self, rng: &mut Rng) -> Value {
        let items =
            |schema: &typed_endpoint::codec::Schema| json!({ "type": "array", "items": schema.clone().into_value() });
        match &self.content {
            Content::Json(schema) => random::value(rng, &schema.clone().into_value(), &self.named),
            Content::Text => random::text(rng).into(),
            Content::Bytes => random::bytes(rng).into(),
            Content::Events(schema) => random::value(rng, &items(schema), &self.named),
            _ => Value::Null,
        }
    }

    /// Whether HTTP has a way to say it.
    fn can_be_sent(&self, request: &Value) -> bool {
        self.fields.iter().all(|(field, _)| {
            let texts = match &request[field.rust] {
                Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
                value => Vec::from_iter(value.as_str()),
            };
            texts.iter().all(|text| match field.place {
                // Slashes of it stand between segments.
                Place::Path if field.slashes => {
                    !text.strip_suffix('/').unwrap_or(text).split('/').any(|segment| ["", ".", ".."].contains(&segment))
                }
                Place::Path => !["", ".", ".."].contains(text),
                Place::Header => {
                    text.trim_matches([' ', '\t']) == *text
                        && !text.contains(|char: char| char.is_ascii_control() && char != '\t')
                }
                _ => true,
            })
        })
    }

    /// The request without what only JSON can tell from nothing: empty lists, and null.
    fn arrives(&self, mut request: Value) -> Value {
        let is_whole = |field: &Field| matches!(field.place, Place::Json | Place::JsonBody | Place::Body);
        for (field, _) in self.fields.iter().filter(|(field, _)| !is_whole(field)) {
            if matches!(&request[field.rust], Value::Null) || request[field.rust] == json!([]) {
                request.as_object_mut().unwrap().remove(field.rust);
            }
        }
        request
    }

    fn written<E: Endpoint>(&self, value: &Value) -> E::Response
    where
        E::Format: EncodeResponse<E::Response>,
    {
        let bytes = || serde_json::from_value::<Vec<u8>>(value.clone()).unwrap();
        match self.content {
            Content::Json(_) => E::Format::parse(value.to_string().as_bytes()).unwrap().unwrap(),
            Content::Text => as_type(value.as_str().unwrap().to_owned()).unwrap(),
            Content::Bytes => {
                as_type(Bytes::from(bytes())).unwrap_or_else(|| as_type(Download::from(Body::from(bytes()))).unwrap())
            }
            Content::Events(_) => {
                let items = serde_json::from_value(value.clone()).unwrap();
                as_type(Sse::<News>::from_stream(Items(items))).unwrap()
            }
            _ => as_type(()).unwrap(),
        }
    }

    async fn read<E: Endpoint>(&self, response: E::Response) -> Value
    where
        E::Format: EncodeResponse<E::Response>,
    {
        match &self.content {
            Content::Events(_) => {
                let events: Sse<News> = as_type(response).unwrap();
                serde_json::to_value(events.collect().await.unwrap()).unwrap()
            }
            Content::Json(_) => {
                let body = E::Format::encode(response).body.bytes(usize::MAX).await.unwrap();
                if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() }
            }
            _ => Vec::from(E::Format::encode(response).body.bytes(usize::MAX).await.unwrap()).into(),
        }
    }
}

struct Items<T>(VecDeque<T>);

impl<T: Unpin> Stream for Items<T> {
    type Item = Result<T, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}
