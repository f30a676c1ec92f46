//! Deliveries of webhooks: which are accepted, what they say, and why others are refused.
#![cfg(feature = "webhook")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue, StatusCode};
use livepeer::webhook::{AccessDecision, AccessRequest, Event, Payload, SIGNATURE_HEADER, Verifier, VerifyError, sign};
use serde_json::{Value, json};

const SECRET: &str = "whsec-café";
const SENT: u64 = 1_758_000_000_123;
const BODY: &[u8] = br#"{"id":"e1","webhookId":"w1","createdAt":1758000000000,"timestamp":1758000000123,"event":"stream.started","stream":{"id":"s1","name":"n"}}"#;
// printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET"
const CODE: &str = "ffd1f0ab653a5620a7bbfdced2948d46f896668d27e8ddd43e63b768716fe429";

fn at(milliseconds: u64) -> impl Fn() -> SystemTime + Send + Sync + 'static {
    move || UNIX_EPOCH + Duration::from_millis(milliseconds)
}

fn verifier() -> Verifier {
    Verifier::new(SECRET).clock(at(SENT))
}

fn headers(signature: &str) -> HeaderMap {
    HeaderMap::from_iter([(SIGNATURE_HEADER, HeaderValue::from_str(signature).unwrap())])
}

fn deliver(body: &Value) -> Result<Event, VerifyError> {
    let body = body.to_string();
    verifier().verify(&headers(&sign(SECRET, body.as_bytes(), SENT)), body.as_bytes())
}

fn event(name: &str, payload: Value) -> Value {
    json!({"id": "e1", "webhookId": "w1", "createdAt": 1, "timestamp": SENT, "event": name, "payload": payload})
}

/// Whether all that `part` says stands in `whole` too.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(name, value)| whole.get(name).is_some_and(|other| holds(other, value)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(one, other)| holds(one, other))
        }
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        _ => whole == part,
    }
}

#[test]
fn the_signature_is_the_one_openssl_computes() {
    assert_eq!(sign(SECRET, BODY, SENT), format!("t={SENT},v1={CODE}"));
}

#[test]
fn a_genuine_delivery_is_read() {
    let event = verifier().verify(&headers(&format!("t={SENT},v1={CODE}")), BODY).unwrap();
    assert_eq!((event.id.as_str(), event.webhook_id.as_str()), ("e1", "w1"));
    assert_eq!(event.payload, Payload::StreamStarted);
    assert_eq!(event.kind().as_str(), "stream.started");
    assert_eq!(event.stream.as_ref().unwrap().name, "n");
    let again: Event = serde_json::from_value(serde_json::to_value(&event).unwrap()).unwrap();
    assert_eq!(again, event);
}

#[test]
fn the_short_form_uses_the_clock_of_the_system() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let body =
        json!({"id": "e", "webhookId": "w", "createdAt": now, "timestamp": now, "event": "stream.idle"}).to_string();
    let headers = headers(&sign(SECRET, body.as_bytes(), now));
    let minute = Duration::from_secs(60);
    assert_eq!(Event::verify(&headers, body.as_bytes(), SECRET, minute).unwrap().payload, Payload::StreamIdle);
    assert!(matches!(Event::verify(&headers, body.as_bytes(), "other", minute), Err(VerifyError::WrongSignature)));
    assert!(matches!(
        AccessRequest::verify(&headers, body.as_bytes(), SECRET, minute),
        Err(VerifyError::Undecodable(_))
    ));
}

#[test]
fn an_old_secret_is_accepted_while_it_is_being_replaced() {
    let headers = headers(&sign("old", BODY, SENT));
    let new = Verifier::new("new").clock(at(SENT));
    assert!(matches!(new.verify(&headers, BODY), Err(VerifyError::WrongSignature)));
    assert!(new.clone().also("old").verify(&headers, BODY).is_ok());
    assert!(new.also("older").also("old").verify(&headers, BODY).is_ok());
}

#[test]
fn an_empty_secret_accepts_nothing() {
    let headers = headers(&sign("", BODY, SENT));
    let verifier = Verifier::new("").clock(at(SENT));
    let error = verifier.verify(&headers, BODY).unwrap_err();
    assert!(matches!(error, VerifyError::NoSecret));
    assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(matches!(Verifier::new(SECRET).also("").verify(&headers, BODY), Err(VerifyError::NoSecret)));
}

#[test]
fn a_delivery_without_a_signature_is_refused() {
    let error = verifier().verify(&HeaderMap::new(), BODY).unwrap_err();
    assert!(matches!(error, VerifyError::MissingSignature));
    assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
}

