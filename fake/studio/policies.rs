//! Playback policies.

use super::super::handler::HandlerResult;
use super::super::state::StudioState;
use crate::endpoints::studio::types::*;
use typed_endpoint::mock::Reply;

/// A webhook policy needs an existing webhook.
pub(super) fn check_policy(state: &StudioState, policy: Option<&PlaybackPolicy>) -> HandlerResult<()> {
    let Some(policy) = policy.filter(|policy| policy.kind == PlaybackPolicyType::Webhook) else { return Ok(()) };
    match state.webhooks.iter().any(|webhook| webhook.id == policy.webhook_id) {
        true => Ok(()),
        false => {
            let id = policy.webhook_id.as_ref().map_or("undefined", WebhookId::as_str);
            Err(Reply::error(400, format!("webhook {id} not found")))
        }
    }
}

/// Whether everyone may play what has this policy.
pub(super) fn is_public(policy: Option<&PlaybackPolicy>) -> bool {
    policy.is_none_or(|policy| policy.kind == PlaybackPolicyType::Public)
}
