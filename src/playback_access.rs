//! Tokens that let a viewer play what is behind a `jwt` playback policy, and URLs that carry them.
//!
//! ```
//! # use std::time::Duration;
//! # use livepeer::{Secret, playback_access::{PlaybackSigner, with_jwt}};
//! # fn watch(public_key: &str, private_key: &Secret) -> Result<(), Box<dyn std::error::Error>> {
//! let signer = PlaybackSigner::new(public_key, private_key)?;
//! let token = signer.sign_playback("bd73uj7hxzdbvpen").expires_in(Duration::from_secs(600)).token()?;
//! let url = with_jwt("https://livepeercdn.studio/hls/bd73uj7hxzdbvpen/index.m3u8", &token);
//! # Ok(())
//! # }
//! ```

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use p256::{
    ecdsa::{Signature, SigningKey, VerifyingKey, signature::Signer as _},
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use typed_endpoint::write_causes;

use crate::endpoints::prelude::*;

/// The header in which a player may send a token instead of putting it in the URL.
pub const JWT_HEADER: &str = "Livepeer-Jwt";

/// The header in which a player may send an access key instead of putting it in the URL.
pub const ACCESS_KEY_HEADER: &str = "Livepeer-Access-Key";

/// How long a token is valid unless [`PlaybackToken::expires_in`] says otherwise: a day.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a pair of keys cannot sign. No message contains a key.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The signing key is without its private key.
    #[error("the signing key has no private key: Studio returns it once, when the key is created, and never again")]
    NoPrivateKey,
    /// The private key is neither a PKCS#8 PEM of a P-256 key nor the base64 of one.
    #[error("the private key is not a P-256 key in PKCS#8 PEM, nor the base64 of one: give it as Studio issued it")]
    PrivateKey,
    /// The public key is neither a PEM of a P-256 key nor the base64 of one.
    #[error("the public key is not a P-256 key in PEM, nor the base64 of one: give it as Studio issued it")]
    PublicKey,
    /// The two keys do not belong together: no token would be accepted.
    #[error("the public key belongs to another private key")]
    Mismatch,
}

/// As text, which a `main` that returns the error prints.
impl fmt::Debug for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why there is no token. `{:#}` adds the causes.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The key cannot sign.
    Key(#[from] KeyError),
    /// The claims cannot be written as JSON: what was given to [`PlaybackToken::custom`] is at fault.
    Claims(#[from] serde_json::Error),
    /// The signature could not be made.
    Signature,
}

/// As text, which a `main` that returns the error prints.
impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "the key cannot sign",
            Self::Claims(_) => "the claims of the token cannot be written as JSON",
            Self::Signature => "the token cannot be signed",
        })?;
        write_causes(self, f)
    }
}

/// A pair of keys that signs playback tokens. Signing asks nothing of the server.
#[derive(Clone)]
pub struct PlaybackSigner {
    private_key: SigningKey,
    public_key: String,
}

impl PlaybackSigner {
    /// Takes the keys as Studio issues them (base64 of PEM), or as PEM.
    ///
    /// # Errors
    ///
    /// When a key cannot be read, or the two do not belong together.
    pub fn new(public_key: &str, private_key: &Secret) -> Result<Self, KeyError> {
        let pem = pem(private_key.expose()).ok_or(KeyError::PrivateKey)?;
        let private_key = SigningKey::from_pkcs8_pem(&pem).map_err(|_| KeyError::PrivateKey)?;
        let pem = self::pem(public_key).ok_or(KeyError::PublicKey)?;
        let verifying_key = VerifyingKey::from_public_key_pem(&pem).map_err(|_| KeyError::PublicKey)?;
        if private_key.verifying_key() != &verifying_key {
            return Err(KeyError::Mismatch);
        }
        // Studio looks a key up by the very text it issued: the base64 of a PEM of which each line ends with a line feed.
        let public_key = match public_key.trim() {
            issued if !issued.starts_with(PEM_START) && !pem.contains('\r') => issued.to_owned(),
            _ => BASE64_STANDARD.encode(pem.lines().flat_map(|line| [line, "\n"]).collect::<String>()),
        };
        Ok(Self { private_key, public_key })
    }

    /// A token for what has this playback id, to be refined and then made by [`PlaybackToken::token`].
    pub fn sign_playback(&self, playback_id: impl fmt::Display) -> PlaybackToken {
        PlaybackToken::new(Ok(self.clone()), playback_id)
    }

    fn sign(&self, claims: &Claims<'_>) -> Result<Secret, TokenError> {
        let mut token = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","typ":"JWT"}"#);
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(claims)?, &mut token);
        let signature: Signature = self.private_key.try_sign(token.as_bytes()).map_err(|_| TokenError::Signature)?;
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature.to_bytes(), &mut token);
        Ok(Secret::from(token))
    }
}

