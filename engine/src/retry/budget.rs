//! The retry budget: how many retries all the calls of a client may make together.
//!
//! A policy bounds the attempts of one call; it cannot see that a thousand other calls fail at the
//! same moment. Were each of them to make its three attempts, a server that is already down would
//! get three times its usual load. So every retry is paid for from a bucket that the whole client
//! shares, and only responses fill it again: during an outage the bucket runs dry and calls fail after
//! their first attempt; when the server is back, the successes of first attempts refill it.
//!
//! Nothing is refilled by the clock. First attempts are always free, so an empty bucket can never
//! keep a client from noticing that the server has recovered, whereas a refill by time would continue
//! adding load to a server that stays down.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one retry costs.
const PRICE: u32 = 5;

/// How many retries a full bucket pays for by default, which keeps 1,000 calls that all fail at 1,100 attempts.
const RETRIES: u32 = 100;

/// What a call gives back that succeeded at its first attempt: five such calls pay for a retry, so
/// a server that fails part of the time is retried for at most a fifth of the calls that succeed.
const REWARD: u32 = 1;

/// A token bucket for retries, shared by all calls of a client. Starts full.
///
/// The orderings are relaxed because the counter guards no other memory: all that matters is that
/// no token is spent twice.
#[derive(Debug)]
pub(crate) struct Budget {
    tokens: AtomicU32,
    /// `None`: there is no bound.
    capacity: Option<u32>,
}

impl Budget {
    /// A full budget of the default size.
    pub(crate) const fn new() -> Self {
        Self::of(Some(RETRIES))
    }

    /// A full budget of so many retries; `None` for no bound.
    pub(crate) const fn of(retries: Option<u32>) -> Self {
        let capacity = match retries {
            Some(retries) => Some(retries.saturating_mul(PRICE)),
            None => None,
        };
        Self {
            tokens: AtomicU32::new(match capacity {
                Some(tokens) => tokens,
                None => 0,
            }),
            capacity,
        }
    }

    /// Pays for one retry. On `false` there is nothing left and the retry must not be made.
    ///
    /// To be called before the wait that precedes a retry, so that a call which cannot afford it
    /// gives its error at once.
    pub(crate) fn try_spend(&self) -> bool {
        self.capacity.is_none() || self.update(|tokens| tokens.checked_sub(PRICE))
    }

    /// Pays for one retry that is about to be waited for; `None` when there is nothing left.
    pub(crate) fn pay(&self) -> Option<Paid<'_>> {
        self.try_spend().then(|| Paid(self))
    }

    /// Records that the server did its job: the last attempt of a call got a response that was not
    /// a failure to be retried. That includes responses such as 404, which show a healthy server.
    ///
    /// When that attempt was a retry that was paid for, its whole price comes back: a retry that helped was no
    /// burden.
    pub(crate) fn refund(&self, was_paid: bool) {
        let Some(capacity) = self.capacity else { return };
        let amount = if was_paid { PRICE } else { REWARD };
        // A full bucket is left alone: in the usual case, where nothing fails, calls on several
        // cores then only read the counter and never fight over its cache line.
        self.update(|tokens| (tokens < capacity).then(|| tokens.saturating_add(amount).min(capacity)));
    }

    /// Replaces the count by what `change` makes of it; `false` when that is nothing.
    fn update(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
    }
}

/// A retry that is paid for and not made yet. Its price comes back if it never is: a call that is dropped while it waits
/// was no burden.
#[must_use]
pub(crate) struct Paid<'a>(&'a Budget);

impl Paid<'_> {
    /// The retry is made now.
    pub(crate) fn made(self) {
        std::mem::forget(self);
    }
}

