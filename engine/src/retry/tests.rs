use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use proptest::prelude::*;

use super::decide::{FailedAttempt, FailureKind, RetryDecision, StopReason};
use super::{Retry, TRANSIENT};
use crate::retry::Budget;

const MS: Duration = Duration::from_millis(1);

/// A first attempt that failed at once, of an operation that may not be carried out twice.
fn failed(failure: FailureKind) -> FailedAttempt {
    FailedAttempt {
        kind: failure,
        retryable: false,
        replayable: true,
        attempts: 1,
        elapsed: Duration::ZERO,
        time_left: Duration::MAX,
        retry_after: None,
    }
}

/// The waits of a call that always fails in the same way and whose attempts take no time.
fn schedule(retry: &Retry, mut failed: FailedAttempt) -> (Vec<Duration>, StopReason) {
    let mut waits = Vec::new();
    loop {
        match retry.decide(&failed, || 1.0) {
            RetryDecision::After(wait) => {
                waits.push(wait);
                failed.attempts += 1;
                failed.elapsed += wait;
            }
            RetryDecision::Stop(stop) => return (waits, stop),
        }
    }
}

#[test]
fn the_default_makes_three_attempts() {
    let expected = (vec![200 * MS, 400 * MS], StopReason::Attempts);
    assert_eq!(schedule(&Retry::default(), failed(FailureKind::NotSent)), expected);
    assert_eq!(Retry::attempts(3), Retry::default());
}

#[test]
fn never_is_one_attempt() {
    for failure in [FailureKind::NotSent, FailureKind::Refused] {
        let (waits, stop) = schedule(&Retry::never(), failed(failure));
        assert_eq!((waits, stop), (vec![], StopReason::Attempts));
    }
    assert_eq!(Retry::attempts(0), Retry::never());
}

#[test]
fn backoff_keeps_to_its_schedule() {
    let retry = Retry::backoff(MS, 50 * MS, 1.1, 100 * MS);
    let (waits, stop) = schedule(&retry, failed(FailureKind::Refused));
    assert_eq!(stop, StopReason::Elapsed);
    assert_eq!(waits.len(), 25);
    assert_eq!(waits[..3], [MS, Duration::from_micros(1_100), Duration::from_micros(1_210)]);
    assert!(waits.iter().sum::<Duration>() <= 100 * MS);

    let retry = Retry::backoff(100 * MS, 350 * MS, 2.0, Duration::MAX).max_attempts(5);
    let (waits, stop) = schedule(&retry, failed(FailureKind::NotSent));
    assert_eq!(stop, StopReason::Attempts);
    assert_eq!(waits, [100 * MS, 200 * MS, 350 * MS, 350 * MS]);

    let none = Retry::backoff(MS, MS, 1.0, Duration::ZERO);
    assert_eq!(schedule(&none, failed(FailureKind::NotSent)), (vec![], StopReason::Elapsed));
}

#[test]
fn what_is_repeated() {
    use FailureKind::*;
    let never = Err(StopReason::NotTransient);
    // FailureKind, and what is decided when the operation is retryable and when it is not.
    for (failure, retryable, other) in [
        (NotSent, Ok(()), Ok(())),
        (MaybeSent, Ok(()), Err(StopReason::Unsafe)),
        (Refused, Ok(()), Ok(())),
        (Status(408), Ok(()), Err(StopReason::Unsafe)),
        (Status(425), Ok(()), Err(StopReason::Unsafe)),
        (Status(429), Ok(()), Err(StopReason::Unsafe)),
        (Status(500), Ok(()), Err(StopReason::Unsafe)),
        (Status(502), Ok(()), Err(StopReason::Unsafe)),
        (Status(503), Ok(()), Err(StopReason::Unsafe)),
        (Status(504), Ok(()), Err(StopReason::Unsafe)),
        (Status(404), never, never),
        (Status(501), never, never),
        (Permanent, never, never),
    ] {
        for (flag, expected) in [(true, retryable), (false, other)] {
            let failed = FailedAttempt { retryable: flag, ..failed(failure) };
            let decide = |retry: Retry| retry.next_wait(&failed, || 0.5).map(|_| ());
            assert_eq!(decide(Retry::default()), expected, "{failed:?}");
            assert_eq!(decide(Retry::default().non_idempotent(true)), retryable, "{failed:?}");
            let responded = !matches!(failure, NotSent | MaybeSent);
            assert_eq!(
                decide(Retry::default().connection_errors(false)),
                if responded { expected } else { never },
                "{failed:?}"
            );
            // What is spent says nothing about another call.
            let spent = FailedAttempt { attempts: 9, time_left: Duration::ZERO, replayable: false, ..failed };
            let transient = Retry::never().connection_errors(false).is_transient(&spent);
            assert_eq!(transient, expected.is_ok(), "{failed:?}");
        }
    }
}

#[test]
fn a_body_that_can_be_read_once_is_sent_once() {
    for failure in [FailureKind::NotSent, FailureKind::Refused] {
        let failed = FailedAttempt { replayable: false, ..failed(failure) };
        assert_eq!(Retry::default().next_wait(&failed, || 0.5), Err(StopReason::Body));
    }
}

