//! The fake network: which apps it has from the start.

use livepeer::mock::{self, FakeRunner, NetworkFake};
use livepeer::network::Price;

/// How many sessions or calls each runner takes at once.
const CAPACITY: u64 = 8;

/// A network with runners of three apps, which echo requests. Its time passes as outside: clients pay for real seconds.
pub fn fake() -> NetworkFake {
    let network = mock::network().keep_seen(0);
    let runner = |name: &str| FakeRunner::new(format!("example/{name}")).id(name).capacity(CAPACITY);
    network.runner(runner("echo").price(Price::per_second(400_000_000_000)));
    network.runner(runner("hello-world").single_shot().price(Price::fixed(4_000_000_000_000)));
    network.runner(runner("free-echo"));
    network
}
