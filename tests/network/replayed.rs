//! The exchanges that were recorded with a real orchestrator, sent to the fake one (`ORCHESTRATOR_RECORDINGS`): it gives the same statuses,
//! the headers that matter, and bodies of the same shape. What is random, such as ids and secrets, is translated on the way.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use http::{HeaderMap, Request, Response};
use livepeer::mock::{self, Mock, NetworkFake, Reply};
use livepeer::{Body, Transport};
use serde_json::{Value, json};

const PAYER: &str = "0x2222222222222222222222222222222222222222";

/// The app that the runners of the recording had.
fn app() -> Mock {
    Mock::new().fallback(async |request: Request<Body>| {
        let (parts, body) = request.into_parts();
        if parts.uri.path() == "/sse" {
            return Reply::events([0, 1, 2]);
        }
        let body = String::from_utf8(body.bytes(1 << 20).await.unwrap().into()).unwrap();
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.as_str().to_owned(), Value::from(value.to_str().unwrap()))
        };
        let headers: serde_json::Map<_, _> = parts.headers.iter().map(header).collect();
        let path = parts.uri.path_and_query().unwrap().as_str();
        Reply::json(200, &json!({ "method": parts.method.as_str(), "path": path, "headers": headers, "body": body }))
            .header("x-app", "yes")
    })
}

/// The fakes, without and with prices, and what texts of the recording are in their place.
struct Replay {
    free: NetworkFake,
    paid: NetworkFake,
    /// The port of the app, in place of the recorded one.
    port: String,
    known: BTreeMap<String, String>,
    wrong: Vec<String>,
    /// A call that occupies its runner.
    held: Option<Response<Body>>,
}

fn is_paid(name: &str, path: &str) -> bool {
    name.starts_with("onchain") || ["/apps/m/", "/apps/f/", "/apps/m9/"].iter().any(|begin| path.starts_with(begin))
}

impl Replay {
    fn translate(&self, text: &str) -> String {
        let text =
            self.known.iter().fold(text.to_owned(), |text, (recorded, own)| text.replace(recorded.as_str(), own));
        text.replace("127.0.0.1:18950", &self.port)
    }

