//! Calls of single-shot apps: paid for, and never made twice.

use std::time::Duration;

use livepeer::mock::{self, FakeApp, FakeRunner, Fault, NetworkFake, NetworkStep};
use livepeer::network::operations::app::Delete;
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
async fn what_comes_in_place_of_a_challenge_is_the_end_of_the_call() {
    for fault in [Fault::Status(503), Fault::Status(500), Fault::Cut(0), Fault::Stall] {
        let fake = mock::network();
        fake.runner(runner(FIXED));
        fake.runner(runner(FIXED * 2));
        fake.inject(NetworkStep::Challenge, fault);
        let error = quick(&fake).run("x/shot", Say::new("hello")).await.unwrap_err();
        assert!(error.may_have_run() && error.paid().is_none(), "{fault:?}: {error:#}");
        assert_eq!((fake.ledger().calls, fake.ledger().minted), (0, 0), "{fault:?}");
    }
}

/// Two runners that were listed with a price, and are free by now.
async fn free_by_now() -> (NetworkFake, livepeer::network::Client) {
    let fake = mock::network();
    let ids = [fake.runner(runner(FIXED)), fake.runner(runner(FIXED * 2))];
    let client = quick(&fake);
    client.app("x/shot").offers().await.unwrap();
    for id in ids {
        fake.set_price(&id, None);
    }
    (fake, client)
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_is_free_by_now_runs_a_request_without_a_body_once() {
    let (fake, client) = free_by_now().await;
    let echo = client.run("x/shot", Delete::new("thing")).await.unwrap().unwrap();
    assert_eq!((echo["method"].as_str(), echo["path"].as_str()), (Some("DELETE"), Some("/thing")));
    assert_eq!((fake.ledger().calls, fake.ledger().minted), (1, 0));

    let (fake, client) = free_by_now().await;
    let error = client.run("x/shot", Status::new(404)).await.unwrap_err();
    let Error::Call { may_have_run: true, paid: None, source } = &error else { panic!("{error:?}") };
    assert!(source.is_not_found(), "{source:#}");
    assert_eq!(fake.ledger().calls, 1);
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_is_free_by_now_and_runs_the_challenge_is_no_reason_for_another_call() {
    let (fake, client) = free_by_now().await;
    let error = client.run("x/shot", Say::new("hello")).await.unwrap_err();
    assert!(error.may_have_run() && error.paid().is_none(), "{error:#}");
    assert_eq!((fake.ledger().calls, fake.ledger().minted), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_was_taken_is_no_reason_for_another_one() {
    let fake = mock::network();
    fake.runner(runner(FIXED));
    fake.runner(runner(FIXED * 2));
    fake.devalue_payments(true);
    let error = quick(&fake).run("x/shot", Say::new("hello")).await.unwrap_err();
    let Error::Call { may_have_run: false, paid: Some(paid), source } = &error else { panic!("{error:?}") };
    assert_eq!((paid.payments, source.status().unwrap().as_u16()), (1, 400));
    assert_eq!((fake.ledger().calls, fake.ledger().minted), (0, 1));

    let fake = mock::network();
    fake.runner(FakeRunner::new("x/shot").price(Price::fixed(FIXED)));
    fake.runner(FakeRunner::new("x/shot").price(Price::fixed(FIXED * 2)));
    fake.devalue_payments(true);
    let error = quick(&fake).app("x/shot").reserve().await.unwrap_err();
    assert!(!error.may_have_run() && error.paid().is_some_and(|paid| paid.payments == 1), "{error:#}");
    assert_eq!((fake.sessions(), fake.ledger().minted), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_late_says_all_that_was_paid() {
    let fake = mock::network();
    let mock = livepeer::mock::Mock::new().fallback(async |_| {
        tokio::time::sleep(Duration::from_secs(59)).await;
        livepeer::mock::Reply::json(500, &serde_json::json!({}))
    });
    fake.runner(FakeRunner::new("x/slow").single_shot().price(Price::per_second(FIXED)).serves(mock));
    let error = fake.client().run("x/slow", Say::new("hello")).await.unwrap_err();
    assert_eq!((error.paid().unwrap().payments, fake.ledger().accepted), (20, 20), "{error:#}");
}

#[tokio::test(start_paused = true)]
async fn a_full_runner_takes_no_payment() {
    let fake = mock::network();
    fake.runner(runner(FIXED));
    let events = fake.client().run("x/shot", Watch::new()).await.unwrap();
    let accepted = fake.ledger().accepted;
    let error = quick(&fake).run("x/shot", Say::new("hello")).await.unwrap_err();
    assert!(matches!(error, Error::NoRunner { .. }), "{error:?}");
    assert_eq!(fake.ledger().accepted, accepted);
    drop(events);
}

#[tokio::test(start_paused = true)]
async fn only_what_was_refused_before_work_moves_on_to_the_next_runner() {
    // A signer's price limit is of one runner.
    let fake = mock::network();
    fake.runner(runner(FIXED));
    fake.runner(runner(FIXED * 2));
    fake.inject(NetworkStep::Mint, Fault::Status(481));
    quick(&fake).run("x/shot", Say::new("hello")).await.unwrap();
    assert_eq!(fake.ledger().calls, 1);

    // A runner that was free when it was listed.
    let fake = mock::network();
    fake.runner(runner(FIXED).id("busy"));
    fake.runner(runner(FIXED * 2).id("free"));
    let client = quick(&fake);
    client.app("x/shot").offers().await.unwrap();
    let events = fake.client().run("x/shot", Watch::new()).await.unwrap();
    let (calls, requests) = (fake.ledger().calls, fake.seen().len());
    let echo = client.run("x/shot", Say::new("hello")).await.unwrap();
    assert_eq!((fake.ledger().calls - calls, echo.headers["livepeer-runner-route"].as_str()), (1, "free"));
    let paths: Vec<_> = fake.seen().drain(requests..).map(|parts| parts.uri.path().to_owned()).collect();
    // Each is asked for a challenge, and paid: the first one then has no capacity.
    let (busy, free) = ("/apps/busy/app/say", "/apps/free/app/say");
    assert_eq!(paths, [busy, busy, free, free]);
    drop(events);
}

#[tokio::test]
async fn an_orchestrator_that_is_dead_moves_on_to_the_next_runner() {
    let fake = mock::network();
    fake.runner(runner(FIXED * 2));
    let running = fake.listen().await.unwrap();
    let list = http::Request::get(format!("{}/discovery", running.url())).body(livepeer::Body::empty()).unwrap();
    let list = livepeer::Transport::send(&fake, list).await.unwrap().into_body().bytes(1 << 20).await.unwrap();
    let live: serde_json::Value = serde_json::from_slice(&list).unwrap();
    // A port at which nobody listens any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dead = String::from_utf8(list.to_vec()).unwrap().replace(&running.url(), &format!("http://{port}"));
    let dead = dead.replace(&(FIXED * 2).to_string(), &FIXED.to_string());
    let dead: serde_json::Value = serde_json::from_str(&dead).unwrap();
    let lists = serde_json::json!([dead[0], live[0]]);
    let lists =
        livepeer::mock::Mock::new().fallback(move |_| std::future::ready(livepeer::mock::Reply::json(200, &lists)));
    let lists = lists.listen().await.unwrap();

    let client = livepeer::network::Client::new().discovery_url(format!("{}/list", lists.url()));
    let client = client.signer_client(fake.signer_client()).patience(Duration::ZERO);
    let offers = client.app("x/shot").offers().await.unwrap();
    assert_eq!(offers[0].orchestrator.as_str(), format!("http://{port}"), "the dead one is the cheapest");
    client.run("x/shot", Say::new("hello")).await.unwrap();
    assert_eq!((fake.ledger().calls, fake.ledger().accepted), (1, 1));
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
