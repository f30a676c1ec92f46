//! Keeps what is paid by the second funded, in the background.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::payer::{Payer, Step};

/// How often a payment is made. The orchestrator debits every 5 s, from a credit that begins with 10 s.
const INTERVAL: Duration = Duration::from_secs(3);
/// The back-off after failures: the first one, and the longest.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// Pays every 3 seconds until there is nothing more to pay, or it is stopped. A payment that was begun is brought to its end.
pub(super) async fn fund(mut payer: Payer) {
    let status = payer.status.clone();
    let mut failures = 0;
    let mut next = match payer.state.undelivered {
        Some(_) => Instant::now(),
        None => Instant::now() + INTERVAL,
    };
    loop {
        if timeout_at(next, status.wait_stopping()).await.is_ok() {
            return;
        }
        let began = Instant::now();
        match payer.step(failures).await {
            Step::Settled => {
                failures = 0;
                next = began + INTERVAL;
            }
            Step::Again => {
                next = Instant::now() + (BACK_OFF.0 * 2_u32.saturating_pow(failures)).min(BACK_OFF.1);
                failures += 1;
            }
            Step::Over(reason) => {
                if let Some(reason) = reason {
                    status.close(reason);
                }
                return;
            }
        }
    }
}