impl Drop for Paid<'_> {
    fn drop(&mut self) {
        self.0.refund(true);
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use proptest::prelude::*;

    use super::*;

    fn affordable(budget: &Budget) -> u32 {
        std::iter::repeat_with(|| budget.try_spend()).take_while(|paid| *paid).map(|_| 1).sum()
    }

    #[test]
    fn an_outage_is_amplified_by_a_tenth_at_most() {
        let budget = Budget::new();
        let attempts = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..125 {
                        attempts.fetch_add(1, Ordering::Relaxed);
                        // As patient a policy as there can be: only the budget stops it.
                        while budget.try_spend() {
                            attempts.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(attempts.into_inner(), 1_100);
    }

    #[test]
    fn successes_bring_it_back() {
        let budget = Budget::new();
        affordable(&budget);
        for _ in 0..4 {
            budget.refund(false);
            assert!(!budget.try_spend());
        }
        budget.refund(false);
        assert!(budget.try_spend() && !budget.try_spend());

        budget.refund(true);
        assert!(budget.try_spend() && !budget.try_spend());

        (0..500).for_each(|_| budget.refund(false));
        assert_eq!(affordable(&budget), 100);
    }

    #[test]
    fn retries_that_help_cost_nothing_in_the_end() {
        let budget = Budget::new();
        for _ in 0..10_000 {
            assert!(budget.try_spend());
            budget.refund(true);
        }
        assert_eq!(affordable(&budget), 100);
    }

    #[test]
    fn half_the_attempts_failing_forever_is_limited_to_a_quarter_more() {
        let budget = Budget::new();
        let mut random = fastrand::Rng::with_seed(7);
        let (calls, mut attempts) = (100_000_u32, 0_u32);
        for _ in 0..calls {
            let mut tried = 0;
            loop {
                tried += 1;
                if random.bool() {
                    budget.refund(tried > 1);
                    break;
                }
                if tried == 3 || !budget.try_spend() {
                    break;
                }
            }
            attempts += tried;
        }
        assert!(attempts < calls + calls / 4, "{attempts}");
    }

    #[test]
    fn threads_lose_and_invent_nothing() {
        let budget = Budget::new();
        affordable(&budget);
        let paid = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..50).for_each(|_| budget.refund(false)));
                scope.spawn(|| {
                    (0..1_000).filter(|_| budget.try_spend()).for_each(|_| {
                        paid.fetch_add(1, Ordering::Relaxed);
                    });
                });
            }
        });
        // 200 rewards pay for 40 retries, however the threads interleave.
        assert_eq!(paid.into_inner() as u32 + affordable(&budget), 40);
    }

    #[test]
    fn its_size_can_be_chosen() {
        assert_eq!(affordable(&Budget::of(Some(3))), 3);
        assert_eq!(affordable(&Budget::of(Some(0))), 0);
        let boundless = Budget::of(None);
        assert!((0..10_000).all(|_| boundless.try_spend()));
        boundless.refund(true);
        assert!(boundless.try_spend());
        let huge = Budget::of(Some(u32::MAX));
        assert!(huge.try_spend());
        huge.refund(true);
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Spend,
        Refund { was_retry: bool },
    }

    proptest! {
        #[test]
        fn holds_what_was_put_in_and_never_more_than_its_capacity(
            steps in prop::collection::vec(
                prop_oneof![
                    3 => Just(Step::Spend),
                    1 => any::<bool>().prop_map(|was_retry| Step::Refund { was_retry }),
                ],
                0..600,
            )
        ) {
            let budget = Budget::new();
            let capacity = RETRIES * PRICE;
            let mut model = capacity;
            for step in steps {
                match step {
                    Step::Spend => {
                        let paid = budget.try_spend();
                        prop_assert_eq!(paid, model >= PRICE);
                        model -= if paid { PRICE } else { 0 };
                    }
                    Step::Refund { was_retry } => {
                        budget.refund(was_retry);
                        model = capacity.min(model + if was_retry { PRICE } else { REWARD });
                    }
                }
                prop_assert_eq!(budget.tokens.load(Ordering::Relaxed), model);
            }
        }
    }
}
