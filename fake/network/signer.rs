//! The signer: it makes payments, each from the state of the one before.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use typed_endpoint::Body;

use super::fault::{NetworkStep, afterwards, instead};
use super::money::{PIXELS, Params, Payment, cost};
use super::net::Network;
use super::reply::{cut, json as model, json_error, not_allowed, raw_json, text};
use crate::endpoints::network::orchestrator::PriceInfo;

/// Who pays.
const ADDRESS: &str = "0x2222222222222222222222222222222222222222";
/// How long before its end a challenge is too old.
const REFRESH_BEFORE: Duration = Duration::from_secs(3 * 60);
/// How many tickets a payment may have.
const MAX_TICKETS: u128 = 100;

/// What the signer signs of a session.
struct Chain {
    manifest: String,
    app: String,
    kind: String,
    price: u128,
    balance: u128,
    last: Duration,
    link: u64,
}

fn signature(state: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(format!("signer's key {state}")))
}

impl Chain {
    fn write(&self) -> Value {
        let text = json!({
            "manifest": self.manifest, "app": self.app, "kind": self.kind, "price": self.price as u64, "balance": self.balance as u64,
            "last": self.last.as_millis() as u64, "link": self.link,
        });
        let text = BASE64_STANDARD.encode(text.to_string());
        json!({ "Sig": signature(&text), "State": text })
    }

    fn read(state: &Value) -> Option<Self> {
        let text = state.get("State")?.as_str()?;
        if state.get("Sig")?.as_str()? != signature(text) {
            return None;
        }
        let state: Value = serde_json::from_slice(&BASE64_STANDARD.decode(text).ok()?).ok()?;
        let text = |name: &str| state.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| state.get(name).and_then(Value::as_u64);
        Some(Self {
            manifest: text("manifest")?,
            app: text("app")?,
            kind: text("kind")?,
            price: number("price")?.into(),
            balance: number("balance")?.into(),
            last: Duration::from_millis(number("last")?),
            link: number("link")?,
        })
    }
}

impl Network {
    /// Responds as the signer.
    pub(super) async fn signer(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let is_authorized = {
            let state = self.lock();
            if state.signer_is_down {
                return cut();
            }
            let bearer = |key: &String| format!("Bearer {key}");
            let given = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
            state.settings.signer_key.as_ref().map(bearer).is_none_or(|key| given == Some(&*key))
        };
        if !is_authorized {
            return json_error(401, "invalid credentials");
        }
        let step = match (&parts.method, parts.uri.path()) {
            (&Method::POST, "/generate-live-payment") => NetworkStep::Mint,
            (&Method::POST, "/sign-orchestrator-info") => NetworkStep::Sign,
            (&Method::GET, "/discover-orchestrators") => NetworkStep::Discover,
            (_, "/generate-live-payment" | "/sign-orchestrator-info") => return not_allowed("POST"),
            (_, "/discover-orchestrators") => return not_allowed("GET, HEAD"),
            _ => return text(404, "404 page not found"),
        };
        let Ok(body) = body.bytes(1 << 20).await else { return json_error(400, "the body cannot be read") };
        let fault = self.lock().faults.take(step);
        if let Some(response) = instead(step, fault).await {
            return response;
        }
        afterwards(
            fault,
            match step {
                NetworkStep::Mint => self.mint(&body).unwrap_or_else(|response| *response),
                NetworkStep::Sign => {
                    raw_json(200, json!({ "address": ADDRESS, "signature": "0x1b".repeat(16) }).to_string())
                }
                _ => self.known(parts.uri.query().unwrap_or_default(), &parts.headers),
            },
        )
    }

