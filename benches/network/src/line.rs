//! A line to a server: its round trip, its width, and TCP's slow start. A model in user space, as not every machine's kernel has one.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

/// Half of a round trip.
const DELAY: Duration = Duration::from_millis(20);
/// Bytes a second, each way, for all connections together: 100 Mbit/s.
pub const WIDTH: u64 = 12_500_000;
/// What a new connection may have under way: ten segments.
const WINDOW: usize = 14_600;
/// What it may have at most.
const MOST: usize = 2_000_000;

/// When the line is free again.
type Free = Arc<Mutex<Instant>>;

/// Takes connections for a server at the other end of the line.
pub async fn serve(listener: TcpListener, server: SocketAddr) -> io::Result<()> {
    let (up, down) = (Free::new(Instant::now().into()), Free::new(Instant::now().into()));
    loop {
        let (near, _) = listener.accept().await?;
        let (up, down) = (up.clone(), down.clone());
        tokio::spawn(async move {
            // The handshake of TCP.
            sleep(DELAY * 2).await;
            let far = TcpStream::connect(server).await?;
            near.set_nodelay(true)?;
            far.set_nodelay(true)?;
            let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
            tokio::spawn(carry(near_read, far_write, up));
            tokio::spawn(carry(far_read, near_write, down));
            io::Result::Ok(())
        });
    }
}

/// One direction of a connection.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin + Send + 'static,
    free: Free,
) -> io::Result<()> {
    let (send, mut sent) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let (acknowledge, mut acknowledged) = mpsc::unbounded_channel::<(Instant, usize)>();
    tokio::spawn(async move {
        while let Some((at, bytes)) = sent.recv().await {
            sleep_until(at).await;
            to.write_all(&bytes).await?;
            let _ = acknowledge.send((at + DELAY, bytes.len()));
        }
        to.shutdown().await
    });
    let (mut window, mut underway) = (WINDOW, 0);
    let mut pending = std::collections::VecDeque::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        // What has come back by now, and what has to before more may go.
        loop {
            while let Ok(one) = acknowledged.try_recv() {
                pending.push_back(one);
            }
            while pending.front().is_some_and(|(at, _)| *at <= Instant::now()) {
                let (_, bytes) = pending.pop_front().expect("it is there");
                underway -= bytes;
                window = (window + bytes).min(MOST);
            }
            if underway < window {
                break;
            }
            match pending.front() {
                Some((at, _)) => sleep_until(*at).await,
                None => match acknowledged.recv().await {
                    Some(one) => pending.push_back(one),
                    None => return Ok(()),
                },
            }
        }
        let room = buffer.len().min(window - underway);
        let read = from.read(&mut buffer[..room]).await?;
        if read == 0 {
            return Ok(());
        }
        let at = {
            let mut free = free.lock().expect("nobody panics");
            *free = (*free).max(Instant::now()) + Duration::from_nanos(read as u64 * 1_000_000_000 / WIDTH);
            *free + DELAY
        };
        underway += read;
        if send.send((at, buffer[..read].to_vec())).is_err() {
            return Ok(());
        }
    }
}
