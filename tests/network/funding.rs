//! Sessions that cost by the second stay paid for, whatever fails for a moment.

use std::time::Duration;

use livepeer::mock::{self, FakeRunner, Fault, NetworkFake, NetworkStep};
use livepeer::network::{Closed, Price, Session};
use tokio::time::{Instant, sleep, timeout};

use crate::app::Say;

const PRICE: u128 = 400_000_000_000;

async fn session(fake: &NetworkFake) -> Session {
    fake.runner(FakeRunner::new("x/echo").price(Price::per_second(PRICE)));
    let session = fake.client().app("x/echo").max_price(Price::per_second(PRICE + PRICE / 100)).reserve().await;
    session.unwrap()
}

#[tokio::test(start_paused = true)]
async fn half_an_hour_is_paid_without_a_gap_whatever_fails() {
    let fake = mock::network().ticket(Duration::from_secs(8));
    let session = session(&fake).await;
    let faults = [
        (NetworkStep::Mint, Fault::NoResponse),
        (NetworkStep::Mint, Fault::Cut(0)),
        (NetworkStep::Mint, Fault::Stall),
        (NetworkStep::Mint, Fault::Status(500)),
        (NetworkStep::Mint, Fault::Status(429)),
        (NetworkStep::Mint, Fault::Status(482)),
        (NetworkStep::Mint, Fault::Status(480)),
        (NetworkStep::Pay, Fault::NoResponse),
        (NetworkStep::Pay, Fault::Cut(0)),
        (NetworkStep::Pay, Fault::Stall),
        (NetworkStep::Pay, Fault::Status(503)),
        (NetworkStep::Refresh, Fault::NoResponse),
    ];
    let (began, mut at) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(45 * 60) {
        let (step, fault) = faults[at % faults.len()];
        fake.inject(step, fault);
        // The signer is started again.
        if at % 7 == 3 {
            fake.signer_is_down(true);
            sleep(Duration::from_secs(2)).await;
            fake.signer_is_down(false);
        }
        sleep(Duration::from_millis(9_700)).await;
        at += 1;
        assert_eq!(session.close_reason(), None, "after {:?}, {fault:?} of {step:?}", began.elapsed());
    }
    assert_eq!(session.call(Say::new("hello")).await.unwrap().path, "/say");
    let ledger = fake.ledger();
    assert_eq!(ledger.out_of_credit, 0, "{ledger:?}");
    assert_eq!(ledger.paid_twice, 0, "{ledger:?}");
    assert_eq!(ledger.unlimited, 0, "{ledger:?}");
    assert!(ledger.highest_price <= PRICE + PRICE / 100, "{ledger:?}");
    assert!(ledger.not_needed > 50, "{ledger:?}");
    assert!(ledger.refreshed > 10, "{ledger:?}");
    assert!(ledger.repeated > 10, "{ledger:?}");
    session.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_paid_is_what_is_used() {
    let fake = mock::network();
    let session = session(&fake).await;
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(session.close_reason(), None);
    // One with the reservation, and one every three seconds.
    let paid = session.paid().unwrap();
    assert!((1190..=1202).contains(&paid.payments), "{paid}");
    assert_eq!(fake.ledger().accepted, paid.payments);
    assert_eq!(paid.max_price, Price::per_second(PRICE + PRICE / 100));
    // The challenge is renewed before it is too old.
    assert_eq!(fake.ledger().refreshed, 2);
}

#[tokio::test(start_paused = true)]
async fn the_ceiling_is_the_listed_price_and_a_bit_if_none_is_set() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/echo").price(Price::per_second(1000)));
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    assert_eq!(session.paid().unwrap().max_price, Price::per_second(1012));
}

#[tokio::test(start_paused = true)]
async fn payments_end_with_the_money() {
    let fake = mock::network().funds(PRICE * 30);
    let session = session(&fake).await;
    let closed = timeout(Duration::from_secs(60), session.closed()).await.unwrap();
    assert_eq!(closed, Closed::InsufficientBalance("insufficient balance".into()));
    let minted = fake.ledger().minted;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(fake.ledger().minted, minted);
    assert_eq!(fake.ledger().out_of_credit, 1);
}

#[tokio::test(start_paused = true)]
async fn payments_end_when_the_signer_refuses_or_the_price_is_too_high() {
    for (status, expected) in [
        (401, Closed::SignerRefused("401: injected".into())),
        (400, Closed::SignerRefused("400: injected".into())),
        (481, Closed::PriceTooHigh("injected".into())),
        (483, Closed::InsufficientBalance("injected".into())),
    ] {
        let fake = mock::network();
        let session = session(&fake).await;
        fake.inject(NetworkStep::Mint, Fault::Status(status));
        assert_eq!(timeout(Duration::from_secs(4), session.closed()).await.unwrap(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn payments_that_are_not_accepted_are_replaced_once() {
    let fake = mock::network();
    let session = session(&fake).await;
    fake.inject(NetworkStep::Pay, Fault::Status(400));
    sleep(Duration::from_secs(4)).await;
    assert_eq!((session.close_reason(), fake.ledger().refreshed), (None, 1));
    fake.inject(NetworkStep::Pay, Fault::Status(403));
    fake.inject(NetworkStep::Pay, Fault::Status(403));
    let closed = timeout(Duration::from_secs(4), session.closed()).await.unwrap();
    assert_eq!(closed, Closed::PaymentRefused("injected".into()));
}

#[tokio::test(start_paused = true)]
async fn a_fixed_price_is_paid_once() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/echo").price(Price::fixed(4_000_000_000_000)));
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    sleep(Duration::from_secs(600)).await;
    assert_eq!(session.call(Say::new("hello")).await.unwrap().path, "/say");
    assert_eq!((fake.ledger().minted, session.paid().unwrap().payments), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn pixels_are_paid_by_their_own_unit() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/echo").price(Price::per_pixel_second(4018)));
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    sleep(Duration::from_secs(300)).await;
    assert_eq!((session.close_reason(), fake.ledger().out_of_credit), (None, 0));
    assert_eq!(session.paid().unwrap().max_price, Price::per_pixel_second(4067));
}

#[tokio::test(start_paused = true)]
async fn payments_end_when_there_is_no_new_challenge() {
    for status in [400, 404, 409] {
        let fake = mock::network();
        let session = session(&fake).await;
        fake.inject(NetworkStep::Mint, Fault::Status(480));
        fake.inject(NetworkStep::Refresh, Fault::Status(status));
        let closed = timeout(Duration::from_secs(4), session.closed()).await.unwrap();
        assert_eq!(closed, Closed::PaymentRefused(format!("{status}: injected")));
    }
}
