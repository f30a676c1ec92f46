//! HTTP by hand: what the fake is tested with, without our own client.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Raw(pub TcpStream, Vec<u8>);

#[derive(Debug, PartialEq, Eq)]
pub struct Response {
    pub status: String,
    /// Without `Date`, sorted.
    pub headers: Vec<String>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

impl Raw {
    pub async fn connect(address: std::net::SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap(), Vec::new())
    }

    pub async fn send(&mut self, text: &str) {
        self.0.write_all(text.replace('\n', "\r\n").as_bytes()).await.unwrap();
    }

    pub async fn bytes(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    async fn fill(&mut self) -> bool {
        let mut buffer = vec![0; 65536];
        let read = self.0.read(&mut buffer).await.unwrap_or(0);
        self.1.extend_from_slice(&buffer[..read]);
        read > 0
    }

    pub async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.1.windows(2).position(|two| two == b"\r\n") {
                let line = String::from_utf8(self.1.drain(..end + 2).take(end).collect()).unwrap();
                return Some(line);
            }
            if !self.fill().await {
                return None;
            }
        }
    }

    pub async fn head(&mut self) -> Option<Response> {
        let status = self.line().await?;
        let mut headers = Vec::new();
        loop {
            match self.line().await?.as_str() {
                "" => break,
                line if line.starts_with("Date: ") => {}
                line => headers.push(line.trim_end().to_owned()),
            }
        }
        headers.sort();
        Some(Response { status, headers, body: Vec::new() })
    }

    pub async fn take(&mut self, count: usize) -> Vec<u8> {
        while self.1.len() < count && self.fill().await {}
        self.1.drain(..count.min(self.1.len())).collect()
    }

    /// A chunk; empty is the last.
    pub async fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = usize::from_str_radix(&self.line().await?, 16).unwrap();
        let data = self.take(size).await;
        assert_eq!(self.line().await?, "");
        Some(data)
    }

    pub async fn response(&mut self, method: &str) -> Option<Response> {
        let mut response = self.head().await?;
        if method == "HEAD" {
            return Some(response);
        }
        if let Some(length) = response.header("Content-Length") {
            let length = length.parse().unwrap();
            response.body = self.take(length).await;
        } else if response.header("Transfer-Encoding").is_some() {
            while let Some(chunk) = self.chunk().await.filter(|chunk| !chunk.is_empty()) {
                response.body.extend(chunk);
            }
        } else {
            while self.fill().await {}
            response.body = std::mem::take(&mut self.1);
        }
        Some(response)
    }

    pub async fn is_closed(&mut self) -> bool {
        !self.fill().await
    }
}
