//! Events of webhooks, delivered to a program on this machine.

mod common;

use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use common::{studio, with};
use livepeer::mock::{self, Mock, Reply};
use livepeer::webhook::{self, EventKind, Verifier};
use livepeer::{Body, stream};

/// A program that takes what is signed with this secret, and remembers it.
fn receiver() -> (Mock, std::sync::mpsc::Receiver<String>) {
    let (heard, told) = std::sync::mpsc::channel();
    let mock = Mock::new().fallback(move |request: http::Request<Body>| {
        let heard = heard.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = body.bytes(usize::MAX).await.unwrap();
            match Verifier::new("hush").verify(&parts.headers, &body) {
                Ok(event) => heard.send(event.kind().to_string()).unwrap(),
                Err(error) => return Reply::text(401, format!("{error}")),
            }
            Reply::status(204)
        }
    });
    (mock, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_every_kind_are_triggered() {
    let studio = studio().await;
    let (mock, told) = receiver();
    let server = mock.listen().await.unwrap();
    let help = studio.run(&["trigger", "nothing", "--forward-to", &server.url()]);
    assert_eq!(help.code, 2, "{}", help.err);
    for kind in
        ["stream.started", "recording.ready", "multistream.error", "asset.ready", "task.failed", "asset.deleted"]
    {
        let mut command = studio.command();
        command.env("SECRET", "hush").args(["trigger", kind, "--forward-to", &server.url(), "--secret-env", "SECRET"]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(told.try_recv().unwrap(), kind);
    }
    // Without a signature it is refused, and the error says so.
    let unsigned = studio.run(&["trigger", "stream.idle", "--forward-to", &server.url()]);
    assert!(unsigned.code != 0 && unsigned.err.contains("401"), "{}", unsigned.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_listened_for_without_a_tunnel() {
    // The URL of the webhook fails, so that Studio delivers each event again and again.
    let failing = Mock::new().fallback(async |_| Reply::status(500));
    let studio = with(mock::studio().deliver_through(failing)).await;
    let fake = studio.server.studio().clone();
    let client = fake.client();
    let create = webhook::Create::new("x", "http://there.example").shared_secret("hush");
    client.call(create.events([EventKind::StreamStarted, EventKind::StreamIdle])).await.unwrap();
    let made = client.call(stream::Create::new("x")).await.unwrap();
    fake.go_live(&made.id);
    fake.delivered().await;

    let (mock, told) = receiver();
    let server = mock.listen().await.unwrap();
    let mut command = studio.command();
    command.args(["listen", "--forward-to", &server.url(), "--interval", "0.05", "--count", "2"]);
    let mut child = command.spawn().unwrap();
    let mut notes = BufReader::new(child.stderr.take().unwrap()).lines();
    // What was before is not delivered.
    assert!(notes.next().unwrap().unwrap().contains("Waiting for events"));
    fake.go_idle(&made.id);
    fake.delivered().await;
    fake.advance(Duration::from_secs(6));
    fake.delivered().await;
    fake.go_live(&made.id);
    fake.delivered().await;
    assert!(child.wait().unwrap().success());
    assert_eq!(told.try_iter().collect::<Vec<_>>(), ["stream.idle", "stream.started"]);
}
