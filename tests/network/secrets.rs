//! Secrets stay where they belong.

use std::sync::{Arc, Mutex};

use livepeer::Retry;
use livepeer::mock::{self, FakeRunner, Mock, Reply};
use livepeer::network::Price;
use tracing_subscriber::fmt::MakeWriter;

use crate::app::{Say, Status};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_signers_key_reaches_the_signer_alone() {
    let fake = mock::network().signer_key("sk_very_secret");
    fake.runner(FakeRunner::new("x/a").price(Price::per_second(1)));
    fake.runner(FakeRunner::new("x/shot").single_shot().price(Price::fixed(1)));
    let running = fake.listen().await.unwrap();
    let client = running.client();
    let session = client.app("x/a").reserve().await.unwrap();
    let echo = session.call(Say::new("hello")).await.unwrap();
    let echoed = client.run("x/shot", Say::new("hello")).await.unwrap();
    session.close().await.unwrap();
    assert!(fake.seen().len() >= 6);
    for parts in fake.seen() {
        assert!(!format!("{parts:?}").contains("sk_very_secret"), "{parts:?}");
    }
    for echo in [echo, echoed] {
        assert!(!format!("{echo:?}").contains("sk_very_secret"));
        assert!(!echo.headers.contains_key("authorization"));
    }
    assert!(!format!("{client:?}").contains("sk_very_secret"));
}

#[tokio::test]
async fn urls_of_sessions_and_payments_are_in_no_log_and_no_debug_output() {
    let fake = mock::network();
    // An app that does not show its own headers.
    let app = Mock::new().fallback(async |_| Reply::json(200, &serde_json::json!({ "body": "quiet" })));
    fake.runner(FakeRunner::new("x/a").price(Price::per_second(1)).serves(app));
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter("livepeer=debug").with_ansi(false).with_writer(log.clone()).finish();
    // With only one in the process, `tracing` lets whichever test logs first decide for all, and most have none.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(subscriber);
    tracing::callsite::rebuild_interest_cache();
    let session = fake.client().app("x/a").reserve().await.unwrap();
    session.call(Say::new("hello")).await.unwrap();
    let state = session.state();
    let payment = state.payment.as_ref().unwrap();
    let secrets = [
        session.id().expose(),
        state.app_url.expose(),
        state.control_url.expose(),
        payment.challenge.payment_url.expose(),
        payment.signer.as_ref().unwrap().state.expose(),
        payment.signer.as_ref().unwrap().sig.expose(),
    ]
    .map(str::to_owned);
    fake.end_sessions();
    let failed = session.call(Status::new(200)).retry(Retry::never()).await.unwrap_err();
    let mut shown = format!("{session:?} {state:?} {failed:?} {failed:#} {:?}", fake.client());
    session.close().await.unwrap();
    drop(guard);
    shown.push_str(&String::from_utf8_lossy(&log.0.lock().unwrap()));
    assert!(shown.contains("reserve") || shown.contains("Reserve"), "there is a log");
    for secret in secrets {
        if let Some(at) = shown.find(&secret) {
            let around = &shown[at.saturating_sub(300)..(at + 200).min(shown.len())];
            panic!("`{secret}` is shown:\n{around}");
        }
    }
}

#[tokio::test]
async fn an_app_that_echoes_its_headers_shows_no_payment_and_no_session_in_errors() {
    let fake = mock::network();
    let app = |seen: Arc<Mutex<Vec<String>>>| {
        Mock::new().fallback(move |request: http::Request<livepeer::Body>| {
            let headers = request.headers().clone();
            // Of a single call the client does not know the session's id.
            let secrets: &[&str] = match headers.contains_key("livepeer-payment") {
                true => &["livepeer-payment", "livepeer-segment"],
                false => &["livepeer-session-id"],
            };
            let found =
                secrets.iter().filter_map(|name| headers.get(*name)).map(|value| value.to_str().unwrap().to_owned());
            seen.lock().unwrap().extend(found);
            async move {
                let headers: Vec<_> = headers.values().map(|value| value.to_str().unwrap()).collect();
                Reply::json(500, &serde_json::json!({ "message": format!("cannot take {headers:?}") }))
            }
        })
    };
    let seen = Arc::new(Mutex::new(Vec::new()));
    fake.runner(FakeRunner::new("x/a").price(Price::per_second(1)).serves(app(seen.clone())));
    fake.runner(FakeRunner::new("x/shot").single_shot().price(Price::fixed(1)).serves(app(seen.clone())));
    let client = fake.client();
    let session = client.app("x/a").reserve().await.unwrap();
    let of_session = session.call(Say::new("hello")).await.unwrap_err();
    let of_shot = client.run("x/shot", Say::new("hello")).await.unwrap_err();
    session.close().await.unwrap();
    let shown = format!(
        "{of_session:#} {of_session:?} {} {of_shot} {of_shot:?}",
        String::from_utf8_lossy(of_session.raw_body())
    );
    assert!(shown.contains("cannot take"), "{shown}");
    let seen = seen.lock().unwrap().clone();
    assert!(seen.len() >= 3, "{seen:?}");
    for secret in seen {
        assert!(!shown.contains(&secret), "`{secret}` is shown: {shown}");
    }
}
