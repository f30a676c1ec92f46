//! The caller's headers.

use http::header::{AUTHORIZATION, HeaderName, HeaderValue, PROXY_AUTHORIZATION};

use crate::encode;
use crate::error::RequestError;
use crate::secret::Secret;
use crate::settings::KeyProvider;

/// One of the caller's headers, with a fixed value or a provided one.
#[derive(Clone)]
pub(super) enum CallerHeader {
    Fixed(HeaderName, HeaderValue),
    Provided(HeaderName, KeyProvider),
}

/// The headers for one attempt, all of them sensitive.
pub(super) async fn resolve(headers: &[CallerHeader]) -> Result<Vec<(HeaderName, HeaderValue)>, RequestError> {
    let mut resolved = Vec::with_capacity(headers.len());
    for header in headers {
        resolved.push(match header {
            CallerHeader::Fixed(name, value) => (name.clone(), value.clone()),
            CallerHeader::Provided(name, provider) => {
                let value = provider().await.map_err(RequestError::key_provider)?;
                let (name, mut value) = encode::header(name.as_str(), value.expose(), &[])?;
                value.set_sensitive(true);
                (name, value)
            }
        });
    }
    Ok(resolved)
}

/// The secrets in headers: of the sensitive ones, each piece that a server may echo by itself, except the scheme of an
/// `Authorization`.
pub(super) fn secrets_in(headers: &[(HeaderName, HeaderValue)]) -> Vec<Secret> {
    let sensitive = headers.iter().filter(|(_, value)| value.is_sensitive());
    let texts = sensitive.filter_map(|(name, value)| Some((name, value.to_str().ok()?)));
    texts
        .flat_map(|(name, text)| {
            let scheme = matches!(*name, AUTHORIZATION | PROXY_AUTHORIZATION) && text.contains(' ');
            text.split([' ', ',', ';']).skip(usize::from(scheme)).filter(|piece| !piece.is_empty())
        })
        .map(Secret::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_of_a_sensitive_header_is_a_secret() {
        for (name, text, pieces) in [
            ("authorization", "Bearer the-token", &["the-token"][..]),
            ("authorization", "the-token", &["the-token"]),
            ("cookie", "id=one; other=two", &["id=one", "other=two"]),
        ] {
            let (name, mut value) = encode::header(name, text, &[]).unwrap();
            value.set_sensitive(true);
            let secrets = secrets_in(&[(name.clone(), value)]);
            assert_eq!(secrets.iter().map(Secret::expose).collect::<Vec<_>>(), pieces);
            let shown = HeaderValue::from_static("1.0.0");
            assert!(secrets_in(&[(HeaderName::from_static("tus-resumable"), shown)]).is_empty());
        }
    }
}