#[test]
fn a_malformed_header_is_refused() {
    for header in [
        "",
        "x",
        "t=1",
        &format!("v1={CODE}"),
        &format!("t=,v1={CODE}"),
        &format!("t=-1,v1={CODE}"),
        &format!("t=1.5,v1={CODE}"),
        &format!("t=99999999999999999999999,v1={CODE}"),
        &format!("t={SENT},t={SENT},v1={CODE}"),
        &format!("t={SENT},v1={}", &CODE[1..]),
        &format!("t={SENT},v1=0{CODE}"),
        &format!("t={SENT},v1={}g", &CODE[1..]),
        &format!("t={SENT},v1=+{}", &CODE[1..]),
        &format!("t={SENT};v1={CODE}"),
        &format!("t={SENT},v2={CODE}"),
    ] {
        let error = verifier().verify(&headers(header), BODY).unwrap_err();
        assert!(matches!(error, VerifyError::MalformedSignature(_)), "{header}: {error:?}");
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
    }
    let binary = HeaderMap::from_iter([(SIGNATURE_HEADER, HeaderValue::from_bytes(b"t=1,v1=\xff").unwrap())]);
    assert!(matches!(verifier().verify(&binary, BODY), Err(VerifyError::MalformedSignature(_))));
}

#[test]
fn spaces_other_versions_and_several_signatures_are_accepted() {
    let other = "0".repeat(64);
    for header in [
        format!("t={SENT}, v1={CODE}"),
        format!("v1={CODE},t={SENT}"),
        format!("t={SENT},v1={other},v1={CODE},v2=whatever"),
        format!("t={SENT},v1={}", CODE.to_uppercase()),
    ] {
        assert!(verifier().verify(&headers(&header), BODY).is_ok(), "{header}");
    }
}

#[test]
fn every_altered_byte_of_the_body_is_noticed() {
    let headers = headers(&format!("t={SENT},v1={CODE}"));
    for at in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[at] ^= 1;
        assert!(matches!(verifier().verify(&headers, &body), Err(VerifyError::WrongSignature)), "{at}");
    }
    assert!(matches!(verifier().verify(&headers, &BODY[1..]), Err(VerifyError::WrongSignature)));
}

#[test]
fn an_old_delivery_does_not_become_young_by_its_header() {
    let error = verifier().verify(&headers(&format!("t={},v1={CODE}", SENT + 1)), BODY).unwrap_err();
    assert!(matches!(error, VerifyError::TimeMismatch));
    let untimed = br#"{"id":"e1","event":"stream.idle"}"#;
    let error = verifier().verify(&headers(&sign(SECRET, untimed, SENT)), untimed).unwrap_err();
    assert!(matches!(error, VerifyError::TimeMismatch));
}

#[test]
fn the_tolerance_is_exact_both_ways() {
    let headers = headers(&format!("t={SENT},v1={CODE}"));
    let verify = |now| verifier().tolerance(Duration::from_secs(10)).clock(at(now)).verify(&headers, BODY);
    assert!(verify(SENT + 10_000).is_ok());
    assert!(verify(SENT - 10_000).is_ok());
    assert!(matches!(verify(SENT + 10_001), Err(VerifyError::TooOld(age)) if age == Duration::from_millis(10_001)));
    assert!(
        matches!(verify(SENT - 10_001), Err(VerifyError::FromFuture(ahead)) if ahead == Duration::from_millis(10_001))
    );
    assert!(matches!(verify(0), Err(VerifyError::FromFuture(_))));
}

