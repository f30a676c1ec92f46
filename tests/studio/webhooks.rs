//! Deliveries of webhooks: signed, logged, repeated.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderMap;
use livepeer::mock::{Mock, MockServer, Reply, StudioFake, sample};
use livepeer::webhook::{self, Event, EventKind, Payload};
use livepeer::{Client, PlaybackPolicy, access_control, asset, stream};

use super::{Result, studio};

const TOLERANCE: Duration = Duration::from_secs(300);

type Delivery = (HeaderMap, Vec<u8>);

/// What came to a receiver.
#[derive(Clone, Default)]
struct Inbox(Arc<Mutex<Vec<Delivery>>>);

impl Inbox {
    /// Takes everything in and responds with these statuses in turn, then with 200.
    async fn listen(&self, statuses: &[u16]) -> MockServer {
        let inbox = self.clone();
        let statuses = Arc::new(Mutex::new(statuses.to_vec()));
        let receiver = Mock::new().fallback(move |request: http::Request<livepeer::Body>| {
            let (inbox, statuses) = (inbox.clone(), statuses.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = body.bytes(usize::MAX).await.unwrap();
                inbox.0.lock().unwrap().push((parts.headers, body.to_vec()));
                let mut statuses = statuses.lock().unwrap();
                let status = if statuses.is_empty() { 200 } else { statuses.remove(0) };
                Reply::text(status, "heard")
            }
        });
        receiver.listen().await.unwrap()
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn events(&self, secret: &str) -> Vec<Event> {
        let all = self.0.lock().unwrap();
        all.iter().map(|(headers, body)| Event::verify(headers, body, secret, TOLERANCE).unwrap()).collect()
    }
}

async fn hook(client: &Client, url: String, events: impl Into<Vec<EventKind>>) -> Result<livepeer::WebhookId> {
    let create = webhook::Create::new("hook", url).events(events.into()).shared_secret("shared");
    Ok(client.call(create).await?.id.unwrap())
}

#[tokio::test]
async fn an_upload_tells_its_whole_story_signed() -> Result {
    let (studio, inbox) = (studio(), Inbox::default());
    let receiver = inbox.listen(&[]).await;
    let client = studio.client();
    let kinds = [
        EventKind::AssetCreated,
        EventKind::AssetUpdated,
        EventKind::AssetReady,
        EventKind::AssetDeleted,
        EventKind::TaskSpawned,
        EventKind::TaskUpdated,
        EventKind::TaskCompleted,
    ];
    hook(&client, receiver.url(), kinds.clone()).await?;
    let ticket = client.call(asset::RequestUpload::new("x")).await?;
    studio.receive_upload(ticket.asset.id.as_str(), 5).unwrap();
    studio.advance(Duration::from_secs(60));
    client.call(asset::Delete::new(&ticket.asset.id)).await?;
    studio.delivered().await;

    let events = inbox.events("shared");
    for kind in &kinds {
        assert!(events.iter().any(|event| event.kind() == *kind), "{kind}");
    }
    let ready = events.iter().find_map(|event| match &event.payload {
        Payload::AssetReady(payload) => Some(&payload.asset),
        _ => None,
    });
    assert_eq!(ready.unwrap().snapshot.status.as_ref().unwrap().phase, asset::Phase::Ready);
    let completed = events.iter().find_map(|event| match &event.payload {
        Payload::TaskCompleted(payload) => payload.success,
        _ => None,
    });
    assert_eq!(completed, Some(true));
    Ok(())
}

#[tokio::test]
async fn a_live_stream_tells_its_whole_story() -> Result {
    let (studio, inbox) = (studio(), Inbox::default());
    let receiver = inbox.listen(&[]).await;
    let client = studio.client();
    let kinds = [
        EventKind::StreamStarted,
        EventKind::StreamIdle,
        EventKind::RecordingStarted,
        EventKind::RecordingWaiting,
        EventKind::RecordingReady,
        EventKind::MultistreamConnected,
        EventKind::MultistreamDisconnected,
    ];
    hook(&client, receiver.url(), kinds.clone()).await?;
    let spec = stream::TargetSpec::new("rtmp://there.example/live/key");
    let targets = stream::Multistream::new().targets([stream::TargetRef::new("source").spec(spec)]);
    let made = client.call(stream::Create::new("x").record(true).multistream(targets)).await?;
    studio.go_live(&made.id);
    studio.go_idle(&made.id);
    studio.advance(Duration::from_secs(60));
    studio.delivered().await;
    let events = inbox.events("shared");
    for kind in &kinds {
        let event = events.iter().find(|event| event.kind() == *kind).unwrap_or_else(|| panic!("{kind}"));
        let stream = event.stream.as_ref().unwrap();
        assert_eq!((&stream.id, &stream.stream_key), (&made.id, &None));
    }
    assert_eq!(events.len(), kinds.len());
    Ok(())
}

/// One event to a receiver that responds with these statuses.
async fn one_event(statuses: &[u16]) -> Result<(StudioFake, Inbox, MockServer, livepeer::WebhookId)> {
    let (studio, inbox) = (studio().per_request(Duration::ZERO), Inbox::default());
    let receiver = inbox.listen(statuses).await;
    let client = studio.client();
    let id = hook(&client, receiver.url(), [EventKind::AssetCreated]).await?;
    client.call(asset::RequestUpload::new("x")).await?;
    studio.delivered().await;
    Ok((studio, inbox, receiver, id))
}

#[tokio::test]
async fn what_a_broken_receiver_missed_comes_again_with_the_same_id() -> Result {
    let (studio, inbox, _receiver, id) = one_event(&[503, 500]).await?;
    assert_eq!(inbox.len(), 1);
    studio.advance(Duration::from_secs(4));
    studio.delivered().await;
    assert_eq!(inbox.len(), 1);
    studio.advance(Duration::from_secs(1));
    studio.delivered().await;
    assert_eq!(inbox.len(), 2);
    studio.advance(Duration::from_secs(10));
    studio.delivered().await;
    studio.advance(Duration::from_secs(86_400));
    studio.delivered().await;
    let events = inbox.events("shared");
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| event.id == events[0].id));

    let client = studio.client();
    let logs = client.call(webhook::GetLogs::new(&id)).await?;
    let statuses: Vec<_> = logs.iter().map(|log| log.response.as_ref().unwrap().status.unwrap()).collect();
    assert_eq!(statuses, [200, 500, 503]);
    let (request, response) = (logs[0].request.as_ref().unwrap(), logs[0].response.as_ref().unwrap());
    assert_eq!(response.body.as_deref(), Some("aGVhcmQ="));
    assert!(request.body.as_ref().unwrap().contains("asset.created"));
    assert!(request.headers.as_ref().unwrap().contains_key("Livepeer-Signature"));
    studio.advance(Duration::from_secs(60));
    let status = client.call(webhook::Get::new(&id)).await?.status.unwrap();
    let failure = status.last_failure.unwrap();
    assert_eq!((failure.status_code, failure.response.as_deref()), (Some(500), Some("aGVhcmQ=")));
    Ok(())
}

