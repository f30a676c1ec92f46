//! Where the next page of a list is: the `Link` header (RFC 8288) and the query of the URL in it. For implementations of
//! [`Api::next_cursor`](crate::Api::next_cursor).
//!
//! ```
//! use http::HeaderMap;
//! use typed_endpoint::link::{next_link, query_param};
//!
//! let mut headers = HeaderMap::new();
//! headers.insert("link", r#"</books?cursor=p2>; rel="next""#.parse()?);
//! let url = next_link(&headers).unwrap_or_default();
//! assert_eq!(query_param(&url, "cursor").as_deref(), Some("p2"));
//! # Ok::<(), http::header::InvalidHeaderValue>(())
//! ```
//!
//! Everything here reads data of a server, so nothing fails: what is malformed is skipped, and at worst there is no next
//! page.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::LINK;

/// The target of the first link whose relation is `next`, as the server wrote it (it may be a
/// relative reference). Several headers, several links in a header and several relations of a
/// link are all looked through.
///
/// `None` when there is no such link or its target is empty.
pub fn next_link(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(LINK)
        .iter()
        .find_map(|value| find_next(&String::from_utf8_lossy(value.as_bytes())).map(str::to_owned))
}

/// The first value of the query parameter `name` in `url`, which may be relative; an empty text
/// when the parameter stands there without a value.
///
/// Names and values are read as HTML forms write them: `+` is a space, `%XX` a byte. A `%` without
/// two hex digits stands for itself, and bytes that are not UTF-8 become U+FFFD.
pub fn query_param(url: &str, name: &str) -> Option<String> {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    let (_, query) = url.split_once('?')?;
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (!pair.is_empty() && decode(key) == name).then(|| decode(value).into_owned())
    })
}

/// The target of the first `next` link in one header value.
fn find_next(value: &str) -> Option<&str> {
    let mut rest = Rest(value);
    loop {
        rest.skip(|c| c == ',' || is_space(c));
        if rest.0.is_empty() {
            return None;
        }
        if rest.accept('<') {
            let target = rest.take_until(|c| c == '>').trim_matches(is_space);
            rest.accept('>');
            if is_next(&mut rest) && !target.is_empty() {
                return Some(target);
            }
        }
        // Only what is not a link, or is left of one that is not well formed.
        rest.take_until(|c| c == ',');
    }
}

/// Reads the parameters of a link; whether they make it the next page of the list.
fn is_next(rest: &mut Rest<'_>) -> bool {
    let mut relation = None;
    let mut elsewhere = false;
    rest.skip(is_space);
    while rest.accept(';') {
        rest.skip(is_space);
        let name = rest.take_until(|c| matches!(c, '=' | ';' | ',') || is_space(c));
        rest.skip(is_space);
        let value = if rest.accept('=') {
            rest.skip(is_space);
            rest.value()
        } else {
            Cow::Borrowed("")
        };
        rest.skip(is_space);
        if name.eq_ignore_ascii_case("rel") {
            // Of several, the standard wants the first.
            relation.get_or_insert(value);
        } else if name.eq_ignore_ascii_case("anchor") {
            // Such a link starts from another resource: it is the next page of something else.
            elsewhere = true;
        }
    }
    let mut relations = relation.iter().flat_map(|text| text.split_ascii_whitespace());
    !elsewhere && relations.any(|one| one.eq_ignore_ascii_case("next"))
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// What of a header value has not been read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn skip(&mut self, unwanted: impl Fn(char) -> bool) {
        self.0 = self.0.trim_start_matches(unwanted);
    }

    fn accept(&mut self, wanted: char) -> bool {
        let after = self.0.strip_prefix(wanted);
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }

    /// Everything before the first character that `ends` it, or all there is.
    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let (taken, left) = self.0.split_at(self.0.find(ends).unwrap_or(self.0.len()));
        self.0 = left;
        taken
    }

    /// A parameter's value, quoted or bare.
    ///
    /// A bare one may hold spaces, against the standard, for the sake of `rel=next last`.
    fn value(&mut self) -> Cow<'a, str> {
        if !self.accept('"') {
            return Cow::Borrowed(self.take_until(|c| matches!(c, ';' | ',')));
        }
        let mut text = Cow::Borrowed(self.take_until(|c| matches!(c, '"' | '\\')));
        while self.accept('\\') {
            let mut chars = self.0.chars();
            text.to_mut().extend(chars.next());
            self.0 = chars.as_str();
            text.to_mut().push_str(self.take_until(|c| matches!(c, '"' | '\\')));
        }
        self.accept('"');
        text
    }
}

