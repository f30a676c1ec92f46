//! The fake servers of `livepeer emulate` as one: accounts, faults, a list of what was exchanged, and a page that shows it.

pub mod accounts;
mod body;
pub mod clock;
mod control;
mod cors;
mod events;
pub mod faults;
pub mod gateway;
mod journal;
pub mod kept;
pub mod network;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Request;
use livepeer::Body;
use livepeer::mock::{Mock, Reply};
use tokio::sync::watch;

use accounts::Account;
use body::TooLong;
use clock::Clock;
use faults::{Faults, Outcome, Server};
use journal::{Entry, Journal};

/// What a response says that has the status of a fault.
const TOLD: &str = "the emulator was told to fail";

/// Everything that the emulator consists of.
pub struct Emulator {
    accounts: Vec<Account>,
    clock: Clock,
    faults: Mutex<Faults>,
    journal: Mutex<Journal>,
    /// Counts the changes.
    changed: watch::Sender<u64>,
}

impl Emulator {
    pub fn new(accounts: Vec<Account>, clock: Clock, faults: Faults) -> Arc<Self> {
        let (changed, _) = watch::channel(0);
        Arc::new(Self { accounts, clock, faults: Mutex::new(faults), journal: Mutex::default(), changed })
    }

    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Lets time pass, in every account.
    pub fn advance(&self, time: std::time::Duration) {
        for account in &self.accounts {
            account.studio.advance(time);
        }
        self.note_change();
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn note_change(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// The server of it.
    pub fn mock(self: &Arc<Self>) -> Mock {
        let emulator = self.clone();
        Mock::new().keep_seen(0).fallback(move |request| {
            let emulator = emulator.clone();
            async move { emulator.respond(request).await }
        })
    }

    async fn respond(self: Arc<Self>, request: Request<Body>) -> Reply {
        if control::is_own(request.uri().path()) {
            return control::respond(&self, request).await;
        }
        let fault = match lock(&self.faults).take(Server::Studio, &request) {
            Ok(fault) => fault,
            Err(error) => return Reply::error(400, error),
        };
        if let Some(delay) = fault.delay() {
            tokio::time::sleep(delay).await;
        }
        let (mut entry, request) = Entry::read(request).await;
        let reply = match fault.outcome() {
            Outcome::Pass => match request {
                Ok(request) => self.pass(&mut entry, request).await,
                Err(TooLong) => Reply::error(413, "request entity too large"),
            },
            Outcome::Status(status) => Reply::error(status, TOLD),
            Outcome::Cut => Reply::cut(),
            Outcome::Stall => {
                lock(&self.journal).add(entry.without_response("stalled"));
                self.note_change();
                return std::future::pending().await;
            }
        };
        let what = if fault.is_none() { "" } else { "by a fault" };
        lock(&self.journal).add(entry.done(&reply, what));
        self.note_change();
        reply
    }

    /// The reply to a request to another server than Studio's that fails.
    async fn fail(&self, server: Server, request: &Request<Body>) -> Option<Reply> {
        let fault = match lock(&self.faults).take(server, request) {
            Ok(fault) => fault,
            Err(error) => return Some(Reply::error(400, error)),
        };
        if let Some(delay) = fault.delay() {
            tokio::time::sleep(delay).await;
        }
        match fault.outcome() {
            Outcome::Pass => None,
            Outcome::Status(status) => Some(Reply::error(status, TOLD)),
            Outcome::Cut => Some(Reply::cut()),
            Outcome::Stall => std::future::pending().await,
        }
    }

    /// The response of the account that a request is for.
    async fn pass(&self, entry: &mut Entry, request: Request<Body>) -> Reply {
        let (parts, body) = request.into_parts();
        let origin = cors::foreign_origin(&parts);
        let account = accounts::choose(&self.accounts, &parts);
        let instead = origin.as_ref().and_then(|origin| cors::instead(&parts, origin, account));
        let response = match instead {
            Some(reply) => reply,
            None => account.studio.mock().respond(Request::from_parts(parts, body)).await.into(),
        };
        let reply = entry.reply(response).await;
        match origin {
            Some(origin) => cors::allow(reply, &origin),
            None => reply,
        }
    }
}

/// What one thread has left broken the others can still read.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
