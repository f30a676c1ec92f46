//! Webhooks, playback tokens and random values: what needs a clock and randomness.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use livepeer::Multipart;
use livepeer::playback_access::PlaybackSigner;
use livepeer::webhook::{SIGNATURE_HEADER, Verifier, VerifyError, sign};

use super::Place;
use super::api::Read;

// Made for these tests, as in `tests/playback_access.rs`.
const PRIVATE: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgnr6jtwQ67XG//WEk
Nskatq3XNM52WpcfGojo7/Z2NgShRANCAAQxuZK1IC7UFWdoCP/82oYZs0vUSbiL
RAUIjru6TmRfNOKhrV3A4OMEf/HY41HHlBMIHJTKf+qszRIdZNmqT4mO
-----END PRIVATE KEY-----
";
const PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMbmStSAu1BVnaAj//NqGGbNL1Em4
i0QFCI67uk5kXzTioa1dwODjBH/x2ONRx5QTCByUyn/qrM0SHWTZqk+Jjg==
-----END PUBLIC KEY-----
";

/// The server's clock in milliseconds, with which that of the program has to agree.
async fn now(at: &Place) -> u64 {
    at.client().call(Read::new()).await.unwrap().now
}

pub async fn a_webhook_is_verified_by_the_clock(at: Place) {
    let now = now(&at).await;
    for (sent, is_fresh) in [(now, true), (now - 24 * 60 * 60 * 1000, false)] {
        let body =
            format!(r#"{{"id":"e1","webhookId":"w1","createdAt":{sent},"timestamp":{sent},"event":"stream.started"}}"#);
        let mut headers = http::HeaderMap::new();
        headers.insert(SIGNATURE_HEADER, sign("secret", body.as_bytes(), sent).parse().unwrap());
        let verified = Verifier::new("secret").verify(&headers, body.as_bytes());
        if is_fresh {
            assert_eq!(verified.unwrap().id, "e1");
        } else {
            assert!(matches!(verified, Err(VerifyError::TooOld(_))), "{verified:?}");
        }
        assert!(Verifier::new("another").verify(&headers, body.as_bytes()).is_err());
    }
}

pub async fn a_playback_token_is_signed_by_the_clock(at: Place) {
    let now = now(&at).await / 1000;
    let token = PlaybackSigner::new(PUBLIC, &PRIVATE.into()).unwrap().sign_playback("film").token().unwrap();
    let claims = token.expose().split('.').nth(1).unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["sub"], "film");
    assert!(claims["iat"].as_u64().unwrap().abs_diff(now) < 300, "{claims}, and it is {now}");
}

pub async fn random_values_differ(_: Place) {
    let boundary = async || Multipart::new().text("a", "b").into_body().await.unwrap().0;
    assert_ne!(boundary().await, boundary().await);
    assert!(boundary().await.len() > 32 + "multipart/form-data; boundary=form-".len() - 1);
}
