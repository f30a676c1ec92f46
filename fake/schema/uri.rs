//! The format `uri` of the schema checker: RFC 3986, of a URL with an authority.

/// Whether a text is a URL.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let mut letters = scheme.chars();
    let has_scheme = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    has_scheme
        && is_authority(authority)
        && consists_of(path, ":@/\"")
        && consists_of(query, ":@/?\"")
        && consists_of(fragment, ":@/?\"")
}

fn is_authority(authority: &str) -> bool {
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if let Some(rest) = host.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        let is_address = address.parse::<std::net::Ipv6Addr>().is_ok();
        return consists_of(user, ":") && is_address && (port.is_empty() || is_port(port.trim_start_matches(':')));
    }
    let (host, port) = host.split_once(':').unwrap_or((host, ""));
    consists_of(user, ":") && consists_of(host, "\"") && is_port(port)
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether a text has only characters that need no escaping, these, and escaped ones.
fn consists_of(text: &str, more: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte);
        let escaped = |digit: Option<u8>| digit.is_some_and(|digit| digit.is_ascii_hexdigit());
        let is_escape = byte == b'%' && escaped(bytes.next()) && escaped(bytes.next());
        if !plain && !is_escape && !more.as_bytes().contains(&byte) {
            return false;
        }
    }
    true
}
