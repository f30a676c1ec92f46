//! `Link` and `Retry-After`, as any server may send them.
//!
//! Input: header values, each ended by a line feed (which no value can hold).

#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use http::header::{LINK, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use typed_endpoint::fuzzing::{next_link, query_param, retry_after};

fuzz_target!(|data: &[u8]| {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(LINK, value.clone());
            headers.append(RETRY_AFTER, value);
        }
    }

    if let Some(target) = next_link(&headers) {
        assert!(!target.is_empty() && !target.contains('>'), "{target:?}");
        let text = String::from_utf8_lossy(data);
        assert!(text.contains(&target), "{target:?} was never sent");
        for name in ["cursor", "", "\u{fffd}"] {
            // What was read is read again from where it is written.
            if let Some(value) = query_param(&target, name) {
                let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
                let written = format!("/x?other=1&{}={}#y", encode(name), encode(&value));
                assert_eq!(query_param(&written, name), Some(value));
            }
        }
    }

    let asked = |headers: &HeaderMap, seconds| retry_after(headers, UNIX_EPOCH + Duration::from_secs(seconds));
    let (early, late) = (asked(&headers, 0), asked(&headers, 2_000_000_000));
    // Seconds stay, and dates come closer.
    assert_eq!(early.is_some(), late.is_some());
    assert!(early >= late, "{early:?} {late:?}");
    let numbers = headers.get_all(RETRY_AFTER).iter().filter_map(|value| value.to_str().ok()?.parse::<u32>().ok());
    if let Some(most) = numbers.max().filter(|_| !data.contains(&b'+')) {
        assert!(late >= Some(Duration::from_secs(most.into())), "{late:?} {most}");
    }
});