#[test]
fn statuses_can_be_chosen() {
    let permits = |retry: &Retry, status: u16| {
        let failed = FailedAttempt { retryable: true, ..failed(FailureKind::Status(status)) };
        retry.next_wait(&failed, || 0.0).is_ok()
    };
    let retry = Retry::default().statuses((500..=599).filter(|status| *status != 501));
    assert!(permits(&retry, 500) && permits(&retry, 599));
    assert!(!permits(&retry, 501) && !permits(&retry, 429) && !permits(&retry, 600));

    let (one, other) = (Retry::default().statuses([503, 429, 503]), Retry::default().statuses([429, 503, 200]));
    assert_eq!(one, other);
    assert!(!permits(&Retry::default().statuses([]), 503));
    assert!(!permits(&Retry::default().statuses(0..=u16::MAX), 200));
    assert_eq!(Retry::default().statuses(TRANSIENT.iter().copied()), Retry::default());
}

#[test]
fn retry_after_is_honoured_and_bounded() {
    let asked = |time| FailedAttempt { retry_after: Some(time), ..failed(FailureKind::Refused) };
    let retry = Retry::default();
    let next = |time| retry.next_wait(&asked(time), || 0.5);
    let minute = Duration::from_secs(60);
    // The policy's own wait comes on top.
    assert_eq!(next(minute), Ok(minute + 100 * MS));
    assert_eq!(next(minute + Duration::from_nanos(1)), Err(StopReason::RetryAfter));
    assert_eq!(next(Duration::MAX), Err(StopReason::RetryAfter));
    assert_eq!(next(Duration::ZERO), Ok(100 * MS));
    assert_eq!(next(150 * MS), Ok(250 * MS));
    let exact = retry.clone().jitter(false);
    assert_eq!(exact.next_wait(&asked(150 * MS), || 0.5), Ok(200 * MS));
    assert_eq!(exact.next_wait(&asked(minute), || 0.5), Ok(minute));
    let short = retry.clone().max_elapsed(minute + MS);
    assert_eq!(short.next_wait(&asked(minute), || 0.5), Ok(minute));

    let hasty = retry.clone().max_elapsed(minute - MS);
    assert_eq!(hasty.next_wait(&asked(minute), || 0.5), Err(StopReason::Elapsed));
    let limited = FailedAttempt { time_left: 5 * MS, ..asked(minute) };
    assert_eq!(retry.next_wait(&limited, || 0.5), Err(StopReason::Elapsed));
}

#[test]
fn nonsense_is_tamed() {
    let retry = |exponent| Retry::default().multiplier(exponent);
    for below in [f64::NAN, f64::NEG_INFINITY, -2.0, 0.0, 0.5] {
        assert_eq!(retry(below), retry(1.0));
    }
    let patient = retry(f64::INFINITY).max_attempts(u32::MAX);
    let at = |retry: &Retry, attempts, part| {
        retry.next_wait(&FailedAttempt { attempts, ..failed(FailureKind::NotSent) }, || part)
    };
    let longest = Duration::from_secs(10);
    assert_eq!(at(&patient, 1, 1.0), Ok(200 * MS));
    assert_eq!(at(&patient, 2, 1.0), Ok(longest));
    assert_eq!(at(&patient, u32::MAX - 1, 1.0), Ok(longest));
    assert_eq!(at(&patient, u32::MAX, 1.0), Err(StopReason::Attempts));
    assert_eq!(at(&patient.clone().initial_backoff(Duration::ZERO), 9, 1.0), Ok(Duration::ZERO));
    assert_eq!(at(&patient.clone().initial_backoff(Duration::MAX), 9, 1.0), Ok(longest));
    assert_eq!(at(&patient, 1, f64::NAN), Ok(Duration::ZERO));
    assert_eq!(at(&patient, 1, -1.0), Ok(Duration::ZERO));
    assert_eq!(at(&patient, 1, 7.0), Ok(200 * MS));
    let precise = Duration::new(10_000_000_000, 1);
    let geologic = Retry::attempts(2).initial_backoff(precise).max_backoff(Duration::MAX);
    assert_eq!(at(&geologic, 1, 1.0), Ok(precise));
    let endless = Retry::backoff(Duration::MAX, Duration::MAX, f64::MAX, Duration::MAX);
    assert_eq!(at(&endless, 9, 1.0), Err(StopReason::Elapsed));
}

#[test]
fn a_full_outage_is_amplified_by_a_tenth_at_most() {
    for retry in [Retry::default(), Retry::backoff(MS, MS, 1.0, Duration::from_secs(3_600))] {
        let (budget, attempts) = (Budget::new(), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..125 {
                        let mut failed = failed(FailureKind::NotSent);
                        while retry.next_wait(&failed, fastrand::f64).is_ok() && budget.try_spend() {
                            failed.attempts += 1;
                        }
                        attempts.fetch_add(failed.attempts, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(attempts.into_inner(), 1_100);
    }
}

fn any_duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        Just(Duration::MAX),
        (0_u64..120_000).prop_map(Duration::from_millis),
        (any::<u64>(), 0_u32..1_000_000_000).prop_map(|(secs, nanos)| Duration::new(secs, nanos)),
    ]
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), 0.0..4.0, Just(f64::NAN), Just(f64::INFINITY)]
}

