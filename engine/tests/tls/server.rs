//! A server that speaks TLS, HTTP/1.1 and HTTP/2, and does what a test says.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use h2::Reason;
use h2::server::SendResponse;
use http::Response;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring};
use tokio_rustls::server::TlsStream;

pub const BOOK: &str = r#"{"id": "emma", "title": "Emma"}"#;

/// What is done with a request by HTTP/2.
pub enum Action {
    Respond,
    Reset(Reason),
    /// Responds when so many requests are there at once.
    HoldUntil(usize),
}

/// What the server has seen.
#[derive(Default)]
pub struct Seen {
    pub connections: usize,
    /// How many of these agreed on HTTP/2.
    pub http2: usize,
    /// `GET /path by HTTP/2`, in order.
    pub requests: Vec<String>,
    in_flight: usize,
    pub most_in_flight: usize,
}

#[derive(Clone)]
pub struct Server {
    pub url: String,
    /// PEM.
    pub certificate: String,
    seen: Arc<Mutex<Seen>>,
}

/// What a connection goes through: TCP, or a tunnel.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

struct Shared {
    acceptor: TlsAcceptor,
    seen: Arc<Mutex<Seen>>,
    act: Box<dyn Fn(usize) -> Action + Send + Sync>,
    /// Ends the first HTTP/2 connection so, once a request has come, and says that none was begun.
    goaway: Option<Reason>,
    /// Is closed when those held may go on.
    held: Semaphore,
}

impl Server {
    /// `act` is given the number of the request among those by HTTP/2. Without `offers_http2` there is none.
    pub fn start(
        offers_http2: bool,
        goaway: Option<Reason>,
        act: impl Fn(usize) -> Action + Send + Sync + 'static,
    ) -> Self {
        let signed =
            rcgen::generate_simple_self_signed(["localhost".into(), "127.0.0.1".into(), "books.example".into()])
                .unwrap();
        let certificate = signed.cert.pem();
        let chain = vec![CertificateDer::from(signed.cert.der().to_vec())];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der()));
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let mut config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        if offers_http2 {
            config.alpn_protocols.insert(0, b"h2".to_vec());
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        listener.set_nonblocking(true).unwrap();
        let seen = Arc::<Mutex<Seen>>::default();
        let shared = Arc::new(Shared {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            seen: seen.clone(),
            act: Box::new(act),
            goaway,
            held: Semaphore::new(0),
        });
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                while let Ok((stream, _)) = listener.accept().await {
                    let shared = shared.clone();
                    tokio::spawn(async move {
                        if let Ok(stream) = shared.acceptor.accept(stream).await {
                            serve(stream, shared).await;
                        }
                    });
                }
            });
        });
        Self { url, certificate, seen }
    }

    /// What has been seen since the last time.
    pub fn seen(&self) -> Seen {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

async fn serve(stream: TlsStream<TcpStream>, shared: Arc<Shared>) {
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let first = {
        let mut seen = shared.seen.lock().unwrap();
        seen.connections += 1;
        seen.http2 += usize::from(http2);
        seen.http2 == 1
    };
    match (http2, shared.goaway) {
        (false, _) => serve_http1(Box::new(stream), &shared).await,
        (true, Some(reason)) if first => go_away(stream, reason).await,
        (true, _) => serve_http2(stream, shared).await,
    }
}

/// Is a proxy, too, and then the server behind it.
async fn serve_http1(mut stream: Box<dyn Io>, shared: &Shared) {
    let mut request = Vec::new();
    while let Ok(byte) = stream.read_u8().await {
        request.push(byte);
        if !request.ends_with(b"\r\n\r\n") {
            continue;
        }
        let head = String::from_utf8(std::mem::take(&mut request)).unwrap();
        let target = head.split(" HTTP/").next().unwrap();
        shared.seen.lock().unwrap().requests.push(format!("{target} by HTTP/1.1"));
        if head.starts_with("CONNECT ") {
            let user = head.lines().find_map(|line| {
                line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"))
            });
            shared.seen.lock().unwrap().requests.push(user.map_or("", |(_, user)| user).to_owned());
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            stream = Box::new(shared.acceptor.accept(stream).await.unwrap());
            continue;
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body).await.unwrap();
        let kind = if head.contains("event-stream") { "text/event-stream" } else { "application/json" };
        let body = if kind == "application/json" { BOOK.to_owned() } else { format!("data: {BOOK}\n\n") };
        let response =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(response.as_bytes()).await.unwrap();
    }
}

async fn serve_http2(stream: TlsStream<TcpStream>, shared: Arc<Shared>) {
    let mut builder = h2::server::Builder::new();
    let Ok(mut connection) = builder.max_concurrent_streams(100).handshake::<_, Bytes>(stream).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let number = {
            let mut seen = shared.seen.lock().unwrap();
            seen.requests.push(format!("{} {} by HTTP/2", request.method(), request.uri().path()));
            seen.in_flight += 1;
            seen.most_in_flight = seen.most_in_flight.max(seen.in_flight);
            seen.requests.len()
        };
        tokio::spawn(respond_by_http2(respond, number, shared.clone()));
    }
}

async fn respond_by_http2(mut respond: SendResponse<Bytes>, number: usize, shared: Arc<Shared>) {
    let action = (shared.act)(number);
    if let Action::HoldUntil(count) = action {
        if shared.seen.lock().unwrap().in_flight >= count {
            shared.held.close();
        }
        // An error: it has been closed.
        let _ = shared.held.acquire().await;
    }
    shared.seen.lock().unwrap().in_flight -= 1;
    if let Action::Reset(reason) = action {
        return respond.send_reset(reason);
    }
    let response = Response::builder().header("content-type", "application/json").body(()).unwrap();
    let mut body = respond.send_response(response, false).unwrap();
    body.send_data(Bytes::from_static(BOOK.as_bytes()), true).unwrap();
}

/// `SETTINGS`, and once the client's first frame of a request is there, `GOAWAY` with no stream begun.
async fn go_away(mut stream: TlsStream<TcpStream>, reason: Reason) {
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.unwrap();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        stream.read_exact(&mut vec![0; length]).await.unwrap();
        // HEADERS.
        if head[3] == 1 {
            break;
        }
    }
    let mut frame = vec![0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    frame.extend(u32::from(reason).to_be_bytes());
    stream.write_all(&frame).await.unwrap();
    stream.flush().await.unwrap();
    // Until the client closes the connection.
    let _ = stream.read_to_end(&mut Vec::new()).await;
}