impl fmt::Debug for PlaybackSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlaybackSigner").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}

const PEM_START: &str = "-----BEGIN ";

fn pem(key: &str) -> Option<Cow<'_, str>> {
    let key = key.trim();
    if key.starts_with(PEM_START) {
        return Some(key.into());
    }
    let pem = String::from_utf8(BASE64_STANDARD.decode(key).ok()?).ok()?;
    Some(pem.trim().to_owned().into())
}

impl super::access_control::SigningKey {
    /// A token for what has this playback id, to be refined and then made by [`PlaybackToken::token`].
    ///
    /// Only a key that was just created has its private key: keep that, and sign later with a
    /// [`PlaybackSigner`].
    pub fn sign_playback(&self, playback_id: impl fmt::Display) -> PlaybackToken {
        PlaybackToken::new(self.signer(), playback_id)
    }

    /// The pair of keys, to sign with many times.
    ///
    /// # Errors
    ///
    /// When the private key is not there, a key cannot be read, or the two do not belong together.
    pub fn signer(&self) -> Result<PlaybackSigner, KeyError> {
        PlaybackSigner::new(&self.public_key, self.private_key.as_ref().ok_or(KeyError::NoPrivateKey)?)
    }
}

/// A token that is being built.
#[derive(Debug)]
#[must_use = "makes nothing until .token() is called"]
pub struct PlaybackToken {
    signer: Result<PlaybackSigner, KeyError>,
    playback_id: String,
    issuer: String,
    lifetime: Duration,
    issued_at: Option<SystemTime>,
    custom: Option<serde_json::Result<serde_json::Value>>,
}

impl PlaybackToken {
    fn new(signer: Result<PlaybackSigner, KeyError>, playback_id: impl fmt::Display) -> Self {
        Self {
            signer,
            playback_id: playback_id.to_string(),
            issuer: "Livepeer".to_owned(),
            lifetime: DEFAULT_LIFETIME,
            issued_at: None,
            custom: None,
        }
    }

    /// How long the token is valid (default: a day), in whole seconds: rounded up, and one at least.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        let rest = u64::from(lifetime.subsec_nanos() > 0 || lifetime.is_zero());
        self.lifetime = Duration::from_secs(lifetime.as_secs().saturating_add(rest));
        self
    }

    /// Who issues the token, such as the address of your site (default: `Livepeer`).
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// Puts something of your own in the token, to find it again in records of playback. The token is
    /// signed, not encrypted: the viewer can read this.
    pub fn custom(mut self, custom: impl Serialize) -> Self {
        self.custom = Some(serde_json::to_value(custom));
        self
    }

    /// When the token counts as issued (default: now, by the system's clock).
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.issued_at = Some(time);
        self
    }

    /// Makes the token.
    ///
    /// # Errors
    ///
    /// When the key cannot sign, or what was given to [`custom`](Self::custom) is not JSON.
    pub fn token(self) -> Result<Secret, TokenError> {
        let signer = self.signer?;
        let issued_at = self.issued_at.unwrap_or_else(crate::clock::now);
        let iat = issued_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        signer.sign(&Claims {
            action: "pull",
            iss: &self.issuer,
            r#pub: &signer.public_key,
            sub: &self.playback_id,
            video: "none",
            exp: iat.saturating_add(self.lifetime.as_secs()),
            iat,
            custom: self.custom.transpose()?,
        })
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    action: &'a str,
    iss: &'a str,
    r#pub: &'a str,
    sub: &'a str,
    video: &'a str,
    exp: u64,
    iat: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom: Option<serde_json::Value>,
}

/// The playback URL with a token in it (`?jwt=`). Whoever has the result can play.
pub fn with_jwt(playback_url: &str, token: &Secret) -> Secret {
    with_parameter(playback_url, "jwt", token)
}

/// The playback URL with an access key in it (`?accessKey=`). Whoever has the result can play.
pub fn with_access_key(playback_url: &str, access_key: &Secret) -> Secret {
    with_parameter(playback_url, "accessKey", access_key)
}

/// What stands in a query as it is (RFC 3986, "unreserved").
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn with_parameter(url: &str, name: &str, value: &Secret) -> Secret {
    let (url, fragment) = split_before(url, '#');
    let (base, query) = split_before(url, '?');
    let mut result = base.to_owned();
    let mut separator = '?';
    // A second parameter of that name would leave it to the server which one counts.
    let kept = query
        .trim_start_matches('?')
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
    for pair in kept {
        result.push(separator);
        result.push_str(pair);
        separator = '&';
    }
    result.push(separator);
    result.push_str(name);
    result.push('=');
    result.extend(utf8_percent_encode(value.expose(), ENCODED));
    result.push_str(fragment);
    Secret::from(result)
}

fn split_before(text: &str, mark: char) -> (&str, &str) {
    text.split_at(text.find(mark).unwrap_or(text.len()))
}