fn any_count() -> impl Strategy<Value = u32> {
    prop_oneof![0_u32..8, any::<u32>()]
}

prop_compose! {
    fn any_retry()(
        attempts in any_count(), initial in any_duration(), max in any_duration(),
        exponent in any_number(), max_elapsed in any_duration(), max_retry_after in any_duration(),
        flags in any::<[bool; 3]>(),
        statuses in prop::option::of(prop::collection::vec(300_u16..600, 0..200)),
    ) -> Retry {
        let [jitter, connection_errors, non_idempotent] = flags;
        let retry = Retry::attempts(attempts).initial_backoff(initial).max_backoff(max).multiplier(exponent)
            .max_elapsed(max_elapsed).max_retry_after(max_retry_after).jitter(jitter)
            .connection_errors(connection_errors).non_idempotent(non_idempotent);
        match statuses {
            Some(statuses) => retry.statuses(statuses),
            None => retry,
        }
    }
}

prop_compose! {
    fn any_failed()(
        failure in prop_oneof![
            Just(FailureKind::NotSent), Just(FailureKind::MaybeSent), Just(FailureKind::Permanent),
            prop::sample::select(TRANSIENT).prop_map(FailureKind::Status),
            Just(FailureKind::Refused),
            any::<u16>().prop_map(FailureKind::Status),
        ],
        retryable in any::<bool>(), replayable in prop::bool::weighted(0.9), attempts in any_count(), elapsed in any_duration(),
        time_left in any_duration(), retry_after in prop::option::of(any_duration()),
    ) -> FailedAttempt {
        FailedAttempt { kind: failure, retryable, replayable, attempts, elapsed, time_left, retry_after }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_laws_hold(retry in any_retry(), failed in any_failed(), part in any_number()) {
        let next = retry.next_wait(&failed, || part);

        let never_done = matches!(failed.kind, FailureKind::NotSent | FailureKind::Refused);
        if next.is_ok() {
            prop_assert!(never_done || failed.retryable || retry.non_idempotent);
        }
        if never_done {
            prop_assert_ne!(next, Err(StopReason::Unsafe));
        }
        if let FailureKind::Status(status) = failed.kind {
            prop_assert!(next.is_err() || retry.statuses.contains(&status));
        }
        if let Ok(wait) = next {
            let asked = failed.retry_after.unwrap_or_default();
            prop_assert!(failed.attempts < retry.max_attempts);
            prop_assert!(wait >= asked && asked <= retry.max_retry_after);
            prop_assert!(wait <= asked.saturating_add(retry.max_backoff));
            prop_assert!(retry.jitter || wait <= retry.max_backoff.max(asked));
            prop_assert!(wait < failed.time_left && failed.replayable);
            prop_assert!(failed.elapsed.checked_add(wait).is_some_and(|end| end <= retry.max_elapsed));
        }
        // Nothing about the policy is lost or gained by copying it.
        prop_assert_eq!(retry.clone().next_wait(&failed, || part), next);
        prop_assert_eq!(retry.clone(), retry);
    }

    #[test]
    fn any_call_ends_within_its_bounds(
        retry in any_retry(),
        first in any_failed(),
        took in 0_u64..5_000,
        attempts in 1_u32..50,
    ) {
        let retry = retry.max_attempts(attempts);
        let mut failed = FailedAttempt { attempts: 1, elapsed: Duration::from_millis(took), ..first };
        let mut previous = Duration::ZERO;
        let mut retry_without_jitter = retry.clone();
        retry_without_jitter.jitter = false;
        while let Ok(wait) = retry_without_jitter.next_wait(&failed, || unreachable!()) {
            prop_assert!(wait >= previous, "waits never shrink");
            previous = wait;
            failed.attempts += 1;
            failed.elapsed += wait;
            prop_assert!(failed.elapsed <= retry.max_elapsed);
        }
        prop_assert!(failed.attempts <= attempts);
    }

    #[test]
    fn jitter_spreads_a_wait_from_nothing_to_all_of_it(
        initial in any_duration(), exponent in any_number(), attempts in 1_u32..40, part in 0.0..=1.0,
    ) {
        let retry = Retry::attempts(u32::MAX).initial_backoff(initial).multiplier(exponent);
        let at = |part: f64| {
            retry.next_wait(&FailedAttempt { attempts, ..failed(FailureKind::NotSent) }, || part).unwrap()
        };
        prop_assert_eq!(at(0.0), Duration::ZERO);
        prop_assert!(at(part) <= at(1.0));
        let exact = retry.clone().jitter(false).next_wait(&FailedAttempt { attempts, ..failed(FailureKind::NotSent) }, || part);
        prop_assert_eq!(exact, Ok(at(1.0)));
    }
}
