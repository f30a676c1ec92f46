//! Proof that Studio sent what a webhook delivers, and sent it just now.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, StatusCode};
use sha2::Sha256;
use typed_endpoint::codec::{Mode, Options};
use typed_endpoint::write_causes;

use super::{AccessRequest, Event, EventKind, Payload};
use crate::DecodeError;
use crate::endpoints::prelude::*;

/// The header that carries the signature of a delivery: `t=<milliseconds>,v1=<hex>`.
pub const SIGNATURE_HEADER: HeaderName = HeaderName::from_static("livepeer-signature");

/// How much the time of a delivery may differ from the clock of the receiver, unless
/// [`Verifier::tolerance`] says otherwise: five minutes. A redelivery is signed again, with the time
/// it is sent, so this need not cover the hours over which Studio tries again.
pub const DEFAULT_TOLERANCE: Duration = Duration::from_secs(300);

/// Why a delivery was not accepted. No message contains a secret or a signature. `{:#}` adds the causes.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The verifier has no secret, or an empty one. Nothing is accepted then: a signature made with
    /// an empty key could be made by anyone.
    NoSecret,
    /// The delivery is not signed. Studio leaves the header out when the webhook has no shared secret.
    MissingSignature,
    /// The header is not of the form `t=<milliseconds>,v1=<hex>`. The text says what is wrong.
    MalformedSignature(&'static str),
    /// None of the secrets gives this signature for this body.
    WrongSignature,
    /// The time in the header is not the time in the signed body: the header was altered.
    TimeMismatch,
    /// The delivery is older than the tolerance: it may be a replay.
    TooOld(
        /// Its age.
        Duration,
    ),
    /// The delivery is from the future by more than the tolerance: one of the clocks is wrong.
    FromFuture(
        /// How much it is ahead.
        Duration,
    ),
    /// Studio did sign the body, but it cannot be read as what was asked for. The error says why, without
    /// the texts that it found: they may be secrets.
    Undecodable(#[source] DecodeError),
}

/// As text, which a `main` that returns the error prints.
impl fmt::Debug for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret => {
                f.write_str("there is no secret to verify the webhook with: give the one that the webhook was made with")
            }
            Self::MissingSignature => f.write_str(
                "the webhook has no Livepeer-Signature header: Studio signs once the webhook has a shared secret",
            ),
            Self::MalformedSignature(how) => write!(f, "the Livepeer-Signature header is malformed: {how}"),
            Self::WrongSignature => f.write_str(
                "the signature of the webhook is wrong: check the shared secret, and that the body is what arrived, byte \
                 for byte",
            ),
            Self::TimeMismatch => {
                f.write_str("the webhook's header and body have different times: the header was changed on its way")
            }
            Self::TooOld(age) => write!(
                f,
                "the webhook was sent {age:?} ago, which is too long: check the clock; if it is right, this is a replay"
            ),
            Self::FromFuture(ahead) => write!(f, "the webhook was sent {ahead:?} in the future: check the clock"),
            Self::Undecodable(_) => f.write_str("the webhook is signed as it should be, but its body cannot be read"),
        }?;
        write_causes(self, f)
    }
}

