//! An upload by tus, of which the server may cut off one part.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt};

/// How many bytes are uploaded.
pub const LEN: u64 = 200 * 1024 * 1024;

/// The one upload there is at a time.
#[derive(Default)]
pub struct Upload {
    offset: AtomicU64,
    cut: AtomicBool,
}

impl Upload {
    /// Takes a request's body and gives the response. Without one the connection ends: once in the middle, below `/tus/cut`.
    pub async fn take(
        &self,
        head: &str,
        buffer: &mut Vec<u8>,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Option<String> {
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
        let (method, rest) = head.split_once(' ')?;
        match method {
            "post" => {
                self.offset.store(0, Ordering::Relaxed);
                self.cut.store(rest.starts_with("/tus/cut"), Ordering::Relaxed);
                Some(
                    "HTTP/1.1 201 Created\r\nlocation: /tus/1\r\ntus-resumable: 1.0.0\r\ncontent-length: 0\r\n\r\n"
                        .into(),
                )
            }
            "patch" => {
                let mut left = header("content-length:")?;
                while left > 0 {
                    if buffer.is_empty() && stream.read_buf(buffer).await.ok()? == 0 {
                        return None;
                    }
                    let taken = left.min(buffer.len() as u64);
                    buffer.drain(..usize::try_from(taken).ok()?);
                    left -= taken;
                    let offset = self.offset.fetch_add(taken, Ordering::Relaxed) + taken;
                    if offset > LEN / 2 && self.cut.swap(false, Ordering::Relaxed) {
                        return None;
                    }
                }
                Some(self.response("204 No Content"))
            }
            _ => Some(self.response("200 OK")),
        }
    }

    fn response(&self, status: &str) -> String {
        let offset = self.offset.load(Ordering::Relaxed);
        format!("HTTP/1.1 {status}\r\nupload-offset: {offset}\r\nupload-length: {LEN}\r\ntus-resumable: 1.0.0\r\n\r\n")
    }
}
