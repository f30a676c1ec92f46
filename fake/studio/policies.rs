//! Playback policies.

use super::super::handler::{HandlerResult, crashed};
use super::super::state::StudioState;
use crate::endpoints::studio::types::*;
use typed_endpoint::mock::Reply;

/// The type of a policy by on-chain conditions, which only some accounts may use.
const LIT: &str = "lit_signing_condition";

fn is_lit(policy: &PlaybackPolicy) -> bool {
    matches!(&policy.kind, PlaybackPolicyType::Unknown(kind) if kind == LIT)
}

/// A webhook policy needs an existing webhook, and others a permission.
pub(super) fn check_policy(state: &StudioState, policy: Option<&PlaybackPolicy>) -> HandlerResult<()> {
    let Some(policy) = policy else { return Ok(()) };
    if is_lit(policy) {
        return Err(Reply::error(403, format!("user is not a subject of experiment: {}", LIT.replace('_', "-"))));
    }
    if policy.kind != PlaybackPolicyType::Webhook {
        return Ok(());
    }
    match state.webhooks.iter().any(|webhook| webhook.id == policy.webhook_id) {
        true => Ok(()),
        // Without an id the server asks its database for none, and fails.
        false => match &policy.webhook_id {
            Some(id) => Err(Reply::error(400, format!("webhook {id} not found"))),
            None => Err(crashed("Error")),
        },
    }
}

/// Streams have no policies by on-chain conditions.
pub(super) fn check_stream_policy(state: &StudioState, policy: Option<&PlaybackPolicy>) -> HandlerResult<()> {
    let Some(policy) = policy else { return Ok(()) };
    let is_given = |name: &str| policy.extra.get(name).is_some();
    if is_lit(policy) || is_given("resourceId") || is_given("unifiedAccessControlConditions") {
        let what = "with a resourceId or unifiedAccessControlConditions is not supported for streams";
        return Err(Reply::error(400, format!("playbackPolicy type \"{LIT}\" {what}")));
    }
    check_policy(state, Some(policy))
}

/// Whether everyone may play what has this policy.
pub(super) fn is_public(policy: Option<&PlaybackPolicy>) -> bool {
    policy.is_none_or(|policy| policy.kind == PlaybackPolicyType::Public)
}
