//! Playback policies: whether a player may play something.

use std::sync::Arc;

use serde_json::{Value, json};

use super::core::Core;
use super::events::{seal, send};
use super::state::StudioState;
use crate::endpoints::studio::types::*;
use crate::webhook::EventKind;

/// Decides as the server does when a player asks for something.
pub(super) async fn may_play(core: &Arc<Core>, playback_id: &PlaybackId, credential: &str) -> bool {
    let Some(policy) = core.set(|state| policy(state, playback_id)) else { return false };
    match policy.kind {
        PlaybackPolicyType::Public => true,
        PlaybackPolicyType::Jwt => core.set(|state| token_allows(state, playback_id, credential)),
        PlaybackPolicyType::Webhook => ask(core, policy, credential).await,
        PlaybackPolicyType::Unknown(_) => false,
    }
}

/// The policy of the object with this playback id; `None` if there is none.
fn policy(state: &StudioState, id: &PlaybackId) -> Option<PlaybackPolicy> {
    let stream = state.streams.iter().find(|stream| stream.playback_id.as_ref() == Some(id));
    let asset = state.assets.iter().filter(|asset| asset.deleted != Some(true));
    let asset = asset.into_iter().find(|asset| asset.playback_id.as_ref() == Some(id));
    let policy = stream.map(|stream| &stream.playback_policy).or(asset.map(|asset| &asset.playback_policy))?;
    Some(policy.clone().unwrap_or_else(PlaybackPolicy::public))
}

/// Asks the webhook that the policy names, and respects both ways in which it can say no.
async fn ask(core: &Arc<Core>, policy: PlaybackPolicy, access_key: &str) -> bool {
    let timestamp = Timestamp::now().as_millis();
    let body = json!({
        "event": EventKind::PlaybackAccessControl,
        "context": policy.webhook_context.unwrap_or_default(),
        "accessKey": access_key,
        "timestamp": timestamp,
    });
    let asked = core.set(|state| {
        let listens = |events: &Vec<EventKind>| events.contains(&EventKind::PlaybackAccessControl);
        let webhook = state.webhooks.iter().find(|webhook| webhook.id == policy.webhook_id);
        let webhook = webhook.filter(|webhook| webhook.events.as_ref().is_some_and(listens))?;
        let sent = seal(webhook.url.clone(), webhook.shared_secret.as_ref(), body.to_string(), timestamp);
        Some((sent, state.transport()?))
    });
    let Some((sent, transport)) = asked else { return false };
    let outcome = send(&sent, transport).await;
    let response: Value = serde_json::from_slice(&outcome.body).unwrap_or_default();
    let denied = response["ret"].as_i64().is_some_and(|status| !(200..300).contains(&status));
    (200..300).contains(&outcome.status) && !denied
}

/// Whether a token was signed by one of the account's keys, for this and for now.
#[cfg(feature = "jwt")]
fn token_allows(state: &StudioState, id: &PlaybackId, token: &str) -> bool {
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
    use p256::ecdsa::signature::Verifier as _;
    use p256::ecdsa::{Signature, VerifyingKey};
    use p256::pkcs8::DecodePublicKey as _;

    let check = || {
        let (signed, signature) = token.rsplit_once('.')?;
        let claims = BASE64_URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()?;
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        let key = state.keys.iter().find(|key| claims["pub"] == key.public_key && key.disabled != Some(true))?;
        let pem = String::from_utf8(BASE64_STANDARD.decode(&key.public_key).ok()?).ok()?;
        let signature = Signature::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        VerifyingKey::from_public_key_pem(&pem).ok()?.verify(signed.as_bytes(), &signature).ok()?;
        let for_this = claims["sub"] == id.as_str() && claims["action"] == "pull";
        Some(for_this && claims["exp"].as_i64()? > state.now / 1000)
    };
    check().unwrap_or(false)
}

/// Without the feature `jwt` no token can be verified, and none is accepted.
#[cfg(not(feature = "jwt"))]
fn token_allows(_: &StudioState, _: &PlaybackId, _: &str) -> bool {
    false
}