    fn mint(&self, body: &[u8]) -> Result<Response<Body>, Box<Response<Body>>> {
        let refuse = |status, reason: &str| Err(Box::new(json_error(status, reason)));
        let mut state = self.lock();
        let Ok(Value::Object(body)) = serde_json::from_slice(body) else { return refuse(400, "invalid JSON") };
        let get = |name: &str| body.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let text = |name: &str| get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(params) = Params::read(&text("orchestrator")) else {
            return refuse(400, "invalid orchestrator info");
        };
        let (kind, app, manifest) = (text("type"), text("app"), text("ManifestID"));
        let chain = match get("state") {
            None | Some(Value::Null) => None,
            Some(chain) => match Chain::read(chain) {
                None => return refuse(400, "invalid sig"),
                Some(_) if manifest.is_empty() => return refuse(400, "missing manifestID"),
                Some(chain) if chain.app != app => return refuse(400, "app mismatch"),
                Some(chain) if chain.kind != kind => return refuse(400, "job type mismatch"),
                Some(chain) if chain.manifest != manifest => return refuse(400, "manifestID mismatch"),
                chain => chain,
            },
        };
        if params.price == 0 {
            return refuse(400, "zero price");
        }
        let (unit, amount, prepaid) = match kind.as_str() {
            "live" => ("seconds", 1, Duration::from_secs(10)),
            "lv2v" => ("720p-pixel-seconds", PIXELS, Duration::from_secs(60)),
            "fixed" => ("fixed", 1, Duration::from_secs(1)),
            _ => return refuse(400, "invalid job type"),
        };
        let mut limit = state.settings.max_price.unwrap_or(u128::MAX);
        match get("maxPrice").and_then(|max| Some((max.get("price")?.as_f64()?, max.get("unit")?.as_str()?))) {
            None => state.ledger.unlimited += 1,
            Some((_, own)) if own != unit => return refuse(400, "invalid maxPrice unit"),
            Some((price, _)) => limit = limit.min(price as u128),
        }
        if let Some(chain) = &chain {
            limit = limit.min(chain.price);
        }
        let now = state.now();
        if now + REFRESH_BEFORE > params.expires {
            let mut response = json_error(480, "refresh session");
            if let Ok(url) = HeaderValue::from_str(&params.url) {
                response.headers_mut().insert("livepeer-orchestrator-url", url);
            }
            return Ok(response);
        }
        if params.price > limit {
            return refuse(481, "price exceeds the limit");
        }
        let price = params.price * amount;
        let fee = match &chain {
            None => cost(price, prepaid),
            Some(chain) => cost(price, now.saturating_sub(chain.last)),
        };
        let balance = chain.as_ref().map_or(0, |chain| chain.balance);
        let Some(missing) = fee.checked_sub(balance).filter(|missing| *missing > 0) else {
            state.ledger.not_needed += 1;
            return refuse(482, "no tickets needed");
        };
        let ticket = cost(price, state.settings.ticket).max(1);
        let tickets = if state.settings.ticket.is_zero() { 1 } else { missing.div_ceil(ticket) };
        if tickets > MAX_TICKETS {
            return refuse(400, &format!("numTickets {tickets} exceeds maximum of 100"));
        }
        let value = if state.settings.ticket.is_zero() { missing } else { tickets * ticket };
        if let Some(funds) = &mut state.settings.funds {
            match funds.checked_sub(value) {
                Some(left) => *funds = left,
                None => return refuse(483, "insufficient balance"),
            }
        }
        state.ledger.minted += 1;
        let link = chain.as_ref().map_or(0, |chain| chain.link);
        let payment = Payment { price: params.price, value, nonce: Some(state.ledger.minted), link: Some(link) };
        let manifest = params.manifest;
        let next = Chain {
            manifest: manifest.clone(),
            app,
            kind,
            price: params.price,
            balance: balance + value - fee,
            last: now,
            link: link + 1,
        };
        let segment = format!("{manifest}.{}", params.expires.as_millis());
        let response = json!({ "payment": payment.write(ADDRESS), "segCreds": segment, "state": next.write() });
        Ok(raw_json(200, response.to_string()))
    }

    /// The orchestrators that the signer knows: without runners that have no price.
    fn known(&self, query: &str, headers: &HeaderMap) -> Response<Body> {
        let origin = self.origin(None, headers);
        if self.lock().signer_knows_none {
            return json_error(503, "");
        }
        let mut info = self.info(&self.lock(), &origin);
        let caps: Vec<_> = query
            .split('&')
            .filter_map(|pair| pair.strip_prefix("caps="))
            .map(|cap| percent_encoding::percent_decode_str(cap).decode_utf8_lossy().into_owned())
            .collect();
        let is_paid = |price: &PriceInfo| price.price.0 > 0;
        let mut runners = info.runners.take().unwrap_or_default();
        runners.retain(|runner| {
            runner.price_info.as_ref().is_some_and(is_paid) && (caps.is_empty() || caps.contains(&runner.app))
        });
        (info.score, info.capabilities) = (Some(1.0), Some(Vec::new()));
        if runners.is_empty() {
            return raw_json(200, "[]");
        }
        info.runners = Some(runners);
        model(200, &vec![info])
    }
}
