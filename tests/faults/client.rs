//! The transports that the faults are met with: the default one, and a plain one of the tests' own behind `tower`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::rt::TokioIo;
use livepeer::{Body, BoxError, Client, Retry, TransportError, TransportErrorKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Default,
    Custom,
}

/// A client that repeats quickly, with the default number of attempts.
pub fn client(by: By, url: &str) -> Client {
    let client =
        Client::studio("the-key-of-this-client").server(url).retry(Retry::default().initial_backoff(Duration::ZERO));
    match by {
        By::Default => client,
        By::Custom => client.service(Plain),
    }
}

/// One connection a request, without any cleverness.
#[derive(Clone)]
pub struct Plain;

impl tower_service::Service<http::Request<Body>> for Plain {
    type Response = http::Response<hyper::body::Incoming>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let authority = request.uri().authority().unwrap().clone();
            let connected = async {
                let host = authority.host().to_owned();
                tokio::net::TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await
            };
            let stream = connected.await.map_err(|error| TransportError::new(TransportErrorKind::Connect, error))?;
            let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
            // It ends with the request and its response.
            tokio::spawn(connection);
            request.headers_mut().insert("host", authority.as_str().parse()?);
            let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
            *request.uri_mut() = target.parse()?;
            sender.send_request(request).await.map_err(|error| match error.is_parse_too_large() {
                true => TransportError::new(TransportErrorKind::TooLarge, error).into(),
                false => BoxError::from(error),
            })
        })
    }
}
