//! Requests and responses, as the real trickle server has them.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, EXPECT, LOCATION};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use tokio::time::timeout;
use typed_endpoint::{Body, BoxError};

use super::super::reply::{closing, cut, not_allowed, plain, text};
use super::super::serve::{Link, first};
use super::channels::Progress;
use super::reading::Reading;
use super::{Fault, Server, Side};

/// What a path means.
enum Target<'a> {
    Channel(String),
    Next(String),
    Segment(String, &'a str),
}

impl Server {
    /// Responds to a request.
    pub(super) async fn respond(&self, request: Request<Body>, link: Option<&Link>) -> Response<Body> {
        let path = request.uri().path().to_owned();
        let method = request.method().clone();
        if let Some(response) = refused(request.headers()).or_else(|| redirect(&path)) {
            return response;
        }
        let Some(target) = self.target(&path) else { return text(404, "404 page not found") };
        match (&method, target) {
            (&Method::POST, Target::Channel(name)) => self.create(&name, request.headers()),
            (&Method::DELETE, Target::Channel(name)) => match self.channels.delete(&name) {
                true => Response::default(),
                false => text(400, "Invalid stream"),
            },
            (&Method::GET | &Method::HEAD, Target::Next(name)) => self.next(&name),
            (&Method::GET | &Method::HEAD, Target::Segment(name, seq)) => self.read(&name, seq, link).await,
            // Only for reading is `next` more than a bad number.
            (&Method::POST, Target::Next(name)) => self.write(&name, "next", request, link).await,
            (&Method::POST, Target::Segment(name, seq)) => self.write(&name, seq, request, link).await,
            (&Method::DELETE, Target::Next(name)) => self.close(&name, "next"),
            (&Method::DELETE, Target::Segment(name, seq)) => self.close(&name, seq),
            (_, Target::Channel(_)) => not_allowed("DELETE, POST"),
            _ => not_allowed("DELETE, GET, HEAD, POST"),
        }
    }

