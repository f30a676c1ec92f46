//! The fake network: which apps it has from the start.

use std::sync::Arc;

use livepeer::mock::{self, FakeRunner, Fault, NetworkFake, NetworkPart};
use livepeer::network::Price;

use super::faults::{Outcome, Server};
use super::{Emulator, lock};

/// How many sessions or calls each runner takes at once.
const CAPACITY: u64 = 8;

/// A network with runners of three apps, which echo requests, and the emulator's faults. Its time passes as outside: clients pay for real
/// seconds.
pub fn fake(emulator: &Arc<Emulator>) -> NetworkFake {
    let emulator = emulator.clone();
    let network = mock::network().keep_seen(0).faults_by(move |part, request| {
        let server = match part {
            NetworkPart::Signer => Server::Signer,
            _ => Server::Orchestrator,
        };
        let fault = lock(&emulator.faults).take(server, request);
        Box::pin(async move {
            let fault = match fault {
                Ok(fault) => fault,
                // The network's error responses have no text of the emulator's, so the reason is printed.
                Err(error) => {
                    eprintln!("{error}");
                    return Some(Fault::Status(400));
                }
            };
            if let Some(delay) = fault.delay() {
                tokio::time::sleep(delay).await;
            }
            match fault.outcome() {
                Outcome::Pass => None,
                Outcome::Status(status) => Some(Fault::Status(status)),
                Outcome::Cut => Some(Fault::Cut(0)),
                Outcome::Stall => Some(Fault::Stall),
            }
        })
    });
    let runner = |name: &str| FakeRunner::new(format!("example/{name}")).id(name).capacity(CAPACITY);
    network.runner(runner("echo").price(Price::per_second(400_000_000_000)));
    network.runner(runner("hello-world").single_shot().price(Price::fixed(4_000_000_000_000)));
    network.runner(runner("free-echo"));
    network
}