    async fn send(
        &self,
        is_paid: bool,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response<Body> {
        let (fake, host) = if is_paid { (&self.paid, "127.0.0.1:18941") } else { (&self.free, "127.0.0.1:18940") };
        let mut request = Request::builder().method(method).uri(self.translate(path)).header("host", host);
        for (name, value) in headers {
            if *name == "Host" {
                request.headers_mut().unwrap().remove("host");
            }
            request = request.header(*name, self.translate(value));
        }
        fake.send(request.body(Body::from(self.translate(body))).unwrap()).await.unwrap()
    }

    /// Does what is not in the recording, and what comes before a case needs.
    async fn prepare(&mut self, name: &str) {
        let register = |id: &str, more: Value| {
            let mut body = json!({ "runner_id": id, "runner_url": "http://127.0.0.1:18950", "app": "x/more" });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body.to_string()
        };
        let secret = [("Authorization", "abcdef")];
        match name {
            "onchain discovery (stub feed 2500 USD/ETH)" => {
                let more = json!({ "app": "x/v", "price_info": { "price": 1, "unit": "720p" } });
                self.send(true, "POST", "/runners/heartbeat", &secret, &register("v", more)).await;
            }
            "discovery, one runner" => {
                let secret = [("Authorization", "p3azspyo63p4eukyzsux3nghuv6vgyyygkewguvschlg2d6lcujq")];
                let body = register("runner_3bzx2q6z", json!({ "app": "x/echo", "capacity": 2 }));
                self.send(false, "POST", "/runners/heartbeat", &secret, &body).await;
            }
            "call through the generated proxy" => {
                let token = [("Livepeer-Session-Token", "m3iqrqhtuzsxxrfkrx5oo6ubeojqt2vdce3dzfjhprdkpbfutnia")];
                let path = "/runner/runner_3bzx2q6z/session/session_4zgghupp/proxy";
                let response = self.send(false, "POST", path, &token, "{}").await;
                self.learn("kd2uth56bih6a4segztt2xd47u", &body(response).await, "proxy_id");
            }
            "heartbeat: runner_url now refuses" => {
                let path = "/apps/runner_3bzx2q6z/session/session_t2htzckj/stop";
                self.send(false, "POST", path, &[], "").await;
            }
            "reserve 3 (over capacity 2)" => {
                let response = self.send(false, "POST", "/apps/runner_3bzx2q6z/session", &[], "").await;
                self.learn("session_t2htzckj", &body(response).await, "session_id");
            }
            "single-shot while one runs (capacity 1)" => {
                self.held = Some(self.send(false, "GET", "/apps/shot/app/sse", &[], "").await);
            }
            "register single-shot with proxy" => self.held = None,
            "reserve: app_url is the proxy url" => {
                let body = register("pers2", json!({ "proxy": true }));
                self.send(false, "POST", "/runners/heartbeat", &secret, &body).await;
            }
            "reserve static" => {
                self.send(false, "POST", "/runners/heartbeat", &secret, &register("st", json!({}))).await;
            }
            "heartbeat with the old secret after expiry" => self.free.advance(Duration::from_millis(20_400)),
            "fixed: price ok, too little value" | "fixed: paid" => {
                let response =
                    self.send(true, "POST", "/apps/f/app/hello", &[("Livepeer-Payer-Address", PAYER)], "").await;
                let recorded = if name == "fixed: paid" { "fresh1" } else { "b8b8d53c" };
                self.learn(recorded, &body(response).await, "manifest_id");
            }
            "stop after release" => {
                let price = json!({ "price_info": { "price": 3.6, "unit": "hour" } });
                self.send(true, "POST", "/runners/heartbeat", &secret, &register("m9", price)).await;
                let response =
                    self.send(true, "POST", "/apps/m9/session", &[("Livepeer-Payer-Address", PAYER)], "").await;
                self.learn("59e934e1", &body(response).await, "manifest_id");
            }
            "stop while a WebSocket is open" => {
                self.send(false, "POST", "/runners/heartbeat", &secret, &register("ws", json!({}))).await;
            }
            _ => {}
        }
    }

    fn learn(&mut self, recorded: &str, response: &str, member: &str) {
        let json: Value = serde_json::from_str(response).unwrap_or_else(|_| panic!("{recorded}: {response}"));
        self.known.insert(recorded.to_owned(), json[member].as_str().unwrap().to_owned());
    }

    /// Compares a response's JSON with the recorded one, and keeps what is random in it.
    fn compare(&mut self, place: &str, recorded: &Value, own: &Value) {
        match (recorded, own) {
            (Value::Object(recorded), Value::Object(own)) => {
                let is_echo = place.ends_with(".headers");
                let lower = |name: &String| if is_echo { name.to_lowercase() } else { name.clone() };
                let names = |object: &serde_json::Map<String, Value>| object.keys().map(lower).collect::<Vec<_>>();
                if !is_echo && names(recorded) != names(own) {
                    self.wrong.push(format!("{place}: {recorded:?}, but {own:?}"));
                }
                for (name, value) in recorded {
                    match own.get(&lower(name)) {
                        Some(own) => self.compare(&format!("{place}.{name}"), value, own),
                        // What a body has decides the client.
                        None if name.starts_with("Content-") => {}
                        None => self.wrong.push(format!("{place}.{name} is missing")),
                    }
                }
            }
            (Value::Array(recorded), Value::Array(own)) => {
                // Runners are listed in any order.
                let by_url = |list: &Vec<Value>| {
                    let mut list = list.clone();
                    list.sort_by_key(|item| {
                        item["url"].as_str().map_or(String::new(), |url| url.replace("/apps/", "/run/"))
                    });
                    list
                };
                let (recorded, own) = (by_url(recorded), by_url(own));
                if recorded.len() != own.len() {
                    self.wrong.push(format!("{place}: {} items, but {}", recorded.len(), own.len()));
                }
                recorded.iter().zip(&own).for_each(|(recorded, own)| self.compare(place, recorded, own));
            }
            (Value::String(recorded), Value::String(own)) if self.translate(recorded) != *own => {
                const RANDOM: &[&str] = &[
                    "_id",
                    "_secret",
                    "channel_name",
                    "url",
                    "Session-Id",
                    "Session-Token",
                    "Session-Control",
                    "session_ids",
                    "session",
                    "timestamp",
                    "payment_params",
                ];
                match RANDOM.iter().any(|end| place.ends_with(end)) && recorded.len() > 3 {
                    true => self.random(recorded, own),
                    false => self.wrong.push(format!("{place}: {recorded}, but {own}")),
                }
            }
            (Value::String(_), Value::String(_)) => {}
            (recorded, own) if recorded == own => {}
            (recorded, own) => self.wrong.push(format!("{place}: {recorded}, but {own}")),
        }
    }

    /// Of URLs and names the parts that differ are random.
    fn random(&mut self, recorded: &str, own: &str) {
        let (theirs, ours): (Vec<_>, Vec<_>) = (recorded.split('/').collect(), own.split('/').collect());
        if theirs.len() == ours.len() {
            // What is short is chosen, and not random.
            let parts = theirs.iter().zip(&ours).filter(|(theirs, ours)| theirs != ours && theirs.len() > 5);
            self.known.extend(parts.map(|(theirs, ours)| ((*theirs).to_owned(), (*ours).to_owned())));
        }
    }
}

async fn body(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().bytes(1 << 20).await.unwrap().into()).unwrap()
}

