//! Measures the rate of an upload.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::runtime::Instant;

use super::progress::UploadProgress;
use crate::timeout::OnSent;

/// The shortest time between two progress reports while bytes flow.
const EVERY: Duration = Duration::from_millis(100);

/// About how many seconds the rate is averaged over.
const WINDOW: f64 = 3.0;

pub(crate) type Report = Arc<dyn Fn(UploadProgress) + Send + Sync>;

/// Counts what is sent and reports it.
pub(crate) struct Meter {
    report: Report,
    gauge: Mutex<Gauge>,
}

/// The meter of one upload of several that are counted together.
pub(crate) struct Lane {
    meter: Arc<Meter>,
    index: usize,
}

struct Gauge {
    /// For each upload, the bytes sent and its length.
    lanes: Vec<(u64, Option<u64>)>,
    rate: f64,
    /// When the rate was last computed, and how many bytes have gone out since.
    mark: Instant,
    since: u64,
}

impl Meter {
    /// Counts the bytes of uploads of these lengths.
    pub(crate) fn new(report: Report, lens: impl IntoIterator<Item = Option<u64>>) -> Arc<Self> {
        let lanes = lens.into_iter().map(|len| (0, len)).collect();
        let gauge = Gauge { lanes, rate: 0.0, mark: Instant::now(), since: 0 };
        Arc::new(Self { report, gauge: Mutex::new(gauge) })
    }

    pub(crate) fn lane(self: &Arc<Self>, index: usize) -> Lane {
        Lane { meter: self.clone(), index }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Gauge) -> T) -> T {
        change(&mut self.gauge.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Lane {
    /// Counts bytes as the transport takes them.
    pub(crate) fn on_sent(&self) -> OnSent {
        let (meter, index) = (self.meter.clone(), self.index);
        Arc::new(move |bytes| {
            let progress = meter.with(|gauge| {
                if let Some((sent, _)) = gauge.lanes.get_mut(index) {
                    *sent += bytes;
                }
                gauge.since += bytes;
                gauge.update().then(|| gauge.progress())
            });
            if let Some(progress) = progress {
                (meter.report)(progress);
            }
        })
    }

    /// Sets what the server has confirmed.
    pub(crate) fn confirmed(&self, offset: u64, total: Option<u64>) {
        let progress = self.meter.with(|gauge| {
            if let Some(lane) = gauge.lanes.get_mut(self.index) {
                *lane = (offset, total);
            }
            gauge.update();
            gauge.progress()
        });
        (self.meter.report)(progress);
    }
}

impl Gauge {
    /// Updates the rate, if enough time has passed since the last update to be meaningful.
    fn update(&mut self) -> bool {
        let elapsed = self.mark.elapsed();
        if elapsed < EVERY {
            return false;
        }
        let seconds = elapsed.as_secs_f64();
        let weight = if self.rate == 0.0 { 1.0 } else { 1.0 - (-seconds / WINDOW).exp() };
        self.rate += (self.since as f64 / seconds - self.rate) * weight;
        (self.mark, self.since) = (Instant::now(), 0);
        true
    }

    fn progress(&self) -> UploadProgress {
        let sent = self.lanes.iter().fold(0_u64, |sum, (sent, _)| sum.saturating_add(*sent));
        let total = self.lanes.iter().try_fold(0_u64, |sum, (_, total)| Some(sum.saturating_add((*total)?)));
        let rest = total.map(|total| total.saturating_sub(sent));
        let left = rest.and_then(|rest| match rest {
            0 => Some(Duration::ZERO),
            _ => Duration::try_from_secs_f64(rest as f64 / self.rate).ok(),
        });
        UploadProgress { sent, total, rate: self.rate, left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_rate_is_that_of_the_last_seconds() {
        let reported = Arc::new(Mutex::new(None));
        let own = reported.clone();
        let report: Report = Arc::new(move |progress| *own.lock().unwrap() = Some(progress));
        let meter = Meter::new(report, [Some(105_000)]).lane(0);
        meter.confirmed(0, Some(105_000));
        let sent = meter.on_sent();
        let send = async |times: usize, bytes: u64| {
            for _ in 0..times {
                tokio::time::advance(EVERY).await;
                sent(bytes);
            }
            reported.lock().unwrap().unwrap()
        };
        let progress = send(50, 100).await;
        assert_eq!((progress.sent, progress.rate.round()), (5000, 1000.0));
        assert_eq!(progress.left.unwrap().as_secs_f64().round(), 100.0);
        // Faster: after some seconds that is the rate, but not at once.
        assert!((1000.0..2000.0).contains(&send(1, 1000).await.rate));
        assert!((9500.0..10_000.0).contains(&send(99, 1000).await.rate));
        // What was not confirmed is to be sent again.
        meter.confirmed(5000, Some(105_000));
        let progress = reported.lock().unwrap().unwrap();
        assert_eq!((progress.sent, progress.left.unwrap().as_secs()), (5000, 10));
    }
}
