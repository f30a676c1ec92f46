//! Whose request it is, by its `Authorization` header.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::AUTHORIZATION;
use http::request::Parts;
use typed_endpoint::mock::Reply;

/// Whose request it is.
pub(super) enum Credentials {
    None,
    Key(String),
}

/// The key of a request, if it has one in a form that the server knows.
pub(super) fn credentials(parts: &Parts) -> Result<Credentials, Reply> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some((scheme, token)) = header.trim_start().split_once(char::is_whitespace) else {
        return Ok(Credentials::None);
    };
    let token = token.trim();
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if token.is_empty() || scheme.is_empty() || !scheme.chars().all(is_word) {
        return Ok(Credentials::None);
    }
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Ok(Credentials::Key(token.into())),
        "basic" => {
            let decoded = BASE64_STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            match decoded.as_deref().and_then(|pair| pair.split_once(':')) {
                Some((_, key)) if !key.is_empty() => Ok(Credentials::Key(key.into())),
                _ => Err(Reply::error(401, "no authorization token provided")),
            }
        }
        "jwt" => Err(Reply::error(401, "jwt malformed")),
        _ => Err(Reply::error(401, format!("unsupported authorization header scheme: {scheme}"))),
    }
}