#[tokio::test]
async fn what_is_never_taken_comes_33_times_an_hour_apart_in_the_end() -> Result {
    let (studio, inbox, _receiver, _id) = one_event(&[500; 100]).await?;
    for deliveries in 2..=40 {
        let wait = Duration::from_secs(5 << (deliveries - 2).min(20)).min(Duration::from_secs(3600));
        studio.advance(wait - Duration::from_secs(1));
        studio.delivered().await;
        assert_eq!(inbox.len(), (deliveries - 1).min(33));
        studio.advance(Duration::from_secs(1));
        studio.delivered().await;
        assert_eq!(inbox.len(), deliveries.min(33));
    }
    Ok(())
}

#[tokio::test]
async fn what_a_receiver_refused_never_comes_again() -> Result {
    let (studio, inbox, _receiver, id) = one_event(&[404]).await?;
    studio.advance(Duration::from_secs(86_400));
    studio.delivered().await;
    assert_eq!(inbox.len(), 1);
    let logs = studio.client().call(webhook::GetLogs::new(&id)).await?;
    assert_eq!((logs.len(), logs[0].success), (1, Some(false)));
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_is_not_there_gets_it_later() -> Result {
    let (studio, _, receiver, id) = one_event(&[503]).await?;
    drop(receiver);
    studio.advance(Duration::from_secs(5));
    studio.delivered().await;
    let logs = studio.client().call(webhook::GetLogs::new(&id)).await?;
    assert_eq!(logs[0].response.as_ref().unwrap().status, Some(0));
    Ok(())
}

#[tokio::test]
async fn without_a_secret_there_is_no_signature_and_other_streams_are_not_told_of() -> Result {
    let (studio, inbox) = (studio(), Inbox::default());
    let receiver = inbox.listen(&[]).await;
    let client = studio.client();
    let wanted = client.call(stream::Create::new("wanted")).await?.id;
    let other = client.call(stream::Create::new("other")).await?.id;
    let create = webhook::Create::new("x", receiver.url()).events([EventKind::StreamStarted]).stream_id(&wanted);
    client.call(create).await?;
    studio.go_live(&other);
    studio.go_live(&wanted);
    studio.delivered().await;
    let inbox = inbox.0.lock().unwrap();
    assert_eq!(inbox.len(), 1);
    assert!(inbox[0].0.get(webhook::SIGNATURE_HEADER).is_none());
    assert!(String::from_utf8_lossy(&inbox[0].1).contains(wanted.as_str()));
    Ok(())
}

#[tokio::test]
async fn a_webhook_decides_who_may_play() -> Result {
    let studio = studio();
    let client = studio.client();
    let receiver = Mock::new().fallback(async |request: http::Request<livepeer::Body>| {
        let (parts, body) = request.into_parts();
        let body = body.bytes(usize::MAX).await.unwrap();
        let asked = webhook::AccessRequest::verify(&parts.headers, &body, "shared", TOLERANCE).unwrap();
        assert_eq!(asked.context["film"], 7);
        match asked.access_key.expose() {
            "member" => Reply::status(200),
            "by-body" => Reply::json(200, &serde_json::json!({ "ret": 403 })),
            _ => Reply::status(403),
        }
    });
    let receiver = receiver.listen().await.unwrap();
    let id = hook(&client, receiver.url(), [EventKind::PlaybackAccessControl]).await?;
    let context: serde_json::Map<_, _> = [("film".to_owned(), 7.into())].into_iter().collect();
    let policy = PlaybackPolicy::webhook(id).webhook_context(context);
    let made = client.call(stream::Create::new("x").playback_policy(policy)).await?;
    let playback_id = made.playback_id.unwrap();
    assert!(studio.may_play(&playback_id, "member").await);
    assert!(!studio.may_play(&playback_id, "by-body").await);
    assert!(!studio.may_play(&playback_id, "stranger").await);
    Ok(())
}

#[tokio::test]
async fn a_token_decides_who_may_play() -> Result {
    let studio = studio();
    let client = studio.client();
    let open = client.call(stream::Create::new("open")).await?.playback_id.unwrap();
    let made = client.call(stream::Create::new("closed").playback_policy(PlaybackPolicy::jwt())).await?;
    let closed = made.playback_id.unwrap();
    let key = client.call(access_control::Create::new()).await?;
    let token = key.sign_playback(&closed).expires_in(Duration::from_secs(3600)).token().unwrap();
    let other = key.sign_playback(&open).token().unwrap();
    assert!(studio.may_play(&open, "").await);
    assert!(studio.may_play(&closed, token.expose()).await);
    for wrong in ["", "x.y.z", other.expose(), &token.expose()[..token.expose().len() - 4]] {
        assert!(!studio.may_play(&closed, wrong).await, "{wrong}");
    }
    assert!(!studio.may_play(&"none".into(), token.expose()).await);
    client.call(access_control::Update::new(key.id.clone().unwrap()).disabled(true)).await?;
    assert!(!studio.may_play(&closed, token.expose()).await);
    client.call(access_control::Update::new(key.id.unwrap()).disabled(false)).await?;
    assert!(studio.may_play(&closed, token.expose()).await);
    studio.advance(Duration::from_secs(2 * 3600));
    assert!(!studio.may_play(&closed, token.expose()).await);
    Ok(())
}

#[tokio::test]
async fn what_the_server_does_not_do_by_itself_can_be_told() -> Result {
    let (studio, inbox) = (studio(), Inbox::default());
    let receiver = inbox.listen(&[]).await;
    let client = studio.client();
    let kinds = [EventKind::StreamDetection, EventKind::MultistreamError, EventKind::PlaybackUserNew];
    hook(&client, receiver.url(), kinds).await?;
    let made = client.call(stream::Create::new("x")).await?;
    let told = [Payload::StreamDetection(sample()), Payload::MultistreamError(sample()), Payload::PlaybackUserNew];
    for payload in &told {
        studio.emit(payload.clone(), Some(&made.id));
        studio.delivered().await;
    }
    let events = inbox.events("shared");
    assert!(events.iter().map(|event| &event.payload).eq(&told));
    assert!(events.iter().all(|event| event.stream.as_ref().is_some_and(|stream| stream.id == made.id)));
    Ok(())
}
