//! A server that fails to order: it speaks raw TCP, so that every fault happens at the point it is meant to.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with a request, step by step.
#[derive(Clone, Debug)]
pub enum Act {
    /// Reads the request to its end.
    Read,
    /// Sends text, in which `{own}` and `{other}` stand for the addresses of the server and its neighbour.
    Send(String),
    /// Sends text again and again, until the client closes the connection.
    Loop(String),
    /// Sends so many bytes of filling, in pieces, as far as the client takes them.
    Fill(usize),
    /// Waits.
    Wait(Duration),
    /// Does nothing until the client closes the connection.
    Stall,
    /// Closes the connection in order (FIN).
    Close,
    /// Tears the connection down (RST).
    Reset,
}

/// What the server does with one request.
pub type Script = Vec<Act>;

#[derive(Default)]
pub struct Counts {
    connections: AtomicU32,
    requests: AtomicU32,
    open: AtomicUsize,
    heads: std::sync::Mutex<Vec<String>>,
}

/// A server that plays one script a request, the last one for all that follow.
pub struct Server {
    address: SocketAddr,
    counts: Arc<Counts>,
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    pub async fn start(scripts: Vec<Script>) -> Self {
        Self::on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap(), scripts).await
    }

    pub async fn on(listener: TcpListener, scripts: Vec<Script>) -> Self {
        let address = listener.local_addr().unwrap();
        let neighbour = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let other = neighbour.local_addr().unwrap();
        let counts = Arc::new(Counts::default());
        let play = |listener: TcpListener, scripts: Vec<Script>| {
            let (scripts, counts) = (Arc::new(scripts), counts.clone());
            tokio::spawn(async move {
                let mut connections = tokio::task::JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    counts.connections.fetch_add(1, Ordering::SeqCst);
                    let (scripts, counts) = (scripts.clone(), counts.clone());
                    connections.spawn(async move {
                        counts.open.fetch_add(1, Ordering::SeqCst);
                        // What a client does to a faulty server is no failure of the test.
                        let _ = serve(stream, &scripts, &counts, address, other).await;
                        counts.open.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            })
        };
        let fine = vec![vec![Act::Read, Act::Send(super::cases::ok())]];
        let tasks = vec![play(listener, scripts), play(neighbour, fine)];
        Self { address, counts, tasks }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many requests the server and its neighbour saw at least the first byte of.
    pub fn requests(&self) -> u32 {
        self.counts.requests.load(Ordering::SeqCst)
    }

    pub fn connections(&self) -> u32 {
        self.counts.connections.load(Ordering::SeqCst)
    }

    /// The requests, with their bodies, that were read to their end.
    pub fn heads(&self) -> Vec<String> {
        self.counts.heads.lock().unwrap().clone()
    }

    /// Waits until the server has seen so many requests.
    pub async fn saw(&self, requests: u32) {
        while self.requests() < requests {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until no connection is open any more: until the client has closed all of them.
    pub async fn deserted(&self) {
        while self.counts.open.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn serve(
    mut stream: TcpStream,
    scripts: &[Script],
    counts: &Counts,
    own: SocketAddr,
    other: SocketAddr,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    // A request counts from its first byte on.
    while stream.peek(&mut [0]).await? > 0 {
        let number = counts.requests.fetch_add(1, Ordering::SeqCst) as usize;
        let script = scripts.get(number).or(scripts.last()).unwrap();
        for act in script {
            match act {
                Act::Read => {
                    let request = read_request(&mut stream).await?;
                    counts.heads.lock().unwrap().push(request);
                }
                Act::Send(text) => {
                    let soon = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(2));
                    let text = text.replace("{own}", &own.to_string()).replace("{other}", &other.to_string());
                    let text = text.replace("{soon}", &soon);
                    stream.write_all(text.as_bytes()).await?;
                }
                Act::Fill(bytes) => {
                    let piece = [b' '; 64 * 1024];
                    let mut left = *bytes;
                    while left > 0 {
                        let now = left.min(piece.len());
                        stream.write_all(&piece[..now]).await?;
                        left -= now;
                    }
                }
                Act::Loop(text) => loop {
                    stream.write_all(text.as_bytes()).await?;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                },
                Act::Wait(time) => tokio::time::sleep(*time).await,
                Act::Stall => while stream.read(&mut [0; 4096]).await? > 0 {},
                Act::Close => return stream.shutdown().await,
                Act::Reset => return stream.set_zero_linger(),
            }
        }
    }
    Ok(())
}

/// Reads a request with its body, by its length or in chunks.
async fn read_request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut text = Vec::new();
    loop {
        let shown = String::from_utf8_lossy(&text);
        if let Some((head, body)) = shown.split_once("\r\n\r\n") {
            let lower = head.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            let chunked = lower.contains("transfer-encoding: chunked");
            if (chunked && body.ends_with("0\r\n\r\n")) || (!chunked && body.len() >= length.unwrap_or(0)) {
                return Ok(shown.into_owned());
            }
        }
        if stream.read_buf(&mut text).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}
