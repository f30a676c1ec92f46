//! Tower layers around the default transport, on real sockets.
#![allow(missing_docs)]

mod library {
    include!("../docs/library.rs");
}

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, Request};
use library::*;
use tower::ServiceBuilder;
use tower::timeout::{TimeoutLayer, error::Elapsed};
use tower_layer::Layer;
use tower_service::Service;
use typed_endpoint::mock::{Mock, Reply};
use typed_endpoint::{Body, Client, ErrorKind, Operation, Retry, client};

/// Notes each attempt's operation, and sends its name along.
#[derive(Clone, Default)]
struct Named(Arc<Mutex<Vec<String>>>);

#[derive(Clone)]
struct NamedService<S>(Named, S);

impl<S> Layer<S> for Named {
    type Service = NamedService<S>;

    fn layer(&self, inner: S) -> NamedService<S> {
        NamedService(self.clone(), inner)
    }
}

impl<S: Service<Request<Body>>> Service<Request<Body>> for NamedService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.1.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> S::Future {
        let operation = request.extensions().get::<&'static Operation>().map(|operation| operation.to_string());
        let operation = operation.unwrap_or_default();
        request.headers_mut().insert("x-operation", HeaderValue::from_str(&operation).unwrap());
        self.0.0.lock().unwrap().push(operation);
        self.1.call(request)
    }
}

const GET: &str = "library::GetBook (GET /book/{id})";

#[tokio::test]
async fn a_layer_of_its_own_sees_each_attempt_and_its_operation() {
    client! {
        /// A client with a type of its own.
        pub struct Reader: Library;
    }
    let attempts = Mutex::new(0);
    let mock = Mock::new().fallback(move |request| {
        let mut attempts = attempts.lock().unwrap();
        *attempts += 1;
        let reply = match *attempts {
            1 => Reply::status(503).header("retry-after", "0"),
            _ => Reply::text(200, format!(r#"{{"id": "emma", "title": {:?}}}"#, request.headers()["x-operation"])),
        };
        async { reply }
    });
    let server = mock.listen().await.unwrap();
    let named = Named::default();
    let client = Reader::new().server(server.url()).key("12345").tower_layer(named.clone());
    let book = client.call(GetBook::new("emma")).await.unwrap();
    assert_eq!(book.title, GET);
    assert_eq!(*named.0.lock().unwrap(), [GET, GET]);
    assert_eq!(mock.seen()[1].headers["x-card-number"], "12345", "the key is there");
}

#[tokio::test]
async fn a_stack_of_layers_stands_around_the_default_transport() {
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let named = Named::default();
    let stack = ServiceBuilder::new().layer(named.clone()).layer(TimeoutLayer::new(Duration::from_millis(20)));
    let client = Client::<Library>::new().retry(Retry::never()).tower_layer(stack);
    let error = client.clone().server(&url).call(GetBook::new("emma")).await.unwrap_err();
    let source = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
    assert!(source.into_iter().any(|cause| cause.is::<Elapsed>()), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::Transport);

    // How far a request came is known through the layers: nothing was sent, so that a POST is sent again, too.
    drop(silent);
    let client = client.server(url).retry(Retry::attempts(2).initial_backoff(Duration::ZERO));
    let error = client.call(AddBook::new("Emma")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 2));
    assert_eq!(named.0.lock().unwrap().len(), 3);
}
