//! What the deliveries of a webhook say.
//!
//! ```
//! # use std::time::Duration;
//! # use livepeer::webhook::{Event, Payload, VerifyError};
//! # fn handle(headers: &http::HeaderMap, raw_body: &[u8], secret: &str) -> Result<(), VerifyError> {
//! let event = Event::verify(headers, raw_body, secret, Duration::from_secs(300))?;
//! match &event.payload {
//!     Payload::AssetReady(payload) => println!("{} can be played", payload.asset.id),
//!     _ => println!("{} is ignored", event.kind()),
//! }
//! # Ok(())
//! # }
//! ```

use std::time::Duration;

use http::HeaderMap;

use super::payload::RawJson;
use super::{AccessRequest, EventKind, Payload, Verifier, VerifyError};
use crate::Extra;
use crate::endpoints::prelude::*;
use crate::stream::Stream;

/// A delivery of a webhook.
///
/// Comes from [`Event::verify`] or a [`Verifier`]. It can also be deserialized, which proves nothing:
/// do that only with a body whose origin is known, such as one out of your own store.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Event {
    /// Id of the event. The same in every redelivery: handle each id once.
    pub id: String,
    /// The webhook that delivers it.
    pub webhook_id: WebhookId,
    /// When it happened.
    pub created_at: Timestamp,
    /// When this delivery was sent.
    pub timestamp: Timestamp,
    /// The stream it is about, if it is about one.
    pub stream: Option<Box<Stream>>,
    /// What happened, with its data.
    pub payload: Payload,
    /// Fields that this version does not know; `payload` is one where the kind should carry nothing, or nothing fixed.
    pub extra: Extra,
}

impl Event {
    /// Verifies and reads a delivery signed with `secret` and sent at most `tolerance` ago.
    ///
    /// `raw_body` must be the bytes as they arrived. See [`Verifier`] for several secrets.
    pub fn verify(
        headers: &HeaderMap,
        raw_body: &[u8],
        secret: impl Into<Secret>,
        tolerance: Duration,
    ) -> Result<Self, VerifyError> {
        Verifier::new(secret).tolerance(tolerance).verify(headers, raw_body)
    }

    /// What happened, without the rest.
    pub fn kind(&self) -> EventKind {
        EventKind::from(self.payload.name())
    }
}

model! {
    /// The body of a delivery, its payload not decoded yet.
    struct Envelope: Studio {
        /// Id of the event.
        id: String,
        /// The webhook.
        webhook_id: WebhookId,
        /// When it happened.
        created_at: Timestamp,
        /// When this delivery was sent.
        timestamp: Timestamp,
        /// What happened.
        event: EventKind,
        /// The stream concerned.
        stream?: Box<Stream>,
        /// What belongs to the kind.
        payload?: RawJson,
    }
}

impl Encode for Event {
    fn encode(&self, writer: &mut Writer) {
        let body = Envelope {
            id: self.id.clone(),
            webhook_id: self.webhook_id.clone(),
            created_at: self.created_at,
            timestamp: self.timestamp,
            event: self.kind(),
            stream: self.stream.clone(),
            payload: self.payload.write(),
            extra: self.extra.clone(),
        };
        body.encode(writer);
    }
}

impl Field for Event {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut body = Envelope::decode(reader)?;
        let kind = body.event.as_str();
        if kind.is_empty() {
            return Err(reader.invalid("no event"));
        }
        // The payload is read on its own, so a position within it would be one of another text.
        let payload = Payload::read(kind, &mut body.payload, reader.mode()).map_err(|error| {
            reader.invalid(format!("{kind}: {}", error.reason())).in_field(error.path()).in_field("payload")
        })?;
        if let Some(left) = body.payload.and_then(RawJson::into_value) {
            body.extra.insert("payload", left);
        }
        Ok(Self {
            id: body.id,
            webhook_id: body.webhook_id,
            created_at: body.created_at,
            timestamp: body.timestamp,
            stream: body.stream,
            payload,
            extra: body.extra,
        })
    }

    fn sample(sampler: &mut Sampler) -> Self {
        Self {
            id: sampler.required("id", String::sample),
            webhook_id: sampler.required("webhookId", WebhookId::sample),
            created_at: Timestamp::sample(sampler),
            timestamp: Timestamp::sample(sampler),
            stream: sampler.optional("stream", Field::sample),
            payload: Payload::sample(sampler),
            extra: Extra::default(),
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        Envelope::schema(schemas)
    }
}

serde_via_codec!(Event);

impl AccessRequest {
    /// Verifies and reads a request signed with `secret` and sent at most `tolerance` ago.
    ///
    /// `raw_body` must be the bytes as they arrived. See [`Verifier`] for several secrets.
    pub fn verify(
        headers: &HeaderMap,
        raw_body: &[u8],
        secret: impl Into<Secret>,
        tolerance: Duration,
    ) -> Result<Self, VerifyError> {
        Verifier::new(secret).tolerance(tolerance).verify_access(headers, raw_body)
    }
}
