//! References, resolved to absolute URLs as the URL standard (WHATWG) does for `http` and `https`.
//!
//! Hosts stay as they are but for their case: a name that is not ASCII has to be given in its `xn--` form.

use std::borrow::Cow;

use http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, percent_encode, utf8_percent_encode};

use crate::server::origin_of;

/// What is encoded in a query, in addition to what is not ASCII. A `%` is left alone, for it may be an encoding already.
const QUERY: AsciiSet = CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');
/// What is encoded in a path.
const PATH: AsciiSet = QUERY.remove(b'\'').add(b'?').add(b'^').add(b'`').add(b'{').add(b'}');

/// The absolute URL of a reference, seen from an absolute URL, without a fragment; `None` if it leads to no `http` or
/// `https` URL. An empty reference, or one that is but a fragment, is the base itself.
pub(crate) fn resolve(base: &str, reference: &str) -> Option<String> {
    let reference = cleaned(reference);
    let (scheme, rest) = match split_scheme(&reference) {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, &*reference),
    };
    let base = origin_of(base).map(|origin| (origin, &base[origin.len()..]));
    let base_scheme = base.and_then(|(origin, _)| split_scheme(origin)).map(|(scheme, _)| scheme);
    let is_slash = |c: char| matches!(c, '/' | '\\');
    let slashes = rest.chars().take_while(|c| is_slash(*c)).count();
    let same = scheme.is_none() || scheme.as_deref() == base_scheme.as_deref();
    if slashes >= 2 || !same {
        // An authority; further slashes are skipped.
        let scheme = scheme.or(base_scheme)?;
        let rest = rest.trim_start_matches(is_slash);
        let (authority, rest) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
        return Some([&origin(&scheme, authority)?, &*path_and_query(rest)].concat());
    }
    let (base_origin, base_rest) = base?;
    let origin = origin(&base_scheme?, base_origin.split_once("://")?.1)?;
    let base_rest = base_rest.split('#').next().unwrap_or_default();
    let (base_path, _) = base_rest.split_once('?').unwrap_or((base_rest, ""));
    let absolute = match rest.chars().next() {
        None | Some('#') => base_rest.to_owned(),
        Some('?') => [base_path, rest].concat(),
        Some('/' | '\\') => rest.to_owned(),
        Some(_) => [&base_path[..base_path.rfind(is_slash).map_or(0, |slash| slash + 1)], rest].concat(),
    };
    Some([origin, path_and_query(&absolute)].concat())
}

/// A header's value as text, with what is not ASCII percent-encoded: servers send names of files there as they are.
pub(crate) fn reference_in(value: &HeaderValue) -> Cow<'_, str> {
    percent_encode(value.as_bytes(), &AsciiSet::EMPTY).into()
}

/// Whether two absolute URLs have the same scheme, host and port.
pub(crate) fn same_origin(one: &str, other: &str) -> bool {
    let normal =
        |url| origin_of(url).and_then(|own| own.split_once("://")).and_then(|(scheme, host)| origin(scheme, host));
    normal(one).is_some_and(|one| normal(other) == Some(one))
}

/// Whether it is an `https` URL.
pub(crate) fn is_https(url: &str) -> bool {
    url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
}

/// Without the blanks around it, and the line breaks and tabs in it.
fn cleaned(reference: &str) -> Cow<'_, str> {
    let reference = reference.trim_matches(|c| c <= ' ');
    match reference.contains(['\t', '\n', '\r']) {
        true => reference.replace(['\t', '\n', '\r'], "").into(),
        false => reference.into(),
    }
}

