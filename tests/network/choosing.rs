//! Which runner is used.

use std::time::Duration;

use livepeer::mock::{self, FakeRunner, Fault, NetworkStep};
use livepeer::network::{Client, Error, Price};

use crate::app::Say;

async fn order(client: &Client, app: &str) -> Vec<String> {
    let offers = client.app(app).offers().await.unwrap();
    offers.iter().map(|offer| offer.runner.url.as_str().split('/').nth(4).unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn free_capacity_comes_first_and_then_the_price() {
    let fake = mock::network();
    for (id, price, capacity) in [("dear", 300, 9), ("full", 100, 0), ("cheap", 200, 1)] {
        fake.runner(FakeRunner::new("x/a").id(id).price(Price::per_second(price)).capacity(capacity));
    }
    fake.runner(FakeRunner::new("x/a").id("free").capacity(1));
    fake.runner(FakeRunner::new("x/other").id("other"));
    assert_eq!(order(&fake.client(), "x/a").await, ["free", "cheap", "dear", "full"]);
    assert!(order(&fake.client(), "x/b").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn runners_are_filtered_by_gpu_version_and_price() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a").id("one").gpu("NVIDIA H100 80GB").version("1").price(Price::per_second(100)));
    fake.runner(FakeRunner::new("x/a").id("two").gpu("RTX 4090").version("2").price(Price::fixed(50)));
    fake.runner(FakeRunner::new("x/a").id("three").version("2"));
    let client = fake.client();
    let ids = async |app: livepeer::network::App| {
        let mut ids: Vec<_> =
            app.offers().await.unwrap().iter().map(|offer| offer.runner.url.as_str().to_owned()).collect();
        ids.sort();
        ids.iter().map(|url| url.split('/').nth(4).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(client.app("x/a").gpu("h100")).await, ["one"]);
    assert_eq!(ids(client.app("x/a").version("2")).await, ["three", "two"]);
    assert_eq!(ids(client.app("x/a").max_price(Price::per_second(100))).await, ["one", "three"]);
    assert_eq!(ids(client.app("x/a").max_price(Price::per_second(99))).await, ["three"]);
    assert_eq!(ids(client.app("x/a").max_price(Price::fixed(50))).await, ["three", "two"]);
}

#[tokio::test(start_paused = true)]
async fn a_session_is_reserved_at_the_next_runner_and_the_failed_one_rests() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a").id("first").price(Price::per_second(1)).capacity(9));
    fake.runner(FakeRunner::new("x/a").id("second").price(Price::per_second(2)).capacity(9));
    let client = fake.client();
    fake.inject(NetworkStep::Challenge, Fault::Status(500));
    let is_at = async |client: &Client| {
        let session = client.app("x/a").reserve().await.unwrap();
        session.call(Say::new("")).await.unwrap().headers["livepeer-runner-route"].clone()
    };
    assert_eq!(is_at(&client).await, "second");
    assert_eq!(is_at(&client).await, "second", "the first one rests");
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(is_at(&client).await, "first");
    assert_eq!(is_at(&fake.client()).await, "first");
}

#[tokio::test]
async fn orchestrators_are_asked_at_the_same_time_and_one_is_enough() {
    let (near, far) = (mock::network(), mock::network());
    near.runner(FakeRunner::new("x/a").id("near"));
    far.runner(FakeRunner::new("x/a").id("far").capacity(0));
    let (near, far) = (near.listen().await.unwrap(), far.listen().await.unwrap());
    let client = Client::new().orchestrator(far.url()).orchestrator(near.url());
    assert_eq!(order(&client, "x/a").await, ["near", "far"]);
    let session = client.app("x/a").reserve().await.unwrap();
    assert_eq!(session.call(Say::new("over sockets")).await.unwrap().body, r#"{"text":"over sockets"}"#);
    session.close().await.unwrap();

    let gone = far.url();
    drop(far);
    let client = Client::new().orchestrator(&gone).orchestrator(near.url());
    assert_eq!(order(&client, "x/a").await, ["near"]);
    let error = Client::new().orchestrator(gone).discover().await.unwrap_err();
    assert!(matches!(error, Error::Discovery(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_host_and_port_are_asked_by_https() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a"));
    for (given, expected) in [("o.example:8935", "https://o.example:8935"), (" http://o.example/ ", "http://o.example")]
    {
        let offers = Client::new().orchestrator(given).transport(fake.clone()).discover().await.unwrap();
        assert_eq!(offers[0].orchestrator.as_str(), expected);
        let asked = fake.seen().pop().unwrap().uri;
        assert_eq!(asked.to_string(), format!("{expected}/discovery"));
    }
}

#[tokio::test]
async fn a_discovery_url_or_the_signer_lists_runners_too() {
    let fake = mock::network().signer_key("sk_1");
    fake.runner(FakeRunner::new("x/a").id("one").price(Price::per_second(1)));
    let running = fake.listen().await.unwrap();
    let client = Client::new().discovery_url(format!("{}/discovery", running.url()));
    assert_eq!(order(&client, "x/a").await, ["one"]);
    let fake = fake.url(running.url());
    let client = Client::new().signer(running.signer_url()).signer_key("sk_1");
    assert_eq!(order(&client, "x/a").await, ["one"]);
    let session = client.app("x/a").reserve().await.unwrap();
    assert_eq!(session.paid().unwrap().payments, 1);
    session.close().await.unwrap();
    assert_eq!(fake.sessions(), 0);
}

#[tokio::test(start_paused = true)]
async fn times_without_an_end_are_times() {
    let fake = mock::network();
    let gone = fake.runner(FakeRunner::new("x/a"));
    let client = fake.client().patience(Duration::MAX).rest(Duration::MAX);
    client.app("x/a").offers().await.unwrap();
    fake.remove_runner(&gone);
    assert!(matches!(client.app("x/a").reserve().await, Err(Error::NoRunner { .. })));
    fake.runner(FakeRunner::new("x/a"));
    client.app("x/a").reserve().await.unwrap();
}