#[test]
fn every_kind_has_its_payload() {
    let asset = json!({"asset": {"id": "a1", "snapshot": {"id": "a1", "name": "film"}}});
    let task = json!({"task": {"id": "t1", "type": "transcode", "snapshot": {"id": "t1", "type": "transcode"}}});
    let ended = json!({"success": true, "task": task["task"]});
    let session = json!({"session": {"id": "x1"}});
    let target = json!({"target": {"id": "m1", "name": "elsewhere", "profile": "source"}});
    let kinds = [
        ("stream.started", Value::Null),
        ("stream.detection", json!({"seqNo": 7, "sceneClassification": [{"name": "soccer", "probability": 0.5}]})),
        ("stream.idle", Value::Null),
        (
            "recording.ready",
            json!({"recordingUrl": "https://h/i.m3u8", "mp4Url": "https://h/i.mp4", "session": session["session"]}),
        ),
        ("recording.started", session.clone()),
        ("recording.waiting", session),
        ("multistream.connected", target.clone()),
        ("multistream.error", target.clone()),
        ("multistream.disconnected", target),
        ("playback.user.new", json!({"anything": [1, null]})),
        ("playback.accessControl", json!({"context": {"a": 1}, "accessKey": "k", "timestamp": SENT})),
        ("asset.created", asset.clone()),
        ("asset.updated", asset.clone()),
        ("asset.failed", asset.clone()),
        ("asset.ready", asset.clone()),
        ("asset.deleted", asset),
        ("task.spawned", task.clone()),
        ("task.updated", task),
        ("task.completed", ended.clone()),
        ("task.failed", ended),
    ];
    for (name, payload) in kinds {
        let mut body = event(name, payload.clone());
        if payload.is_null() {
            body.as_object_mut().unwrap().remove("payload");
        }
        let event = deliver(&body).unwrap();
        assert_eq!(event.payload.name(), name);
        assert!(!matches!(event.payload, Payload::Unknown { .. }), "{name}");
        let written = serde_json::to_value(&event).unwrap();
        assert!(holds(&written["payload"], &payload), "{written} is without something of {payload}");
        assert_eq!(serde_json::from_value::<Event>(written).unwrap(), event, "{name}");
        if !payload.is_null() && name != "playback.user.new" {
            body["payload"] = Value::Null;
            let error = deliver(&body).unwrap_err();
            assert!(format!("{error:#}").contains(&format!(": {name}: no payload")), "{error:?}");
        }
    }
}

#[test]
fn a_payload_that_is_not_fixed_may_be_any_or_none_and_is_kept() {
    for name in ["playback.user.new", "stream.started", "stream.idle"] {
        for payload in [None, Some(json!(null)), Some(json!({"viewerKey": "a secret"})), Some(json!("a secret"))] {
            let mut body = event(name, Value::Null);
            match &payload {
                Some(payload) => body["payload"] = payload.clone(),
                None => drop(body.as_object_mut().unwrap().remove("payload")),
            }
            let event = deliver(&body).unwrap();
            assert_eq!(event.payload.name(), name);
            assert!(!matches!(event.payload, Payload::Unknown { .. }), "{name}");
            assert_eq!(event.extra.get("payload"), payload.clone().filter(|payload| !payload.is_null()));
            assert!(!format!("{event:?}").contains("a secret"), "{event:?}");
            let written = serde_json::to_value(&event).unwrap();
            assert_eq!(written.get("payload"), payload.as_ref(), "{written}");
            assert_eq!(serde_json::from_value::<Event>(written).unwrap(), event);
        }
    }
}

/// As the same stream in a response: an event is delivered once, so it must not be lost over a detail.
#[test]
fn an_optional_field_of_an_unexpected_kind_does_not_refuse_the_event() {
    let mut body = event("stream.started", Value::Null);
    body["stream"] = json!({"id": "s", "name": "n", "lastSeen": "never", "profiles": {}});
    let event = deliver(&body).unwrap();
    let stream = event.stream.unwrap();
    assert_eq!((stream.id.as_str(), stream.last_seen, stream.profiles), ("s", None, None));
    assert_eq!((stream.extra.get("lastSeen"), stream.extra.get("profiles")), (Some("never".into()), Some(json!({}))));
}

#[test]
fn payloads_are_typed() {
    let Payload::AssetReady(payload) =
        deliver(&event("asset.ready", json!({"asset": {"id": "a1", "snapshot": {"name": "film"}}}))).unwrap().payload
    else {
        panic!("another kind")
    };
    assert_eq!((payload.asset.id.as_str(), payload.asset.snapshot.name.as_str()), ("a1", "film"));
    let Payload::TaskFailed(payload) = deliver(&event(
        "task.failed",
        json!({"success": false, "task": {"id": "t1", "type": "upload", "snapshot": {}}}),
    ))
    .unwrap()
    .payload
    else {
        panic!("another kind")
    };
    assert_eq!((payload.success, payload.task.kind.as_str()), (Some(false), "upload"));
}

#[test]
fn an_unknown_kind_and_unknown_fields_are_kept() {
    let mut body = event("asset.sang", json!({"song": "la"}));
    body["mood"] = json!("good");
    let event = deliver(&body).unwrap();
    assert_eq!(event.payload, Payload::Unknown { name: "asset.sang".into(), value: Some(json!({"song": "la"})) });
    assert_eq!(serde_json::to_value(&event).unwrap()["mood"], "good");
}