/// The scheme in lower case, and what follows its colon.
fn split_scheme(reference: &str) -> Option<(String, &str)> {
    let (scheme, rest) = reference.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    valid.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// Scheme and authority, without a port that says nothing; `None` where they are none of the web's.
fn origin(scheme: &str, authority: &str) -> Option<String> {
    let scheme = scheme.to_ascii_lowercase();
    let port = match &*scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let (credentials, host) = match authority.rfind('@') {
        Some(at) => authority.split_at(at + 1),
        None => ("", authority),
    };
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(port).or(host.strip_suffix(':')).unwrap_or(&host);
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if host.is_empty() || host.starts_with(':') || host.contains('%') || !is_plain(host) {
        return None;
    }
    Some(format!("{scheme}://{}{host}", utf8_percent_encode(credentials, &PATH)))
}

/// What follows an authority: encoded, and its path without `.` and `..`.
fn path_and_query(text: &str) -> String {
    let text = text.split('#').next().unwrap_or_default();
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix(['/', '\\']).unwrap_or(path).split(['/', '\\']).peekable();
    while let Some(segment) = segments.next() {
        let ends = segments.peek().is_none();
        match &*segment.to_ascii_lowercase().replace("%2e", ".") {
            ".." => drop(kept.pop()),
            "." => {}
            _ => {
                kept.push(segment);
                continue;
            }
        }
        // What ends by them is a folder.
        if ends {
            kept.push("");
        }
    }
    let mut written = String::with_capacity(text.len() + 1);
    for segment in kept {
        written.push('/');
        written.extend(utf8_percent_encode(segment, &PATH));
    }
    if let Some(query) = query {
        written.push('?');
        written.extend(utf8_percent_encode(query, &QUERY));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_as_the_url_standard_says() {
        let base = "https://a.example/dir/sub/file?q=1#f";
        for (reference, url) in [
            ("b.png", "https://a.example/dir/sub/b.png"),
            ("./b.png", "https://a.example/dir/sub/b.png"),
            ("../b.png", "https://a.example/dir/b.png"),
            ("../../../../b.png", "https://a.example/b.png"),
            ("%2E%2e/b.png", "https://a.example/dir/b.png"),
            ("..", "https://a.example/dir/"),
            (".", "https://a.example/dir/sub/"),
            ("/x", "https://a.example/x"),
            ("/x/./y/../z/", "https://a.example/x/z/"),
            ("\\x\\y", "https://a.example/x/y"),
            ("?x=1", "https://a.example/dir/sub/file?x=1"),
            ("", "https://a.example/dir/sub/file?q=1"),
            ("#g", "https://a.example/dir/sub/file?q=1"),
            ("//b.example/x?y#z", "https://b.example/x?y"),
            ("/\\b.example/x", "https://b.example/x"),
            ("http://b.example", "http://b.example/"),
            ("HTTP://B.example:80/X", "http://b.example/X"),
            ("https://b.example:443?x", "https://b.example/?x"),
            ("https://b.example:8443/x", "https://b.example:8443/x"),
            ("http:/\\/b.example/x", "http://b.example/x"),
            ("https:x", "https://a.example/dir/sub/x"),
            ("https:/x", "https://a.example/x"),
            ("http:x", "http://x/"),
            ("http://[::1]:80/x", "http://[::1]/x"),
            ("http://me:p w@b.example/", "http://me:p%20w@b.example/"),
            ("/two words", "https://a.example/two%20words"),
            ("/café?ü='", "https://a.example/caf%C3%A9?%C3%BC=%27"),
            ("/a%20b%zz%2F", "https://a.example/a%20b%zz%2F"),
            ("/{a}\"b\"<c>`^|'", "https://a.example/%7Ba%7D%22b%22%3Cc%3E%60%5E|'"),
            ("?{a}\"b\"<c>`^|\\", "https://a.example/dir/sub/file?{a}%22b%22%3Cc%3E`^|\\"),
            (" /x\r\n", "https://a.example/x"),
            ("/a\tb\nc", "https://a.example/abc"),
            ("/a\u{1}b", "https://a.example/a%01b"),
            ("./x:y/z", "https://a.example/dir/sub/x:y/z"),
        ] {
            assert_eq!(resolve(base, reference).as_deref(), Some(url), "{reference:?}");
            url.parse::<http::Uri>().unwrap();
        }
        for reference in ["file:///etc/passwd", "gopher://a.example/", "data:,x", "x:y", "http://", "https://b ad/x"] {
            assert_eq!(resolve(base, reference), None, "{reference}");
        }
        assert_eq!(resolve("", "https://b.example/a b").as_deref(), Some("https://b.example/a%20b"));
        assert_eq!(resolve("", "/x"), None);
        assert_eq!(resolve("https://a.example", "x").as_deref(), Some("https://a.example/x"));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for (one, other, same) in [
            ("https://a.example", "HTTPS://A.EXAMPLE:443/x", true),
            ("http://a.example:80", "http://a.example?x", true),
            ("http://[::1]:80", "http://[::1]", true),
            ("https://a.example", "http://a.example", false),
            ("https://a.example:80", "https://a.example", false),
            ("https://a.example", "https://me@a.example", false),
            ("https://a.example", "https://a.example@b.example", false),
            ("https://a.example", "https://a.example.b.example", false),
            ("/x", "/x", false),
        ] {
            assert_eq!(same_origin(one, other), same, "{one} {other}");
        }
    }
}