impl VerifyError {
    /// The status to respond with.
    ///
    /// 401 where nothing proves that Studio sent the delivery, 400 for a malformed header. Studio
    /// gives up on a delivery that gets 4xx, and sends it again after a 5xx; hence 500 for
    /// a delivery that is genuine but cannot be read, or for a receiver without a secret: it is not
    /// lost, and arrives again once the receiver is fixed.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MalformedSignature(_) => StatusCode::BAD_REQUEST,
            Self::NoSecret | Self::Undecodable(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

/// Checks deliveries against one or several secrets. Cheap to clone.
///
/// ```
/// # use std::time::Duration;
/// # use livepeer::webhook::Verifier;
/// let verifier = Verifier::new("new secret")
///     .also("old secret") // until every delivery signed with it has arrived
///     .tolerance(Duration::from_secs(60));
/// ```
#[derive(Clone)]
pub struct Verifier {
    secrets: Arc<[Secret]>,
    tolerance: Duration,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Verifier {
    /// A verifier for the shared secret of a webhook.
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self { secrets: Arc::new([secret.into()]), tolerance: DEFAULT_TOLERANCE, clock: Arc::new(crate::clock::now) }
    }

    /// Accepts this secret too, so that a secret can be replaced without losing deliveries.
    pub fn also(mut self, secret: impl Into<Secret>) -> Self {
        self.secrets = self.secrets.iter().cloned().chain([secret.into()]).collect();
        self
    }

    /// How much the time of a delivery may differ from the clock, either way (default: five minutes).
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Takes the time from this clock instead of the system's.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Verifies and reads a delivery. `raw_body` must be the bytes as they arrived: the signature
    /// covers those, and JSON that was parsed and written again differs.
    ///
    /// A request of the access gate gives an event too, of the kind
    /// [`Payload::PlaybackAccessControl`], with an empty `id` and `webhook_id`: those requests have none.
    pub fn verify(&self, headers: &HeaderMap, raw_body: &[u8]) -> Result<Event, VerifyError> {
        let outline = self.authenticate(headers, raw_body)?;
        if outline.event.is_none() && (outline.access_key.is_some() || outline.context.is_some()) {
            let request: AccessRequest = decode(raw_body)?;
            return Ok(Event {
                created_at: request.timestamp,
                timestamp: request.timestamp,
                payload: Payload::PlaybackAccessControl(request),
                ..Event::default()
            });
        }
        decode(raw_body)
    }

    /// Verifies and reads a request of the access gate: may this viewer play this?
    ///
    /// Anything else that Studio signed is [`VerifyError::Undecodable`].
    pub fn verify_access(&self, headers: &HeaderMap, raw_body: &[u8]) -> Result<AccessRequest, VerifyError> {
        let outline = self.authenticate(headers, raw_body)?;
        // A viewer who is nobody in particular presents no key.
        let other = outline.event.is_some_and(|event| event != EventKind::PlaybackAccessControl.as_str());
        match other && outline.access_key.is_none() {
            false => decode(raw_body),
            true => Err(VerifyError::Undecodable(DecodeError::custom("not a request of the access gate"))),
        }
    }

    /// Proves that Studio sent this body, and sent it just now.
    fn authenticate(&self, headers: &HeaderMap, raw_body: &[u8]) -> Result<Outline, VerifyError> {
        if self.secrets.iter().any(|secret| secret.expose().is_empty()) {
            return Err(VerifyError::NoSecret);
        }
        let signature = Signature::parse(headers)?;
        // Every secret is tried even after a match, so that the time taken does not tell which one it was.
        let genuine = self.secrets.iter().fold(false, |found, secret| found | signature.is_by(secret, raw_body));
        if !genuine {
            return Err(VerifyError::WrongSignature);
        }
        // The time in the header is not signed, only its twin in the body is.
        let outline = Options::new().mode(Mode::Lenient).decode_bytes::<Outline>(raw_body);
        let outline = outline.map_err(VerifyError::Undecodable)?.value;
        if outline.timestamp != Some(signature.time as f64) {
            return Err(VerifyError::TimeMismatch);
        }
        let now = (self.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        let sent = Duration::from_millis(signature.time);
        let distance = now.abs_diff(sent);
        match distance > self.tolerance {
            true if now > sent => Err(VerifyError::TooOld(distance)),
            true => Err(VerifyError::FromFuture(distance)),
            false => Ok(outline),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("secrets", &self.secrets)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

model! {
    /// What must be known of a body before it is read as a whole.
    struct Outline: Studio {
        /// When it was sent.
        timestamp?: f64,
        /// What happened.
        event?: Value,
        /// The key that a viewer presented.
        access_key?: Value,
        /// What the playback policy says.
        context?: Value,
    }
}

fn decode<T: Field>(raw_body: &[u8]) -> Result<T, VerifyError> {
    Options::new().decode_bytes(raw_body).map(|decoded| decoded.value).map_err(VerifyError::Undecodable)
}

/// The signature header, taken apart.
struct Signature {
    time: u64,
    codes: Vec<[u8; 32]>,
}

impl Signature {
    fn parse(headers: &HeaderMap) -> Result<Self, VerifyError> {
        use VerifyError::{MalformedSignature, MissingSignature};
        if !headers.contains_key(SIGNATURE_HEADER) {
            return Err(MissingSignature);
        }
        let mut time = None;
        let mut codes = Vec::new();
        for value in headers.get_all(SIGNATURE_HEADER) {
            let value = value.to_str().map_err(|_| MalformedSignature("not plain text"))?;
            for part in value.split(',') {
                match part.trim().split_once('=') {
                    Some(("t", text)) => {
                        let parsed =
                            text.parse().map_err(|_| MalformedSignature("t is not a number of milliseconds"))?;
                        if time.replace(parsed).is_some() {
                            return Err(MalformedSignature("more than one t"));
                        }
                    }
                    Some(("v1", text)) => {
                        codes.push(unhex(text).ok_or(MalformedSignature("v1 is not 64 hexadecimal digits"))?);
                    }
                    // Another version of signature may come to stand next to this one.
                    Some(_) => {}
                    None => return Err(MalformedSignature("a part without =")),
                }
            }
        }
        match (time, codes.is_empty()) {
            (None, _) => Err(MalformedSignature("no t")),
            (_, true) => Err(MalformedSignature("no v1")),
            (Some(time), false) => Ok(Self { time, codes }),
        }
    }

    fn is_by(&self, secret: &Secret, raw_body: &[u8]) -> bool {
        let code = authentication_code(secret, raw_body);
        // `verify_slice` compares in constant time.
        self.codes.iter().fold(false, |found, claimed| found | code.clone().verify_slice(claimed).is_ok())
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn authentication_code(secret: &Secret, raw_body: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes a key of any length").chain_update(raw_body)
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let text: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
    }
    Some(bytes)
}

/// The value of the [`SIGNATURE_HEADER`] that Studio would send with this body: for tests of a receiver.
///
/// `timestamp` is in milliseconds since the epoch and must equal the `timestamp` in the body.
pub fn sign(secret: impl Into<Secret>, raw_body: &[u8], timestamp: u64) -> String {
    let mut header = format!("t={timestamp},v1=");
    for byte in authentication_code(&secret.into(), raw_body).finalize().into_bytes() {
        // Writing to a string cannot fail.
        let _ = write!(header, "{byte:02x}");
    }
    header
}
