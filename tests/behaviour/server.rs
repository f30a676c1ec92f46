//! The server of these tests, on loopback. Pages of any origin may call it.
//!
//! Paths are `/{folder}/{route}/{name}`: what is counted or stored belongs to a folder, so that tests do not meet.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::HeaderMap;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// `{"text":"decoded once"}`, by gzip.
const COMPRESSED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabV*I\xad(Q\xb2RJIM\xceOIMQ\xc8\xcfKNU\xaa\x05\x00\xe5\xc9\x8c\x88\x17\x00\x00\x00";

/// Of the third part of an upload, this much arrives: half of it.
const CUT_AT: usize = 5 << 19;

/// A server that listens until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::<State>::default();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let state = state.clone();
                connections.spawn(async move {
                    let service = service_fn(move |request| respond(state.clone(), request));
                    // How a connection ends is up to the client.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Ok(Self { address, task })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Default)]
struct State {
    calls: Mutex<HashMap<String, u32>>,
    /// Requests that are not responded to, or whose response does not end.
    open: Mutex<HashSet<String>>,
    uploads: Mutex<HashMap<String, Upload>>,
}

#[derive(Default)]
struct Upload {
    content: Vec<u8>,
    parts: u32,
}

/// A body in pieces, which ends when nobody can send any more.
struct Pieces {
    pieces: UnboundedReceiver<io::Result<Bytes>>,
    _open: Option<Open>,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.pieces.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// A request that waits until its connection is closed.
struct Open {
    state: Arc<State>,
    name: String,
    /// Keeps the body from ending.
    _sender: Option<UnboundedSender<io::Result<Bytes>>>,
}

impl Open {
    fn new(state: Arc<State>, name: String, sender: Option<UnboundedSender<io::Result<Bytes>>>) -> Self {
        state.open.lock().unwrap().insert(name.clone());
        Self { state, name, _sender: sender }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.state.open.lock().unwrap().remove(&self.name);
    }
}

fn pieces() -> (UnboundedSender<io::Result<Bytes>>, Pieces) {
    let (sender, pieces) = unbounded_channel();
    (sender, Pieces { pieces, _open: None })
}

fn whole(content: impl Into<Bytes>) -> Pieces {
    let (sender, pieces) = pieces();
    sender.send(Ok(content.into())).unwrap();
    pieces
}

type Reply = http::response::Builder;

fn reply(status: u16) -> Reply {
    Response::builder().status(status)
}

fn json(reply: Reply, json: &Value) -> Response<Pieces> {
    reply.header("content-type", "application/json").body(whole(json.to_string())).unwrap()
}

/// An error ends the connection without a response.
async fn respond(state: Arc<State>, request: Request<Incoming>) -> io::Result<Response<Pieces>> {
    if request.method() == Method::OPTIONS {
        let asked = request.headers().get("access-control-request-headers").cloned();
        let reply = reply(204)
            .header("access-control-allow-origin", "*")
            .header("access-control-allow-headers", asked.unwrap_or(http::HeaderValue::from_static("*")))
            .header("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
        return Ok(reply.body(pieces().1).unwrap());
    }
    let is_open = !request.uri().path().ends_with("/closed-to-pages");
    let mut response = route(state, request).await?;
    if is_open {
        let headers = response.headers_mut();
        headers.insert("access-control-allow-origin", http::HeaderValue::from_static("*"));
        let exposed = http::HeaderValue::from_static("*, location, upload-offset");
        headers.insert("access-control-expose-headers", exposed);
    }
    Ok(response)
}

async fn route(state: Arc<State>, request: Request<Incoming>) -> io::Result<Response<Pieces>> {
    let path = request.uri().path().to_owned();
    let mut segments = path.splitn(4, '/').skip(1);
    let mut segment = || segments.next().unwrap_or_default();
    let (folder, route, name) = (segment(), segment(), segment());
    let own = format!("{folder}/{name}");
    let cursor = request.uri().query().and_then(|query| query.strip_prefix("cursor="));
    let cursor: u64 = cursor.map_or(0, |cursor| cursor.parse().unwrap());
    let events = reply(200).header("content-type", "text/event-stream");
    Ok(match route {
        "echo" => {
            let (parts, body) = request.into_parts();
            let headers = shown(&parts.headers);
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
            let echoed = json!({
                "headers": headers, "body": String::from_utf8_lossy(&body), "length": body.len(), "now": now as u64,
            });
            json(reply(200), &echoed)
        }
        "flaky" => {
            let mut calls = state.calls.lock().unwrap();
            let made = calls.entry(own).or_default();
            *made += 1;
            json(reply(if *made < 3 { 503 } else { 200 }).header("retry-after-ms", "10"), &json!({"made": *made}))
        }
        "stall" => {
            let _open = Open::new(state, own, None);
            std::future::pending::<Infallible>().await;
            unreachable!()
        }
        "endless" => {
            let (sender, mut body) = pieces();
            sender.send(Ok("beginning".into())).unwrap();
            body._open = Some(Open::new(state, own, Some(sender)));
            reply(200).body(body).unwrap()
        }
        "closed" => json(reply(200), &json!({"closed": !state.open.lock().unwrap().contains(&own)})),
        "events" => {
            let (sender, body) = pieces();
            tokio::spawn(async move {
                for number in 1..=3 {
                    let _ = sender.send(Ok(format!("data: {{\"number\": {number}}}\n\n").into()));
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            });
            events.body(body).unwrap()
        }
        "cut-events" => {
            let (sender, body) = pieces();
            tokio::spawn(async move {
                let _ = sender.send(Ok("data: {\"number\": 1}\n\ndata: {\"num".into()));
                // A browser forgets what it has not given to the page when the connection ends.
                tokio::time::sleep(Duration::from_millis(50)).await;
                let _ = sender.send(Err(io::ErrorKind::ConnectionAborted.into()));
            });
            events.body(body).unwrap()
        }
        "gzip" => {
            let reply = reply(200).header("content-type", "application/json").header("content-encoding", "gzip");
            reply.body(whole(COMPRESSED)).unwrap()
        }
        "list" | "broken-list" if route == "list" || cursor == 0 => {
            let next = format!("</{folder}/{route}?cursor={}>; rel=\"next\"", cursor + 1);
            let reply = if cursor < 2 { reply(200).header("link", next) } else { reply(200) };
            json(reply, &json!([{"number": 2 * cursor}, {"number": 2 * cursor + 1}]))
        }
        "redirect" => reply(307).header("location", format!("/{folder}/echo")).body(pieces().1).unwrap(),
        "closed-to-pages" => json(reply(200), &json!({"made": 1})),
        "tus" => tus(&state, folder, &own, request).await?,
        _ => json(reply(404), &json!({"errors": ["there is no such thing"]})),
    })
}

/// Uploads, of which the third part is cut after a half.
async fn tus(state: &State, folder: &str, own: &str, mut request: Request<Incoming>) -> io::Result<Response<Pieces>> {
    let head = |status| reply(status).header("tus-resumable", "1.0.0");
    if request.method() == Method::POST {
        let mut uploads = state.uploads.lock().unwrap();
        let name = format!("u{}", uploads.len());
        let reply = head(201).header("location", format!("/{folder}/tus/{name}"));
        uploads.insert(format!("{folder}/{name}"), Upload::default());
        return Ok(reply.body(pieces().1).unwrap());
    }
    if request.method() == Method::PATCH {
        let offset = request.headers().get("upload-offset").and_then(|offset| offset.to_str().ok()?.parse().ok());
        let cuts = {
            let mut uploads = state.uploads.lock().unwrap();
            let upload = uploads.get_mut(own).ok_or(io::ErrorKind::NotFound)?;
            // A browser sends a request again by itself, if a connection that it had used before is cut.
            if offset != Some(upload.content.len()) {
                return Ok(head(409).body(pieces().1).unwrap());
            }
            upload.parts += 1;
            upload.parts == 3
        };
        while let Some(Ok(frame)) = request.frame().await {
            let mut uploads = state.uploads.lock().unwrap();
            let upload = uploads.get_mut(own).ok_or(io::ErrorKind::NotFound)?;
            upload.content.extend_from_slice(&frame.into_data().unwrap_or_default());
            if cuts && upload.content.len() > CUT_AT {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
        }
    }
    let uploads = state.uploads.lock().unwrap();
    let Some(upload) = uploads.get(own) else { return Ok(head(404).body(pieces().1).unwrap()) };
    let head =
        head(if request.method() == Method::PATCH { 204 } else { 200 }).header("upload-offset", upload.content.len());
    Ok(match *request.method() {
        Method::GET => {
            let sum = upload.content.iter().fold(0, |sum, byte| (sum * 31 + u64::from(*byte)) % 65_521);
            json(head, &json!({"length": upload.content.len(), "sum": sum}))
        }
        _ => head.body(pieces().1).unwrap(),
    })
}

fn shown(headers: &HeaderMap) -> HashMap<&str, std::borrow::Cow<'_, str>> {
    headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))).collect()
}