#[test]
fn a_genuine_body_that_cannot_be_read_says_why_and_is_sent_again() {
    for (body, why) in [
        (&b"hello"[..], "expected a value"),
        (b"", "unexpected end"),
        (b"[]", "expected an object"),
        (br#"{"timestamp":1758000000123}"#, "no event"),
        (br#"{"timestamp":1758000000123,"event":""}"#, "no event"),
        (br#"{"timestamp":1758000000123,"event":"asset.ready","payload":7}"#, "asset.ready: expected an object"),
    ] {
        let error = verifier().verify(&headers(&sign(SECRET, body, SENT)), body).unwrap_err();
        assert!(matches!(error, VerifyError::Undecodable(_) | VerifyError::TimeMismatch), "{error:?}");
        if let VerifyError::Undecodable(source) = &error {
            assert!(source.to_string().contains(why), "{source}");
            assert!(format!("{error:#}").contains(why), "{error:#}");
            assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
}

#[test]
fn why_a_body_cannot_be_read_is_reported_without_what_it_holds() {
    let body = br#"{"timestamp":"a secret","event":"asset.ready"}"#;
    let error = verifier().verify(&headers(&sign(SECRET, body, SENT)), body).unwrap_err();
    assert!(
        format!("{error:#}").contains("timestamp: expected a number, found a string at line 1 column 14"),
        "{error:#}"
    );
    assert!(!format!("{error:?}").contains("a secret"), "{error:?}");
}

#[test]
fn a_request_of_the_gate_is_read_both_ways() {
    let body = json!({"context": {"room": "lobby"}, "accessKey": "viewer-key", "timestamp": SENT, "playURL": "https://h/p", "headers": {"Origin": "https://o"}}).to_string();
    let headers = headers(&sign(SECRET, body.as_bytes(), SENT));
    let request = verifier().verify_access(&headers, body.as_bytes()).unwrap();
    assert_eq!(request.access_key.expose(), "viewer-key");
    assert_eq!(request.context["room"], "lobby");
    assert_eq!(serde_json::to_value(&request).unwrap()["playURL"], "https://h/p");
    assert!(!format!("{request:?}").contains("viewer-key"));
    let event = verifier().verify(&headers, body.as_bytes()).unwrap();
    assert_eq!(event.payload, Payload::PlaybackAccessControl(request));
    assert!(matches!(
        verifier().verify_access(&self::headers(&sign(SECRET, BODY, SENT)), BODY),
        Err(VerifyError::Undecodable(_))
    ));
}

#[test]
fn a_viewer_without_a_key_has_an_empty_one() {
    for (body, event) in [
        (json!({"context": {"room": "lobby"}, "timestamp": SENT}), true),
        (json!({"context": {"room": "lobby"}, "accessKey": null, "timestamp": SENT}), true),
        (json!({"event": "playback.accessControl", "timestamp": SENT}), false),
        (json!({"timestamp": SENT}), false),
    ] {
        let body = body.to_string();
        let headers = headers(&sign(SECRET, body.as_bytes(), SENT));
        let request = verifier().verify_access(&headers, body.as_bytes()).unwrap();
        assert_eq!(request.access_key.expose(), "", "{body}");
        if event {
            let event = verifier().verify(&headers, body.as_bytes()).unwrap();
            assert_eq!(event.payload, Payload::PlaybackAccessControl(request));
        }
    }
}

#[test]
fn the_access_decision_is_in_the_status_and_in_the_body() {
    let response = http::Response::<String>::from(AccessDecision::from(true));
    assert_eq!((response.status(), response.body().as_str()), (StatusCode::OK, "{}"));
    let response = http::Response::<String>::from(AccessDecision::from(false));
    assert_eq!((response.status(), response.body().as_str()), (StatusCode::FORBIDDEN, r#"{"ret":403}"#));
    assert_eq!(response.headers()["content-type"], "application/json");
}

#[test]
fn nothing_shows_a_secret() {
    let verifier = verifier().also("another-secret");
    let shown =
        format!("{verifier:?} {:?}", verifier.verify(&headers(&format!("t={SENT},v1={}", "0".repeat(64))), BODY));
    assert!(!shown.contains("whsec") && !shown.contains("another-secret") && !shown.contains(CODE), "{shown}");
}

#[test]
fn the_numbers_of_a_payload_keep_their_digits() {
    for number in ["1234567890123456789012345", "0.10000000000000000000001", "-0.0", "1e400"] {
        let text = format!(
            r#"{{"id":"e","webhookId":"w","createdAt":1,"timestamp":2,"event":"asset.ready","payload":{{"asset":{{"id":"a","snapshot":{{"id":"a","name":"n","new":{number}}}}}}}}}"#
        );
        let event: Event = livepeer::codec::from_json(&text).unwrap();
        let written = livepeer::codec::to_json(&event);
        assert!(written.contains(&format!(r#""new":{number}}}"#)), "{written}");
    }
}
