//! The errors that are this crate's own: each tells its own layer, gives the next by `source`, and all by `{:#}`.
#![allow(missing_docs)]

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use axum::extract::FromRequest;
use livepeer::asset::{Upload, UploadWaitError};
use livepeer::encryption::EncryptError;
use livepeer::mock::{self, Reply};
use livepeer::playback_access::{KeyError, TokenError};
use livepeer::tus::UploadError;
use livepeer::webhook::{Event, Verifier, VerifyError, WebhookRejection};
use livepeer::{Body, DecodeError, Error, File, Retry, generate, stream, webhook};

fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    std::iter::successors(Some(error), |error| (*error).source()).find_map(|error| error.downcast_ref())
}

/// A request whose body breaks off.
async fn rejected() -> WebhookRejection {
    let body = Body::reader_with_len(&b"{"[..], 100);
    let request = axum::extract::Request::new(axum::body::Body::new(body));
    Event::from_request(request, &Verifier::new("secret")).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn an_error_tells_its_own_layer_and_its_source_the_next() {
    let studio = mock::studio();
    let missing = || Upload::new(File::path("/no/such/film.mp4"));
    let not_uploaded = studio.client().upload(missing()).wait().await.unwrap_err();
    studio.fail_task(9, "unsupported codec");
    let failed = studio.client().upload(Upload::new(File::bytes(vec![7; 10]))).wait().await.unwrap_err();
    assert!(matches!(failed, UploadWaitError::Wait { .. }), "{failed:#}");
    let claims = serde_json::from_str::<u8>("x").unwrap_err();
    let array = "[[1, 2], 3]".parse::<generate::Array>().unwrap_err();
    let errors: Vec<Box<dyn StdError>> = vec![
        Box::new(not_uploaded),
        Box::new(failed),
        Box::new(VerifyError::NoSecret),
        Box::new(VerifyError::MissingSignature),
        Box::new(VerifyError::MalformedSignature("there is no time")),
        Box::new(VerifyError::WrongSignature),
        Box::new(VerifyError::TimeMismatch),
        Box::new(VerifyError::TooOld(Duration::from_secs(600))),
        Box::new(VerifyError::FromFuture(Duration::from_secs(600))),
        Box::new(VerifyError::Undecodable(DecodeError::custom("expected a number").in_field("timestamp"))),
        Box::new(rejected().await),
        Box::new(WebhookRejection::Verify(VerifyError::Undecodable(DecodeError::custom("expected a number")))),
        Box::new(EncryptError::PublicKey),
        Box::new(EncryptError::State),
        Box::new(EncryptError::Library),
        Box::new(KeyError::NoPrivateKey),
        Box::new(KeyError::PrivateKey),
        Box::new(KeyError::PublicKey),
        Box::new(KeyError::Mismatch),
        Box::new(TokenError::Key(KeyError::Mismatch)),
        Box::new(TokenError::Claims(claims)),
        Box::new(TokenError::Signature),
        Box::new(array),
    ];
    for error in &errors {
        let whole = format!("{error:#}");
        let mut layer: &dyn StdError = &**error;
        while let Some(source) = layer.source() {
            let next = source.to_string();
            // The errors of other crates have rules of their own.
            if !whole.contains("did not arrive") {
                assert!(!layer.to_string().contains(&next), "{layer} repeats {next}");
                assert!(whole.contains(&next), "{whole} lacks {next}");
            }
            layer = source;
        }
    }
    assert_eq!(cause::<io::Error>(&*errors[0]).unwrap().kind(), io::ErrorKind::NotFound);
    assert!(format!("{:#}", errors[1]).ends_with("it has failed on the server: unsupported codec"), "{:#}", errors[1]);
    assert!(cause::<DecodeError>(&*errors[11]).is_some());
    assert!(cause::<KeyError>(&*errors[19]).is_some() && cause::<serde_json::Error>(&*errors[20]).is_some());
}

#[tokio::test]
async fn a_missing_file_is_not_found_for_uploads_and_generations() {
    let client = mock::studio().client();
    let error = client.upload(Upload::new(File::path("/no/such/film.mp4"))).await.unwrap_err();
    assert!(matches!(&error, UploadError::Read(_)), "{error:#}");
    assert_eq!(cause::<io::Error>(&error).unwrap().kind(), io::ErrorKind::NotFound);
    let error = client.call(generate::Upscale::new("x", File::path("/no/such/picture.png"))).await.unwrap_err();
    assert_eq!(cause::<io::Error>(&error).unwrap().kind(), io::ErrorKind::NotFound, "{error:#}");
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::NotFound);
}

#[tokio::test]
async fn the_values_that_the_server_allows_are_reported() {
    let studio = mock::studio();
    let reply = r#"{"instancePath":"/events/0","keyword":"enum","params":{"allowedValues":["stream.started","stream.idle"]},
        "message":"must be equal to one of the allowed values"}"#;
    studio.reply_next(Reply::error(422, reply));
    let client = studio.client();
    let error = client.call(webhook::Create::new("hook", "https://example.com")).await.unwrap_err();
    let told = "events[0]: must be equal to one of the allowed values (stream.started, stream.idle)";
    assert!(error.to_string().contains(told), "{error}");
    let fields = error.body().unwrap().fields();
    assert_eq!((fields[0].field.as_str(), fields[0].allowed.len()), ("events[0]", 2));

    // Many, and long ones, are not all told.
    let values: Vec<_> = (0..100).map(|number| format!("{number}{}", "é".repeat(200))).collect();
    let reply =
        serde_json::json!({"instancePath": "", "keyword": "enum", "params": {"allowedValues": values}, "message": "m"});
    studio.reply_next(Reply::error(422, reply.to_string()));
    let error = client.call(stream::Create::new("x")).await.unwrap_err();
    assert!(error.to_string().len() < 4000 && error.to_string().contains(", …)"), "{error}");
}

#[tokio::test]
async fn a_deletion_that_was_repeated_tells_both_statuses() {
    let studio = mock::studio();
    studio.reply_next(Reply::error(500, "lost the database"));
    let client = studio.client().retry(Retry::attempts(2).initial_backoff(Duration::ZERO));
    let error: Error = client.call(stream::Delete::new("abc")).await.unwrap_err().into();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.earlier_attempts()[0].status.unwrap().as_u16(), 500);
    assert!(
        error.to_string().contains("before that: the server responded 500 Internal Server Error: lost the database")
    );
}
