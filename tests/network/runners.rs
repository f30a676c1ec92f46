//! Runners: registered, told of sessions, forgotten and registered again.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use livepeer::mock::{self, Fault, NetworkFake, NetworkStep};
use livepeer::network::operations::app::{Get, Post};
use livepeer::network::operations::orchestrator::Gpu;
use livepeer::network::{Error, Runner, RunnerBuilder, RunnerUpdate};
use serde_json::json;
use tokio::time::{sleep, timeout};

fn builder(fake: &NetworkFake) -> RunnerBuilder {
    Runner::new("http://localhost", "orch-secret", "x/mine", "http://127.0.0.1:9")
        .transport(fake.clone())
        .connector(fake.trickle().connector())
}

async fn update(runner: &mut Runner) -> RunnerUpdate {
    timeout(Duration::from_secs(60), runner.next()).await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_heartbeat_says_everything() {
    let fake = mock::network();
    let gpu = Gpu::new().id("0").name("H100");
    let runner = builder(&fake).capacity(3).version("7").gpu(gpu).start().await.unwrap();
    for _ in 0..3 {
        sleep(Duration::from_secs(20)).await;
        let offers = fake.client().discover().await.unwrap();
        let info = &offers[0].runner;
        assert_eq!((info.version.as_deref(), info.capacity), (Some("7"), Some(3)));
        assert_eq!(info.gpu.as_ref().unwrap().name.as_deref(), Some("H100"));
    }
    runner.set_capacity(5);
    sleep(Duration::from_secs(4)).await;
    assert_eq!(fake.client().discover().await.unwrap()[0].runner.capacity, Some(5), "at once");
    runner.close().await.unwrap();
    assert!(fake.client().discover().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn sessions_are_told_by_events_and_by_heartbeats() {
    let fake = mock::network();
    let mut runner = builder(&fake).capacity(2).start().await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let session = fake.client().app("x/mine").reserve().await.unwrap();
    assert_eq!(update(&mut runner).await, RunnerUpdate::Reserved(session.id().clone()));
    assert_eq!(runner.in_use(), 1);
    let id = session.id().clone();
    session.close().await.unwrap();
    assert_eq!(update(&mut runner).await, RunnerUpdate::Released(id));
    // Where the events are lost, the heartbeats tell.
    fake.lose_events(true);
    let session = fake.client().app("x/mine").reserve().await.unwrap();
    assert_eq!(update(&mut runner).await, RunnerUpdate::Reserved(session.id().clone()));
    fake.end_sessions();
    assert_eq!(update(&mut runner).await, RunnerUpdate::Released(session.id().clone()));
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_runner_registers_again_with_the_same_id() {
    let fake = mock::network();
    let mut runner = builder(&fake).start().await.unwrap();
    let id = runner.id().to_owned();
    fake.advance(Duration::from_secs(21));
    assert_eq!(update(&mut runner).await, RunnerUpdate::Lost);
    assert_eq!(update(&mut runner).await, RunnerUpdate::Restored);
    let offers = fake.client().discover().await.unwrap();
    assert!(offers[0].runner.url.as_str().contains(&id), "{:?}", offers[0].runner.url);
    for fault in [Fault::Status(500), Fault::Cut(0), Fault::Status(401), Fault::Status(404)] {
        fake.inject(NetworkStep::Heartbeat, fault);
        assert_eq!(update(&mut runner).await, RunnerUpdate::Lost, "{fault:?}");
        // A heartbeat with the wrong secret of the two is refused until the registration is forgotten.
        let restored = timeout(Duration::from_secs(60), runner.next()).await.unwrap();
        assert_eq!(restored, Some(RunnerUpdate::Restored), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_or_price_is_an_error_at_once() {
    let fake = mock::network().paid(true);
    for (builder, text) in [
        (Runner::new("http://localhost", "wrong", "x/mine", "http://h").transport(fake.clone()), "authorization"),
        (builder(&fake), "price_info.price is required"),
    ] {
        let error = builder.start().await.unwrap_err();
        let Error::Register(source) = &error else { panic!("{error:?}") };
        assert!(source.message().unwrap().contains(text), "{source:#}");
    }
    let _runner = builder(&fake).price_per_hour(3.6).start().await.unwrap();
    let price = fake.client().discover().await.unwrap()[0].price().unwrap();
    assert_eq!(price.amount.0, 400_000_000_000);
}

#[tokio::test(start_paused = true)]
async fn draining_waits_for_the_sessions() {
    let fake = mock::network();
    let runner = builder(&fake).capacity(4).start().await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let session = fake.client().app("x/mine").reserve().await.unwrap();
    sleep(Duration::from_secs(6)).await;
    let draining = tokio::spawn(runner.drain());
    sleep(Duration::from_secs(30)).await;
    assert!(!draining.is_finished());
    assert_eq!(fake.client().discover().await.unwrap()[0].free_capacity(), 0);
    session.close().await.unwrap();
    timeout(Duration::from_secs(10), draining).await.unwrap().unwrap().unwrap();
    assert!(fake.client().discover().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_capacity_is_lowered_with_each_session_that_ends() {
    let fake = mock::network();
    let runner = builder(&fake).capacity(4).start().await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let first = fake.client().app("x/mine").reserve().await.unwrap();
    let second = fake.client().app("x/mine").reserve().await.unwrap();
    sleep(Duration::from_secs(6)).await;
    let draining = tokio::spawn(runner.drain());
    sleep(Duration::from_millis(100)).await;
    first.close().await.unwrap();
    sleep(Duration::from_millis(100)).await;
    let runner = fake.client().discover().await.unwrap().remove(0);
    assert_eq!((runner.runner.capacity, runner.free_capacity()), (Some(1), 0));
    second.close().await.unwrap();
    timeout(Duration::from_millis(100), draining).await.unwrap().unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn sessions_are_known_whether_or_not_updates_are_read() {
    let fake = mock::network();
    let mut runner = builder(&fake).start().await.unwrap();
    sleep(Duration::from_secs(1)).await;
    for _ in 0..520 {
        let session = fake.client().app("x/mine").reserve().await.unwrap();
        sleep(Duration::from_millis(10)).await;
        assert_eq!(runner.in_use(), 1);
        session.close().await.unwrap();
        sleep(Duration::from_millis(10)).await;
        assert_eq!(runner.in_use(), 0);
    }
    assert_eq!(update(&mut runner).await, RunnerUpdate::Lagged(16));
    for _ in 0..512 {
        assert!(matches!(update(&mut runner).await, RunnerUpdate::Reserved(_)));
        assert!(matches!(update(&mut runner).await, RunnerUpdate::Released(_)));
    }
    let session = fake.client().app("x/mine").reserve().await.unwrap();
    assert_eq!(update(&mut runner).await, RunnerUpdate::Reserved(session.id().clone()));
}

#[tokio::test]
async fn an_app_over_sockets_creates_channels_that_its_client_reads() {
    let fake = mock::network();
    let running = fake.listen().await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let runner = Runner::new(running.url(), "orch-secret", "x/mine", url.as_str()).start().await.unwrap();
    let app = Router::new()
        .route(
            "/start",
            post(async |State(runner): State<std::sync::Arc<Runner>>, headers: HeaderMap, body: String| {
                let session = runner.session(&headers).unwrap();
                let channels = session.channels([("out", "text/plain")]).await.unwrap();
                let proxy = session.proxy(None).await.unwrap();
                let mut publisher = channels[0].channel().publisher().open().await.unwrap();
                publisher.send(body).await.unwrap();
                publisher.flush().await.unwrap();
                json!({ "out": channels[0].public_url().expose(), "proxy": proxy.expose() }).to_string()
            }),
        )
        .route(
            "/stop",
            post(async |State(runner): State<std::sync::Arc<Runner>>, headers: HeaderMap| {
                runner.session(&headers).unwrap().stop().await.unwrap();
                "{}"
            }),
        )
        .with_state(std::sync::Arc::new(runner));
    tokio::spawn(axum::serve(listener, app).into_future());

    let session = running.client().app("x/mine").reserve().await.unwrap();
    let started = session.call(Post::new("start", json!({ "n": 1 }))).await.unwrap();
    let channel = session.channel(&started["out"].as_str().unwrap().into()).unwrap();
    assert_eq!(channel.next_seq().await.unwrap(), 1);
    assert!(started["proxy"].as_str().unwrap().contains("/run/"));
    assert!(session.call(Get::new("none/such")).await.unwrap_err().is_not_found());
    assert_eq!(session.close_reason(), None);
    session.call(Post::new("stop", json!({}))).await.unwrap();
    assert!(session.call(Post::new("start", json!({}))).await.is_err());
    assert!(session.close_reason().is_some());
}
