//! Calls of single-shot apps: paid for, and never made twice.

use std::time::Duration;

use livepeer::mock::{self, FakeApp, FakeRunner, Fault, NetworkFake, NetworkStep};
use livepeer::network::{Error, Price, RejectionKind};

use crate::app::{Say, Status, Watch};

const FIXED: u128 = 4_000_000_000_000;

fn runner(price: u128) -> FakeRunner {
    FakeRunner::new("x/shot").single_shot().price(Price::fixed(price))
}

fn quick(fake: &NetworkFake) -> livepeer::network::Client {
    fake.client().patience(Duration::ZERO)
}

#[tokio::test(start_paused = true)]
async fn a_call_is_paid_for_and_its_body_sent_once() {
    let fake = mock::network();
    fake.runner(runner(FIXED));
    let text = "x".repeat(1_000_000);
    let echo = fake.client().run("x/shot", Say::new(&text)).await.unwrap();
    assert_eq!(echo.body.len(), text.len() + 11);
    assert_eq!(fake.ledger().calls, 1);
    assert_eq!((fake.ledger().minted, fake.ledger().accepted), (1, 1));
    assert_eq!(fake.sessions(), 0);
    let seen = fake.seen();
    let calls: Vec<_> = seen.iter().filter(|parts| parts.uri.path().ends_with("/say")).collect();
    assert_eq!(calls.len(), 2);
    // The challenge is requested without the body.
    assert!(calls[0].headers.get("content-type").is_none() && calls[0].headers.get("livepeer-payment").is_none());
    assert!(calls[1].headers.contains_key("livepeer-payment") && calls[1].headers.contains_key("livepeer-segment"));
}

