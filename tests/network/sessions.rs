//! Sessions: reserved, called, paid for, ended.

use std::time::Duration;

use livepeer::Retry;
use livepeer::endpoint;
use livepeer::mock::{self, FakeRunner, Fault, NetworkStep};
use livepeer::network::{AppApi, Closed, Error, Price, SessionState};
use tokio::time::{sleep, timeout};

use crate::app::{Echo, Fetch, Say, Status, Watch};

const PRICE: u128 = 400_000_000_000;

fn priced() -> FakeRunner {
    FakeRunner::new("x/echo").price(Price::per_second(PRICE))
}

#[tokio::test(start_paused = true)]
async fn a_free_session_is_reserved_called_and_stopped() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/echo"));
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    assert_eq!((fake.sessions(), session.paid()), (1, None));

    let echo = session.call(Say::new("hello")).await.unwrap();
    assert_eq!((echo.method.as_str(), echo.path.as_str(), echo.body.as_str()), ("POST", "/say", r#"{"text":"hello"}"#));
    assert_eq!(echo.headers["livepeer-session-id"], session.id().expose());
    let echo = session.call(Fetch::new("a b").limit(3)).await.unwrap();
    assert_eq!(echo.path, "/fetch/a%20b?limit=3");
    let mut events = session.call(Watch::new()).await.unwrap();
    let mut seen = Vec::new();
    while let Some(event) = events.next().await {
        seen.push(event.unwrap().0);
    }
    assert_eq!(seen, [0, 1, 2]);
    let error = session.call(Status::new(404)).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(session.close_reason(), None, "a 404 of the app's is not the end of the session");

    session.close().await.unwrap();
    assert_eq!(fake.sessions(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_proxy_url_serves_as_well() {
    let fake = mock::network();
    fake.runner(priced().proxy(true));
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    assert_eq!(session.call(Say::new("hello")).await.unwrap().path, "/say");
    fake.end_sessions();
    assert!(session.call(Say::new("hello")).await.unwrap_err().is_not_found());
    assert_eq!(session.closed().await, Closed::Ended);
}

endpoint! {
    /// Reads by a path that the orchestrator redirects to a clean one.
    Unclean: AppApi = GET "/fetch/./{what}" (what: String) -> Echo
}

endpoint! {
    /// Writes by such a path.
    UncleanPost: AppApi = POST "/fetch/./{what}" (what: String) json { text: String } -> Echo
}

#[tokio::test(start_paused = true)]
async fn a_redirect_of_the_orchestrator_is_followed_for_reading_alone() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/echo"));
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    assert_eq!(session.call(Unclean::new("a")).await.unwrap().path, "/fetch/a");
    let redirected: Vec<_> = fake.seen().drain(2..).map(|parts| parts.uri.path().to_owned()).collect();
    assert!(redirected.len() == 2 && redirected[1] == redirected[0].replace("/./", "/"), "{redirected:?}");

    let error = session.call(UncleanPost::new("a", "text")).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(307), "{error:#}");
    assert_eq!((fake.seen().len(), session.close_reason()), (5, None), "it is not sent again");
    // Whoever logs the response sees nothing of the session's path.
    let location = error.headers()["location"].to_str().unwrap();
    assert_eq!(location, "/fetch/a");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_session_is_stopped() {
    let fake = mock::network();
    fake.runner(priced());
    drop(fake.client().app("x/echo").reserve().await.unwrap());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(fake.sessions(), 0);
    let minted = fake.ledger().minted;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(fake.ledger().minted, minted, "it is not paid for any more");
}

#[tokio::test(start_paused = true)]
async fn stopping_is_repeated_until_there_is_a_response() {
    let fake = mock::network();
    fake.runner(priced());
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    fake.inject(NetworkStep::Stop, Fault::NoResponse);
    session.close().await.unwrap();
    assert_eq!(fake.sessions(), 0);

    let session = fake.client().app("x/echo").reserve().await.unwrap();
    fake.inject(NetworkStep::Stop, Fault::Cut(0));
    drop(session);
    sleep(Duration::from_secs(5)).await;
    assert_eq!(fake.sessions(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_session_is_told_at_once_with_its_reason() {
    let fake = mock::network();
    let id = fake.runner(priced());
    // By a call of the app.
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    fake.end_sessions();
    assert!(session.call(Say::new("hello")).retry(Retry::never()).await.unwrap_err().is_not_found());
    assert_eq!(timeout(Duration::ZERO, session.closed()).await.unwrap(), Closed::Ended);
    // Further calls are not sent.
    let seen = fake.seen().len();
    let error = session.call(Say::new("hello")).retry(Retry::never()).await.unwrap_err();
    assert!(error.is_connect() && format!("{error:#}").contains("the session is over"), "{error:#}");
    assert_eq!(fake.seen().len(), seen);
    drop(session);

    // By a payment.
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    fake.end_sessions();
    assert_eq!(timeout(Duration::from_secs(4), session.closed()).await.unwrap(), Closed::Ended);
    drop(session);

    // By its runner.
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    fake.remove_runner(&id);
    assert!(session.call(Say::new("hello")).await.is_err());
    assert_eq!(session.close_reason(), Some(Closed::RunnerGone));
}

#[tokio::test(start_paused = true)]
async fn a_session_continues_by_its_state_in_another_process() {
    let fake = mock::network();
    fake.runner(priced());
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    sleep(Duration::from_secs(20)).await;
    // The payment that is under way has no response, but has arrived.
    fake.inject(NetworkStep::Pay, Fault::NoResponse);
    sleep(Duration::from_secs(1)).await;
    let state = session.detach().await;
    assert_eq!(fake.sessions(), 1);
    let text = serde_json::to_string(&state).unwrap();
    let state: SessionState = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&state).unwrap(), text);

    let session = fake.client().resume(state).unwrap();
    sleep(Duration::from_secs(600)).await;
    assert_eq!(session.call(Say::new("hello")).await.unwrap().path, "/say");
    let ledger = fake.ledger();
    assert_eq!((ledger.out_of_credit, ledger.paid_twice), (0, 0), "{ledger:?}");
    session.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_websocket_is_opened_below_the_sessions_url() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/echo"));
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    let request = session.websocket("/transcribe?lang=en").unwrap();
    let url = request.uri().to_string();
    assert!(url.starts_with("ws://localhost/apps/runner_") && url.ends_with("/app/transcribe?lang=en"), "{url}");
    for (name, value) in
        [("host", "localhost"), ("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13")]
    {
        assert_eq!(request.headers()[name], value);
    }
    assert_eq!(request.headers()["sec-websocket-key"].len(), 24);
    assert!(matches!(session.websocket("transcribe"), Err(Error::Url(_))));
}

#[tokio::test(start_paused = true)]
async fn a_lost_reservation_is_not_made_twice_and_is_stopped() {
    let fake = mock::network();
    fake.runner(priced().capacity(2));
    fake.inject(NetworkStep::Reserve, Fault::NoResponse);
    let error = fake.client().app("x/echo").reserve().await.unwrap_err();
    assert!(error.may_have_run(), "{error:#}");
    assert_eq!(error.paid().unwrap().payments, 1);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(fake.sessions(), 0);
    assert_eq!(fake.ledger().minted, 1);
}

#[tokio::test(start_paused = true)]
async fn channels_of_the_app_are_used_with_the_same_settings() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/echo"));
    let session = fake.client().app("x/echo").reserve().await.unwrap();
    fake.trickle().create("session_1-out", "application/json");
    let channel = session.channel(&"http://localhost/ai/trickle/session_1-out".into()).unwrap();
    let mut publisher = channel.publisher().open().await.unwrap();
    publisher.send("{}").await.unwrap();
    assert_eq!(channel.next_seq().await.unwrap(), 1);
}
