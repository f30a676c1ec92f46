//! What the network's servers say while they cannot do their work, and what the client makes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use livepeer::mock::{self, FakeRunner, Mock, NetworkFake, Reply};
use livepeer::network::operations::signer::DiscoverOrchestrators;
use livepeer::network::{Client, Closed, Error, Price, RejectionKind};
use tokio::time::{Instant, sleep, timeout};

use crate::app::{Say, Status};
use crate::trickle::raw::Raw;

const PRICE: u128 = 400_000_000_000;

fn priced() -> FakeRunner {
    FakeRunner::new("x/a").price(Price::per_second(PRICE))
}

#[tokio::test(start_paused = true)]
async fn a_signer_that_has_seen_no_orchestrator_is_asked_again() {
    let fake = mock::network();
    fake.runner(priced());
    fake.signer_knows_none(true);
    let error = fake.signer_client().call(DiscoverOrchestrators::new()).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (503, 3));
    assert_eq!(error.message(), Some("Service Unavailable Error".into()));
    assert_eq!(error.raw_body(), b"{\"error\":{\"message\":\"Service Unavailable Error\"}}\n");

    let client = Client::new().signer_client(fake.signer_client()).transport(fake.clone());
    let error = client.app("x/a").reserve().await.unwrap_err();
    assert!(matches!(error, Error::Discovery(_)), "{error:?}");
    // Nothing of it is kept, and one call waits for the list.
    let asking = tokio::spawn(async move { client.discover().await.unwrap().len() });
    sleep(Duration::from_millis(1)).await;
    fake.signer_knows_none(false);
    assert_eq!(asking.await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_price_that_is_not_known_at_the_moment_is_waited_for() {
    let fake = mock::network();
    fake.runner(priced());
    fake.runner(FakeRunner::new("x/shot").single_shot().price(Price::fixed(PRICE)));
    fake.price_feed_is_down(true);
    let quick = fake.client().patience(Duration::ZERO);
    let (session, call) = (quick.app("x/a").reserve().await, quick.run("x/shot", Say::new("")).await);
    for error in [session.unwrap_err(), call.unwrap_err()] {
        let Error::NoRunner { rejections, .. } = &error else { panic!("{error:?}") };
        assert_eq!(rejections[0].kind, RejectionKind::Busy);
        assert!(rejections[0].to_string().contains("live runner price unavailable: "), "{error:#}");
    }
    let client = fake.client().patience(Duration::from_secs(60));
    let waiting = tokio::spawn(async move { client.app("x/a").reserve().await.unwrap() });
    sleep(Duration::from_secs(10)).await;
    assert!(!waiting.is_finished());
    fake.price_feed_is_down(false);
    let session = timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap();
    assert_eq!((session.paid().unwrap().payments, fake.sessions()), (1, 1));
    // What has no price is not concerned.
    fake.price_feed_is_down(true);
    fake.runner(FakeRunner::new("x/free"));
    fake.client().app("x/free").reserve().await.unwrap();
}

#[tokio::test]
async fn a_large_body_without_a_payment_is_refused_before_it_is_read() {
    let fake = mock::network();
    let id = fake.runner(FakeRunner::new("x/shot").id("s").single_shot());
    let running = fake.listen().await.unwrap();
    let client = running.client().patience(Duration::ZERO).rest(Duration::ZERO);
    client.app("x/shot").offers().await.unwrap();
    // The list does not know the price.
    fake.set_price(&id, Price::fixed(PRICE));
    let text = "x".repeat(20_000_000);
    let error = client.run("x/shot", Say::new(&text)).await.unwrap_err();
    let Error::NoRunner { rejections, .. } = &error else { panic!("{error:#}") };
    assert_eq!((rejections[0].kind, fake.ledger().calls), (RejectionKind::Payment, 0));
    // A list that was wrong is not used again.
    let echo = client.run("x/shot", Say::new(&text)).await.unwrap();
    assert_eq!((echo.body.len(), fake.ledger().calls, fake.ledger().accepted), (text.len() + 11, 1, 1));

    // The connection stays only after a small one, and one that is sent when it is asked for is not.
    let address = running.url().trim_start_matches("http://").parse().unwrap();
    fake.runner(priced().id("p"));
    for path in ["/apps/s/app/say", "/apps/p/session"] {
        for (len, expect, closes) in
            [(256 * 1024, "", None), (256 * 1024 + 1, "", Some("close")), (9, "Expect: 100-continue\n", Some("close"))]
        {
            let mut raw = Raw::connect(address).await;
            let payer = "Livepeer-Payer-Address: 0x2222222222222222222222222222222222222222";
            raw.send(&format!("POST {path} HTTP/1.1\nHost: localhost\n{payer}\n{expect}Content-Length: {len}\n\n"))
                .await;
            if expect.is_empty() {
                raw.bytes(&vec![b'x'; len]).await;
            }
            let head = raw.head().await.unwrap();
            assert_eq!(head.status, "HTTP/1.1 402 Payment Required", "{path} {len} {expect}");
            assert_eq!(head.header("Connection"), closes, "{path} {len} {expect}");
        }
    }
}

/// An app whose health has this status, or hangs by 0.
fn ailing(fake: &NetworkFake) -> (String, Arc<AtomicU16>) {
    let health = Arc::new(AtomicU16::new(200));
    let status = health.clone();
    let app = Mock::new().fallback(move |request| {
        let status = status.load(Ordering::Relaxed);
        let is_health = request.uri().path() == "/health";
        async move {
            match status {
                0 if is_health => std::future::pending().await,
                status if is_health => Reply::status(status),
                _ => Reply::status(200),
            }
        }
    });
    (fake.runner(FakeRunner::new("x/a").capacity(2).health("/health").serves(app)), health)
}

#[tokio::test(start_paused = true)]
async fn one_failed_health_check_ends_all_sessions_of_a_runner_at_once() {
    let fake = mock::network();
    let (id, health) = ailing(&fake);
    fake.runner(FakeRunner::new("x/other"));
    let other = fake.client().app("x/other").reserve().await.unwrap();
    sleep(Duration::from_secs(61)).await;
    // It hangs; its status is not the one; 204 is not it, either.
    for (status, longest) in [(0, 8), (500, 5), (204, 5)] {
        let client = fake.client();
        let sessions = [client.app("x/a").reserve().await.unwrap(), client.app("x/a").reserve().await.unwrap()];
        sleep(Duration::from_secs(60)).await;
        assert_eq!(fake.sessions(), 3);
        health.store(status, Ordering::Relaxed);
        let began = Instant::now();
        while fake.sessions() > 1 {
            sleep(Duration::from_millis(100)).await;
        }
        assert!(began.elapsed() <= Duration::from_millis(longest * 1000 + 100), "{:?}", began.elapsed());
        for session in &sessions {
            assert!(session.call(Status::new(200)).await.unwrap_err().is_not_found());
            assert_eq!(session.close_reason(), Some(Closed::RunnerGone), "{status}");
        }
        assert!(fake.client().app("x/a").offers().await.unwrap().is_empty());
        // It is ready again by the next check.
        health.store(200, Ordering::Relaxed);
        sleep(Duration::from_secs(9)).await;
        assert_eq!(fake.client().app("x/a").offers().await.unwrap().len(), 1);
    }
    assert_eq!(other.close_reason(), None);
    // A runner that is replaced is not asked any more.
    fake.remove_runner(&id);
    fake.runner(FakeRunner::new("x/a").id(&id));
    health.store(0, Ordering::Relaxed);
    let session = fake.client().app("x/a").reserve().await.unwrap();
    sleep(Duration::from_secs(60)).await;
    session.call(Status::new(200)).await.unwrap();
}
