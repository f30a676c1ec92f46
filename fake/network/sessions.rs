//! Sessions, and the channels and URLs that belong to them.

use serde_json::json;

use super::net::Network;
use super::state::{Session, State};

impl Network {
    /// Releases a session: its channels and URLs are gone, and its runner is notified.
    pub(super) fn release(&self, state: &mut State, id: &str) {
        let Some(session) = state.sessions.remove(id) else { return };
        for channel in &session.channels {
            self.trickle.delete(channel.channel_name.expose());
        }
        self.tell(state, &session.runner, "released", id);
    }

    /// Releases all sessions of a runner.
    pub(super) fn release_all(&self, state: &mut State, runner: &str) {
        let own = state.sessions.iter().filter(|(_, session)| session.runner == runner);
        let sessions: Vec<_> = own.map(|(id, _)| id.clone()).collect();
        sessions.iter().for_each(|session| self.release(state, session));
    }

    pub(super) fn begin(&self, state: &mut State, id: String, runner: &str) -> String {
        let token = state.text(52);
        let age = state.ledger.calls + state.sessions.len() as u64;
        let session = Session {
            runner: runner.to_owned(),
            token: token.clone(),
            proxies: Vec::new(),
            channels: Vec::new(),
            age,
            debited: None,
        };
        self.tell(state, runner, "reserved", &id);
        state.sessions.insert(id, session);
        token
    }

    /// Tells a runner that registered itself.
    fn tell(&self, state: &State, runner: &str, event: &str, session: &str) {
        if state.loses_events {
            return;
        }
        let Some(registered) = state.runners.get(runner).and_then(|runner| runner.registered.as_ref()) else { return };
        let time = crate::Timestamp::from_millis(1_800_000_000_000 + state.now().as_millis() as i64);
        let event = json!({ "event": event, "session": session, "timestamp": time.to_string() });
        self.trickle.write(&registered.channel, event.to_string());
    }

    /// Releases sessions without credit, and forgets runners without heartbeats.
    pub(super) fn settle(&self, state: &mut State) {
        for id in state.settle() {
            self.release(state, &id);
        }
        for runner in state.forget_runners() {
            self.release_all(state, &runner);
        }
    }
}