/// The headers that say what a response is.
fn kept(headers: &HeaderMap) -> Vec<String> {
    let names = ["allow", "content-type", "location", "x-app", "x-content-type-options"];
    let value = |name: &&str| Some(format!("{name}: {}", headers.get(*name)?.to_str().unwrap()));
    names.iter().filter_map(value).collect()
}

#[tokio::test]
async fn the_fake_orchestrator_responds_as_recorded() {
    let Some(text) = std::env::var_os("ORCHESTRATOR_RECORDINGS").and_then(|path| std::fs::read_to_string(path).ok())
    else {
        let _ = writeln!(
            std::io::stderr(),
            "LEFT OUT: recorded exchanges with a real orchestrator, because ORCHESTRATOR_RECORDINGS names no file"
        );
        return;
    };
    let app = app().listen().await.unwrap();
    let port = app.url().trim_start_matches("http://").to_owned();
    let (free, paid) = (mock::network().secret("abcdef"), mock::network().secret("abcdef").paid(true));
    let mut replay = Replay { free, paid, port, known: BTreeMap::new(), wrong: Vec::new(), held: None };
    let mut compared = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (Some(request), Some(status)) = (case["request"].as_str(), case["status"].as_str()) else { continue };
        let name = case["case"].as_str().unwrap();
        let (method, path) = request.split_once(' ').unwrap();
        // Trickle has tests of its own.
        if path.starts_with("/ai/trickle/") {
            if method == "DELETE" {
                replay.send(false, method, path, &[], "").await;
            }
            continue;
        }
        replay.prepare(name).await;
        let headers: Vec<_> = case["req_headers"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        let sent = case["req_body"].as_str().unwrap_or_default();
        let response = replay.send(is_paid(name, path), method, path, &headers, sent).await;

        let status: u16 = status.split(' ').nth(1).unwrap().parse().unwrap();
        let mut recorded = HeaderMap::new();
        for line in case["headers"].as_array().unwrap() {
            let (name, value) = line.as_str().unwrap().split_once(": ").unwrap();
            let name: http::HeaderName = name.parse().unwrap();
            recorded.append(name, replay.translate(value).parse().unwrap());
        }
        if response.status() != status {
            let own = response.status();
            let text = body(response).await;
            replay.wrong.push(format!("{name}: {status}, but {own}: {text}"));
            continue;
        }
        let (recorded, own) = (kept(&recorded), kept(response.headers()));
        if recorded != own {
            replay.wrong.push(format!("{name}: {recorded:?}, but {own:?}"));
        }
        let (recorded, own) = (case["body"].as_str().unwrap(), body(response).await);
        match (serde_json::from_str(recorded), serde_json::from_str(&own)) {
            (Ok(recorded), Ok(own)) => replay.compare(name, &recorded, &own),
            _ if recorded.starts_with('<') && recorded.contains("protobuf") => {}
            // The reason is the transport's.
            _ if status == 502 => {}
            _ if replay.translate(recorded) == own => {}
            _ => replay.wrong.push(format!("{name}: {recorded:?}, but {own:?}")),
        }
        compared += 1;
    }
    assert!(replay.wrong.is_empty(), "{} differ:\n{}", replay.wrong.len(), replay.wrong.join("\n"));
    assert!(compared > 60, "{compared}");
}
