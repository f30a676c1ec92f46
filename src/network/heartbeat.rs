//! Keeps a runner registered: each heartbeat says everything, because it replaces what the one before said.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use typed_endpoint::codec::Options;
use typed_endpoint::{Retry, Secret};

use super::connect::Connector;
use super::known::Known;
use super::runner::RunnerUpdate;
use super::trickle::{Channel, Item, Start};
use crate::endpoints::network::orchestrator::{Orchestrator, OrchestratorError};
use crate::endpoints::network::runner::{Heartbeat, Registration, RunnerEvent, RunnerEventKind};

/// How long after a failure the next heartbeat is sent.
const AGAIN: Duration = Duration::from_secs(1);
/// How long between heartbeats unless the orchestrator says otherwise.
const INTERVAL: Duration = Duration::from_secs(5);
/// The limits of that time, whatever the orchestrator says.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// What heartbeats are made of.
pub(super) struct Beats {
    pub(super) client: crate::Client<Orchestrator>,
    pub(super) connector: Connector,
    pub(super) request: Heartbeat,
    /// The orchestrator's secret.
    pub(super) bootstrap: Secret,
    pub(super) known: Arc<Known>,
    /// How many sessions it takes, and the secret of the registration.
    pub(super) capacity: watch::Receiver<u64>,
    pub(super) secret: watch::Sender<Option<Secret>>,
    pub(super) events: Option<Events>,
}

impl Beats {
    /// Sends one heartbeat.
    pub(super) async fn beat(&mut self) -> Result<Registration, crate::Error<OrchestratorError>> {
        let sent = Instant::now();
        let secret = self.secret.borrow().clone();
        let mut request = self.request.clone();
        request.authorization = secret.unwrap_or_else(|| self.bootstrap.clone());
        request.capacity = Some(*self.capacity.borrow_and_update());
        request.session_ids = Some(self.known.ids());
        let call = self.client.call(request).retry(Retry::never()).deadline(INTERVAL);
        let result = call.await;
        match &result {
            Ok(registration) => {
                // The same id again: URLs that were given out stay valid.
                self.request.runner_id = Some(registration.runner_id.clone());
                if let Some(secret) = &registration.heartbeat_secret {
                    self.secret.send_replace(Some(secret.clone()));
                }
                if let Some(channel) = &registration.o2r {
                    let url = channel.internal_url.as_ref().unwrap_or(&channel.url);
                    self.events = Events::read(url, self.connector.clone(), self.known.clone());
                }
                self.known.reconcile(registration.session_ids.clone(), sent);
            }
            // Forgotten, or about to be.
            Err(error) if error.is_unauthorized() || error.is_not_found() => {
                self.secret.send_replace(None);
            }
            Err(_) => {}
        }
        result
    }

    /// Sends heartbeats forever.
    pub(super) async fn keep(mut self, first: Registration) {
        let mut is_lost = false;
        let mut next = Instant::now() + interval(&first);
        loop {
            let changed = timeout_at(next, self.capacity.changed()).await;
            if matches!(changed, Ok(Err(_))) {
                return;
            }
            match self.beat().await {
                Ok(registration) => {
                    if std::mem::take(&mut is_lost) {
                        self.known.tell(RunnerUpdate::Restored);
                    }
                    next = Instant::now() + interval(&registration);
                }
                Err(_) => {
                    if !std::mem::replace(&mut is_lost, true) {
                        self.known.tell(RunnerUpdate::Lost);
                    }
                    next = Instant::now() + AGAIN;
                }
            }
        }
    }
}

/// How long until the next heartbeat; no longer than half of the time after which the runner is forgotten.
fn interval(registration: &Registration) -> Duration {
    let interval = go_duration(&registration.heartbeat_interval).unwrap_or(INTERVAL);
    let ttl = go_duration(&registration.heartbeat_ttl);
    ttl.map_or(interval, |ttl| interval.min(ttl / 2)).clamp(SHORTEST, LONGEST)
}

/// A duration as Go writes it, such as `1m0s` and `1.5s`; `None` if it is none, or not above zero.
fn go_duration(text: &str) -> Option<Duration> {
    let (mut rest, mut total) = (text, 0.0);
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at_checked(unit)?;
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * seconds;
        rest = after;
    }
    // What is longer than a `Duration` is far above the longest interval, too.
    (total > 0.0).then(|| Duration::try_from_secs_f64(total).unwrap_or(Duration::MAX))
}

impl Drop for Beats {
    fn drop(&mut self) {
        self.known.end();
    }
}

/// Reads the channel of events.
pub(super) struct Events(JoinHandle<()>);

impl Events {
    fn read(url: &Secret, connector: Connector, known: Arc<Known>) -> Option<Self> {
        let channel = Channel::with_connector(url.expose(), connector).ok()?;
        Some(Self(tokio::spawn(async move {
            let mut subscriber = channel.subscriber().start(Start::Next).open();
            // What is lost is found by the heartbeats.
            while let Ok(Some(item)) = subscriber.next().await {
                let Item::Segment(mut segment) = item else { continue };
                let Ok(content) = segment.bytes().await else { continue };
                let Ok(event) = Options::new().decode_bytes::<RunnerEvent>(&content) else { continue };
                let RunnerEvent { event: Some(kind), session: Some(session), .. } = event.value else { continue };
                match kind {
                    RunnerEventKind::Reserved => known.set(session, true, Instant::now()),
                    RunnerEventKind::Released => known.set(session, false, Instant::now()),
                    _ => {}
                }
            }
        })))
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_durations_of_go_within_limits() {
        for (interval, ttl, expected) in [
            ("5s", "20s", 5.0),
            ("1m0s", "4m0s", 60.0),
            ("1.5s", "20s", 1.5),
            ("1m0s", "20s", 10.0),
            ("10ms", "20s", 1.0),
            ("1h2m3s", "20h", 60.0),
            ("18446744073709551615s", "18446744073709551615s", 60.0),
            ("", "20s", 5.0),
            ("0s", "0s", 5.0),
            ("-5s", "5", 5.0),
            ("5 s", "s", 5.0),
            ("1..5s", "µ", 5.0),
        ] {
            let registration = Registration {
                heartbeat_interval: interval.to_owned(),
                heartbeat_ttl: ttl.to_owned(),
                ..Registration::default()
            };
            assert_eq!(super::interval(&registration).as_secs_f64(), expected, "{interval} {ttl}");
        }
    }
}