#[tokio::test(start_paused = true)]
async fn a_free_runner_is_called_once_and_never_empty() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/shot").single_shot().proxy(true));
    let echo = fake.client().run("x/shot", Say::new("hello")).await.unwrap();
    assert_eq!(echo.body, r#"{"text":"hello"}"#);
    assert_eq!((fake.ledger().calls, fake.ledger().minted), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_dies_after_the_paid_request_was_sent_is_an_error_and_no_second_call() {
    let fake = mock::network();
    fake.runner(runner(FIXED).serves(FakeApp::dies()));
    fake.runner(runner(FIXED * 2));
    for fault in [None, Some(Fault::NoResponse), Some(Fault::Cut(0)), Some(Fault::Status(500))] {
        let before = fake.ledger();
        if let Some(fault) = fault {
            fake.inject(NetworkStep::Call, fault);
        }
        let error = quick(&fake).run("x/shot", Say::new("hello")).await.unwrap_err();
        assert!(error.may_have_run(), "{fault:?}: {error:#}");
        let paid = error.paid().unwrap();
        assert_eq!((paid.payments, &paid.max_price), (1, &Price::fixed(FIXED + FIXED * 12 / 1000)));
        assert!(error.to_string().contains("may have been carried out; 1 payment of at most"), "{error}");
        assert_eq!(fake.ledger().minted - before.minted, 1);
        assert!(fake.ledger().calls - before.calls <= 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_app_is_the_end_of_the_call_and_says_what_was_paid() {
    let fake = mock::network();
    fake.runner(runner(FIXED));
    fake.runner(runner(FIXED * 2));
    for status in [400, 402, 404, 429, 500, 503] {
        let calls = fake.ledger().calls;
        let error = quick(&fake).run("x/shot", Status::new(status)).await.unwrap_err();
        let Error::Call { may_have_run: true, paid: Some(_), source } = &error else { panic!("{error:?}") };
        assert_eq!(source.status().unwrap().as_u16(), status);
        assert_eq!(fake.ledger().calls, calls + 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_was_refused_before_work_moves_on_to_the_next_runner() {
    for (step, fault) in [
        (NetworkStep::Challenge, Fault::Status(503)),
        (NetworkStep::Challenge, Fault::Cut(0)),
        (NetworkStep::Challenge, Fault::Status(500)),
    ] {
        let fake = mock::network();
        fake.runner(runner(FIXED));
        fake.runner(runner(FIXED * 2));
        fake.inject(step, fault);
        quick(&fake).run("x/shot", Say::new("hello")).await.unwrap();
        assert_eq!(fake.ledger().calls, 1);
        assert_eq!(fake.ledger().minted, 1);
    }
    // A signer's price limit is of one runner.
    let fake = mock::network();
    fake.runner(runner(FIXED));
    fake.runner(runner(FIXED * 2));
    fake.inject(NetworkStep::Mint, Fault::Status(481));
    quick(&fake).run("x/shot", Say::new("hello")).await.unwrap();
    assert_eq!(fake.ledger().calls, 1);
}

#[tokio::test(start_paused = true)]
async fn a_price_that_rises_between_list_and_challenge_is_not_paid() {
    let fake = mock::network();
    let id = fake.runner(runner(FIXED));
    let client = quick(&fake);
    client.app("x/shot").offers().await.unwrap();
    fake.set_price(&id, Price::fixed(FIXED * 2));
    let error = client.run("x/shot", Say::new("hello")).await.unwrap_err();
    let Error::NoRunner { rejections, .. } = &error else { panic!("{error:?}") };
    assert_eq!(rejections[0].kind, RejectionKind::Price);
    assert_eq!((fake.ledger().minted, fake.ledger().calls), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn busy_runners_are_waited_for() {
    let fake = mock::network();
    fake.runner(runner(FIXED));
    let client = fake.client();
    let mut events = client.run("x/shot", Watch::new()).await.unwrap();
    let error = quick(&fake).run("x/shot", Say::new("hello")).await.unwrap_err();
    let Error::NoRunner { rejections, .. } = &error else { panic!("{error:?}") };
    assert_eq!(rejections[0].kind, RejectionKind::Busy);
    let reading = tokio::spawn(async move { while events.next().await.is_some() {} });
    client.run("x/shot", Say::new("hello")).await.unwrap();
    reading.await.unwrap();
    assert_eq!(fake.ledger().calls, 2);
}

#[tokio::test(start_paused = true)]
async fn a_price_by_the_second_is_paid_while_the_response_is_read() {
    let fake = mock::network();
    let mock = livepeer::mock::Mock::new().fallback(async |_| {
        tokio::time::sleep(Duration::from_secs(60)).await;
        livepeer::mock::Reply::json(200, &serde_json::json!({"body": "late"}))
    });
    fake.runner(FakeRunner::new("x/slow").single_shot().price(Price::per_second(FIXED)).serves(mock));
    let echo = fake.client().run("x/slow", Say::new("hello")).await.unwrap();
    assert_eq!(echo.body, "late");
    let ledger = fake.ledger();
    assert_eq!((ledger.out_of_credit, ledger.accepted), (0, 20), "{ledger:?}");
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(fake.ledger().minted, ledger.minted);
}

#[tokio::test(start_paused = true)]
async fn without_money_or_signer_nothing_is_called() {
    let fake = mock::network().funds(FIXED - 1);
    fake.runner(runner(FIXED));
    let error = quick(&fake).run("x/shot", Say::new("hello")).await.unwrap_err();
    assert!(matches!(error, Error::InsufficientBalance(_)), "{error:?}");
    let client = livepeer::network::Client::new().orchestrator("http://localhost").transport(fake.clone());
    let error = client.run("x/shot", Say::new("hello")).await.unwrap_err();
    assert!(matches!(error, Error::NoSigner { .. }), "{error:?}");
    let error = livepeer::network::Client::new().run("x/shot", Say::new("hello")).await.unwrap_err();
    assert!(matches!(error, Error::NoSource), "{error:?}");
    assert_eq!(fake.ledger().calls, 0);
}
