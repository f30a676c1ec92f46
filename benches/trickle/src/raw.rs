//! The measurements by sockets: what any client has to send, and the least that it can do to read.

use std::io::IoSlice;

use meter::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Run;

const END: &[u8] = b"\r\n0\r\n\r\n";

struct Target {
    host: String,
    path: String,
}

impl Target {
    fn new(url: &str) -> Result<Self, Error> {
        let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).ok_or("no URL")?;
        Ok(Self { host: host.into(), path: format!("/{path}") })
    }

    async fn connect(&self) -> Result<TcpStream, Error> {
        let stream = TcpStream::connect(&self.host).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn post(&self, stream: &mut TcpStream, seq: u64) -> Result<(), Error> {
        let Self { host, path } = self;
        let head = format!("POST {path}/{seq} HTTP/1.1\r\nhost: {host}\r\ntransfer-encoding: chunked\r\n\r\n");
        Ok(stream.write_all(head.as_bytes()).await?)
    }

    async fn get(&self, stream: &mut TcpStream, seq: u64) -> Result<(), Error> {
        let Self { host, path } = self;
        let head = format!("GET {path}/{seq} HTTP/1.1\r\nhost: {host}\r\n\r\n");
        Ok(stream.write_all(head.as_bytes()).await?)
    }
}

/// `asks_first`: whether the next segment is asked for before a segment's first byte counts as received, as the library does it.
pub async fn run(run: &Run, url: &str, asks_first: bool) -> Result<(), Error> {
    let target = Target::new(url)?;
    let mut creator = target.connect().await?;
    let head = format!("POST {} HTTP/1.1\r\nhost: {}\r\ncontent-length: 0\r\n\r\n", target.path, target.host);
    creator.write_all(head.as_bytes()).await?;
    response(&mut creator, &mut [0; 4096]).await?;
    let reading = tokio::spawn(crate::closing(run.clone(), read(run.clone(), Target::new(url)?, asks_first)));

    let content = vec![b'x'; run.size];
    let size = format!("{:x}\r\n", run.size);
    let mut buffer = vec![0; 4096];
    let (mut current, mut other) = (target.connect().await?, target.connect().await?);
    target.post(&mut current, 0).await?;
    for seq in 0..run.count {
        run.may_publish(seq).await;
        let mut parts = [IoSlice::new(size.as_bytes()), IoSlice::new(&content), IoSlice::new(END)];
        let mut parts = &mut parts[..];
        while !parts.is_empty() {
            let written = current.write_vectored(parts).await?;
            IoSlice::advance_slices(&mut parts, written);
        }
        // Sent before the response, the next one could change places with this one.
        target.post(&mut other, seq + 1).await?;
        response(&mut current, &mut buffer).await?;
        std::mem::swap(&mut current, &mut other);
    }
    reading.await?
}

/// A response without a body.
async fn response(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<(), Error> {
    let mut length = 0;
    while !buffer[..length].ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer[length..]).await? {
            0 => return Err("closed".into()),
            read => length += read,
        }
    }
    match buffer.starts_with(b"HTTP/1.1 200") {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&buffer[..length]).into()),
    }
}

async fn read(run: Run, target: Target, asks_first: bool) -> Result<(), Error> {
    let mut buffer = vec![0; 256 * 1024];
    let (mut current, mut other) = (target.connect().await?, target.connect().await?);
    target.get(&mut current, 0).await?;
    for seq in 0..run.count {
        let mut received = current.read(&mut buffer).await?;
        if !asks_first {
            run.first_byte(seq);
        }
        if !buffer.starts_with(b"HTTP/1.1 200") {
            return Err(String::from_utf8_lossy(&buffer[..received]).into());
        }
        target.get(&mut other, seq + 1).await?;
        if asks_first {
            run.first_byte(seq);
        }
        let mut tail = Vec::from(&buffer[received.saturating_sub(5)..received]);
        while received < run.size || tail != END[2..] {
            let read = current.read(&mut buffer).await?;
            if read == 0 {
                return Err("closed".into());
            }
            received += read;
            tail.extend_from_slice(&buffer[read.saturating_sub(5)..read]);
            tail.drain(..tail.len() - 5);
        }
        run.read();
        std::mem::swap(&mut current, &mut other);
    }
    Ok(())
}
