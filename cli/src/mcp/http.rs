//! The server over HTTP ("streamable HTTP").

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use livepeer::Secret;
use livepeer::dynamic::Catalog;
use livepeer::tus::fingerprint;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;

use super::server::Server;

/// The only path.
pub const PATH: &str = "/mcp";

/// How long a client may take for the headers of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of the server over HTTP.
pub struct Http {
    pub address: SocketAddr,
    /// What clients have to send as `Authorization: Bearer …`.
    pub token: Option<Secret>,
    /// Names of this server besides those of this machine's loopback address.
    pub hosts: Vec<String>,
    /// Web pages that may call it.
    pub origins: Vec<String>,
}

/// Serves until it is dropped; `ready` is given the address first.
pub async fn serve<A: Catalog>(
    server: Server<A>,
    settings: Http,
    ready: impl FnOnce(SocketAddr) -> io::Result<()>,
) -> io::Result<()> {
    let listener = TcpListener::bind(settings.address).await?;
    let mut hosts: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    if !settings.address.ip().is_unspecified() {
        hosts.push(settings.address.ip().to_string());
    }
    hosts.extend(settings.hosts);
    // A page in a browser that has this address resolved to its own name sends that name as Host, and its site as Origin.
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(hosts)
        .with_allowed_origins(settings.origins)
        .enforce_origin_validation();
    let service = StreamableHttpService::new(move || Ok(server.clone()), Arc::<LocalSessionManager>::default(), config);
    let token = settings.token.map(|token| Arc::new(fingerprint(token.expose().as_bytes())));
    ready(listener.local_addr()?)?;
    loop {
        let connection = match listener.accept().await {
            Ok((connection, _)) => connection,
            // Out of file descriptors, for instance: others may be closed soon.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (service, token) = (service.clone(), token.clone());
        tokio::spawn(async move {
            let respond = service_fn(|request: Request<Incoming>| {
                let (service, token) = (service.clone(), token.clone());
                async move {
                    let response = match refuse(&request, token.as_deref().map(String::as_str)) {
                        Some(refused) => refused,
                        None => service.handle(request).await,
                    };
                    Ok::<_, Infallible>(response)
                }
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
            // Whoever breaks off a connection knows.
            let _ = http.serve_connection(TokioIo::new(connection), respond).await;
        });
    }
}

type Body = BoxBody<Bytes, Infallible>;

/// What is refused before the protocol: another path, and a missing or wrong token.
fn refuse(request: &Request<Incoming>, token: Option<&str>) -> Option<Response<Body>> {
    let status = match token {
        Some(token) if !has_token(request, token) => StatusCode::UNAUTHORIZED,
        _ if request.uri().path() != PATH => StatusCode::NOT_FOUND,
        _ => return None,
    };
    let mut response = Response::new(Full::new(Bytes::from_static(b"refused\n")).boxed());
    *response.status_mut() = status;
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
    }
    Some(response)
}

/// Compares hashes: how long that takes tells nothing about the token.
fn has_token(request: &Request<Incoming>, wanted: &str) -> bool {
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given =
        given.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    given.is_some_and(|(_, token)| fingerprint(token.trim().as_bytes()) == wanted)
}
