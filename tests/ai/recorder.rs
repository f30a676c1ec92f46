//! A server that writes down what comes, and responds as set.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::request;
use livepeer::mock::{Mock, MockServer, Reply};
use livepeer::{Ai, Client};

pub struct Recorder {
    pub server: MockServer,
    seen: Arc<Mutex<Vec<Seen>>>,
}

#[derive(Clone, Debug)]
pub struct Seen {
    pub parts: request::Parts,
    pub body: Bytes,
}

/// A part of a multipart form, as a third-party parser reads it.
#[derive(Debug, PartialEq)]
pub struct Part {
    pub name: String,
    pub file_name: Option<String>,
    pub media_type: Option<String>,
    pub content: Bytes,
}

impl Recorder {
    /// Gives these responses one after the other; the last one forever.
    pub async fn new(replies: impl IntoIterator<Item = (u16, &str)>) -> Self {
        let replies = replies.into_iter().map(|(status, body)| {
            let body = body.to_owned();
            move || Reply::status(status).header("content-type", "application/json").with_body(body.clone())
        });
        Self::by(replies).await
    }

    pub async fn by<F: Fn() -> Reply + Send + Sync + 'static>(replies: impl IntoIterator<Item = F>) -> Self {
        let replies = Mutex::new(replies.into_iter().collect::<VecDeque<_>>());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let mock = Mock::new().fallback(move |request| {
            let mut replies = replies.lock().unwrap();
            let reply = replies[0]();
            if replies.len() > 1 {
                replies.pop_front();
            }
            let sink = sink.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = body.bytes(usize::MAX).await.unwrap();
                sink.lock().unwrap().push(Seen { parts, body });
                reply
            }
        });
        Self { server: mock.listen().await.unwrap(), seen }
    }

    /// A client without a key.
    pub fn client(&self) -> Client<Ai> {
        Client::ai().server(self.server.url())
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The only request that came.
    pub fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.into_iter().next().unwrap()
    }
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    pub async fn multipart(&self) -> Vec<Part> {
        let boundary = multer::parse_boundary(self.header("content-type").unwrap()).unwrap();
        let body = self.body.clone();
        let mut form = multer::Multipart::with_reader(std::io::Cursor::new(body), boundary);
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await.unwrap() {
            parts.push(Part {
                name: field.name().unwrap().to_owned(),
                file_name: field.file_name().map(str::to_owned),
                media_type: field.content_type().map(ToString::to_string),
                content: field.bytes().await.unwrap(),
            });
        }
        parts
    }

    /// The form's fields as `name=text`, files as `name=<file name; media type; length>`.
    pub async fn fields(&self) -> Vec<String> {
        let show = |part: Part| match part.file_name {
            Some(file) => format!("{}=<{file}; {}; {}>", part.name, part.media_type.unwrap(), part.content.len()),
            None => {
                assert_eq!(part.media_type, None, "{}", part.name);
                format!("{}={}", part.name, String::from_utf8(part.content.to_vec()).unwrap())
            }
        };
        self.multipart().await.into_iter().map(show).collect()
    }
}
