//! Deliveries with any headers and any body: what is not signed is never taken, and what is signed never ends the
//! receiver.
//!
//! Input: values of the signature header, each ended by a line feed; an empty one; the body.

#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use livepeer::webhook::{Event, SIGNATURE_HEADER, Verifier, VerifyError, sign};
use serde_json::Value;

const SECRET: &str = "secret-of-the-webhook";

fuzz_target!(|data: &[u8]| {
    let split = data.windows(2).position(|pair| pair == b"\n\n");
    let (lines, body) = split.map_or((data, &[][..]), |at| (&data[..at], &data[at + 2..]));

    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(SIGNATURE_HEADER, value);
        }
    }
    let verifier = Verifier::new(SECRET).also("another secret").tolerance(Duration::MAX);
    for outcome in [verifier.verify(&headers, body).err(), verifier.verify_access(&headers, body).err()] {
        let error = outcome.expect("nobody signed this");
        assert!(error.status().is_client_error(), "{error}");
        assert!(!format!("{error} {error:?} {verifier:?}").contains(SECRET));
    }

    // The same body, signed.
    let time = serde_json::from_slice::<Value>(body).ok().and_then(|json| json.get("timestamp")?.as_u64());
    let time = time.unwrap_or(1_700_000_000_000);
    let header = HeaderValue::from_str(&sign(SECRET, body, time)).unwrap();
    headers.clear();
    headers.append(SIGNATURE_HEADER, header.clone());
    let now = Duration::from_millis(1_700_000_000_000);
    let verifier = Verifier::new("old secret").also(SECRET).clock(move || UNIX_EPOCH + now);
    match verifier.verify(&headers, body) {
        Ok(event) => {
            assert!(now.abs_diff(Duration::from_millis(time)) <= Duration::from_secs(300));
            // A number that no float holds is kept as text only: serde refuses to write it.
            if let Ok(written) = serde_json::to_value(&event) {
                let again: Event = serde_json::from_value(written.clone()).unwrap();
                assert_eq!(serde_json::to_value(&again).unwrap(), written);
            }
            let _ = (event.kind(), format!("{event:?}"));
            // A body that was touched is another one.
            let mut touched = body.to_vec();
            touched[0] ^= 1;
            assert!(matches!(verifier.verify(&headers, &touched), Err(VerifyError::WrongSignature)));
        }
        Err(error) => {
            let told = format!("{error} {error:?}");
            assert!(!told.contains(SECRET) && !matches!(error, VerifyError::WrongSignature), "{told}");
        }
    }
    let _ = verifier.verify_access(&headers, body);
});
