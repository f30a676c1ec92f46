//! What orchestrators send that cannot be used, and sessions that nobody comes to use.

use std::time::Duration;

use livepeer::BoxFuture;
use livepeer::mock::{self, FakeRunner, NetworkFake};
use livepeer::network::{Client, Error, Price};
use livepeer::{Body, Transport, TransportError};
use tokio::time::{sleep, timeout};

use crate::app::Say;

const PRICE: u128 = 400_000_000_000;

/// An orchestrator, by https, whose responses are changed and may be late.
#[derive(Clone)]
struct Changed {
    fake: NetworkFake,
    from: &'static str,
    to: &'static str,
    late: Duration,
}

impl Transport for Changed {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = self.fake.send(request).await?.into_parts();
            let content = body.bytes(1 << 20).await.unwrap();
            let text = String::from_utf8_lossy(&content).replace(self.from, self.to);
            if text.contains("app_url") {
                sleep(self.late).await;
            }
            Ok(http::Response::from_parts(parts, text.into_bytes().into()))
        })
    }
}

fn client(fake: &NetworkFake, from: &'static str, to: &'static str, late: Duration) -> Client {
    let changed = Changed { fake: fake.clone(), from, to, late };
    Client::new()
        .orchestrator("https://localhost")
        .transport(changed)
        .signer_client(fake.signer_client())
        .patience(Duration::ZERO)
}

#[tokio::test(start_paused = true)]
async fn who_uses_https_is_not_sent_to_plain_http() {
    for field in ["address", "url", "payment_url", "app_url", "control_url"] {
        let (from, to) = match field {
            "address" => (r#""address":"https:"#, r#""address":"http:"#),
            "url" => (r#""url":"https:"#, r#""url":"http:"#),
            "payment_url" => (r#""payment_url":"https:"#, r#""payment_url":"http:"#),
            "app_url" => (r#""app_url":"https:"#, r#""app_url":"http:"#),
            _ => (r#""control_url":"https:"#, r#""control_url":"http:"#),
        };
        let fake = mock::network();
        fake.runner(FakeRunner::new("x/a").price(Price::per_second(PRICE)));
        let result = client(&fake, from, to, Duration::ZERO).app("x/a").reserve().await;
        match (field, result) {
            // The client was given another one.
            ("address", Ok(session)) => session.close().await.unwrap(),
            ("url" | "payment_url", Err(Error::NoRunner { rejections, .. })) => {
                assert!(rejections[0].text.contains("less secure"), "{rejections:?}");
                assert_eq!(fake.ledger().minted, 0);
            }
            ("app_url" | "control_url", Err(error)) => {
                assert!(!error.may_have_run() && error.paid().unwrap().payments == 1, "{error:#}");
                sleep(Duration::from_secs(1)).await;
            }
            (_, result) => panic!("{field}: {result:?}"),
        }
        assert_eq!(fake.sessions(), 0, "{field}");
    }
    // An orchestrator whose list names plain http everywhere.
    let fake = mock::network().url("http://localhost");
    fake.runner(FakeRunner::new("x/shot").single_shot());
    let error = client(&fake, "-", "-", Duration::ZERO).run("x/shot", Say::new("hello")).await.unwrap_err();
    assert!(matches!(error, Error::NoRunner { .. }), "{error:?}");
    assert_eq!(fake.ledger().calls, 0);
}

#[tokio::test(start_paused = true)]
async fn a_free_session_without_a_usable_url_is_stopped_and_the_next_runner_used() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a"));
    let broken = client(&fake, r#""app_url":"https:"#, r#""app_url":"ftp:"#, Duration::ZERO);
    let error = broken.app("x/a").reserve().await.unwrap_err();
    assert!(matches!(error, Error::NoRunner { .. }), "{error:?}");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(fake.sessions(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reservation_that_nobody_waits_for_is_stopped() {
    for runner in [FakeRunner::new("x/a"), FakeRunner::new("x/a").price(Price::per_second(PRICE))] {
        let fake = mock::network();
        fake.runner(runner);
        let client = client(&fake, "-", "-", Duration::from_secs(2));
        assert!(timeout(Duration::from_secs(1), client.app("x/a").reserve()).await.is_err());
        assert_eq!(fake.sessions(), 1);
        sleep(Duration::from_secs(2)).await;
        assert_eq!(fake.sessions(), 0);
    }
}

/// A body of five bytes that never arrive.
struct Broken;

impl http_body::Body for Broken {
    type Data = bytes::Bytes;
    type Error = livepeer::BoxError;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, livepeer::BoxError>>> {
        std::task::Poll::Ready(Some(Err("the line is cut".into())))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(5)
    }
}

/// An orchestrator whose app sends an error response that breaks.
struct Breaks(NetworkFake);

impl Transport for Breaks {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let is_call = request.uri().path().ends_with("/say");
            let response = self.0.send(request).await?;
            if !is_call {
                return Ok(response);
            }
            let (mut parts, _) = response.into_parts();
            parts.status = http::StatusCode::INTERNAL_SERVER_ERROR;
            Ok(http::Response::from_parts(parts, Body::wrap(Broken)))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_response_that_breaks_is_not_an_empty_one() {
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a"));
    let client = Client::new().orchestrator("https://localhost").transport(Breaks(fake));
    let session = client.app("x/a").reserve().await.unwrap();
    let error = session.call(Say::new("hello")).await.unwrap_err();
    assert!(format!("{error:#}").contains("the line is cut"), "{error:#}");
}