/// Undoes the encoding of HTML forms.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, left) = match (first, after) {
            (b'+', _) => (b' ', after),
            (b'%', [high, low, left @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, left),
                _ => (b'%', after),
            },
            _ => (*first, after),
        };
        bytes.push(byte);
        rest = left;
    }
    Cow::Owned(match String::from_utf8_lossy(&bytes) {
        Cow::Owned(mended) => mended,
        Cow::Borrowed(valid) => valid.to_owned(),
    })
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn next<V: AsRef<[u8]>>(values: &[V]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, HeaderValue::from_bytes(value.as_ref()).unwrap());
        }
        next_link(&headers)
    }

    #[test]
    fn finds_the_next_page() {
        for value in [
            r#"<u>; rel="next""#,
            r#"<u>; rel=next"#,
            r#"<u>;rel=NEXT"#,
            r#"< u >  ; REL = "Next" "#,
            r#"<u>; rel="last next""#,
            r#"<u>; rel=last next; title=x"#,
            r#"<u>; title="a, b; rel=\"prev\""; rel="next""#,
            r#"<u>; title="<v>; rel=prev, \\"; rel="next""#,
            r#"<u>; title*=UTF-8''%e2%82%ac; flag; rel="next"; rel="prev""#,
            r#"<v>; rel="prev", <u>; rel="next", <w>; rel="next""#,
            r#"<a,b;rel="next">; rel="prev",<u>; rel="next""#,
            r#", ,junk, <u>; rel="next""#,
            r#"<v>; rel="prev" junk, <u>; rel="next""#,
            r#"<v>; rel="next"; anchor="/other", <u>; rel="next""#,
            r#"<>; rel="next", <u>; rel="next""#,
            r#"<u>; rel="ne\xt"#,
        ] {
            assert_eq!(next(&[value]).as_deref(), Some("u"), "{value}");
        }
    }

    #[test]
    fn takes_the_target_as_it_is() {
        for target in [
            "https://x.test/api/stream?cursor=skip20&q=a,b;c=%3E",
            "/stream?filters=[{\"id\":\"a\",\"value\":1}]",
            "?cursor=undefined",
        ] {
            assert_eq!(next(&[format!("<{target}>; rel=\"next\"")]).as_deref(), Some(target));
        }
    }

    #[test]
    fn looks_through_several_headers() {
        let values = [&b"<v>; rel=prev"[..], b"\xff\xfe", b"<u>; rel=next"];
        assert_eq!(next(&values).as_deref(), Some("u"));
    }

    #[test]
    fn gives_nothing_for_what_is_no_next_link() {
        for value in [
            "",
            "<u>",
            "<u>; rel",
            "<u>; rel=",
            "<u>; rel=\"",
            "<u>; rel=nextpage",
            "<u>; rev=next",
            "<u>; rel=prev; rel=next",
            "<u; rel=next",
            "u; rel=next",
            "<>; rel=next",
            "<u> rel=next",
            "<u>; title=\"; rel=next",
        ] {
            assert_eq!(next(&[value]), None, "{value}");
        }
    }

    #[test]
    fn reads_query_parameters() {
        for (url, value) in [
            ("https://x.test/a?cursor=skip20", Some("skip20")),
            ("/a?limit=2&cursor=x&cursor=y", Some("x")),
            ("?cursor=a%2Bb+c%20d%c3%a9", Some("a+b c dé")),
            ("?cur%73or=a=b", Some("a=b")),
            ("?cursor=a+b", Some("a b")),
            ("?cursor=x#y#z", Some("x")),
            ("?cursor", Some("")),
            ("?cursor=100%&x", Some("100%")),
            ("?cursor=%zz%4", Some("%zz%4")),
            ("?cursor=%ff", Some("\u{fffd}")),
            ("?&&cursor=x?y", Some("x?y")),
            ("/a?x=1#?cursor=y", None),
            ("/a#b?cursor=y", None),
            ("/cursor=x", None),
            ("?Cursor=x", None),
            ("", None),
        ] {
            assert_eq!(query_param(url, "cursor").as_deref(), value, "{url}");
        }
        assert_eq!(query_param("?", ""), None);
        assert_eq!(query_param("?=x", "").as_deref(), Some("x"));
    }

    /// Text in which what matters to the parser is common.
    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "<", ">", ";", ",", "\"", "\\", "=", " ", "\t", "rel", "next", "anchor", "é", "%", "+", "?", "&", "#",
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 0..4),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    fn percent_encoded(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    proptest! {
        #[test]
        fn any_header_is_survived(values in prop::collection::vec(pieces(), 0..4)) {
            let mut headers = HeaderMap::new();
            for value in values {
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    headers.append(LINK, value);
                }
            }
            let found = next_link(&headers);
            prop_assert!(found.is_none_or(|target| !target.is_empty() && !target.contains('>')));
        }

        #[test]
        fn any_url_is_survived(url in pieces(), name in pieces()) {
            query_param(&String::from_utf8_lossy(&url), &String::from_utf8_lossy(&name));
        }

        #[test]
        fn the_next_link_is_found_among_any_others(
            before in prop::collection::vec(("[!-;=?-~é]{0,12}", "[ -~é]{0,12}"), 0..4),
            target in "[!-;=?-~é]{1,12}",
            title in "[ -~é]{0,12}",
        ) {
            let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
            let mut value = String::new();
            for (target, title) in &before {
                value += &format!("<{target}>; title=\"{}\"; rel=\"prev\", ", quoted(title));
            }
            value += &format!("<{target}>; title=\"{}\"; rel=\"next\"", quoted(&title));
            prop_assert_eq!(next(&[value]), Some(target));
        }

        #[test]
        fn a_parameter_comes_back_as_it_went_in(
            others in prop::collection::vec(("[a-z]{0,8}", any::<String>()), 0..4),
            name in "[A-Z]{1,8}",
            value in any::<String>(),
        ) {
            let mut url = String::from("https://x.test/a?");
            for (name, value) in &others {
                url += &format!("{name}={}&", percent_encoded(value));
            }
            url += &format!("{}={}#end", percent_encoded(&name), percent_encoded(&value));
            prop_assert_eq!(query_param(&url, &name), Some(value));
        }
    }
}
