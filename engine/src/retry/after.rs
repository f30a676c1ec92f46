//! The `Retry-After` header (RFC 9110, section 10.2.3), and `retry-after-ms`, which is more exact.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{HeaderName, RETRY_AFTER};

/// In milliseconds.
const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// How long the server asks to wait: `retry-after-ms`, else the `Retry-After` header as seconds or as a date.
///
/// A date in the past is no wait at all, a number beyond all bounds the longest there is. Seconds
/// may have a fraction, which the standard does not know but some servers send. Of several headers
/// the longest wait counts; what is neither number nor date is ignored.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let texts = |name| headers.get_all(name).iter().filter_map(|value| Some(value.to_str().ok()?.trim_ascii()));
    let exact = texts(RETRY_AFTER_MS).filter_map(|text| {
        let thousand = seconds(text)?;
        Some(if thousand == Duration::MAX { thousand } else { thousand / 1_000 })
    });
    exact.max().or_else(|| {
        let date = |text| Some(httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default());
        texts(RETRY_AFTER).filter_map(|text| seconds(text).or_else(|| date(text))).max()
    })
}

/// Reads `123` or `1.5`. By hand, because a float's syntax allows far more (`inf`, `-0`, `1e9`).
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let Ok(whole) = whole.parse() else {
        return Some(Duration::MAX);
    };
    let nanos = fraction
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(9)
        .fold(0, |nanos, digit| nanos * 10 + u32::from(digit - b'0'));
    Some(Duration::new(whole, nanos))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn asks(values: &[&[u8]]) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(RETRY_AFTER, HeaderValue::from_bytes(value).unwrap());
        }
        // Sun, 06 Nov 1994 08:49:37 GMT
        retry_after(&headers, UNIX_EPOCH + Duration::from_secs(784_111_777))
    }

    #[test]
    fn retry_after_is_read() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (value, expected) in [
            ("0", seconds(0)),
            ("120", seconds(120)),
            (" 007 ", seconds(7)),
            ("1.5", Some(Duration::from_millis(1_500))),
            ("0.0000000019", Some(Duration::from_nanos(1))),
            ("18446744073709551615", seconds(u64::MAX)),
            ("18446744073709551616", Some(Duration::MAX)),
            ("99999999999999999999999999.5", Some(Duration::MAX)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", seconds(10)),
            ("Sunday, 06-Nov-94 08:49:47 GMT", seconds(10)),
            ("Sun Nov  6 08:49:47 1994", seconds(10)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", seconds(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", seconds(0)),
            ("Mon, 06 Nov 1995 08:49:37 GMT", seconds(365 * 86_400)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", seconds(253_402_300_799 - 784_111_777)),
        ] {
            assert_eq!(asks(&[value.as_bytes()]), expected, "{value}");
        }
        for nonsense in [
            "",
            " ",
            "soon",
            "-1",
            "+1",
            "1e3",
            "inf",
            "NaN",
            "1.",
            ".5",
            "1.5.5",
            "1,5",
            "5s",
            "0x10",
            "1 2",
            "Sun, 31 Feb 1999 00:00:00 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "\u{661}",
        ] {
            assert_eq!(asks(&[nonsense.as_bytes()]), None, "{nonsense}");
        }
        assert_eq!(asks(&[]), None);
        assert_eq!(asks(&[b"\xff"]), None);
        assert_eq!(asks(&[b"soon", b"2", b"3", b"1"]), seconds(3));
    }

    #[test]
    fn milliseconds_are_read_and_more_exact() {
        let asks = |pairs: &[(&'static str, &'static str)]| {
            let pairs =
                pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            retry_after(&pairs.collect(), UNIX_EPOCH)
        };
        let millis = |millis| Some(Duration::from_millis(millis));
        assert_eq!(asks(&[("retry-after-ms", "700")]), millis(700));
        assert_eq!(asks(&[("retry-after-ms", "1.5")]), Some(Duration::from_micros(1_500)));
        assert_eq!(asks(&[("retry-after", "1"), ("retry-after-ms", "700")]), millis(700));
        assert_eq!(asks(&[("retry-after", "1"), ("retry-after-ms", "soon")]), millis(1_000));
        assert_eq!(asks(&[("retry-after-ms", "99999999999999999999999")]), Some(Duration::MAX));
    }

    proptest! {
        #[test]
        fn any_retry_after_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if HeaderValue::from_bytes(&bytes).is_ok() {
                asks(&[&bytes]);
            }
        }

        #[test]
        fn any_date_like_retry_after_is_survived(
            text in "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(, | |day, )[0-9 ]{2}[- ]?(Jan|Feb|Dec)[- ]?[0-9]{2,4} [0-9]{2}:[0-9]{2}:[0-9]{2}( GMT| [0-9]{4}|)",
        ) {
            asks(&[text.as_bytes()]);
        }

        #[test]
        fn seconds_come_back_as_they_went_in(secs in any::<u64>(), millis in 0_u32..1_000) {
            let expected = Duration::new(secs, millis * 1_000_000);
            prop_assert_eq!(asks(&[format!("{secs}.{millis:03}").as_bytes()]), Some(expected));
            prop_assert_eq!(asks(&[secs.to_string().as_bytes()]), Some(Duration::from_secs(secs)));
        }
    }
}
