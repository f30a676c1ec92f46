//! Faults of the network.

use std::collections::VecDeque;
use std::sync::Arc;

use http::{Request, Response};
use typed_endpoint::{Body, BoxFuture};

use super::reply::{cut, json_error, text};
use super::trickle::Fault;

/// A request to a part of the network: [`NetworkFake::inject`](super::NetworkFake::inject) injects a fault into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkStep {
    /// The list of an orchestrator's runners.
    Discover,
    /// A reservation, or a call of a single-shot runner, without a payment.
    Challenge,
    /// A reservation; with a payment if it has a price.
    Reserve,
    /// A call of an app; of a single-shot runner that has a price, with a payment.
    Call,
    /// A further payment for a session.
    Pay,
    /// A new challenge for a session.
    Refresh,
    /// The end of a session, by its client.
    Stop,
    /// The signer's payment.
    Mint,
    /// The signer's address.
    Sign,
    /// A runner's heartbeat.
    Heartbeat,
}

/// A server of the network: [`NetworkFake::faults_by`](super::NetworkFake::faults_by).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkPart {
    /// The orchestrator, with its trickle server and the apps behind it.
    Orchestrator,
    /// The signer.
    Signer,
}

/// Decides which requests fail.
pub(super) type Decide = dyn Fn(NetworkPart, &Request<Body>) -> BoxFuture<'static, Option<Fault>> + Send + Sync;

/// The response to a request that fails at once.
pub(super) async fn decided(
    decide: Option<Arc<Decide>>,
    part: NetworkPart,
    request: &Request<Body>,
) -> Option<Response<Body>> {
    // Only the kind of its error responses depends on the step.
    let step = match part {
        NetworkPart::Orchestrator => NetworkStep::Call,
        NetworkPart::Signer => NetworkStep::Sign,
    };
    instead(step, decide?(part, request).await).await
}

/// The faults that were not injected yet.
#[derive(Default)]
pub(super) struct Faults(VecDeque<(NetworkStep, Fault)>);

impl Faults {
    pub(super) fn add(&mut self, step: NetworkStep, fault: Fault) {
        self.0.push_back((step, fault));
    }

    pub(super) fn take(&mut self, step: NetworkStep) -> Option<Fault> {
        let at = self.0.iter().position(|(own, _)| *own == step)?;
        self.0.remove(at).map(|(_, fault)| fault)
    }
}

/// The response instead of doing what is asked for.
pub(super) async fn instead(step: NetworkStep, fault: Option<Fault>) -> Option<Response<Body>> {
    let is_json = matches!(step, NetworkStep::Mint | NetworkStep::Sign | NetworkStep::Refresh);
    match fault? {
        Fault::Stall => std::future::pending().await,
        Fault::Cut(_) => Some(cut()),
        Fault::Status(status) if is_json => Some(json_error(status, "injected")),
        Fault::Status(status) => Some(text(status, "injected")),
        Fault::NoResponse => None,
    }
}

/// The response after what is asked for was done.
pub(super) fn afterwards(fault: Option<Fault>, response: Response<Body>) -> Response<Body> {
    match fault {
        Some(Fault::NoResponse) => cut(),
        _ => response,
    }
}