    fn target<'a>(&self, path: &'a str) -> Option<Target<'a>> {
        let rest = path.strip_prefix(self.base.as_str())?;
        let mut parts = rest.split('/');
        let name = percent_decode_str(parts.next()?).decode_utf8_lossy().into_owned();
        let target = match parts.next() {
            _ if name.is_empty() => return None,
            None => Target::Channel(name),
            Some("") => return None,
            Some("next") => Target::Next(name),
            Some(seq) => Target::Segment(name, seq),
        };
        parts.next().is_none().then_some(target)
    }

    fn create(&self, name: &str, headers: &HeaderMap) -> Response<Body> {
        let media_type = headers.get("expect-content").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if self.channels.get(name).is_none() {
            if !self.settings().autocreate {
                return text(404, "Stream not found");
            }
            self.channels.create(name, media_type);
        }
        Response::default()
    }

    fn next(&self, name: &str) -> Response<Body> {
        let Some(channel) = self.channels.get(name) else { return text(404, "Stream not found") };
        let (next, closed) = channel.next();
        let mut response = plain(200, next.to_string());
        latest(&mut response, next, closed);
        response
    }

    fn close(&self, name: &str, seq: &str) -> Response<Body> {
        let Some(channel) = self.channels.get(name) else { return text(404, "Stream not found") };
        let Some(seq) = number(seq) else { return text(400, "Invalid idx") };
        match u64::try_from(seq).ok().and_then(|seq| channel.get(seq)) {
            Some(slot) => {
                slot.close();
                Response::default()
            }
            None => text(400, "Nonexistent segment"),
        }
    }

    async fn read(&self, name: &str, seq: &str, link: Option<&Link>) -> Response<Body> {
        let Some(channel) = self.channels.get(name) else { return text(404, "Stream not found") };
        let Some(seq) = number(seq) else { return text(400, "Invalid idx") };
        let fault = self.enter(Side::Subscriber, link);
        if let Some(response) = stop(fault).await {
            return response;
        }
        // The real server fails on other negative numbers.
        let Some(found) = channel.for_read(seq) else { return cut() };
        let Some(slot) = found.slot else {
            let mut response = plain(if found.closed { 200 } else { 470 }, "Entry not found".to_owned());
            latest(&mut response, found.next, found.closed);
            response.headers_mut().insert("lp-trickle-seq", found.asked.into());
            return response;
        };
        let mut progress = slot.watch();
        let _ = progress.wait_for(|progress| progress.chunks > 0 || progress.closed).await;
        let mut response = Response::default();
        if slot.chunk(0).is_none() {
            let (next, closed) = channel.next();
            latest(&mut response, next, closed);
        } else {
            if found.next != slot.seq {
                response.headers_mut().insert("lp-trickle-latest", found.next.into());
            }
            let media_type = HeaderValue::from_str(&channel.media_type);
            response.headers_mut().insert(CONTENT_TYPE, media_type.unwrap_or(HeaderValue::from_static("")));
            let left = match fault {
                Some(Fault::Cut(after)) => Some(after),
                _ => None,
            };
            *response.body_mut() = Body::wrap(Reading::new(slot.clone(), left));
        }
        response.headers_mut().insert("lp-trickle-seq", slot.seq.into());
        response
    }

    async fn write(&self, name: &str, seq: &str, request: Request<Body>, link: Option<&Link>) -> Response<Body> {
        let (parts, mut body) = request.into_parts();
        let channel = match self.channels.get(name) {
            Some(channel) => channel,
            None if self.settings().autocreate => {
                let media_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
                self.channels.create(name, media_type.unwrap_or_default())
            }
            None => return closing(text(404, "Stream not found")),
        };
        let Some(seq) = number(seq) else { return text(400, "Invalid idx") };
        let fault = self.enter(Side::Publisher, link);
        if let Some(response) = stop(fault).await {
            return response;
        }
        let Some(slot) = channel.for_write(seq) else { return cut() };
        if parts.headers.get("lp-trickle-reset").is_some_and(|value| !value.is_empty()) {
            channel.reset(slot.seq);
        }
        let mut progress = slot.watch();
        let mut written = 0;
        loop {
            let chunk = match written {
                0 => match self.first_chunk(&mut body, &mut progress, link).await {
                    Some(chunk) => chunk,
                    None => Ok(None),
                },
                _ => body.chunk().await,
            };
            match chunk {
                Ok(Some(chunk)) if chunk.is_empty() => {}
                Ok(Some(chunk)) => {
                    if written == 0 {
                        channel.begun(slot.seq, self.channels.now());
                    }
                    written += chunk.len() as u64;
                    match fault {
                        Some(Fault::Cut(after)) if written >= after => {
                            let kept = chunk.len() - usize::try_from(written - after).unwrap_or_default();
                            slot.write(chunk.slice(..kept));
                            return cut();
                        }
                        _ => slot.write(chunk),
                    }
                }
                Ok(None) => break,
                Err(_) => return text(500, "Server error"),
            }
        }
        let mut response = Response::default();
        if written == 0 {
            channel.begun(slot.seq, self.channels.now());
            if channel.next().1 {
                response.headers_mut().insert("lp-trickle-closed", HeaderValue::from_static("terminated"));
            }
            response = closing(response);
        }
        slot.close();
        if matches!(fault, Some(Fault::NoResponse)) {
            return cut();
        }
        response.headers_mut().insert("lp-trickle-seq", slot.seq.into());
        response
    }

    /// Waits for the first bytes, and sends interim responses meanwhile; `None` when the segment is closed first.
    async fn first_chunk(
        &self,
        body: &mut Body,
        progress: &mut tokio::sync::watch::Receiver<Progress>,
        link: Option<&Link>,
    ) -> Option<Result<Option<Bytes>, BoxError>> {
        let interim = self.settings().interim;
        loop {
            // What is sent to a finished segment is thrown away.
            let either = first(
                async {
                    let _ = progress.wait_for(|progress| progress.closed).await;
                    None
                },
                async { Some(body.chunk().await) },
            );
            match timeout(interim, either).await {
                Ok(chunk) => return chunk,
                Err(_) => {
                    if let Some(link) = link {
                        link.interim().await;
                    }
                }
            }
        }
    }

    /// Marks the connection as one of this side, and takes the fault for it.
    fn enter(&self, side: Side, link: Option<&Link>) -> Option<Fault> {
        if let Some(link) = link {
            link.set_side(side);
        }
        self.take_fault(side)
    }
}

/// The only expectation that is met is `100-continue`.
fn refused(headers: &HeaderMap) -> Option<Response<Body>> {
    let unmet = |value: &HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    headers.get(EXPECT).filter(|value| unmet(value))?;
    let mut response = closing(Response::default());
    *response.status_mut() = StatusCode::EXPECTATION_FAILED;
    Some(response)
}

/// To the path without `.`, `..` and empty segments, if it has any.
fn redirect(path: &str) -> Option<Response<Body>> {
    let mut clean = Vec::new();
    let segments = || path.split('/').skip(1);
    let last = segments().count().saturating_sub(1);
    for (at, segment) in segments().enumerate() {
        match segment {
            ".." => drop(clean.pop()),
            "" if at != last => {}
            "." => {}
            segment => clean.push(segment),
        }
    }
    let clean = format!("/{}", clean.join("/"));
    if clean == path {
        return None;
    }
    let mut response = Response::default();
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(&clean).ok()?);
    Some(response)
}

/// What a fault responds before anything is done.
async fn stop(fault: Option<Fault>) -> Option<Response<Body>> {
    match fault {
        Some(Fault::Status(status)) => Some(closing(text(status, "injected"))),
        Some(Fault::Stall) => std::future::pending().await,
        _ => None,
    }
}

/// A number as Go reads it: decimal digits, with an optional sign, percent-encoded or not.
fn number(text: &str) -> Option<i64> {
    percent_decode_str(text).decode_utf8().ok()?.parse().ok()
}

fn latest(response: &mut Response<Body>, next: u64, closed: bool) {
    response.headers_mut().insert("lp-trickle-latest", next.into());
    if closed {
        response.headers_mut().insert("lp-trickle-closed", HeaderValue::from_static("terminated"));
    }
}
