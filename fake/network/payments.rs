//! What has to be paid before anything is done.

use std::collections::HashSet;

use http::{HeaderMap, Response};
use serde_json::Value;
use typed_endpoint::Body;

use super::money::{Manifest, Params, Payment, TOKEN_LIFE};
use super::net::Network;
use super::reply::{json, json_error, text};
use super::state::State;
use crate::endpoints::network::orchestrator::{Challenge, PriceUnit};

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|value| !value.is_empty())
}

fn is_address(text: &str) -> bool {
    text.strip_prefix("0x").is_some_and(|digits| digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether a request has no payment.
pub(super) fn is_unpaid(headers: &HeaderMap) -> bool {
    header(headers, "livepeer-payment").is_none() && header(headers, "livepeer-segment").is_none()
}

/// The manifest that the credentials of a request's payment name.
pub(super) fn named_manifest(headers: &HeaderMap) -> Option<&str> {
    let segment = header(headers, "livepeer-segment")?;
    Some(segment.split_once('.').map_or(segment, |(manifest, _)| manifest))
}

impl Network {
    /// The manifest that a request pays for; `None` where nothing is to be paid.
    pub(super) fn paid(
        &self,
        state: &mut State,
        runner: &str,
        headers: &HeaderMap,
    ) -> Result<Option<String>, Box<Response<Body>>> {
        if state.runners.get(runner).is_none_or(|runner| runner.facts.price.is_none()) {
            return Ok(None);
        }
        let id = named_manifest(headers).unwrap_or_default();
        if state.manifests.get(id).is_some_and(|manifest| manifest.runner != runner) {
            return Err(text(403, "mismatched manifest and auth token").into());
        }
        self.accept(state, headers, None).map(Some)
    }

    /// The challenge as an error response, to a request without a payment where one is to be made.
    pub(super) fn challenged(
        &self,
        state: &mut State,
        origin: &str,
        runner: &str,
        headers: &HeaderMap,
    ) -> Result<(), Box<Response<Body>>> {
        let Some(price) = state.runners.get(runner).and_then(|runner| runner.facts.price.clone()) else {
            return Ok(());
        };
        if state.price_feed_is_down {
            return Err(text(503, "live runner price unavailable: there is no price of ETH").into());
        }
        if !is_unpaid(headers) {
            return Ok(());
        }
        let Some(sender) = header(headers, "livepeer-payer-address").filter(|address| is_address(address)) else {
            return Err(json_error(402, "invalid live runner payment signer address").into());
        };
        let id = state.hex(8);
        let manifest = Manifest {
            runner: runner.to_owned(),
            price: price.price.0,
            unit: price.unit,
            sender: sender.to_owned(),
            balance: 0,
            is_paid: false,
            nonces: HashSet::new(),
            links: HashSet::new(),
        };
        state.manifests.insert(id.clone(), manifest);
        Err(json(402, &self.challenge(state, origin, &id, &format!("{origin}/apps/{runner}/session/{id}/payment")))
            .into())
    }

    fn challenge(&self, state: &State, origin: &str, id: &str, payment_url: &str) -> Challenge {
        let price = state.manifests.get(id).map_or(0, |manifest| manifest.price);
        let expires = state.now() + TOKEN_LIFE;
        let params = Params { url: origin.to_owned(), manifest: id.to_owned(), price, expires };
        Challenge {
            payment_params: params.write(),
            orchestrator: origin.into(),
            manifest_id: id.into(),
            payment_url: payment_url.into(),
            ..Challenge::default()
        }
    }

    /// Takes a payment, for a session if it has one.
    pub(super) fn accept(
        &self,
        state: &mut State,
        headers: &HeaderMap,
        session: Option<&str>,
    ) -> Result<String, Box<Response<Body>>> {
        let refuse = |status, reason: &str| Err(Box::new(text(status, reason)));
        let now = state.now();
        let (Some(payment), Some(segment)) = (header(headers, "livepeer-payment"), header(headers, "livepeer-segment"))
        else {
            return refuse(403, "segment sig check failed");
        };
        let (id, expires) = segment.split_once('.').unwrap_or((segment, ""));
        if id == "bad" || expires.parse().is_ok_and(|expires: u128| expires < now.as_millis()) {
            return refuse(403, "segment sig check failed");
        }
        if session.is_some_and(|session| session != id) {
            return refuse(403, "mismatched session and payment manifest");
        }
        let Some(payment) = Payment::read(payment) else {
            return refuse(402, "base64 decode error: illegal base64 data at input byte 0");
        };
        let is_devalued = state.settings.is_devalued;
        let now_costs = |runner: &str| Some(state.runners.get(runner)?.facts.price.as_ref()?.price.0);
        let current = state.manifests.get(id).and_then(|manifest| now_costs(&manifest.runner));
        let Some(manifest) = state.manifests.get_mut(id) else {
            return refuse(403, "mismatched manifest and auth token");
        };
        let is_fixed = manifest.unit == PriceUnit::Fixed;
        if is_fixed && (payment.price != manifest.price || current != Some(payment.price)) {
            return refuse(400, "payment price does not match live runner price");
        }
        if payment.nonce.is_some_and(|nonce| !manifest.nonces.insert(nonce)) {
            state.ledger.repeated += 1;
            return refuse(400, "invalid ticket senderNonce");
        }
        if payment.link.is_some_and(|link| !manifest.links.insert(link)) {
            state.ledger.paid_twice += 1;
        }
        manifest.balance += if is_devalued { 0 } else { payment.value };
        if is_fixed {
            match manifest.balance.checked_sub(manifest.price) {
                Some(left) => manifest.balance = left,
                None => {
                    let (fee, balance) = (manifest.price, manifest.balance);
                    return refuse(400, &format!("insufficient balance, mid={id}, fee={fee}, balance={balance}"));
                }
            }
        }
        manifest.is_paid = true;
        state.ledger.accepted += 1;
        state.ledger.highest_price = state.ledger.highest_price.max(payment.price);
        Ok(id.to_owned())
    }

    /// A further payment for a session.
    pub(super) fn pay(&self, id: &str, headers: &HeaderMap) -> Response<Body> {
        let mut state = self.lock();
        if !state.sessions.contains_key(id) {
            return text(404, "runner session not found");
        }
        if state.manifests.get(id).is_some_and(|manifest| manifest.unit == PriceUnit::Fixed) {
            return text(409, "fixed-price live runner sessions do not accept follow-up payments");
        }
        match self.accept(&mut state, headers, Some(id)) {
            Ok(_) => {
                let mut response = Response::new(Body::from(vec![0x1a, 12, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
                let media_type = http::HeaderValue::from_static("application/octet-stream");
                response.headers_mut().insert(http::header::CONTENT_TYPE, media_type);
                response
            }
            Err(response) => *response,
        }
    }

    pub(super) fn refresh(&self, origin: &str, body: &[u8]) -> Response<Body> {
        let mut state = self.lock();
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let get = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        if !is_address(get("sender")) {
            return json_error(400, "invalid sender");
        }
        let id = get("manifest_id");
        if id.is_empty() {
            return json_error(400, "missing manifest_id");
        }
        // The price stays that of the first payment.
        if !state.manifests.get(id).is_some_and(|manifest| manifest.is_paid && manifest.sender == get("sender")) {
            return json_error(409, "fixed price not found for session");
        }
        state.ledger.refreshed += 1;
        json(200, &self.challenge(&state, origin, id, &format!("{origin}/payment")))
    }
}
