//! A fake of Studio that kills and pauses the workers which call it, at the requests that a plan says.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use livepeer::mock::{self, Mock, MockServer, Reply, StudioFake};

use super::workers::Workers;

/// The requests at which something happens to workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Creates an asset. A worker that is killed then does not learn of it.
    Create,
    /// Brings a small file.
    File,
    /// Brings a part of a large file.
    Part,
}

/// What happens to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is killed before its request is handled, perhaps before it is sent in full.
    KilledBefore,
    /// It is killed before the response.
    KilledAfter,
    /// It stops before the response for so long that others take it for dead, and goes on.
    Paused,
}

/// By the number of a request of its kind.
pub type Plan = BTreeMap<(Kind, usize), Fate>;

#[derive(Default)]
pub struct Seen {
    counts: BTreeMap<Kind, usize>,
    plan: Plan,
    /// Who has sent the last part of each upload.
    senders: HashMap<String, u32>,
    pub kills: usize,
    pub pauses: usize,
    /// How many uploads were continued by another process, behind the first byte.
    pub resumed: usize,
    /// How many assets were deleted.
    pub deleted: usize,
}

pub struct Studio {
    pub fake: StudioFake,
    pub server: MockServer,
    pub seen: Arc<Mutex<Seen>>,
}

/// Starts it. The workers that it kills are known only when it has a URL.
pub async fn start(plan: Plan, workers: Arc<std::sync::OnceLock<Workers>>) -> Studio {
    let fake = mock::studio();
    let seen = Arc::new(Mutex::new(Seen { plan, ..Seen::default() }));
    let (studio, shared) = (fake.clone(), seen.clone());
    let server = Mock::new().fallback(move |request| {
        let (studio, seen, workers) = (studio.clone(), shared.clone(), workers.clone());
        async move {
            let agent = request.headers().get("user-agent").and_then(|agent| agent.to_str().ok()).unwrap_or_default();
            let process: u32 = agent.split('-').nth(1).and_then(|process| process.parse().ok()).unwrap_or_default();
            let (method, path) = (request.method().clone(), request.uri().path().to_owned());
            let kind = match method.as_str() {
                "POST" if path.ends_with("/asset/request-upload") => Some(Kind::Create),
                "PUT" => Some(Kind::File),
                "PATCH" => Some(Kind::Part),
                _ => None,
            };
            let planned = kind.and_then(|kind| seen.lock().unwrap().next(kind));
            let strike = |fate| {
                if let Some((kind, _)) = planned.filter(|(_, planned)| *planned == fate) {
                    let workers = workers.get().unwrap();
                    let is_alive = if fate == Fate::Paused { workers.pause(process) } else { workers.kill(process) };
                    seen.lock().unwrap().struck(kind, fate, is_alive);
                }
            };
            strike(Fate::KilledBefore);
            let (parts, body) = studio.mock().respond(request).await.into_parts();
            strike(Fate::KilledAfter);
            strike(Fate::Paused);
            let offset = parts.headers.get("upload-offset").and_then(|offset| offset.to_str().ok()).unwrap_or("0");
            if parts.status.is_success() {
                seen.lock().unwrap().note(method.as_str(), &path, process, offset);
            }
            let mut reply = Reply::status(parts.status.as_u16()).with_body(body);
            *reply.headers = parts.headers;
            reply
        }
    });
    Studio { fake, server: server.listen().await.unwrap(), seen }
}

impl Seen {
    /// Counts a request; what is to happen to its sender.
    fn next(&mut self, kind: Kind) -> Option<(Kind, Fate)> {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        self.plan.remove(&(kind, *count)).map(|fate| (kind, fate))
    }

    /// If the worker was dead already, it happens to the next one that sends such a request.
    fn struck(&mut self, kind: Kind, fate: Fate, is_alive: bool) {
        match (is_alive, fate) {
            (true, Fate::Paused) => self.pauses += 1,
            (true, _) => self.kills += 1,
            (false, _) => {
                let next = self.counts[&kind] + 1;
                let free = (next..).find(|at| !self.plan.contains_key(&(kind, *at))).unwrap();
                self.plan.insert((kind, free), fate);
            }
        }
    }

    /// Notes a request that succeeded, with the offset of an upload.
    fn note(&mut self, method: &str, path: &str, process: u32, offset: &str) {
        match method {
            "PATCH" => drop(self.senders.insert(path.to_owned(), process)),
            "HEAD" if offset != "0" && self.senders.get(path).is_some_and(|sender| *sender != process) => {
                self.resumed += 1;
            }
            "DELETE" => self.deleted += 1,
            _ => {}
        }
    }
}
